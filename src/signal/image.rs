//! Image references: in the text, and of the containers.

use super::hosts::{Rules, region_in, rule_for};
use super::signs::{Seen, Sign};
use super::{Origin, Reading, Signal, Signals};
use crate::knowledge::Tables;
use crate::pattern::Pattern;
use crate::record::Record;
use crate::vocabulary::{Fact, ReferenceKind, Registry, SignalName, Value};
use std::sync::LazyLock;

// The words before which ECS, containerd and Docker print the reference.
static REFERENCE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)(?:
            failed\ to\ resolve\ ref(?:erence)?:?\s+
            | failed\ to\ resolve\s+
            | cannot\ pull\s+(?:the\ image\s+)?
            | pull\ access\ denied\ for\s+
            | manifest\ for\s+
            | repository\s+
            | REDACTED\ ECR\ URL\ related\ to\s+
            | normalize\ image\ reference\s+
            | \bGet\s+
            | failed\ to\ pull\ image\s+
            | Error:\ image\s+
        )(?:\\?["'`<])?([^\s"'`,(:\\][^\s"'`,]*)"#,
    )
});
static PLATFORM: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(r"(?i)\b(linux|windows)[/ (](?:osversion: *[\d.]* )?(amd64|arm64|arm|386|x86_64)(?:[/ ](v\d))?")
});

/// What an image reference says.
struct Parsed<'a> {
    registry_host: Option<&'a str>,
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

fn parse(reference: &str) -> Parsed<'_> {
    let (name, digest) = match reference.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (reference, None),
    };
    let (host, path) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        _ => (None, name),
    };
    let (repository, tag) = match path.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (path, None),
    };
    Parsed { registry_host: host, repository, tag, digest }
}

fn registry_of(parsed: &Parsed<'_>, tables: &Tables, rules: Rules) -> Registry {
    match parsed.registry_host {
        None => Registry::DockerHub,
        Some(host) => rule_for(tables, rules, host).and_then(|rule| rule.registry).unwrap_or(Registry::Other),
    }
}

fn kind_of(parsed: &Parsed<'_>) -> ReferenceKind {
    let hub = matches!(parsed.registry_host, None | Some("docker.io"));
    // `docker.io/name` is what ECS makes of a bare name; images that Docker Hub itself keeps are in `library/`.
    if hub && !parsed.repository.contains('/') {
        ReferenceKind::Unqualified
    } else if parsed.digest.is_some() {
        ReferenceKind::Digest
    } else {
        ReferenceKind::Tag
    }
}

fn remember(reference: &str, parsed: &Parsed<'_>, registry: Registry, signals: &mut Signals) {
    signals.fact(Fact::Image, reference);
    signals.fact(Fact::Repository, parsed.repository);
    if let Some(tag) = parsed.tag {
        signals.fact(Fact::Tag, tag);
    }
    if let Some(digest) = parsed.digest {
        signals.fact(Fact::Digest, digest);
    }
    if let Some(host) = parsed.registry_host {
        signals.fact(Fact::Registry, host);
        if registry == Registry::Ecr {
            if let Some(region) = region_in(host) {
                signals.fact(Fact::RegistryRegion, region);
            }
            signals.fact(Fact::RegistryAccount, host.split('.').next().unwrap_or_default());
        }
    }
}

pub(super) fn read(reading: Reading<'_>, seen: &Seen, tables: &Tables, signals: &mut Signals) {
    // A search is cheap; an expression is compiled when it can match at all.
    let signs = [
        Sign::ResolveRef,
        Sign::CannotPull,
        Sign::AccessDeniedFor,
        Sign::ManifestFor,
        Sign::Repository,
        Sign::RelatedTo,
        Sign::Image,
        Sign::GetBlank,
    ];
    let references = seen.any(&signs).then(|| REFERENCE.captures_iter(reading.text));
    for found in references.into_iter().flatten() {
        let Some(reference) = found.get(1) else { continue };
        let text = reference.as_str().trim_end_matches([':', '.', ',', ';', ')', '>', '\'', '"', '\\']);
        // "repository does not exist", "cannot pull registry auth", "manifest for platform": not every word there is a reference.
        let is_word = !text.contains(['/', ':', '.', '@']);
        let rest = reading.text[reference.end()..].trim_start();
        let named = !is_word || rest.starts_with("not found") || rest.starts_with(", repository");
        let shortened = text.starts_with(['.', '…', '<']) && !text.contains(".dkr.ecr");
        if text.is_empty() || shortened || !named || text.contains("://") {
            continue;
        }
        let range = reference.start()..reference.start() + text.len();
        let parsed = parse(text);
        let registry = registry_of(&parsed, tables, seen.rules);
        signals.push(reading.signal(
            SignalName::Image,
            Value::text(text),
            range.clone(),
            "the image that was asked for",
        ));
        // A lone name with a dot is a host whose path is missing, or a name that somebody has masked.
        let masked = parsed.registry_host.is_none() && parsed.repository.contains(['.', '<', '*']);
        if masked || parsed.repository.trim_matches(['.', '…']).is_empty() {
            continue;
        }
        let means = format!("the image is named in {}", registry_name(registry));
        signals.push(reading.signal(SignalName::ImageRegistry, registry, range.clone(), means));
        let kind = kind_of(&parsed);
        signals.push(reading.signal(SignalName::ImageReference, kind, range, kind_means(kind)));
        remember(text, &parsed, registry, signals);
    }
    if seen.any(&[Sign::Linux, Sign::Windows])
        && let Some(found) = PLATFORM.captures(reading.text)
        && let (Some(whole), Some(system), Some(machine)) = (found.get(0), found.get(1), found.get(2))
    {
        let machine = match machine.as_str().to_ascii_lowercase().as_str() {
            "x86_64" => "amd64".to_owned(),
            other => other.to_owned(),
        };
        let platform = format!("{}/{machine}", system.as_str().to_ascii_lowercase());
        let means = format!("the task runs on {platform}");
        signals.fact(Fact::Platform, &platform);
        signals.push(reading.signal(SignalName::Platform, Value::text(platform), whole.range(), means));
    }
}

/// The images of the containers: of the decisive one, or of all where none is decided. Only if the text named none.
pub(super) fn read_containers(record: &Record, tables: &Tables, signals: &mut Signals) {
    let from_text = signals.list.iter().any(|signal| signal.name == SignalName::Image);
    // Of several registries none can be taken for the one that failed.
    let mut registries: Vec<Registry> = Vec::new();
    let mut images: Vec<&str> = Vec::new();
    for (at, container) in record.containers.iter().enumerate() {
        if let Some(image) = container.image.as_deref().filter(|_| signals.container_counts(Some(at))) {
            registries.push(registry_of(&parse(image), tables, Rules::ALL));
            images.push(image);
        }
    }
    registries.dedup();
    images.dedup();
    if registries.len() > 1 {
        return;
    }
    for (at, container) in record.containers.iter().enumerate() {
        let Some(reference) = container.image.as_deref() else { continue };
        if !signals.container_counts(Some(at)) {
            continue;
        }
        let parsed = parse(reference);
        let registry = registry_of(&parsed, tables, Rules::ALL);
        if !from_text {
            let path = format!("containers[{at}].image");
            let mut push = |name, value: Value, means: String| {
                signals.push(Signal {
                    name,
                    value,
                    origin: Origin::Field { path: path.clone(), quote: reference.to_owned() },
                    container: Some(at),
                    means,
                    superseded: false,
                });
            };
            push(SignalName::Image, Value::text(reference), "the container's image".to_owned());
            push(
                SignalName::ImageRegistry,
                registry.into(),
                format!("the image is named in {}", registry_name(registry)),
            );
            let kind = kind_of(&parsed);
            push(SignalName::ImageReference, kind.into(), kind_means(kind).to_owned());
        }
        if images.len() == 1 {
            remember(reference, &parsed, registry, signals);
        }
    }
}

fn kind_means(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Digest => "the image is asked for by its digest, not by a tag",
        ReferenceKind::Tag => "the image is asked for by name",
        ReferenceKind::Unqualified => "the image's name has no registry in it, so Docker Hub is asked",
    }
}

/// What a registry is called in a sentence.
pub(super) fn registry_name(registry: Registry) -> &'static str {
    match registry {
        Registry::Ecr => "Amazon ECR",
        Registry::EcrPublic => "Amazon ECR Public",
        Registry::DockerHub => "Docker Hub",
        Registry::Ghcr => "GitHub's registry",
        Registry::Quay => "Quay",
        Registry::Google => "Google's registry",
        Registry::Microsoft => "Microsoft's registry",
        Registry::Gitlab => "GitLab's registry",
        Registry::Kubernetes => "the Kubernetes registry",
        Registry::Other => "a registry of its own",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let parsed = parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1@sha256:ab");
        assert_eq!(parsed.registry_host, Some("111122223333.dkr.ecr.eu-west-1.amazonaws.com"));
        assert_eq!((parsed.repository, parsed.tag, parsed.digest), ("team/app", Some("v1"), Some("sha256:ab")));
        let parsed = parse("localhost:5000/app");
        assert_eq!((parsed.registry_host, parsed.repository, parsed.tag), (Some("localhost:5000"), "app", None));
        let parsed = parse("nginx:1.25");
        assert_eq!((parsed.registry_host, parsed.repository, parsed.tag), (None, "nginx", Some("1.25")));
    }

    #[test]
    fn a_bare_name_is_unqualified() {
        assert_eq!(kind_of(&parse("docker.io/mycontainer:latest")), ReferenceKind::Unqualified);
        assert_eq!(kind_of(&parse("docker.io/library/nginx:latest")), ReferenceKind::Tag);
        assert_eq!(kind_of(&parse("quay.io/a")), ReferenceKind::Tag);
    }
}

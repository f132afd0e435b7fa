//! The request: which URL or host was asked, and the disguises of the layer URL.

use super::derive::{Candidate, Candidates};
use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::knowledge::{HostRule, Tables};
use crate::pattern::Pattern;
use crate::vocabulary::{Endpoint, Fact, Registry, RequestKind, SignalName, Stage, Value};
use std::ops::Range;
use std::sync::LazyLock;

// A host that Go looked up. It is the one that was really asked, after redirects.
static LOOKUP: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"\blookup\s+([A-Za-z0-9_.*#-]+)"));
// After Get stands something that is no URL: ECS has masked a pre-signed layer URL.
static MASKED: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"\bGet\s+"?(?:(REDACTED\s+ECR\s+URL\s+related\s+to\s+[^\s"]+)|([^\s"/:]+[^\s":]*/[^\s"]+?))"?:?(?:\s|$)"#,
    )
});

/// Which rules can hold in a text: those of which a part stands there. Folded: one too many does no harm.
#[derive(Clone, Copy)]
pub(super) struct Rules(u128);

impl Rules {
    /// For a host that stands in no text.
    pub(super) const ALL: Rules = Rules(u128::MAX);
    pub(super) const NONE: Rules = Rules(0);

    pub(super) fn add(&mut self, rule: usize) {
        self.0 |= 1 << (rule % 128);
    }

    fn has(self, rule: usize) -> bool {
        self.0 & (1 << (rule % 128)) != 0
    }
}

/// Whether a host, in lower case, is one that the rule is about.
fn matches(rule: &HostRule, host: &str) -> bool {
    let mut rest = host;
    for (at, part) in rule.parts.iter().enumerate() {
        let (part, at_start) = part.strip_prefix('^').map_or((part.as_str(), false), |part| (part, true));
        let (part, at_end) = part.strip_suffix('$').map_or((part, false), |part| (part, true));
        if at_start && at == 0 && !rest.starts_with(part) {
            return false;
        }
        let found = if at_end { rest.ends_with(part).then(|| rest.len() - part.len()) } else { rest.find(part) };
        let Some(found) = found else { return false };
        rest = &rest[found + part.len()..];
    }
    rule.domains.is_empty() || has_domain(host, &rule.domains)
}

/// Whether what follows the region is one of these domains, or the beginning of one in a text that was cut.
fn has_domain(host: &str, domains: &[String]) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let Some(region) = labels.iter().position(|label| is_region(label)) else { return true };
    let domain = labels[region + 1..].join(".");
    domains.iter().any(|known| known.starts_with(&domain))
}

/// The rule for a host, of those that can hold in its text.
pub(super) fn rule_for<'a>(tables: &'a Tables, rules: Rules, host: &str) -> Option<&'a HostRule> {
    if rules.0 == 0 {
        return None;
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let mut possible = tables.hosts.iter().enumerate().filter(|(at, _)| rules.has(*at));
    possible.find(|(_, rule)| matches(rule, &host)).map(|(_, rule)| rule)
}

/// The region in an AWS host name: the label that looks like one.
pub(super) fn region_in(host: &str) -> Option<&str> {
    host.split('.').find(|label| is_region(label))
}

/// `eu-west-1`, `us-gov-east-1`, `eusc-de-east-1`.
pub(super) fn is_region(label: &str) -> bool {
    let mut words = label.split('-');
    let (Some(first), Some(last)) = (words.next(), words.next_back()) else { return false };
    let middle: Vec<&str> = words.collect();
    (2..=4).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && last.len() == 1
        && last.as_bytes()[0].is_ascii_digit()
        && (1..=2).contains(&middle.len())
        && middle.iter().all(|word| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()))
}

struct Asked {
    /// Lower case.
    host: String,
    /// The path was a registry's.
    registry: bool,
    range: Range<usize>,
}

pub(super) fn read(
    reading: Reading<'_>,
    seen: &Seen,
    tables: &Tables,
    signals: &mut Signals,
    candidates: &mut Candidates,
) {
    let text = reading.text;
    let mut asked: Option<Asked> = None;
    let urls = seen.any(&[Sign::Http, Sign::Https]).then(|| urls(text)).into_iter().flatten();
    for (host, path_range) in urls {
        let path = &text[path_range.clone()];
        let host_name = &text[host.clone()];
        let name = host_name.split(':').next().unwrap_or_default();
        // A push is no pull.
        if path.contains("/blobs/uploads") {
            continue;
        }
        let is_registry_path = ["/v2/", "/blobs/sha256"].iter().any(|part| path.contains(part)) || path == "/v2";
        if rule_for(tables, seen.rules, name).is_none() && !is_registry_path {
            continue;
        }
        read_path(reading, path, path_range, signals, candidates);
        asked = Some(Asked { host: name.to_ascii_lowercase(), registry: is_registry_path, range: host });
    }
    let lookups = seen.has(Sign::Lookup).then(|| LOOKUP.captures_iter(text)).into_iter().flatten();
    for found in lookups {
        if let Some(host) = found.get(1)
            && host.as_str().contains('.')
            // "lookup registry-1.docker.io on 172.31.0..." is cut in the server, not in the host.
            && !host.as_str().ends_with("..")
        {
            asked = Some(Asked { host: host.as_str().to_ascii_lowercase(), registry: false, range: host.range() });
        }
    }
    if seen.any(&[Sign::GetBlank, Sign::GetLine, Sign::GetReturn, Sign::GetTab]) {
        read_masked(reading, seen, tables, signals);
    }
    if asked.is_none() {
        asked = bare_host(text, seen.rules, tables);
    }
    if let Some(asked) = asked {
        read_host(reading, seen, &asked, tables, signals, candidates);
    }
}

/// A known host outside of a URL that is no part of an image reference.
fn bare_host(text: &str, rules: Rules, tables: &Tables) -> Option<Asked> {
    if rules.0 == 0 {
        return None;
    }
    dotted_names(text).find_map(|range| {
        let host = text.get(range.clone())?;
        let rule = rule_for(tables, rules, host)?;
        let in_reference = rule.registry.is_some() && text[range.end..].starts_with(['/', ':']);
        (!in_reference).then(|| Asked { host: host.to_ascii_lowercase(), registry: false, range })
    })
}

/// URLs: the bytes of host and port, and of what follows them.
fn urls(text: &str) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let ends_url = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r' | b'"' | b'\'' | b'<' | b'>' | b'\\');
    let bytes = text.as_bytes();
    let mut done = 0;
    memchr::memmem::find_iter(bytes, "://").filter_map(move |at| {
        let scheme =
            ["http", "https"].into_iter().find(|scheme| bytes[done.min(at)..at].ends_with(scheme.as_bytes()))?;
        let before = at.checked_sub(scheme.len() + 1).map(|before| bytes[before]);
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let start = at + 3;
        let length = |from: usize, ends: &dyn Fn(u8) -> bool| {
            bytes[from..].iter().position(|byte| ends(*byte)).map_or(bytes.len(), |length| from + length)
        };
        let host = start..length(start, &|byte| ends_url(byte) || matches!(byte, b'/' | b'?'));
        let path = host.end..length(host.end, &ends_url);
        if host.is_empty() {
            return None;
        }
        done = path.end;
        Some((host, path))
    })
}

/// Names with a dot in them that stand outside of a URL, such as an EFS name.
fn dotted_names(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends_name = |byte: &u8| {
        matches!(byte, b' ' | b'\t'..=b'\r' | b'"' | b'\'' | b'/' | b':' | b',' | b';')
            || matches!(byte, b'(' | b')' | b'[' | b']' | b'=' | b'@' | b'\\')
    };
    let mut at = 0;
    text.as_bytes().split(ends_name).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        let first = word.iter().position(|byte| byte.is_ascii_alphanumeric() || *byte == b'<')?;
        let dot = memchr::memrchr(b'.', word.get(..word.len() - 1)?)?;
        (first < dot).then_some(start + first..start + word.len())
    })
}

fn read_path(
    reading: Reading<'_>,
    path: &str,
    range: Range<usize>,
    signals: &mut Signals,
    candidates: &mut Candidates,
) {
    let (kind, stage, means) = if path.contains("X-Amz-") {
        (RequestKind::SignedLayerUrl, None, "a pre-signed URL: the registry had allowed the pull and pointed here")
    } else if path.contains("/blobs/sha256/") {
        (RequestKind::StoreBlob, Some((Stage::Layers, 6)), "a layer was asked for where the registry keeps its layers")
    } else if path.contains("/manifests/") {
        (RequestKind::Manifest, Some((Stage::Manifest, 6)), "the image's manifest was asked for")
    } else if path.contains("/blobs/") {
        (RequestKind::Blob, Some((Stage::Layers, 6)), "a layer or the image's configuration was asked for")
    } else if path == "/v2/" || path == "/v2" {
        (RequestKind::Ping, Some((Stage::Manifest, 4)), "the first request to the registry, before the manifest")
    } else if path.starts_with("/token") || path.contains("/token?") {
        (RequestKind::Token, Some((Stage::Manifest, 4)), "a token for the registry was asked for")
    } else {
        (RequestKind::Url, None, "the URL that was asked")
    };
    let at = signals.push(reading.signal(SignalName::Request, kind, range, means));
    if let Some((stage, strength)) = stage {
        candidates.stages.push(Candidate { of: stage, strength, premise: at });
    }
}

fn read_host(
    reading: Reading<'_>,
    seen: &Seen,
    asked: &Asked,
    tables: &Tables,
    signals: &mut Signals,
    candidates: &mut Candidates,
) {
    let host = &asked.host;
    signals.fact(Fact::Host, host);
    signals.push(reading.signal(
        SignalName::Host,
        Value::text(host.as_str()),
        asked.range.clone(),
        "the host that was asked",
    ));
    let Some(rule) = rule_for(tables, seen.rules, host) else {
        // Any program looks up hosts; only in a pull is it a registry.
        if !asked.registry && !super::derive::is_pull(signals) {
            return;
        }
        let store = signals.has(SignalName::Request, RequestKind::StoreBlob);
        let (endpoint, means) = if store {
            (Endpoint::OtherLayers, "where the image's registry keeps layers")
        } else {
            (Endpoint::OtherRegistry, "the image's registry")
        };
        let at = signals.push(reading.signal(SignalName::Endpoint, endpoint, asked.range.clone(), means));
        if !store {
            candidates.stages.push(Candidate { of: Stage::Manifest, strength: 2, premise: at });
        }
        return;
    };
    let region = region_in(host);
    let means = region.map_or_else(|| rule.name.clone(), |region| format!("{} in {region}", rule.name));
    let at = signals.push(reading.signal(SignalName::Endpoint, rule.endpoint, asked.range.clone(), means));
    if let Some(stage) = rule.stage {
        candidates.stages.push(Candidate { of: stage, strength: 4, premise: at });
    }
    if let Some(region) = region {
        signals.fact(Fact::Region, region);
        if rule.registry == Some(Registry::Ecr) {
            signals.fact(Fact::RegistryRegion, region);
        }
    }
}

/// Three of the disguises of the layer URL. The fourth, no URL at all, is derived from the address.
fn read_masked(reading: Reading<'_>, seen: &Seen, tables: &Tables, signals: &mut Signals) {
    if !reading.text.contains("Get") {
        return;
    }
    for found in MASKED.captures_iter(reading.text) {
        let Some(shown) = found.get(1).or_else(|| found.get(2)) else { continue };
        if shown.as_str().contains("://") || shown.as_str().starts_with('<') && shown.as_str().contains("http") {
            continue;
        }
        let redacted = found.get(1).is_some();
        let registry = shown.as_str().split('/').next().unwrap_or_default();
        let is_ecr =
            redacted || rule_for(tables, seen.rules, registry).is_some_and(|rule| rule.registry == Some(Registry::Ecr));
        if is_ecr {
            let means = if redacted {
                "the agent has hidden a pre-signed URL of ECR's layer bucket in Amazon S3"
            } else {
                "an image name where a URL belongs: ECS has hidden a pre-signed URL of ECR's layer bucket in Amazon S3"
            };
            signals.push(reading.signal(SignalName::Request, RequestKind::MaskedLayerUrl, shown.range(), means));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_look_like_regions() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-1", "eusc-de-east-1", "cn-north-1"] {
            assert!(is_region(region), "{region}");
        }
        for label in ["api", "registry-1", "amazonaws", "prod-eu-west-1-starport-layer-bucket", "ecs-a-1"] {
            assert!(!is_region(label), "{label}");
        }
    }

    #[test]
    fn urls_are_cut_at_quotes_and_blanks() {
        let text = r#"Get "https://a.b:443/v2/?x=https://c": http://, xhttp://d 'http://e?f' https://g\n ftp://h"#;
        let urls: Vec<(&str, &str)> = urls(text).map(|(host, path)| (&text[host], &text[path])).collect();
        assert_eq!(urls, [("a.b:443", "/v2/?x=https://c"), (",", ""), ("e", "?f"), ("g", "")]);
    }

    #[test]
    fn names_with_a_dot_are_taken_whole() {
        let text = "at <redacted>.efs.eu-west-1.amazonaws.com:/ (quay.io, -.a.b ends. x.) https://c.d/e";
        let names: Vec<&str> = dotted_names(text).map(|range| &text[range]).collect();
        assert_eq!(names, ["<redacted>.efs.eu-west-1.amazonaws.com", "quay.io", "a.b", "c.d"]);
    }

    #[test]
    fn host_rules_match_in_order_and_anchored() {
        let rule = |parts: &[&str]| HostRule {
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
            domains: vec!["amazonaws.com".to_owned()],
            endpoint: Endpoint::EcrApi,
            stage: None,
            registry: None,
            name: String::new(),
        };
        assert!(matches(&rule(&["^api.ecr.", ".amazonaws.com"]), "api.ecr.eu-west-1.amazonaws.com"));
        assert!(!matches(&rule(&["^api.ecr.", ".amazonaws.com"]), "x.api.ecr.eu-west-1.amazonaws.com"));
        assert!(matches(&rule(&["quay.io$"]), "cdn.quay.io"));
        assert!(!matches(&rule(&["quay.io$"]), "quay.io.example.com"));
        assert!(matches(&rule(&[".dkr.ecr"]), "1.dkr.ecr.eu-west-1.amaz"), "cut");
        assert!(!matches(&rule(&[".dkr.ecr"]), "1.dkr.ecr.eu-west-1.amazonawss.com"), "misspelled");
    }
}

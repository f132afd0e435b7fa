//! Derived signals: an ordered list of named rules over what was read. Each keeps its premises, and evidence shows them.

use super::{Extractor, Origin, Signal, Signals, facts};
use crate::record::Record;
use crate::vocabulary::{Answer, Endpoint, Mode, Registry, RequestKind, SignalName, Stage, Value, Writer};

/// Something that speaks for a stage or an endpoint.
pub(super) struct Candidate<T> {
    pub of: T,
    /// 0 to 9; the strongest wins, the later one among equals.
    pub strength: u8,
    /// The signal that it comes from.
    pub premise: usize,
}

/// What the reading of the texts found to speak for stage, endpoint and answer.
#[derive(Default)]
pub(super) struct Candidates {
    pub stages: Vec<Candidate<Stage>>,
    pub endpoints: Vec<Candidate<Endpoint>>,
    pub advised_stages: Vec<Candidate<Stage>>,
    pub advised_endpoints: Vec<Candidate<Endpoint>>,
    pub answered: Vec<usize>,
}

/// Applies the rules in their order.
pub(super) fn derive(record: &Record, candidates: &Candidates, signals: &mut Signals) {
    signals.only_advice = only_advice(candidates, signals);
    signals.foreign &= !signals.list.iter().any(|signal| signal.name == SignalName::Error);
    layer_url_is_hidden(signals);
    docker_daemon(record, signals);
    answered(candidates, signals);
    stage(candidates, signals);
    endpoint(candidates, signals);
    for (name, relation, means) in facts::relations(record, signals) {
        let premises = [SignalName::AddressService, SignalName::Host, SignalName::Image]
            .iter()
            .filter_map(|name| signals.named(*name).next().map(|(at, _)| at))
            .take(1)
            .collect();
        push(signals, name, relation.into(), "relation", premises, means);
    }
}

fn push(
    signals: &mut Signals,
    name: SignalName,
    value: Value,
    rule: &'static str,
    premises: Vec<usize>,
    means: String,
) -> usize {
    let container = premises.first().and_then(|at| signals.list[*at].container);
    signals.push(Signal { name, value, origin: Origin::Rule { rule, premises }, container, means, superseded: false })
}

/// AWS's sentence alone: nothing raw tells how it failed or what was answered.
fn only_advice(candidates: &Candidates, signals: &Signals) -> bool {
    let raw =
        [SignalName::Mode, SignalName::HttpStatus, SignalName::ApiCode, SignalName::IamAction, SignalName::Request];
    let advised = !candidates.advised_stages.is_empty() || !candidates.advised_endpoints.is_empty();
    advised && !raw.iter().any(|name| signals.list.iter().any(|signal| signal.name == *name))
}

/// Whether the record speaks of an image pull.
pub(super) fn is_pull(signals: &Signals) -> bool {
    signals.named(SignalName::Error).any(|(_, signal)| matches!(&signal.value, Value::Text(name) if name.starts_with("CannotPull")))
        || signals.named(SignalName::Wrapper).any(|(_, signal)| {
            matches!(&signal.value, Value::Text(id) if matches!(&**id, "copy" | "fetch" | "ref-pull" | "image-configuration" | "register-layer" | "pull-command" | "resolve" | "manifest-retried" | "inspect-retried" | "authorize" | "anonymous-token" | "pull-access" | "manifest-word" | "do-request"))
        })
        || signals.named(SignalName::Advice).any(|(_, signal)| matches!(&signal.value, Value::Text(id) if id.contains("pull") || id.contains("registry")))
}

/// R-REDACT: where a URL belongs stands an image name. Only layer URLs are hidden so.
/// R-S3: a pull that dials Amazon S3 fetches layers, whatever host the text names.
fn layer_url_is_hidden(signals: &mut Signals) {
    if let Some(at) = signals.position(SignalName::Request, &RequestKind::MaskedLayerUrl.into()) {
        push(
            signals,
            SignalName::Stage,
            Stage::Layers.into(),
            "R-REDACT",
            vec![at],
            "so layers were being fetched".to_owned(),
        );
        push(signals, SignalName::Endpoint, Endpoint::S3Layers.into(), "R-REDACT", vec![at], String::new());
    }
    if let Some(at) = signals.position(SignalName::AddressService, &Value::text("s3"))
        && is_pull(signals)
    {
        let layers = Stage::Layers.into();
        push(signals, SignalName::Stage, layers, "R-S3", vec![at], "a pull asks Amazon S3 only for layers".to_owned());
        // Other registries keep layers in S3 as well, in buckets of their own. A host in the text decides.
        let starport = signals.position(SignalName::Endpoint, &Endpoint::S3Layers.into()).is_some();
        let (endpoint, means) = match signals.value(SignalName::ImageRegistry) {
            Some(Value::Registry(registry)) if *registry != Registry::Ecr && !starport => {
                (endpoint_of(*registry, true).unwrap_or(Endpoint::S3Layers), "where the registry keeps layers")
            }
            _ => (Endpoint::S3Layers, "where ECR keeps layers"),
        };
        push(signals, SignalName::Endpoint, endpoint.into(), "R-S3", vec![at], means.to_owned());
    }
}

/// R-DAEMON: with `Error response from daemon:` Docker failed before its first line of progress, so at the manifest or
/// before; without it, right after the error name, it failed later, at the layers.
fn docker_daemon(record: &Record, signals: &mut Signals) {
    let Some((error_at, range, text)) =
        signals.named(SignalName::Error).find_map(|(at, signal)| match (&signal.value, &signal.origin) {
            (Value::Text(name), Origin::Text { text, range }) if &**name == "CannotPullContainerError" => {
                Some((at, range.clone(), *text))
            }
            _ => None,
        })
    else {
        return;
    };
    let rest = record.texts[text].text[range.end..].trim_start_matches([':', ' ']);
    let later = [
        "dial tcp",
        "read tcp",
        "error pulling image configuration",
        "failed to register layer",
        "unexpected EOF",
        "EOF",
        "filesystem layer verification",
        "write /",
    ];
    if later.iter().any(|text| rest.starts_with(text)) {
        push(
            signals,
            SignalName::Stage,
            Stage::Layers.into(),
            "R-DAEMON",
            vec![error_at],
            "Docker reports so what fails after the manifest".to_owned(),
        );
        push(
            signals,
            SignalName::Writer,
            Writer::Docker.into(),
            "R-DAEMON",
            vec![error_at],
            "written by Docker, on a container instance".to_owned(),
        );
    }
}

/// R-RESP, R-NORESP: an HTTP status or a request id proves the network path; a transport failure proves that permissions
/// were never asked.
fn answered(candidates: &Candidates, signals: &mut Signals) {
    let said = |answer: Answer, signals: &Signals| signals.position(SignalName::Answered, &answer.into()).is_some();
    if said(Answer::Yes, signals) || said(Answer::No, signals) {
        return;
    }
    if let Some(at) = candidates.answered.first() {
        push(
            signals,
            SignalName::Answered,
            Answer::Yes.into(),
            "R-RESP",
            vec![*at],
            "an answer came, so the network path is good".to_owned(),
        );
        return;
    }
    let unanswered = signals
        .named(SignalName::Mode)
        .find(|(_, signal)| matches!(signal.value, Value::Mode(mode) if mode.means_unanswered() || mode == Mode::HelperKilled))
        .map(|(at, _)| at);
    if let Some(at) = unanswered {
        push(
            signals,
            SignalName::Answered,
            Answer::No.into(),
            "R-NORESP",
            vec![at],
            "no answer came, so permissions were never asked".to_owned(),
        );
    }
}

/// The one stage: what a rule concluded, else the strongest of what the texts say, else what AWS's sentence says.
fn stage(candidates: &Candidates, signals: &mut Signals) {
    let concluded = signals.named(SignalName::Stage).next().is_some();
    let counted = |candidate: &&Candidate<Stage>| signals.counts(&signals.list[candidate.premise]);
    let strongest = candidates.stages.iter().filter(counted).max_by_key(|candidate| candidate.strength);
    // A step that the text names itself beats a conclusion: an environment file comes from S3 as well.
    let named = strongest.filter(|candidate| {
        !concluded
            || matches!(candidate.of, Stage::EnvFile | Stage::Secrets | Stage::LogDriver | Stage::Volume)
                && candidate.strength > 3
    });
    if let Some(candidate) = named {
        let (of, premise) = (candidate.of, candidate.premise);
        let means = signals.list[premise].means.clone();
        supersede(signals, SignalName::Stage, |_| true);
        push(signals, SignalName::Stage, of.into(), "stage", vec![premise], means);
    } else if let (false, true, Some(daemon)) = (concluded, is_pull(signals), daemon(signals)) {
        let means = "Docker reports so what fails at the manifest or before".to_owned();
        push(signals, SignalName::Stage, Stage::Manifest.into(), "R-DAEMON", vec![daemon], means);
    } else if !concluded
        && let Some(candidate) =
            candidates.advised_stages.iter().find(|candidate| signals.counts(&signals.list[candidate.premise]))
    {
        let (of, premise) = (candidate.of, candidate.premise);
        let means = signals.list[premise].means.clone();
        push(signals, SignalName::Stage, of.into(), "stage-by-advice", vec![premise], means);
    }
}

fn daemon(signals: &Signals) -> Option<usize> {
    signals.position(SignalName::Wrapper, &Value::text("daemon"))
}

/// The one endpoint: the address beats the host, the host beats the step, the step beats the image's registry.
fn endpoint(candidates: &Candidates, signals: &mut Signals) {
    let stage = signals.value(SignalName::Stage).cloned();
    let in_layers = stage == Some(Value::Stage(Stage::Layers));
    let dialled_s3 = signals.position(SignalName::AddressService, &Value::text("s3")).is_some();
    let concluded = signals
        .list
        .iter()
        .any(|signal| signal.name == SignalName::Endpoint && matches!(signal.origin, Origin::Rule { .. }));
    if concluded {
        if in_layers {
            // What a rule concluded stays alone: the host that the text names is not the one that failed.
            supersede(signals, SignalName::Endpoint, |signal| !matches!(signal.origin, Origin::Rule { .. }));
        } else {
            supersede(signals, SignalName::Endpoint, |signal| matches!(signal.origin, Origin::Rule { .. }));
        }
    }
    if dialled_s3 && stage == Some(Value::Stage(Stage::EnvFile)) {
        supersede(signals, SignalName::Endpoint, |_| true);
    }
    if signals.named(SignalName::Endpoint).next().is_some() {
        return;
    }
    let strongest = candidates
        .endpoints
        .iter()
        .filter(|candidate| signals.counts(&signals.list[candidate.premise]))
        .max_by_key(|candidate| candidate.strength);
    if let Some(candidate) = strongest {
        let (of, premise) = (candidate.of, candidate.premise);
        let means = signals.list[premise].means.clone();
        push(signals, SignalName::Endpoint, of.into(), "endpoint-by-step", vec![premise], means);
        return;
    }
    let registry = signals.named(SignalName::ImageRegistry).next().map(|(at, signal)| (at, signal.value.clone()));
    if let (Some((at, Value::Registry(registry))), Some(Value::Stage(Stage::Manifest | Stage::Layers))) =
        (registry, &stage)
        && let Some(endpoint) = endpoint_of(registry, in_layers)
    {
        push(signals, SignalName::Endpoint, endpoint.into(), "endpoint-by-image", vec![at], String::new());
        return;
    }
    if let Some(candidate) =
        candidates.advised_endpoints.iter().find(|candidate| signals.counts(&signals.list[candidate.premise]))
    {
        let (of, premise) = (candidate.of, candidate.premise);
        let means = signals.list[premise].means.clone();
        push(signals, SignalName::Endpoint, of.into(), "endpoint-by-advice", vec![premise], means);
    }
}

/// Sets signals aside that a surer one contradicts. They stay in the list, where others name them as premises.
fn supersede(signals: &mut Signals, name: SignalName, which: impl Fn(&Signal) -> bool) {
    for signal in signals.list.iter_mut().filter(|signal| signal.name == name) {
        signal.superseded |= which(signal);
    }
}

/// Where a registry's manifests or layers are.
fn endpoint_of(registry: Registry, layers: bool) -> Option<Endpoint> {
    Some(match (registry, layers) {
        (Registry::Ecr, false) => Endpoint::EcrRegistry,
        // Whether the registry or S3 failed is not said.
        (Registry::Ecr, true) => return None,
        (Registry::EcrPublic, false) => Endpoint::EcrPublic,
        (Registry::EcrPublic, true) => Endpoint::EcrPublicLayers,
        (Registry::DockerHub, false) => Endpoint::DockerHub,
        (Registry::DockerHub, true) => Endpoint::DockerHubLayers,
        (Registry::Ghcr, false) => Endpoint::Ghcr,
        (Registry::Ghcr, true) => Endpoint::GhcrLayers,
        (Registry::Quay, false) => Endpoint::Quay,
        (Registry::Quay, true) => Endpoint::QuayLayers,
        (Registry::Google, false) => Endpoint::GoogleRegistry,
        (Registry::Google, true) => Endpoint::GoogleLayers,
        (Registry::Microsoft, _) => Endpoint::MicrosoftRegistry,
        (Registry::Gitlab, _) => Endpoint::GitlabRegistry,
        (Registry::Kubernetes, _) => Endpoint::KubernetesRegistry,
        (Registry::Other, _) => Endpoint::OtherRegistry,
    })
}

impl Extractor {
    /// The names of the derived rules, for documentation.
    pub const RULES: &'static [&'static str] = &[
        "R-REDACT",
        "R-S3",
        "R-DAEMON",
        "R-RESP",
        "R-NORESP",
        "stage",
        "stage-by-advice",
        "endpoint-by-step",
        "endpoint-by-image",
        "endpoint-by-advice",
        "relation",
    ];
}

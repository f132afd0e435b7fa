//! The texts that produce signals, as data (`knowledge/signals/*.yaml`).

use crate::vocabulary::{ContainerRole, Endpoint, Mode, Registry, RequestKind, Stage, StopCause, Writer};
use serde::{Deserialize, Serialize};

/// Every table of `knowledge/signals/`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// Error names that ECS prints.
    pub errors: Vec<ErrorName>,
    /// Phrases that tell which step was under way.
    pub wrappers: Vec<Wrapper>,
    /// AWS's advice sentences.
    pub advice: Vec<Advice>,
    /// Failure modes, the more telling first.
    pub modes: Vec<ModeRule>,
    /// Hosts and the service behind each.
    pub hosts: Vec<HostRule>,
    /// Codes of AWS services and registries.
    pub codes: Vec<Code>,
    /// Texts that tell why a task was stopped.
    pub stops: Vec<StopText>,
    /// Images and names of known sidecars.
    pub sidecars: Vec<Sidecar>,
    /// Texts that tell why no task could be placed.
    pub placement: Vec<ReasonText>,
    /// Texts that tell what a load balancer's health check found.
    pub target_health: Vec<ReasonText>,
    /// What AWS's runbook finds.
    pub findings: Vec<FindingText>,
}

/// An error name, as printed before the first `: ` of a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorName {
    /// The name.
    pub name: String,
    /// The stage that the name alone decides.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// A name so general that in a log it needs the agent's own sentence as well.
    #[serde(default)]
    pub generic: bool,
    /// What it tells a reader.
    pub means: String,
}

/// A phrase that tells which step was under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrapper {
    /// Its id, the value of the signal `wrapper`.
    pub id: String,
    /// The texts, any of them.
    pub texts: Vec<String>,
    /// The stage it decides.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// How strongly: the strongest wins, the later one among equals. 1 to 9.
    #[serde(default)]
    pub strength: u8,
    /// The service that step asks, when no request is left in the text.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// The kind of request of that step.
    #[serde(default)]
    pub request: Option<RequestKind>,
    /// Who writes so.
    #[serde(default)]
    pub writer: Option<Writer>,
    /// The reason follows it: a text that ends with it is cut.
    #[serde(default)]
    pub opens: bool,
    /// Another system than ECS writes so (a kubelet, the docker command): what the text shows is possible at most, unless an
    /// error name of ECS stands in it.
    #[serde(default)]
    pub foreign: bool,
    /// What it tells a reader.
    pub means: String,
}

/// A sentence that AWS puts before the raw error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// Its id, the value of the signal `advice`.
    pub id: String,
    /// The texts, any of them.
    pub texts: Vec<String>,
    /// The stage, used only when no raw tail is left.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// The service it names, used only when no raw tail is left.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// AWS derives it from an exact match on the raw text, so it can be trusted.
    #[serde(default)]
    pub exact: bool,
    /// The sentence in short, as quoted in a report.
    pub says: String,
}

/// A failure mode and the texts that show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeRule {
    /// The mode.
    pub mode: Mode,
    /// Texts of which one decides.
    pub texts: Vec<String>,
    /// Texts of which one must stand before it, within 400 bytes.
    #[serde(default)]
    pub after: Vec<String>,
    /// Speaks only if no child of the mode was found.
    #[serde(default)]
    pub weak: bool,
    /// What it tells a reader.
    pub means: String,
}

/// A pattern of host names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostRule {
    /// Parts that the host must contain, in order. `^` and `$` at the ends anchor.
    pub parts: Vec<String>,
    /// What must follow the region in the host, if anything does: one of these, or its beginning where the text is cut.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The service behind it.
    pub endpoint: Endpoint,
    /// The stage that a request to it proves.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// Which registry an image reference with this host names.
    #[serde(default)]
    pub registry: Option<Registry>,
    /// What it is called in a report.
    pub name: String,
}

/// A code of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code, the value of the signal `api_code`.
    pub code: String,
    /// The texts that show it.
    pub texts: Vec<String>,
    /// Whether it proves that the service answered. Default: yes.
    #[serde(default = "yes")]
    pub answered: bool,
    /// What it tells a reader.
    pub means: String,
}

fn yes() -> bool {
    true
}

/// A text that tells why a task was stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopText {
    /// The cause.
    pub cause: StopCause,
    /// The texts.
    pub texts: Vec<String>,
    /// Nothing failed: the stop was asked for.
    #[serde(default)]
    pub normal: bool,
    /// The stage it decides, where no step is named.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// What it tells a reader.
    pub means: String,
}

/// A container that is not the application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    /// What it is called in a report.
    pub name: String,
    /// Parts of image references.
    #[serde(default)]
    pub images: Vec<String>,
    /// Container names.
    #[serde(default)]
    pub containers: Vec<String>,
    /// Its role.
    pub role: ContainerRole,
}

/// A reason, and the texts that show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonText {
    /// The reason, the value of the signal.
    pub reason: String,
    /// The texts.
    #[serde(default)]
    pub texts: Vec<String>,
    /// The stage it decides.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// What it tells a reader.
    pub means: String,
}

/// A finding of AWS's runbook. What a task says of it stands in [`super::Judgement`]s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingText {
    /// Its id, the value of the signal `finding`.
    pub id: String,
    /// The texts that show it.
    pub texts: Vec<String>,
    /// What it can and cannot mean, without the task. A template.
    pub alone: String,
}

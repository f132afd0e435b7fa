//! The explanation: the JSON contract `ecsplain/1` as types. Fields are added, never renamed or removed.

use crate::knowledge::Problem;
use crate::record::{Record, RecordKind, Text};
use crate::signal::Signals;
use crate::vocabulary::{Certainty, ContainerRole, Fact, FixForm, Severity, Stage, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// The schema's name, in every explanation.
pub const SCHEMA: &str = "ecsplain/1";

/// What came of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A failure whose problem is known.
    Explained,
    /// Nothing failed.
    Normal,
    /// A failure that no problem answers.
    Unknown,
    /// It could not be read.
    Rejected,
}

/// Why a record is as it is, how that is known, and what to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Explanation {
    /// `ecsplain/1`.
    pub schema: &'static str,
    /// What came of the record.
    pub outcome: Outcome,
    /// The same failure of the same service has the same value in every run.
    pub fingerprint: String,
    /// What it is about.
    pub record: RecordRef,
    /// The problem; `null` when unknown.
    pub problem: Option<ProblemRef>,
    /// How sure it is that this is the problem.
    #[cfg_attr(test, schemars(with = "String"))]
    pub certainty: Certainty,
    /// Two sentences.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Problems that hold as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// The fingerprint of the explanation that it follows from, among those given together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symptom_of: Option<String>,
    /// Findings of AWS's runbook, judged by what the task itself shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ruled_out: Vec<RuledOut>,
    /// What AWS's own words get wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub misleading: Vec<Misleading>,
    /// Possible causes, the most probable first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// For a failure that no problem answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Unknown>,
    /// Further reading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// How many records it stands for, when grouped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With `-v`: what was read and concluded. Its shape is outside the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning>,
    /// What the record's values are, for whoever replaces them. Never printed.
    #[serde(skip)]
    pub facts: BTreeMap<Fact, String>,
}

/// What was read from a record, and what the nearest problems that did not match miss.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reasoning {
    /// Signals as `name: value (where from)`.
    pub signals: Vec<String>,
    /// The nearest problems that did not match.
    pub nearest: Vec<Nearest>,
}

/// What an explanation is about. Unknown values are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)] // named as in ECS's API
pub struct RecordRef {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<RecordKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_definition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<ContainerRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<Text>,
    pub source: Source,
}

/// A container of the task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct ContainerRef {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    #[cfg_attr(test, schemars(with = "String"))]
    pub role: ContainerRole,
    /// Whether it brought the task down, as far as the record decides.
    pub decisive: bool,
}

/// Where the record came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Source {
    /// File or stream.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 1-based.
    pub line: usize,
}

/// A problem, in short.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct ProblemRef {
    pub id: String,
    pub title: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub stage: Stage,
    #[cfg_attr(test, schemars(with = "String"))]
    pub severity: Severity,
}

impl ProblemRef {
    pub(super) fn of(problem: &Problem) -> ProblemRef {
        ProblemRef {
            id: problem.id.clone(),
            title: problem.title.clone(),
            stage: problem.stage,
            severity: problem.severity,
        }
    }
}

/// A problem that holds as well.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct Also {
    pub problem: ProblemRef,
    #[cfg_attr(test, schemars(with = "String"))]
    pub certainty: Certainty,
}

/// A piece of text or a field, and what it means.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Position in the record's `texts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<usize>,
    /// UTF-8 byte offset into that text as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<usize>,
    /// UTF-8 byte offset, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<usize>,
    /// The field, when it is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The piece.
    pub quote: String,
    /// What it means.
    pub means: String,
}

/// Something that it is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct RuledOut {
    pub what: String,
    pub because: String,
}

/// Something that AWS's own words get wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct Misleading {
    pub says: String,
    pub truth: String,
}

/// A finding of AWS's runbook.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The finding, in the runbook's words.
    pub says: String,
    /// What the task's own text says of it.
    #[cfg_attr(test, schemars(with = "String"))]
    pub verdict: Verdict,
    /// Why.
    pub because: String,
}

/// Whether a cause has been confirmed or excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CauseState {
    /// Possible.
    Open,
    /// Proved.
    Confirmed,
    /// Ruled out by the record.
    Excluded,
}

/// A possible cause.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct Cause {
    pub id: String,
    pub title: String,
    /// Why it produces this text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    pub state: CauseState,
    /// Why it is confirmed or excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Confirmed incidents with this cause, when enough are known.
    #[serde(skip_serializing_if = "is_zero")]
    pub seen: u16,
    /// Confirmed incidents of the problem.
    #[serde(skip_serializing_if = "is_zero")]
    pub of: u16,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// A command that tells whether it is this cause.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[allow(missing_docs)]
pub struct Check {
    pub run: String,
    pub expect: String,
}

/// What to change, in one form.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fix {
    /// The language.
    #[cfg_attr(test, schemars(with = "String"))]
    pub form: FixForm,
    /// When to take this one of several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// What it does.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The text, ready to paste but for the placeholders.
    pub text: String,
    /// Facts that were not known; their names in capitals stand in the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<String>,
}

/// What can be said of a failure that no problem answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unknown {
    /// The text with what differs from case to case masked.
    pub shape: String,
    /// Problems that it comes near to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<Nearest>,
}

/// A problem that nearly holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Nearest {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is missing for it to hold.
    pub missing: String,
}

/// How many records an explanation stands for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Group {
    /// Failures. Several events of one task count once.
    pub count: usize,
    /// Distinct tasks.
    pub task_count: usize,
    /// Time of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// Time of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// At most 20 task ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
}

impl Explanation {
    /// Whether something failed.
    pub fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Explained | Outcome::Unknown)
    }
}

/// An explanation with everything that the record itself says.
pub(super) fn of_record(record: &Record, signals: &Signals, outcome: Outcome) -> Explanation {
    let containers = record
        .containers
        .iter()
        .enumerate()
        .map(|(at, container)| ContainerRef {
            name: container.name.clone(),
            image: container.image.clone(),
            exit_code: container.exit_code,
            role: signals.roles.get(at).copied().unwrap_or(ContainerRole::Application),
            decisive: signals.decisive == Some(at),
        })
        .collect();
    let record = RecordRef {
        kind: Some(record.kind),
        task: record.task.clone(),
        cluster: record.cluster.clone(),
        service: record.service.clone(),
        task_definition: record.task_definition.clone(),
        region: record.region.clone(),
        account: record.account.clone(),
        launch_type: record.launch_type.clone(),
        stop_code: record.stop_code.clone(),
        time: record.time.clone(),
        containers,
        texts: record.texts.clone(),
        source: Source { name: record.source.clone(), line: record.line },
    };
    empty(record, outcome)
}

/// An explanation of something that could not be read.
pub fn rejected(source: &str, line: usize, reason: &str) -> Explanation {
    let record = RecordRef { source: Source { name: source.to_owned(), line }, ..RecordRef::default() };
    let mut explanation = empty(record, Outcome::Rejected);
    explanation.reason = Some(reason.to_owned());
    explanation.fingerprint = fingerprint(&explanation, &BTreeMap::new());
    explanation
}

fn empty(record: RecordRef, outcome: Outcome) -> Explanation {
    Explanation {
        schema: SCHEMA,
        outcome,
        fingerprint: String::new(),
        record,
        problem: None,
        certainty: Certainty::Unknown,
        summary: String::new(),
        also: Vec::new(),
        symptom_of: None,
        findings: Vec::new(),
        evidence: Vec::new(),
        ruled_out: Vec::new(),
        misleading: Vec::new(),
        causes: Vec::new(),
        unknown: None,
        references: Vec::new(),
        group: None,
        reason: None,
        reasoning: None,
        facts: BTreeMap::new(),
    }
}

/// Facts that tell two failures apart.
const TELLING_APART: [Fact; 8] = [
    Fact::Image,
    Fact::Secret,
    Fact::Parameter,
    Fact::LogGroup,
    Fact::FileSystem,
    Fact::ObjectKey,
    Fact::TargetGroup,
    Fact::Module,
];

/// FNV-1a over what makes two failures the same: the problem (or the text's shape), where it happened, the service (or the
/// task definition's family, or else what was asked for), the container and its exit code, the first cause.
pub(super) fn fingerprint(explanation: &Explanation, facts: &BTreeMap<Fact, String>) -> String {
    let record = &explanation.record;
    let what = explanation
        .problem
        .as_ref()
        .map(|problem| problem.id.as_str())
        .or(explanation.unknown.as_ref().map(|unknown| unknown.shape.as_str()))
        .or(explanation.reason.as_deref());
    let family = record.task_definition.as_deref().and_then(|definition| definition.split(':').next());
    let service = record.service.as_deref().or(family);
    let mut parts: Vec<&str> =
        [what, record.account.as_deref(), record.region.as_deref(), record.cluster.as_deref(), service]
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect();
    parts.extend(TELLING_APART.iter().map(|fact| facts.get(fact).map_or("", String::as_str)));
    if service.is_none() {
        // A resource may hold a task's id: within a service it would tell equal failures apart.
        parts.push(facts.get(&Fact::Resource).map_or("", String::as_str));
    }
    let codes: Vec<String> = record
        .containers
        .iter()
        .filter(|container| container.decisive || explanation.problem.is_none())
        .map(|container| format!("{}={:?}", container.name, container.exit_code))
        .collect();
    parts.extend(codes.iter().map(String::as_str));
    parts.push(explanation.causes.first().map_or("", |cause| &cause.id));
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

//! Signal names, and the values a signal can have.

use super::words::*;
use serde::{Deserialize, Serialize};

/// Declares the signal names with the kind of value each has.
macro_rules! signals {
    ($($(#[$doc:meta])* $variant:ident = $text:literal : $kind:ident),* $(,)?) => {
        /// The name of a signal. The list is closed; `knowledge/README.md` documents each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum SignalName { $(#[doc = concat!("`", $text, "`")] $variant,)* }

        impl SignalName {
            /// Every signal name.
            pub const ALL: &'static [SignalName] = &[$(SignalName::$variant),*];

            /// The name as it is spelled in knowledge files.
            pub const fn as_str(self) -> &'static str {
                match self { $(SignalName::$variant => $text),* }
            }

            /// What its values are.
            pub const fn kind(self) -> ValueKind {
                match self { $(SignalName::$variant => ValueKind::$kind),* }
            }

            /// The name with this spelling.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|name| name.as_str() == text)
            }
        }
    };
}

signals! {
    Error = "error": Text, Stage = "stage": Stage, Advice = "advice": Text, Wrapper = "wrapper": Text,
    Request = "request": Request, Endpoint = "endpoint": Endpoint, Host = "host": Text, Address = "address": Text,
    AddressScope = "address_scope": AddressScope, AddressService = "address_service": Text, Mode = "mode": Mode,
    HttpStatus = "http_status": Number, ApiCode = "api_code": Text, Answered = "answered": Answer,
    Operation = "operation": Text, IamAction = "iam_action": Text, PolicyKind = "policy_kind": Policy,
    ExplicitDeny = "explicit_deny": Answer, Role = "role": Text, RegionRelation = "region_relation": Relation,
    AccountRelation = "account_relation": Relation, Image = "image": Text, ImageRegistry = "image_registry": Registry,
    ImageReference = "image_reference": Reference, Platform = "platform": Text, ExitCode = "exit_code": Number,
    StopCode = "stop_code": Text, StopCause = "stop_cause": StopCause, LaunchType = "launch_type": Text,
    ContainerStatus = "container_status": Text, ContainerRole = "container_role": Role, Reached = "reached": Reached,
    EventName = "event_name": Text, PlacementReason = "placement_reason": Text, TargetHealth = "target_health": Text,
    FileSystem = "file_system": FileSystem, Retries = "retries": Number, Writer = "writer": Writer,
    Truncated = "truncated": Answer, HealthStatus = "health_status": Number, ContainerHealth = "container_health": Text,
    OfService = "of_service": Answer, Essential = "essential": Answer, RanSeconds = "ran_seconds": Number,
    StopSeconds = "stop_seconds": Number, EventType = "event_type": Text, RolloutState = "rollout_state": Text,
    AgentConnected = "agent_connected": Answer, InstanceStatus = "instance_status": Text, Finding = "finding": Text,
    ContainerReason = "container_reason": Answer,
}

/// What kind of value a signal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Free text, compared without ASCII case.
    Text,
    /// A whole number.
    Number,
    /// A [`Stage`].
    Stage,
    /// A [`Mode`].
    Mode,
    /// An [`Endpoint`].
    Endpoint,
    /// A [`RequestKind`].
    Request,
    /// An [`AddressScope`].
    AddressScope,
    /// A [`PolicyKind`].
    Policy,
    /// A [`Relation`].
    Relation,
    /// A [`Registry`].
    Registry,
    /// A [`ReferenceKind`].
    Reference,
    /// A [`StopCause`].
    StopCause,
    /// A [`ContainerRole`].
    Role,
    /// A [`Reached`].
    Reached,
    /// A [`Writer`].
    Writer,
    /// A [`FileSystem`].
    FileSystem,
    /// An [`Answer`].
    Answer,
}

/// The value of a signal, or one that a condition asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)] // each variant is named after the type it holds
pub enum Value {
    Text(Box<str>),
    Number(i64),
    Stage(Stage),
    Mode(Mode),
    Endpoint(Endpoint),
    Request(RequestKind),
    AddressScope(AddressScope),
    Policy(PolicyKind),
    Relation(Relation),
    Registry(Registry),
    Reference(ReferenceKind),
    StopCause(StopCause),
    Role(ContainerRole),
    Reached(Reached),
    Writer(Writer),
    FileSystem(FileSystem),
    Answer(Answer),
}

/// Declares parsing and printing over the closed word lists in one place.
macro_rules! over_words {
    ($($kind:ident => $word:ident),* $(,)?) => {
        impl Value {
            /// The value of a signal of this kind that is spelled so.
            ///
            /// # Errors
            /// The words that would have been right, when there is a closed list and this is not in it.
            pub fn parse(kind: ValueKind, text: &str) -> Result<Value, Vec<&'static str>> {
                match kind {
                    ValueKind::Text => Ok(Value::Text(text.into())),
                    ValueKind::Number => text.parse().map(Value::Number).map_err(|_| vec!["a whole number"]),
                    $(ValueKind::$kind => $word::parse(text)
                        .map(Value::$kind)
                        .ok_or_else(|| $word::ALL.iter().map(|word| word.as_str()).collect()),)*
                }
            }
        }

        impl std::fmt::Display for Value {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Value::Text(text) => f.write_str(text),
                    Value::Number(number) => write!(f, "{number}"),
                    $(Value::$kind(word) => f.write_str(word.as_str()),)*
                }
            }
        }

        impl Value {
            /// Position of a word in its list; 0 for what is no word.
            pub(crate) fn index(&self) -> u64 {
                match self {
                    Value::Text(_) | Value::Number(_) => 0,
                    $(Value::$kind(word) => *word as u64,)*
                }
            }
        }

        $(impl From<$word> for Value {
            fn from(word: $word) -> Value { Value::$kind(word) }
        })*
    };
}

over_words! {
    Stage => Stage, Mode => Mode, Endpoint => Endpoint, Request => RequestKind, AddressScope => AddressScope,
    Policy => PolicyKind, Relation => Relation, Registry => Registry, Reference => ReferenceKind,
    StopCause => StopCause, Role => ContainerRole, Reached => Reached, Writer => Writer, FileSystem => FileSystem,
    Answer => Answer,
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<Box<str>>) -> Value {
        Value::Text(text.into())
    }

    /// Whether a signal with this value satisfies a condition that asks for `wanted`: equal, a child of it
    /// (modes), or equal but for ASCII case (text).
    pub fn satisfies(&self, wanted: &Value) -> bool {
        match (self, wanted) {
            (Value::Text(own), Value::Text(wanted)) => own.eq_ignore_ascii_case(wanted),
            (Value::Mode(own), Value::Mode(wanted)) => own.is_a(*wanted),
            (own, wanted) => own == wanted,
        }
    }
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Comparison {
    /// Splits `">=500"` into the comparison and its number.
    pub fn parse(text: &str) -> Option<(Comparison, i64)> {
        let text = text.trim();
        let (comparison, rest) = if let Some(rest) = text.strip_prefix(">=") {
            (Comparison::AtLeast, rest)
        } else if let Some(rest) = text.strip_prefix("<=") {
            (Comparison::AtMost, rest)
        } else if let Some(rest) = text.strip_prefix('>') {
            (Comparison::Above, rest)
        } else {
            (Comparison::Below, text.strip_prefix('<')?)
        };
        Some((comparison, rest.trim().parse().ok()?))
    }

    /// Whether `number` compares so to `limit`.
    pub fn holds(self, number: i64, limit: i64) -> bool {
        match self {
            Comparison::AtLeast => number >= limit,
            Comparison::Above => number > limit,
            Comparison::AtMost => number <= limit,
            Comparison::Below => number < limit,
        }
    }

    /// The comparison as it is written in a condition.
    pub fn as_str(self) -> &'static str {
        match self {
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
            Comparison::AtMost => "<=",
            Comparison::Below => "<",
        }
    }
}

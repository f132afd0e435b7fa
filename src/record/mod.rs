//! Bytes in, [`Record`]s out: what happened, with its texts and fields, before anything is concluded from them.
//!
//! [`read`](read::read) finds out by itself what it is given: JSON documents (describe-tasks, EventBridge events,
//! describe-services), one text that is a question, or a log.

mod definition;
mod documents;
mod fold;
mod json;
pub mod line;
mod log;
mod loose;
mod mask;
mod origin;
pub mod read;
mod runbook;
mod scan;
mod stream;
mod time;

pub use definition::{TaskDefinition, attach};
pub use fold::{Limits, MOST_CLASSES};
pub use log::{DOCUMENT_SIGNS, log_records};
pub use loose::{LooseFields, loose_fields};
pub use origin::Origin;
pub use read::{Again, Input, Item, Rejected, read};
pub use stream::{Ending, Shape, Stream, Taken, record_border};
pub use time::iso_time;

use crate::vocabulary::{Place, Reached};
use serde::Serialize;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// A task of describe-tasks or of an ECS Task State Change event.
    StoppedTask,
    /// A message of a service's events, or an ECS Service Action event.
    ServiceEvent,
    /// An ECS Deployment State Change event or a deployment's state.
    DeploymentEvent,
    /// An ECS Container Instance State Change event.
    ContainerInstanceEvent,
    /// The answer of a refused call.
    ApiError,
    /// A report of AWS's runbook.
    Runbook,
    /// A log line tied to a task that failed.
    TaskLog,
    /// Any line of any program.
    Log,
    /// A text that somebody asks about.
    #[default]
    Text,
}

impl RecordKind {
    /// The place in which condition sets speak about such a record.
    pub fn place(self) -> Place {
        match self {
            RecordKind::StoppedTask => Place::Task,
            RecordKind::ServiceEvent | RecordKind::DeploymentEvent | RecordKind::ContainerInstanceEvent => Place::Event,
            RecordKind::ApiError => Place::Api,
            RecordKind::Runbook => Place::Runbook,
            RecordKind::TaskLog => Place::TaskLog,
            RecordKind::Log => Place::Log,
            RecordKind::Text => Place::Text,
        }
    }
}

/// A text of a record, with the field that it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Text {
    /// `stoppedReason`, `containers[1].reason`, `message`, …
    pub field: String,
    /// The text: decoded, cut, with keys and signatures masked.
    pub text: String,
    /// Whether we cut it.
    pub cut: bool,
    /// Position in [`Record::containers`] when it is one container's.
    #[serde(skip)]
    pub container: Option<usize>,
}

/// A container of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Container {
    /// Its name in the task definition.
    pub name: String,
    /// Its image reference.
    pub image: Option<String>,
    /// Its exit code.
    pub exit_code: Option<i64>,
    /// Its last status.
    pub last_status: Option<String>,
    /// `HEALTHY`, `UNHEALTHY`, `UNKNOWN`, by its own health check.
    pub health: Option<String>,
    /// Whether the task ends with it. Only a task definition tells.
    pub essential: Option<bool>,
    /// Containers that must come to a state before it starts, with the state. Only a task definition tells.
    pub depends_on: Vec<(String, String)>,
}

/// One thing that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What kind of thing.
    pub kind: RecordKind,
    /// Task id (32 hexadecimal digits, or a UUID in old records).
    pub task: Option<String>,
    /// Cluster name.
    pub cluster: Option<String>,
    /// Service name.
    pub service: Option<String>,
    /// Task definition as `family:revision`.
    pub task_definition: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Account id.
    pub account: Option<String>,
    /// `FARGATE`, `EC2`, `EXTERNAL`, …
    pub launch_type: Option<String>,
    /// `TaskFailedToStart`, …
    pub stop_code: Option<String>,
    /// When it happened, ISO 8601.
    pub time: Option<String>,
    /// Last point of life that its times prove.
    pub reached: Option<Reached>,
    /// Subnet of the task's network interface.
    pub subnet: Option<String>,
    /// The task's network interface.
    pub network_interface: Option<String>,
    /// Availability Zone.
    pub availability_zone: Option<String>,
    /// `linux/amd64` or so, from the task's attributes.
    pub architecture: Option<String>,
    /// Name of an EventBridge event.
    pub event_name: Option<String>,
    /// `INFO`, `WARN`, `ERROR` of an EventBridge event.
    pub event_type: Option<String>,
    /// `FAILED`, `IN_PROGRESS`, `COMPLETED` of a deployment.
    pub rollout_state: Option<String>,
    /// Whether the agent of a container instance is connected.
    pub agent_connected: Option<bool>,
    /// `ACTIVE`, `DRAINING`, … of a container instance.
    pub instance_status: Option<String>,
    /// The container instance that it ran on, or is about.
    pub container_instance: Option<String>,
    /// Seconds from its start to when it was to stop, by its times.
    pub ran_seconds: Option<i64>,
    /// Seconds from when it was to stop to when its containers had stopped, by its times.
    pub stop_seconds: Option<i64>,
    /// Whether a stopped task has stopped, or is to stop.
    pub stopped: bool,
    /// Whether a service's scheduler started it.
    pub of_service: bool,
    /// Its containers.
    pub containers: Vec<Container>,
    /// Its texts.
    pub texts: Vec<Text>,
    /// File or stream that it came from.
    pub source: String,
    /// Line in the source, 1-based.
    pub line: usize,
    /// Its class among the tasks of a stream that folds equal ones.
    pub class: Option<u32>,
}

impl Record {
    /// A record of this kind with nothing in it.
    pub fn new(kind: RecordKind) -> Record {
        Record { kind, stopped: true, line: 1, ..Record::default() }
    }

    /// A record of one text that somebody asks about.
    pub fn of_text(text: &str) -> Record {
        let mut record = Record::new(RecordKind::Text);
        record.push_text("message", text, None);
        record
    }

    /// Adds a text: cut to a bounded length, with keys and signatures masked.
    pub fn push_text(&mut self, field: impl Into<String>, text: &str, container: Option<usize>) {
        let (text, cut) = mask::cut(text);
        self.texts.push(Text { field: field.into(), text: mask::mask_keys(text), cut, container });
    }
}

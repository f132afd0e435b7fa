//! ECS's JSON shapes: describe-tasks, describe-services, EventBridge events, and what they are wrapped in. Keys in any casing.

mod encoded;
mod envelope;
mod event;
mod partial;
mod reader;
mod task;

pub(super) use reader::{Found, Gate, Reader};

use super::origin::Origin;
use super::time::iso_time;
use super::{Record, RecordKind};
use crate::pattern::Pattern;
use event::{
    container_instance, event, failure, is_container_instance, is_service, is_service_deployment, service,
    service_deployment,
};
use reader::Depth;
use serde_json::{Map, Value};
use std::sync::LazyLock;
use task::{is_job, is_task, job, managed_agents, task};

/// A field by its name without `_` and `-`, in any casing.
pub(super) fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| same_key(key, name)).map(|(_, value)| value))
}

fn same_key(key: &str, name: &str) -> bool {
    let mut key = key.bytes().filter(|b| !matches!(b, b'_' | b'-'));
    let mut name = name.bytes();
    loop {
        match (key.next(), name.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            _ => return false,
        }
    }
}

pub(super) fn text_of(object: &Map<String, Value>, name: &str) -> Option<String> {
    match field(object, name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// A whole number, also as text or with a fraction of nothing, as some tools write it.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e15)?;
            #[allow(clippy::cast_possible_truncation)] // whole and bounded
            Some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub(super) fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    match field(object, name) {
        Some(Value::Array(list)) => list,
        _ => &[],
    }
}

/// The records of one JSON document, in its order. Empty when it is no ECS thing.
pub(super) fn records(document: &Value) -> Vec<Record> {
    let mut reader = Reader::new(&|_| None);
    reader.read(document, 1);
    reader.finish().records
}

/// Words that stand in a text of ECS and hardly in another program's JSON.
static ECS_TEXT: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"\b(?:Cannot[A-Z][A-Za-z]+Error|ResourceInitializationError|DockerTimeoutError|Essential container in task|Task failed to start|unable to place a task)\b",
    )
});

/// Any text of ECS in a document of another shape: what a `--query` left over, a job of AWS Batch, a workflow's record.
fn collect_texts(value: &Value, records: &mut Vec<Record>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) if super::runbook::start(text.as_bytes()).is_some() => {
            let start = super::runbook::start(text.as_bytes()).unwrap_or(0);
            records.push(super::runbook::report(text.get(start..).unwrap_or(text)));
        }
        Value::String(text) if ECS_TEXT.is_match(text.as_bytes()) => records.push(Record::of_text(text)),
        Value::Array(list) => list.iter().for_each(|value| collect_texts(value, records, depth + 1)),
        Value::Object(object) => object.values().for_each(|value| collect_texts(value, records, depth + 1)),
        _ => {}
    }
}

/// Documents nest: an array of events, a task in `tasks`, an event in a string. Deeper than this is no ECS shape.
const DEEPEST: usize = 8;

impl Reader<'_> {
    fn collect(&mut self, value: &Value, depth: Depth, origin: &Origin) {
        match value {
            Value::Array(_) | Value::Object(_) if depth.nested > DEEPEST => self.too_deep(),
            Value::Array(list) => list.iter().for_each(|value| self.collect(value, depth.inner(), origin)),
            Value::Object(object) => self.collect_object(object, depth, origin),
            Value::String(text) => {
                if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                    match depth.unwrapped() {
                        Some(depth) => self.collect(&inner, depth, origin),
                        None => self.too_deep(),
                    }
                }
            }
            _ => {}
        }
    }

    /// A string that should hold a document, and may hold a text.
    fn string(&mut self, text: &str, depth: Depth, origin: &Origin) {
        match serde_json::from_str::<Value>(text) {
            Err(error) if begins_document(text) => self.broken(text, &error.to_string(), origin),
            _ => self.message(text, depth, origin),
        }
    }

    fn collect_object(&mut self, object: &Map<String, Value>, depth: Depth, origin: &Origin) {
        if let Some(report) = runbook_execution(object) {
            self.records.push(report);
        } else if field(object, "detailtype").is_some() {
            match (event(object), field(object, "detail")) {
                (Some(record), _) => self.records.push(record),
                // An event of another service: a workflow that ran a task, a job.
                (None, Some(detail)) => self.collect(detail, depth.inner(), origin),
                (None, None) => {}
            }
        } else if self.envelope(object, depth, origin) {
            // Read.
        } else if is_task(object) {
            self.records.push(task(object));
            managed_agents(object, &mut self.records);
        } else if is_container_instance(object) {
            self.records.push(container_instance(object));
        } else if is_job(object) {
            self.records.push(job(object));
        } else if let (Some(message), Some(_)) = (text_of(object, "message"), field(object, "createdat")) {
            let mut record = Record::new(RecordKind::ServiceEvent);
            record.time = field(object, "createdat").and_then(iso_time);
            record.push_text("message", &message, None);
            self.records.push(record);
        } else if is_service(object) {
            service(object, &mut self.records);
        } else if is_service_deployment(object) {
            self.records.push(service_deployment(object));
        } else {
            for name in INNER {
                match field(object, name) {
                    Some(Value::Array(list)) if name == "failures" => {
                        self.records.extend(list.iter().filter_map(Value::as_object).map(failure));
                    }
                    Some(Value::String(text)) if name == "cause" && begins_document(text) => {
                        self.string(text, depth.inner(), origin);
                    }
                    Some(inner) => self.collect(inner, depth.inner(), origin),
                    None => {}
                }
            }
        }
    }
}

/// `{` and then a key, `[` and then a document: not a line such as `[main] INFO`.
fn begins_document(text: &str) -> bool {
    let mut rest = text.bytes().filter(|b| !b.is_ascii_whitespace());
    matches!((rest.next(), rest.next()), (Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'{')))
}

/// Where documents hold others.
const INNER: [&str; 26] = [
    "automationexecution",
    "tasks",
    "task",
    "services",
    "service",
    "servicedeployments",
    "containerinstances",
    "events",
    "jobs",
    "detail",
    "records",
    "messages",
    "body",
    "message",
    "cause",
    "failures",
    // A live tail, a log record, what collectors answer.
    "sessionupdate",
    "sessionresults",
    "logrecord",
    "data",
    "hits",
    "logs",
    // A workflow's history.
    "taskfailedeventdetails",
    "executionfailedeventdetails",
    "entries",
    "executions",
];

/// AWS's own runbooks for ECS, as `aws ssm get-automation-execution` prints them: what their steps put out is the report.
fn runbook_execution(object: &Map<String, Value>) -> Option<Record> {
    /// A word or two of a step is no finding.
    const SHORTEST: usize = 20;
    let name = text_of(object, "documentname").filter(|name| name.starts_with("AWSSupport-TroubleshootECS"))?;
    let outputs = field(object, "outputs")?.as_object()?;
    let texts = outputs.values().flat_map(|output| match output {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text.as_str()],
        _ => Vec::new(),
    });
    let texts: Vec<&str> = texts.filter(|text| text.trim().len() >= SHORTEST).collect();
    let whole = texts.iter().find_map(|text| text.get(super::runbook::start(text.as_bytes())?..));
    let mut record = super::runbook::report(whole.unwrap_or(&texts.join("\n\n")));
    record.event_name = Some(name);
    (!record.texts.is_empty()).then_some(record)
}

/// The parts of `arn:partition:ecs:region:account:kind/…`.
pub(super) fn arn_parts(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    if parts.next()? != "arn" {
        return None;
    }
    let (_partition, _service) = (parts.next()?, parts.next()?);
    Some((parts.next()?, parts.next()?, parts.next()?))
}

pub(super) fn last_segment(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

fn place_of(record: &mut Record, arn: &str) {
    if let Some((region, account, _)) = arn_parts(arn) {
        record.region.get_or_insert_with(|| region.to_owned());
        record.account.get_or_insert_with(|| account.to_owned());
    }
}

//! ECS's JSON shapes: describe-tasks, describe-services, EventBridge events, and what they are wrapped in. Keys in any casing.

mod encoded;
mod envelope;
mod event;
mod partial;
mod task;

use super::origin::Origin;
use super::read::reasons_in;
use super::time::iso_time;
use super::{Record, RecordKind};
use crate::pattern::Pattern;
use event::{
    container_instance, event, failure, is_container_instance, is_service, is_service_deployment, service,
    service_deployment,
};
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
    reader.read(document);
    reader.finish().records
}

/// Where in a log's text something stands that can matter at all.
pub(super) type Gate<'a> = &'a dyn Fn(&[u8]) -> Option<usize>;

/// What has been found in documents.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    /// What could not be read, each reason once.
    pub(super) rejected: Vec<String>,
    /// It was an envelope that is known, so that there is nothing to complain of where it holds no record.
    pub(super) known: bool,
}

/// Reads documents one after another: a line that was split between two of them is put together.
pub(super) struct Reader<'a> {
    gate: Gate<'a>,
    /// So many bytes may come out of one encoded payload.
    limit: u64,
    partials: partial::Partials,
    records: Vec<Record>,
    rejected: Vec<(String, usize)>,
    known: bool,
}

/// How deep a value lies: in lists and objects, and in strings that hold documents.
#[derive(Clone, Copy, Default)]
struct Depth {
    nested: usize,
    unwrapped: usize,
}

impl Depth {
    fn inner(self) -> Depth {
        Depth { nested: self.nested + 1, ..self }
    }

    /// A document in a string: nesting is counted anew.
    fn unwrapped(self) -> Option<Depth> {
        (self.unwrapped < DEEPEST).then_some(Depth { nested: 0, unwrapped: self.unwrapped + 1 })
    }
}

/// So many different reasons are told of one document; what cannot be read in more ways is told as one more.
const MOST_REASONS: usize = 20;

/// In a log, so much is kept of a long line before and after what matters in it.
const BEFORE_HIT: usize = 2 * 1024;
const AFTER_HIT: usize = 6 * 1024;

impl<'a> Reader<'a> {
    pub(super) fn new(gate: Gate<'a>) -> Reader<'a> {
        Reader {
            gate,
            limit: encoded::LARGEST,
            partials: partial::Partials::default(),
            records: Vec::new(),
            rejected: Vec::new(),
            known: false,
        }
    }

    /// Reads one document that stands among the lines of a log: texts in documents of other programs are left to the log.
    pub(super) fn read_line(&mut self, document: &Value) {
        self.collect(document, Depth::default(), &Origin::default());
    }

    /// Reads one document.
    pub(super) fn read(&mut self, document: &Value) {
        self.read_line(document);
        if self.records.is_empty() && !self.known {
            collect_texts(document, &mut self.records, 0);
        }
    }

    /// Gives what has been found since it was last asked.
    pub(super) fn take(&mut self) -> Found {
        let rejected = std::mem::take(&mut self.rejected).into_iter().map(|(reason, times)| match times {
            1 => reason,
            _ => format!("{reason} ({times} times)"),
        });
        Found {
            records: std::mem::take(&mut self.records),
            rejected: rejected.collect(),
            known: std::mem::take(&mut self.known),
        }
    }

    /// Gives the rest: lines that were split and whose end never came.
    pub(super) fn finish(mut self) -> Found {
        for line in self.partials.finish() {
            self.message(&line.text, Depth::default(), &line.origin);
        }
        self.take()
    }

    fn reject(&mut self, reason: String) {
        self.known = true;
        let many = self.rejected.len() >= MOST_REASONS;
        match self.rejected.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, times)) => *times += 1,
            None if many => self.rejected[MOST_REASONS - 1].1 += 1,
            None => self.rejected.push((reason, 1)),
        }
    }

    fn too_deep(&mut self) {
        self.reject(format!(
            "a document lies more than {DEEPEST} deep in others: it is left out: give it the inner document itself"
        ));
    }

    /// A log line: a record if something in it can matter.
    fn line(&mut self, line: &str, origin: &Origin) {
        let Some(hit) = (self.gate)(line.as_bytes()) else { return };
        let on_border = |mut at: usize| {
            while !line.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let from = on_border(hit.min(line.len()).saturating_sub(BEFORE_HIT));
        let to = on_border(hit.saturating_add(AFTER_HIT).min(line.len()));
        let mut record = origin.record(&line[from..to]);
        if let Some(text) = record.texts.last_mut() {
            text.cut |= from > 0 || to < line.len();
        }
        self.records.push(record);
    }

    /// A document that ends early or is none: what ECS says in it is a text still.
    fn broken(&mut self, text: &str, error: &str, origin: &Origin) {
        self.reject(format!(
            "a document within another is broken ({error}): what could be read around it is still explained: give it as it came"
        ));
        let reasons = reasons_in(text);
        if reasons.is_empty() {
            self.line(text, origin);
        }
        self.records.extend(reasons);
    }
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

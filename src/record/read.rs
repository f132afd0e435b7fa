//! Finding out what the input is, and cutting it into records.

use super::json;
use super::{Record, RecordKind};
use crate::pattern::Pattern;
use serde_json::Value;
use std::sync::LazyLock;

/// A text of at most so many lines and bytes is one question.
const QUESTION_LINES: usize = 30;
const QUESTION_BYTES: usize = 8 * 1024;

/// In a log, so much is kept of a long line before and after what matters in it.
const BEFORE_HIT: usize = 2 * 1024;
const AFTER_HIT: usize = 6 * 1024;

/// A part of the input that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// File or stream.
    pub source: String,
    /// 1-based.
    pub line: usize,
    /// What, why, and what to do.
    pub reason: String,
}

/// What the input holds, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something that happened.
    Record(Box<Record>),
    /// Something that could not be read. Not all of the input is lost with it.
    Rejected(Rejected),
}

/// An input, and how its lines are to be looked at.
pub struct Input<'a> {
    /// Its name in messages.
    pub source: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
    /// Somebody asks about this text, however long it is.
    pub asked: bool,
    /// Where in a block of a log something stands that can matter at all.
    pub gate: &'a dyn Fn(&[u8]) -> Option<usize>,
}

static LOG_START: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)^[\s\[("]* (?:
            \d{4}[-/]\d\d[-/]\d\d[T\x20] | \d\d:\d\d:\d\d | [A-Z][a-z]{2}\x20+\d{1,2}\x20\d\d:\d\d
            | (?:level|time)= | (?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b | \d{10,13}\b )"#,
    )
});

/// Reads an input into records. Never fails: what cannot be read is a [`Rejected`] among the rest.
pub fn read(input: &Input<'_>) -> Vec<Item> {
    let bytes = input.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input.bytes);
    let rejected = |reason: &str| {
        vec![Item::Rejected(Rejected { source: input.source.to_owned(), line: 1, reason: reason.to_owned() })]
    };
    let Some(first) = bytes.iter().position(|b| !b.is_ascii_whitespace()) else {
        return rejected(
            "nothing to explain: the input is empty: give it the output of `aws ecs describe-tasks`, an error text or a log",
        );
    };
    if is_binary(bytes) {
        return rejected(
            "the input is binary: it is no text and no JSON: give it the output of `aws ecs describe-tasks`, an error text or a log",
        );
    }
    let documents = match bytes[first] {
        b'{' | b'[' => documents(bytes, first),
        b'"' => string(bytes),
        _ => None,
    };
    let mut items = documents.unwrap_or_else(|| text(input, bytes));
    for item in &mut items {
        match item {
            Item::Record(record) => input.source.clone_into(&mut record.source),
            Item::Rejected(rejected) => input.source.clone_into(&mut rejected.source),
        }
    }
    items
}

/// Zero bytes are in no text.
fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8 * 1024)];
    head.contains(&0) || head.starts_with(b"\x1f\x8b")
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().filter(|b| **b == b'\n').count() + 1
}

/// JSON documents one after another. `None` when the very first thing is no JSON and holds no task either.
fn documents(bytes: &[u8], first: usize) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut at = first;
    let mut line = line_of(bytes, first);
    let mut any_record = false;
    while at < bytes.len() {
        let mut stream = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Value>();
        match stream.next() {
            None => break,
            Some(Ok(document)) => {
                for record in json::records(&document) {
                    any_record = true;
                    items.push(record_at(record, line));
                }
                if !any_record && is_recognised_empty(&document) {
                    any_record = true;
                }
            }
            Some(Err(error)) => {
                let (found, next) = salvage(&bytes[at..]);
                // Lines of a log may well begin with a bracket, or be JSON of another program.
                if found.is_empty() && !any_record && !(error.is_eof() && looks_like_json(&bytes[first..])) {
                    return None;
                }
                let reason = if error.is_eof() {
                    format!(
                        "the JSON ends too early ({error}): what stands before the cut is still explained: give it the whole document"
                    )
                } else {
                    format!(
                        "the JSON is broken ({error}): what could be read around it is still explained: give it the document as the AWS CLI prints it"
                    )
                };
                items.push(Item::Rejected(Rejected { source: String::new(), line, reason }));
                any_record = true;
                for record in found.iter().flat_map(json::records) {
                    items.push(record_at(record, line));
                }
                let next = at + next;
                line += count_lines(&bytes[at..next]);
                at = next;
                continue;
            }
        }
        let next = at + stream.byte_offset();
        line += count_lines(&bytes[at..next]);
        at = next;
    }
    if !any_record {
        items.push(Item::Rejected(Rejected {
            source: String::new(),
            line: 1,
            reason: "the JSON holds no ECS task, service or event: nothing in it can be explained: give it the output of `aws ecs describe-tasks --cluster … --tasks …`".to_owned(),
        }));
    }
    Some(items)
}

/// All of the input is one JSON string: a document in it, or a text. A text that merely begins with a quotation is no JSON.
fn string(bytes: &[u8]) -> Option<Vec<Item>> {
    let text: String = serde_json::from_slice(bytes).ok()?;
    let inner = json::records(&Value::String(text.clone()));
    if inner.is_empty() {
        return Some(vec![record_at(Record::of_text(&text), 1)]);
    }
    Some(inner.into_iter().map(|record| record_at(record, 1)).collect())
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'\n').count()
}

fn record_at(mut record: Record, line: usize) -> Item {
    record.line = line;
    Item::Record(Box::new(record))
}

/// An answer of ECS with nothing in it is still an answer of ECS.
fn is_recognised_empty(document: &Value) -> bool {
    document.as_object().is_some_and(|object| {
        ["tasks", "services", "taskarns"].iter().any(|name| json::field(object, name).is_some_and(Value::is_array))
    })
}

/// `{` and then a key, as against a log line such as `[main] INFO`.
fn looks_like_json(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().filter(|b| !b.is_ascii_whitespace());
    matches!((rest.next(), rest.next()), (Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'{')))
}

/// Finds complete JSON objects that are tasks or events inside broken JSON, up to the start of another document.
/// Gives them, and how many bytes were looked at.
fn salvage(bytes: &[u8]) -> (Vec<Value>, usize) {
    let mut found = Vec::new();
    let mut at = 1;
    while let Some(next) = bytes[at..].iter().position(|b| *b == b'{').map(|offset| at + offset) {
        let head = &bytes[next..bytes.len().min(next + 64 * 1024)];
        // Only where a task or an event can begin is it worth parsing.
        let line_start = next == 0 || bytes[next - 1] == b'\n';
        let mut stream = serde_json::Deserializer::from_slice(&bytes[next..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) if !json::records(&value).is_empty() => {
                found.push(value);
                at = next + stream.byte_offset();
            }
            Some(Ok(_)) if line_start => at = next + stream.byte_offset(),
            _ if head.is_empty() => break,
            _ => at = next + 1,
        }
    }
    (found, bytes.len())
}

/// Text that is no JSON: one question, or a log.
fn text(input: &Input<'_>, bytes: &[u8]) -> Vec<Item> {
    if input.asked || is_question(bytes) {
        let text = String::from_utf8_lossy(bytes);
        return vec![Item::Record(Box::new(Record::of_text(text.trim())))];
    }
    log(input, bytes)
}

fn is_question(bytes: &[u8]) -> bool {
    if bytes.len() > QUESTION_BYTES {
        return false;
    }
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let dated = lines.iter().filter(|line| LOG_START.is_match(line)).count();
    lines.len() <= QUESTION_LINES && (lines.len() <= 1 || dated * 2 < lines.len())
}

/// Lines that the gate lets through, each a record of its own.
fn log(input: &Input<'_>, bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    let (mut at, mut line, mut counted) = (0, 1, 0);
    while let Some(hit) = (input.gate)(&bytes[at..]).map(|offset| at + offset) {
        let start = bytes[..hit].iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
        let end = bytes[hit..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |offset| hit + offset);
        let from = start.max(hit.saturating_sub(BEFORE_HIT));
        let to = end.min(hit + AFTER_HIT);
        line += count_lines(&bytes[counted..start]);
        counted = start;
        let mut record = Record::new(RecordKind::Log);
        record.push_text("message", &String::from_utf8_lossy(&bytes[from..to]), None);
        if let Some(text) = record.texts.last_mut() {
            text.cut |= from > start || to < end;
        }
        items.push(record_at(record, line));
        at = (end + 1).min(bytes.len());
    }
    items
}

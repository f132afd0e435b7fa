//! Finding out what the input is, and cutting it into records.

use super::definition::{self, TaskDefinition};
use super::json;
use super::log::{count_lines, log_records};
use super::runbook;
use super::{Record, RecordKind};
use crate::pattern::Pattern;
use serde_json::Value;
use std::sync::LazyLock;

/// A text of at most so many lines and bytes is one question.
const QUESTION_LINES: usize = 30;
const QUESTION_BYTES: usize = 8 * 1024;

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

/// A task that came before, but for its id and times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The class of the record that it is equal to, see [`Record::class`].
    pub class: u32,
    /// Its id.
    pub task: String,
    /// When it stopped.
    pub time: Option<String>,
}

/// What the input holds, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something that happened.
    Record(Box<Record>),
    /// A task that is equal to an earlier one but for its id and times. Only a [`Stream`](super::Stream) that folds gives it.
    Again(Again),
    /// A task definition: nothing happened, but it tells more of the tasks beside it. See [`super::attach`].
    Definition(Box<TaskDefinition>),
    /// Something that could not be read. Not all of the input is lost with it.
    Rejected(Rejected),
    /// It was read, and there is nothing in it; the text says what to do instead.
    Nothing(&'static str),
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
    let decoded = from_utf16(input.bytes);
    let bytes = decoded.as_deref().map_or(input.bytes, str::as_bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
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
        b'{' | b'[' => documents(input, bytes, first, 0),
        b'"' => string(bytes),
        _ => None,
    };
    let mut items = documents.unwrap_or_else(|| text(input, bytes, 0));
    // Somebody asks about this very text: it is answered as a text where it is no document of ECS.
    if input.asked && !items.iter().any(|item| !matches!(item, Item::Rejected(_) | Item::Nothing(_))) {
        items = text(input, bytes, 0);
    }
    for item in &mut items {
        match item {
            Item::Record(record) => input.source.clone_into(&mut record.source),
            Item::Rejected(rejected) => input.source.clone_into(&mut rejected.source),
            Item::Again(_) | Item::Definition(_) | Item::Nothing(_) => {}
        }
    }
    super::attach(&mut items);
    items
}

/// UTF-16, by its byte order mark: what `>` writes in older PowerShells.
fn from_utf16(bytes: &[u8]) -> Option<String> {
    let (rest, unit): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        _ => return None,
    };
    // Two such bytes before text of another kind are a stray mark, no UTF-16.
    if !rest.iter().take(64).any(|b| *b == 0) {
        return None;
    }
    let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Zero bytes are in no text; a stray one in a thousand is an accident.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8 * 1024)];
    let zeros = head.iter().filter(|b| **b == 0).count();
    zeros * 1000 > head.len() || head.starts_with(b"\x1f\x8b")
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    count_lines(&bytes[..at]) + 1
}

/// JSON documents one after another. `None` when the very first thing is no JSON and holds no task either.
fn documents(input: &Input<'_>, bytes: &[u8], first: usize, nesting: usize) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut at = first;
    let mut line = line_of(bytes, first);
    let mut any_record = false;
    let mut known = false;
    let mut documents = 0;
    let mut reader = json::Reader::new(input.gate);
    while at < bytes.len() {
        let blank = bytes[at..].len() - bytes[at..].trim_ascii_start().len();
        line += count_lines(&bytes[at..at + blank]);
        at += blank;
        let mut stream = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Value>();
        match stream.next() {
            None => break,
            Some(Ok(document)) => {
                documents += 1;
                reader.read(&document, line);
                let found = reader.take();
                any_record |= !found.records.is_empty() || !found.rejected.is_empty();
                known |= found.known;
                items.extend(found_at(found, line));
                for definition in definition::definitions(&document) {
                    any_record = true;
                    items.push(Item::Definition(Box::new(definition)));
                }
                if !any_record && let Some(hint) = hint_for_empty(&document) {
                    any_record = true;
                    items.push(Item::Nothing(hint));
                }
            }
            // A document, and a report behind it.
            Some(Err(_))
                if at > first
                    && nesting < MOST_CHANGES
                    && report_start(&bytes[at..])
                        .is_some_and(|start| bytes[at..at + start].trim_ascii().is_empty()) =>
            {
                let input = Input { source: "", bytes: &[], asked: true, gate: &|_| None };
                items.extend(found_at(reader.finish(), line));
                items.extend(text(&input, &bytes[at..], nesting + 1));
                return Some(items);
            }
            // A document, and a text behind it.
            Some(Err(_)) if any_record && nesting < MOST_CHANGES && is_prose(&bytes[at..]) => {
                items.extend(found_at(reader.finish(), line));
                items.extend(text(input, &bytes[at..], nesting + 1));
                return Some(items);
            }
            Some(Err(error)) => {
                let (found, next) = salvage(&bytes[at..]);
                // Lines of a log may well begin with a bracket, or be JSON of another program.
                // One that begins as a document and breaks in its first value is told; so is one that ends early.
                let document = looks_like_json(&bytes[first..]) && (error.is_eof() || at == first);
                if found.is_empty() && !any_record && !document {
                    return None;
                }
                let loose = if found.is_empty() && !any_record { loose_reasons(&bytes[at..]) } else { Vec::new() };
                let reason = if error.is_eof() { ends_early(Some(&error)) } else { broken(Some(&error)) };
                items.push(Item::Rejected(Rejected { source: String::new(), line, reason }));
                any_record = true;
                for record in found.iter().flat_map(json::records) {
                    items.push(record_at(record, line));
                }
                items.extend(loose);
                let next = at + next;
                line += count_lines(&bytes[at..next]);
                at = next;
                continue;
            }
        }
        let mut next = at + stream.byte_offset();
        // Objects of an array whose brackets were cut off.
        let blank = bytes[next..].len() - bytes[next..].trim_ascii_start().len();
        if bytes.get(next + blank) == Some(&b',') {
            next += blank + 1;
        }
        line += count_lines(&bytes[at..next]);
        at = next;
    }
    let rest = reader.finish();
    any_record |= !rest.records.is_empty();
    items.extend(found_at(rest, line));
    // Log events of which none reports a failure.
    if !any_record && known {
        return Some(items);
    }
    // Lines of JSON that another program logs.
    if !any_record && documents > 1 {
        return Some(log(input, bytes));
    }
    // An error that some tool prints as an object, or a log line in JSON: its text is the question.
    if !any_record && bytes.len() <= QUESTION_BYTES && is_message(&bytes[first..]) {
        items.push(record_at(Record::of_text(String::from_utf8_lossy(bytes).trim()), line_of(bytes, first)));
        return Some(items);
    }
    if !any_record {
        items.push(Item::Rejected(Rejected { source: String::new(), line: 1, reason: NO_RECORD.to_owned() }));
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

/// Words, and no JSON that is broken.
fn is_prose(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    let letters = bytes.iter().take(200).filter(|b| b.is_ascii_alphabetic()).count();
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && letters >= 12 && bytes.contains(&b' ')
}

/// Whether the document is one object with a message in it, or a list of texts.
fn is_message(bytes: &[u8]) -> bool {
    let names = ["__type", "message", "msg", "log", "error", "errormessage", "cause", "reason"];
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(object)) => names.iter().any(|name| json::field(&object, name).is_some_and(Value::is_string)),
        // What a `--query` of the AWS CLI leaves over.
        Ok(Value::Array(list)) => list.iter().any(Value::is_string),
        _ => false,
    }
}

/// What a document held; the line is where it begins.
pub(super) fn found_at(found: json::Found, line: usize) -> impl Iterator<Item = Item> {
    let rejected = move |reason| Item::Rejected(Rejected { source: String::new(), line, reason });
    let records = found.records.into_iter().map(|record| Item::Record(Box::new(record)));
    records.chain(found.rejected.into_iter().map(rejected))
}

pub(super) fn record_at(mut record: Record, line: usize) -> Item {
    record.line = line;
    Item::Record(Box::new(record))
}

pub(super) const NO_RECORD: &str = "the JSON holds no ECS task, service or event: nothing in it can be explained: give it the output of `aws ecs describe-tasks --cluster … --tasks …`";

pub(super) fn ends_early(error: Option<&serde_json::Error>) -> String {
    let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
    format!("the JSON ends too early{error}: what stands before the cut is still explained: give it the whole document")
}

pub(super) fn broken(error: Option<&serde_json::Error>) -> String {
    let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
    format!(
        "the JSON is broken{error}: what could be read around it is still explained: give it the document as the AWS CLI prints it"
    )
}

/// An answer of ECS with nothing to explain in it, and what to do instead.
pub(super) fn hint_for_empty(document: &Value) -> Option<&'static str> {
    let object = document.as_object()?;
    let is_list = |name: &str| json::field(object, name).is_some_and(Value::is_array);
    if is_list("taskarns") {
        Some("these are only ids of tasks: give it what `aws ecs describe-tasks --cluster … --tasks …` prints for them")
    } else if is_list("tasks") {
        Some(
            "there is no task in this answer: stopped tasks are kept for about an hour; `aws ecs list-tasks --desired-status STOPPED` lists them",
        )
    } else if is_list("services") {
        Some("there is no service event in this answer: nothing to explain")
    } else {
        None
    }
}

/// `{` and then a key, as against a log line such as `[main] INFO`.
pub(super) fn looks_like_json(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().filter(|b| !b.is_ascii_whitespace());
    matches!((rest.next(), rest.next()), (Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'{')))
}

/// Keys that only tasks, events and services have. Without one there is nothing to look for.
static ECS_KEY: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(r#"(?i)\b(?:stopped_?reason|stop_?code|task_?arn|task_?definition_?arn|last_?status|detail-type)\b"#)
});

/// The text of a reason, by its key, in JSON, YAML, Python or PowerShell.
static REASON_KEY: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(r#"(?i)\b(?:stopped_?reason|reason)(?:\\?["']|\xe2\x80\x9d)?\s*[:=]\s*(?:\\?["']|\xe2\x80\x9c)?"#)
});

/// So much of the text behind such a key is read.
const REASON_BYTES: usize = 1536;

/// Finds complete JSON objects that are tasks or events inside broken JSON. Gives them, and how many bytes were looked at.
pub(super) fn salvage(bytes: &[u8]) -> (Vec<Value>, usize) {
    let mut found = Vec::new();
    let mut at = 1;
    // Only an object that begins within reach before such a key can be a task; others are not even tried.
    const REACH: usize = 16 * 1024;
    while let Some(key) = ECS_KEY.find_bytes(&bytes[at..]).map(|offset| at + offset) {
        let from = at.max(key.saturating_sub(REACH));
        let mut next_at = key + 1;
        for start in (from..key).filter(|start| bytes[*start] == b'{') {
            let mut stream = serde_json::Deserializer::from_slice(&bytes[start..]).into_iter::<Value>();
            if let Some(Ok(value)) = stream.next()
                && !json::records(&value).is_empty()
            {
                found.push(value);
                next_at = start + stream.byte_offset();
                break;
            }
        }
        at = next_at;
    }
    (found, bytes.len())
}

/// What a broken document says by ECS's own keys, each reason a text.
pub(super) fn reasons_in(text: &str) -> Vec<Record> {
    if ECS_KEY.find_bytes(text.as_bytes()).is_none() {
        return Vec::new();
    }
    let records = loose_reasons(text.as_bytes()).into_iter().filter_map(|item| match item {
        Item::Record(record) => Some(*record),
        _ => None,
    });
    records.collect()
}

/// Text with ECS's own keys that is no JSON that can be read: cut, wrapped, YAML, a Python or PowerShell print. What stands
/// behind each reason is read as a text.
pub(super) fn loose_reasons(bytes: &[u8]) -> Vec<Item> {
    let text = String::from_utf8_lossy(bytes);
    let keys: Vec<(usize, usize)> = REASON_KEY.find_iter(&text).map(|found| (found.start(), found.end())).collect();
    let mut items = Vec::new();
    for (at, (_, start)) in keys.iter().enumerate() {
        let mut end = keys.get(at + 1).map_or(text.len(), |(next, _)| *next).min(start + REASON_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let reason = end_of_value(&text[*start..end]);
        if reason.trim().len() > 3 {
            items.push(record_at(Record::of_text(reason.trim()), line_of(text.as_bytes(), *start)));
        }
    }
    items
}

/// Up to the closing quotation mark that ends a line or stands before a comma, or to an empty line.
fn end_of_value(text: &str) -> &str {
    let mut end = text.len();
    for sign in ["\",", "\"\n", "\"\r", "\"}", "\\\",", "',", "'\n", "'}", "\n\n"] {
        if let Some(at) = text.find(sign) {
            end = end.min(at);
        }
    }
    &text[..end]
}

/// Text that is no JSON: a runbook's report, one question, or a log.
fn text(input: &Input<'_>, bytes: &[u8], nesting: usize) -> Vec<Item> {
    if nesting < MOST_CHANGES
        && let Some(start) = report_start(bytes)
    {
        let mut items = Vec::new();
        if !bytes[..start].trim_ascii().is_empty() {
            items = text(input, &bytes[..start], nesting + 1);
        }
        let end = start + runbook::end(&bytes[start..]);
        let report = runbook::report(&String::from_utf8_lossy(&bytes[start..end]));
        items.push(record_at(report, line_of(bytes, start)));
        if end < bytes.len() {
            items.extend(documents(input, bytes, end, nesting + 1).unwrap_or_default());
        }
        return items;
    }
    if input.asked || is_question(bytes) {
        let text = String::from_utf8_lossy(bytes);
        return vec![Item::Record(Box::new(Record::of_text(text.trim())))];
    }
    if let Some(items) = service_events(bytes) {
        return items;
    }
    if is_ecs_print(bytes) {
        let reasons = loose_reasons(bytes);
        if reasons.is_empty() {
            let reason = "it has ECS's keys but can be read neither as JSON nor as text: give it what `aws ecs describe-tasks --output json` prints".to_owned();
            return vec![Item::Rejected(Rejected { source: String::new(), line: 1, reason })];
        }
        return reasons;
    }
    log(input, bytes)
}

/// How ECS begins a service's event: `(service web) was unable …`, `(service web) (task 0123…) failed …`, `service web has …`.
static SERVICE_EVENT: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?:\((?:service|task|deployment|instance) [^)\s]+[^)]*\)(?: \([^)]*\))*|^service [A-Za-z0-9_-]+|\bservice [A-Za-z0-9_-]+ \((?:task|instance|deployment) [^)]*\)) (?:is |was |has |have |failed |registered |deregistered |deployment |rolling |reached |operations |could not |timed out )",
    )
});

/// More lines than this are a log.
const EVENT_LINES: usize = 300;

/// Lines that are a service's events, with or without times, as the console and scripts print them: each is an event.
fn service_events(bytes: &[u8]) -> Option<Vec<Item>> {
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    let filled = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
    if !(2..=EVENT_LINES).contains(&filled) {
        return None;
    }
    let mut items = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let text = String::from_utf8_lossy(line);
        let Some(found) = SERVICE_EVENT.find(&text) else { continue };
        let mut record = Record::new(RecordKind::ServiceEvent);
        record.push_text("message", text[found.start()..].trim_end(), None);
        items.push(record_at(record, at + 1));
    }
    (items.len() * 2 > filled).then_some(items)
}

/// Documents, reports and texts stand one behind another; an input that changes between them more often is no paste.
const MOST_CHANGES: usize = 8;

/// A report is of a bounded length; what is longer is a log.
const REPORT_BYTES: usize = 256 * 1024;

pub(super) fn report_start(bytes: &[u8]) -> Option<usize> {
    (bytes.len() <= REPORT_BYTES).then_some(())?;
    runbook::start(bytes)
}

/// Whether it is a print of ECS's answer in some form, rather than a log: its keys are there, and few lines have times.
fn is_ecs_print(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(256 * 1024)];
    let lines = || head.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    ECS_KEY.find_bytes(head).is_some() && lines().filter(|line| LOG_START.is_match(line)).count() * 4 < lines().count()
}

pub(super) fn is_question(bytes: &[u8]) -> bool {
    if bytes.len() > QUESTION_BYTES {
        return false;
    }
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let dated = lines.iter().filter(|line| LOG_START.is_match(line)).count();
    lines.len() <= QUESTION_LINES && (lines.len() <= 1 || dated * 2 < lines.len())
}

/// Lines of a log, each a record of its own.
fn log(input: &Input<'_>, bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    log_records(bytes, 1, input.gate, &mut items);
    items
}

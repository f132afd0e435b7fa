//! What tools wrap around ECS's events and log lines: queues, streams, subscriptions, answers of `aws logs`, log routers.

use super::super::origin::Origin;
use super::super::time::iso_time;
use super::encoded::decode;
use super::{Depth, Reader, field, list, text_of};
use serde_json::{Map, Value};

/// A document in memory takes many times the bytes of its text. A subscription's is at most some megabytes.
const LARGEST_DOCUMENT: usize = 8 * 1024 * 1024;

impl Reader<'_> {
    /// Reads an object that is an envelope. `false` when it is none.
    pub(super) fn envelope(&mut self, object: &Map<String, Value>, depth: Depth, origin: &Origin) -> bool {
        let inner = depth.inner();
        if let Some(Value::Object(payload)) = field(object, "awslogs") {
            if let Some(Value::String(data)) = field(payload, "data") {
                self.payload(data, inner, origin);
                return true;
            }
        } else if is_subscription(object) {
            self.subscription(object, depth, origin);
            return true;
        } else if let Some(Value::Object(kinesis)) = field(object, "kinesis") {
            if let Some(Value::String(data)) = field(kinesis, "data") {
                let mut own = stream_record(kinesis, origin);
                own.region = text_of(object, "awsregion").or(own.region);
                self.payload(data, inner, &own);
                return true;
            }
        } else if let Some(data) = bare_stream_record(object) {
            self.payload(data, inner, &stream_record(object, origin));
            return true;
        } else if is_queued(object) {
            self.known = true;
            let body = field(object, "body").and_then(Value::as_str).unwrap_or_default();
            self.string(body, inner, origin);
            return true;
        } else if let Some(Value::Object(notification)) = field(object, "sns") {
            self.known = true;
            self.string(&text_of(notification, "message").unwrap_or_default(), inner, origin);
            return true;
        } else if field(object, "topicarn").is_some()
            && let Some(message) = text_of(object, "message")
        {
            self.known = true;
            self.string(&message, inner, origin);
            return true;
        } else if let Some((message, own)) = log_event(object) {
            self.known = true;
            self.message(&message, inner, &filled(own, origin));
            return true;
        } else if is_of_router(object) {
            // One that is pasted alone is a question; in a list of any kind it is a line of a log.
            self.known |= depth.nested > 0 || depth.unwrapped > 0;
            self.routed(object, inner, origin);
            return true;
        } else if let Some((message, own)) = collected(object) {
            self.known |= depth.nested > 0 || depth.unwrapped > 0;
            let own = filled(own, origin);
            match message {
                Value::String(text) => self.message(text, inner, &own),
                other => self.collect(other, inner, &own),
            }
            return true;
        } else if let Some(results) = query_results(object) {
            self.known = true;
            for row in results {
                let own = filled(row_origin(row), origin);
                if let Some(message) = row_message(row) {
                    self.message(message, inner.inner(), &own);
                }
            }
            return true;
        } else if is_empty_answer(object) {
            self.known = true;
        }
        false
    }

    /// A subscription's payload: gzip in base64, or what somebody put into a stream himself.
    fn payload(&mut self, data: &str, depth: Depth, origin: &Origin) {
        self.known = true;
        let Some(depth) = depth.unwrapped() else { return self.too_deep() };
        let decoded = decode(data, self.limit);
        if let Some(trouble) = decoded.trouble {
            self.reject(trouble);
        }
        self.decoded(&decoded.bytes, depth, origin);
    }

    /// Documents one behind another, as Firehose puts them into an object, or lines.
    fn decoded(&mut self, bytes: &[u8], depth: Depth, origin: &Origin) {
        if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
            for line in bytes.split(|b| *b == b'\n') {
                self.line(&String::from_utf8_lossy(line), origin);
            }
            return;
        }
        // Not UTF-8 is no JSON; the characters that are not are of no weight in a message.
        let text = String::from_utf8_lossy(bytes);
        let mut at = 0;
        loop {
            let mut end = text.len().min(at + LARGEST_DOCUMENT);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let mut documents = serde_json::Deserializer::from_str(&text[at..end]).into_iter::<Value>();
            match documents.next() {
                None => return,
                Some(Ok(document)) => self.collect(&document, depth, origin),
                Some(Err(error)) if error.is_eof() && end < text.len() => {
                    self.reject("a document in a payload is longer than 8 MiB: it and the rest are left out: give it a smaller piece of the log".to_owned());
                    return;
                }
                Some(Err(error)) => return self.broken(&text[at..end], &error.to_string(), origin),
            }
            at += documents.byte_offset();
        }
    }

    /// `{"messageType":"DATA_MESSAGE", … "logEvents":[…]}`.
    fn subscription(&mut self, object: &Map<String, Value>, depth: Depth, origin: &Origin) {
        self.known = true;
        // Sent to see whether the target can be reached.
        if text_of(object, "messagetype").as_deref() == Some("CONTROL_MESSAGE") {
            return;
        }
        let mut own = Origin { account: text_of(object, "owner"), ..Origin::default() };
        if let Some(stream) = text_of(object, "logstream") {
            own.read_stream(&stream);
        }
        let own = filled(own, origin);
        for event in list(object, "logevents") {
            let Some(event) = event.as_object() else {
                self.reject("a log event is no object: it is left out: give it the payload as it came".to_owned());
                continue;
            };
            let time = field(event, "timestamp").and_then(iso_time);
            match field(event, "message") {
                Some(Value::String(message)) => {
                    let own = Origin { time: time.or_else(|| own.time.clone()), ..own.clone() };
                    self.message(message, depth.inner(), &own);
                }
                _ => {
                    self.reject("a log event has no message: it is left out: give it the payload as it came".to_owned())
                }
            }
        }
    }

    /// A record of FireLens, or a line of Docker's json-file.
    fn routed(&mut self, object: &Map<String, Value>, depth: Depth, origin: &Origin) {
        let mut own = Origin::default();
        own.read_fields(object);
        own.time = ["time", "timestamp", "date"].iter().find_map(|name| iso_time(field(object, name)?));
        let own = filled(own, origin);
        let text = ["log", "message", "msg", "error"].iter().find_map(|name| field(object, name));
        let text = match text {
            Some(Value::String(text)) => text,
            // A parser made an object of it.
            Some(inner @ Value::Object(_)) => return self.collect(inner, depth, &own),
            _ => return,
        };
        let is = |name: &str, wanted: &str| {
            field(object, name)
                .is_some_and(|value| value.as_str() == Some(wanted) || *value == Value::Bool(wanted == "true"))
        };
        if is("partialmessage", "true") {
            self.known = true;
            let id = text_of(object, "partialid").or_else(|| text_of(object, "containerid")).unwrap_or_default();
            if let Some(line) = self.partials.add(&id, text, is("partiallast", "true"), own) {
                self.message(&line.text, depth, &line.origin);
            }
        } else {
            self.message(text.trim_end_matches(['\r', '\n']), depth, &own);
        }
    }

    /// The message of a log event: an event of EventBridge, a record of a log router, or a line.
    pub(super) fn message(&mut self, message: &str, depth: Depth, origin: &Origin) {
        let text = message.trim();
        if text.starts_with(['{', '[']) {
            // What is no document is a line of some program.
            if let Ok(inner) = serde_json::from_str::<Value>(text) {
                let Some(depth) = depth.unwrapped() else { return self.too_deep() };
                if self.claims(&inner, depth, origin) {
                    return;
                }
            }
        }
        self.line(message, origin);
    }

    /// Reads a document in a log; `false` when nothing of ECS is in it.
    fn claims(&mut self, inner: &Value, depth: Depth, origin: &Origin) -> bool {
        let (records, rejected) = (self.records.len(), self.rejected.len());
        let known = std::mem::replace(&mut self.known, false);
        self.collect(inner, depth, origin);
        let claimed = self.known || self.records.len() > records || self.rejected.len() > rejected;
        self.known |= known;
        claimed
    }
}

fn filled(mut own: Origin, other: &Origin) -> Origin {
    own.fill(other);
    own
}

fn is_subscription(object: &Map<String, Value>) -> bool {
    let Some(kind) = text_of(object, "messagetype") else { return false };
    matches!(kind.as_str(), "DATA_MESSAGE" | "CONTROL_MESSAGE") || field(object, "logevents").is_some()
}

/// `Records[]` of `aws kinesis get-records`, `records[]` of a Firehose transformation.
fn bare_stream_record(object: &Map<String, Value>) -> Option<&str> {
    ["recordid", "sequencenumber", "partitionkey"].iter().find_map(|name| field(object, name))?;
    field(object, "data")?.as_str()
}

fn stream_record(object: &Map<String, Value>, origin: &Origin) -> Origin {
    let time = field(object, "approximatearrivaltimestamp").and_then(iso_time);
    filled(Origin { time, ..Origin::default() }, origin)
}

/// A message of SQS, as Lambda and as the AWS CLI show it.
fn is_queued(object: &Map<String, Value>) -> bool {
    ["messageid", "receipthandle", "md5ofbody"].iter().any(|name| field(object, name).is_some())
        && field(object, "body").is_some_and(Value::is_string)
}

/// An event of filter-log-events, get-log-events, a live tail, a row of a query's export.
fn log_event(object: &Map<String, Value>) -> Option<(String, Origin)> {
    let mut own = Origin::default();
    let message = if let Some(Value::String(message)) = object.get("@message") {
        own.time = object.get("@timestamp").and_then(iso_time).map(as_utc);
        message.clone()
    } else {
        let signs = ["ingestiontime", "logstreamname", "loggroupidentifier", "extractedfields"];
        signs.iter().find_map(|name| field(object, name))?;
        let Some(Value::String(message)) = field(object, "message") else { return None };
        own.time = field(object, "timestamp").and_then(iso_time);
        message.clone()
    };
    for name in ["loggroupidentifier", "@log"] {
        if let Some(group) = text_of(object, name) {
            read_group(&mut own, &group);
        }
    }
    for name in ["logstreamname", "@logstream"] {
        if let Some(stream) = text_of(object, name) {
            own.read_stream(&stream);
        }
    }
    Some((message, own))
}

/// `account:group`, or the group's ARN.
fn read_group(own: &mut Origin, group: &str) {
    if group.starts_with("arn:") {
        own.read_place(group);
    } else if let Some((account, _)) = group.split_once(':')
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
    {
        own.account = Some(account.to_owned());
    }
}

/// The times of a query have no zone; they are UTC.
fn as_utc(time: String) -> String {
    match time.split_once(' ') {
        Some((date, clock)) if date.len() == 10 && clock.len() >= 8 && !clock.contains(['+', '-', 'Z', ' ']) => {
            format!("{date}T{clock}Z")
        }
        _ => time,
    }
}

/// `results[][]` of a query: rows of fields with values.
fn query_results(object: &Map<String, Value>) -> Option<impl Iterator<Item = &[Value]>> {
    let Some(Value::Array(rows)) = field(object, "results") else { return None };
    // An answer that is read piece by piece may have told its status already, or not yet.
    let answered = || ["statistics", "status"].iter().any(|name| field(object, name).is_some());
    if rows.is_empty() && !answered() {
        return None;
    }
    let is_row = |row: &Value| {
        row.as_array().is_some_and(|row| !row.is_empty() && row.iter().all(|cell| cell.get("field").is_some()))
    };
    rows.iter().all(is_row).then(|| rows.iter().filter_map(Value::as_array).map(Vec::as_slice))
}

fn cell<'a>(row: &'a [Value], name: &str) -> Option<&'a str> {
    let found = row.iter().find(|cell| cell.get("field").and_then(Value::as_str) == Some(name))?;
    found.get("value")?.as_str()
}

fn row_message(row: &[Value]) -> Option<&str> {
    ["@message", "message", "log", "msg", "error"].iter().find_map(|name| cell(row, name))
}

fn row_origin(row: &[Value]) -> Origin {
    let mut own = Origin {
        time: cell(row, "@timestamp").map(|time| as_utc(time.to_owned())),
        container: cell(row, "container_name").map(str::to_owned),
        ..Origin::default()
    };
    if let Some(group) = cell(row, "@log") {
        read_group(&mut own, group);
    }
    if let Some(stream) = cell(row, "@logStream") {
        own.read_stream(stream);
    }
    if let Some(arn) = cell(row, "ecs_task_arn") {
        own.read_task_arn(arn);
    }
    own
}

/// A record of FireLens, with or without the fields that ECS adds, or a line of Docker's json-file.
fn is_of_router(object: &Map<String, Value>) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| field(object, name).is_some());
    let text = has(&["log", "message", "msg", "error"]);
    let of_docker = || field(object, "log").is_some() && has(&["containerid", "containername", "source", "stream"]);
    text && (has(&["ecstaskarn", "ecstaskdefinition", "ecscluster"]) || of_docker())
}

/// A log event as collectors of other makers keep it: Splunk, Datadog, Elasticsearch.
fn collected(object: &Map<String, Value>) -> Option<(&Value, Origin)> {
    let message = |object: &Map<String, Value>| {
        ["message", "log", "msg", "line"].iter().any(|name| field(object, name).is_some())
    };
    let timed = |object: &Map<String, Value>, names: &[&str]| Origin {
        time: names.iter().find_map(|name| iso_time(field(object, name)?)),
        ..Origin::default()
    };
    // Splunk's collector: `{"time":…,"host":…,"source":…,"event":…}`.
    let of_splunk = ["sourcetype", "host", "index"].iter().any(|name| field(object, name).is_some());
    if let Some(event) = field(object, "event").filter(|_| of_splunk) {
        let own = timed(object, &["time"]);
        return match event {
            Value::String(_) => Some((event, own)),
            Value::Object(inner) => Some((field(inner, "line").unwrap_or(event), own)),
            _ => None,
        };
    }
    // Splunk's export: `{"result":{"_raw":…,"_time":…}}`.
    if let Some(Value::Object(result)) = field(object, "result")
        && let Some(raw) = field(result, "raw")
    {
        return Some((raw, timed(result, &["time"])));
    }
    for name in ["attributes", "source"] {
        if let Some(inner @ Value::Object(fields)) = field(object, name).filter(|_| field(object, "id").is_some())
            && message(fields)
        {
            let own = timed(fields, &["timestamp", "@timestamp", "time"]);
            let text = ["message", "log", "msg"].iter().find_map(|name| field(fields, name)).unwrap_or(inner);
            return Some((if is_of_router(fields) { inner } else { text }, own));
        }
    }
    None
}

/// An answer with no event in it: nothing happened, and nothing is wrong with it.
fn is_empty_answer(object: &Map<String, Value>) -> bool {
    let empty = |name: &str| matches!(field(object, name), Some(Value::Array(list)) if list.is_empty());
    let signs = ["nextforwardtoken", "nextbackwardtoken", "searchedlogstreams"];
    empty("events") && signs.iter().any(|name| field(object, name).is_some())
        || object.len() == 1 && (empty("records") || empty("messages") || empty("events"))
}

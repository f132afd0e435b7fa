//! Messages in fields: JSON lines of many loggers, logfmt.

use super::super::json::field;
use super::super::origin::Origin;
use super::super::time::iso_time;
use super::prefix::keep_time;
use super::{Level, Peeled};
use serde_json::{Map, Value};

/// The message of a line of fields, with what its other fields tell. `None` when it is none.
pub(super) fn peel(text: &str, peeled: &mut Peeled<'_>) -> Option<String> {
    match text.as_bytes().first()? {
        b'{' => {
            let object: Map<String, Value> = serde_json::from_str(text).ok()?;
            json(&object, peeled)
        }
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'@' => logfmt(text, peeled),
        _ => None,
    }
}

fn json(object: &Map<String, Value>, peeled: &mut Peeled<'_>) -> Option<String> {
    let first = |names: &[&str]| names.iter().find_map(|name| field(object, name).and_then(said));
    let text = first(&["log", "message", "msg", "@message", "event", "text"]);
    // What went wrong stands beside what was tried.
    let error = first(&["error", "err", "exception", "cause", "reason", "stacktrace"]);
    let message = match (text, error) {
        (Some(text), Some(error)) if !text.contains(&error) => format!("{}: {error}", text.trim_end()),
        (Some(text), _) => text,
        (None, error) => error?,
    };
    peeled.context.read_fields(object);
    let time = ["time", "timestamp", "@timestamp", "ts", "date"];
    if let Some(time) = time.iter().find_map(|name| iso_time(field(object, name)?)) {
        keep_time(peeled, time);
    }
    let level = ["level", "lvl", "severity", "levelname"].iter().find_map(|name| field(object, name));
    let level = match level {
        Some(Value::String(name)) => Level::of_name(name),
        Some(Value::Number(number)) => number.as_u64().and_then(Level::of_number),
        _ => None,
    };
    peeled.level = level.or(peeled.level);
    Some(message)
}

/// A text, or an error with its message in it.
fn said(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text,
        Value::Object(inner) => ["message", "msg", "error"].iter().find_map(|name| field(inner, name)?.as_str())?,
        _ => return None,
    };
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// `level=error time=… msg="…" module=…`. Fields that say more than where the program stood are put behind the message.
fn logfmt(text: &str, peeled: &mut Peeled<'_>) -> Option<String> {
    let mut message = None;
    let mut more = String::new();
    let (mut time, mut level) = (None, None);
    let mut context = Origin::default();
    let mut rest = text;
    while let Some((key, value, behind)) = pair(rest) {
        match key {
            "msg" | "message" if message.is_none() => message = Some(value),
            "time" | "ts" | "t" | "timestamp" => time = iso_time(&Value::String(value)),
            "level" | "lvl" | "severity" => level = Level::of_name(&value),
            "module" | "caller" | "logger" | "file" | "line" => {}
            _ => {
                match key {
                    "taskARN" | "taskArn" | "task" if value.starts_with("arn:") => context.read_task_arn(&value),
                    "containerName" | "container" if !value.is_empty() => context.container = Some(value.clone()),
                    "cluster" if !value.is_empty() => context.cluster = Some(value.clone()),
                    _ => {}
                }
                more.push_str(", ");
                more.push_str(key);
                more.push('=');
                more.push_str(&value);
            }
        }
        rest = behind.trim_start_matches([' ', '\t']);
    }
    // What does not go on as fields belongs to the message: the lines of a stack.
    let mut message = message?;
    message.push_str(&more);
    if !rest.is_empty() {
        message.push(if text.contains('\n') { '\n' } else { ' ' });
        message.push_str(rest);
    }
    context.fill(&peeled.context);
    peeled.context = context;
    if let Some(time) = time {
        keep_time(peeled, time);
    }
    peeled.level = level.or(peeled.level);
    Some(message)
}

/// `key=value` or `key="value"` at the start of a text, and what is behind.
fn pair(text: &str) -> Option<(&str, String, &str)> {
    const LONGEST_KEY: usize = 40;
    let end = text.bytes().take(LONGEST_KEY + 1).position(|b| b == b'=')?;
    let (key, value) = (&text[..end], &text[end + 1..]);
    let of_key = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@');
    if key.is_empty() || !key.bytes().all(of_key) {
        return None;
    }
    if let Some(quoted) = value.strip_prefix('"') {
        let (value, length) = unescaped(quoted)?;
        return Some((key, value, &quoted[length..]));
    }
    let end = value.find([' ', '\t', '\n']).unwrap_or(value.len());
    Some((key, value[..end].to_owned(), &value[end..]))
}

/// The text up to the closing quotation mark, and how far that is, the mark included. A cut text ends with itself.
fn unescaped(quoted: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((out, at + 1)),
            '\\' => match characters.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                kind @ ('u' | 'x') => {
                    let length = if kind == 'u' { 4 } else { 2 };
                    let code = quoted.get(at + 2..at + 2 + length)?;
                    let code = u32::from_str_radix(code, 16).ok()?;
                    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    characters.nth(length - 1);
                }
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    Some((out, quoted.len()))
}

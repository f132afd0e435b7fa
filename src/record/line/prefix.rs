//! What stands before a message: times, levels, streams, hosts, marks of tools.

use super::super::origin::is_task_id;
use super::super::time::iso_time;
use super::{Level, Peeled};
use serde_json::Value;

/// Peels one prefix off and gives the rest; `None` where none is known.
pub(super) fn peel<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\u{feff}']);
    match text.as_bytes().first()? {
        b'{' => None,
        b'<' => syslog(text, peeled),
        b'#' | b':' => workflow(text, peeled),
        b'0'..=b'9' => dated(text, peeled).or_else(|| deployment(text, peeled)),
        b'[' => dated(text, peeled).or_else(|| level(text, peeled)),
        b'A'..=b'Z' | b'a'..=b'z' => level(text, peeled)
            .or_else(|| month(text))
            .or_else(|| klog(text, peeled))
            .or_else(|| deployment(text, peeled))
            .or_else(|| of_step(text))
            .or_else(|| compose(text, peeled)),
        b'-' => {
            // A list of Copilot's.
            let rest = text.strip_prefix("- ")?;
            rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '(').then_some(rest)
        }
        0x80.. => marked(text, peeled),
        _ => None,
    }
}

fn digits(bytes: &[u8], range: std::ops::Range<usize>) -> bool {
    bytes.get(range).is_some_and(|piece| piece.iter().all(u8::is_ascii_digit))
}

fn is_clock(bytes: &[u8], at: usize) -> bool {
    digits(bytes, at..at + 2)
        && digits(bytes, at + 3..at + 5)
        && digits(bytes, at + 6..at + 8)
        && bytes[at + 2] == b':'
        && bytes[at + 5] == b':'
}

/// A time with its date at the start of a text, as ISO 8601, and how long it is. Without a zone it stays so.
pub(super) fn time(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    if digits(bytes, 0..4) && digits(bytes, 5..7) && digits(bytes, 8..10) && is_clock(bytes, 11) {
        let separated = matches!((bytes[4], bytes[7]), (b'-', b'-') | (b'/', b'/')) && matches!(bytes[10], b'T' | b' ');
        if !separated {
            return None;
        }
        let mut iso = format!("{}-{}-{}T{}", &text[..4], &text[5..7], &text[8..10], &text[11..19]);
        let mut at = 19;
        if matches!(bytes.get(at), Some(b'.' | b',')) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            let end = bytes[at + 1..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |end| at + 1 + end);
            // More digits than nanoseconds have are no time.
            iso.push('.');
            iso.push_str(&text[at + 1..end.min(at + 10)]);
            at = end;
        }
        let (zone, length) = zone(&text[at..]);
        iso.push_str(&zone);
        return Some((iso, at + length));
    }
    // Seconds or milliseconds since 1970.
    let whole = bytes.iter().take(14).take_while(|b| b.is_ascii_digit()).count();
    if whole == 10 || whole == 13 {
        let fraction = match bytes.get(whole) {
            Some(b'.') => 1 + bytes[whole + 1..].iter().take(10).take_while(|b| b.is_ascii_digit()).count(),
            _ => 0,
        };
        let end = whole + fraction;
        return Some((iso_time(&Value::String(text[..end].to_owned()))?, end));
    }
    None
}

fn zone(text: &str) -> (String, usize) {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'Z') => return ("Z".to_owned(), 1),
        Some(b' ') if text.starts_with(" UTC") => return ("Z".to_owned(), 4),
        _ => {}
    }
    let spaced = usize::from(bytes.first() == Some(&b' '));
    if matches!(bytes.get(spaced), Some(b'+' | b'-')) && digits(bytes, spaced + 1..spaced + 3) {
        let sign = &text[spaced..spaced + 3];
        if bytes.get(spaced + 3) == Some(&b':') && digits(bytes, spaced + 4..spaced + 6) {
            return (text[spaced..spaced + 6].to_owned(), spaced + 6);
        }
        if digits(bytes, spaced + 3..spaced + 5) {
            return (format!("{sign}:{}", &text[spaced + 3..spaced + 5]), spaced + 5);
        }
    }
    (String::new(), 0)
}

/// The text behind a time at its start, and the time.
pub(super) fn behind_time(text: &str) -> Option<(String, &str)> {
    let bracketed = text.starts_with('[');
    let inner = &text[usize::from(bracketed)..];
    let (time, length) = time(inner)?;
    let rest = &inner[length..];
    let rest = if bracketed { rest.strip_prefix(']')? } else { rest };
    (rest.is_empty() || rest.starts_with([' ', '\t', ':', '|', '\n'])).then_some((time, rest))
}

/// The first time with a zone is kept: what an application prints of itself often has none.
pub(super) fn keep_time(peeled: &mut Peeled<'_>, time: String) {
    let has_zone = |time: &str| {
        let bytes = time.as_bytes();
        time.ends_with('Z') || bytes.len() > 6 && matches!(bytes[bytes.len() - 6], b'+' | b'-') && time.contains('T')
    };
    match &peeled.context.time {
        Some(known) if has_zone(known) || !has_zone(&time) => {}
        _ => peeled.context.time = Some(time),
    }
}

/// A time, and what the tool that wrote it puts behind.
fn dated<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let (time, rest) = behind_time(text)?;
    keep_time(peeled, time);
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let rest = rest.strip_prefix([' ', '\t']).unwrap_or(rest);
    if let Some((_, rest)) = cri(rest) {
        return Some(rest);
    }
    let rest = rest.trim_start_matches([' ', '\t']);
    let (word, behind) = rest.split_once([' ', '\t', '\n']).unwrap_or((rest, ""));
    if is_stream(word) {
        peeled.context.read_stream(word);
        return Some(behind.trim_start_matches(['\n', '\r']));
    }
    if let Some(rest) = of_process(rest, true) {
        return Some(rest);
    }
    Some(rest.strip_prefix("- ").or_else(|| rest.strip_prefix("| ")).unwrap_or(rest))
}

/// `stderr F ` of the container runtime's interface: whether the line goes on, and the rest.
pub(super) fn cri(text: &str) -> Option<(bool, &str)> {
    let rest = text.strip_prefix("stdout ").or_else(|| text.strip_prefix("stderr "))?;
    match rest.as_bytes() {
        [b'P', b' ', ..] => Some((true, &rest[2..])),
        [b'F', b' ', ..] => Some((false, &rest[2..])),
        b"P" | b"F" => Some((rest == "P", "")),
        _ => None,
    }
}

/// A log stream's name as `aws logs tail` prints it: of a task, or a container's id.
pub(super) fn is_stream(word: &str) -> bool {
    let last = word.rsplit('/').next().unwrap_or_default();
    let of_task = word.contains('/') && is_task_id(last);
    of_task
        || word.rsplit_once("-firelens-").is_some_and(|(_, task)| is_task_id(task))
        || (last.len() == 64 && last.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `host program[123]: `, as syslog and journald put it.
fn of_process(text: &str, with_number: bool) -> Option<&str> {
    let (host, rest) = text.split_once(' ')?;
    let (program, rest) = rest.split_once(": ")?;
    let name = match program.split_once('[') {
        Some((name, number)) => {
            let number = number.strip_suffix(']')?;
            number.bytes().all(|b| b.is_ascii_digit()).then_some(name)?
        }
        None if with_number => return None,
        None => program,
    };
    let plain = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b'@'))
    };
    (plain(host) && plain(name)).then_some(rest)
}

/// `Aug 24 15:21:57 host program[123]: `. There is no year in it, so no time is taken.
fn month(text: &str) -> Option<&str> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let bytes = text.as_bytes();
    let day = bytes.get(4..6)?;
    let dated = MONTHS.iter().any(|month| text.starts_with(month))
        && bytes[3] == b' '
        && (day[0] == b' ' || day[0].is_ascii_digit())
        && day[1].is_ascii_digit()
        && bytes.get(6) == Some(&b' ')
        && is_clock(bytes, 7);
    let rest = text.get(15..).filter(|_| dated)?.strip_prefix(' ')?;
    of_process(rest, false).or(Some(rest))
}

/// `<165>1 time host program 123 id - message`, or `<13>Aug 24 …`.
fn syslog<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let (priority, rest) = text[1..].split_once('>')?;
    if priority.is_empty() || priority.len() > 3 || !priority.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let Some(rest) = rest.strip_prefix("1 ") else { return Some(rest) };
    let mut words = rest.splitn(6, ' ');
    if let Some((time, _)) = time(words.next()?) {
        keep_time(peeled, time);
    }
    let behind = words.nth(4)?;
    let behind = match behind.strip_prefix('[') {
        Some(data) => data.split_once("] ").map_or(behind, |(_, message)| message),
        None => behind.strip_prefix("- ").unwrap_or(behind),
    };
    Some(behind.strip_prefix('\u{feff}').unwrap_or(behind))
}

/// `[ERROR] `, `ERROR `, `ERROR: ` in capitals. `Error: ` belongs to many messages and stays.
fn level<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let (word, rest) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once(']').map(|(word, rest)| (word.trim(), rest))?,
        None => {
            let end = text.bytes().position(|b| !b.is_ascii_uppercase())?;
            (&text[..end], &text[end..])
        }
    };
    let found = Level::of_name(word)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    peeled.level.get_or_insert(found);
    Some(rest.trim_start_matches([' ', '\t']))
}

/// `E0824 15:21:57.814123    1 file.go:114] `.
fn klog<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let bytes = text.as_bytes();
    let found = match bytes[0] {
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    };
    if !(digits(bytes, 1..5) && bytes.get(5) == Some(&b' ') && is_clock(bytes, 6)) {
        return None;
    }
    let (head, rest) = text.split_once("] ")?;
    if head.len() > 120 || !head.contains(".go:") {
        return None;
    }
    peeled.level.get_or_insert(found);
    Some(rest)
}

/// `web_1  | `, `web-1  | ` of docker compose.
fn compose<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let end = text.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')))?;
    let (name, behind) = text.split_at(end);
    let bar = behind.trim_start_matches(' ');
    let spaces = behind.len() - bar.len();
    let rest = bar.strip_prefix("| ").or_else(|| bar.strip_prefix('|').filter(|rest| rest.is_empty()))?;
    let numbered = name
        .rsplit_once(['_', '-'])
        .filter(|(name, number)| !name.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    if spaces == 0 || (spaces == 1 && numbered.is_none()) {
        return None;
    }
    peeled.context.container.get_or_insert_with(|| numbered.map_or(name, |(name, _)| name).to_owned());
    Some(rest)
}

/// `Stack | 3/10 | 12:34:56 PM | CREATE_FAILED | AWS::ECS::Service | Web (Web9571) …` of CloudFormation and the CDK.
fn deployment<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let (head, rest) = text.split_once("| AWS::")?;
    let status = head.trim_end_matches(['|', ' ']).rsplit(['|', ' ']).next()?;
    let is_status = status.ends_with("_FAILED") || status.ends_with("_COMPLETE") || status.ends_with("_IN_PROGRESS");
    if head.len() > 200 || !is_status {
        return None;
    }
    let (_kind, rest) = rest.split_once("| ")?;
    if status.ends_with("_FAILED") {
        peeled.level.get_or_insert(Level::Error);
    }
    Some(rest)
}

/// `job<TAB>step<TAB>time …` of a workflow's log that was saved.
fn of_step(text: &str) -> Option<&str> {
    let mut parts = text.splitn(3, '\t');
    let (job, step, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let rest = rest.strip_prefix('\u{feff}').unwrap_or(rest);
    (job.len() <= 200 && step.len() <= 200 && behind_time(rest).is_some()).then_some(rest)
}

/// `##[error]` and `::error file=…::` of GitHub Actions.
fn workflow<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    let (word, rest) = if let Some(inner) = text.strip_prefix("##[") {
        inner.split_once(']')?
    } else {
        let (command, rest) = text.strip_prefix("::")?.split_once("::")?;
        (command.split(' ').next()?, rest)
    };
    if word.is_empty() || word.len() > 20 || !word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        return None;
    }
    if let Some(level) = Level::of_name(word) {
        peeled.level.get_or_insert(level);
    }
    Some(rest)
}

/// Terraform's box, Copilot's cross.
fn marked<'a>(text: &'a str, peeled: &mut Peeled<'_>) -> Option<&'a str> {
    for mark in ["✘ ", "✖ ", "❌ ", "╷\n", "╷\r\n", "│ "] {
        if let Some(rest) = text.strip_prefix(mark) {
            if mark.starts_with(['✘', '✖', '❌']) {
                peeled.level.get_or_insert(Level::Error);
            }
            return Some(rest);
        }
    }
    text.strip_prefix("✔ ")
}

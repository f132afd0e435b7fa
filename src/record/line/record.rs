//! Which lines of a log are one record: stack traces, wrapped errors, printed documents, split lines.

use super::prefix::{behind_time, cri, is_stream};
use std::borrow::Cow;
use std::ops::Range;

/// Lines and bytes of one record at most.
struct Most {
    lines: usize,
    bytes: usize,
}

const RECORD: Most = Most { lines: 200, bytes: 64 * 1024 };

/// The same where a document is printed.
const DOCUMENT: Most = Most { lines: 4000, bytes: 512 * 1024 };

/// A traceback is not longer.
const TRACEBACK: usize = 16 * 1024;

/// So much of a line tells whether it begins a record.
const HEAD: usize = 160;

/// Whether a line begins a new record of a log: it is not indented, closes nothing and is no line of a stack.
pub fn starts_record(line: &[u8]) -> bool {
    let head = self::line(line, 0);
    let head = match std::str::from_utf8(head) {
        Ok(head) => head,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    if line.first().is_none_or(|first| matches!(first, b'\n' | b'\r')) {
        return false;
    }
    if let Some((_, rest)) = behind_time(head) {
        let rest = rest.strip_prefix([' ', ':']).unwrap_or(rest);
        let rest = cri(rest).map_or(rest, |(_, rest)| rest);
        // Loggers pad their levels by a space or two; what is set in deeper belongs to the line before.
        let deep = rest.starts_with('\t') || rest.starts_with("    ");
        return !(deep || goes_on(rest.trim_start_matches(' ')));
    }
    // All of a log may be set in.
    !goes_on(head) || behind_time(head.trim_start()).is_some()
}

fn goes_on(text: &str) -> bool {
    match text.as_bytes().first().unwrap_or(&0) {
        b' ' | b'\t' => !text.trim().is_empty(),
        b'}' | b']' | b')' => true,
        b'C' => text.starts_with("Caused by:"),
        b'S' => text.starts_with("Suppressed:"),
        b'a' => text.starts_with("at ") && text.contains(['(', ':', '/']),
        b'.' => text.starts_with("... ") && text[4..].starts_with(|c: char| c.is_ascii_digit()),
        b'T' => text.starts_with("The above exception was the direct cause"),
        0xe2 => text.starts_with('╵') || text.starts_with('│') && !text.starts_with("│ Error:"),
        _ => false,
    }
}

/// Whether the line is a piece of a longer one, by the container runtime's `P`.
fn is_piece(line: &[u8]) -> bool {
    let head = &line[..line.len().min(HEAD)];
    let marked = [b" stdout P ".as_slice(), b" stderr P "];
    if !marked.iter().any(|mark| memchr::memmem::find(head, mark).is_some()) {
        return false;
    }
    let head = String::from_utf8_lossy(head);
    behind_time(&head).and_then(|(_, rest)| cri(rest.trim_start())).is_some_and(|(goes_on, _)| goes_on)
}

/// Whether nothing but a time and a stream stands on the line: `aws logs tail --format json` prints the message below.
fn is_bare(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    behind_time(&text).is_some_and(|(_, rest)| is_stream(rest.trim()))
}

/// Whether the line that begins at `own` goes on with the one that begins at `before`.
fn belongs(bytes: &[u8], before: usize, own: usize) -> bool {
    let (line, previous) = (line(bytes, own), line(bytes, before));
    !starts_record(line)
        || is_piece(previous)
        || (line.starts_with(b"{") && is_bare(previous))
        || (is_exception(line) && previous.starts_with(b" ") && in_traceback(bytes, before))
}

/// `botocore.exceptions.ClientError: …`, which ends a traceback of Python.
fn is_exception(line: &[u8]) -> bool {
    let end = line.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))).unwrap_or(line.len());
    line.first().is_some_and(u8::is_ascii_alphabetic) && line.get(end).is_none_or(|b| matches!(b, b':' | b'\r'))
}

/// Whether the set-in lines up to this one stand below `Traceback (most recent call last):`.
fn in_traceback(bytes: &[u8], mut start: usize) -> bool {
    let floor = start.saturating_sub(TRACEBACK);
    while start > floor {
        start = memchr::memrchr(b'\n', &bytes[floor..start - 1]).map_or(floor, |newline| floor + newline + 1);
        let line = line(bytes, start);
        if !line.starts_with(b" ") {
            return memchr::memmem::find(line, b"Traceback (most recent call last)").is_some();
        }
    }
    false
}

/// The whole lines that belong to the record in which `at` lies, without the last line's end. At most 200 lines and 64 KB, or
/// 4,000 lines and 512 KB where a document is printed on them; a longer line stays whole.
pub fn extent(bytes: &[u8], at: usize) -> Range<usize> {
    let at = at.min(bytes.len());
    let own = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let mut end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
    let alone = own..end;
    let mut start = own;
    let mut lines = 1;
    while start > 0 {
        let floor = end.saturating_sub(DOCUMENT.bytes).min(start - 1);
        let before = match memchr::memrchr(b'\n', &bytes[floor..start - 1]) {
            Some(newline) => floor + newline + 1,
            None if floor == 0 => 0,
            None => return alone,
        };
        if !belongs(bytes, before, start) {
            break;
        }
        start = before;
        lines += 1;
        if lines > DOCUMENT.lines {
            return alone;
        }
    }
    let most = if begins_document(bytes, start) { DOCUMENT } else { RECORD };
    if !starts_record(line(bytes, start)) || lines > most.lines || end - start > most.bytes && lines > 1 {
        // No beginning within reach: all of this log may be set in, and each line is for itself.
        return alone;
    }
    let mut last = memchr::memrchr(b'\n', &bytes[start..end]).map_or(start, |newline| start + newline + 1);
    while end + 1 < bytes.len() && lines < most.lines && end - start < most.bytes {
        let next = end + 1;
        if !belongs(bytes, last, next) {
            break;
        }
        let reach = bytes.len().min(start + most.bytes + 1);
        end = match memchr::memchr(b'\n', &bytes[next.min(reach)..reach]) {
            Some(newline) => next + newline,
            None if reach == bytes.len() => reach,
            None => break,
        };
        last = next;
        lines += 1;
    }
    start..end
}

/// Whether a document is printed on the lines from here: the first, or the one below it, ends with its bracket.
fn begins_document(bytes: &[u8], start: usize) -> bool {
    let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |offset| start + offset);
    let opens = |line: &[u8]| line.trim_ascii_end().ends_with(b"{") || line.trim_ascii_end().ends_with(b"[");
    opens(&bytes[start..end]) || (end < bytes.len() && opens(line(bytes, end + 1)))
}

/// As much of a line as tells what it is.
fn line(bytes: &[u8], start: usize) -> &[u8] {
    let rest = &bytes[start..bytes.len().min(start + HEAD)];
    &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
}

/// Whether a text begins with a piece of a longer line.
pub(super) fn begins_with_piece(text: &str) -> bool {
    is_piece(line(text.as_bytes(), 0))
}

/// The text of a record whose first line is peeled: what tools put before each further line is left out, and pieces of one
/// line are one line.
pub(super) fn join(text: &str, mut in_piece: bool) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    for (at, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if at == 0 {
            out.push_str(line);
            continue;
        }
        let (inner, goes_on) = inner(line);
        changed |= inner.len() != line.len() || in_piece;
        if !in_piece {
            out.push('\n');
        }
        out.push_str(inner);
        in_piece = goes_on;
    }
    if changed { Cow::Owned(out.trim().to_owned()) } else { Cow::Borrowed(text) }
}

/// A further line without what tools put before it, and whether it is a piece of a longer one.
fn inner(line: &str) -> (&str, bool) {
    let (line, goes_on) = match behind_time(line) {
        Some((_, rest)) => match cri(rest.trim_start()) {
            Some((goes_on, rest)) => (rest, goes_on),
            None => (rest.strip_prefix(' ').unwrap_or(rest), false),
        },
        None => (line, false),
    };
    let line = line.strip_prefix('│').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest));
    (line.strip_prefix('╵').unwrap_or(line), goes_on)
}

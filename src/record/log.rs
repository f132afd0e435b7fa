//! Blocks of a log: the lines that hold something that can matter, each with the lines that belong to it.

use super::json;
use super::line::{peel, starts_record};
use super::read::{Item, found_at, record_at};
use super::{Record, RecordKind};
use memchr::{memchr, memchr_iter, memrchr};
use serde_json::Value;
use std::ops::Range;

/// So much is kept of a long record before and after what matters in it.
const BEFORE_HIT: usize = 2 * 1024;
const AFTER_HIT: usize = 6 * 1024;

/// Lines and bytes of one record at most.
const MOST_LINES: usize = 200;
const MOST_BYTES: usize = 64 * 1024;

/// The same for a JSON document among the lines.
const MOST_DOCUMENT_LINES: usize = 4000;
const MOST_DOCUMENT_BYTES: usize = 512 * 1024;

/// So many beginnings of a JSON value are tried in a record.
const MOST_BEGINNINGS: usize = 3;

/// Texts of which one stands in every JSON document that a record is read from. Where log lines and documents are mixed, they
/// pass the gate beside the knowledge's own literals.
pub const DOCUMENT_SIGNS: [&str; 12] = [
    "stoppedReason",
    "stopped_reason",
    "detail-type",
    "lastStatus",
    "last_status",
    "logEvents",
    "\"awslogs",
    "awslogs\\\"",
    "kinesisSchemaVersion",
    "statusReason",
    "rolloutState",
    "containerDefinitions",
];

/// Reads the records of a block: whole lines, cut where a record begins. `line` is the number of its first line. `gate` tells
/// where in some bytes the first thing stands that can matter. Gives how many lines the block has.
pub fn log_records(block: &[u8], line: usize, gate: &dyn Fn(&[u8]) -> Option<usize>, items: &mut Vec<Item>) -> usize {
    let first = line;
    let (mut at, mut line, mut counted) = (0, line, 0);
    while let Some(hit) = gate(&block[at..]).map(|offset| at + offset) {
        let extent = extent(block, hit);
        line += count_lines(&block[counted..extent.start]);
        counted = extent.start;
        read_record(block, extent.clone(), hit, line, gate, items);
        at = extent.end.max(hit + 1);
    }
    line - first + count_lines(&block[counted..])
}

pub(super) fn count_lines(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}

fn line_start(block: &[u8], at: usize) -> usize {
    memrchr(b'\n', &block[..at]).map_or(0, |newline| newline + 1)
}

/// Behind the line's end.
fn line_end(block: &[u8], at: usize) -> usize {
    memchr(b'\n', &block[at..]).map_or(block.len(), |offset| at + offset + 1)
}

/// The record that stands around a place: its line, back to where a record begins, and on to where the next one does.
fn extent(block: &[u8], hit: usize) -> Range<usize> {
    let own = line_start(block, hit)..line_end(block, hit);
    let mut start = own.start;
    let mut lines = 0;
    while !starts_record(&block[start..]) {
        lines += 1;
        if start == 0 || lines > MOST_DOCUMENT_LINES || own.end - start > MOST_DOCUMENT_BYTES {
            return own;
        }
        start = line_start(block, start - 1);
    }
    let first = block[start..line_end(block, start)].trim_ascii_end();
    let document = first.ends_with(b"{") || first.ends_with(b"[");
    let (most_lines, most_bytes) =
        if document { (MOST_DOCUMENT_LINES, MOST_DOCUMENT_BYTES) } else { (MOST_LINES, MOST_BYTES) };
    if lines > most_lines || own.end - start > most_bytes {
        return own;
    }
    let mut end = own.end;
    while end < block.len() && lines < most_lines && end - start < most_bytes && !starts_record(&block[end..]) {
        end = line_end(block, end);
        lines += 1;
    }
    start..end
}

fn read_record(
    block: &[u8],
    extent: Range<usize>,
    hit: usize,
    line: usize,
    gate: &dyn Fn(&[u8]) -> Option<usize>,
    items: &mut Vec<Item>,
) {
    let bytes = &block[extent.clone()];
    if let Some((offset, found)) = document(bytes, gate) {
        items.extend(found_at(found, line + count_lines(&bytes[..offset])));
        return;
    }
    let from = extent.start.max(hit.saturating_sub(BEFORE_HIT));
    let to = extent.end.min(hit + AFTER_HIT);
    let text = String::from_utf8_lossy(block[from..to].trim_ascii_end());
    let peeled = peel(&text);
    let mut record = Record::new(RecordKind::Log);
    peeled.origin.tell(&mut record);
    record.push_text("message", &peeled.message, None);
    if let Some(text) = record.texts.last_mut() {
        text.cut |= from > extent.start || to < extent.end;
    }
    items.push(record_at(record, line));
}

/// What a JSON document of ECS holds that stands in these lines, and where it begins.
fn document(bytes: &[u8], gate: &dyn Fn(&[u8]) -> Option<usize>) -> Option<(usize, json::Found)> {
    let begins = memchr::memchr2_iter(b'{', b'[', bytes);
    // `[main] INFO` is no array.
    let begins = begins.filter(|at| {
        let next = bytes[at + 1..].trim_ascii_start().first();
        matches!((bytes[*at], next), (b'{', Some(b'"' | b'}')) | (b'[', Some(b'{' | b'[' | b'"')))
    });
    for at in begins.take(MOST_BEGINNINGS) {
        let mut stream = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Value>();
        let Some(Ok(value)) = stream.next() else { continue };
        let mut reader = json::Reader::new(gate);
        reader.read_line(&value);
        let found = reader.finish();
        if found.known || !found.records.is_empty() {
            return Some((at, found));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(log: &str) -> Vec<(usize, RecordKind, String)> {
        let gate = |bytes: &[u8]| {
            ["needle", "stoppedReason"].iter().filter_map(|text| memchr::memmem::find(bytes, text.as_bytes())).min()
        };
        let mut items = Vec::new();
        log_records(log.as_bytes(), 1, &gate, &mut items);
        let records = items.into_iter().filter_map(|item| match item {
            Item::Record(record) => Some((record.line, record.kind, record.texts[0].text.clone())),
            _ => None,
        });
        records.collect()
    }

    #[test]
    fn lines_that_belong_together_are_one_record() {
        let log = "one\ntwo: error\n    at needle (a.js:1)\n    at b\nCaused by: needle\nthree\nfour needle\n";
        assert_eq!(
            read(log),
            [
                (2, RecordKind::Log, "two: error\n    at needle (a.js:1)\n    at b\nCaused by: needle".to_owned()),
                (7, RecordKind::Log, "four needle".to_owned())
            ]
        );
    }

    #[test]
    fn documents_among_the_lines_are_read() {
        let log = "one\n{\n  \"taskArn\": \"a/b/c\",\n  \"stoppedReason\": \"x\"\n}\ntwo\n2026 got {\"stoppedReason\":\"y\",\"n\":1} there\n";
        assert_eq!(
            read(log),
            [(2, RecordKind::StoppedTask, "x".to_owned()), (7, RecordKind::StoppedTask, "y".to_owned())]
        );
    }
}

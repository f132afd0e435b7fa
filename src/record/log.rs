//! Blocks of a log: the lines that hold something that can matter, each with the lines that belong to it.

use super::json;
use super::line::{extent, record_of};
use super::origin::Origin;
use super::read::{Item, found_at, record_at};
use memchr::memchr_iter;
use serde_json::Value;
use std::ops::Range;

/// So much of a record is looked at before and after what matters in it.
const MOST_OF_RECORD: usize = 64 * 1024;

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
        let own = extent(&block[at..], hit - at);
        let extent = at + own.start..at + own.end;
        line += count_lines(&block[counted..extent.start]);
        counted = extent.start;
        read_record(block, extent.clone(), hit, line, gate, items);
        at = (extent.end + 1).min(block.len()).max(hit + 1);
    }
    line - first + count_lines(&block[counted..])
}

pub(super) fn count_lines(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
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
    if let Some(found) = document(bytes, line, gate) {
        items.extend(found_at(found, line));
        return;
    }
    let from = extent.start.max(hit.saturating_sub(MOST_OF_RECORD));
    let to = extent.end.min(hit + MOST_OF_RECORD).max(hit);
    let before = String::from_utf8_lossy(&block[from..hit]);
    let text = format!("{before}{}", String::from_utf8_lossy(&block[hit..to]));
    let mut record = record_of(&text, before.len(), gate, &Origin::default());
    if let Some(text) = record.texts.last_mut() {
        text.cut |= from > extent.start || to < extent.end;
    }
    items.push(record_at(record, line));
}

/// What a JSON document of ECS holds that stands in these lines, of which the first has this number.
fn document(bytes: &[u8], line: usize, gate: &dyn Fn(&[u8]) -> Option<usize>) -> Option<json::Found> {
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
        reader.read_line(&value, line + count_lines(&bytes[..at]));
        let found = reader.finish();
        if found.known || !found.records.is_empty() {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordKind;

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

//! Reports of AWS's runbooks (AWSSupport-TroubleshootECSTaskFailedToStart and its like): sections of findings.

use super::{Record, RecordKind};
use crate::pattern::Pattern;
use std::sync::LazyLock;

/// The report's heading, or one of its first sections' titles over its line of `=`.
static START: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?mi)^[ \t]*(?:Task Failure Reason Analysis\b|(?:REGISTRY|LOG CONFIGURATION|IAM|SECRETS?|EFS|VPC ENDPOINT|NETWORK CONFIGURATION) CHECKS[ \t]*\r?\n[ \t]*={4,})",
    )
});

/// More findings than this are in no report.
const MOST_FINDINGS: usize = 200;

/// Where a report begins in this text, if one does.
pub(super) fn start(text: &[u8]) -> Option<usize> {
    START.find_bytes(text)
}

/// Where a report ends: at a line that begins a JSON document, or with the text.
pub(super) fn end(text: &[u8]) -> usize {
    let begins = |at: usize| text[at] == b'\n' && matches!(text.get(at + 1), Some(b'{' | b'['));
    // `[ecr.dkr VPC Endpoint]: …` is a finding.
    let is_json = |at: &usize| text[at + 1] == b'{' || text[at + 2..].trim_ascii_start().starts_with(b"{");
    (0..text.len()).filter(|at| begins(*at)).find(is_json).map_or(text.len(), |at| at + 1)
}

/// The report as a record: each finding is a text, its field the section's title.
pub(super) fn report(text: &str) -> Record {
    let mut record = Record::new(RecordKind::Runbook);
    let mut section = String::from("report");
    let mut finding = String::new();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_rule = |line: &str| line.len() >= 4 && line.bytes().all(|b| matches!(b, b'=' | b'#' | b'-'));
    for (at, line) in lines.iter().enumerate() {
        let underlined = lines.get(at + 1).is_some_and(|next| is_rule(next));
        if line.is_empty() || is_rule(line) || underlined {
            push(&mut record, &section, &mut finding);
            if underlined && !line.is_empty() {
                (*line).clone_into(&mut section);
            }
        } else if line.trim_start_matches(['-', '*', ' ']).starts_with("https://") {
            // A link belongs to the finding before it and says nothing itself.
        } else {
            if !finding.is_empty() {
                finding.push('\n');
            }
            finding.push_str(line);
        }
    }
    push(&mut record, &section, &mut finding);
    record
}

fn push(record: &mut Record, section: &str, finding: &mut String) {
    let text = std::mem::take(finding);
    if !text.is_empty() && record.texts.len() < MOST_FINDINGS {
        record.push_text(section, &text, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_section_by_section() {
        let text = "stopped: x\nTask Failure Reason Analysis:\n########\n\nREGISTRY CHECKS\n===============\nOne is\nmissing.\n- https://example.com/a\n\nTwo.\n\nIAM CHECKS\n=====\nThree.\n";
        let start = start(text.as_bytes()).unwrap();
        let record = report(&text[start..]);
        let found: Vec<(&str, &str)> =
            record.texts.iter().map(|text| (text.field.as_str(), text.text.as_str())).collect();
        assert_eq!(
            found,
            [("REGISTRY CHECKS", "One is\nmissing."), ("REGISTRY CHECKS", "Two."), ("IAM CHECKS", "Three.")]
        );
        assert_eq!(super::start(b"no report\n=====\nSecurity Checks\n=====\n"), None);
    }
}

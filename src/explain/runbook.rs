//! Findings of AWS's runbook, judged by what the task itself shows.

use super::evaluate::{Literals, Truth, View};
use super::explanation::Finding;
use super::fill::fill_prose;
use crate::knowledge::MatchPart;
use crate::record::{Record, RecordKind};
use crate::signal::{Origin, Signals};
use crate::vocabulary::{SignalName, Value, Verdict};

/// The findings of a report, each with what the task beside it says of it. Without a task: what it can and cannot mean.
pub(super) fn findings(
    matching: &MatchPart,
    literals: &Literals,
    report: (&Record, &Signals),
    task: Option<(&Record, &Signals)>,
) -> Vec<Finding> {
    let (record, signals) = report;
    let mut findings = Vec::new();
    for (at, text) in record.texts.iter().enumerate() {
        let known: Vec<&str> = signals
            .named(SignalName::Finding)
            .filter(|(_, signal)| matches!(signal.origin, Origin::Text { text, .. } if text == at))
            .filter_map(|(_, signal)| match &signal.value {
                Value::Text(id) => Some(&**id),
                _ => None,
            })
            .collect();
        let says = first_sentence(&text.text);
        // A text may show several; the table has the more telling first.
        let first = matching.tables.findings.iter().map(|row| row.id.as_str()).find(|id| known.contains(id));
        if let Some(id) = first {
            let alone = matching.tables.findings.iter().find(|row| row.id == id).map_or("", |row| row.alone.as_str());
            let judged = task.and_then(|(task, task_signals)| {
                let view = View::new(task, task_signals, literals);
                let mut rows = matching.judgements.iter().filter(|row| row.finding == id);
                let row = rows.find(|row| view.truth(&row.when) == Truth::True)?;
                Some((row.verdict, fill_prose(&row.because, &task_signals.facts)))
            });
            let (verdict, because) = judged.unwrap_or_else(|| (Verdict::Open, fill_prose(alone, &signals.facts)));
            findings.push(Finding { says: says.clone(), verdict, because });
        }
        if known.is_empty() && record.kind == RecordKind::Runbook {
            let because = "ecsplain does not know this finding; it is neither supported nor contradicted".to_owned();
            findings.push(Finding { says, verdict: Verdict::Open, because });
        }
    }
    // A report may check the same thing for several services.
    let mut told: Vec<Finding> = Vec::new();
    for finding in findings {
        if !told.contains(&finding) {
            told.push(finding);
        }
    }
    told
}

/// Enough of a finding to know it again.
fn first_sentence(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text[..end].to_owned()
}

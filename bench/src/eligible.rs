//! Which cases the engine answers wherever the benchmark puts them.

use crate::clock::Clock;
use crate::failures::Failure;
use crate::value::Values;
use ecsplain::record::RecordKind;
use ecsplain::{Explainer, Outcome, Record};
use std::collections::BTreeSet;

/// Whether its line passes the gate and is explained, as it is and with other values; a stopped reason as one of a task as well.
pub fn is_eligible(failure: &Failure, explainer: &Explainer, literals: &BTreeSet<String>) -> bool {
    let (clock, mut values) = (Clock::new(), Values::new(11));
    (0..4).all(|_| {
        let (mut line, mut text) = (Vec::new(), Vec::new());
        failure.write_line(&clock, &mut values, &mut line);
        failure.write(&clock, &mut values, &mut text);
        let (line, text) = (String::from_utf8_lossy(&line), String::from_utf8_lossy(&text));
        let lower = line.to_ascii_lowercase();
        literals.iter().any(|literal| lower.contains(&literal.to_ascii_lowercase()))
            && explained(explainer, RecordKind::Log, line.trim_end())
            && (failure.channel != "stopped_reason" || explained(explainer, RecordKind::StoppedTask, &text))
    })
}

fn explained(explainer: &Explainer, kind: RecordKind, text: &str) -> bool {
    let mut record = Record::new(kind);
    record.push_text(if kind == RecordKind::Log { "message" } else { "stoppedReason" }, text, None);
    explainer.explain(&record).is_some_and(|explanation| explanation.outcome == Outcome::Explained)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failures::failures;
    use crate::literals::literals;

    #[test]
    fn every_case_in_use_is_answered() {
        let (explainer, literals) = (Explainer::builtin(), literals());
        let failures = failures().expect("the corpus");
        let lost: Vec<&str> = failures
            .iter()
            .filter(|failure| !is_eligible(failure, &explainer, &literals))
            .map(|failure| failure.id.as_str())
            .collect();
        assert!(lost.is_empty(), "no longer answered: {lost:?}");
        assert!(failures.len() >= 100, "{}", failures.len());
    }
}

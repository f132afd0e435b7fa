//! Evidence: the pieces of text and the fields on which an answer rests, premises of derived signals included.

use super::evaluate::{Holds, Witness};
use super::explanation::{Evidence, Explanation};
use crate::record::Record;
use crate::signal::{Origin, Signals};
use crate::vocabulary::SignalName;
use std::ops::Range;

/// What a fragment means that a condition looks for, where no table says more.
const SAYS_SO: &str = "the text says so itself";

/// Evidence for a condition set that holds, in the order of the text.
pub(super) fn collect(holds: &Holds, record: &Record, signals: &Signals, explanation: &mut Explanation) {
    let mut found = Vec::new();
    for witness in &holds.witnesses {
        match witness {
            Witness::Signal(at) => {
                of_signal(*at, record, signals, &mut found, 0);
            }
            Witness::Text { text, range } => {
                push(&mut found, of_text(record, *text, range.clone(), SAYS_SO.to_owned()));
            }
        }
    }
    // A signal that no condition asked for may still be what convinces a reader.
    for name in [SignalName::Address, SignalName::PolicyKind, SignalName::Truncated] {
        if let Some((at, _)) = signals.named(name).next() {
            of_signal(at, record, signals, &mut found, 0);
        }
    }
    explanation.evidence = in_order(found);
}

/// For an unknown failure: what was read at all, so that a person can go on from there.
pub(super) fn notable(record: &Record, signals: &Signals, explanation: &mut Explanation) {
    let mut found = Vec::new();
    for name in [
        SignalName::Error,
        SignalName::Mode,
        SignalName::Address,
        SignalName::HttpStatus,
        SignalName::ApiCode,
        SignalName::ExitCode,
        SignalName::StopCause,
        SignalName::Truncated,
    ] {
        for (at, _) in signals.named(name).take(2) {
            of_signal(at, record, signals, &mut found, 0);
        }
    }
    explanation.evidence = in_order(found);
}

fn in_order(mut found: Vec<Evidence>) -> Vec<Evidence> {
    // Of two that overlap the longer one tells more; one that stands inside another adds only if it means something else.
    found.sort_by_key(|one| (one.text.is_none(), one.text, one.start, std::cmp::Reverse(one.end)));
    found.dedup_by(|later, earlier| {
        let same_place = later.text.is_some()
            && later.text == earlier.text
            && later.start == earlier.start
            && later.end == earlier.end;
        let same_field = later.field.is_some() && later.field == earlier.field;
        if same_place && earlier.means == SAYS_SO {
            earlier.means.clone_from(&later.means);
        }
        same_place || same_field
    });
    found
}

/// Adds the evidence of a signal, and tells where it stands in `found`.
fn of_signal(at: usize, record: &Record, signals: &Signals, found: &mut Vec<Evidence>, depth: usize) -> Option<usize> {
    let signal = &signals.list[at];
    match &signal.origin {
        Origin::Text { text, range } => Some(push(found, of_text(record, *text, range.clone(), signal.means.clone()))),
        Origin::Field { path, quote } => Some(push(
            found,
            Evidence {
                text: None,
                start: None,
                end: None,
                field: Some(path.clone()),
                quote: quote.clone(),
                means: signal.means.clone(),
            },
        )),
        Origin::Rule { premises, .. } => {
            if depth > DEEPEST_PREMISE {
                return None;
            }
            let places: Vec<usize> =
                premises.iter().filter_map(|premise| of_signal(*premise, record, signals, found, depth + 1)).collect();
            // What is concluded is told where the first premise stands.
            let place = *places.first()?;
            let told = &mut found[place].means;
            if !signal.means.is_empty() && !told.contains(&signal.means) {
                *told = format!("{told}; {}", signal.means);
            }
            Some(place)
        }
    }
}

/// Rules conclude from what was read, and at most from each other once or twice.
const DEEPEST_PREMISE: usize = 4;

/// Adds evidence, or joins it to what stands for the same place already. Gives its position.
fn push(found: &mut Vec<Evidence>, evidence: Evidence) -> usize {
    let known = found.iter().position(|known| {
        known.text == evidence.text
            && known.start == evidence.start
            && known.end == evidence.end
            && known.field == evidence.field
    });
    match known {
        Some(at) => {
            // The longer meaning includes what a rule concluded.
            if evidence.means.len() > found[at].means.len() {
                found[at] = evidence;
            }
            at
        }
        None => {
            found.push(evidence);
            found.len() - 1
        }
    }
}

fn of_text(record: &Record, text: usize, range: Range<usize>, means: String) -> Evidence {
    let quote = record.texts[text].text.get(range.clone()).unwrap_or_default().to_owned();
    Evidence { text: Some(text), start: Some(range.start), end: Some(range.end), field: None, quote, means }
}

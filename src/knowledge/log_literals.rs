//! The texts of which one stands in every log line that can be explained.

use super::compiled::{Anchor, Problem};
use super::tables::Tables;
use crate::vocabulary::{Place, SignalName, Value};
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeSet;

/// Of each text that anchors a set which may speak in a log, and of ECS's error names, the longest piece that looks the same
/// in every log: quotes are escaped in some. One that holds another one is left out.
pub(super) fn log_literals(problems: &[Problem], fragments: &[String], tables: &Tables) -> Vec<String> {
    let names = tables.errors.iter().filter(|row| !row.generic).map(|row| row.name.as_str());
    let mut pieces: BTreeSet<&str> = names.map(piece).collect();
    let sets = problems.iter().flat_map(|problem| problem.sets.iter()).filter(|set| set.places.contains(&Place::Log));
    for anchor in sets.flat_map(|set| &set.log_anchors) {
        pieces.extend(texts_of(anchor, fragments, tables).into_iter().map(piece));
    }
    without_longer(pieces.into_iter().filter(|piece| !piece.is_empty()).collect())
}

/// The longest run of a text without quotes, backslashes, control characters and what is not ASCII.
pub(super) fn piece(text: &str) -> &str {
    let splits = |c: char| matches!(c, '"' | '\\' | '`') || c.is_control() || !c.is_ascii();
    text.split(splits).max_by_key(|piece| piece.len()).unwrap_or_default()
}

/// The texts that an anchor stands for. An expression or a mere presence has none: the checker lets no such set speak in a log.
pub(super) fn texts_of<'a>(anchor: &'a Anchor, fragments: &'a [String], tables: &'a Tables) -> Vec<&'a str> {
    match anchor {
        Anchor::Fragment(fragment) => vec![&fragments[usize::from(*fragment)]],
        Anchor::Signal(SignalName::Error, Value::Text(error)) => vec![error],
        Anchor::Signal(SignalName::Wrapper, Value::Text(id)) => {
            let rows = tables.wrappers.iter().filter(|row| *row.id == **id);
            rows.flat_map(|row| &row.texts).map(String::as_str).collect()
        }
        Anchor::Signal(SignalName::Advice, Value::Text(id)) => {
            let rows = tables.advice.iter().filter(|row| *row.id == **id);
            rows.flat_map(|row| &row.texts).map(String::as_str).collect()
        }
        Anchor::Signal(..) | Anchor::Regex(_) | Anchor::Present(_) => Vec::new(),
    }
}

/// Where one piece stands in another one, it alone is enough.
fn without_longer(pieces: Vec<&str>) -> Vec<String> {
    let builder = || AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&pieces);
    let Ok(automaton) = builder() else { return pieces.into_iter().map(str::to_owned).collect() };
    let holds_other = |at: usize, piece: &str| {
        automaton.find_overlapping_iter(piece).any(|found| {
            let other = found.pattern().as_usize();
            // Of equal ones the first stays.
            other != at && (found.len() < piece.len() || other < at)
        })
    };
    let kept = pieces.iter().enumerate().filter(|(at, piece)| !holds_other(*at, piece));
    kept.map(|(_, piece)| (*piece).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_every_log_shows_alike() {
        assert_eq!(piece(r#"exec: "sh": executable file not found"#), ": executable file not found");
        assert_eq!(piece("can\u{2019}t pull the image"), "t pull the image");
    }

    #[test]
    fn a_literal_that_holds_another_one_is_left_out() {
        let pieces = vec!["CannotPull", "Task failed", "cannotpull", "cannotPullContainerError"];
        assert_eq!(without_longer(pieces), ["CannotPull", "Task failed"]);
    }
}

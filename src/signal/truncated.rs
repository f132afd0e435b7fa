//! Whether a text was cut before it reached us.

use super::literals::Ending;
use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::vocabulary::{Answer, SignalName};

/// The lengths at which ECS cuts a reason, in characters.
const CUT_LENGTHS: [usize; 2] = [255, 1024];

pub(super) fn read(reading: Reading<'_>, seen: &Seen, cut: bool, ending: Ending, signals: &mut Signals) {
    let text = reading.text.trim_end();
    let Some(means) = how(text, seen, cut, ending) else { return };
    // The last word or two.
    let start =
        text.char_indices().rev().skip(8).find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    signals.push(reading.signal(SignalName::Truncated, Answer::Yes, start..text.len(), means));
}

fn how(text: &str, seen: &Seen, cut: bool, ending: Ending) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    if cut {
        return Some("the text is longer than we keep");
    }
    if text.ends_with("...") || text.ends_with('…') {
        return Some("the text is cut here");
    }
    // Characters, not bytes: ECS counts so.
    // A text may have that length by chance.
    if CUT_LENGTHS.contains(&text.chars().count()) && !ending.complete {
        return Some("the text has exactly the length at which ECS cuts");
    }
    // An address or a host that something should follow.
    let dialled = || text.rsplit("dial tcp").next().unwrap_or_default().trim_start_matches([':', ' ']);
    if seen.has(Sign::DialTcp) && matches!(dialled(), last if last.len() < text.len() && !last.contains(' ')) {
        return Some("the text ends where the reason should follow");
    }
    let count = |wanted: u8| memchr::memchr_iter(wanted, text.as_bytes()).count();
    if count(b'"') % 2 == 1 || count(b'(') > count(b')') + 1 {
        return Some("the text ends inside a quotation");
    }
    (ending.open || text.ends_with(':')).then_some("the text ends where the reason should follow")
}

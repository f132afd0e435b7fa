//! Signals that fixed texts produce: all texts of the tables, found together.

use super::derive::{Candidate, Candidates};
use super::{Reading, Signals, Squeezed};
use crate::finder::Finder;
use crate::knowledge::{CUT_PHRASE_BYTES, Index, ReasonText, Tables, Use};
use crate::vocabulary::{SignalName, Stage, Value};
use std::ops::Range;

/// A context text of a mode must end at most so many squeezed bytes before the deciding text.
const CONTEXT_BYTES: usize = 400;

struct Hit {
    of: Use,
    /// In the squeezed text.
    at: Range<usize>,
    /// In the original.
    range: Range<usize>,
}

/// Finds all texts of the tables in one pass.
pub(super) struct LiteralReader {
    finder: Finder,
    /// How many of its texts are the tables'. Fragments of conditions follow.
    of_tables: usize,
    /// What each text is for, by text, and where that begins for each text of the tables.
    uses: Vec<(u16, Use)>,
    first_uses: Vec<usize>,
    /// Beginnings of texts inside of which a text may be cut, and for each the text and the wrapper's row.
    beginnings: Finder,
    of_beginnings: Vec<(u16, u16)>,
    /// Length of the longest of these texts.
    longest_wrapper: usize,
}

/// How a text ends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ending {
    /// With a phrase after which the reason should follow, or inside of one.
    pub open: bool,
    /// With a phrase that is complete in itself.
    pub complete: bool,
}

/// ECS cuts at 255 bytes or later. A shorter text was ended by its author, unless it says that it goes on.
const CUT_TEXT_BYTES: usize = 150;

/// Where ECS and its agent cut a text, in characters.
const CUT_LENGTHS: [usize; 2] = [255, 1024];

impl LiteralReader {
    pub(super) fn new(index: &mut Index<'static>) -> LiteralReader {
        let finder = Finder::new(std::mem::take(&mut index.texts));
        let of_beginnings = std::mem::take(&mut index.of_beginnings);
        let mut first_uses = Vec::with_capacity(usize::from(index.of_tables) + 1);
        for text in 0..=index.of_tables {
            let known = first_uses.last().copied().unwrap_or(0);
            first_uses.push(known + index.uses[known..].iter().take_while(|(of, _)| *of < text).count());
        }
        LiteralReader {
            longest_wrapper: of_beginnings.iter().map(|(text, _)| finder.text((*text).into()).len()).max().unwrap_or(0),
            beginnings: Finder::new(std::mem::take(&mut index.beginnings)),
            of_beginnings,
            uses: std::mem::take(&mut index.uses),
            first_uses,
            of_tables: index.of_tables.into(),
            finder,
        }
    }

    /// The phrase inside of which the text ends, if its beginning is long enough to know it.
    fn cut_phrase(&self, original: &str, squeezed: &Squeezed) -> Option<Hit> {
        let text = squeezed.text.trim_end_matches(['.', '…']);
        if squeezed.text.len() < CUT_TEXT_BYTES && !squeezed.text.ends_with("..") && !squeezed.text.ends_with('…') {
            return None;
        }
        let surely_cut = squeezed.text.ends_with("..")
            || squeezed.text.ends_with('…')
            || CUT_LENGTHS.iter().any(|length| original.trim().chars().count().abs_diff(*length) <= 2);
        let mut longest: Option<(usize, u16)> = None;
        let tail = text.len().saturating_sub(self.longest_wrapper);
        self.beginnings.each(&text.as_bytes()[tail..], |beginning, start| {
            let (phrase, row) = self.of_beginnings[beginning];
            let phrase = self.finder.text(phrase.into());
            let length = text.len() - (tail + start);
            let shortest = if surely_cut { CUT_PHRASE_BYTES } else { CUT_PHRASE_BYTES.max(phrase.len() * 3 / 5) };
            let is_cut =
                length >= shortest && length < phrase.len() && text.as_bytes().ends_with(&phrase.as_bytes()[..length]);
            if is_cut {
                longest = longest.max(Some((length, row)));
            }
        });
        let (length, row) = longest?;
        let at = text.len() - length..text.len();
        Some(Hit { of: Use::Wrapper(row), range: squeezed.original(at.clone()), at })
    }

    /// Reads them, and tells how the text ends.
    pub(super) fn read(
        &self,
        reading: Reading<'_>,
        squeezed: &Squeezed,
        tables: &Tables,
        signals: &mut Signals,
        candidates: &mut Candidates,
    ) -> Ending {
        let mut ending = Ending::default();
        let end = squeezed.text.trim_end_matches([':', '.']).len();
        let mut hits = Vec::new();
        let mut fragment = None;
        for found in self.finder.find_all(&squeezed.text) {
            let at = self.finder.range(found);
            if let Some(number) = found.text.checked_sub(self.of_tables) {
                // The first place is enough.
                if fragment.replace(number) != Some(number) {
                    signals.fragments.push((u16::try_from(number).unwrap_or(u16::MAX), reading.at, at));
                }
                continue;
            }
            for (_, of) in &self.uses[self.first_uses[found.text]..self.first_uses[found.text + 1]] {
                hits.push(Hit { of: *of, at: at.clone(), range: squeezed.original(at.clone()) });
            }
        }
        let ends_whole = hits.iter().any(|hit| matches!(hit.of, Use::Wrapper(_)) && hit.at.end >= end);
        if !ends_whole && let Some(cut) = self.cut_phrase(reading.text, squeezed) {
            ending.open = true;
            hits.push(cut);
        }
        hits.sort_by_key(|hit| (hit.at.start, std::cmp::Reverse(hit.at.end)));
        for hit in &hits {
            match hit.of {
                Use::Error(row) if is_a_name(reading.text, &hit.range) => {
                    let row = &tables.errors[usize::from(row)];
                    let value = Value::text(row.name.as_str());
                    let at =
                        signals.push(reading.signal(SignalName::Error, value, hit.range.clone(), row.means.clone()));
                    if let Some(stage) = row.stage {
                        candidates.stages.push(Candidate { of: stage, strength: 1, premise: at });
                    }
                }
                Use::Wrapper(row) => {
                    let row = &tables.wrappers[usize::from(row)];
                    ending.open |= row.opens && hit.at.end == end;
                    signals.foreign |= row.foreign;
                    let value = Value::text(row.id.as_str());
                    let at =
                        signals.push(reading.signal(SignalName::Wrapper, value, hit.range.clone(), row.means.clone()));
                    if let Some(stage) = row.stage {
                        candidates.stages.push(Candidate { of: stage, strength: row.strength.max(1), premise: at });
                    }
                    if let Some(endpoint) = row.endpoint {
                        candidates.endpoints.push(Candidate {
                            of: endpoint,
                            strength: row.strength.clamp(1, 4),
                            premise: at,
                        });
                    }
                    if let Some(request) = row.request {
                        signals.push(reading.signal(
                            SignalName::Request,
                            request,
                            hit.range.clone(),
                            row.means.clone(),
                        ));
                    }
                    if let Some(writer) = row.writer {
                        signals.push(reading.signal(SignalName::Writer, writer, hit.range.clone(), row.means.clone()));
                    }
                }
                Use::Advice(row) => {
                    let row = &tables.advice[usize::from(row)];
                    let value = Value::text(row.id.as_str());
                    let at =
                        signals.push(reading.signal(SignalName::Advice, value, hit.range.clone(), row.says.clone()));
                    if let Some(stage) = row.stage {
                        candidates.advised_stages.push(Candidate { of: stage, strength: 1, premise: at });
                    }
                    if let Some(endpoint) = row.endpoint {
                        candidates.advised_endpoints.push(Candidate { of: endpoint, strength: 1, premise: at });
                    }
                }
                Use::Code(row) if starts_a_word(reading.text, &hit.range) => {
                    let row = &tables.codes[usize::from(row)];
                    let value = Value::text(row.code.as_str());
                    let at =
                        signals.push(reading.signal(SignalName::ApiCode, value, hit.range.clone(), row.means.clone()));
                    if row.answered {
                        candidates.answered.push(at);
                    }
                }
                Use::Stop(row) => {
                    let row = &tables.stops[usize::from(row)];
                    let signal = reading.signal(SignalName::StopCause, row.cause, hit.range.clone(), row.means.clone());
                    let at = signals.push(signal);
                    if let Some(stage) = row.stage {
                        candidates.stages.push(Candidate { of: stage, strength: 2, premise: at });
                    }
                }
                Use::Placement(row) if starts_a_word(reading.text, &hit.range) => {
                    let (name, row) = (SignalName::PlacementReason, &tables.placement[usize::from(row)]);
                    push_reason(reading, (name, Stage::Placement), row, &hit.range, signals, candidates);
                }
                Use::TargetHealth(row) => {
                    let (name, row) = (SignalName::TargetHealth, &tables.target_health[usize::from(row)]);
                    push_reason(reading, (name, Stage::Health), row, &hit.range, signals, candidates);
                }
                Use::Finding(row) => {
                    let row = &tables.findings[usize::from(row)];
                    let means = "what AWS's runbook found";
                    signals.push(reading.signal(
                        SignalName::Finding,
                        Value::text(row.id.as_str()),
                        hit.range.clone(),
                        means,
                    ));
                }
                Use::Error(_) | Use::Code(_) | Use::Mode(_) | Use::ModeContext(_) | Use::Placement(_) => {}
            }
        }
        read_modes(reading, &hits, tables, signals);
        ending.complete = hits.iter().any(|hit| matches!(hit.of, Use::Mode(_) | Use::Code(_)) && hit.at.end >= end);
        ending
    }
}

/// A reason speaks for its row's stage, or for the one that its signal mostly tells of.
fn push_reason(
    reading: Reading<'_>,
    (name, stage): (SignalName, Stage),
    row: &ReasonText,
    range: &Range<usize>,
    signals: &mut Signals,
    candidates: &mut Candidates,
) {
    let signal = reading.signal(name, Value::text(row.reason.as_str()), range.clone(), row.means.clone());
    let premise = signals.push(signal);
    candidates.stages.push(Candidate { of: row.stage.unwrap_or(stage), strength: 4, premise });
}

/// Each place that can decide a mode is given to the first rule that it satisfies. Weak rules come last: they stand for
/// texts that were cut, so they speak only where nothing more telling follows.
fn read_modes(reading: Reading<'_>, hits: &[Hit], tables: &Tables, signals: &mut Signals) {
    let mut taken: Vec<Range<usize>> = Vec::new();
    for weak in [false, true] {
        for (row_at, row) in (0..).zip(&tables.modes).filter(|(_, row)| row.weak == weak) {
            for hit in hits.iter().filter(|hit| hit.of == Use::Mode(row_at)) {
                let overlaps = |range: &Range<usize>| range.start < hit.at.end && hit.at.start < range.end;
                let follows =
                    |range: &Range<usize>| range.start >= hit.at.end && range.start - hit.at.end <= CONTEXT_BYTES;
                let free = !taken.iter().any(|range| overlaps(range) || (weak && follows(range)));
                if !free || !has_context(row_at, &row.after, hit, hits) {
                    continue;
                }
                taken.push(hit.at.clone());
                signals.push(reading.signal(SignalName::Mode, row.mode, hit.range.clone(), row.means.clone()));
            }
        }
    }
}

/// Whether one of the texts that a rule wants before its deciding text stands there, or it wants none.
fn has_context(row: u16, after: &[String], hit: &Hit, hits: &[Hit]) -> bool {
    let stands_before = |context: &Hit| {
        context.of == Use::ModeContext(row)
            && context.at.end <= hit.at.start
            && hit.at.start - context.at.end <= CONTEXT_BYTES
    };
    after.is_empty() || hits.iter().any(stands_before)
}

/// ECS writes its error names at the start of a word; `java.lang.OutOfMemoryError` is no ECS error.
fn is_a_name(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '$' | '_'))
        && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

fn starts_a_word(text: &str, range: &Range<usize>) -> bool {
    let first_is_word = text[range.start..].chars().next().is_some_and(char::is_alphanumeric);
    !first_is_word || !text[..range.start].chars().next_back().is_some_and(char::is_alphanumeric)
}

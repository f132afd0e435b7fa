//! Log lines: what stands before the message is peeled off and kept as context; lines that belong together are found.
//!
//! Pure functions of text. Nothing here decides whether a line matters.

mod fields;
mod prefix;
mod record;

pub use record::{extent, starts_record};

use super::Record;
use super::origin::Origin;
use std::borrow::Cow;

/// How bad a program says a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Steps of a program.
    Trace,
    /// For its makers.
    Debug,
    /// Ordinary.
    Info,
    /// May become an error.
    Warn,
    /// Something failed.
    Error,
    /// The program ends.
    Fatal,
}

impl Level {
    /// By its name, in any casing, or its first letters.
    pub fn of_name(name: &str) -> Option<Level> {
        let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        Some(match name.len() {
            3..=9 if is(&["trace"]) => Level::Trace,
            3..=9 if is(&["debug", "dbg"]) => Level::Debug,
            3..=9 if is(&["info", "notice", "information"]) => Level::Info,
            3..=9 if is(&["warn", "warning"]) => Level::Warn,
            3..=9 if is(&["error", "err", "severe"]) => Level::Error,
            3..=9 if is(&["fatal", "critical", "crit", "panic", "alert", "emergency"]) => Level::Fatal,
            _ => return None,
        })
    }

    /// By the numbers of pino and bunyan.
    fn of_number(number: u64) -> Option<Level> {
        [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal]
            .get(usize::try_from(number / 10).ok()?.checked_sub(1)?)
            .copied()
            .filter(|_| number % 10 == 0)
    }
}

/// A log record, peeled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peeled<'a> {
    /// What the parts around the message tell.
    pub context: Origin,
    /// The message: a piece of the line where it stands there as it is.
    pub message: Cow<'a, str>,
    /// How bad the program says it is.
    pub level: Option<Level>,
}

impl Peeled<'_> {
    fn into_owned(self) -> Peeled<'static> {
        Peeled { context: self.context, message: Cow::Owned(self.message.into_owned()), level: self.level }
    }
}

/// Tools wrap each other's lines; deeper than this they do not.
const MOST_LAYERS: usize = 4;

/// More prefixes stand before no message.
const MOST_PREFIXES: usize = 8;

/// A longer record is not read as JSON or logfmt.
const LONGEST_FIELDS: usize = 64 * 1024;

/// Peels a log record of one line or more: see [`extent`]. What peels to nothing keeps its text.
pub fn peel(text: &str) -> Peeled<'_> {
    match without_colors(text) {
        Cow::Borrowed(text) => layer(text, 0),
        Cow::Owned(text) => layer(&text, 0).into_owned(),
    }
}

fn layer(text: &str, layers: usize) -> Peeled<'_> {
    let mut peeled = Peeled::default();
    let mut rest = text.trim_end_matches(['\n', '\r']);
    for _ in 0..MOST_PREFIXES {
        match prefix::peel(rest, &mut peeled) {
            Some(inner) => rest = inner,
            None => break,
        }
    }
    if rest.trim().is_empty() {
        return Peeled { message: Cow::Borrowed(text), ..peeled };
    }
    let rest = record::join(rest, record::begins_with_piece(text));
    if layers < MOST_LAYERS
        && rest.len() <= LONGEST_FIELDS
        && let Some(inner) = fields::peel(&rest, &mut peeled)
    {
        let inner = layer(&inner, layers + 1).into_owned();
        let mut context = inner.context;
        context.fill(&peeled.context);
        return Peeled { context, message: inner.message, level: peeled.level.or(inner.level) };
    }
    peeled.message = rest;
    peeled
}

/// In a log, so much is kept of a long record before and after what matters in it.
const BEFORE_HIT: usize = 2 * 1024;
const AFTER_HIT: usize = 6 * 1024;

/// So much of a record too long to be peeled whole tells where it comes from.
const HEAD: usize = 1024;

/// A record of one log record's text, in which something at `hit` matters. What is known of its origin besides goes before
/// what the text tells. `gate` is asked again: where what matters stands in what would be peeled off, nothing is.
pub fn record_of(text: &str, hit: usize, gate: &dyn Fn(&[u8]) -> Option<usize>, known: &Origin) -> Record {
    let peeled = if text.len() <= LONGEST_FIELDS {
        peel(text)
    } else {
        let context = peel(&text[..border(text, HEAD)]).context;
        Peeled { context, message: Cow::Borrowed(text), level: None }
    };
    let (message, hit) = match gate(peeled.message.as_bytes()) {
        Some(inner) if text.len() <= LONGEST_FIELDS => (&*peeled.message, inner),
        _ => (text.trim_end(), hit),
    };
    let long = message.len() > BEFORE_HIT + AFTER_HIT;
    let from = if long { border(message, hit.saturating_sub(BEFORE_HIT)) } else { 0 };
    let to = if long { border(message, hit.saturating_add(AFTER_HIT)) } else { message.len() };
    let mut origin = known.clone();
    origin.fill(&peeled.context);
    let mut record = origin.record(&message[from..to]);
    if let Some(text) = record.texts.last_mut() {
        text.cut |= from > 0 || to < message.len();
    }
    record
}

/// The last place at or before this one that is no inside of a character.
fn border(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Leaves out the terminal's colours and other sequences.
fn without_colors(text: &str) -> Cow<'_, str> {
    if !text.contains('\x1b') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\x1b') {
        out.push_str(before);
        rest = match behind.strip_prefix('[') {
            // Parameters, then one letter that ends the sequence.
            Some(sequence) => {
                let end = sequence.find(|c: char| !matches!(c, ' '..='?')).unwrap_or(sequence.len());
                let ends_it = sequence[end..].chars().next().filter(|c| matches!(c, '@'..='~'));
                &sequence[end + ends_it.map_or(0, char::len_utf8)..]
            }
            None => behind,
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;

//! Regular expressions with ASCII classes over text.
//!
//! Without Unicode tables `\d`, `\s` and `\b` compile only for bytes, in about a tenth of the time. This is the `regex`
//! crate's interface over that, as far as it is used here. A match that would cut a character counts as empty text; the
//! expressions here have white space and punctuation at their borders, which are single bytes in UTF-8.

use regex::bytes;
use std::ops::Range;

/// An expression with ASCII classes.
#[derive(Debug)]
pub(crate) struct Pattern(bytes::Regex);

/// A piece of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

/// The pieces that the groups of an expression stand for.
pub(crate) struct Captures<'t> {
    text: &'t str,
    found: bytes::Captures<'t>,
}

impl Pattern {
    /// Compiles a constant expression.
    ///
    /// # Panics
    /// When it cannot be compiled: a mistake in this program, which its tests show.
    pub(crate) fn new(expression: &str) -> Pattern {
        let compiled = bytes::RegexBuilder::new(expression).unicode(false).build();
        Pattern(compiled.unwrap_or_else(|error| panic!("{expression}: {error}")))
    }

    /// Where the first match begins.
    pub(crate) fn find_bytes(&self, bytes: &[u8]) -> Option<usize> {
        self.0.find(bytes).map(|found| found.start())
    }

    pub(crate) fn is_match(&self, bytes: &[u8]) -> bool {
        self.0.is_match(bytes)
    }

    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.0.find(text.as_bytes()).map(|found| Match { text, start: found.start(), end: found.end() })
    }

    pub(crate) fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.0.find_iter(text.as_bytes()).map(move |found| Match { text, start: found.start(), end: found.end() })
    }

    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.0.captures(text.as_bytes()).map(|found| Captures { text, found })
    }

    pub(crate) fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.0.captures_iter(text.as_bytes()).map(move |found| Captures { text, found })
    }

    /// Replaces every match by what `with` makes of it.
    pub(crate) fn replace_all(&self, text: &str, with: impl Fn(&Captures<'_>) -> String) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut kept = 0;
        for captures in self.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            replaced.push_str(text.get(kept..whole.start).unwrap_or_default());
            replaced.push_str(&with(&captures));
            kept = whole.end;
        }
        replaced.push_str(text.get(kept..).unwrap_or_default());
        replaced
    }
}

impl<'t> Match<'t> {
    pub(crate) fn as_str(&self) -> &'t str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn start(&self) -> usize {
        self.start
    }

    pub(crate) fn end(&self) -> usize {
        self.end
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl<'t> Captures<'t> {
    pub(crate) fn get(&self, group: usize) -> Option<Match<'t>> {
        self.found.get(group).map(|found| Match { text: self.text, start: found.start(), end: found.end() })
    }

    /// The groups that took part, the whole match first.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Match<'t>> {
        (0..self.found.len()).filter_map(|group| self.get(group))
    }
}

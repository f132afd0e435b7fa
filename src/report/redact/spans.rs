//! What is to be replaced in a text, and where its other bytes come to stand.

use std::ops::Range;

/// Pieces of a text that have been decided on. A byte is decided once: the first rule that asks for it has it.
pub(super) struct Spans<'t> {
    pub(super) text: &'t str,
    decided: Vec<bool>,
    replaced: Vec<(Range<usize>, String)>,
}

/// A text with its pieces replaced.
pub(super) struct Redacted {
    pub(super) text: String,
    /// Each piece's range before and after, in order.
    moves: Vec<(Range<usize>, Range<usize>)>,
}

impl<'t> Spans<'t> {
    pub(super) fn new(text: &'t str) -> Spans<'t> {
        Spans { text, decided: vec![false; text.len()], replaced: Vec::new() }
    }

    /// These bytes stay as they are.
    pub(super) fn keep(&mut self, range: Range<usize>) {
        if let Some(bytes) = self.decided.get_mut(range) {
            bytes.fill(true);
        }
    }

    /// The parts of the range that nobody has decided on and that say something, cut at character borders.
    pub(super) fn open(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut open = Vec::new();
        let mut start = range.start;
        while start < range.end {
            if self.decided[start] {
                start += 1;
                continue;
            }
            let end = (start..range.end).find(|at| self.decided[*at]).unwrap_or(range.end);
            let says = |piece: &str| piece.chars().any(char::is_alphanumeric);
            // A piece that is decided on begins and ends at a character, so its rest does.
            if self.text.get(start..end).is_some_and(says) {
                open.push(start..end);
            }
            start = end;
        }
        open
    }

    pub(super) fn replace(&mut self, range: Range<usize>, with: String) {
        self.keep(range.clone());
        self.replaced.push((range, with));
    }

    /// What is to be replaced, and by what, in no order.
    pub(super) fn replaced(&self) -> &[(Range<usize>, String)] {
        &self.replaced
    }

    pub(super) fn finish(mut self) -> Redacted {
        self.replaced.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(self.text.len());
        let mut moves = Vec::with_capacity(self.replaced.len());
        let mut kept = 0;
        for (range, with) in self.replaced {
            text.push_str(&self.text[kept..range.start]);
            let start = text.len();
            text.push_str(&with);
            moves.push((range.clone(), start..text.len()));
            kept = range.end;
        }
        text.push_str(&self.text[kept..]);
        Redacted { text, moves }
    }
}

impl Redacted {
    /// Where a range of the text before stands in the text after. One that begins or ends inside of a replaced piece takes in
    /// the whole of it.
    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        let start = match self.last_before(range.start + 1) {
            Some((old, new)) if range.start < old.end => new.start,
            Some((old, new)) => new.end + (range.start - old.end),
            None => range.start,
        };
        let end = match self.last_before(range.end) {
            Some((old, new)) if range.end <= old.end => new.end,
            Some((old, new)) => new.end + (range.end - old.end),
            None => range.end,
        };
        start..end.max(start)
    }

    /// The last replaced piece that begins before this byte.
    fn last_before(&self, at: usize) -> Option<&(Range<usize>, Range<usize>)> {
        let next = self.moves.partition_point(|(old, _)| old.start < at);
        self.moves[..next].last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_move_with_the_text_and_take_in_what_they_cut() {
        let mut spans = Spans::new("role admin in 111122223333 failed");
        spans.replace(14..26, "account-1".to_owned());
        spans.replace(5..10, "role-1".to_owned());
        let redacted = spans.finish();
        assert_eq!(redacted.text, "role role-1 in account-1 failed");
        let shown = |range: Range<usize>| &redacted.text[redacted.range(range)];
        assert_eq!(shown(27..33), "failed");
        assert_eq!(shown(5..10), "role-1");
        assert_eq!(shown(7..16), "role-1 in account-1");
        assert_eq!(shown(0..4), "role");
        assert_eq!(shown(10..13), " in");
        assert_eq!(shown(33..33), "");
    }

    #[test]
    fn what_is_decided_stays_and_the_rest_is_open() {
        let mut spans = Spans::new("abc-def-ghi");
        spans.keep(4..7);
        assert_eq!(spans.open(0..11), [0..4, 7..11]);
        assert!(spans.open(7..8).is_empty(), "punctuation says nothing");
    }
}

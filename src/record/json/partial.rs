//! Lines that Docker split because they are longer than 16 KiB, put together again.

use super::super::origin::Origin;

/// So many split lines may be open at once.
const MOST_OPEN: usize = 64;

/// No more of one line is kept.
const LONGEST: usize = 64 * 1024;

/// A line that has been split.
pub(super) struct Line {
    id: String,
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// The split lines whose end has not been seen.
#[derive(Default)]
pub(super) struct Partials {
    open: Vec<Line>,
}

impl Partials {
    /// Adds a piece. Gives a line that is whole now, or one that must make room.
    pub(super) fn add(&mut self, id: &str, piece: &str, last: bool, origin: Origin) -> Option<Line> {
        let at = self.open.iter().position(|line| line.id == id);
        let mut line = match at {
            Some(at) => self.open.remove(at),
            None => Line { id: id.to_owned(), text: String::new(), origin },
        };
        let mut room = LONGEST.saturating_sub(line.text.len()).min(piece.len());
        while !piece.is_char_boundary(room) {
            room -= 1;
        }
        line.text.push_str(&piece[..room]);
        if last {
            return Some(line);
        }
        self.open.push(line);
        (self.open.len() > MOST_OPEN).then(|| self.open.remove(0))
    }

    /// The lines whose end never came.
    pub(super) fn finish(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_line_by_line() {
        let mut partials = Partials::default();
        let mut add = |id: &str, piece: &str, last| partials.add(id, piece, last, Origin::default()).map(|l| l.text);
        assert_eq!(add("a", "one ", false), None);
        assert_eq!(add("b", "other ", false), None);
        assert_eq!(add("a", "two", true).as_deref(), Some("one two"));
        assert_eq!(partials.finish().len(), 1);
        assert!(partials.finish().is_empty());
    }

    #[test]
    fn open_lines_are_bounded_and_none_is_lost() {
        let mut partials = Partials::default();
        let mut out = 0;
        for id in 0..200 {
            out += usize::from(partials.add(&id.to_string(), "é", false, Origin::default()).is_some());
        }
        assert_eq!(out + partials.finish().len(), 200);
        for _ in 0..10 {
            assert!(partials.add("a", &"é".repeat(10_000), false, Origin::default()).is_none());
        }
        assert!(partials.finish()[0].text.len() <= LONGEST);
    }
}

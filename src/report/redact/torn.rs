//! Texts that were broken at a fixed column, inside of words: what stands across a break is found in the lines put together.

use std::ops::Range;

/// Shorter lines are not broken by a terminal.
const SHORTEST: usize = 40;

/// A text with its torn lines put together.
pub(super) struct Torn {
    pub(super) joined: String,
    /// Where lines were joined, and how many bytes have been left out up to there.
    joints: Vec<(usize, usize)>,
}

impl Torn {
    /// `None` where the lines are no torn ones.
    pub(super) fn of(text: &str) -> Option<Torn> {
        let lines: Vec<&str> = text.split('\n').collect();
        let (_, before) = lines.split_last()?;
        let length = |line: &&str| line.trim().chars().count();
        let longest = before.iter().map(length).max().filter(|longest| *longest >= SHORTEST)?;
        // A blank at either border is trimmed, so two characters may be missing.
        let full = |line: &&str| length(line) + 2 >= longest;
        if before.len() < 2 || before.iter().filter(|line| full(line)).count() * 100 < before.len() * 80 {
            return None;
        }
        // What all lines are indented by was put there; any other blank at a break ends a word.
        let indent =
            lines[1..].iter().filter(|line| !line.trim().is_empty()).map(|line| indent_of(line)).min().unwrap_or(0);
        let mut torn = Torn { joined: String::with_capacity(text.len()), joints: Vec::new() };
        let (mut left_out, mut torn_before) = (0, false);
        for (at, line) in lines.iter().enumerate() {
            let tears = at < before.len() && full(line);
            let start = if torn_before { indent.min(indent_of(line)) } else { 0 };
            let end = if tears { line.trim_end_matches('\r').len().max(start) } else { line.len() };
            left_out += start;
            if torn_before {
                torn.joints.push((torn.joined.len(), left_out));
            }
            torn.joined.push_str(&line[start..end]);
            if tears {
                left_out += line.len() - end + 1;
            } else if at < before.len() {
                torn.joined.push('\n');
            }
            torn_before = tears;
        }
        Some(torn)
    }

    /// Where a range of the joined text stands in the text.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let left_out = |joints: usize| joints.checked_sub(1).map_or(0, |last| self.joints[last].1);
        let first = self.joints.partition_point(|(at, _)| *at <= range.start);
        let last = self.joints.partition_point(|(at, _)| *at < range.end);
        range.start + left_out(first)..range.end + left_out(last)
    }
}

/// Blanks at the start, each a byte.
fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_across_a_break_is_found_where_it_stands() {
        let line = "x".repeat(36);
        let text = format!("{line}1111\n  2222{line}\n  {line}3333\r\n  4444 end");
        let torn = Torn::of(&text).unwrap();
        assert_eq!(torn.joined, format!("{line}11112222{line}{line}33334444 end"));
        for (piece, original) in [("11112222", "1111\n  2222"), ("33334444", "3333\r\n  4444")] {
            let at = torn.joined.find(piece).unwrap();
            assert_eq!(&text[torn.original(&(at..at + 8))], original);
            assert_eq!(text[torn.original(&(at..at + 4))], piece[..4]);
            assert_eq!(text[torn.original(&(at + 4..at + 8))], piece[4..]);
        }
        assert!(Torn::of("one line\nanother one").is_none());
    }
}

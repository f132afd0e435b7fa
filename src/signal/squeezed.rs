//! A text without white space and case, that remembers where each byte came from.

use crate::knowledge::squeeze_char;
use std::ops::Range;

/// A text in the form of [`crate::knowledge::squeeze`], with a way back to the original.
#[derive(Clone, Debug, Default)]
pub struct Squeezed {
    /// The squeezed text.
    pub text: String,
    /// For each byte of `text`, where its character starts in the original.
    starts: Vec<u32>,
    /// For each byte of `text`, where its character ends in the original.
    ends: Vec<u32>,
}

impl Squeezed {
    /// Squeezes a text. Escape sequences of terminals (`ESC [ … m`) are dropped as well.
    pub fn new(original: &str) -> Squeezed {
        let mut squeezed = Squeezed {
            text: String::with_capacity(original.len()),
            starts: Vec::with_capacity(original.len()),
            ends: Vec::with_capacity(original.len()),
        };
        let mut characters = original.char_indices().peekable();
        let mut at_line_start = true;
        while let Some((at, character)) = characters.next() {
            // What marks a line of a comment or of a quotation is no part of the text.
            if at_line_start && matches!(character, '/' | '*' | '#' | '>' | '|' | '│') && at > 0 {
                continue;
            }
            at_line_start = character == '\n' || (at_line_start && character.is_whitespace());
            if character == '\u{1b}' && characters.peek().is_some_and(|(_, next)| *next == '[') {
                while characters.next().is_some_and(|(_, next)| !next.is_ascii_alphabetic()) {}
                continue;
            }
            // A backslash before a quote is how JSON in a string shows the quote.
            if character == '\\' && characters.peek().is_some_and(|(_, next)| matches!(next, '"' | '\\')) {
                continue;
            }
            let Some(kept) = squeeze_char(character) else { continue };
            squeezed.text.push(kept);
            for _ in 0..kept.len_utf8() {
                squeezed.starts.push(u32::try_from(at).unwrap_or(u32::MAX));
                squeezed.ends.push(u32::try_from(at + character.len_utf8()).unwrap_or(u32::MAX));
            }
        }
        squeezed
    }

    /// The bytes of the original that a range of the squeezed text stands for.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        self.starts[range.start] as usize..self.ends[range.end - 1] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_comments_are_no_text() {
        assert_eq!(Squeezed::new("did not contain json\n * key uri\n// a/b").text, "didnotcontainjsonkeyuria/b");
    }

    #[test]
    fn ranges_lead_back_to_the_original() {
        let original = "The task can\u{2019}t\n   pull \u{1b}[31mthe\u{1b}[0m image";
        let squeezed = Squeezed::new(original);
        assert_eq!(squeezed.text, "thetaskcan'tpulltheimage");
        let at = squeezed.text.find("can'tpull").unwrap();
        assert_eq!(&original[squeezed.original(at..at + 9)], "can\u{2019}t\n   pull");
    }
}

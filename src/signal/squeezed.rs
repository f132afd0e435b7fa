//! A text without white space and case, that remembers where each byte came from.

use crate::knowledge::squeeze_char;
use std::ops::Range;

/// A text in the form of [`crate::knowledge::squeeze`], with a way back to the original.
#[derive(Clone, Debug, Default)]
pub struct Squeezed {
    /// The squeezed text.
    pub text: String,
    /// For each byte of `text`, where its character starts and ends in the original.
    places: Vec<(u32, u32)>,
}

impl Squeezed {
    /// Squeezes a text. Escape sequences of terminals (`ESC [ … m`) are dropped as well.
    pub fn new(original: &str) -> Squeezed {
        let mut squeezed =
            Squeezed { text: String::with_capacity(original.len()), places: Vec::with_capacity(original.len()) };
        let bytes = original.as_bytes();
        let (mut at, mut at_line_start) = (0, true);
        while at < bytes.len() {
            // Most bytes are plain, and stand inside of a line.
            if !at_line_start && is_plain(bytes[at]) {
                let end = bytes[at..].iter().position(|byte| !is_plain(*byte)).map_or(bytes.len(), |end| at + end);
                let kept = squeezed.text.len();
                squeezed.text.push_str(&original[at..end]);
                squeezed.text[kept..].make_ascii_lowercase();
                squeezed.places.extend((at..end).map(|at| (number(at), number(at + 1))));
                at = end;
                continue;
            }
            let Some(character) = original[at..].chars().next() else { break };
            let start = at;
            at += character.len_utf8();
            // What marks a line of a comment or of a quotation is no part of the text.
            if at_line_start && matches!(character, '/' | '*' | '#' | '>' | '|' | '│') && start > 0 {
                continue;
            }
            at_line_start = character == '\n' || (at_line_start && character.is_whitespace());
            if character == '\u{1b}' && bytes.get(at) == Some(&b'[') {
                let end = bytes[at + 1..].iter().position(u8::is_ascii_alphabetic);
                at = end.map_or(bytes.len(), |end| at + 1 + end + 1);
                continue;
            }
            // A backslash before a quote is how JSON in a string shows the quote.
            if character == '\\' && matches!(bytes.get(at), Some(b'"' | b'\\')) {
                continue;
            }
            if let Some(kept) = squeeze_char(character) {
                squeezed.text.push(kept);
                squeezed.places.resize(squeezed.text.len(), (number(start), number(at)));
            }
        }
        squeezed
    }

    /// The bytes of the original that a range of the squeezed text stands for.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        self.places[range.start].0 as usize..self.places[range.end - 1].1 as usize
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A byte that is itself, but for its case, wherever it stands inside of a line.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'`' | b'\\')
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

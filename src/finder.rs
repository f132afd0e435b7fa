//! Finds thousands of fixed texts in a short one, with next to nothing to build first.
//!
//! An automaton over all texts costs milliseconds before the first record is read; a record is a few hundred bytes. So each
//! text is known by two of its trigrams, the rarer ones, and only texts whose trigrams both occur are searched for.

use memchr::{memchr2_iter, memmem};
use std::ops::Range;

/// Bits of the set of trigrams.
const BITS: usize = 1 << 16;

/// Many texts to look for.
pub(crate) struct Finder {
    texts: Vec<Needle>,
}

struct Needle {
    text: Box<str>,
    /// Places in the set of trigrams; `None` for a text of less than three bytes.
    trigrams: Option<[u16; 2]>,
}

impl Finder {
    pub(crate) fn new(texts: impl IntoIterator<Item = String>) -> Finder {
        let texts = texts
            .into_iter()
            .map(|text| Needle { trigrams: two_rare_trigrams(text.as_bytes()), text: text.into_boxed_str() })
            .collect();
        Finder { texts }
    }

    /// The text at this position.
    pub(crate) fn text(&self, at: usize) -> &str {
        &self.texts[at].text
    }

    /// Every place of every text: the text's position, and where it stands.
    pub(crate) fn find_all(&self, haystack: &str) -> Vec<(usize, Range<usize>)> {
        let mut found = Vec::new();
        self.each_present(haystack, |at, needle| {
            for start in memmem::find_iter(haystack.as_bytes(), needle) {
                found.push((at, start..start + needle.len()));
            }
        });
        found
    }

    /// The positions of the texts that occur.
    pub(crate) fn find_which(&self, haystack: &str) -> Vec<usize> {
        let mut found = Vec::new();
        self.each_present(haystack, |at, needle| {
            if memmem::find(haystack.as_bytes(), needle).is_some() {
                found.push(at);
            }
        });
        found
    }

    /// Calls with each text that may occur.
    fn each_present(&self, haystack: &str, mut call: impl FnMut(usize, &[u8])) {
        let mut set = [0_u64; BITS / 64];
        for trigram in haystack.as_bytes().windows(3) {
            let place = usize::from(place(trigram));
            set[place / 64] |= 1 << (place % 64);
        }
        let has = |place: u16| set[usize::from(place) / 64] & (1 << (place % 64)) != 0;
        for (at, needle) in self.texts.iter().enumerate() {
            if needle.trigrams.is_none_or(|[one, other]| has(one) && has(other)) {
                call(at, needle.text.as_bytes());
            }
        }
    }
}

/// Where `sign` (lower case, not empty) stands, without ASCII case.
pub(crate) fn find_without_case(text: &str, sign: &str) -> Option<usize> {
    let (text, sign) = (text.as_bytes(), sign.as_bytes());
    let first = *sign.first()?;
    memchr2_iter(first, first.to_ascii_uppercase(), text)
        .find(|at| text.get(*at..at + sign.len()).is_some_and(|part| part.eq_ignore_ascii_case(sign)))
}

/// Where a trigram stands in the set.
fn place(trigram: &[u8]) -> u16 {
    let number = u32::from(trigram[0]) | u32::from(trigram[1]) << 8 | u32::from(trigram[2]) << 16;
    #[allow(clippy::cast_possible_truncation)] // the upper half, on purpose
    let place = (number.wrapping_mul(0x9E37_79B1) >> 16) as u16;
    place
}

fn two_rare_trigrams(text: &[u8]) -> Option<[u16; 2]> {
    let mut best: [(u32, &[u8]); 2] = [(0, &[]); 2];
    for trigram in text.windows(3) {
        let rarity = rarity(trigram);
        if rarity > best[0].0 {
            best = [(rarity, trigram), best[0]];
        } else if rarity > best[1].0 && trigram != best[0].1 {
            best[1] = (rarity, trigram);
        }
    }
    let [(_, first), (_, second)] = best;
    (!first.is_empty()).then(|| [place(first), place(if second.is_empty() { first } else { second })])
}

/// How rare a trigram is in messages, roughly: letters of frequent words count little.
fn rarity(trigram: &[u8]) -> u32 {
    trigram
        .iter()
        .map(|byte| match byte {
            b'e' | b't' | b'a' | b'o' | b'n' | b'r' | b'i' | b's' => 1,
            b'c' | b'd' | b'l' | b'u' | b'm' | b'p' | b'h' | b'f' => 2,
            b'g' | b'w' | b'y' | b'b' | b'v' | b'k' | b'.' | b':' => 3,
            _ => 5,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_at_every_place() {
        let texts = ["abc", "bcd", "x", "aa", "timeout", "i/otimeout", "not here"];
        let finder = Finder::new(texts.iter().map(ToString::to_string));
        let haystack = "abcd i/otimeout aaa timeout x";
        let mut found = finder.find_all(haystack);
        found.sort_by_key(|(at, range)| (*at, range.start));
        for (at, range) in &found {
            assert_eq!(&haystack[range.clone()], texts[*at]);
        }
        let places: Vec<(usize, usize)> = found.iter().map(|(at, range)| (*at, range.start)).collect();
        assert_eq!(places, [(0, 0), (1, 1), (2, 28), (3, 16), (4, 8), (4, 20), (5, 5)]);
        assert_eq!(finder.find_which("bcd"), [1]);
        assert!(finder.find_which("").is_empty());
    }
}

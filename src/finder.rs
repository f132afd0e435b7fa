//! Finds thousands of fixed texts in a short one, with next to nothing to build first.
//!
//! An automaton over all texts costs milliseconds before the first record is read; a record is a few hundred bytes. So each
//! text is known by four bytes of it (see [`Needles`]), and is compared only where these stand.

use crate::knowledge::{KEY, Needles};
use memchr::{memchr_iter, memchr2_iter};
use std::ops::Range;

/// Many texts to look for.
pub(crate) struct Finder {
    texts: Needles<'static>,
    /// One bit a hash of a key. Most places of a text end here.
    set: Vec<u64>,
    /// How far a hash is shifted to stand in the set.
    shift: u32,
    /// Where the entries of each bucket begin, and the end of the last.
    buckets: Vec<u32>,
    entries: Vec<Entry>,
    /// Whether there are texts of a byte less than a key: they are their own keys.
    has_shorter: bool,
    /// Texts that are shorter still, by the last byte of each.
    shortest: Vec<(u8, Entry)>,
}

/// A key, and the text that it is of.
#[derive(Clone, Copy, Default)]
struct Entry {
    key: u32,
    /// Position of the text.
    text: u32,
    /// Where its bytes begin in [`Needles::all`].
    start: u32,
    length: u32,
    /// So many bytes of the text stand before the key.
    before: u16,
}

/// Where a text was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The text's position.
    pub text: usize,
    /// Its first byte.
    pub start: usize,
}

/// Places in the set for each text, so that few keys of others share one; and how many of them are one bucket.
const SPARE: usize = 16;
const BUCKET_BITS: u32 = 4;

impl Finder {
    pub(crate) fn new(texts: Needles<'static>) -> Finder {
        let bits = (texts.len() * SPARE).next_power_of_two().clamp(1 << 10, 1 << 20);
        let mut finder = Finder {
            set: vec![0; bits / 64],
            shift: 32 - bits.trailing_zeros(),
            buckets: vec![0; (bits >> BUCKET_BITS) + 1],
            entries: Vec::new(),
            has_shorter: false,
            shortest: Vec::new(),
            texts,
        };
        let mut entries = Vec::with_capacity(finder.texts.len());
        let mut start = 0;
        #[allow(clippy::cast_possible_truncation)] // far fewer texts, and shorter ones, than that
        for at in 0..finder.texts.len() {
            let text = finder.texts.text(at).as_bytes();
            let entry = Entry { key: 0, text: at as u32, start, length: text.len() as u32, before: 0 };
            start += text.len() as u32;
            match finder.texts.before_key(at) {
                Some(before) => entries.push(Entry { key: key(&text[before..]), before: before as u16, ..entry }),
                None if text.len() == KEY - 1 => {
                    finder.has_shorter = true;
                    entries.push(Entry { key: shorter_key(text), ..entry });
                }
                None => {
                    let byte = text.last().map(|byte| (*byte, Entry { before: text.len() as u16 - 1, ..entry }));
                    finder.shortest.extend(byte);
                }
            }
        }
        // Counted, then placed: where each bucket begins comes of how many stand before.
        for entry in &entries {
            let hash = finder.hash(entry.key);
            finder.set[hash / 64] |= 1 << (hash % 64);
            finder.buckets[(hash >> BUCKET_BITS) + 1] += 1;
        }
        for at in 1..finder.buckets.len() {
            finder.buckets[at] += finder.buckets[at - 1];
        }
        finder.entries = vec![Entry::default(); entries.len()];
        let mut next = finder.buckets.clone();
        for entry in entries {
            let place = &mut next[finder.hash(entry.key) >> BUCKET_BITS];
            finder.entries[*place as usize] = entry;
            *place += 1;
        }
        finder
    }

    /// The text at this position.
    pub(crate) fn text(&self, at: usize) -> &str {
        self.texts.text(at)
    }

    /// Every place of every text, by text and place. Places of one text do not overlap.
    pub(crate) fn find_all(&self, haystack: &str) -> Vec<Found> {
        // Both in one number: a text that is looked through is shorter than 4 GB.
        let mut places: Vec<u64> = Vec::with_capacity(64);
        self.each(haystack.as_bytes(), |text, start| places.push((text as u64) << 32 | (start as u64 & 0xffff_ffff)));
        places.sort_unstable();
        let mut found: Vec<Found> = Vec::with_capacity(places.len());
        for place in places {
            let one = Found { text: (place >> 32) as usize, start: (place & 0xffff_ffff) as usize };
            if found.last().is_none_or(|last| last.text != one.text || self.range(*last).end <= one.start) {
                found.push(one);
            }
        }
        found
    }

    /// The bytes of the text at a place.
    pub(crate) fn range(&self, found: Found) -> Range<usize> {
        found.start..found.start + self.texts.text(found.text).len()
    }

    /// Calls with each place of each text.
    #[inline]
    pub(crate) fn each(&self, haystack: &[u8], mut call: impl FnMut(usize, usize)) {
        let texts = self.texts.all();
        let mut compare = |entry: &Entry, at: usize| {
            let Some(start) = at.checked_sub(usize::from(entry.before)) else { return };
            let (first, length) = (entry.start as usize, entry.length as usize);
            if haystack.get(start..start + length) == texts.get(first..first + length) {
                call(entry.text as usize, start);
            }
        };
        let mut look = |key: u32, at: usize| {
            let bucket = self.hash(key) >> BUCKET_BITS;
            for entry in &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize] {
                if entry.key == key {
                    compare(entry, at);
                }
            }
        };
        for (at, window) in haystack.windows(KEY).enumerate() {
            if self.is_known(key(window)) {
                look(key(window), at);
            }
        }
        if self.has_shorter {
            for (at, window) in haystack.windows(KEY - 1).enumerate() {
                if self.is_known(shorter_key(window)) {
                    look(shorter_key(window), at);
                }
            }
        }
        for (byte, entry) in &self.shortest {
            memchr_iter(*byte, haystack).for_each(|at| compare(entry, at));
        }
    }

    /// Whether the key may be one of a text.
    #[inline]
    fn is_known(&self, key: u32) -> bool {
        let hash = self.hash(key);
        self.set[hash / 64] & (1 << (hash % 64)) != 0
    }

    /// Where a key stands in the set.
    #[inline]
    fn hash(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9E37_79B1) >> self.shift) as usize
    }
}

/// Where `sign` (lower case, not empty) stands, without ASCII case.
pub(crate) fn find_without_case(text: &str, sign: &str) -> Option<usize> {
    let (text, sign) = (text.as_bytes(), sign.as_bytes());
    let first = *sign.first()?;
    memchr2_iter(first, first.to_ascii_uppercase(), text)
        .find(|at| text.get(*at..at + sign.len()).is_some_and(|part| part.eq_ignore_ascii_case(sign)))
}

fn key(window: &[u8]) -> u32 {
    u32::from_le_bytes([window[0], window[1], window[2], window[3]])
}

fn shorter_key(window: &[u8]) -> u32 {
    u32::from_le_bytes([window[0], window[1], window[2], 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_at_every_place() {
        let texts = ["abc", "bcd", "x", "aa", "timeout", "i/otimeout", "not here", "abab", ""];
        let finder = Finder::new(Needles::new(&texts));
        let haystack = "abcd i/otimeout aaa timeout x ababab abab";
        let found = finder.find_all(haystack);
        for one in &found {
            assert_eq!(&haystack[finder.range(*one)], texts[one.text]);
        }
        let places: Vec<(usize, usize)> = found.iter().map(|one| (one.text, one.start)).collect();
        assert_eq!(
            places,
            [(0, 0), (1, 1), (2, 28), (3, 16), (4, 8), (4, 20), (5, 5), (7, 30), (7, 37)],
            "places of one text do not overlap"
        );
        assert!(finder.find_all("").is_empty());
    }
}

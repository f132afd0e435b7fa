//! Finds thousands of fixed texts in a short one, with next to nothing to build first.
//!
//! An automaton over all texts costs milliseconds before the first record is read; a record is a few hundred bytes. So each
//! text is known by four bytes of it, the rarer ones, and is compared only where these stand.

use memchr::{memchr2_iter, memmem};
use std::ops::Range;

/// Bytes that a text is known by.
const KEY: usize = 4;

/// Bits of the set of keys, and the buckets behind it: both stay in the processor's nearest cache.
const SET_BITS: u32 = 16;
const BUCKET_BITS: u32 = 12;

/// Many texts to look for.
pub(crate) struct Finder {
    texts: Vec<Box<str>>,
    /// One bit a hash of a key. Most places of a text end here.
    set: Vec<u64>,
    /// Where the entries of each bucket begin, and the end of the last.
    buckets: Vec<u32>,
    entries: Vec<Entry>,
    /// Texts shorter than a key.
    short: Vec<u32>,
}

/// A key, and the text that it is of.
#[derive(Clone, Copy, Default)]
struct Entry {
    key: u32,
    /// Position of the text.
    text: u32,
    /// So many bytes of the text stand before the key.
    before: u32,
}

/// Where a text was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// The text's position.
    pub text: usize,
    /// Its first byte.
    pub start: usize,
}

impl Finder {
    pub(crate) fn new(texts: impl IntoIterator<Item = String>) -> Finder {
        let texts: Vec<Box<str>> = texts.into_iter().map(String::into_boxed_str).collect();
        let mut finder = Finder {
            set: vec![0; 1 << (SET_BITS - 6)],
            buckets: vec![0; (1 << BUCKET_BITS) + 1],
            entries: Vec::new(),
            short: Vec::new(),
            texts,
        };
        let mut entries = Vec::with_capacity(finder.texts.len());
        #[allow(clippy::cast_possible_truncation)] // far fewer texts, and shorter ones, than that
        for (at, text) in finder.texts.iter().enumerate() {
            match rarest_key(text.as_bytes()) {
                Some((key, before)) => entries.push(Entry { key, text: at as u32, before: before as u32 }),
                None if text.is_empty() => {}
                None => finder.short.push(at as u32),
            }
        }
        // Counted, then placed: where each bucket begins comes of how many stand before.
        for entry in &entries {
            let hash = hash(entry.key);
            finder.set[hash / 64] |= 1 << (hash % 64);
            finder.buckets[bucket(hash) + 1] += 1;
        }
        for at in 1..finder.buckets.len() {
            finder.buckets[at] += finder.buckets[at - 1];
        }
        finder.entries = vec![Entry::default(); entries.len()];
        let mut next = finder.buckets.clone();
        for entry in entries {
            let place = &mut next[bucket(hash(entry.key))];
            finder.entries[*place as usize] = entry;
            *place += 1;
        }
        finder
    }

    /// The text at this position.
    pub(crate) fn text(&self, at: usize) -> &str {
        &self.texts[at]
    }

    /// Every place of every text, by text and place. Places of one text do not overlap.
    pub(crate) fn find_all(&self, haystack: &str) -> Vec<Found> {
        let mut found = Vec::new();
        self.each(haystack.as_bytes(), |text, start| found.push(Found { text, start }));
        found.sort_unstable();
        let mut kept: Option<(usize, usize)> = None;
        found.retain(|one| {
            let free = kept.is_none_or(|(text, end)| text != one.text || end <= one.start);
            if free {
                kept = Some((one.text, one.start + self.texts[one.text].len()));
            }
            free
        });
        found
    }

    /// The first place of each text that occurs, by text.
    pub(crate) fn find_firsts(&self, haystack: &str) -> Vec<Found> {
        let mut found = Vec::new();
        self.each(haystack.as_bytes(), |text, start| found.push(Found { text, start }));
        found.sort_unstable();
        found.dedup_by_key(|one| one.text);
        found
    }

    /// The bytes of the text at a place.
    pub(crate) fn range(&self, found: Found) -> Range<usize> {
        found.start..found.start + self.texts[found.text].len()
    }

    /// Calls with each place of each text.
    #[inline]
    pub(crate) fn each(&self, haystack: &[u8], mut call: impl FnMut(usize, usize)) {
        for (at, window) in haystack.windows(KEY).enumerate() {
            let key = key(window);
            let hash = hash(key);
            if self.set[hash / 64] & (1 << (hash % 64)) == 0 {
                continue;
            }
            let bucket = bucket(hash);
            for entry in &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize] {
                if entry.key != key {
                    continue;
                }
                let Some(start) = at.checked_sub(entry.before as usize) else { continue };
                if haystack[start..].starts_with(self.texts[entry.text as usize].as_bytes()) {
                    call(entry.text as usize, start);
                }
            }
        }
        for text in &self.short {
            for start in memmem::find_iter(haystack, self.texts[*text as usize].as_bytes()) {
                call(*text as usize, start);
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

fn key(window: &[u8]) -> u32 {
    u32::from_le_bytes([window[0], window[1], window[2], window[3]])
}

/// Where a key stands in the set.
fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - SET_BITS)) as usize
}

fn bucket(hash: usize) -> usize {
    hash >> (SET_BITS - BUCKET_BITS)
}

/// The four bytes of a text that are rarest in messages, and where they stand in it.
fn rarest_key(text: &[u8]) -> Option<(u32, usize)> {
    let mut best: Option<(u32, usize)> = None;
    for (at, window) in text.windows(KEY).enumerate() {
        let rarity = window.iter().map(|byte| u32::from(RARITY[usize::from(*byte)])).sum();
        if best.is_none_or(|(most, _)| rarity > most) {
            best = Some((rarity, at));
        }
    }
    best.map(|(_, at)| (key(&text[at..]), at))
}

/// How rare each byte is in messages, roughly: letters of frequent words count little.
static RARITY: [u8; 256] = {
    let mut rarity = [5; 256];
    let classes: [(&[u8], u8); 3] = [(b"etaonris", 1), (b"cdlumphf", 2), (b"gwybvk.:", 3)];
    let mut class = 0;
    while class < classes.len() {
        let (bytes, of) = classes[class];
        let mut at = 0;
        while at < bytes.len() {
            rarity[bytes[at] as usize] = of;
            at += 1;
        }
        class += 1;
    }
    rarity
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_at_every_place() {
        let texts = ["abc", "bcd", "x", "aa", "timeout", "i/otimeout", "not here", "abab", ""];
        let finder = Finder::new(texts.iter().map(ToString::to_string));
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
        assert_eq!(finder.find_firsts("timeout: timeout"), [Found { text: 4, start: 0 }]);
        assert!(finder.find_firsts("").is_empty());
    }
}

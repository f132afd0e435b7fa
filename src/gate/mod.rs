//! Which places of a raw log can matter at all. Knows no records and no knowledge: it is given literals.
//!
//! Of each literal a part is chosen whose 4-byte pieces (*grams*) are rare in ordinary logs. The part is so long that, wherever it
//! stands, one of the places 0, S, 2S, … of a block falls on the beginning of one of its first S grams. So it is enough to look at
//! one gram in every S bytes: its hash in a set of bits, and only for the few that are in the set the literal itself. What
//! that costs depends on the bytes, hardly on the number of literals.

mod frequency;

use aho_corasick::AhoCorasick;
pub use frequency::gram_frequencies;

/// Bytes of a gram.
const GRAM: usize = 4;

/// The shortest literal that the filter can look for; others go to an automaton.
const SHORTEST: usize = 8;

/// A part of a literal is at most so long: longer parts would bring more grams into the set than longer strides save.
const LONGEST_STRIDE: usize = 8;

/// Places in the set of grams, as a power of two. A byte each: to pick a bit out of a word costs more than a larger set does.
const SET_BITS: u32 = 16;

/// How often the choice of parts is gone over.
const PASSES: usize = 3;

/// Buckets of the list of grams, as a power of two.
const BUCKET_BITS: u32 = 13;

/// Finds the first place in a block where one of its literals stands, without ASCII case.
pub struct Gate {
    stride: usize,
    /// Which hashes of grams occur.
    set: Box<[u8]>,
    /// Where the grams of a bucket begin in `grams`; one more at the end.
    buckets: Box<[u32]>,
    grams: Vec<Gram>,
    /// In lower case.
    literals: Vec<Box<[u8]>>,
    /// For literals that are too short for the filter.
    short: Option<AhoCorasick>,
}

/// A gram of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gram {
    bucket: u32,
    gram: u32,
    /// Another gram of the literal: the one after it, or the one before it, or else the first.
    beside: u32,
    beside_offset: u32,
    literal: u32,
    /// Where it stands in the literal.
    offset: u32,
}

impl Gate {
    /// A gate that these literals pass. White space in them counts, ASCII case does not.
    pub fn new<'a>(literals: impl IntoIterator<Item = &'a str>) -> Gate {
        let lower = |literal: &str| literal.to_ascii_lowercase().into_bytes().into_boxed_slice();
        let (long, short): (Vec<&str>, Vec<&str>) =
            literals.into_iter().filter(|literal| !literal.is_empty()).partition(|literal| literal.len() >= SHORTEST);
        let literals: Vec<Box<[u8]>> = long.into_iter().map(lower).collect();
        let shortest = literals.iter().map(|literal| literal.len()).min().unwrap_or(SHORTEST);
        let stride = (shortest + 1 - GRAM).clamp(SHORTEST + 1 - GRAM, LONGEST_STRIDE);
        let short = (!short.is_empty())
            .then(|| AhoCorasick::builder().ascii_case_insensitive(true).build(short).ok())
            .flatten();
        let mut gate = Gate {
            stride,
            set: vec![0; 1 << SET_BITS].into_boxed_slice(),
            buckets: Box::default(),
            grams: Vec::with_capacity(literals.len() * stride),
            literals,
            short,
        };
        gate.fill();
        gate
    }

    /// Chooses the part of each literal and enters its grams.
    fn fill(&mut self) {
        let parts = self.choose_parts();
        for (at, (literal, start)) in self.literals.iter().zip(parts).enumerate() {
            for offset in start..start + self.stride {
                let here = gram(&literal[offset..]);
                self.set[place(here)] = 1;
                let behind = offset + 2 * GRAM <= literal.len();
                let other = if behind { offset + GRAM } else { offset.saturating_sub(GRAM) };
                #[allow(clippy::cast_possible_truncation)] // a few thousand literals of a few hundred bytes
                self.grams.push(Gram {
                    bucket: bucket(here),
                    gram: here,
                    beside: gram(&literal[other..]),
                    beside_offset: other as u32,
                    literal: at as u32,
                    offset: offset as u32,
                });
            }
        }
        self.grams.sort_unstable();
        let mut buckets = vec![0_u32; (1 << BUCKET_BITS) + 1];
        for gram in &self.grams {
            buckets[gram.bucket as usize + 1] += 1;
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        self.buckets = buckets.into_boxed_slice();
    }

    /// Where the part of each literal begins: the one whose grams are rarest, where grams that are in the set anyway cost
    /// nothing. Literals without a choice come first, and all are looked at again when the others have chosen.
    fn choose_parts(&self) -> Vec<usize> {
        let grams: Vec<Vec<u32>> =
            self.literals.iter().map(|literal| literal.windows(GRAM).map(gram).collect()).collect();
        let costs: Vec<Vec<u64>> =
            grams.iter().map(|grams| grams.iter().map(|gram| 1 + u64::from(frequency::of(*gram))).collect()).collect();
        let mut order: Vec<usize> = (0..grams.len()).collect();
        order.sort_by_key(|at| grams[*at].len());
        let mut uses = vec![0_u16; 1 << SET_BITS];
        let mut parts: Vec<Option<usize>> = vec![None; grams.len()];
        for _ in 0..PASSES {
            for at in &order {
                let own = &grams[*at];
                let of_part = |start: usize| own[start..start + self.stride].iter().map(|gram| place(*gram));
                if let Some(start) = parts[*at] {
                    of_part(start).for_each(|place| uses[place] -= 1);
                }
                let new: Vec<u64> = own
                    .iter()
                    .zip(&costs[*at])
                    .map(|(gram, cost)| if uses[place(*gram)] > 0 { 0 } else { *cost })
                    .collect();
                let part = new.windows(self.stride).map(|part| part.iter().sum::<u64>()).enumerate();
                let start = part.min_by_key(|(_, cost)| *cost).map_or(0, |(start, _)| start);
                of_part(start).for_each(|place| uses[place] += 1);
                parts[*at] = Some(start);
            }
        }
        parts.into_iter().map(|start| start.unwrap_or(0)).collect()
    }

    /// Where a literal begins in the block: one on the first line that holds any.
    pub fn first(&self, block: &[u8]) -> Option<usize> {
        let long = match self.stride {
            5 => self.scan::<5>(block),
            6 => self.scan::<6>(block),
            7 => self.scan::<7>(block),
            _ => self.scan::<8>(block),
        };
        let Some(short) = &self.short else { return long };
        let short = short.find(block).map(|found| found.start());
        match (long, short) {
            (Some(long), Some(short)) => Some(long.min(short)),
            (long, short) => long.or(short),
        }
    }

    fn scan<const STRIDE: usize>(&self, block: &[u8]) -> Option<usize> {
        const AT_ONCE: usize = 8;
        if self.literals.is_empty() {
            return None;
        }
        let set: &[u8; 1 << SET_BITS] = self.set.as_ref().try_into().ok()?;
        let mut at = 0;
        // Several looks and one decision: the processor does them side by side.
        for steps in block.chunks_exact(STRIDE * AT_ONCE) {
            let mut found = 0_u64;
            for (step, bytes) in steps.chunks_exact(STRIDE).enumerate() {
                found |= u64::from(set[place(gram(bytes))]) << (8 * step);
            }
            while found != 0 {
                let step = found.trailing_zeros() as usize / 8;
                if let Some(start) = self.stands_at(block, at + step * STRIDE) {
                    return Some(start);
                }
                found &= found - 1;
            }
            at += STRIDE * AT_ONCE;
        }
        (at..block.len().saturating_sub(GRAM - 1)).step_by(STRIDE).find_map(|offset| self.stands_at(block, offset))
    }

    /// Where a literal begins that has a gram of its part at this place.
    fn stands_at(&self, block: &[u8], at: usize) -> Option<usize> {
        let here = gram(block.get(at..at + GRAM)?);
        let bucket = bucket(here) as usize;
        let grams = &self.grams[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        grams.iter().filter(|known| known.gram == here).find_map(|known| {
            let start = at.checked_sub(known.offset as usize)?;
            // Before the literal itself is compared, four more bytes of it are.
            let beside = start + known.beside_offset as usize;
            if gram(block.get(beside..beside + GRAM)?) != known.beside {
                return None;
            }
            let literal = &self.literals[known.literal as usize];
            let there = block.get(start..start + literal.len())?;
            there.eq_ignore_ascii_case(literal).then_some(start)
        })
    }
}

/// The first bytes as a number in which letters have no case.
fn gram(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | 0x2020_2020
}

/// Where a gram stands in the set.
fn place(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (32 - SET_BITS)) as usize
}

fn bucket(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1) >> (32 - BUCKET_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gate(literals: &[&str]) -> Gate {
        Gate::new(literals.iter().copied())
    }

    #[test]
    fn literals_pass_in_any_case() {
        let gate = gate(&["cannotpull"]);
        assert_eq!(gate.first(b"x CannotPullContainerError"), Some(2));
        assert_eq!(gate.first(b"all is well"), None);
        assert_eq!(Gate::new([]).first(b"x"), None);
    }

    #[test]
    fn short_literals_pass_as_well() {
        let gate = gate(&["exit 1", "cannotpull"]);
        assert_eq!(gate.first(b"it came to Exit 1 there"), Some(11));
        assert_eq!(gate.first(b"cannotpull, exit 1"), Some(0));
    }

    proptest! {
        /// A text passes just when one of the literals stands in it, wherever that is; and the place is on the first such line.
        #[test]
        fn a_text_passes_when_a_naive_search_finds_a_literal(
            literals in proptest::collection::vec("[abAB .:]{8,20}", 1..40),
            pieces in proptest::collection::vec("[abAB .:\n]{0,30}", 0..40),
            planted in proptest::collection::vec((0..40_usize, 0..40_usize), 0..3),
        ) {
            let mut text = pieces.clone();
            for (literal, at) in planted {
                let at = at.min(text.len());
                text.insert(at, literals[literal % literals.len()].clone());
            }
            let text = text.concat();
            let holds = |line: &str| {
                let line = line.to_ascii_lowercase();
                literals.iter().any(|literal| line.contains(&literal.to_ascii_lowercase()))
            };
            let expected = text.split_inclusive('\n').position(holds);
            let found = Gate::new(literals.iter().map(String::as_str)).first(text.as_bytes());
            let line = found.map(|at| text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count());
            prop_assert_eq!(line, expected);
        }
    }
}

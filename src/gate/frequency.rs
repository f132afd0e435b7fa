//! How often grams stand in ordinary logs, roughly.

use super::{GRAM, SET_BITS, gram, place};

/// A logarithm for each place in the set of grams, made from `corpus/ordinary` by `examples/gram-frequencies.rs`.
static FREQUENCIES: &[u8; 1 << SET_BITS] = include_bytes!("frequencies.bin");

/// How often a gram, or another one with its place, stands in a hundred megabytes of ordinary logs, roughly.
pub(super) fn of(gram: u32) -> u32 {
    let logarithm = FREQUENCIES[place(gram)];
    if logarithm == 0 { 0 } else { 1 << (logarithm - 1).min(24) }
}

/// The table, from logs. Each log is counted so that it makes up an equal share.
pub fn gram_frequencies(logs: &[Vec<u8>]) -> Vec<u8> {
    const OF_EACH: u64 = 2_000_000;
    let mut counts = vec![0_u64; 1 << SET_BITS];
    for log in logs.iter().filter(|log| log.len() > 4096) {
        let mut of_log = vec![0_u64; 1 << SET_BITS];
        log.windows(GRAM).for_each(|bytes| of_log[place(gram(bytes))] += 1);
        let length = log.len() as u64;
        counts.iter_mut().zip(of_log).for_each(|(count, own)| *count += own * OF_EACH / length);
    }
    #[allow(clippy::cast_possible_truncation)] // at most 64
    counts.into_iter().map(|count| (u64::BITS - count.leading_zeros()) as u8).collect()
}

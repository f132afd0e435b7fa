//! Logs: many programs' lines in turns with a few failures among them; and lines of nothing but failures.

use crate::clock::Clock;
use crate::failures::failures;
use crate::output::Output;
use crate::programs::Program;
use crate::value::Values;
use std::collections::HashSet;
use std::path::Path;

/// At most so many lines of a program before another's turn.
const LONGEST_RUN: u64 = 120;

/// Writes so many bytes of logs; of a million lines, so many are failures.
///
/// # Errors
/// A file that cannot be read or written.
pub fn mixed(path: &Path, bytes: u64, failures_in_a_million: u64) -> Result<(), String> {
    let (programs, failures) = (Program::all()?, failures()?);
    let (mut clock, mut values) = (Clock::new(), Values::new(0x0ec5_0001 ^ failures_in_a_million));
    let mut output = Output::create(path)?;
    let mut block = Vec::new();
    // One line of every so many is a failure, anywhere among them.
    let every = 1_000_000u64.checked_div(failures_in_a_million).unwrap_or(u64::MAX);
    let (mut line, mut next, mut planted) = (0, values.random.below(every), 0u64);
    while output.bytes() < bytes {
        let turn = values.random.below(programs.len() as u64) as usize;
        block.clear();
        for _ in 0..values.random.between(1, LONGEST_RUN) {
            let start = block.len();
            programs[turn].write(&clock, &mut values, &mut block);
            line += block[start..].iter().filter(|byte| **byte == b'\n').count() as u64;
            while line > next {
                let failure = values.random.below(failures.len() as u64) as usize;
                failures[failure].write_line(&clock, &mut values, &mut block);
                planted += 1;
                next = planted.saturating_mul(every).saturating_add(values.random.below(every));
            }
            let passes = values.random.below(20_000);
            clock.advance(passes);
        }
        output.write(&block)?;
    }
    output.finish(&[("failures", planted)])
}

/// Each distinct line of failures comes so often.
const TIMES: usize = 10;

/// Writes so many lines, each a failure, in any order. One in [`TIMES`] is distinct; where `timed`, each has a time of its own.
///
/// # Errors
/// A file that cannot be read or written; a corpus that varies too little.
pub fn failing(path: &Path, lines: usize, timed: bool) -> Result<(), String> {
    let failures = failures()?;
    let (mut clock, mut values) = (Clock::new(), Values::new(0x0ec5_0002));
    let distinct = (lines / TIMES).max(1);
    let mut seen = HashSet::new();
    let mut texts: Vec<(Vec<u8>, usize)> = Vec::new();
    let mut misses = 0;
    while texts.len() < distinct {
        let failure = values.random.below(failures.len() as u64) as usize;
        let mut text = Vec::new();
        failures[failure].write_line(&clock, &mut values, &mut text);
        clock.advance(1_000_000);
        if seen.insert(text.clone()) {
            texts.push((text, failure));
        } else {
            misses += 1;
            if misses > distinct {
                return Err("bench/cases.txt: the cases vary too little: add some with more values in them".to_owned());
            }
        }
    }
    let mut order: Vec<usize> = (0..lines).map(|line| line % distinct).collect();
    values.random.shuffle(&mut order);
    let mut output = Output::create(path)?;
    let mut line = Vec::new();
    let mut time = Vec::new();
    for position in order {
        let (text, failure) = &texts[position];
        line.clear();
        line.extend_from_slice(text);
        if timed {
            clock.advance(70_000);
            failures[*failure].retime(&clock, &mut line, &mut time);
        }
        output.write(&line)?;
    }
    output.finish(&[("failures", lines as u64), ("distinct", distinct as u64)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, write: impl Fn(&Path) -> Result<(), String>) -> (String, serde_json::Value) {
        let folder = std::env::temp_dir().join(format!("ecsplain-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        write(&path).expect("written");
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let manifest = std::fs::read(path.with_added_extension("json")).expect("a manifest");
        (text, serde_json::from_slice(&manifest).expect("JSON"))
    }

    #[test]
    fn logs_are_the_same_each_time_and_hold_the_failures_they_tell() {
        let write = |path: &Path| mixed(path, 3_000_000, 10_000);
        let (first, manifest) = written("mixed-1", write);
        let (second, _) = written("mixed-2", write);
        assert!(first == second);
        let (_, none) = written("mixed-none", |path| mixed(path, 100_000, 0));
        assert_eq!(none["failures"], 0);
        assert_eq!(manifest["lines"], first.lines().count());
        let literals: Vec<String> =
            crate::literals::literals().iter().map(|literal| literal.to_ascii_lowercase()).collect();
        let holds = |line: &&str| {
            let lower = line.to_ascii_lowercase();
            literals.iter().any(|literal| lower.contains(literal))
        };
        let failures = first.lines().filter(holds).count();
        assert_eq!(manifest["failures"], failures);
        assert!((60..200).contains(&failures), "{failures}");
    }

    #[test]
    fn a_tenth_of_the_failing_lines_is_distinct() {
        let (text, manifest) = written("failing", |path| failing(path, 5000, false));
        let distinct: HashSet<&str> = text.lines().collect();
        assert_eq!((text.lines().count(), distinct.len()), (5000, 500));
        assert_eq!(manifest["distinct"], 500);
        let (timed, _) = written("timed", |path| failing(path, 5000, true));
        let distinct: HashSet<&str> = timed.lines().collect();
        assert!(distinct.len() > 4500, "{}", distinct.len());
    }
}

//! Which condition sets hold for a record.
//!
//! Two ways with one answer. The reference asks every set. The fast one asks only sets with an anchor in the record:
//! a fragment, or a signal's value. Property tests hold the fast one to the reference.

use super::evaluate::{Holds, Literals, Present, View};
use crate::knowledge::{Anchor, MatchPart};
use crate::record::Record;
use crate::signal::Signals;
use crate::vocabulary::{SignalName, Value};

/// Which matcher answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Asks only sets with an anchor in the record.
    Fast,
    /// Asks every set.
    Reference,
}

/// Problem and set, by position.
type SetAt = (u16, u16);

/// The compiled conditions, indexed by their anchors.
pub struct Matcher {
    literals: Literals,
    by_fragment: Vec<Vec<SetAt>>,
    by_expression: Vec<Vec<SetAt>>,
    /// By the hash of a signal and its value, sorted.
    by_signal: Vec<(u64, SetAt)>,
    by_presence: Vec<Vec<SetAt>>,
    /// Anchored in an expression that has no sign: always asked.
    unindexed: Vec<SetAt>,
}

/// FNV-1a of a signal's name and value. Text is compared without case, so it is indexed without it. Of two values with
/// one hash the wrong one is asked in vain.
fn key(name: SignalName, value: &Value) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |number: u64| hash = (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3);
    add(name as u64);
    match value {
        Value::Text(text) => text.bytes().for_each(|byte| add(u64::from(byte.to_ascii_lowercase()))),
        Value::Number(number) => number.to_le_bytes().into_iter().for_each(|byte| add(u64::from(byte))),
        // A name has one kind of value, so its place in the list is enough.
        word => add(word.index()),
    }
    hash
}

impl Matcher {
    /// Indexes the knowledge.
    pub fn new(matching: &MatchPart) -> Matcher {
        let mut matcher = Matcher {
            literals: Literals::new(&matching.fragments, &matching.regexes),
            by_fragment: vec![Vec::new(); matching.fragments.len()],
            by_expression: vec![Vec::new(); matching.regexes.len()],
            by_signal: Vec::new(),
            by_presence: vec![Vec::new(); SignalName::ALL.len()],
            unindexed: Vec::new(),
        };
        for (problem, entry) in matching.problems.iter().enumerate() {
            for (set, conditions) in entry.sets.iter().enumerate() {
                #[allow(clippy::cast_possible_truncation)] // the checker keeps both far below
                let at = (problem as u16, set as u16);
                for anchor in &conditions.anchors {
                    match anchor {
                        Anchor::Fragment(fragment) => matcher.by_fragment[usize::from(*fragment)].push(at),
                        Anchor::Signal(name, value) => matcher.by_signal.push((key(*name, value), at)),
                        Anchor::Present(name) => matcher.by_presence[*name as usize].push(at),
                        Anchor::Regex(expression) => matcher.by_expression[usize::from(*expression)].push(at),
                    }
                }
            }
        }
        matcher.by_signal.sort_unstable();
        let always = matcher.literals.without_signs().flat_map(|at| matcher.by_expression[at].iter().copied());
        matcher.unindexed = always.collect();
        matcher
    }

    pub(super) fn literals(&self) -> &Literals {
        &self.literals
    }

    /// The condition sets that hold, by problem; of one problem only the first that holds.
    pub(super) fn matches(
        &self,
        matching: &MatchPart,
        record: &Record,
        signals: &Signals,
        present: &Present<'_>,
        strategy: Strategy,
    ) -> Vec<Holds> {
        let view = View::new(record, signals, present);
        let place = record.kind.place();
        let mut held: Vec<Holds> = Vec::new();
        let mut ask = |problem: u16, set: u16| {
            let (problem, set) = (usize::from(problem), usize::from(set));
            if held.iter().any(|holds| holds.problem == problem) {
                return;
            }
            let conditions = &matching.problems[problem].sets[set];
            let mut witnesses = Vec::new();
            if conditions.places.contains(&place) && view.holds(&conditions.condition, &mut witnesses) {
                held.push(Holds { problem, set, witnesses });
            }
        };
        match strategy {
            Strategy::Reference => {
                for (problem, entry) in matching.problems.iter().enumerate() {
                    for set in 0..entry.sets.len() {
                        #[allow(clippy::cast_possible_truncation)]
                        ask(problem as u16, set as u16);
                    }
                }
            }
            Strategy::Fast => {
                self.candidates(signals, present).into_iter().for_each(|(problem, set)| ask(problem, set))
            }
        }
        held
    }

    /// Sets with an anchor in the record, in the reference's order.
    fn candidates(&self, signals: &Signals, present: &Present<'_>) -> Vec<SetAt> {
        let mut candidates = self.unindexed.clone();
        for (fragment, ..) in &present.fragments {
            candidates.extend(&self.by_fragment[usize::from(*fragment)]);
        }
        for (expression, _) in &present.expressions {
            candidates.extend(&self.by_expression[usize::from(*expression)]);
        }
        for signal in signals.list.iter().filter(|signal| !signal.superseded) {
            candidates.extend(&self.by_presence[signal.name as usize]);
            let mut look = |value: &Value| {
                let key = key(signal.name, value);
                let first = self.by_signal.partition_point(|(known, _)| *known < key);
                let sets = self.by_signal[first..].iter().take_while(|(known, _)| *known == key);
                candidates.extend(sets.map(|(_, set)| *set));
            };
            look(&signal.value);
            if let Value::Mode(mode) = signal.value
                && let Some(parent) = mode.parent()
            {
                look(&Value::Mode(parent));
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }
}

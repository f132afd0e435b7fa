//! Which condition sets hold for a record.
//!
//! Two ways with one answer. The reference asks every set. The fast one asks only sets with an anchor in the record:
//! a fragment, or a signal's value. Property tests hold the fast one to the reference.

use super::evaluate::{Holds, Literals, View};
use crate::knowledge::{Anchors, Expression, Index, MatchPart, SetAt, key};
use crate::record::Record;
use crate::signal::Signals;
use crate::vocabulary::Value;

/// Which matcher answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Asks only sets with an anchor in the record.
    Fast,
    /// Asks every set.
    Reference,
}

/// The compiled conditions, indexed by their anchors.
pub struct Matcher {
    literals: Literals,
    anchors: Anchors,
    /// Anchored in an expression that has no sign: always asked.
    unindexed: Vec<SetAt>,
}

/// The sets that an anchor leads to.
fn sets_of<K: Ord + Copy>(list: &[(K, SetAt)], key: K) -> impl Iterator<Item = SetAt> {
    let first = list.partition_point(|(known, _)| *known < key);
    list[first..].iter().take_while(move |(known, _)| *known == key).map(|(_, set)| *set)
}

impl Matcher {
    /// Over the expressions of the knowledge, and what is laid out of it.
    pub(super) fn new(expressions: &[Expression], index: &mut Index<'static>) -> Matcher {
        let literals = Literals::new(expressions);
        let anchors = std::mem::take(&mut index.anchors);
        let always = literals.without_signs();
        let unindexed = always.flat_map(|at| sets_of(&anchors.expressions, at)).collect();
        Matcher { literals, anchors, unindexed }
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
        strategy: Strategy,
    ) -> Vec<Holds> {
        let view = View::new(record, signals, &self.literals);
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
            Strategy::Fast => self.candidates(signals).into_iter().for_each(|(problem, set)| ask(problem, set)),
        }
        held
    }

    /// Sets with an anchor in the record, in the reference's order.
    fn candidates(&self, signals: &Signals) -> Vec<SetAt> {
        let mut candidates = Vec::with_capacity(256);
        candidates.extend_from_slice(&self.unindexed);
        for (fragment, ..) in &signals.fragments {
            candidates.extend(sets_of(&self.anchors.fragments, *fragment));
        }
        for (expression, _) in &signals.expressions {
            candidates.extend(sets_of(&self.anchors.expressions, *expression));
        }
        for signal in signals.list.iter().filter(|signal| !signal.superseded) {
            candidates.extend(sets_of(&self.anchors.names, signal.name as u16));
            let mut look = |value: &Value| candidates.extend(sets_of(&self.anchors.signals, key(signal.name, value)));
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

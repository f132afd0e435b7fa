//! Which condition sets hold for a record.
//!
//! Two ways with one answer. The reference asks every set. The fast one asks only sets with an anchor in the record:
//! a fragment, or a signal's value. Property tests hold the fast one to the reference.

use super::evaluate::{Holds, Literals, View};
use crate::knowledge::{Anchor, MatchPart};
use crate::record::Record;
use crate::signal::Signals;
use crate::vocabulary::{Mode, SignalName, Value};
use std::collections::{BTreeSet, HashMap};

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
    by_signal: HashMap<(SignalName, Value), Vec<SetAt>>,
    by_presence: HashMap<SignalName, Vec<SetAt>>,
    /// Anchored in an expression alone: always asked.
    unindexed: Vec<SetAt>,
}

/// Text is compared without case, so it is indexed without it.
fn key(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::text(text.to_ascii_lowercase()),
        other => other.clone(),
    }
}

impl Matcher {
    /// Indexes the knowledge.
    pub fn new(matching: &MatchPart) -> Matcher {
        let mut matcher = Matcher {
            literals: Literals::new(&matching.fragments, &matching.regexes),
            by_fragment: vec![Vec::new(); matching.fragments.len()],
            by_signal: HashMap::new(),
            by_presence: HashMap::new(),
            unindexed: Vec::new(),
        };
        for (problem, entry) in matching.problems.iter().enumerate() {
            for (set, conditions) in entry.sets.iter().enumerate() {
                #[allow(clippy::cast_possible_truncation)] // the checker keeps both far below
                let at = (problem as u16, set as u16);
                for anchor in &conditions.anchors {
                    match anchor {
                        Anchor::Fragment(fragment) => matcher.by_fragment[usize::from(*fragment)].push(at),
                        Anchor::Signal(name, value) => {
                            matcher.by_signal.entry((*name, key(value))).or_default().push(at)
                        }
                        Anchor::Present(name) => matcher.by_presence.entry(*name).or_default().push(at),
                        Anchor::Regex(_) => matcher.unindexed.push(at),
                    }
                }
            }
        }
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
    fn candidates(&self, signals: &Signals) -> BTreeSet<SetAt> {
        let mut candidates: BTreeSet<SetAt> = self.unindexed.iter().copied().collect();
        for squeezed in &signals.squeezed {
            for fragment in self.literals.fragments.find_which(&squeezed.text) {
                candidates.extend(&self.by_fragment[fragment]);
            }
        }
        for signal in signals.list.iter().filter(|signal| !signal.superseded) {
            if let Some(sets) = self.by_presence.get(&signal.name) {
                candidates.extend(sets);
            }
            let mut look = |value: Value| {
                if let Some(sets) = self.by_signal.get(&(signal.name, value)) {
                    candidates.extend(sets);
                }
            };
            look(key(&signal.value));
            if let Value::Mode(mode) = signal.value {
                Mode::ALL
                    .iter()
                    .filter(|parent| **parent != mode && mode.is_a(**parent))
                    .for_each(|parent| look(Value::Mode(*parent)));
            }
        }
        candidates
    }
}

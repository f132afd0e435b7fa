//! Which condition sets hold for a record.
//!
//! Two ways with one answer. The reference asks every set. The fast one asks only sets with an anchor in the record:
//! a fragment, or a signal's value. Property tests hold the fast one to the reference.

use super::evaluate::{Holds, Literals, View};
use crate::knowledge::{Anchor, MatchPart};
use crate::record::Record;
use crate::signal::Signals;
use crate::vocabulary::{Mode, Place, SignalName, Value};
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

    /// Words of which one stands in every log line that can be explained: the longest word of each text that anchors a set
    /// that may speak in a log, and ECS's error names. White space may differ in a log, so no literal spans it.
    pub(super) fn log_literals(&self, matching: &MatchPart) -> Vec<String> {
        let tables = &matching.tables;
        let mut texts: Vec<&str> =
            tables.errors.iter().filter(|row| !row.generic).map(|row| row.name.as_str()).collect();
        let sets =
            matching.problems.iter().flat_map(|problem| &problem.sets).filter(|set| set.places.contains(&Place::Log));
        for anchor in sets.flat_map(|set| &set.log_anchors) {
            match anchor {
                Anchor::Fragment(fragment) => texts.push(&matching.fragments[usize::from(*fragment)]),
                Anchor::Signal(name, value) => texts.extend(texts_of(matching, *name, value)),
                // The checker lets no such set speak in a log.
                Anchor::Regex(_) | Anchor::Present(_) => {}
            }
        }
        let words: BTreeSet<String> = texts.iter().filter_map(|text| longest_word(text)).collect();
        words.into_iter().collect()
    }
}

fn longest_word(text: &str) -> Option<String> {
    let plain = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.' | ':' | '/');
    text.split(plain).max_by_key(|word| word.len()).filter(|word| word.len() >= 3).map(str::to_ascii_lowercase)
}

/// The texts that produce a signal value.
fn texts_of<'a>(matching: &'a MatchPart, name: SignalName, value: &'a Value) -> Vec<&'a str> {
    let tables = &matching.tables;
    match (name, value) {
        (SignalName::Error, Value::Text(error)) => vec![error],
        (SignalName::Wrapper, Value::Text(id)) => tables
            .wrappers
            .iter()
            .filter(|row| *row.id == **id)
            .flat_map(|row| &row.texts)
            .map(String::as_str)
            .collect(),
        (SignalName::Advice, Value::Text(id)) => {
            tables.advice.iter().filter(|row| *row.id == **id).flat_map(|row| &row.texts).map(String::as_str).collect()
        }
        _ => Vec::new(),
    }
}

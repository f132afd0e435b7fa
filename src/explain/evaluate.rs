//! Whether a condition holds for a record, and which signals and fragments make it hold.

use crate::knowledge::{Condition, Expression, Test};
use crate::record::Record;
use crate::signal::{Signal, Signals};
use crate::vocabulary::{SignalName, Value};
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;
use std::sync::OnceLock;

/// The expressions of all conditions.
pub struct Literals(Vec<LazyExpression>);

/// An expression that is compiled when a text first holds what every match of it holds.
struct LazyExpression {
    text: String,
    /// Whether anything is known to stand in every match.
    has_signs: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Literals {
    pub(super) fn new(expressions: &[Expression]) -> Literals {
        let lazy = |one: &Expression| LazyExpression {
            text: one.text.clone(),
            has_signs: !one.signs.is_empty(),
            compiled: OnceLock::new(),
        };
        Literals(expressions.iter().map(lazy).collect())
    }

    /// The expressions of which nothing is known to stand in every match.
    pub(super) fn without_signs(&self) -> impl Iterator<Item = u16> {
        (0..).zip(&self.0).filter(|(_, one)| !one.has_signs).map(|(at, _)| at)
    }

    /// Where the expression matches in a text of the record. Most texts lack its signs, so most expressions are never
    /// compiled; the checker has compiled each before.
    fn find(&self, expression: u16, (at, text): (usize, &str), signals: &Signals) -> Option<Range<usize>> {
        let LazyExpression { text: source, has_signs, compiled } = self.0.get(usize::from(expression))?;
        if *has_signs && signals.expressions.binary_search(&(expression, at)).is_err() {
            return None;
        }
        let regex = compiled.get_or_init(|| RegexBuilder::new(source).unicode(false).build().ok()).as_ref()?;
        regex.find(text.as_bytes()).map(|found| found.range())
    }
}

/// What made a condition hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Witness {
    /// A signal, by its position.
    Signal(usize),
    /// These bytes of a text.
    Text {
        /// Position in the record's texts.
        text: usize,
        /// Byte range.
        range: Range<usize>,
    },
}

/// A condition set that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Holds {
    /// Position of the problem.
    pub problem: usize,
    /// Position of its condition set.
    pub set: usize,
    /// What made it hold.
    pub witnesses: Vec<Witness>,
}

/// True, false, or not known because the record says nothing of the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    NotKnown,
}

/// A record with its signals, and the scope that conditions are judged in.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub record: &'a Record,
    pub signals: &'a Signals,
    pub literals: &'a Literals,
    /// Within a `container:` block, the container.
    pub container: Option<usize>,
}

impl<'a> View<'a> {
    pub(super) fn new(record: &'a Record, signals: &'a Signals, literals: &'a Literals) -> View<'a> {
        View { record, signals, literals, container: None }
    }

    fn visible(&self, signal: &Signal) -> bool {
        !signal.superseded
            && match self.container {
                Some(container) => signal.container == Some(container),
                None => self.signals.counts(signal),
            }
    }

    fn text_visible(&self, text: usize) -> bool {
        let of = self.record.texts[text].container;
        match self.container {
            Some(container) => of == Some(container),
            None => self.signals.container_counts(of),
        }
    }

    fn named(&self, name: SignalName) -> impl Iterator<Item = (usize, &'a Signal)> {
        let list = if self.signals.names(name) { self.signals.list.as_slice() } else { &[] };
        list.iter().enumerate().filter(move |(_, signal)| signal.name == name && self.visible(signal))
    }

    /// Whether the condition holds; adds what made it hold.
    pub(super) fn holds(&self, condition: &Condition, witnesses: &mut Vec<Witness>) -> bool {
        match condition {
            Condition::All(list) => list.iter().all(|condition| self.holds(condition, witnesses)),
            Condition::Any(list) => list.iter().any(|condition| self.holds(condition, witnesses)),
            Condition::Not(inner) => !self.holds(inner, &mut Vec::new()),
            Condition::Signal(name, test) => self.tests(*name, test, witnesses),
            Condition::Says(fragments) => fragments.iter().any(|fragment| self.says(*fragment, witnesses)),
            Condition::Regex(expression) => self.finds(*expression, witnesses),
            Condition::Container(inner) => (0..self.record.containers.len()).any(|container| {
                // The container that brought the task down is the one meant, where it is decided.
                let meant = self.signals.decisive.is_none_or(|decisive| decisive == container)
                    && !self.signals.harmless.contains(&container);
                meant && View { container: Some(container), ..*self }.holds(inner, witnesses)
            }),
        }
    }

    fn tests(&self, name: SignalName, test: &Test, witnesses: &mut Vec<Witness>) -> bool {
        let found = match test {
            Test::Absent => return self.named(name).next().is_none(),
            Test::Present => self.named(name).next(),
            Test::OneOf(wanted) => {
                self.named(name).find(|(_, signal)| wanted.iter().any(|wanted| signal.value.satisfies(wanted)))
            }
            Test::Compare(comparison, limit) => self
                .named(name)
                .find(|(_, signal)| matches!(signal.value, Value::Number(number) if comparison.holds(number, *limit))),
        };
        witnesses.extend(found.map(|(at, _)| Witness::Signal(at)));
        found.is_some()
    }

    fn says(&self, fragment: u16, witnesses: &mut Vec<Witness>) -> bool {
        let places = &self.signals.fragments;
        let first = places.partition_point(|(known, ..)| *known < fragment);
        let mut places = places[first..].iter().take_while(|(known, ..)| *known == fragment);
        let place = places.find(|(_, text, _)| self.text_visible(*text));
        witnesses.extend(place.map(|(_, text, range)| Witness::Text {
            text: *text,
            range: self.signals.squeezed[*text].original(range.clone()),
        }));
        place.is_some()
    }

    fn finds(&self, expression: u16, witnesses: &mut Vec<Witness>) -> bool {
        for (at, text) in self.record.texts.iter().enumerate() {
            if self.text_visible(at)
                && let Some(range) = self.literals.find(expression, (at, &text.text), self.signals)
            {
                witnesses.push(Witness::Text { text: at, range });
                return true;
            }
        }
        false
    }

    /// As [`View::holds`], where a signal that the record says nothing of leaves the answer open.
    pub(super) fn truth(&self, condition: &Condition) -> Truth {
        match condition {
            Condition::All(list) => {
                let truths: Vec<Truth> = list.iter().map(|condition| self.truth(condition)).collect();
                if truths.contains(&Truth::False) {
                    Truth::False
                } else if truths.contains(&Truth::NotKnown) {
                    Truth::NotKnown
                } else {
                    Truth::True
                }
            }
            Condition::Any(list) => {
                let truths: Vec<Truth> = list.iter().map(|condition| self.truth(condition)).collect();
                if truths.contains(&Truth::True) {
                    Truth::True
                } else if truths.contains(&Truth::NotKnown) {
                    Truth::NotKnown
                } else {
                    Truth::False
                }
            }
            Condition::Not(inner) => match self.truth(inner) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::NotKnown => Truth::NotKnown,
            },
            Condition::Signal(name, Test::OneOf(_) | Test::Compare(..)) if self.named(*name).next().is_none() => {
                Truth::NotKnown
            }
            other if self.holds(other, &mut Vec::new()) => Truth::True,
            _ => Truth::False,
        }
    }
}

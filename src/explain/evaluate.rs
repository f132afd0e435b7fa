//! Whether a condition holds for a record, and which signals and fragments make it hold.

use crate::finder::Finder;
use crate::knowledge::{Condition, Expression, Test, squeeze};
use crate::record::Record;
use crate::signal::{Signal, Signals};
use crate::vocabulary::{SignalName, Value};
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;
use std::sync::OnceLock;

/// Fragments and expressions of all conditions.
pub struct Literals {
    /// Squeezed.
    fragments: Finder,
    expressions: Vec<LazyExpression>,
    /// The signs of all expressions, in lower case, and the expression that each is of.
    signs: Finder,
    of_signs: Vec<u16>,
}

/// An expression that is compiled when a text first holds what every match of it holds.
struct LazyExpression {
    text: String,
    /// Whether anything is known to stand in every match.
    has_signs: bool,
    compiled: OnceLock<Option<Regex>>,
}

/// Which fragments stand in the texts of a record, and which expressions can match there.
pub(super) struct Present<'a> {
    literals: &'a Literals,
    /// By fragment and text, each with its first place in the squeezed text.
    pub(super) fragments: Vec<(u16, usize, usize)>,
    /// Expressions with a sign, by expression and text.
    pub(super) expressions: Vec<(u16, usize)>,
}

#[allow(clippy::cast_possible_truncation)] // positions of fragments and expressions are 16 bits wide
impl Literals {
    pub(super) fn new(fragments: &[String], expressions: &[Expression]) -> Literals {
        let signs =
            || expressions.iter().enumerate().flat_map(|(at, one)| one.signs.iter().map(move |sign| (at, sign)));
        Literals {
            fragments: Finder::new(fragments.iter().map(|text| squeeze(text))),
            signs: Finder::new(signs().map(|(_, sign)| sign.clone())),
            of_signs: signs().map(|(at, _)| at as u16).collect(),
            expressions: expressions
                .iter()
                .map(|one| LazyExpression {
                    text: one.text.clone(),
                    has_signs: !one.signs.is_empty(),
                    compiled: OnceLock::new(),
                })
                .collect(),
        }
    }

    /// Looks for all of them in the texts of a record, once.
    pub(super) fn look(&self, record: &Record, signals: &Signals) -> Present<'_> {
        let mut present = Present { literals: self, fragments: Vec::new(), expressions: Vec::new() };
        for (text, squeezed) in signals.squeezed.iter().enumerate() {
            let found = self.fragments.find_firsts(&squeezed.text);
            present.fragments.extend(found.iter().map(|found| (found.text as u16, text, found.start)));
        }
        for (at, text) in record.texts.iter().enumerate() {
            self.signs.each(text.text.to_ascii_lowercase().as_bytes(), |sign, _| {
                present.expressions.push((self.of_signs[sign], at));
            });
        }
        present.fragments.sort_unstable();
        present.expressions.sort_unstable();
        present.expressions.dedup();
        present
    }

    /// The expressions of which nothing is known to stand in every match.
    pub(super) fn without_signs(&self) -> impl Iterator<Item = usize> {
        self.expressions.iter().enumerate().filter(|(_, one)| !one.has_signs).map(|(at, _)| at)
    }
}

impl Present<'_> {
    /// Where a fragment stands: text, and bytes of the squeezed text.
    fn places(&self, fragment: u16) -> impl Iterator<Item = (usize, Range<usize>)> {
        let length = self.literals.fragments.text(usize::from(fragment)).len();
        let first = self.fragments.partition_point(|(known, ..)| *known < fragment);
        let places = self.fragments[first..].iter().take_while(move |(known, ..)| *known == fragment);
        places.map(move |(_, text, start)| (*text, *start..start + length))
    }

    /// Where the expression matches in the text. Most texts lack its signs, so most expressions are never compiled; the
    /// checker has compiled each before.
    fn find(&self, expression: u16, (at, text): (usize, &str)) -> Option<Range<usize>> {
        let LazyExpression { text: source, has_signs, compiled } =
            self.literals.expressions.get(usize::from(expression))?;
        if *has_signs && self.expressions.binary_search(&(expression, at)).is_err() {
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
    pub present: &'a Present<'a>,
    /// Within a `container:` block, the container.
    pub container: Option<usize>,
}

impl<'a> View<'a> {
    pub(super) fn new(record: &'a Record, signals: &'a Signals, present: &'a Present<'a>) -> View<'a> {
        View { record, signals, present, container: None }
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
        self.signals.list.iter().enumerate().filter(move |(_, signal)| signal.name == name && self.visible(signal))
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
        for (text, range) in self.present.places(fragment) {
            if self.text_visible(text) {
                witnesses.push(Witness::Text { text, range: self.signals.squeezed[text].original(range) });
                return true;
            }
        }
        false
    }

    fn finds(&self, expression: u16, witnesses: &mut Vec<Witness>) -> bool {
        for (at, text) in self.record.texts.iter().enumerate() {
            if self.text_visible(at)
                && let Some(range) = self.present.find(expression, (at, &text.text))
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

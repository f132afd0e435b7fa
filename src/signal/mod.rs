//! [`Record`] in, [`Signals`] out: typed facts, each with its scope and the place it was read from.
//!
//! Texts that produce signals are data ([`Tables`]); what cannot be said as data (requests, addresses, the
//! AccessDenied suffix) is read by the modules here. Derived signals come from the ordered rules of [`derive`].

pub mod address;
mod call;
mod derive;
mod exit;
mod facts;
mod health;
mod hosts;
mod iam;
mod image;
mod literals;
mod signs;
mod squeezed;
mod status;
mod task;
mod truncated;

pub use squeezed::Squeezed;

use crate::knowledge::{Expression, Index, Tables};
use crate::record::Record;
use crate::vocabulary::{Fact, SignalName, StopCause, Value};
use address::Ranges;
use signs::Seen;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// Where a signal was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// These bytes of a text of the record.
    Text {
        /// Position in [`Record::texts`].
        text: usize,
        /// Byte range in that text.
        range: Range<usize>,
    },
    /// A field of the record.
    Field {
        /// Its path, such as `containers[0].exitCode`.
        path: String,
        /// Its value.
        quote: String,
    },
    /// Concluded by a named rule from other signals.
    Rule {
        /// The rule's name.
        rule: &'static str,
        /// Positions of its premises in [`Signals::list`].
        premises: Vec<usize>,
    },
}

/// One typed fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Which signal.
    pub name: SignalName,
    /// Its value.
    pub value: Value,
    /// Where it was read.
    pub origin: Origin,
    /// The container it is about, or `None` for the whole record.
    pub container: Option<usize>,
    /// What it tells a reader.
    pub means: String,
    /// A surer signal contradicts it: it is no longer a value of the record, only a premise of others.
    pub superseded: bool,
}

/// All signals of a record.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    /// In the order they were read; derived ones last.
    pub list: Vec<Signal>,
    /// Where a signal of a text stands in the list.
    known: HashMap<(SignalName, Value, usize, usize, usize), usize>,
    /// One bit a name that is in the list.
    names: u64,
    /// Values for fixes and sentences.
    pub facts: BTreeMap<Fact, String>,
    /// The record's texts in the form that fragments are compared in.
    pub squeezed: Vec<Squeezed>,
    /// Fragments of conditions that stand in the texts, by fragment and text, each with its first place in the squeezed
    /// text.
    pub(crate) fragments: Vec<(u16, usize, Range<usize>)>,
    /// Expressions of conditions that can match in the texts, of those with a sign: by expression and text.
    pub(crate) expressions: Vec<(u16, usize)>,
    /// The container that brought the task down, if that is decided.
    pub decisive: Option<usize>,
    /// Role of each container.
    pub roles: Vec<crate::vocabulary::ContainerRole>,
    /// Containers whose end the task does not mind, by its task definition.
    pub harmless: Vec<usize>,
    /// The record says that the stop was asked for.
    pub asked_to_stop: bool,
    /// Another system than ECS wrote the text, and no error name of ECS stands in it.
    pub foreign: bool,
    /// An advice sentence is there and no raw text after it.
    pub only_advice: bool,
}

impl Signals {
    /// Whether a signal counts for the whole record: it is the record's own or the decisive container's.
    pub fn counts(&self, signal: &Signal) -> bool {
        self.container_counts(signal.container)
    }

    /// Whether what is said of this container counts for the whole record.
    pub fn container_counts(&self, container: Option<usize>) -> bool {
        match (container, self.decisive) {
            (None, _) => true,
            (Some(own), Some(decisive)) => own == decisive,
            (Some(own), None) => {
                self.roles.get(own) != Some(&crate::vocabulary::ContainerRole::Platform)
                    && !self.harmless.contains(&own)
            }
        }
    }

    /// Positions of the signals with this name that count for the whole record.
    pub fn named(&self, name: SignalName) -> impl Iterator<Item = (usize, &Signal)> {
        let list = if self.names(name) { self.list.as_slice() } else { &[] };
        list.iter()
            .enumerate()
            .filter(move |(_, signal)| signal.name == name && !signal.superseded && self.counts(signal))
    }

    /// The first such signal's value.
    pub fn value(&self, name: SignalName) -> Option<&Value> {
        self.named(name).next().map(|(_, signal)| &signal.value)
    }

    /// Position of the first signal with this name and value.
    pub fn position(&self, name: SignalName, value: &Value) -> Option<usize> {
        self.named(name).find(|(_, signal)| signal.value.satisfies(value)).map(|(at, _)| at)
    }

    /// Whether there is a signal with this name and value.
    pub fn has(&self, name: SignalName, value: impl Into<Value>) -> bool {
        self.position(name, &value.into()).is_some()
    }

    fn push(&mut self, signal: Signal) -> usize {
        let next = self.list.len();
        // The same thing read twice at one place is one signal.
        if let Some(known) = self.known(&signal) {
            return known;
        }
        const { assert!(SignalName::ALL.len() <= 64) };
        self.names |= 1 << signal.name as u64;
        self.list.push(signal);
        next
    }

    /// Where the same signal of the same bytes of a text stands in the list. A few are compared one by one; more are
    /// remembered.
    fn known(&mut self, signal: &Signal) -> Option<usize> {
        const FEW: usize = 48;
        let Origin::Text { text, range } = &signal.origin else { return None };
        let next = self.list.len();
        if next <= FEW && self.known.is_empty() {
            let same =
                |one: &Signal| one.name == signal.name && one.origin == signal.origin && one.value == signal.value;
            return self.list.iter().position(same);
        }
        let key = |one: &Signal| match &one.origin {
            Origin::Text { text, range } => Some((one.name, one.value.clone(), *text, range.start, range.end)),
            _ => None,
        };
        if self.known.is_empty() {
            self.known = self.list.iter().enumerate().rev().filter_map(|(at, one)| Some((key(one)?, at))).collect();
        }
        let place = (signal.name, signal.value.clone(), *text, range.start, range.end);
        let known = *self.known.entry(place).or_insert(next);
        (known < next).then_some(known)
    }

    /// Whether a signal with this name is in the list, superseded or not, of whatever container.
    pub(crate) fn names(&self, name: SignalName) -> bool {
        self.names & (1 << name as u64) != 0
    }

    /// Keeps the first value of a fact; one that has not its shape is left out.
    fn fact(&mut self, fact: Fact, value: &str) {
        if fact.shape().admits(value) {
            self.facts.entry(fact).or_insert_with(|| value.to_owned());
        }
    }
}

/// A text under reading, with what is needed to say where a signal stands.
#[derive(Clone, Copy)]
struct Reading<'a> {
    /// The text.
    text: &'a str,
    /// Its position in the record.
    at: usize,
    /// The container whose text it is.
    container: Option<usize>,
}

impl Reading<'_> {
    fn signal(
        &self,
        name: SignalName,
        value: impl Into<Value>,
        range: Range<usize>,
        means: impl Into<String>,
    ) -> Signal {
        Signal {
            name,
            value: value.into(),
            origin: Origin::Text { text: self.at, range },
            container: self.container,
            means: means.into(),
            superseded: false,
        }
    }
}

/// Reads signals from records.
pub struct Extractor {
    literals: literals::LiteralReader,
    signs: signs::SignFinder,
    ranges: Arc<Ranges>,
}

impl Extractor {
    /// An extractor over the texts of tables and fragments, as they are laid out, the expressions of conditions, and address
    /// ranges.
    pub(crate) fn new(index: &mut Index<'static>, expressions: &[Expression], ranges: Arc<Ranges>) -> Extractor {
        let signs = signs::SignFinder::new(&index.hosts, expressions);
        Extractor { literals: literals::LiteralReader::new(index), signs, ranges }
    }

    /// The address ranges in use.
    pub fn ranges(&self) -> &Ranges {
        &self.ranges
    }

    /// All signals of a record, by the tables whose texts it was made of.
    pub(crate) fn read(&self, record: &Record, tables: &Tables) -> Signals {
        let mut signals = Signals::default();
        task::read_roles(record, tables, &mut signals);
        let mut candidates = derive::Candidates::default();
        let texts = record.texts.iter().enumerate();
        let seen: Vec<Seen> =
            texts.map(|(at, text)| self.signs.look(&text.text, at, &mut signals.expressions)).collect();
        task::read_fields(record, &seen, tables, &mut signals, &mut candidates);
        for (at, text) in record.texts.iter().enumerate() {
            let reading = Reading { text: &text.text, at, container: text.container };
            let squeezed = Squeezed::new(&text.text);
            let seen = &seen[at];
            let ending = self.literals.read(reading, &squeezed, tables, &mut signals, &mut candidates);
            hosts::read(reading, seen, tables, &mut signals, &mut candidates);
            address::read(reading, &self.ranges, &mut signals);
            status::read(reading, seen, &mut signals);
            iam::read(reading, seen, &mut signals);
            call::read(reading, seen, &mut signals);
            health::read(reading, seen, &mut signals);
            image::read(reading, seen, tables, &mut signals);
            facts::read(reading, seen, &mut signals);
            truncated::read(reading, seen, text.cut, ending, &mut signals);
            signals.squeezed.push(squeezed);
        }
        signals.fragments.sort_unstable_by_key(|(fragment, text, _)| (*fragment, *text));
        signals.expressions.sort_unstable();
        signals.expressions.dedup();
        task::read_decisive(record, &mut signals);
        image::read_containers(record, tables, &mut signals);
        let asked_to_stop = signals
            .named(SignalName::StopCause)
            .any(|(_, signal)| matches!(signal.value, Value::StopCause(cause) if is_normal(tables, cause)));
        signals.asked_to_stop = asked_to_stop;
        derive::derive(record, &candidates, &mut signals);
        facts::from_record(record, &mut signals);
        signals
    }
}

fn is_normal(tables: &Tables, cause: StopCause) -> bool {
    tables.stops.iter().any(|row| row.cause == cause && row.normal)
}

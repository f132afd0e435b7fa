//! What the engine would else work out at every start: the texts of the tables and what each is for, and which condition
//! sets each anchor leads to.

use super::compiled::{Anchor, MatchPart, Problem};
use super::needles::Needles;
use super::squeeze;
use super::tables::{HostRule, Tables};
use crate::vocabulary::{SignalName, Value};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Problem and set, by position.
pub type SetAt = (u16, u16);

/// What is laid out when the knowledge is compiled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Index<'k> {
    /// The texts of all tables, each once, and behind them the fragments of conditions.
    #[serde(borrow)]
    pub texts: Needles<'k>,
    /// How many of them are texts of tables.
    pub of_tables: u16,
    /// What each of them is for, by text. One may serve several rows.
    pub uses: Vec<(u16, Use)>,
    /// Beginnings of the texts of wrappers inside of which a text may be cut.
    #[serde(borrow)]
    pub beginnings: Needles<'k>,
    /// Of each beginning: the text, and the wrapper's row.
    pub of_beginnings: Vec<(u16, u16)>,
    /// Of each rule of hosts the longest part, without its anchors.
    pub hosts: Vec<String>,
    /// Sets by their anchors.
    pub anchors: Anchors,
}

/// Which sets are to be asked when something is in a record: sorted pairs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Anchors {
    /// By a fragment's position.
    pub fragments: Vec<(u16, SetAt)>,
    /// By an expression's position.
    pub expressions: Vec<(u16, SetAt)>,
    /// By [`key`] of a signal and its value.
    pub signals: Vec<(u64, SetAt)>,
    /// By a signal's name, as its number.
    pub names: Vec<(u16, SetAt)>,
}

/// A row of a table that a text speaks for, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // each is named after its table
pub enum Use {
    Error(u16),
    Wrapper(u16),
    Advice(u16),
    Mode(u16),
    /// A text that must stand before the deciding one.
    ModeContext(u16),
    Code(u16),
    Stop(u16),
    Placement(u16),
    TargetHealth(u16),
    Finding(u16),
}

/// A phrase that is cut is known by so many of its first bytes.
pub const CUT_PHRASE_BYTES: usize = 14;

impl<'k> Index<'k> {
    /// Lays out the texts of the tables and the fragments, and the sets by their anchors.
    pub fn new(matching: &MatchPart) -> Index<'k> {
        Index { anchors: Anchors::new(&matching.problems), ..Index::of_texts(matching, Anchors::default()) }
    }

    /// Lays out the texts alone, beside known anchors.
    pub(super) fn of_texts(matching: &MatchPart, anchors: Anchors) -> Index<'k> {
        let mut known: HashMap<String, u16> = HashMap::new();
        let mut texts: Vec<String> = Vec::new();
        let mut uses = Vec::new();
        each_text(&matching.tables, |text, of| {
            let text = squeeze(text);
            let at = *known.entry(text.clone()).or_insert(number(texts.len()));
            if usize::from(at) == texts.len() {
                texts.push(text);
            }
            uses.push((at, of));
        });
        let (mut beginnings, mut of_beginnings) = (Vec::new(), Vec::new());
        for (at, of) in &uses {
            let Use::Wrapper(row) = *of else { continue };
            let wrapper = &matching.tables.wrappers[usize::from(row)];
            let beginning = beginning(&texts[usize::from(*at)]);
            if let Some(beginning) = beginning.filter(|_| wrapper.stage.is_some() || wrapper.opens) {
                beginnings.push(beginning);
                of_beginnings.push((*at, row));
            }
        }
        let beginnings = Needles::new(&beginnings);
        let of_tables = number(texts.len());
        texts.extend(matching.fragments.iter().map(|text| squeeze(text)));
        let parts = |row: &HostRule| row.parts.iter().map(|part| part.trim_matches(['^', '$']).to_owned()).collect();
        let longest = |parts: Vec<String>| parts.into_iter().max_by_key(String::len).unwrap_or_default();
        let hosts: Vec<String> = matching.tables.hosts.iter().map(|row| longest(parts(row))).collect();
        // In the order of the texts; of one text in the order of the tables.
        uses.sort_by_key(|(at, _)| *at);
        Index { texts: Needles::new(&texts), of_tables, uses, beginnings, of_beginnings, hosts, anchors }
    }
}

impl Anchors {
    fn new(problems: &[Problem]) -> Anchors {
        let mut anchors = Anchors::default();
        for (problem, entry) in problems.iter().enumerate() {
            for (set, conditions) in entry.sets.iter().enumerate() {
                let at = (number(problem), number(set));
                for anchor in &conditions.anchors {
                    match anchor {
                        Anchor::Fragment(fragment) => anchors.fragments.push((*fragment, at)),
                        Anchor::Regex(expression) => anchors.expressions.push((*expression, at)),
                        Anchor::Signal(name, value) => anchors.signals.push((key(*name, value), at)),
                        Anchor::Present(name) => anchors.names.push((*name as u16, at)),
                    }
                }
            }
        }
        anchors.fragments.sort_unstable();
        anchors.expressions.sort_unstable();
        anchors.signals.sort_unstable();
        anchors.names.sort_unstable();
        anchors
    }
}

/// FNV-1a of a signal's name and value. Text is compared without case, so it is indexed without it. Of two values with
/// one key the wrong one's sets are asked in vain.
pub fn key(name: SignalName, value: &Value) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |number: u64| hash = (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3);
    add(name as u64);
    match value {
        Value::Text(text) => text.bytes().for_each(|byte| add(u64::from(byte.to_ascii_lowercase()))),
        Value::Number(number) => number.to_le_bytes().into_iter().for_each(|byte| add(u64::from(byte))),
        // A name has one kind of value, so a word's place in its list is enough.
        word => add(word.index()),
    }
    hash
}

/// Calls with every text of the tables that is looked for, and what it is for.
fn each_text(tables: &Tables, mut call: impl FnMut(&str, Use)) {
    let mut all = |texts: &[String], of: Use| texts.iter().for_each(|text| call(text, of));
    for (at, row) in tables.errors.iter().enumerate() {
        all(std::slice::from_ref(&row.name), Use::Error(number(at)));
    }
    for (at, row) in tables.wrappers.iter().enumerate() {
        all(&row.texts, Use::Wrapper(number(at)));
    }
    for (at, row) in tables.advice.iter().enumerate() {
        all(&row.texts, Use::Advice(number(at)));
    }
    for (at, row) in tables.modes.iter().enumerate() {
        all(&row.texts, Use::Mode(number(at)));
        all(&row.after, Use::ModeContext(number(at)));
    }
    for (at, row) in tables.codes.iter().enumerate() {
        all(&row.texts, Use::Code(number(at)));
    }
    for (at, row) in tables.stops.iter().enumerate() {
        all(&row.texts, Use::Stop(number(at)));
    }
    for (at, row) in tables.placement.iter().enumerate() {
        all(&row.texts, Use::Placement(number(at)));
    }
    for (at, row) in tables.target_health.iter().enumerate() {
        all(&row.texts, Use::TargetHealth(number(at)));
    }
    for (at, row) in tables.findings.iter().enumerate() {
        all(&row.texts, Use::Finding(number(at)));
    }
}

/// By what a cut phrase is known.
fn beginning(phrase: &str) -> Option<&str> {
    let end = (CUT_PHRASE_BYTES..=phrase.len()).find(|end| phrase.is_char_boundary(*end))?;
    Some(&phrase[..end])
}

/// A position in a list of the knowledge: none comes near so many.
fn number(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

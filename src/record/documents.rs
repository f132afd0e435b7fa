//! JSON documents of any length, taken apart as they come: of what is long, each element is read by itself.

use super::definition;
use super::fold::{Fold, Folds};
use super::json;
use super::log::count_lines;
use super::read::{Again, Item, NO_RECORD, Rejected, broken, ends_early, found_at, hint_for_empty, record_at, salvage};
use super::scan::{Extent, skip_blank, string, string_from, value};
use super::stream::{Ending, MOST};
use serde_json::Value;

/// A part of a document that is longer is taken apart, if it is an array or an object.
const PART: usize = 512 * 1024;

/// Arrays and objects within one another that are taken apart.
const DEEPEST: usize = 8;

/// So much of what stands around an array is kept to read its elements with.
const MOST_AROUND: usize = 64 * 1024;

/// Documents under reading.
pub(super) struct Documents<'g> {
    reader: json::Reader<'g>,
    gate: json::Gate<'g>,
    folds: Option<Folds>,
    /// Something came of them: records, or what is wrong with them.
    anything: bool,
    /// Arrays and objects that are being taken apart, the outermost first.
    open: Vec<Open>,
    /// The rest of a string that is too long to be of use.
    within_string: bool,
}

struct Open {
    array: bool,
    /// What stands before its elements: `{"logGroup":"x","logEvents":[`.
    before: Vec<u8>,
}

impl<'g> Documents<'g> {
    pub(super) fn new(gate: json::Gate<'g>, folds: Option<Folds>) -> Documents<'g> {
        let reader = json::Reader::new(gate);
        Documents { reader, gate, folds, anything: false, open: Vec::new(), within_string: false }
    }

    /// Takes what there is as a whole. Gives how many bytes that were, and whether documents may go on: not when text follows.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        ending: Ending,
        line: &mut usize,
        items: &mut Vec<Item>,
    ) -> (usize, bool) {
        let (mut at, mut counted) = (0, 0);
        let mut goes_on = true;
        loop {
            at = self.separator(bytes, at);
            *line += count_lines(&bytes[counted..at]);
            counted = at;
            if at >= bytes.len() {
                break;
            }
            if let Some(end) = self.again(bytes, at, items) {
                at = end;
                continue;
            }
            match self.step(bytes, at) {
                Step::Took { end, document } => {
                    if document {
                        self.element(&bytes[at..end], *line, items);
                    }
                    at = end;
                }
                Step::More if ending == Ending::End => {
                    self.reject(ends_early(None), &bytes[at..], *line, items);
                    at = bytes.len();
                    break;
                }
                Step::More => break,
                Step::Broken(place) => {
                    self.reject(broken(None), &bytes[at..place], *line, items);
                    self.open.clear();
                    at = next_object(bytes, place);
                }
                Step::Text => {
                    goes_on = false;
                    break;
                }
            }
        }
        *line += count_lines(&bytes[counted..at]);
        if ending == Ending::End || !goes_on {
            self.finish(*line, items);
        }
        (at, goes_on)
    }

    /// Lines that were split and whose end never came; or that there was nothing at all.
    fn finish(&mut self, line: usize, items: &mut Vec<Item>) {
        let found = std::mem::replace(&mut self.reader, json::Reader::new(self.gate)).finish();
        self.anything |= found.is_anything();
        items.extend(found_at(found, line));
        if !self.anything {
            items.push(rejected(NO_RECORD.to_owned(), 1));
        }
    }

    /// A piece that cannot be read as it stands; what can be read of it is.
    fn reject(&mut self, reason: String, piece: &[u8], line: usize, items: &mut Vec<Item>) {
        self.anything = true;
        items.push(rejected(reason, line));
        let (found, _) = salvage(piece);
        items.extend(found.iter().flat_map(json::records).map(|record| record_at(record, line)));
    }

    /// A task that came before but for its id and times: it is known without being taken apart.
    fn again(&mut self, bytes: &[u8], at: usize, items: &mut Vec<Item>) -> Option<usize> {
        if self.within_string || self.open.last().is_some_and(|open| !open.array) || bytes[at] != b'{' {
            return None;
        }
        match self.folds.as_mut()?.look(bytes, at, false) {
            (Fold::Again { class, task, time }, end) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                items.push(Item::Again(Again { class, task: text(task), time: time.map(text) }));
                Some(end)
            }
            _ => None,
        }
    }

    /// Reads a document, or an element of one with what stands around it.
    fn element(&mut self, element: &[u8], line: usize, items: &mut Vec<Item>) {
        let class = match self.folds.as_mut().map(|folds| folds.look(element, 0, true)) {
            Some((Fold::First(class) | Fold::Again { class, .. }, _)) => Some(class),
            _ => None,
        };
        let around = self.around(element);
        let parsed: Result<Value, _> = serde_json::from_slice(around.as_deref().unwrap_or(element));
        let mut is_one = false;
        match parsed {
            Ok(document) => {
                self.reader.read(&document, line);
                let mut found = self.reader.take();
                self.anything |= found.is_anything();
                if let [record] = found.records.as_mut_slice() {
                    record.class = class;
                    is_one = true;
                }
                items.extend(found_at(found, line));
                for definition in definition::definitions(&document) {
                    self.anything = true;
                    items.push(Item::Definition(Box::new(definition)));
                }
                if !self.anything
                    && let Some(hint) = hint_for_empty(&document)
                {
                    self.anything = true;
                    items.push(Item::Nothing(hint));
                }
            }
            Err(error) => self.reject(broken(Some(&error)), element, line, items),
        }
        // Only what gave one record stands for others.
        if !is_one
            && class.is_some()
            && let Some(folds) = &mut self.folds
        {
            folds.forget();
        }
    }

    /// Behind blanks and commas.
    fn separator(&self, bytes: &[u8], at: usize) -> usize {
        if self.within_string {
            return at;
        }
        let mut at = skip_blank(bytes, at);
        while bytes.get(at) == Some(&b',') {
            at = skip_blank(bytes, at + 1);
        }
        at
    }

    fn step(&mut self, bytes: &[u8], at: usize) -> Step {
        if self.within_string {
            return self.skip_string(bytes, at);
        }
        match (self.open.last().map(|open| open.array), bytes[at]) {
            (None, b'{' | b'[') | (Some(true), b'{' | b'[') => self.value(bytes, at, at),
            // Brackets whose beginning was lost.
            (None, b'}' | b']') => Step::Took { end: at + 1, document: false },
            (None, _) => Step::Text,
            (Some(true), b']') | (Some(false), b'}') => {
                self.open.pop();
                Step::Took { end: at + 1, document: false }
            }
            (Some(true), _) => self.value(bytes, at, at),
            (Some(false), b'"') => {
                let Extent::Ends(key_end) = string(bytes, at) else {
                    return if bytes.len() - at > PART { Step::Broken(at + 1) } else { Step::More };
                };
                let colon = skip_blank(bytes, key_end);
                let value_at = skip_blank(bytes, colon + 1);
                match bytes.get(colon) {
                    Some(b':') if value_at < bytes.len() => self.value(bytes, at, value_at),
                    Some(b':') | None => Step::More,
                    Some(_) => Step::Broken(colon),
                }
            }
            (Some(false), _) => Step::Broken(at),
        }
    }

    /// A value, with its key before it where it is an object's.
    fn value(&mut self, bytes: &[u8], start: usize, at: usize) -> Step {
        let nested = matches!(bytes[at], b'{' | b'[');
        let apart = nested && self.open.len() < DEEPEST && at - start < MOST_AROUND;
        match value(bytes, at) {
            // What is long is taken apart, whether its end is there already or not.
            Extent::Ends(end) if end - at < PART || !apart => {
                // What stands beside an array may tell of its elements: the log group of log events.
                if start < at
                    && !nested
                    && let Some(open) = self.open.last_mut()
                    && open.before.len() + (end - start) < MOST_AROUND
                {
                    open.before.extend_from_slice(&bytes[start..end]);
                    open.before.push(b',');
                }
                Step::Took { end, document: nested }
            }
            Extent::Broken(place) => Step::Broken(place),
            Extent::Open if bytes.len() - at < PART => Step::More,
            Extent::Ends(_) | Extent::Open if apart => {
                self.open.push(Open { array: bytes[at] == b'[', before: bytes[start..=at].to_vec() });
                Step::Took { end: at + 1, document: false }
            }
            Extent::Open if bytes[at] == b'"' => {
                self.within_string = true;
                Step::Took { end: at + 1, document: false }
            }
            Extent::Open if bytes.len() - at < MOST => Step::More,
            Extent::Ends(_) | Extent::Open => Step::Broken(at + 1),
        }
    }

    fn skip_string(&mut self, bytes: &[u8], at: usize) -> Step {
        match string_from(bytes, at) {
            Extent::Ends(end) => {
                self.within_string = false;
                Step::Took { end, document: false }
            }
            Extent::Open if bytes.len() - at > 16 => Step::Took { end: bytes.len() - 1, document: false },
            Extent::Open => Step::More,
            Extent::Broken(place) => {
                self.within_string = false;
                Step::Broken(place)
            }
        }
    }

    /// An element within what stands around it, if anything does.
    fn around(&self, element: &[u8]) -> Option<Vec<u8>> {
        if self.open.is_empty() {
            return None;
        }
        let mut whole: Vec<u8> = self.open.iter().flat_map(|open| open.before.iter().copied()).collect();
        whole.extend_from_slice(element);
        whole.extend(self.open.iter().rev().map(|open| if open.array { b']' } else { b'}' }));
        Some(whole)
    }
}

enum Step {
    /// A piece that ends here; a document, or an element of one, or something between.
    Took { end: usize, document: bool },
    /// More bytes are wanted.
    More,
    /// No JSON at this place.
    Broken(usize),
    /// What follows the documents is none.
    Text,
}

/// Where the next object begins that stands where an element may, behind this place.
fn next_object(bytes: &[u8], from: usize) -> usize {
    let begins = memchr::memchr_iter(b'{', &bytes[from..]).map(|offset| from + offset);
    let may_be = |at: &usize| bytes[at + 1..].trim_ascii_start().first() == Some(&b'"');
    begins.filter(may_be).find(|at| *at > from).unwrap_or(bytes.len())
}

fn rejected(reason: String, line: usize) -> Item {
    Item::Rejected(Rejected { source: String::new(), line, reason })
}

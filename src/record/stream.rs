//! Reading an input as it comes: what is read is let go, so that its length does not matter.
//!
//! An input of up to a megabyte is read as a whole, with all care ([`read`](super::read())). Of a longer one, or one that pauses, the
//! beginning decides: JSON documents, of which arrays are taken apart element by element, or the lines of a log.

use super::definition;
use super::fold::{Fold, Folds, Limits};
use super::json;
use super::line::starts_record;
use super::log::count_lines;
use super::read::{
    Again, Input, Item, Rejected, found_at, hint_for_empty, is_binary, is_question, looks_like_json, read, record_at,
    report_start, salvage,
};
use super::scan::{Extent, skip_blank, string, string_from, value};
use serde_json::Value;

/// So much is read as a whole.
const WHOLE: usize = 1024 * 1024;

/// A part of a document that is longer is taken apart, if it is an array or an object.
const PART: usize = 512 * 1024;

/// A line, or a string, that is longer is read in pieces.
const MOST: usize = 2 * 1024 * 1024;

/// UTF-16 is read as a whole, up to so much.
const MOST_IN_UTF16: usize = 16 * 1024 * 1024;

/// Arrays and objects within one another that are taken apart.
const DEEPEST: usize = 8;

/// So much of what stands around an array is kept to read its elements with.
const MOST_AROUND: usize = 64 * 1024;

/// What an input is to be read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// What it looks like.
    #[default]
    Any,
    /// JSON documents.
    Json,
    /// Lines of a log.
    Log,
    /// One text that somebody asks about.
    Text,
}

/// What follows the bytes that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// More, at once.
    More,
    /// Nothing for now.
    Pause,
    /// Nothing.
    End,
}

/// What was done with the bytes that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// So many of them are done with.
    pub bytes: usize,
    /// They are a block of a log, for [`log_records`](super::log_records).
    pub log: bool,
}

enum State {
    Deciding,
    Documents(Documents),
    Log,
}

/// An input under reading.
pub struct Stream<'g> {
    source: String,
    shape: Shape,
    gate: &'g dyn Fn(&[u8]) -> Option<usize>,
    state: State,
    folds: Option<Folds>,
    /// Number of the line at which the bytes begin.
    line: usize,
    /// The beginning of a text that pauses: a question perhaps, if nothing was found in it by the end.
    asked: Option<Vec<u8>>,
    /// Behind the beginning of a line that is read in pieces.
    within_line: bool,
}

/// Documents under reading.
struct Documents {
    reader_known: bool,
    any_record: bool,
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

impl<'g> Stream<'g> {
    /// An input with this name in messages. `gate` tells where in a log something stands that can matter.
    pub fn new(source: &str, shape: Shape, gate: &'g dyn Fn(&[u8]) -> Option<usize>) -> Stream<'g> {
        Stream {
            source: source.to_owned(),
            shape,
            gate,
            state: State::Deciding,
            folds: None,
            line: 1,
            asked: None,
            within_line: false,
        }
    }

    /// Of tasks that are equal but for ids and times, only the first is given in full.
    #[must_use]
    pub fn folding(mut self, limits: Limits) -> Stream<'g> {
        self.folds = Some(Folds::new(limits));
        self
    }

    /// Takes what can be taken of the bytes that there are: all that came and was not taken yet. The caller calls again, with the
    /// rest, until nothing is taken, and then with more.
    pub fn take(&mut self, bytes: &[u8], ending: Ending, items: &mut Vec<Item>) -> Taken {
        let first = items.len();
        let taken = match &mut self.state {
            State::Deciding => self.decide(bytes, ending, items),
            State::Documents(_) => self.documents(bytes, ending, items),
            State::Log => self.log(bytes, ending, items),
        };
        self.name(&mut items[first..]);
        taken
    }

    /// Number of the line at which the bytes that were not taken begin.
    pub fn line(&self) -> usize {
        self.line
    }

    /// A block of a log that was taken had so many lines.
    pub fn count_lines(&mut self, lines: usize) {
        self.line += lines;
    }

    /// These items were found in a block of the log: the text was no question.
    pub fn found_something(&mut self, items: &mut [Item]) {
        self.asked = None;
        self.name(items);
    }

    /// Whether a long input that begins so is read as a log.
    pub fn looks_like_a_log(head: &[u8]) -> bool {
        let begins = skip_blank(head, 0);
        let json = looks_like_json(&head[begins..]) && !first_line_is_a_document(&head[begins..]);
        !json && !is_binary(head) && !head.starts_with(&[0xff, 0xfe]) && !head.starts_with(&[0xfe, 0xff])
    }

    fn name(&self, items: &mut [Item]) {
        for item in items {
            match item {
                Item::Record(record) => self.source.clone_into(&mut record.source),
                Item::Rejected(rejected) => self.source.clone_into(&mut rejected.source),
                Item::Again(_) | Item::Definition(_) | Item::Nothing(_) => {}
            }
        }
    }

    fn whole(&mut self, bytes: &[u8], items: &mut Vec<Item>) -> Taken {
        let asked = self.shape == Shape::Text;
        items.extend(read(&Input { source: &self.source, bytes, asked, gate: self.gate }));
        Taken { bytes: bytes.len(), log: false }
    }

    fn decide(&mut self, bytes: &[u8], ending: Ending, items: &mut Vec<Item>) -> Taken {
        let nothing = Taken { bytes: 0, log: false };
        if self.shape == Shape::Log {
            self.state = State::Log;
            return self.log(bytes, ending, items);
        }
        if ending == Ending::End && bytes.len() <= WHOLE {
            return self.whole(bytes, items);
        }
        // What older shells write has two bytes a character, and is hardly ever long.
        if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) && bytes.len() < MOST_IN_UTF16 {
            return if ending == Ending::End { self.whole(bytes, items) } else { nothing };
        }
        if self.shape == Shape::Text {
            if bytes.len() <= MOST && ending != Ending::End {
                return nothing;
            }
            // A question is answered by its beginning.
            self.shape = Shape::Log;
            self.state = State::Log;
            return self.whole(&bytes[..bytes.len().min(MOST)], items);
        }
        if bytes.len() < WHOLE && ending == Ending::More {
            return nothing;
        }
        let head = &bytes[..bytes.len().min(WHOLE)];
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        if head.trim_ascii().is_empty() {
            // Blanks may go on for ever.
            let taken = if bytes.len() < WHOLE { 0 } else { bytes.len() - 1 };
            self.line += count_lines(&bytes[..taken]);
            return Taken { bytes: taken, log: false };
        }
        if is_binary(head) {
            let reason = "the input is binary: it is no text and no JSON: give it the output of `aws ecs describe-tasks`, an error text or a log";
            items.push(self.rejected(reason.to_owned()));
            self.state = State::Log;
            return Taken { bytes: bytes.len(), log: false };
        }
        let begins = skip_blank(head, 0);
        let json = self.shape == Shape::Json || looks_like_json(&head[begins..]);
        if ending == Ending::Pause {
            let complete = head.ends_with(b"\n");
            if json && !first_line_is_a_document(&head[begins..]) {
                // A document that is complete is answered; one that is not may go on.
                if !matches!(value(head, begins), Extent::Ends(_)) {
                    return nothing;
                }
            } else if !complete || report_start(head).is_some() {
                return nothing;
            } else if !json && is_question(head) {
                self.asked = Some(Vec::new());
            }
        }
        if json && !first_line_is_a_document(&head[begins..]) {
            self.state = State::Documents(Documents {
                reader_known: false,
                any_record: false,
                open: Vec::new(),
                within_string: false,
            });
            return self.documents(bytes, ending, items);
        }
        self.state = State::Log;
        self.log(bytes, ending, items)
    }

    fn rejected(&self, reason: String) -> Item {
        Item::Rejected(Rejected { source: String::new(), line: self.line, reason })
    }

    /// Blocks end where a record begins, so that none is torn.
    fn log(&mut self, bytes: &[u8], ending: Ending, items: &mut Vec<Item>) -> Taken {
        if let Some(asked) = &mut self.asked {
            // Text that came before a pause is a question still, if nothing is found in it.
            if ending == Ending::End {
                let mut text = std::mem::take(asked);
                text.extend_from_slice(bytes);
                self.asked = None;
                if is_question(&text) {
                    let taken = bytes.len();
                    items.extend(read(&Input { source: &self.source, bytes: &text, asked: false, gate: self.gate }));
                    return Taken { bytes: taken, log: false };
                }
            }
        }
        let end = match ending {
            Ending::End => bytes.len(),
            Ending::Pause => memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1),
            Ending::More => last_record_start(bytes),
        };
        let mut taken = Taken { bytes: end, log: true };
        if end == 0 && bytes.len() >= MOST {
            let newline = memchr::memrchr(b'\n', &bytes[..MOST]);
            taken.bytes = newline.map_or(MOST, |newline| newline + 1);
            if newline.is_none() && !self.within_line {
                items.push(Item::Nothing("a line is longer than 2 MiB: it is read in pieces"));
            }
            self.within_line = newline.is_none();
        }
        if let Some(asked) = &mut self.asked {
            asked.extend_from_slice(&bytes[..taken.bytes]);
            if !is_question(asked) {
                self.asked = None;
            }
        }
        taken
    }

    /// Takes apart what there is of documents.
    fn documents(&mut self, bytes: &[u8], ending: Ending, items: &mut Vec<Item>) -> Taken {
        let State::Documents(mut documents) = std::mem::replace(&mut self.state, State::Log) else {
            return Taken { bytes: 0, log: false };
        };
        let mut at = 0;
        let mut counted = 0;
        let state = loop {
            let before = at;
            at = documents.separator(bytes, at);
            self.line += count_lines(&bytes[counted..at]);
            counted = at;
            if at >= bytes.len() {
                break State::Documents(documents);
            }
            if let Some(end) = self.again(&documents, bytes, at, items) {
                at = end;
                continue;
            }
            match documents.step(bytes, at) {
                Step::Took { end, document } => {
                    if document {
                        self.element(&mut documents, &bytes[at..end], items);
                    }
                    at = end;
                }
                Step::More if ending == Ending::End => {
                    let reason = "the JSON ends too early: what stands before the cut is still explained: give it the whole document";
                    items.push(self.rejected(reason.to_owned()));
                    self.salvage(&bytes[at..], items);
                    at = bytes.len();
                    break State::Documents(documents);
                }
                Step::More => {
                    at = at.max(before);
                    break State::Documents(documents);
                }
                Step::Broken(place) => {
                    let reason = "the JSON is broken: what could be read around it is still explained: give it the document as the AWS CLI prints it";
                    items.push(self.rejected(reason.to_owned()));
                    self.salvage(&bytes[at..place], items);
                    documents.open.clear();
                    at = next_object(bytes, place);
                }
                Step::Text => {
                    // Lines behind a document.
                    break State::Log;
                }
            }
        };
        self.line += count_lines(&bytes[counted..at]);
        if ending == Ending::End
            && let State::Documents(documents) = &state
            && !documents.any_record
            && !documents.reader_known
        {
            items.push(self.rejected("the JSON holds no ECS task, service or event: nothing in it can be explained: give it the output of `aws ecs describe-tasks --cluster … --tasks …`".to_owned()));
        }
        self.state = state;
        Taken { bytes: at, log: false }
    }

    /// What can be read of a piece of JSON that is no whole value.
    fn salvage(&self, piece: &[u8], items: &mut Vec<Item>) {
        let (found, _) = salvage(piece);
        for record in found.iter().flat_map(json::records) {
            items.push(record_at(record, self.line));
        }
    }

    /// A task that came before but for its id and times: it is known without being taken apart.
    fn again(&mut self, documents: &Documents, bytes: &[u8], at: usize, items: &mut Vec<Item>) -> Option<usize> {
        if documents.within_string || documents.open.last().is_some_and(|open| !open.array) || bytes[at] != b'{' {
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
    fn element(&mut self, documents: &mut Documents, element: &[u8], items: &mut Vec<Item>) {
        let class = match self.folds.as_mut().map(|folds| folds.look(element, 0, true)) {
            Some((Fold::First(class) | Fold::Again { class, .. }, _)) => Some(class),
            _ => None,
        };
        let around = documents.around(element);
        let parsed: Result<Value, _> = serde_json::from_slice(around.as_deref().unwrap_or(element));
        match parsed {
            Ok(document) => {
                let mut reader = json::Reader::new(self.gate);
                reader.read(&document, self.line);
                let mut found = reader.finish();
                documents.reader_known |= found.known;
                documents.any_record |= !found.records.is_empty() || !found.rejected.is_empty();
                match (found.records.as_mut_slice(), &mut self.folds) {
                    ([record], _) => record.class = class,
                    (_, Some(folds)) if class.is_some() => folds.forget(),
                    _ => {}
                }
                items.extend(found_at(found, self.line));
                for definition in definition::definitions(&document) {
                    documents.any_record = true;
                    items.push(Item::Definition(Box::new(definition)));
                }
                if !documents.any_record
                    && let Some(hint) = hint_for_empty(&document)
                {
                    documents.any_record = true;
                    items.push(Item::Nothing(hint));
                }
            }
            Err(error) => {
                items.push(self.rejected(format!(
                    "the JSON is broken ({error}): what could be read around it is still explained: give it the document as the AWS CLI prints it"
                )));
                documents.any_record = true;
                if class.is_some()
                    && let Some(folds) = &mut self.folds
                {
                    folds.forget();
                }
                self.salvage(element, items);
            }
        }
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

impl Documents {
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

/// Where the last line begins that begins a record, as far as can be seen.
fn last_record_start(bytes: &[u8]) -> usize {
    /// So much of a line tells whether it begins a record.
    const HEAD: usize = 64;
    let mut end = bytes.len();
    while let Some(newline) = memchr::memrchr(b'\n', &bytes[..end]) {
        let line = &bytes[newline + 1..];
        if (line.len() >= HEAD || line.contains(&b'\n')) && starts_record(line) {
            return newline + 1;
        }
        end = newline;
    }
    0
}

/// Where in these bytes, which begin anywhere, the first record begins.
pub fn record_border(bytes: &[u8]) -> Option<usize> {
    let starts = memchr::memchr_iter(b'\n', bytes).map(|newline| newline + 1);
    starts.filter(|start| *start < bytes.len()).find(|start| starts_record(&bytes[*start..]))
}

/// Whether the first line is a whole JSON value: one document a line.
fn first_line_is_a_document(bytes: &[u8]) -> bool {
    let Some(newline) = memchr::memchr(b'\n', bytes) else { return false };
    matches!(value(&bytes[..newline], 0), Extent::Ends(end) if bytes[end..newline].trim_ascii().is_empty())
}

/// Where the next object begins that stands where an element may, behind this place.
fn next_object(bytes: &[u8], from: usize) -> usize {
    let begins = memchr::memchr_iter(b'{', &bytes[from..]).map(|offset| from + offset);
    let may_be = |at: &usize| bytes[at + 1..].trim_ascii_start().first() == Some(&b'"');
    begins.filter(may_be).find(|at| *at > from).unwrap_or(bytes.len())
}

//! Reading an input as it comes: what is read is let go, so that its length does not matter.
//!
//! An input of up to a megabyte is read as a whole, with all care ([`read`](super::read())). Of a longer one, or one that pauses, the
//! beginning decides: JSON documents, of which arrays are taken apart element by element, or the lines of a log.

use super::documents::Documents;
use super::fold::{Folds, Limits};
use super::line::starts_record;
use super::log::count_lines;
use super::read::{Input, Item, Rejected, is_binary, is_question, looks_like_json, read, report_start};
use super::scan::{Extent, end_of, members, skip_blank, value};

/// So much is read as a whole.
const WHOLE: usize = 1024 * 1024;

/// A line, or a string, that is longer is read in pieces.
pub(super) const MOST: usize = 2 * 1024 * 1024;

/// Answers of AWS are kept for so many pauses: what belongs together comes from several calls, seconds apart.
const MOST_PAUSES: usize = 100;

/// UTF-16 is read as a whole, up to so much.
const MOST_IN_UTF16: usize = 16 * 1024 * 1024;

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

enum State<'g> {
    Deciding,
    Documents(Box<Documents<'g>>),
    Log,
}

/// An input under reading.
pub struct Stream<'g> {
    source: String,
    shape: Shape,
    gate: &'g dyn Fn(&[u8]) -> Option<usize>,
    state: State<'g>,
    folds: Option<Folds>,
    /// Number of the line at which the bytes begin.
    line: usize,
    /// The beginning of a text that pauses: a question perhaps, if nothing was found in it by the end.
    asked: Option<Vec<u8>>,
    /// Behind the beginning of a line that is read in pieces.
    within_line: bool,
    /// Pauses since something came.
    pauses: usize,
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
            pauses: 0,
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
            self.pauses = 0;
            return nothing;
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return Taken { bytes: 3, log: false };
        }
        let head = &bytes[..bytes.len().min(WHOLE)];
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
        let lines = first_line_is_a_document(&head[begins..]);
        if ending == Ending::Pause {
            // The next call of the AWS CLI takes its time, and what it gives may belong to what there is.
            let may_go_on = json && (!lines || is_answer(&head[begins..]));
            if may_go_on && self.pauses < MOST_PAUSES {
                self.pauses += 1;
                return nothing;
            }
            if json && !lines {
                if !matches!(value(head, begins), Extent::Ends(_)) {
                    return nothing;
                }
            } else if !head.ends_with(b"\n") || report_start(head).is_some() {
                return nothing;
            } else if !json && is_question(head) {
                self.asked = Some(Vec::new());
            }
        }
        if json && !lines {
            self.state = State::Documents(Box::new(Documents::new(self.gate, self.folds.take())));
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
        let State::Documents(documents) = &mut self.state else { return Taken { bytes: 0, log: false } };
        let (taken, goes_on) = documents.take(bytes, ending, &mut self.line, items);
        if !goes_on {
            // Lines behind a document.
            self.state = State::Log;
        }
        Taken { bytes: taken, log: false }
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

/// Whether it begins with an answer of a describe call, in one line: not with an event, of which more may come for ever.
fn is_answer(bytes: &[u8]) -> bool {
    let names: [&[u8]; 4] = [b"tasks", b"services", b"taskDefinition", b"serviceDeployments"];
    let mut found = false;
    members(bytes, 0, |key, at| {
        found |= names.contains(&key);
        end_of(bytes, at)
    });
    found
}

/// Whether the first line is a whole JSON value: one document a line.
fn first_line_is_a_document(bytes: &[u8]) -> bool {
    let Some(newline) = memchr::memchr(b'\n', bytes) else { return false };
    matches!(value(&bytes[..newline], 0), Extent::Ends(end) if bytes[end..newline].trim_ascii().is_empty())
}

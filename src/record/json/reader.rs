//! What reads documents one after another: what it has found, and how deep it is.

use super::super::Record;
use super::super::line;
use super::super::origin::Origin;
use super::super::read::reasons_in;
use super::{DEEPEST, collect_texts, encoded, field, partial};
use serde_json::Value;

/// Where in a log's text something stands that can matter at all.
pub(in super::super) type Gate<'a> = &'a dyn Fn(&[u8]) -> Option<usize>;

/// What has been found in documents.
#[derive(Debug, Default)]
pub(in super::super) struct Found {
    pub(in super::super) records: Vec<Record>,
    /// What could not be read, each reason once.
    pub(in super::super) rejected: Vec<String>,
    /// It was an envelope that is known, so that there is nothing to complain of where it holds no record.
    pub(in super::super) known: bool,
}

impl Found {
    /// Whether there is something to tell of, or nothing to complain of.
    pub(in super::super) fn is_anything(&self) -> bool {
        self.known || !self.records.is_empty() || !self.rejected.is_empty()
    }
}

/// Reads documents one after another: a line that was split between two of them is put together.
pub(in super::super) struct Reader<'a> {
    gate: Gate<'a>,
    /// So many bytes may come out of one encoded payload.
    pub(super) limit: u64,
    pub(super) partials: partial::Partials,
    pub(super) records: Vec<Record>,
    pub(super) rejected: Vec<(String, usize)>,
    pub(super) known: bool,
    documents: usize,
    /// The first document, if it is a line of a logger, and its line. Alone it is a question.
    first: Option<(Value, usize)>,
}

/// How deep a value lies: in lists and objects, and in strings that hold documents.
#[derive(Clone, Copy, Default)]
pub(super) struct Depth {
    pub(super) nested: usize,
    pub(super) unwrapped: usize,
}

impl Depth {
    pub(super) fn inner(self) -> Depth {
        Depth { nested: self.nested + 1, ..self }
    }

    /// A document in a string: nesting is counted anew.
    pub(super) fn unwrapped(self) -> Option<Depth> {
        (self.unwrapped < DEEPEST).then_some(Depth { nested: 0, unwrapped: self.unwrapped + 1 })
    }
}

/// So many different reasons are told of one document; what cannot be read in more ways is told as one more.
const MOST_REASONS: usize = 20;

impl<'a> Reader<'a> {
    pub(in super::super) fn new(gate: Gate<'a>) -> Reader<'a> {
        Reader {
            gate,
            limit: encoded::LARGEST,
            partials: partial::Partials::default(),
            records: Vec::new(),
            rejected: Vec::new(),
            known: false,
            documents: 0,
            first: None,
        }
    }

    /// Reads a document that stands among the lines of a log, at this line: texts in documents of other programs are left to the
    /// log.
    pub(in super::super) fn read_line(&mut self, document: &Value, line: usize) {
        self.at(line, |reader| reader.collect(document, Depth::default(), &Origin::default()));
    }

    /// Reads the document that begins at this line.
    pub(in super::super) fn read(&mut self, document: &Value, line: usize) {
        self.documents += 1;
        if let Some((first, line)) = self.first.take() {
            self.at(line, |reader| reader.line(&first.to_string(), &Origin::default()));
        }
        let found = self.records.len();
        self.read_line(document, line);
        if self.records.len() > found || self.known {
            return;
        }
        if !is_logged(document) {
            self.at(line, |reader| collect_texts(document, &mut reader.records, 0));
        } else if self.documents == 1 {
            self.first = Some((document.clone(), line));
        } else {
            self.at(line, |reader| reader.line(&document.to_string(), &Origin::default()));
        }
    }

    /// Reads what begins at this line.
    fn at(&mut self, line: usize, read: impl FnOnce(&mut Self)) {
        let before = self.records.len();
        read(self);
        for record in &mut self.records[before..] {
            record.line = line;
        }
    }

    /// Gives what has been found since it was last asked.
    pub(in super::super) fn take(&mut self) -> Found {
        let rejected = std::mem::take(&mut self.rejected).into_iter().map(|(reason, times)| match times {
            1 => reason,
            _ => format!("{reason} ({times} times)"),
        });
        Found {
            records: std::mem::take(&mut self.records),
            rejected: rejected.collect(),
            known: std::mem::take(&mut self.known),
        }
    }

    /// Gives the rest: lines that were split and whose end never came.
    pub(in super::super) fn finish(mut self) -> Found {
        if let Some((first, line)) = self.first.take() {
            self.at(line, |reader| collect_texts(&first, &mut reader.records, 0));
        }
        for line in self.partials.finish() {
            self.message(&line.text, Depth::default(), &line.origin);
        }
        self.take()
    }

    pub(super) fn reject(&mut self, reason: String) {
        self.known = true;
        let is_new = !self.rejected.iter().any(|(known, _)| *known == reason);
        let reason = if is_new && self.rejected.len() >= MOST_REASONS {
            "more pieces could not be read: they are left out: give it a smaller piece of the log".to_owned()
        } else {
            reason
        };
        match self.rejected.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, times)) => *times += 1,
            None => self.rejected.push((reason, 1)),
        }
    }

    pub(super) fn too_deep(&mut self) {
        self.reject(format!(
            "a document lies more than {DEEPEST} deep in others: it is left out: give it the inner document itself"
        ));
    }

    /// A log line: a record if something in it can matter.
    pub(super) fn line(&mut self, line: &str, origin: &Origin) {
        let Some(hit) = (self.gate)(line.as_bytes()) else { return };
        self.records.push(line::record_of(line, hit, self.gate, origin));
    }

    /// A document that ends early or is none: what ECS says in it is a text still.
    pub(super) fn broken(&mut self, text: &str, error: &str, origin: &Origin) {
        self.reject(format!(
            "a document within another is broken ({error}): what could be read around it is still explained: give it as it came"
        ));
        let reasons = reasons_in(text);
        if reasons.is_empty() {
            self.line(text, origin);
        }
        self.records.extend(reasons);
    }
}

/// Whether a document is a line of some logger: a message, with its time or level.
fn is_logged(document: &Value) -> bool {
    let Some(object) = document.as_object() else { return false };
    let has = |names: &[&str]| names.iter().any(|name| field(object, name).is_some());
    has(&["message", "msg", "log", "@message", "event", "text"])
        && has(&["level", "lvl", "severity", "levelname", "time", "timestamp", "ts", "@timestamp"])
}

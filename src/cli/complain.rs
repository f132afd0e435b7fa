//! The one place that prints errors: `ecsplain: what: why: what to do`.

use ecsplain::report::{escape_line, escape_text};
use std::io::{self, Write};

/// Why the command cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Complaint {
    /// A file or folder could not be read.
    #[error("{name}: cannot be read: {error}: {}", advice(error))]
    Unreadable {
        /// Its name.
        name: String,
        /// What the system says.
        error: io::Error,
    },
    /// Output could not be written.
    #[error("the output cannot be written: {0}: check the disk, or where the output goes")]
    Write(io::Error),
    /// The reader of the output has gone.
    #[error("the reader of the output has gone")]
    Closed,
    /// Anything else, in the form `what: why: what to do`.
    #[error("{0}")]
    Other(String),
}

/// What to do about it.
pub fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check the name; an error text is given with --text",
        io::ErrorKind::PermissionDenied => "check who may read it",
        io::ErrorKind::IsADirectory => "give the files in it",
        _ => "check that it is a readable file",
    }
}

impl From<io::Error> for Complaint {
    fn from(error: io::Error) -> Complaint {
        if error.kind() == io::ErrorKind::BrokenPipe { Complaint::Closed } else { Complaint::Write(error) }
    }
}

/// Prints to stderr. Names and system messages may hold control characters.
pub fn complain(complaint: &Complaint) {
    note(&complaint.to_string());
}

/// Prints a line to stderr in the command's name.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr(), "ecsplain: {}", escape_line(line));
}

/// Prints what is wrong with the arguments, with the parser's advice below.
pub fn usage(message: &str) {
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let _ = write!(io::stderr(), "ecsplain: {}", escape_text(message));
}

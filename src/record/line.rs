//! What stands before the message of a log line.

use super::origin::Origin;
use std::borrow::Cow;

pub(super) struct Peeled<'a> {
    pub(super) origin: Origin,
    pub(super) message: Cow<'a, str>,
}

pub(super) fn peel(text: &str) -> Peeled<'_> {
    Peeled { origin: Origin::default(), message: Cow::Borrowed(text) }
}

pub(super) fn starts_record(line: &[u8]) -> bool {
    !matches!(line.first(), None | Some(b' ' | b'\t' | b'}' | b']' | b'\n' | b'\r')) && !line.starts_with(b"Caused by:")
}

//! Texts of failures: cases of the corpus, with other values in the places that vary.

use crate::clock::{Clock, Format};
use crate::value::{Values, number};
use serde_json::Value;
use std::path::Path;

/// The cases in use, by id. A pinned list, so that new cases of the corpus leave the inputs as they are.
pub const CASES: &str = include_str!("../cases.txt");

const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "sa-east-1",
    "ca-central-1",
];

/// A text of a failure.
pub struct Failure {
    /// The case's id in the corpus.
    pub id: String,
    /// How the message reached its finder: `stopped_reason`, `agent_log`, …
    pub channel: String,
    /// The text as the corpus has it.
    pub text: String,
    pieces: Vec<Piece>,
    /// What varies. A value that stands in several places is the same in all of them.
    slots: Vec<(Kind, String)>,
}

enum Piece {
    Text(String),
    Slot(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Time,
    Uuid,
    Address,
    Region,
    Digits,
    Hex,
    Name,
}

impl Failure {
    /// Whether fillings differ enough to make many distinct texts.
    pub fn varies(&self) -> bool {
        self.slots.iter().any(|(kind, _)| matches!(kind, Kind::Uuid | Kind::Digits | Kind::Hex | Kind::Name))
    }

    /// Whether the text begins with a time or a level, as lines of logs do.
    pub fn is_log_line(&self) -> bool {
        self.text.starts_with("20") || self.text.starts_with("level=") || self.text.starts_with("time=")
    }

    /// Writes the text with other values.
    pub fn write(&self, clock: &Clock, values: &mut Values, out: &mut Vec<u8>) {
        let drawn: Vec<Vec<u8>> = self.slots.iter().map(|(kind, old)| draw(*kind, old, clock, values)).collect();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Slot(slot) => out.extend_from_slice(&drawn[*slot]),
            }
        }
    }

    /// As [`Failure::write`], with a time before it where it has none, and a line end.
    pub fn write_line(&self, clock: &Clock, values: &mut Values, out: &mut Vec<u8>) {
        if !self.is_log_line() {
            clock.write(Format::Iso, out);
            out.push(b' ');
        }
        self.write(clock, values, out);
        out.push(b'\n');
    }

    /// Gives a line that [`Failure::write_line`] wrote the clock's time in place of its own. `room` is room to work in.
    pub fn retime(&self, clock: &Clock, line: &mut [u8], room: &mut Vec<u8>) {
        room.clear();
        clock.write(Format::Iso, room);
        // `level=… time=…` has its time further in; all of them have the date first.
        let same = |window: &[u8]| window[4] == b'-' && window[7] == b'-' && window[10] == b'T' && window[13] == b':';
        let digits = |window: &[u8]| window.starts_with(b"20") && window[2..4].iter().all(u8::is_ascii_digit);
        if let Some(start) = line.windows(19).position(|window| same(window) && digits(window)) {
            let length = if line.get(start + 19) == Some(&b'.') { 23 } else { 19 };
            if let Some(old) = line.get_mut(start..start + length) {
                old.copy_from_slice(&room[..length]);
            }
        }
    }

    fn new(id: &str, channel: &str, text: &str) -> Failure {
        let mut failure = Failure {
            id: id.to_owned(),
            channel: channel.to_owned(),
            text: text.to_owned(),
            pieces: Vec::new(),
            slots: Vec::new(),
        };
        let (mut start, mut at) = (0, 0);
        while at < text.len() {
            let Some((kind, length)) = variable(text, at) else {
                at += 1;
                continue;
            };
            let old = &text[at..at + length];
            let known = failure.slots.iter().position(|slot| *slot == (kind, old.to_owned()));
            let slot = known.unwrap_or_else(|| {
                failure.slots.push((kind, old.to_owned()));
                failure.slots.len() - 1
            });
            failure.pieces.extend([Piece::Text(text[start..at].to_owned()), Piece::Slot(slot)]);
            at += length;
            start = at;
        }
        failure.pieces.push(Piece::Text(text[start..].to_owned()));
        failure
    }
}

/// What varies at this place of the text, and how long it is.
fn variable(text: &str, at: usize) -> Option<(Kind, usize)> {
    let (before, rest) = (&text.as_bytes()[..at], &text.as_bytes()[at..]);
    let run = |allowed: &dyn Fn(u8) -> bool| rest.iter().take_while(|b| allowed(**b)).count();
    for opening in ["(service ", ".amazonaws.com/"] {
        let length = run(&|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'/'));
        if before.ends_with(opening.as_bytes())
            && length >= 3
            && matches!(rest.get(length), None | Some(b')' | b':' | b'@' | b' '))
        {
            return Some((Kind::Name, length));
        }
    }
    if before.last().is_some_and(u8::is_ascii_alphanumeric) || !rest[0].is_ascii_alphanumeric() {
        return None;
    }
    if let Some(region) = REGIONS.iter().find(|region| rest.starts_with(region.as_bytes())) {
        return Some((Kind::Region, region.len()));
    }
    if before.ends_with(b".") {
        return None;
    }
    let is = |pattern: &str| {
        rest.len() >= pattern.len()
            && pattern.bytes().zip(rest).all(|(p, b)| match p {
                b'0' => b.is_ascii_digit(),
                b'x' => b.is_ascii_digit() || (b'a'..=b'f').contains(b),
                p => p == *b,
            })
    };
    if is("0000-00-00T00:00:00") {
        return Some((Kind::Time, 19));
    }
    if is("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") {
        return Some((Kind::Uuid, 36));
    }
    let word = run(&|b| b.is_ascii_alphanumeric());
    let dotted = run(&|b| b.is_ascii_digit() || b == b'.');
    let parts: Vec<&str> = text[at..at + dotted].split('.').collect();
    if parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok()) {
        return Some((Kind::Address, dotted));
    }
    let digits = run(&|b| b.is_ascii_digit());
    if digits == word && word == 12 {
        return Some((Kind::Digits, word));
    }
    let hex = run(&|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (hex == word && word >= 8 && digits < word && rest[..word].iter().any(u8::is_ascii_digit))
        .then_some((Kind::Hex, word))
}

fn draw(kind: Kind, old: &str, clock: &Clock, values: &mut Values) -> Vec<u8> {
    let mut new = Vec::new();
    match kind {
        Kind::Time => {
            clock.write(Format::IsoSeconds, &mut new);
            new.truncate(old.len());
        }
        Kind::Uuid => values.uuid(&mut new),
        // What an address belongs to is told by its front.
        Kind::Address => {
            let front = old.rfind('.').map_or(0, |dot| dot + 1);
            new.extend_from_slice(&old.as_bytes()[..front]);
            number(&mut new, values.random.between(1, 254));
        }
        Kind::Region => new.extend_from_slice(values.random.pick(REGIONS).as_bytes()),
        Kind::Digits => number(&mut new, values.random.between(100_000_000_000, 999_999_999_999)),
        Kind::Hex => values.hex(&mut new, old.len()),
        Kind::Name => {
            for part in 0..2 {
                if part > 0 {
                    new.push(b'-');
                }
                new.extend_from_slice(values.word().as_bytes());
            }
        }
    }
    new
}

/// The corpus's cases of one line whose text may be a line of a log.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn candidates() -> Result<Vec<Failure>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/cases");
    let unreadable = |error: std::io::Error| format!("corpus/cases: {error}: run it inside the repository");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).map_err(unreadable)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut failures = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(file).map_err(unreadable)?.lines() {
            let case: Value = serde_json::from_str(line).map_err(|error| format!("corpus/cases: {error}"))?;
            let field = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
            let (text, channel) = (field("text"), field("channel"));
            let in_logs =
                matches!(channel, "stopped_reason" | "container_reason" | "service_event" | "agent_log" | "log");
            if in_logs && text.is_ascii() && !text.contains('\n') && (40..900).contains(&text.len()) {
                failures.push(Failure::new(field("id"), channel, text));
            }
        }
    }
    Ok(failures)
}

/// The failures in use, in the order of [`CASES`].
///
/// # Errors
/// As of [`candidates`]; a case that the corpus no longer has.
pub fn failures() -> Result<Vec<Failure>, String> {
    let mut known = candidates()?;
    let take = |id: &str| {
        let position = known.iter().position(|failure| failure.id == id);
        let position =
            position.ok_or_else(|| format!("bench/cases.txt: {id}: the corpus has no such case of one line"))?;
        Ok(known.swap_remove(position))
    };
    CASES.lines().map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_found_and_stays_consistent() {
        let text = "CannotPullContainerError: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2 of 111122223333: dial tcp 52.219.41.3:443, request id 0a1b2c3d-0000-1111-2222-333344445555, task 0123456789abcdef0123456789abcdef, i-0a1b2c3d";
        let failure = Failure::new("a", "stopped_reason", text);
        let kinds: Vec<Kind> = failure.slots.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [Kind::Digits, Kind::Region, Kind::Name, Kind::Address, Kind::Uuid, Kind::Hex, Kind::Hex]);
        let mut out = Vec::new();
        failure.write(&Clock::new(), &mut Values::new(5), &mut out);
        let filled = String::from_utf8(out).expect("ASCII");
        let account = filled.split([' ', '.']).nth(1).expect("an account");
        assert_eq!(filled.matches(account).count(), 2, "{filled}");
        assert!(filled.contains("dial tcp 52.219.41.") && !filled.contains("0123456789abcdef"), "{filled}");
        assert!(failure.varies() && !Failure::new("b", "log", "exit code 137 at 10.0.0.1").varies());
    }
}

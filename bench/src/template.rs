//! Log messages with places for values, as `bench/programs/*.log` writes them; `bench/README.md` has the language.

use crate::clock::{Clock, Format};
use crate::value::{Values, number, padded};

/// A message of a program.
pub struct Template {
    /// How often it comes among its program's.
    pub weight: u64,
    pieces: Vec<Piece>,
}

enum Piece {
    Text(Vec<u8>),
    Time(Format),
    Number(u64, u64),
    /// From so many to so many, with three decimals.
    Fraction(u64, u64),
    Choice(Vec<Vec<u8>>),
    Listed(&'static [&'static str]),
    Hex(usize),
    UpperHex(usize),
    Base64(usize),
    Base36(usize),
    Sentence(u64, u64),
    Name(bool),
    Word,
    Uuid,
    Address(bool),
    Port,
    Host,
    Path,
    Class,
    Thread,
}

/// The messages of a file.
///
/// # Errors
/// The first line that is none, and why.
pub fn parse(text: &str) -> Result<Vec<Template>, String> {
    let mut messages: Vec<(u64, String)> = Vec::new();
    for line in text.lines() {
        if let Some(more) = line.strip_prefix("| ") {
            let (_, message) = messages.last_mut().ok_or_else(|| format!("`{line}` continues nothing"))?;
            message.push('\n');
            message.push_str(more);
            continue;
        }
        let weighted = line.split_once("* ").and_then(|(weight, rest)| Some((weight.parse().ok()?, rest)));
        let (weight, message) = weighted.unwrap_or((1, line));
        messages.push((weight, message.to_owned()));
    }
    messages.iter().map(|(weight, message)| Ok(Template { weight: *weight, pieces: pieces(message)? })).collect()
}

fn pieces(message: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = message;
    while let Some((before, behind)) = rest.split_once("${") {
        let (place, behind) =
            behind.split_once('}').ok_or_else(|| format!("`{message}` has a place without an end"))?;
        pieces.push(Piece::Text(before.into()));
        pieces.push(piece(place).ok_or_else(|| format!("`${{{place}}}` is no value"))?);
        rest = behind;
    }
    let mut end = rest.to_owned();
    end.push('\n');
    pieces.push(Piece::Text(end.into()));
    Ok(pieces)
}

fn piece(place: &str) -> Option<Piece> {
    if let Some(choices) = place.strip_prefix('=') {
        return Some(Piece::Choice(choices.split('|').map(|choice| choice.as_bytes().to_vec()).collect()));
    }
    let (kind, argument) = place.split_once(':').unwrap_or((place, ""));
    let range = || {
        let (low, high) = argument.split_once('-')?;
        Some((low.parse::<u64>().ok()?, high.parse::<u64>().ok()?)).filter(|(low, high)| low <= high)
    };
    let length = || argument.parse().ok();
    let format = |format| Some(Piece::Time(format));
    match kind {
        "n" => range().map(|(low, high)| Piece::Number(low, high)),
        "f" => range().map(|(low, high)| Piece::Fraction(low, high)),
        "words" => range().map(|(low, high)| Piece::Sentence(low, high)),
        "hex" => length().map(Piece::Hex),
        "HEX" => length().map(Piece::UpperHex),
        "b64" => length().map(Piece::Base64),
        "base36" => length().map(Piece::Base36),
        "Name" => Some(Piece::Name(true)),
        "name" => Some(Piece::Name(false)),
        "word" => Some(Piece::Word),
        "uuid" => Some(Piece::Uuid),
        "ip" => Some(Piece::Address(false)),
        "lan" => Some(Piece::Address(true)),
        "port" => Some(Piece::Port),
        "host" => Some(Piece::Host),
        "path" => Some(Piece::Path),
        "class" => Some(Piece::Class),
        "thread" => Some(Piece::Thread),
        "date" => format(Format::Date),
        "iso-seconds" => format(Format::IsoSeconds),
        "iso" => format(Format::Iso),
        "iso-micros" => format(Format::IsoMicros),
        "plain-micros" => format(Format::PlainMicros),
        "iso-comma" => format(Format::IsoComma),
        "seconds" => format(Format::Seconds),
        "sql" => format(Format::Sql),
        "sql-comma" => format(Format::SqlComma),
        "slash" => format(Format::Slash),
        "common-log" => format(Format::CommonLog),
        "haproxy" => format(Format::Haproxy),
        "syslog" => format(Format::Syslog),
        "klog" => format(Format::Klog),
        "redis" => format(Format::Redis),
        "php" => format(Format::Php),
        "epoch" => format(Format::Epoch),
        "epoch-millis" => format(Format::EpochMillis),
        "epoch-fraction" => format(Format::EpochFraction),
        _ => Values::listed(kind).map(Piece::Listed),
    }
}

impl Template {
    /// Writes the message, of one line or more, with its line end.
    pub fn write(&self, clock: &Clock, values: &mut Values, out: &mut Vec<u8>) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Time(format) => clock.write(*format, out),
                Piece::Number(low, high) => number(out, values.random.between(*low, *high)),
                Piece::Fraction(low, high) => {
                    let thousandths = values.random.between(low * 1000, high * 1000);
                    number(out, thousandths / 1000);
                    out.push(b'.');
                    padded(out, thousandths % 1000, 3);
                }
                Piece::Choice(choices) => out.extend_from_slice(values.random.pick::<Vec<u8>>(choices)),
                Piece::Listed(list) => out.extend_from_slice(values.random.pick(list).as_bytes()),
                Piece::Hex(digits) => values.hex(out, *digits),
                Piece::UpperHex(digits) => {
                    let start = out.len();
                    values.hex(out, *digits);
                    out[start..].make_ascii_uppercase();
                }
                Piece::Base64(length) => values.base64(out, *length),
                Piece::Base36(length) => values.base36(out, *length),
                Piece::Sentence(low, high) => {
                    let words = values.random.between(*low, *high);
                    values.sentence(out, words);
                }
                Piece::Name(upper) => values.name(out, *upper),
                Piece::Word => out.extend_from_slice(values.word().as_bytes()),
                Piece::Uuid => values.uuid(out),
                Piece::Address(private) => values.address(out, *private),
                Piece::Port => number(out, values.random.between(1025, 65_535)),
                Piece::Host => values.host(out),
                Piece::Path => values.path(out),
                Piece::Class => values.class(out),
                Piece::Thread => values.thread(out),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_continued_lines_belong_together() {
        let templates = parse("3* a ${n:5-5} ${=x|x} ${hex:3}!\n| b\nlast").expect("right");
        assert_eq!(templates.iter().map(|template| template.weight).collect::<Vec<_>>(), [3, 1]);
        let mut out = Vec::new();
        templates[0].write(&Clock::new(), &mut Values::new(1), &mut out);
        let text = String::from_utf8(out).expect("ASCII");
        assert!(
            text.starts_with("a 5 x ") && text.ends_with("!\nb\n") && text.len() == "a 5 x 123!\nb\n".len(),
            "{text}"
        );
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(parse("| x").err().as_deref(), Some("`| x` continues nothing"));
        assert_eq!(parse("${colour}").err().as_deref(), Some("`${colour}` is no value"));
        assert_eq!(parse("${n:9-1}").err().as_deref(), Some("`${n:9-1}` is no value"));
        assert!(parse("a ${n").is_err());
    }
}

//! Templates, taken apart once and filled in for every record.

use super::fill::Facts;
use crate::knowledge::{Piece, pieces};
use crate::vocabulary::Fact;

/// A text with places for facts.
#[derive(Default)]
pub(super) struct Template {
    text: Box<str>,
    places: Box<[Place]>,
}

/// Where a value goes.
struct Place {
    /// Bytes of `{name}`.
    start: usize,
    end: usize,
    /// `None` where no fact has that name.
    fact: Option<Fact>,
    /// What follows goes on with a name.
    joined: bool,
    /// It stands between backticks.
    in_code: bool,
}

impl Template {
    pub(super) fn new(text: &str) -> Template {
        let pieces = pieces(text);
        let (mut at, mut in_code) = (0, false);
        let mut places = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => {
                    at += text.len();
                    in_code ^= text.bytes().filter(|byte| *byte == b'`').count() % 2 == 1;
                }
                Piece::Name(name) => {
                    let start = at;
                    at += name.len() + 2;
                    let joined = pieces.get(number + 1).is_some_and(goes_on_with_a_name);
                    places.push(Place { start, end: at, fact: Fact::parse(name), joined, in_code });
                }
            }
        }
        Template { text: text.into(), places: places.into() }
    }

    /// A sentence: values where they are known. Where not, a noun; a placeholder where the value is a part of a name or
    /// stands in code (`com.amazonaws.{region}.s3`).
    pub(super) fn prose(&self, facts: &Facts) -> String {
        let mut filled = String::with_capacity(self.capacity());
        let mut kept = 0;
        for place in &self.places {
            filled.push_str(&self.text[kept..place.start]);
            kept = place.end;
            let Some(fact) = place.fact else { continue };
            let noun = fact.noun();
            match facts.get(&fact) {
                Some(value) => filled.push_str(value),
                None if place.joined || place.in_code || filled.chars().next_back().is_some_and(is_part_of_a_name) => {
                    filled.push_str(fact.placeholder());
                }
                // "the address {address}" says the noun already.
                None if filled.trim_end().ends_with(noun.trim_start_matches("the ")) => {
                    filled.truncate(filled.trim_end().len());
                }
                None => filled.push_str(noun),
            }
        }
        filled.push_str(&self.text[kept..]);
        filled
    }

    /// Code: values where they are known, placeholders in capitals where not. Also gives the names of the facts that were
    /// not known. Values have been admitted by [`Fact::shape`], so none of them can end a string or start a command.
    pub(super) fn code(&self, facts: &Facts) -> (String, Vec<String>) {
        let mut filled = String::with_capacity(self.capacity());
        let mut missing: Vec<String> = Vec::new();
        let mut kept = 0;
        for place in &self.places {
            let Some(fact) = place.fact else { continue };
            filled.push_str(&self.text[kept..place.start]);
            kept = place.end;
            if let Some(value) = facts.get(&fact) {
                filled.push_str(value);
                continue;
            }
            if fact != Fact::Partition && !missing.iter().any(|name| name == fact.as_str()) {
                missing.push(fact.as_str().to_owned());
            }
            filled.push_str(fact.placeholder());
        }
        filled.push_str(&self.text[kept..]);
        (filled, missing)
    }

    /// Values are longer than their names, mostly.
    fn capacity(&self) -> usize {
        self.text.len() + 16 * self.places.len()
    }
}

fn goes_on_with_a_name(piece: &Piece<'_>) -> bool {
    let Piece::Text(text) = piece else { return true };
    let mut rest = text.chars();
    match rest.next() {
        // A full stop ends a sentence, unless a name goes on behind it.
        Some('.' | ':') => rest.next().is_some_and(char::is_alphanumeric),
        other => other.is_some_and(is_part_of_a_name),
    }
}

fn is_part_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | ':' | '=' | '@' | '*')
}

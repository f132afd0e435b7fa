//! A problem's page, filled in with the values of a record.

use super::evaluate::{Literals, Truth, View};
use super::explanation::{Cause, CauseState, Check, Explanation, Fix, Misleading, RuledOut};
use crate::knowledge::{Page, Piece, pieces};
use crate::record::Record;
use crate::signal::Signals;
use crate::vocabulary::{Fact, SignalName, Value};
use std::collections::BTreeMap;

type Facts = BTreeMap<Fact, String>;

pub(super) fn fill(page: &Page, signals: &Signals, literals: &Literals, explanation: &mut Explanation) {
    // Conditions of causes look at signals and fragments; the record's own fields are signals as well.
    let record = record_of(explanation);
    let view = View::new(&record, signals, literals);
    let facts = &signals.facts;
    explanation.summary = fill_prose(&page.summary, facts);
    explanation.ruled_out = page
        .rules_out
        .iter()
        .filter(|row| row.when.as_ref().is_none_or(|when| view.truth(when) == Truth::True))
        .map(|row| RuledOut { what: row.what.clone(), because: fill_prose(&row.because, facts) })
        .collect();
    explanation.misleading = page
        .misleading
        .iter()
        .filter(|row| {
            let id = Value::text(row.id.as_str());
            [SignalName::Advice, SignalName::Wrapper, SignalName::Finding]
                .iter()
                .any(|name| signals.position(*name, &id).is_some())
        })
        .map(|row| Misleading { says: row.says.clone(), truth: fill_prose(&row.truth, facts) })
        .collect();
    let (mut first, mut middle, mut last, mut excluded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for cause in &page.causes {
        let when = cause.when.as_ref().map(|when| view.truth(when));
        if when == Some(Truth::False) {
            continue;
        }
        let is_excluded = cause.unless.as_ref().is_some_and(|unless| view.truth(unless) == Truth::True);
        let filled = Cause {
            id: cause.id.clone(),
            title: fill_prose(&cause.title, facts),
            why: fill_prose(&cause.why, facts),
            state: if is_excluded { CauseState::Excluded } else { CauseState::Open },
            because: is_excluded.then(|| fill_prose(&cause.because, facts)),
            seen: cause.seen,
            of: cause.of,
            checks: cause
                .checks
                .iter()
                .map(|check| Check { run: fill_code(&check.run, facts).0, expect: fill_prose(&check.expect, facts) })
                .collect(),
            fixes: cause
                .fixes
                .iter()
                .map(|fix| {
                    let (text, placeholders) = fill_code(&fix.text, facts);
                    Fix {
                        form: fix.form,
                        when: fix.when.clone(),
                        title: fill_prose(&fix.title, facts),
                        text,
                        placeholders,
                    }
                })
                .collect(),
        };
        let preferred = cause.prefer.as_ref().is_some_and(|prefer| view.truth(prefer) == Truth::True);
        match (is_excluded, when) {
            (true, _) => excluded.push(filled),
            _ if preferred => first.push(filled),
            (false, Some(Truth::True)) => first.push(filled),
            (false, None) => middle.push(filled),
            (false, Some(_)) => last.push(filled),
        }
    }
    first.append(&mut middle);
    first.append(&mut last);
    first.append(&mut excluded);
    explanation.causes = first;
    explanation.references.clone_from(&page.references);
}

/// The record again, as far as conditions need it.
fn record_of(explanation: &Explanation) -> Record {
    let mut record = Record::new(explanation.record.kind.unwrap_or(crate::record::RecordKind::Text));
    record.texts.clone_from(&explanation.record.texts);
    record.containers = explanation.record.containers.iter().map(|_| crate::record::Container::default()).collect();
    record
}

/// A sentence: values where they are known. Where not, a noun; a placeholder where the value is a part of a name or stands in
/// code (`com.amazonaws.{region}.s3`).
pub(crate) fn fill_prose(template: &str, facts: &Facts) -> String {
    let pieces = pieces(template);
    let mut filled = String::with_capacity(template.len());
    for (at, piece) in pieces.iter().enumerate() {
        match *piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Name(name) => {
                let Some(fact) = Fact::parse(name) else { continue };
                let before = filled.chars().next_back().is_some_and(is_part_of_a_name);
                let after = match pieces.get(at + 1) {
                    Some(Piece::Text(text)) => {
                        let mut rest = text.chars();
                        match rest.next() {
                            // A full stop ends a sentence, unless a name goes on behind it.
                            Some('.' | ':') => rest.next().is_some_and(char::is_alphanumeric),
                            other => other.is_some_and(is_part_of_a_name),
                        }
                    }
                    Some(Piece::Name(_)) => true,
                    None => false,
                };
                let in_code = filled.matches('`').count() % 2 == 1;
                let noun = fact.noun();
                match facts.get(&fact) {
                    Some(value) => filled.push_str(value),
                    None if before || after || in_code => filled.push_str(fact.placeholder()),
                    // "the address {address}" says the noun already.
                    None if filled.trim_end().ends_with(noun.trim_start_matches("the ")) => {
                        filled.truncate(filled.trim_end().len());
                    }
                    None => filled.push_str(noun),
                }
            }
        }
    }
    filled
}

fn is_part_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | ':' | '=' | '@' | '*')
}

/// Code: values where they are known, placeholders in capitals where not. Also gives the names of the facts that were
/// not known. Values have been admitted by [`Fact::shape`], so none of them can end a string or start a command.
pub fn fill_code(template: &str, facts: &Facts) -> (String, Vec<String>) {
    let mut missing = Vec::new();
    let text = fill_pieces(template, |fact| match facts.get(&fact) {
        Some(value) => value.clone(),
        None => {
            let name = fact.as_str().to_owned();
            if !missing.contains(&name) && fact != Fact::Partition {
                missing.push(name);
            }
            fact.placeholder().to_owned()
        }
    });
    (text, missing)
}

fn fill_pieces(template: &str, mut value: impl FnMut(Fact) -> String) -> String {
    pieces(template)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Name(name) => Fact::parse(name).map_or_else(|| format!("{{{name}}}"), &mut value),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_stay_visible() {
        let facts = Facts::from([(Fact::Region, "eu-west-1".to_owned())]);
        let (text, missing) = fill_code("aws --region {region} --group-id {security_group}", &facts);
        assert_eq!(text, "aws --region eu-west-1 --group-id SECURITY_GROUP_ID");
        assert_eq!(missing, ["security_group"]);
        assert_eq!(fill_prose("{security_group} in {region}.", &facts), "the task's security group in eu-west-1.");
        let nothing = Facts::new();
        assert_eq!(
            fill_prose("the text shows the address {address} of it", &nothing),
            "the text shows the address of it"
        );
        assert_eq!(
            fill_prose("to com.amazonaws.{region}.s3, or `aws --region {region}`", &nothing),
            "to com.amazonaws.REGION.s3, or `aws --region REGION`"
        );
        assert_eq!(
            fill_prose("the task runs in {region}: look there", &nothing),
            "the task runs in the task's region: look there"
        );
    }
}

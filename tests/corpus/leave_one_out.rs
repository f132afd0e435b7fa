//! Knowledge must be of failures, not of sentences: each case of the corpus is judged again by knowledge from which every text
//! is taken out that stands in no other case and in no example but those of the same source. What still answers rightly does
//! not hang on that one message.

use crate::cases::{cases, given, percent, record};
use ecsplain::knowledge::{Compiled, MatchPart, squeeze};
use ecsplain::vocabulary::Certainty;
use ecsplain::{Explainer, Ranges};
use std::collections::BTreeSet;

/// A message somewhere, in the form that texts are compared in.
struct Witness {
    source: String,
    squeezed: String,
    raw: String,
}

/// Every text of the knowledge that can decide something, with a way to take it out.
fn texts(matching: &mut MatchPart) -> Vec<&mut String> {
    let tables = &mut matching.tables;
    let mut texts: Vec<&mut String> = matching.fragments.iter_mut().collect();
    for row in &mut tables.wrappers {
        texts.extend(row.texts.iter_mut());
    }
    for row in &mut tables.advice {
        texts.extend(row.texts.iter_mut());
    }
    for row in &mut tables.modes {
        texts.extend(row.texts.iter_mut());
    }
    for row in &mut tables.codes {
        texts.extend(row.texts.iter_mut());
    }
    for row in &mut tables.stops {
        texts.extend(row.texts.iter_mut());
    }
    for row in tables.placement.iter_mut().chain(&mut tables.target_health) {
        texts.extend(row.texts.iter_mut());
    }
    for row in &mut tables.findings {
        texts.extend(row.texts.iter_mut());
    }
    texts
}

/// Stands in no message.
const NOWHERE: &str = "\u{1}taken-out\u{1}";

#[test]
fn most_answers_hold_without_what_only_their_own_message_taught() {
    let compiled = Compiled::builtin();
    let cases = cases();
    let mut witnesses: Vec<Witness> = cases.iter().map(|case| witness(&case.source, &case.text)).collect();
    for at in 0..compiled.matching.problems.len() {
        let page = compiled.page(at).unwrap();
        witnesses.extend(page.examples.iter().map(|example| witness(&example.source, &example.text)));
    }
    let whole = Explainer::new(compiled.clone(), Ranges::embedded());
    let (mut right, mut wrong_but_certain, mut changed, mut lost) = (0, 0, 0, BTreeSet::new());
    for case in &cases {
        let own = witness(&case.source, &case.text);
        let others: Vec<&Witness> =
            witnesses.iter().filter(|other| other.source != own.source && other.squeezed != own.squeezed).collect();
        let mut reduced = compiled.clone();
        let mut taken = 0;
        for text in texts(&mut reduced.matching) {
            let squeezed = squeeze(text);
            if own.squeezed.contains(&squeezed) && !others.iter().any(|other| other.squeezed.contains(&squeezed)) {
                NOWHERE.clone_into(text);
                taken += 1;
            }
        }
        for expression in &mut reduced.matching.regexes {
            let text = &mut expression.text;
            let Ok(regex) = regex::bytes::RegexBuilder::new(text).unicode(false).build() else { continue };
            let finds = |witness: &Witness| regex.is_match(witness.raw.as_bytes());
            if finds(&own) && !others.iter().any(|other| finds(other)) {
                NOWHERE.clone_into(text);
                expression.signs.clear();
                taken += 1;
            }
        }
        changed += usize::from(taken > 0);
        reduced.index_again();
        let rebuilt = (taken > 0).then(|| Explainer::new(reduced, Ranges::embedded()));
        let explanation = rebuilt.as_ref().unwrap_or(&whole).explain(&record(case));
        let answer = given(explanation.as_ref());
        if answer == case.problem {
            right += 1;
        } else {
            let certain = explanation.is_some_and(|explanation| explanation.certainty == Certainty::Certain);
            wrong_but_certain += usize::from(certain);
            lost.insert(format!(
                "{}: {answer} instead of {}{}",
                case.id,
                case.problem,
                if certain { ", certain" } else { "" }
            ));
        }
    }
    println!(
        "\nleave one out: {right} of {} right ({:.0} %), {changed} cases had a text of their own, {wrong_but_certain} wrong although certain",
        cases.len(),
        percent(right, cases.len())
    );
    for line in &lost {
        println!("  {line}");
    }
    assert!(percent(right, cases.len()) >= BAR, "answers that hang on one sentence: {lost:#?}");
}

/// Below this the knowledge has become a list of sentences.
const BAR: f64 = 75.0;

fn witness(source: &str, text: &str) -> Witness {
    Witness { source: source.to_owned(), squeezed: squeeze(text), raw: text.to_owned() }
}

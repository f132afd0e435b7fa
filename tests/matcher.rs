//! The fast matcher gives the answers of the slow reference matcher, for texts of all kinds.

#![allow(clippy::unwrap_used)]

use ecsplain::explain::Strategy as Matching;
use ecsplain::record::RecordKind;
use ecsplain::{Explainer, Record};
use proptest::prelude::*;
use std::sync::LazyLock;

static EXPLAINER: LazyLock<Explainer> = LazyLock::new(Explainer::builtin);

/// Every text that produces a signal, every fragment of a condition, every example.
static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let compiled = ecsplain::knowledge::Compiled::builtin();
    let tables = &compiled.matching.tables;
    let mut pieces = compiled.matching.fragments.clone();
    pieces.extend(tables.errors.iter().map(|row| format!("{}: ", row.name)));
    pieces.extend(tables.wrappers.iter().flat_map(|row| row.texts.clone()));
    pieces.extend(tables.advice.iter().flat_map(|row| row.texts.clone()));
    pieces.extend(tables.modes.iter().flat_map(|row| row.texts.iter().chain(&row.after).cloned()));
    pieces.extend(tables.codes.iter().flat_map(|row| row.texts.clone()));
    pieces.extend(tables.stops.iter().flat_map(|row| row.texts.clone()));
    for text in [
        "dial tcp 52.219.41.3:443: ",
        "dial tcp 10.0.0.1:443: ",
        "dial tcp 8.8.8.8:443: ",
        "Post \"https://api.ecr.eu-west-1.amazonaws.com/\": ",
        "Get 111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:b: ",
        "https://registry-1.docker.io/v2/a/manifests/b: 429 Too Many Requests",
        "StatusCode: 400, RequestID: 0123abcd-0123, ",
        "StatusCode: 0, RequestID: , ",
        "linux/amd64",
        "Exit Code: 137",
        "...",
        "\"",
        "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: ecr:BatchGetImage on resource: x because no identity-based policy allows",
    ] {
        pieces.push(text.to_owned());
    }
    for at in 0..compiled.matching.problems.len() {
        pieces.extend(compiled.page(at).unwrap().examples.into_iter().map(|example| example.text));
    }
    pieces
});

fn same(text: &str, kind: RecordKind) {
    let mut record = Record::of_text(text);
    record.kind = kind;
    let fast = EXPLAINER.explain_with(&record, Matching::Fast);
    let slow = EXPLAINER.explain_with(&record, Matching::Reference);
    assert_eq!(fast, slow, "for {text:?} as {kind:?}");
}

const KINDS: [RecordKind; 4] = [RecordKind::Text, RecordKind::StoppedTask, RecordKind::ServiceEvent, RecordKind::Log];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fast_is_reference_on_mixed_pieces(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        kind in prop::sample::select(&KINDS[..]),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut text = picks.iter().map(|pick| pick.get(&PIECES).as_str()).collect::<Vec<_>>().join(" ");
        if cuts {
            let mut end = cut.index(text.len() + 1);
            while !text.is_char_boundary(end) { end -= 1; }
            text.truncate(end);
        }
        same(&text, kind);
    }

    #[test]
    fn any_text_is_taken_without_harm(text in "\\PC{0,200}") {
        same(&text, RecordKind::Text);
    }
}

/// Every example, cut after every eighth byte.
#[test]
fn fast_is_reference_on_cut_examples() {
    let compiled = ecsplain::knowledge::Compiled::builtin();
    for at in 0..compiled.matching.problems.len() {
        for example in compiled.page(at).unwrap().examples.iter().take(1) {
            for end in (0..=example.text.len()).step_by(8).filter(|end| example.text.is_char_boundary(*end)) {
                same(&example.text[..end], RecordKind::Text);
            }
        }
    }
}

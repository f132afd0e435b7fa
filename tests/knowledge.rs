//! The built-in knowledge: every example gives its problem alone, every near miss gives something else.

#![cfg(feature = "authoring")]
#![allow(clippy::unwrap_used)]

use ecsplain::explain::prove::prove;
use ecsplain::knowledge::compile::{Incidents, compile};
use ecsplain::knowledge::source::Sources;
use ecsplain::{Explainer, Ranges};
use std::path::{Path, PathBuf};

fn sources() -> Sources {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    let mut sources = Sources::default();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                add(&mut sources, &root, &path);
            }
        }
    }
    sources
}

fn add(sources: &mut Sources, root: &Path, path: &Path) {
    let relative = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    sources.add(&relative, &relative, std::fs::read_to_string(path).unwrap());
}

/// Compiles a small knowledge of one broken entry, and gives what the checker says.
fn complaints(entry: &str) -> String {
    let mut sources = sources();
    sources.add("layers/broken.yaml", "broken.yaml", entry.to_owned());
    let findings = compile(&sources, &Incidents::new()).err().unwrap_or_default();
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

const GOOD: &str = r#"id: broken
title: A test
stage: layers
severity: failure
since: 0.1.0
summary: A test.
match:
  - {in: [text], certainty: likely, all: [{says: "quite improbable words"}]}
causes:
  - {id: one, title: One}
examples:
  - {text: "quite improbable words", source: made up}
near_misses:
  - {text: "quite probable words", is: unknown}
"#;

#[test]
fn every_example_and_near_miss_is_answered_as_it_says() {
    let sources = sources();
    let compiled = compile(&sources, &Incidents::new()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    assert!(compiled.matching.problems.len() >= 70, "{} problems", compiled.matching.problems.len());
    let findings = prove(&Explainer::new(compiled, Ranges::embedded()), &sources);
    let shown: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    assert!(findings.is_empty(), "{shown}");
}

#[test]
fn a_good_entry_has_no_complaint() {
    assert_eq!(complaints(GOOD), "");
}

#[test]
fn mistakes_are_told_with_line_and_column() {
    for (from, to, told) in [
        ("since: 0.1.0", "sinse: 0.1.0", "unknown field `sinse`"),
        ("stage: layers", "stage: layer", "unknown stage `layer`"),
        ("{says: \"quite improbable words\"}", "{sais: \"quite improbable words\"}", "no signal `sais`"),
        ("{says: \"quite improbable words\"}", "{mode: dns.gone}", "`dns.gone` is no value of `mode`"),
        ("all: [{says: \"quite improbable words\"}]", "not: [{mode: dns}]", "nothing that must be there"),
        ("{says: \"quite improbable words\"}", "{regex: \"(a\"}", "cannot compile"),
        ("title: One}", "title: \"{nobody} did it\"}", "no fact `nobody`"),
        ("title: One}", "title: One, fixes: [{use: no-such-fix}]}", "no shared fix `no-such-fix`"),
        ("causes:", "over: [no-such-problem]\ncauses:", "no other problem"),
        ("causes:", "over: [layers-failed]\nreferences: [\"http://example.com\"]\ncauses:", "https://"),
        ("in: [text]", "in: [log]", "needs a text of its own"),
        ("id: one", "id: One", "kebab-case"),
        ("is: unknown", "is: nowhere", "another problem's id"),
    ] {
        let broken = GOOD.replacen(from, to, 1).replace(
            "in: [log], certainty: likely, all: [{says: \"quite improbable words\"}]",
            "in: [log], certainty: likely, all: [{mode: dns}]",
        );
        assert_ne!(broken, GOOD);
        let said = complaints(&broken);
        assert!(said.contains(told), "{to}: {said}");
        assert!(said.contains("broken.yaml:"), "{said}");
    }
}

#[test]
fn a_circle_under_over_is_refused() {
    let mut sources = sources();
    sources.add("layers/broken.yaml", "broken.yaml", GOOD.replace("causes:", "over: [other]\ncauses:"));
    sources.add(
        "layers/other.yaml",
        "other.yaml",
        GOOD.replace("id: broken", "id: other").replace("causes:", "over: [broken]\ncauses:"),
    );
    let findings = compile(&sources, &Incidents::new()).unwrap_err();
    assert!(findings.iter().any(|finding| finding.message.contains("circle")), "{findings:#?}");
}

#[test]
fn an_example_that_gives_something_else_is_told() {
    let mut sources = sources();
    sources.add(
        "layers/broken.yaml",
        "broken.yaml",
        GOOD.replace("{text: \"quite improbable words\"", "{text: \"other words\""),
    );
    let compiled = compile(&sources, &Incidents::new()).unwrap();
    let findings = prove(&Explainer::new(compiled, Ranges::embedded()), &sources);
    assert!(
        findings.iter().any(|finding| finding.file == "broken.yaml" && finding.message.contains("gives `unknown`")),
        "{findings:#?}"
    );
}

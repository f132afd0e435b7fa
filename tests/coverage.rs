//! Coverage: every stop code, documented stopped reason, error name, service event, event name, API failure and runbook finding
//! has a problem that answers it, and an example that proves it. `docs/coverage.md` is written from the same rows.

#![allow(clippy::unwrap_used)]

use ecsplain::knowledge::Compiled;
use ecsplain::record::RecordKind;
use ecsplain::{Explainer, Input, Item, Outcome, Record, read};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// One documented thing, how it looks, and what answers it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// `stop code`, `stopped reason`, `error name`, `service event`, `event name`, `API failure`, `runbook finding`, …
    kind: String,
    /// What is documented: a code, a name, or the message with its variable parts as `…`.
    item: String,
    /// A text that shows it, or a JSON document.
    example: serde_json::Value,
    /// The problem that answers it, or `normal`.
    problem: String,
    /// Where it is documented.
    source: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("tests/coverage.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// What the example gives.
fn answer(explainer: &Explainer, row: &Row) -> String {
    let record = match &row.example {
        serde_json::Value::String(text) => Record::of_text(text),
        document => {
            let bytes = serde_json::to_vec(document).unwrap();
            let items = read(&Input { source: "coverage", bytes: &bytes, asked: false, gate: &|_| None });
            let record = items.into_iter().find_map(|item| match item {
                Item::Record(record) => Some(*record),
                _ => None,
            });
            record.unwrap_or_else(|| panic!("{}: no record in the example", row.item))
        }
    };
    assert_ne!(record.kind, RecordKind::Log);
    match explainer.explain(&record) {
        Some(explanation) => match (explanation.problem, explanation.outcome) {
            (Some(problem), _) => problem.id,
            (None, Outcome::Normal) => "normal".to_owned(),
            (None, _) => "unknown".to_owned(),
        },
        None => "silent".to_owned(),
    }
}

#[test]
fn everything_documented_is_answered_by_the_problem_that_the_table_names() {
    let explainer = Explainer::builtin();
    let mut wrong = Vec::new();
    for row in rows() {
        let given = answer(&explainer, &row);
        if given != row.problem {
            wrong.push(format!("{} `{}`: {given}, not {}", row.kind, row.item, row.problem));
        }
        if given == "unknown" || given == "silent" {
            wrong.push(format!("{} `{}` has no answer", row.kind, row.item));
        }
        if !row.source.starts_with("https://") {
            wrong.push(format!("{} `{}`: no source", row.kind, row.item));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The closed lists that ECS's SDK, its agent and our tables have: none may lack a row.
#[test]
fn no_row_is_missing() {
    let stop_codes = [
        "TaskFailedToStart",
        "EssentialContainerExited",
        "UserInitiated",
        "ServiceSchedulerInitiated",
        "SpotInterruption",
        "TerminationNotice",
        "InfrastructureHealth",
        "(absent)",
        "(not yet invented)",
    ];
    let tables = Compiled::builtin().matching.tables;
    let mut wanted: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    wanted.insert("stop code", stop_codes.iter().map(ToString::to_string).collect());
    wanted.insert("error name", tables.errors.iter().map(|row| row.name.clone()).collect());
    wanted.insert("placement reason", tables.placement.iter().map(|row| row.reason.clone()).collect());
    wanted.insert("target health", tables.target_health.iter().map(|row| row.reason.clone()).collect());
    wanted.insert("runbook finding", tables.findings.iter().map(|row| row.id.clone()).collect());
    let rows = rows();
    let mut missing = Vec::new();
    for (kind, items) in wanted {
        for item in items {
            if !rows.iter().any(|row| row.kind == kind && row.item == item) {
                missing.push(format!("{kind} `{item}`"));
            }
        }
    }
    for (kind, least) in [("stopped reason", 25), ("service event", 30), ("event name", 20), ("exit code", 15)] {
        let count = rows.iter().filter(|row| row.kind == kind).count();
        if count < least {
            missing.push(format!("{kind}: {count} rows, at least {least}"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_page_is_as_the_rows_say() {
    let mut page = String::from(
        "# Coverage\n\nWhat ECS, its agent and AWS's runbook document, the problem that answers it (`ecsplain show ID`), and an example that \
         proves it. Written by `tests/coverage.rs` from `tests/coverage.jsonl`; a test holds each row to what ecsplain answers.\n",
    );
    let rows = rows();
    let mut kinds: Vec<&str> = Vec::new();
    for row in &rows {
        if !kinds.contains(&row.kind.as_str()) {
            kinds.push(&row.kind);
        }
    }
    for kind in kinds {
        let _ = write!(page, "\n## {}\n\n| documented | answered by | example |\n| --- | --- | --- |\n", title(kind));
        for row in rows.iter().filter(|row| row.kind == kind) {
            let example = match &row.example {
                serde_json::Value::String(text) => text.clone(),
                document => document.to_string(),
            };
            let _ = writeln!(page, "| {} | `{}` | {} |", cell(&row.item), row.problem, cell(&cut(&example)));
        }
    }
    let path = root().join("docs/coverage.md");
    if std::env::var_os("ECSPLAIN_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == page, "docs/coverage.md is not as tests/coverage.jsonl says; run with ECSPLAIN_UPDATE=1");
}

fn title(kind: &str) -> String {
    let mut letters = kind.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect()) + "s"
}

/// In a cell of a Markdown table, as code.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('`', "'");
    format!("`{line}`")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= 160 { text.to_owned() } else { text.chars().take(159).collect::<String>() + "…" }
}

//! The labelled messages, and each as a record.

use ecsplain::{Explanation, Input, Item, Outcome, Record, read};
use serde::Deserialize;
use std::path::PathBuf;

/// A message and what it turned out to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // fields for readers
pub struct Case {
    pub id: String,
    pub source: String,
    pub channel: String,
    pub text: String,
    pub stop_code: Option<String>,
    pub exit_code: Option<i64>,
    pub launch: Option<String>,
    pub problem: String,
    pub cause: Option<String>,
    #[serde(default)]
    pub also_causes: Vec<String>,
    pub confirmed: String,
    /// Whether the text alone decides the cause.
    pub decides: bool,
    #[serde(default)]
    pub note: String,
}

pub fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

pub fn files(name: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

pub fn cases() -> Vec<Case> {
    files("cases", "jsonl")
        .iter()
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.lines()
                .map(|line| {
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}: {line}", path.display()))
                })
                .collect::<Vec<Case>>()
        })
        .collect()
}

/// The case as a record: a task document where the report says more than the text, else the text.
pub fn record(case: &Case) -> Record {
    let is_reason = matches!(case.channel.as_str(), "stopped_reason" | "container_reason");
    let says_more = case.stop_code.is_some() || case.exit_code.is_some() || case.launch.is_some();
    if case.text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(&case.text).is_ok() {
        return first_record(case, case.text.as_bytes());
    }
    if !(is_reason && says_more) {
        return Record::of_text(&case.text);
    }
    let mut container = serde_json::json!({ "name": "app", "lastStatus": "STOPPED" });
    let mut task = serde_json::json!({ "lastStatus": "STOPPED" });
    if let Some(code) = case.exit_code {
        container["exitCode"] = code.into();
    }
    if case.channel == "container_reason" {
        container["reason"] = case.text.as_str().into();
    } else {
        task["stoppedReason"] = case.text.as_str().into();
    }
    if let Some(code) = &case.stop_code {
        task["stopCode"] = code.as_str().into();
    }
    if let Some(launch) = &case.launch {
        task["launchType"] = launch.as_str().into();
    }
    task["containers"] = serde_json::json!([container]);
    let bytes = serde_json::to_vec(&task).unwrap();
    first_record(case, &bytes)
}

fn first_record(case: &Case, bytes: &[u8]) -> Record {
    let items = read(&Input { source: &case.id, bytes, asked: true, gate: &|_| None });
    match items.into_iter().next() {
        Some(Item::Record(record)) => *record,
        other => panic!("{}: {other:?}", case.id),
    }
}

/// What was answered: a problem's id, `normal`, `unknown` or `silent`.
pub fn given(explanation: Option<&Explanation>) -> String {
    let problem = explanation.and_then(|explanation| explanation.problem.as_ref());
    match (problem, explanation.map(|explanation| explanation.outcome)) {
        (Some(problem), _) => problem.id.clone(),
        (None, Some(Outcome::Normal)) => "normal".to_owned(),
        (None, Some(_)) => "unknown".to_owned(),
        (None, None) => "silent".to_owned(),
    }
}

#[allow(clippy::cast_precision_loss)] // a few hundred cases
pub fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

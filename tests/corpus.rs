//! The labelled corpus: real messages with the problem and the cause that the people concerned confirmed, and ordinary
//! logs that must stay silent. Prints a table and holds it to the project's bars.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use ecsplain::vocabulary::Certainty;
use ecsplain::{Explainer, Explanation, Input, Item, Outcome, Record, gate::Gate, read};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A message and what it turned out to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // fields for readers
struct Case {
    id: String,
    source: String,
    channel: String,
    text: String,
    stop_code: Option<String>,
    exit_code: Option<i64>,
    launch: Option<String>,
    problem: String,
    cause: Option<String>,
    #[serde(default)]
    also_causes: Vec<String>,
    confirmed: String,
    /// Whether the text alone decides the cause.
    decides: bool,
    #[serde(default)]
    note: String,
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

fn files(name: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn cases() -> Vec<Case> {
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
fn record(case: &Case) -> Record {
    let is_reason = matches!(case.channel.as_str(), "stopped_reason" | "container_reason");
    let says_more = case.stop_code.is_some() || case.exit_code.is_some() || case.launch.is_some();
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
    let items = read(&Input { source: &case.id, bytes: &bytes, asked: false, gate: &|_| None });
    match items.into_iter().next() {
        Some(Item::Record(record)) => *record,
        other => panic!("{}: {other:?}", case.id),
    }
}

#[derive(Default)]
struct Row {
    cases: usize,
    right: usize,
    sure: usize,
    wrong_but_certain: usize,
    decided: usize,
    decided_right: usize,
    open: usize,
    open_right: usize,
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.cases += other.cases;
        self.right += other.right;
        self.sure += other.sure;
        self.wrong_but_certain += other.wrong_but_certain;
        self.decided += other.decided;
        self.decided_right += other.decided_right;
        self.open += other.open;
        self.open_right += other.open_right;
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<18} {:>5} {:>9} {:>11} {:>13} {:>13} {:>9}",
            self.cases,
            share(self.right, self.cases),
            share(self.sure, self.right),
            share(self.decided_right, self.decided),
            share(self.open_right, self.open),
            self.wrong_but_certain
        );
    }
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{part}/{whole} {:.0}%", percent(part, whole)) }
}

#[allow(clippy::cast_precision_loss)] // a few hundred cases
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

fn judge(case: &Case, explanation: Option<&Explanation>, row: &mut Row, mistakes: &mut Vec<String>) {
    row.cases += 1;
    let problem = explanation.and_then(|explanation| explanation.problem.as_ref());
    let given = match (problem, explanation.map(|explanation| explanation.outcome)) {
        (Some(problem), _) => problem.id.as_str(),
        (None, Some(Outcome::Normal)) => "normal",
        _ => "unknown",
    };
    let certainty = explanation.map_or(Certainty::Unknown, |explanation| explanation.certainty);
    if given != case.problem {
        mistakes.push(format!("{}: {given} ({certainty}) instead of {}", case.id, case.problem));
        row.wrong_but_certain += usize::from(certainty == Certainty::Certain);
        return;
    }
    row.right += 1;
    row.sure += usize::from(certainty >= Certainty::Likely);
    let (Some(cause), Some(explanation)) = (&case.cause, explanation) else { return };
    let causes: Vec<&str> = explanation.causes.iter().map(|cause| cause.id.as_str()).collect();
    let within = if case.decides { 1 } else { 3 };
    let right = causes.iter().take(within).any(|id| id == cause);
    if case.decides {
        row.decided += 1;
        row.decided_right += usize::from(right);
    } else {
        row.open += 1;
        row.open_right += usize::from(right);
    }
    if !right {
        mistakes.push(format!("{}: the cause {cause} is not among the first {within}: {causes:?}", case.id));
    }
}

#[test]
fn the_corpus_is_answered_within_the_bars() {
    let explainer = Explainer::builtin();
    let stages: BTreeMap<String, String> =
        explainer.problems().iter().map(|problem| (problem.id.clone(), problem.stage.to_string())).collect();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for case in cases() {
        let explanation = explainer.explain(&record(&case));
        let stage = stages.get(&case.problem).cloned().unwrap_or_else(|| "none".to_owned());
        judge(&case, explanation.as_ref(), rows.entry(stage).or_default(), &mut mistakes);
    }
    let (lines, alarms) = ordinary(&explainer);

    println!(
        "\n{:<18} {:>5} {:>9} {:>11} {:>13} {:>13} {:>9}",
        "stage", "cases", "problem", "sure", "cause first", "cause in 3", "certain"
    );
    println!("{:<18} {:>5} {:>9} {:>11} {:>13} {:>13} {:>9}", "", "", "right", "", "(decided)", "(open)", "but wrong");
    let mut all = Row::default();
    for (stage, row) in &rows {
        row.print(stage);
        all.add(row);
    }
    all.print("all");
    println!("ordinary lines: {lines}, false alarms: {}", alarms.len());
    for line in mistakes.iter().chain(&alarms) {
        println!("  {line}");
    }

    assert!(all.cases >= 120, "the corpus has {} cases", all.cases);
    assert!(percent(all.right, all.cases) >= 97.0, "at least 97 % of problems right");
    assert_eq!(all.wrong_but_certain, 0, "none wrong although certain");
    assert!(percent(all.sure, all.right) >= 60.0, "at least 60 % of the right answers certain or likely");
    assert!(percent(all.decided_right + all.open_right, all.decided + all.open) >= 90.0, "the cause for at least 90 %");
    assert!(lines >= 5_000, "ordinary lines: {lines}");
    assert!(alarms.is_empty(), "no false alarm");
}

/// Reads each ordinary log as the command does, and each line by itself past the gate.
fn ordinary(explainer: &Explainer) -> (usize, Vec<String>) {
    let gate = Gate::new(&explainer.log_literals());
    let mut lines = 0;
    let mut alarms = BTreeSet::new();
    for path in files("ordinary", "log") {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let items = read(&Input { source: &name, bytes: &bytes, asked: false, gate: &|block| gate.first(block) });
        for item in items {
            if let Item::Record(record) = item
                && let Some(explanation) = explainer.explain(&record)
            {
                alarms.insert(format!("{name}:{}: {:?}", record.line, explanation.problem.map(|problem| problem.id)));
            }
        }
        for (number, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            lines += 1;
            let mut record = Record::of_text(line);
            record.kind = ecsplain::record::RecordKind::Log;
            if let Some(explanation) = explainer.explain(&record) {
                alarms.insert(format!("{name}:{}: {:?}", number + 1, explanation.problem.map(|problem| problem.id)));
            }
        }
    }
    (lines, alarms.into_iter().collect())
}

#[test]
fn ordinary_logs_come_from_many_programs() {
    assert!(files("ordinary", "log").len() >= 15);
}

/// Two incidents of one thread with the same words are one case.
#[test]
fn no_case_stands_twice() {
    let mut seen = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for case in cases() {
        assert!(ids.insert(case.id.clone()), "the id {} stands twice", case.id);
        assert!(seen.insert((case.source.clone(), case.text.clone())), "{} stands twice", case.id);
        assert!(case.source.starts_with("https://") || !case.source.is_empty(), "{}: no source", case.id);
    }
}

/// No account ids but AWS's documentation ones, in the corpus and in the knowledge.
#[test]
fn account_ids_are_masked() {
    let digits = regex::Regex::new("[0-9]{12,}").unwrap();
    let mut folders = vec![folder("cases"), PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("knowledge")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for number in digits.find_iter(&text) {
                let before = text[..number.start()].chars().next_back();
                let after = text[number.end()..].chars().next();
                let standalone = !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '/' || c == '-')
                    && !after.is_some_and(|c| c.is_ascii_alphanumeric() && c != 'x');
                let is_account = number.as_str().len() == 12 && standalone;
                if is_account && !matches!(number.as_str(), "111122223333" | "123456789012" | "444455556666") {
                    found.push(format!("{}: {}", path.display(), number.as_str()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

//! Ordinary logs, on which nothing may be said.

use crate::cases::files;
use ecsplain::record::RecordKind;
use ecsplain::{Explainer, Input, Item, Record, gate::Gate, read};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

#[test]
fn ordinary_logs_are_silent() {
    let (lines, alarms) = ordinary(&Explainer::builtin());
    println!("ordinary lines: {lines}, false alarms: {}", alarms.len());
    assert!(lines >= 100_000, "ordinary lines: {lines}");
    assert!(alarms.is_empty(), "{alarms:#?}");
}

fn logs() -> Vec<PathBuf> {
    let mut logs = files("ordinary", "log");
    logs.extend(files("ordinary", "gz"));
    logs
}

fn contents(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
    plain
}

/// Reads each ordinary log as the command does, and each line by itself past the gate.
fn ordinary(explainer: &Explainer) -> (usize, Vec<String>) {
    let gate = Gate::new(explainer.log_literals().iter().map(String::as_str));
    let mut lines = 0;
    let mut alarms = BTreeSet::new();
    for path in logs() {
        let bytes = contents(&path);
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
            record.kind = RecordKind::Log;
            if let Some(explanation) = explainer.explain(&record) {
                alarms.insert(format!("{name}:{}: {:?}", number + 1, explanation.problem.map(|problem| problem.id)));
            }
        }
    }
    (lines, alarms.into_iter().collect())
}

#[test]
fn ordinary_logs_come_from_many_programs() {
    assert!(logs().len() >= 20);
}

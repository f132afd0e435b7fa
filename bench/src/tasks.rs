//! Stopped tasks as `aws ecs describe-tasks` prints them.

use crate::clock::{Clock, Format};
use crate::failures::{Failure, failures};
use crate::output::Output;
use crate::value::{Values, number};
use std::collections::HashSet;
use std::path::Path;

const TASK: &str = include_str!("../task.json");
/// So many services are in the cluster.
const SERVICES: usize = 40;
/// So many bytes a task, about.
const TASK_BYTES: u64 = 2_780;

/// How the tasks are put into documents and how much of their failures is distinct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One document; of the failures' texts one in twenty is distinct.
    Repeated,
    /// One document; all of the failures' texts are distinct.
    Distinct,
    /// As `Repeated`, in documents of 100 tasks one after another, as many calls of the AWS CLI print them.
    Pages,
}

/// A stop that was asked for: its code, its reason, the exit code.
const NORMAL: &[(&str, &str, u64)] = &[
    ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/@deployment@)", 0),
    ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/@deployment@)", 143),
    ("UserInitiated", "Task stopped by user", 0),
];

/// Writes so many bytes of tasks: half of them stopped normally.
///
/// # Errors
/// A file that cannot be read or written.
pub fn tasks(path: &Path, bytes: u64, kind: Kind) -> Result<(), String> {
    let failures: Vec<Failure> =
        failures()?.into_iter().filter(|failure| failure.channel == "stopped_reason").collect();
    let mut values = Values::new(0x0ec5_0003);
    let mut clock = Clock::new();
    let count = (bytes / TASK_BYTES).max(2);
    let failing = count / 2;
    let distinct = if kind == Kind::Distinct { failing } else { failing.div_ceil(20) };
    let texts = distinct_texts(&failures, distinct as usize, &clock, &mut values)?;
    let services: Vec<&str> = (0..SERVICES).map(|_| values.word()).collect();
    let pieces: Vec<&str> = TASK.trim_end().split('@').collect();
    let mut output = Output::create(path)?;
    let mut block = Vec::new();
    for position in 0..count {
        let starts = position == 0 || (kind == Kind::Pages && position % 100 == 0);
        let ends = position + 1 == count || (kind == Kind::Pages && position % 100 == 99);
        if starts {
            block.extend_from_slice(b"{\n    \"tasks\": [\n");
        }
        let stop = if position % 2 == 0 {
            let (code, reason, exit) = *values.random.pick(NORMAL);
            let service = *values.random.pick(&services);
            Stop { service, code, reason: format!("\"{reason}\""), exit: Some(exit) }
        } else {
            // A failure that comes again is one of the same service.
            let text = (position / 2) as usize % texts.len();
            let reason = serde_json::Value::from(texts[text].as_str()).to_string();
            Stop { service: services[text % SERVICES], code: "TaskFailedToStart", reason, exit: None }
        };
        write(&pieces, &Fields::new(&stop, &clock, &mut values), &mut block);
        block.extend_from_slice(if ends { b"\n    ],\n    \"failures\": []\n}\n" } else { b",\n" });
        clock.advance(1_700_000);
        output.write(&block)?;
        block.clear();
    }
    output.finish(&[("tasks", count), ("failures", failing), ("distinct", texts.len() as u64)])
}

fn distinct_texts(
    failures: &[Failure],
    count: usize,
    clock: &Clock,
    values: &mut Values,
) -> Result<Vec<String>, String> {
    let mut seen = HashSet::new();
    let mut texts = Vec::new();
    for _ in 0..count.saturating_mul(2) + 1000 {
        if texts.len() == count {
            break;
        }
        let mut text = Vec::new();
        failures[values.random.below(failures.len() as u64) as usize].write(clock, values, &mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        if seen.insert(text.clone()) {
            texts.push(text);
        }
    }
    if texts.len() < count {
        return Err("bench/cases.txt: the cases vary too little: add some with more values in them".to_owned());
    }
    Ok(texts)
}

/// Why a service's task stopped. The reason is JSON, with its quotation marks.
struct Stop<'a> {
    service: &'a str,
    code: &'static str,
    reason: String,
    exit: Option<u64>,
}

/// The values of a task by their name in `bench/task.json`.
struct Fields(Vec<(&'static str, Vec<u8>)>);

impl Fields {
    fn new(stop: &Stop<'_>, clock: &Clock, values: &mut Values) -> Fields {
        let mut fields = Vec::new();
        let mut put = |name, write: &mut dyn FnMut(&mut Vec<u8>)| {
            let mut value = Vec::new();
            write(&mut value);
            fields.push((name, value));
        };
        put("region", &mut |out| out.extend_from_slice(b"eu-west-1"));
        put("account", &mut |out| number(out, 111_122_223_333));
        put("cluster", &mut |out| out.extend_from_slice(b"production"));
        put("family", &mut |out| out.extend_from_slice(stop.service.as_bytes()));
        for (name, digits) in [("task", 32), ("subnet", 17), ("interface", 17)] {
            put(name, &mut |out| values.hex(out, digits));
        }
        for name in ["attachment", "container"] {
            put(name, &mut |out| values.uuid(out));
        }
        for (name, low, high) in [
            ("runtime", 100_000_000, 4_000_000_000),
            ("tag", 1, 900),
            ("revision", 1, 400),
            ("version", 3, 9),
            ("deployment", 1_000_000_000_000_000_000, 9_000_000_000_000_000_000),
        ] {
            put(name, &mut |out| number(out, values.random.between(low, high)));
        }
        for (name, seconds) in [("created", 0), ("connected", 5), ("stopping", 600), ("ended", 612), ("stopped", 630)] {
            put(name, &mut |out| time(clock, seconds, out));
        }
        put("code", &mut |out| out.extend_from_slice(stop.code.as_bytes()));
        let deployment = values.random.between(1_000_000_000_000_000_000, 9_000_000_000_000_000_000).to_string();
        put("reason", &mut |out| out.extend_from_slice(stop.reason.replace("@deployment@", &deployment).as_bytes()));
        // A task that failed to start has neither an exit code nor these times.
        put("exit", &mut |out| {
            if let Some(code) = stop.exit {
                out.extend_from_slice(format!("                    \"exitCode\": {code},\n").as_bytes());
            }
        });
        put("ran", &mut |out| {
            for (name, seconds) in [("pullStartedAt", 8), ("pullStoppedAt", 14), ("startedAt", 15)] {
                if stop.exit.is_some() {
                    out.extend_from_slice(format!("            \"{name}\": \"").as_bytes());
                    time(clock, seconds, out);
                    out.extend_from_slice(b"\",\n");
                }
            }
        });
        Fields(fields)
    }
}

/// `2026-08-24T15:21:57.814000+00:00`, as the AWS CLI prints it.
fn time(clock: &Clock, seconds: i64, out: &mut Vec<u8>) {
    clock.shifted(seconds).write(Format::PlainMicros, out);
    out.extend_from_slice(b"+00:00");
}

/// `pieces` are texts and names in turn.
fn write(pieces: &[&str], fields: &Fields, out: &mut Vec<u8>) {
    for (position, piece) in pieces.iter().enumerate() {
        if position % 2 == 0 {
            out.extend_from_slice(piece.as_bytes());
        } else if let Some((_, value)) = fields.0.iter().find(|(name, _)| name == piece) {
            out.extend_from_slice(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind) -> Vec<serde_json::Value> {
        let path = std::env::temp_dir().join(format!("ecsplain-bench-{}-{kind:?}", std::process::id()));
        tasks(&path, 2_000_000, kind).expect("written");
        let bytes = std::fs::read(&path).expect("written");
        serde_json::Deserializer::from_slice(&bytes).into_iter().map(|document| document.expect("JSON")).collect()
    }

    #[test]
    fn every_place_of_the_task_has_a_value() {
        let stop = Stop { service: "web", code: "UserInitiated", reason: "\"\"".to_owned(), exit: Some(0) };
        let fields = Fields::new(&stop, &Clock::new(), &mut Values::new(1));
        let known = |name: &&str| fields.0.iter().any(|(known, _)| known == name);
        let lost: Vec<&str> = TASK.split('@').skip(1).step_by(2).filter(|name| !known(name)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn documents_hold_tasks_of_which_half_failed() {
        for (kind, documents, share) in [(Kind::Repeated, 1, 20), (Kind::Distinct, 1, 1), (Kind::Pages, 8, 20)] {
            let written = written(kind);
            assert_eq!(written.len(), documents, "{kind:?}");
            let tasks: Vec<_> =
                written.iter().flat_map(|document| document["tasks"].as_array().expect("tasks")).collect();
            let failed: Vec<_> = tasks.iter().filter(|task| task["stopCode"] == "TaskFailedToStart").collect();
            assert_eq!(failed.len(), tasks.len() / 2);
            let texts: HashSet<_> = failed.iter().map(|task| task["stoppedReason"].to_string()).collect();
            assert_eq!(texts.len(), failed.len().div_ceil(share));
            let bytes = tasks.iter().map(|task| task.to_string().len()).sum::<usize>() / tasks.len();
            assert!(bytes > 1500, "{bytes}");
        }
    }
}

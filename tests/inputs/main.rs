//! Every shape of input that tools wrap around what ECS and its agent say, made here, whole and broken.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod broken;
mod envelopes;
mod lines;

use base64::Engine;
use ecsplain::gate::Gate;
use ecsplain::record::RecordKind;
use ecsplain::{Explainer, Explanation, Input, Item, Outcome, read};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::LazyLock;

const TASK: &str = "0123456789abcdef0123456789abcdef";
const ARN: &str = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef";
/// 2026-08-24T15:21:57.814Z.
const MILLISECONDS: i64 = 1_787_584_917_814;
const TIME: &str = "2026-08-24T15:21:57.814Z";
const PULL: &str = "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:latest: dial tcp 52.218.41.3:443: i/o timeout";
const PROBLEM: &str = "layers-s3-unreachable";

static EXPLAINER: LazyLock<Explainer> = LazyLock::new(Explainer::builtin);
static GATE: LazyLock<Gate> = LazyLock::new(|| Gate::new(EXPLAINER.log_literals().iter().map(String::as_str)));

struct Seen {
    explained: Vec<Explanation>,
    kinds: Vec<RecordKind>,
    lines: Vec<usize>,
    rejected: Vec<String>,
}

impl Seen {
    fn problems(&self) -> Vec<&str> {
        self.explained.iter().map(|one| one.problem.as_ref().map_or("unknown", |problem| problem.id.as_str())).collect()
    }
}

fn see(bytes: &[u8]) -> Seen {
    seen_in(read(&Input { source: "test", bytes, asked: false, gate: &|block| GATE.first(block) }))
}

fn seen_in(items: Vec<Item>) -> Seen {
    let mut seen = Seen { explained: Vec::new(), kinds: Vec::new(), lines: Vec::new(), rejected: Vec::new() };
    for item in items {
        match item {
            Item::Record(record) => {
                if let Some(one) = EXPLAINER.explain(&record).filter(|one| one.outcome != Outcome::Normal) {
                    seen.kinds.push(record.kind);
                    seen.lines.push(record.line);
                    seen.explained.push(one);
                }
            }
            Item::Rejected(rejected) => seen.rejected.push(rejected.reason),
            Item::Again(_) | Item::Definition(_) | Item::Nothing(_) => {}
        }
    }
    seen
}

fn sees(name: &str, bytes: impl AsRef<[u8]>, problems: &[&str]) -> Seen {
    let seen = see(bytes.as_ref());
    assert_eq!(seen.problems(), problems, "{name}: {:?}", seen.rejected);
    seen
}

/// As [`sees`], and nothing is rejected.
fn sees_all(name: &str, bytes: impl AsRef<[u8]>, problems: &[&str]) -> Seen {
    let seen = sees(name, bytes, problems);
    assert!(seen.rejected.is_empty(), "{name}: {:?}", seen.rejected);
    seen
}

fn assert_origin(name: &str, seen: &Seen, container: Option<&str>) {
    let record = &seen.explained[0].record;
    assert_eq!(record.task.as_deref(), Some(TASK), "{name}");
    assert_eq!(record.time.as_deref(), Some(TIME), "{name}");
    assert_eq!(record.containers.first().map(|one| one.name.as_str()), container, "{name}");
}

fn task() -> Value {
    json!({
        "taskArn": ARN,
        "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod",
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "TaskFailedToStart", "stoppedAt": TIME,
        "stoppedReason": PULL,
        "containers": [{ "name": "web", "lastStatus": "STOPPED" }]
    })
}

/// A task whose container was killed; no text in it would pass the gate of a log.
fn killed() -> Value {
    let mut killed = task();
    killed["stopCode"] = json!("EssentialContainerExited");
    killed["stoppedReason"] = json!("Essential container in task exited");
    killed["containers"] = json!([{ "name": "web", "lastStatus": "STOPPED", "exitCode": 137,
        "reason": "OutOfMemoryError: Container killed due to memory usage" }]);
    killed
}

fn bridge(detail: &Value) -> Value {
    json!({
        "version": "0", "id": "x", "detail-type": "ECS Task State Change", "source": "aws.ecs",
        "account": "111122223333", "time": TIME, "region": "eu-west-1", "resources": [ARN], "detail": detail
    })
}

fn agent_line() -> String {
    format!(
        "DockerGoClient: failed to pull image 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:latest: [CannotPullContainerError] {PULL}"
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn payload(messages: &[&str]) -> Value {
    let events: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(at, message)| json!({ "id": at.to_string(), "timestamp": MILLISECONDS, "message": message }))
        .collect();
    json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/ecs/app",
        "logStream": format!("ecs/web/{TASK}"), "subscriptionFilters": ["f"], "logEvents": events
    })
}

fn packed(payload: &Value) -> String {
    base64(&gzip(payload.to_string().as_bytes()))
}

fn packed_in_lambda(payload: &Value) -> String {
    json!({ "awslogs": { "data": packed(payload) } }).to_string()
}

fn routed(log: &str) -> Value {
    json!({
        "container_id": "a".repeat(64), "container_name": "/ecs-web-7-app-e8c3aaf2b3d4e5f60100", "source": "stdout", "log": log,
        "ecs_cluster": "prod", "ecs_task_arn": ARN, "ecs_task_definition": "web:7", "time": TIME
    })
}

fn lines(documents: &[Value]) -> String {
    documents.iter().map(|document| format!("{document}\n")).collect()
}

//! Every shape of input that tools wrap around what ECS and its agent say, made here, whole and broken.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

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
    rejected: Vec<String>,
}

impl Seen {
    fn problems(&self) -> Vec<&str> {
        self.explained.iter().map(|one| one.problem.as_ref().map_or("unknown", |problem| problem.id.as_str())).collect()
    }
}

fn see(bytes: &[u8]) -> Seen {
    let items = read(&Input { source: "test", bytes, asked: false, gate: &|block| GATE.first(block) });
    let mut seen = Seen { explained: Vec::new(), kinds: Vec::new(), rejected: Vec::new() };
    for item in items {
        match item {
            Item::Record(record) => {
                if let Some(one) = EXPLAINER.explain(&record).filter(|one| one.outcome != Outcome::Normal) {
                    seen.kinds.push(record.kind);
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

#[test]
fn events_are_read_through_queues_and_topics() {
    let event = bridge(&task()).to_string();
    let sns = json!({ "Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t", "Message": event })
        .to_string();
    let lambda = |body: &str| json!({ "Records": [{ "messageId": "m", "receiptHandle": "r", "body": body, "eventSource": "aws:sqs", "awsRegion": "eu-west-1" }] });
    let cli = |body: &str| json!({ "Messages": [{ "MessageId": "m", "ReceiptHandle": "r", "MD5OfBody": "d", "Body": body }] });
    let shapes = [
        ("an event", event.clone()),
        ("an array of events", json!([bridge(&task())]).to_string()),
        ("put-events", json!({ "Entries": [{ "Source": "aws.ecs", "DetailType": "ECS Task State Change", "Detail": task().to_string() }] }).to_string()),
        ("SQS in Lambda", lambda(&event).to_string()),
        ("SQS by the AWS CLI", cli(&event).to_string()),
        ("SNS in SQS in Lambda", lambda(&sns).to_string()),
        ("SNS in SQS by the AWS CLI", cli(&sns).to_string()),
        ("SNS", sns.clone()),
        ("SNS in Lambda", json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "Message": event } }] }).to_string()),
        ("SQS in SQS", lambda(&lambda(&cli(&event).to_string()).to_string()).to_string()),
        ("a log group as a rule's target", packed_in_lambda(&payload(&["ordinary", &event]))),
        ("an event in a stream", json!({ "Records": [{ "kinesis": { "data": base64(event.as_bytes()) } }] }).to_string()),
    ];
    for (name, shape) in shapes {
        let seen = sees_all(name, &shape, &[PROBLEM]);
        assert_origin(name, &seen, Some("web"));
        assert_eq!(seen.kinds, [RecordKind::StoppedTask], "{name}");
    }
    let both = cli(&bridge(&killed()).to_string()).to_string();
    sees_all("an exit 137", both, &["memory-limit-reached"]);
}

fn packed_in_lambda(payload: &Value) -> String {
    json!({ "awslogs": { "data": packed(payload) } }).to_string()
}

#[test]
fn log_events_are_read_through_subscriptions_and_answers() {
    let line = agent_line();
    let ordinary = "GET / 200 in 3 ms";
    let lines = payload(&[ordinary, &line, ordinary]);
    let stream = format!("ecs/web/{TASK}");
    let event = |message: &str| json!({ "logStreamName": stream, "timestamp": MILLISECONDS, "message": message, "ingestionTime": MILLISECONDS, "eventId": "1" });
    let row = |message: &str| {
        json!([
            { "field": "@timestamp", "value": "2026-08-24 15:21:57.814" }, { "field": "@message", "value": message },
            { "field": "@logStream", "value": stream }, { "field": "@ptr", "value": "p" }
        ])
    };
    let shapes = [
        ("a subscription in Lambda", packed_in_lambda(&lines)),
        ("its payload", lines.to_string()),
        ("Kinesis in Lambda", json!({ "Records": [{ "kinesis": { "partitionKey": "p", "data": packed(&lines) }, "eventSource": "aws:kinesis", "awsRegion": "eu-west-1" }] }).to_string()),
        ("get-records", json!({ "Records": [{ "SequenceNumber": "1", "PartitionKey": "p", "Data": packed(&lines) }] }).to_string()),
        ("Firehose", json!({ "deliveryStreamArn": "a", "records": [{ "recordId": "1", "data": packed(&lines) }] }).to_string()),
        ("an object of Firehose", format!("{}{lines}", payload(&[ordinary]))),
        ("filter-log-events", json!({ "events": [event(ordinary), event(&line)], "searchedLogStreams": [], "nextToken": "n" }).to_string()),
        ("a live tail", json!({ "sessionUpdate": { "sessionMetadata": {}, "sessionResults": [event(ordinary), event(&line)] } }).to_string()),
        ("a query", json!({ "results": [row(ordinary), row(&line)], "statistics": {}, "status": "Complete" }).to_string()),
        ("a query's export", json!([{ "@timestamp": "2026-08-24 15:21:57.814", "@message": line, "@logStream": stream }]).to_string()),
    ];
    for (name, shape) in shapes {
        let seen = sees_all(name, &shape, &[PROBLEM]);
        assert_origin(name, &seen, Some("web"));
        assert_eq!(seen.kinds, [RecordKind::Log], "{name}");
    }
    let get = json!({ "events": [{ "timestamp": MILLISECONDS, "message": line, "ingestionTime": MILLISECONDS }], "nextForwardToken": "f/", "nextBackwardToken": "b/" });
    let seen = sees_all("get-log-events", get.to_string(), &[PROBLEM]);
    assert_eq!(seen.explained[0].record.time.as_deref(), Some(TIME));
    assert_eq!(seen.explained[0].record.task, None);
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

#[test]
fn records_of_log_routers_are_read() {
    let line = agent_line();
    let (ordinary, failing) = (routed("GET / 200"), routed(&line));
    let parsed = json!({ "level": "error", "msg": line, "ecs_task_arn": ARN, "ecs_task_definition": "web:7", "container_name": "app", "time": TIME });
    let shapes = [
        ("lines", lines(&[ordinary.clone(), failing.clone(), ordinary.clone()])),
        ("a list", json!([ordinary, failing]).to_string()),
        ("in log events", payload(&[&ordinary.to_string(), &failing.to_string()]).to_string()),
        ("with the application's fields", json!([parsed, ordinary]).to_string()),
        (
            "Splunk",
            lines(&[
                json!({ "host": "h", "sourcetype": "s", "event": ordinary }),
                json!({ "host": "h", "event": failing }),
            ]),
        ),
        ("Elasticsearch", json!({ "hits": { "hits": [{ "_id": "1", "_source": failing }] } }).to_string()),
        ("Datadog", json!({ "data": [{ "id": "1", "type": "log", "attributes": failing }] }).to_string()),
    ];
    for (name, shape) in shapes {
        let seen = sees_all(name, &shape, &[PROBLEM]);
        assert_origin(name, &seen, Some("app"));
        assert_eq!(seen.explained[0].record.task_definition.as_deref(), Some("web:7"), "{name}");
        assert_eq!(seen.explained[0].record.cluster.as_deref(), Some("prod"), "{name}");
    }
    let raw = [
        ("Splunk's text", json!({ "host": "h", "time": 1_787_584_917.814, "event": line }).to_string()),
        (
            "Splunk's logging driver",
            json!({ "host": "h", "source": "s", "event": { "line": line, "source": "stdout", "tag": "t" } })
                .to_string(),
        ),
        (
            "Splunk's export",
            json!({ "preview": false, "result": { "_raw": line, "_time": "2026-08-24T15:21:57Z" } }).to_string(),
        ),
        ("Datadog's text", json!({ "id": "1", "attributes": { "message": line, "timestamp": TIME } }).to_string()),
    ];
    for (name, shape) in raw {
        sees_all(name, &shape, &[PROBLEM]);
    }
}

#[test]
fn lines_that_docker_split_are_joined() {
    let line = agent_line();
    let (head, tail) = line.split_at(line.find("httpRead").unwrap());
    let piece = |text: &str, ordinal: &str, last: &str| {
        let mut piece = routed(text);
        for (name, value) in
            [("partial_message", "true"), ("partial_id", "p"), ("partial_ordinal", ordinal), ("partial_last", last)]
        {
            piece[name] = json!(value);
        }
        piece
    };
    let (first, last) = (piece(head, "1", "false"), piece(tail, "2", "true"));
    let whole = lines(&[first.clone(), routed("GET / 200"), last.clone()]);
    assert_origin("in lines", &sees_all("in lines", whole, &[PROBLEM]), Some("app"));
    sees_all("in a list", json!([first, last]).to_string(), &[PROBLEM]);
    // The end never comes: what is there is a line.
    let cut = see(lines(&[routed("GET / 200"), first]).as_bytes());
    assert_eq!((cut.explained.len(), cut.rejected.len()), (1, 0));
}

#[test]
fn tasks_are_read_from_workflows() {
    let cause = killed().to_string();
    let pascal = cause.replace("\"stoppedReason\"", "\"StoppedReason\"").replace("\"taskArn\"", "\"TaskArn\"");
    let shapes = [
        ("an error's output", json!({ "Error": "States.TaskFailed", "Cause": pascal }).to_string()),
        ("describe-execution", json!({ "executionArn": "a", "status": "FAILED", "error": "States.TaskFailed", "cause": cause }).to_string()),
        ("a history", json!({ "events": [
            { "timestamp": TIME, "type": "TaskStateEntered", "id": 1 },
            { "timestamp": TIME, "type": "TaskFailed", "id": 2, "taskFailedEventDetails": { "resourceType": "ecs", "resource": "runTask.sync", "error": "States.TaskFailed", "cause": cause } }
        ] }).to_string()),
        ("a workflow's event", json!({ "detail-type": "Step Functions Execution Status Change", "source": "aws.states", "detail": { "status": "FAILED", "cause": cause } }).to_string()),
    ];
    for (name, shape) in shapes {
        assert_origin(name, &sees_all(name, &shape, &["memory-limit-reached"]), Some("web"));
    }
    let cut = task().to_string();
    let cut = &cut[..cut.len() - 70];
    let cut = json!({ "error": "States.TaskFailed", "cause": cut }).to_string();
    let seen = sees("a cut cause", cut, &[PROBLEM]);
    assert_eq!(seen.rejected.len(), 1);
}

/// A good list element, one that is broken, a good one: the good are explained, the other is told.
fn between(good: &Value, bad: &Value, list: &str) -> String {
    let mut document = json!({});
    document[list] = json!([good, bad, good]);
    document.to_string()
}

#[test]
fn broken_pieces_are_told_and_cost_nothing_else() {
    let line = agent_line();
    let whole = payload(&[&line]);
    let gz = gzip(whole.to_string().as_bytes());
    let stream = |data: Value| json!({ "kinesis": { "data": data }, "eventSource": "aws:kinesis" });
    let good = stream(json!(packed(&whole)));
    let cases = [
        ("base64 that is none", json!("!!!not base64!!!"), "no base64"),
        ("gzip that is cut", json!(base64(&gz[..gz.len() / 2])), "gzip is broken"),
        ("gzip without its end", json!(base64(&gz[..gz.len() - 4])), "gzip is broken"),
        ("gzip of a cut document", json!(base64(&gzip(&whole.to_string().as_bytes()[..120]))), "is broken"),
        ("gzip of gzip's first bytes", json!(base64(b"\x1f\x8b")), "gzip is broken"),
    ];
    for (name, data, reason) in cases {
        let seen = see(between(&good, &stream(data), "Records").as_bytes());
        assert!(
            seen.problems().iter().filter(|problem| **problem == PROBLEM).count() >= 2,
            "{name}: {:?}",
            seen.problems()
        );
        assert!(seen.rejected.iter().any(|told| told.contains(reason)), "{name}: {:?}", seen.rejected);
    }
    let queued = |body: &str| json!({ "messageId": "m", "body": body });
    let event = bridge(&task()).to_string();
    let seen = see(between(&queued(&event), &queued(&event[..event.len() / 4]), "Records").as_bytes());
    assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM, PROBLEM], 1));
    // The stopped reason stands before the cut.
    let seen = see(between(&queued(&event), &queued(&event[..event.len() - 70]), "Records").as_bytes());
    assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM; 3], 1));
    let mut odd = whole.clone();
    odd["logEvents"] = json!([{ "message": line, "timestamp": "never", "unknown": { "a": [1] } }, 7, { "timestamp": 5 }, { "message": 5 }, { "message": line }]);
    let seen = see(odd.to_string().as_bytes());
    assert_eq!(seen.problems(), [PROBLEM, PROBLEM]);
    assert_eq!(seen.rejected.len(), 2, "{:?}", seen.rejected);
    // Firehose writes one member after another; the last is cut.
    let document = [gzip(payload(&[&line]).to_string().as_bytes()), gz[..gz.len() / 2].to_vec()].concat();
    let seen = see(json!({ "awslogs": { "data": base64(&document) } }).to_string().as_bytes());
    assert!(seen.problems().contains(&PROBLEM) && !seen.rejected.is_empty());
}

#[test]
fn payloads_of_several_members_and_of_odd_bytes_are_read() {
    let line = agent_line();
    let members =
        [gzip(payload(&["ordinary"]).to_string().as_bytes()), gzip(payload(&[&line]).to_string().as_bytes())].concat();
    sees_all("members", json!({ "awslogs": { "data": base64(&members) } }).to_string(), &[PROBLEM]);
    let mut bytes = payload(&[&format!("before {line}")]).to_string().into_bytes();
    let at = bytes.windows(6).position(|window| window == b"before").unwrap();
    bytes[at] = 0xff;
    sees_all("not UTF-8", json!({ "awslogs": { "data": base64(&gzip(&bytes)) } }).to_string(), &[PROBLEM]);
    let text = format!("ordinary\n{line}\nordinary\n");
    sees_all(
        "lines in a stream",
        json!({ "Records": [{ "kinesis": { "data": base64(text.as_bytes()) } }] }).to_string(),
        &[PROBLEM],
    );
    let wrapped: String = packed(&payload(&[&line]))
        .as_bytes()
        .chunks(76)
        .map(|row| String::from_utf8_lossy(row).into_owned() + "\r\n")
        .collect();
    sees_all("wrapped", json!({ "awslogs": { "data": wrapped } }).to_string(), &[PROBLEM]);
}

#[test]
fn what_holds_no_failure_is_silent() {
    let mut control = payload(&[&agent_line()]);
    control["messageType"] = json!("CONTROL_MESSAGE");
    let event = json!({ "version": "0", "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2", "detail": { "state": "stopped" } });
    let shapes = [
        ("a control message", control.to_string()),
        ("a packed control message", packed_in_lambda(&control)),
        (
            "ordinary lines",
            payload(&["GET / 200", "{\"level\":\"info\",\"msg\":\"up\"}", "{broken", "[main] INFO", ""]).to_string(),
        ),
        ("no log event", payload(&[]).to_string()),
        ("no event", json!({ "events": [], "nextForwardToken": "f", "nextBackwardToken": "b" }).to_string()),
        ("no row", json!({ "results": [], "statistics": {}, "status": "Complete" }).to_string()),
        ("no message", json!({ "Messages": [] }).to_string()),
        ("no record", json!({ "Records": [] }).to_string()),
        (
            "another service's event in a queue",
            json!({ "Messages": [{ "MessageId": "m", "Body": event.to_string() }] }).to_string(),
        ),
        ("a text in a queue", json!({ "Messages": [{ "MessageId": "m", "Body": "[urgent] hello" }] }).to_string()),
        ("router's lines", lines(&[routed("GET / 200"), routed("GET / 404")])),
    ];
    for (name, shape) in shapes {
        sees_all(name, &shape, &[]);
    }
}

#[test]
fn nesting_has_a_bound_and_what_lies_below_is_told() {
    let wrap = |times: usize| {
        (0..times).fold(bridge(&task()).to_string(), |inner, _| {
            json!({ "Messages": [{ "MessageId": "m", "Body": inner }] }).to_string()
        })
    };
    sees_all("seven", wrap(7), &[PROBLEM]);
    let deep = sees("nine", wrap(9), &[]);
    assert_eq!(deep.rejected.len(), 1);
    let seen = see(json!([bridge(&task()), { "Messages": [{ "MessageId": "m", "Body": wrap(9) }] }, bridge(&task())])
        .to_string()
        .as_bytes());
    assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM, PROBLEM], 1));
    sees("lists", "[".repeat(60) + "1" + &"]".repeat(60), &[]);
    sees("lists that never end", "[".repeat(100_000), &[]);
}

//! Events and log lines in what carries them.

use super::*;
use ecsplain::record::{Ending, Shape, Stream};

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

/// Longer inputs are read piece by piece, and tell the same.
#[test]
fn long_answers_tell_the_same() {
    let line = agent_line();
    let stream = format!("ecs/web/{TASK}");
    let messages: Vec<&str> =
        (0..20_000).map(|at| if at == 10_000 { line.as_str() } else { "GET / 200 in 3 ms" }).collect();
    let events = |event: &dyn Fn(&str) -> Value| messages.iter().map(|message| event(message)).collect::<Vec<_>>();
    let event = |message: &str| json!({ "logStreamName": stream, "timestamp": MILLISECONDS, "message": message, "ingestionTime": 1 });
    let row = |message: &str| {
        json!([
            { "field": "@timestamp", "value": "2026-08-24 15:21:57.814" }, { "field": "@message", "value": message },
            { "field": "@logStream", "value": stream }
        ])
    };
    for (name, shape) in [
        ("a subscription", payload(&messages)),
        ("filter-log-events", json!({ "events": events(&event), "nextToken": "n" })),
        ("a query", json!({ "results": events(&row), "statistics": {}, "status": "Complete" })),
    ] {
        for shape in [shape.to_string(), serde_json::to_string_pretty(&shape).unwrap()] {
            assert!(shape.len() > 1024 * 1024, "{name}");
            let gate = |block: &[u8]| GATE.first(block);
            let mut reader = Stream::new("test", Shape::Any, &gate);
            let (mut items, mut at) = (Vec::new(), 0);
            loop {
                let taken = reader.take(&shape.as_bytes()[at..], Ending::End, &mut items);
                assert!(!taken.log, "{name} is no log");
                at += taken.bytes;
                if taken.bytes == 0 || at >= shape.len() {
                    break;
                }
            }
            let seen = seen_in(items);
            assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM], 0), "{name}: {:?}", seen.rejected);
            assert_origin(name, &seen, Some("web"));
        }
    }
}

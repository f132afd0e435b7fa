//! The command as a user calls it: shapes of input, bad input, exit statuses.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

struct Ran {
    status: i32,
    out: String,
    err: String,
}

fn run(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecsplain"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The explanations of an input, one a record.
fn explain(input: &[u8]) -> (Vec<Value>, Ran) {
    let ran = run(&["-f", "ndjson", "--all", "--no-group"], input);
    let explanations = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (explanations, ran)
}

fn problems(input: &[u8]) -> Vec<String> {
    explain(input)
        .0
        .iter()
        .map(|one| one["problem"]["id"].as_str().unwrap_or_else(|| one["outcome"].as_str().unwrap()).to_owned())
        .collect()
}

const REASON: &str = "CannotPullContainerError: The task cannot pull XXXXXXXXXX.dkr.ecr.ap-southeast-1.amazonaws.com/notifyservice:latest from the registry XXXXXXXXXX.dkr.ecr.ap-southeast-1.amazonaws.com/notifyservice:latest. There is a connection issue between the task and the registry. Check your task network configuration. : failed to copy: httpReadSeeker: failed open: failed to do request: Get XXXXXXXXXX.dkr.ecr.ap-southeast-1.amazonaws.com/notifyservice:latest: dial tcp 52.219.41.3:443: i/o timeout";
const PROBLEM: &str = "layers-s3-unreachable";

fn task() -> Value {
    json!({
        "taskArn": "arn:aws:ecs:ap-southeast-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
        "clusterArn": "arn:aws:ecs:ap-southeast-1:111122223333:cluster/prod",
        "taskDefinitionArn": "arn:aws:ecs:ap-southeast-1:111122223333:task-definition/web:7",
        "group": "service:web",
        "lastStatus": "STOPPED",
        "stopCode": "TaskFailedToStart",
        "stoppedAt": 1_756_035_989.481,
        "stoppedReason": REASON,
        "containers": [{ "name": "web", "image": "111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/notifyservice:latest", "lastStatus": "STOPPED" }]
    })
}

/// Renames every key.
fn rename(value: &Value, with: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(key, value)| (with(key), rename(value, with))).collect(),
        Value::Array(list) => list.iter().map(|value| rename(value, with)).collect(),
        other => other.clone(),
    }
}

#[test]
fn all_shapes_of_a_task_give_one_answer() {
    let task = task();
    let event = json!({
        "version": "0", "id": "x", "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333",
        "time": "2026-01-23T17:57:58Z", "region": "ap-southeast-1", "resources": [], "detail": task
    });
    let pascal = rename(&json!({ "tasks": [task] }), &|key| key[..1].to_uppercase() + &key[1..]);
    let snake = rename(&json!({ "tasks": [task] }), &|key| {
        key.chars().flat_map(|c| if c.is_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] }).collect()
    });
    let shapes: Vec<(&str, String)> = vec![
        ("one task", task.to_string()),
        ("an array", json!([task]).to_string()),
        ("describe-tasks", json!({ "tasks": [task], "failures": [] }).to_string()),
        ("describe-tasks, pretty", serde_json::to_string_pretty(&json!({ "tasks": [task] })).unwrap()),
        ("a task in task", json!({ "task": task }).to_string()),
        ("PascalCase", pascal.to_string()),
        ("snake_case", snake.to_string()),
        ("an event", event.to_string()),
        ("an event in an array", json!([event]).to_string()),
        ("only a stopped reason", json!({ "stoppedReason": REASON }).to_string()),
        ("a JSON string", json!(REASON).to_string()),
        ("the bare text", REASON.to_owned()),
        ("with a byte order mark", format!("\u{feff}{REASON}")),
        ("the console's text", format!("Task stopped at: 2025-11-12T11:46:29.481Z\n\n{REASON}\n")),
        ("the console's text in Spanish", format!("Tarea detenida en: 2025-11-12T11:46:29.481Z\n{REASON}\n")),
        ("a service event", format!("(service web) was unable to place a task. Reason: {REASON}.")),
        ("loose fields", format!("stopCode: TaskFailedToStart\nStoppedReason: {REASON}\n")),
        (
            "wrapped inside words",
            REASON
                .as_bytes()
                .chunks(70)
                .map(|chunk| String::from_utf8_lossy(chunk).into_owned() + "\n        ")
                .collect(),
        ),
    ];
    for (name, shape) in shapes {
        let (explanations, ran) = explain(shape.as_bytes());
        assert_eq!(explanations.len(), 1, "{name}: {}", ran.err);
        assert_eq!(explanations[0]["problem"]["id"], PROBLEM, "{name}: {}", ran.out);
        assert_eq!(ran.status, 0, "{name}: {}", ran.err);
    }
}

#[test]
fn several_documents_are_each_explained() {
    let one = task().to_string();
    assert_eq!(problems(format!("{one}\n{one}\n{one}\n").as_bytes()), [PROBLEM; 3]);
    assert_eq!(problems(format!("{one}{one}").as_bytes()), [PROBLEM; 2]);
    let pretty = serde_json::to_string_pretty(&json!({ "tasks": [task(), task()] })).unwrap();
    assert_eq!(problems(format!("{pretty}\n\n{pretty}").as_bytes()), [PROBLEM; 4]);
}

#[test]
fn fields_of_the_task_are_told_and_filled_in() {
    let (explanations, _) = explain(json!({ "tasks": [task()] }).to_string().as_bytes());
    let record = &explanations[0]["record"];
    assert_eq!(record["task"], "0123456789abcdef0123456789abcdef");
    assert_eq!(
        (&record["cluster"], &record["service"], &record["region"]),
        (&json!("prod"), &json!("web"), &json!("ap-southeast-1"))
    );
    assert_eq!(record["time"], "2025-08-24T11:46:29.481Z");
    assert_eq!(record["task_definition"], "web:7");
    let first = &explanations[0]["causes"][0];
    assert_eq!(first["id"], "security-group-lacks-s3-prefix-list");
    let terraform =
        first["fixes"].as_array().unwrap().iter().filter(|fix| fix["form"] == "terraform").collect::<Vec<_>>();
    assert_eq!(terraform.len(), 2, "rules of their own, and in-line blocks");
    assert!(terraform.iter().all(|fix| fix["text"].as_str().unwrap().contains("com.amazonaws.ap-southeast-1.s3")));
    assert!(explanations[0]["certainty"] == "certain");
    let ruled_out = explanations[0]["ruled_out"].to_string();
    for what in ["permissions", "tag", "DNS", "NAT"] {
        assert!(ruled_out.contains(what), "{what}: {ruled_out}");
    }
}

#[test]
fn evidence_points_at_its_text() {
    let (explanations, _) = explain(task().to_string().as_bytes());
    let explanation = &explanations[0];
    for one in explanation["evidence"].as_array().unwrap() {
        if let (Some(text), Some(start), Some(end)) = (one["text"].as_u64(), one["start"].as_u64(), one["end"].as_u64())
        {
            let text = explanation["record"]["texts"][usize::try_from(text).unwrap()]["text"].as_str().unwrap();
            let (start, end) = (usize::try_from(start).unwrap(), usize::try_from(end).unwrap());
            assert_eq!(&text[start..end], one["quote"].as_str().unwrap());
        }
    }
}

/// The project's own case, its three other disguises, and its look-alikes.
#[test]
fn the_founding_case_and_its_look_alikes() {
    let masked = "Get 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/notifyservice:latest";
    let ours = |text: &str| REASON.replace("XXXXXXXXXX", "111122223333").replace(masked, text);
    let disguises = [
        ours("Get \"https://prod-ap-southeast-1-starport-layer-bucket.s3.ap-southeast-1.amazonaws.com/a/b?X-Amz-Algorithm=AWS4-HMAC-SHA256\""),
        "CannotPullContainerError: failed to copy: httpReadSeeker: failed open: failed to do request: Get REDACTED ECR URL related to 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/notifyservice:latest dial tcp 52.219.41.3:443: i/o timeout".to_owned(),
        "CannotPullContainerError: error pulling image configuration: download failed after attempts=6: dial tcp 52.219.41.3:443: i/o timeout".to_owned(),
        "CannotPullContainerError: dial tcp 52.219.41.3:443: i/o timeout".to_owned(),
    ];
    for text in &disguises {
        assert_eq!(problems(text.as_bytes()), [PROBLEM], "{text}");
    }
    let look_alikes = [
        (ours(masked).replace("dial tcp 52.219.41.3:443: i/o timeout", "dial tcp: lookup prod-ap-southeast-1-starport-layer-bucket.s3.ap-southeast-1.amazonaws.com on 10.0.0.2:53: no such host"), "layers-s3-name-unresolved"),
        ("CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/v2/notifyservice/blobs/sha256:0123456789abcdef: 403 Forbidden".to_owned(), "layers-s3-forbidden"),
        ("ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 172.16.54.241:443: i/o timeout".to_owned(), "ecr-api-endpoint-unreachable"),
        ("ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 44.213.79.104:443: i/o timeout".to_owned(), "ecr-api-unreachable"),
        ("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/tryretool/backend:2.110.5: failed to do request: Head \"https://registry-1.docker.io/v2/tryretool/backend/manifests/2.110.5\": dial tcp 34.205.13.154:443: i/o timeout".to_owned(), "public-registry-unreachable"),
        ("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: failed to do request: Head \"https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/v2\": dial tcp 54.72.1.1:443: i/o timeout".to_owned(), "ecr-registry-unreachable"),
        ("ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed".to_owned(), "logs-unreachable"),
    ];
    for (text, problem) in &look_alikes {
        assert_eq!(problems(text.as_bytes()), [*problem], "{text}");
    }
}

#[test]
fn several_containers_and_a_platform_sidecar() {
    let mut task = task();
    task["stoppedReason"] = json!("Task failed to start");
    task["containers"] = json!([
        { "name": "web", "lastStatus": "STOPPED", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2",
          "reason": "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: not found" },
        { "name": "aws-guardduty-agent", "lastStatus": "STOPPED", "image": "593207742271.dkr.ecr.eu-west-1.amazonaws.com/aws-guardduty-agent-fargate:v1",
          "reason": "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref x: unexpected status from HEAD request to https://593207742271.dkr.ecr.eu-west-1.amazonaws.com/v2/aws-guardduty-agent-fargate/manifests/v1: 403 Forbidden" }
    ]);
    let (explanations, _) = explain(task.to_string().as_bytes());
    assert_eq!(explanations[0]["problem"]["id"], "manifest-image-not-found");
    let containers = &explanations[0]["record"]["containers"];
    assert_eq!((&containers[0]["decisive"], &containers[1]["role"]), (&json!(true), &json!("platform")));
}

#[test]
fn what_stopped_normally_is_counted_not_explained() {
    let mut task = task();
    task["stopCode"] = json!("ServiceSchedulerInitiated");
    task["stoppedReason"] = json!("Scaling activity initiated by (deployment ecs-svc/1234567890123456789)");
    task["containers"][0]["exitCode"] = json!(143);
    let ran = run(&[], task.to_string().as_bytes());
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("1 normal (--all shows them)") && !ran.out.contains("error["), "{}", ran.out);
    assert_eq!(problems(task.to_string().as_bytes()), ["replaced-by-service"]);
}

#[test]
fn bad_input_is_told_and_what_is_good_is_explained() {
    let one = task().to_string();
    let pretty = serde_json::to_string_pretty(&json!({ "tasks": [task(), task()] })).unwrap();
    // Cut in the second task: the first is explained.
    let cut = &pretty[..pretty.len() - 300];
    let (explanations, ran) = explain(cut.as_bytes());
    assert!(explanations.iter().any(|one| one["problem"]["id"] == PROBLEM), "{}", ran.out);
    assert!(ran.err.contains("ends too early"), "{}", ran.err);
    assert_eq!(ran.status, 2);
    // A broken line between good ones.
    let (explanations, ran) = explain(format!("{one}\n{{\"tasks\": [}}\n{one}\n").as_bytes());
    assert_eq!(explanations.iter().filter(|one| one["problem"]["id"] == PROBLEM).count(), 2, "{}", ran.out);
    assert_eq!(ran.status, 2);
    // Nothing at all, nothing but blanks, binary, JSON of something else.
    for (input, told) in [
        (&b""[..], "the input is empty"),
        (b" \n\t\n", "the input is empty"),
        (b"\x7fELF\x02\x01\x00\x00", "binary"),
        (b"{\"hello\": 1}", "no ECS task"),
        (b"[1,2,3]", "no ECS task"),
        (b"{\"tasks\": [", "ends too early"),
    ] {
        let ran = run(&[], input);
        assert!(ran.err.contains(told), "{input:?}: {}", ran.err);
        assert!(ran.err.starts_with("ecsplain: "), "{}", ran.err);
        assert_eq!(ran.status, 2, "{input:?}");
    }
    // An answer with no task in it is no mistake.
    let ran = run(&[], b"{\"tasks\": [], \"failures\": []}");
    assert!(ran.status == 0 && ran.err.contains("kept for about an hour"), "{}", ran.err);
    let ran = run(&[], b"{\"taskArns\": [\"arn:aws:ecs:eu-west-1:111122223333:task/c/0123\"]}");
    assert!(ran.status == 0 && ran.err.contains("only ids"), "{}", ran.err);
}

#[test]
fn invalid_utf8_is_taken() {
    let mut input = REASON.as_bytes().to_vec();
    input.splice(0..0, [0xff, 0xfe, b' ']);
    assert_eq!(problems(&input), [PROBLEM]);
}

#[test]
fn a_line_of_fifty_megabytes_is_looked_through() {
    let mut input = vec![b'x'; 50 * 1024 * 1024];
    let at = 30 * 1024 * 1024;
    let text = format!(" {REASON} ");
    input[at..at + text.len()].copy_from_slice(text.as_bytes());
    let (explanations, ran) = explain(&input);
    assert_eq!(explanations.len(), 1, "{}", ran.err);
    assert_eq!(explanations[0]["problem"]["id"], PROBLEM);
    assert_eq!(explanations[0]["record"]["texts"][0]["cut"], true);
    // And one in which nothing matters says nothing.
    let (explanations, ran) = explain(&vec![b'x'; 50 * 1024 * 1024]);
    assert_eq!((explanations.len(), ran.status), (0, 0));
}

#[test]
fn exit_statuses_are_those_of_the_contract() {
    let unknown = "UnknownError: the frobnicator jammed";
    assert_eq!(run(&["--text", REASON], b"").status, 0);
    assert_eq!(run(&["--text", unknown], b"").status, 1);
    assert_eq!(run(&["--fail-on", "never", "--text", unknown], b"").status, 0);
    assert_eq!(run(&["--fail-on", "failure", "--text", REASON], b"").status, 1);
    assert_eq!(run(&["--no-such-flag"], b"").status, 2);
    assert_eq!(run(&["show", "no-such-problem"], b"").status, 2);
    assert_eq!(run(&["--help"], b"").status, 0);
    assert_eq!(run(&["--version"], b"").status, 0);
    assert!(run(&["--version"], b"").out.contains("address ranges of 20"), "the table's date is shown");
}

#[test]
fn an_unreadable_file_does_not_lose_the_others() {
    let ran = run(&["no-such-file.json", "examples/tasks/layers-timeout.json"], b"");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("no-such-file.json: cannot be read"), "{}", ran.err);
    assert!(ran.out.contains(PROBLEM), "{}", ran.out);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecsplain"))
        .args(["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn hostile_texts_stay_texts() {
    let text = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/$(reboot):\u{1b}]0;pwned\u{7}\u{202e}': not found";
    let ran = run(&["--fixes", "all", "--text", text], b"");
    assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{7}') && !ran.out.contains('\u{202e}'));
    let ran = run(&["-f", "json", "--fixes", "all", "--text", text], b"");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let fixes = document["explanations"][0]["causes"].to_string();
    assert!(!fixes.contains("reboot"), "a value that is no image name is left out of commands");
}

#[test]
fn keys_and_signatures_are_never_printed() {
    let text = "CannotPullContainerError: failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x?X-Amz-Security-Token=SECRETTOKEN&X-Amz-Credential=ASIAABCDEFGHIJKLMNOP%2F20260101&X-Amz-Signature=deadbeef\": dial tcp 52.218.1.1:443: i/o timeout";
    let ran = run(&["-f", "json", "--text", text], b"");
    for secret in ["SECRETTOKEN", "ASIAABCDEFGHIJKLMNOP", "deadbeef"] {
        assert!(!ran.out.contains(secret), "{secret}");
    }
}

#[test]
fn environment_and_overrides_are_never_copied_out() {
    let mut task = task();
    task["overrides"] = json!({ "containerOverrides": [{ "name": "web", "command": ["run", "hunter2"], "environment": [{ "name": "P", "value": "hunter2" }] }] });
    task["tags"] = json!([{ "key": "k", "value": "hunter2" }]);
    for format in ["json", "ndjson", "text"] {
        let ran = run(&["-v", "-f", format], task.to_string().as_bytes());
        assert!(ran.out.contains(PROBLEM) && !ran.out.contains("hunter2"));
    }
}

#[test]
fn a_users_own_entry_answers_over_the_built_in_ones() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("own-knowledge/run");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("frobnicator-jammed.yaml"),
        "id: frobnicator-jammed\ntitle: The frobnicator jammed\nstage: run\nseverity: failure\nsince: 1.0.0\nsummary: Our frobnicator jams.\n\
         match:\n  - {in: [task, text], certainty: certain, all: [{says: frobnicator jammed}]}\n\
         causes:\n  - {id: dust, title: Dust}\n\
         examples:\n  - {text: \"UnknownError: the frobnicator jammed\", source: our own}\n\
         near_misses:\n  - {text: the frobnicator hums, is: unknown}\n",
    )
    .unwrap();
    let folder = folder.parent().unwrap().to_str().unwrap();
    let ran = run(&["--knowledge", folder, "--text", "UnknownError: the frobnicator jammed"], b"");
    assert!(ran.out.contains("error[frobnicator-jammed]"), "{}{}", ran.out, ran.err);
    let ran = run(&["knowledge", "check", folder], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    std::fs::write(PathBuf::from(folder).join("broken.yaml"), "id: broken\nstage: nowhere\n").unwrap();
    let ran = run(&["knowledge", "check", folder], b"");
    assert!(ran.status == 1 && ran.out.contains("broken.yaml:"), "{}", ran.out);
    std::fs::remove_file(PathBuf::from(folder).join("broken.yaml")).unwrap();
}

#[test]
fn the_json_document_counts_and_names_its_maker() {
    let ran = run(&["-f", "json", "examples/tasks/layers-timeout.json"], b"");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["schema"], "ecsplain/1");
    assert_eq!(document["summary"], json!({ "records": 1, "explained": 1, "normal": 0, "unknown": 0, "rejected": 0 }));
    assert!(document["tool"]["ip_ranges"].as_str().unwrap().starts_with("20"));
    let schema: Value = serde_json::from_str(
        &std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema/ecsplain-1.schema.json"))
            .unwrap(),
    )
    .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let ran = run(&["-f", "json", "--text", "UnknownError: the frobnicator jammed"], b"");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(document["explanations"][0]["problem"].is_null());
    assert!(validator.is_valid(&document));
}

/// The verdict and the first check are read without scrolling.
#[test]
fn verdict_and_first_check_fit_on_one_screen() {
    let ran = run(&["examples/tasks/layers-timeout.json"], b"");
    let screen: Vec<&str> = ran.out.lines().take(24).collect();
    assert!(
        screen.iter().any(|line| line.starts_with("Certain:"))
            && screen.iter().any(|line| line.contains("aws ec2 describe-security-group-rules")),
        "{screen:#?}"
    );
    assert!(screen.iter().all(|line| line.chars().count() <= 80), "{screen:#?}");
}

#[test]
fn a_newer_list_of_addresses_can_be_given() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ip-ranges.json");
    let list = json!({
        "syncToken": "1", "createDate": "2030-01-02-03-04-05",
        "prefixes": [{ "ip_prefix": "198.51.100.0/24", "region": "eu-west-1", "service": "S3", "network_border_group": "eu-west-1" }],
        "ipv6_prefixes": []
    });
    std::fs::write(&file, list.to_string()).unwrap();
    let text = "CannotPullContainerError: dial tcp 198.51.100.7:443: i/o timeout";
    let file = file.to_str().unwrap();
    let ran = run(&["-f", "json", "--ip-ranges", file, "--text", text], b"");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["explanations"][0]["problem"]["id"], PROBLEM, "{}", ran.err);
    assert_eq!(document["tool"]["ip_ranges"], "2030-01-02");
    // An address in no list is unknown, never "not AWS's".
    let ran = run(&["-f", "json", "--text", text], b"");
    assert!(ran.out.contains("not in AWS's list") && !ran.out.contains(PROBLEM), "{}", ran.out);
    let ran = run(&["--ip-ranges", "examples/tasks/layers-timeout.json", "--text", text], b"");
    assert!(ran.status == 2 && ran.err.contains("not AWS's ip-ranges.json"), "{}", ran.err);
}

/// Prose that depends on what the task is: with an image of another Region it is a NAT that is missing.
#[test]
fn what_is_ruled_out_depends_on_the_record() {
    let mut task = task();
    task["stoppedReason"] = json!("Task failed to start");
    task["launchType"] = json!("EC2");
    task["containers"][0]["reason"] = json!("CannotPullContainerError: dial tcp 52.216.1.2:443: i/o timeout");
    task["containers"][0]["image"] = json!("111122223333.dkr.ecr.us-east-1.amazonaws.com/notifyservice:latest");
    let (explanations, _) = explain(task.to_string().as_bytes());
    assert_eq!(explanations[0]["problem"]["id"], PROBLEM);
    assert_eq!(explanations[0]["causes"][0]["id"], "image-in-another-region");
    assert!(!explanations[0]["ruled_out"].to_string().contains("missing NAT"));
}

/// ECS's answer in forms that are no clean JSON. Each is longer than a question may be, and none is taken for a log.
#[test]
fn prints_of_a_task_that_are_no_json_are_read() {
    let document = json!({ "tasks": [task()] });
    let pretty = serde_json::to_string_pretty(&document).unwrap();
    let long = pretty.clone() + &"\n  filler: 1".repeat(40);
    let wrapped: String = pretty
        .lines()
        .flat_map(|line| line.as_bytes().chunks(60))
        .map(|part| String::from_utf8_lossy(part).into_owned() + "\n")
        .collect();
    let yaml = format!(
        "tasks:\n- clusterArn: arn:aws:ecs:eu-west-1:111122223333:cluster/c\n{}  lastStatus: STOPPED\n  stoppedReason: '{}'\n  version: 5\n",
        "  x: 1\n".repeat(40),
        REASON
    );
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(pretty.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (name, input) in [
        ("cut behind the reason", pretty.as_bytes()[..pretty.find("\"containers\"").unwrap()].to_vec()),
        ("a trailing comma", long.replace("],", "],,").into_bytes()),
        ("wrapped at 60 columns", wrapped.into_bytes()),
        ("YAML", yaml.into_bytes()),
        ("UTF-16", utf16),
        (
            "PowerShell's list",
            format!("LastStatus : STOPPED\nStoppedReason : {REASON}\n{}", "X : 1\n".repeat(40)).into_bytes(),
        ),
    ] {
        assert!(problems(&input).contains(&PROBLEM.to_owned()), "{name}: {:?}", problems(&input));
    }
    // A failure that is not known is told as well.
    let unknown = pretty.replace(REASON, "Frobnication: x") + "}\n" + &"x\n".repeat(40);
    let ran = run(&[], unknown.as_bytes());
    assert!(ran.out.contains("unknown") && ran.status > 0, "{} {}", ran.out, ran.status);
}

#[test]
fn deeply_nested_or_hostile_json_ends_quickly() {
    for input in
        ["{\"a\":".repeat(300_000), "{\"a\":".repeat(120) + "[" + &"{},".repeat(300_000), "{\"a\":[1,\n".repeat(50_000)]
    {
        let ran = run(&[], input.as_bytes());
        assert!(ran.status == 2 && ran.err.starts_with("ecsplain: "), "{} {}", ran.status, ran.err);
    }
}

#[test]
fn an_application_that_ran_is_not_blamed_on_a_platforms_container() {
    let mut task = task();
    task["stopCode"] = json!("EssentialContainerExited");
    task["stoppedReason"] = json!("Essential container in task exited");
    task["containers"] = json!([
        { "name": "web", "exitCode": "1", "lastStatus": "STOPPED" },
        { "name": "aws-guardduty-agent-AbC123", "lastStatus": "STOPPED", "reason": "CannotPullContainerError: dial tcp 52.219.41.3:443: i/o timeout" }
    ]);
    let (explanations, _) = explain(task.to_string().as_bytes());
    assert_ne!(explanations[0]["problem"]["id"], PROBLEM);
    assert_eq!(explanations[0]["record"]["containers"][0]["decisive"], true);
    assert_eq!(explanations[0]["record"]["containers"][0]["exit_code"], 1);
}

#[test]
fn a_containers_own_error_is_never_normal() {
    let mut task = task();
    task["stopCode"] = json!("ServiceSchedulerInitiated");
    task["stoppedReason"] = json!("Scaling activity initiated by (deployment ecs-svc/1234567890123456789)");
    task["containers"][0]["exitCode"] = json!(137);
    task["containers"][0]["reason"] = json!("OutOfMemoryError: Container killed due to memory usage");
    assert_ne!(problems(task.to_string().as_bytes()), ["normal"]);
}

#[test]
fn different_failures_are_never_joined() {
    let denied = |secret: &str| {
        format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:{secret}-AbCdEf from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret"
        )
    };
    let lines = [denied("alpha"), denied("beta"), denied("alpha")]
        .map(|reason| json!({ "stoppedReason": reason }).to_string())
        .join("\n");
    let ran = run(&["-f", "json"], lines.as_bytes());
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["explanations"].as_array().unwrap().len(), 2);
    // The same service name in two accounts is two services.
    let here = task().to_string();
    let there = here.replace("111122223333", "444455556666");
    let ran = run(&["-f", "json"], format!("{here}\n{there}").as_bytes());
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["explanations"].as_array().unwrap().len(), 2);
}

#[test]
fn what_a_service_is_called_says_nothing() {
    let service = |message: &str| {
        json!({ "services": [{ "serviceName": "a", "deployments": [], "events": [{ "message": message }] }] })
            .to_string()
    };
    assert_eq!(
        problems(service("(service failed-payments) has reached a steady state.").as_bytes()),
        ["service-informs"]
    );
    assert_ne!(
        problems(service("(service web) (task x) Failed container health checks, has started 1 tasks").as_bytes()),
        ["service-informs"]
    );
}

/// The AWS CLI reads `file://…` from the disk, even in quotes.
#[test]
fn no_value_makes_the_cli_read_a_file() {
    let text = "ResourceInitializationError: failed to download env files: file download command: non empty error stream: failed to download file with key file:///home/u/.aws/credentials, from bucket evil-logs: AccessDenied: Access Denied status code: 403";
    let ran = run(&["-f", "json", "--text", text], b"");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(!document["explanations"][0]["causes"].to_string().contains("file:///home"));
}

/// As the console and scripts print them: a time before each.
#[test]
fn dated_lines_of_service_events_are_events() {
    let text = "2026-07-01 19:45:52 (service api) (deployment ecs-svc/1234567890123456789) deployment failed: tasks failed to start.\n\
                2026-07-01 19:40:11 (service api) has started 1 tasks: (task 0123456789abcdef0123456789abcdef).\n";
    assert_eq!(problems(text.as_bytes()), ["circuit-breaker-triggered", "service-informs"]);
}

#[test]
fn objects_of_a_cut_array_are_all_read() {
    let event =
        |message: &str| json!({ "id": "x", "createdAt": "2026-08-24T10:00:00Z", "message": message }).to_string();
    let text = format!(
        "{},\n{}\n",
        event("(service web) has reached a steady state."),
        event(
            "(service web) (port 80) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef) due to (reason Health checks failed with these codes: [404])."
        )
    );
    assert_eq!(problems(text.as_bytes()), ["service-informs", "target-answers-not-found"]);
}

/// The console speaks the reader's language, ECS does not. A body in another language is honestly unknown.
#[test]
fn a_consoles_shell_is_peeled_in_any_language() {
    let reason = "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: not found";
    for shell in [
        "Task stopped at: 2025-03-12T18:15:57.697Z",
        "タスクが停止した時刻: 2025-03-12T18:15:57.697Z",
        "Aufgabe gestoppt um: 2025-03-12T18:15:57.697Z",
        "任务停止时间: 2025-03-12T18:15:57.697Z",
    ] {
        assert_eq!(problems(format!("{shell}\n{reason}").as_bytes()), ["manifest-image-not-found"], "{shell}");
    }
    let japanese = "ECS は、設定された ECS インフラストラクチャロール「ecsInfrastructureRole」を引き受けることができませんでした。";
    assert_eq!(problems(japanese.as_bytes()), ["unknown"]);
}

#[test]
fn a_log_without_a_failure_says_so_and_is_quiet_when_asked_to() {
    let log = "2026-08-24 10:00:00 INFO started\n2026-08-24 10:00:01 INFO ready\n";
    let ran = run(&[], log.as_bytes());
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("nothing in it reports a failure of ECS"), "{}", ran.err);
    assert_eq!(run(&["-q"], log.as_bytes()).err, "");
}

#[test]
fn a_misspelled_subcommand_is_recognised() {
    for (typed, meant) in [("shw", "show"), ("lsit", "list"), ("mann", "man"), ("shox", "show")] {
        let ran = run(&[typed], b"");
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains(&format!("did you mean `ecsplain {meant}`")), "{}", ran.err);
    }
    assert!(run(&["web"], b"").err.contains("cannot be read"));
}

#[test]
fn counts_come_in_every_format() {
    let tasks = json!({ "tasks": [task(), task()] }).to_string();
    let document = run(&["-f", "json", "--stats"], tasks.as_bytes());
    let document: Value = serde_json::from_str(&document.out).unwrap();
    let stats = &document["stats"];
    // One task in two documents is two records.
    assert_eq!((&stats["failures"], &stats["problems"][0]["id"]), (&document["summary"]["explained"], &json!(PROBLEM)));
    assert_eq!(stats["times"]["counts"].as_array().unwrap().len(), 1);
    let lines = run(&["-f", "ndjson", "--stats"], tasks.as_bytes());
    assert!(lines.out.lines().all(|line| serde_json::from_str::<Value>(line).unwrap()["schema"] == "ecsplain/1"));
    assert!(lines.err.contains("By problem"), "{}", lines.err);
    assert!(!run(&["-f", "json"], tasks.as_bytes()).out.contains("\"stats\""));
}

#[test]
fn redaction_reaches_every_format() {
    let input = task().to_string().replace("XXXXXXXXXX", "111122223333");
    for format in ["text", "json", "ndjson"] {
        let ran = run(&["-f", format, "--redact", "--fixes", "all", "-v", "--stats"], input.as_bytes());
        for secret in ["111122223333", "notifyservice", "'prod'", "0123456789abcdef"] {
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{format}: {secret}");
        }
        assert!(ran.out.contains("cluster-1") && ran.out.contains("52.219.41.3"), "{format}");
    }
}

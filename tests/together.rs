//! Records that are given together: task definitions beside their tasks, symptoms beside their cause, a runbook's report beside
//! the task that it is about.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// Runs the command with JSON output on this standard input.
fn explain(input: &str) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecsplain"))
        .args(["--format", "json", "--fixes", "none", "--fail-on", "never", "--all"])
        .env_remove("ECSPLAIN_KNOWLEDGE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["explanations"].as_array().unwrap().clone()
}

fn ids(explanations: &[Value]) -> Vec<&str> {
    explanations.iter().map(|explanation| explanation["problem"]["id"].as_str().unwrap_or("none")).collect()
}

fn decisive(explanation: &Value) -> Vec<&str> {
    let containers = explanation["record"]["containers"].as_array().unwrap();
    containers.iter().filter(|one| one["decisive"] == true).map(|one| one["name"].as_str().unwrap()).collect()
}

fn task(containers: &Value) -> Value {
    json!({
        "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "group": "service:web", "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited", "containers": containers,
    })
}

fn definition(revision: &str, containers: &Value) -> Value {
    json!({ "taskDefinition": {
        "taskDefinitionArn": format!("arn:aws:ecs:eu-west-1:111122223333:task-definition/web:{revision}"),
        "family": "web", "containerDefinitions": containers,
    } })
}

#[test]
fn a_task_definition_tells_which_container_brought_the_task_down() {
    let two = task(&json!([{"name": "app", "exitCode": 3}, {"name": "migrate", "exitCode": 1}]));
    assert_eq!(decisive(&explain(&two.to_string())[0]), Vec::<&str>::new(), "two equals are undecided");
    let containers = json!([{"name": "app"}, {"name": "migrate", "essential": false}]);
    for order in [[&definition("7", &containers), &two], [&two, &definition("7", &containers)]] {
        let input = order.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert_eq!(decisive(&explain(&input)[0]), ["app"]);
    }
    let other_revision = format!("{two}\n{}", definition("8", &containers));
    assert_eq!(
        decisive(&explain(&other_revision)[0]),
        Vec::<&str>::new(),
        "another revision says nothing of this task"
    );
    let bare = json!({"family": "web", "containerDefinitions": containers});
    assert_eq!(decisive(&explain(&format!("{two}\n{bare}"))[0]), ["app"], "a definition that is not registered yet");
}

/// What a container that is not essential ended with is no reason of the stop.
#[test]
fn a_container_that_is_not_essential_explains_no_stop() {
    let two = task(&json!([{"name": "app", "exitCode": 143}, {"name": "migrate", "exitCode": 1}]));
    let containers = json!([{"name": "app"}, {"name": "migrate", "essential": false}]);
    let explanations = explain(&format!("{two}\n{}", definition("7", &containers)));
    assert_eq!(ids(&explanations), ["exit-terminated-unasked"]);
}

#[test]
fn a_container_that_others_wait_for_brings_the_task_down_though_it_is_not_essential() {
    let task = task(&json!([{"name": "app"}, {"name": "init", "exitCode": 1}, {"name": "other", "exitCode": 2}]));
    let containers = json!([
        {"name": "app", "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]},
        {"name": "init", "essential": false}, {"name": "other", "essential": false},
    ]);
    assert_eq!(decisive(&explain(&format!("{task}\n{}", definition("7", &containers)))[0]), ["init"]);
}

const LAYERS: &str = "CannotPullContainerError: The task cannot pull 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/web:1 from the registry 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/web:1. There is a connection issue between the task and the registry. Check your task network configuration. : failed to copy: httpReadSeeker: failed open: failed to do request: Get 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/web:1: dial tcp 52.219.41.3:443: i/o timeout";

fn failed_pull() -> Value {
    json!({ "tasks": [{
        "taskArn": "arn:aws:ecs:ap-southeast-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
        "clusterArn": "arn:aws:ecs:ap-southeast-1:111122223333:cluster/prod",
        "group": "service:web", "lastStatus": "STOPPED", "stopCode": "TaskFailedToStart", "stoppedReason": LAYERS,
        "stoppedAt": "2026-08-24T10:00:00Z", "containers": [{"name": "app"}],
    }] })
}

fn service(events: &[(&str, &str)]) -> Value {
    let events: Vec<Value> =
        events.iter().map(|(at, message)| json!({"id": "x", "createdAt": at, "message": message})).collect();
    json!({ "services": [{
        "serviceArn": "arn:aws:ecs:ap-southeast-1:111122223333:service/prod/web", "serviceName": "web",
        "clusterArn": "arn:aws:ecs:ap-southeast-1:111122223333:cluster/prod", "events": events,
    }] })
}

#[test]
fn events_of_a_service_follow_from_the_task_that_failed() {
    let events = service(&[
        (
            "2026-08-24T10:05:00Z",
            "(service web) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.",
        ),
        ("2026-08-24T10:01:00Z", &format!("(service web) was unable to place a task. Reason: {LAYERS}.")),
    ]);
    let explanations = explain(&format!("{events}\n{}", failed_pull()));
    let cause = explanations.iter().find(|one| one["record"]["kind"] == "stopped-task").unwrap();
    assert_eq!(cause["problem"]["id"], "layers-s3-unreachable");
    assert!(cause.get("symptom_of").is_none());
    let followers: Vec<&Value> = explanations.iter().filter(|one| one["record"]["kind"] == "service-event").collect();
    assert_eq!(followers.len(), 2, "{:?}", ids(&explanations));
    for follower in followers {
        assert_eq!(follower["symptom_of"], cause["fingerprint"], "{}", follower["problem"]["id"]);
    }
}

#[test]
fn what_happened_before_the_task_or_elsewhere_does_not_follow_from_it() {
    let impaired = "(service web) is unable to consistently start tasks successfully.";
    let early = service(&[("2026-08-24T08:00:00Z", impaired)]);
    let explanations = explain(&format!("{early}\n{}", failed_pull()));
    assert!(explanations.iter().all(|one| one.get("symptom_of").is_none()), "{:?}", ids(&explanations));
    let other = service(&[("2026-08-24T10:05:00Z", impaired)]).to_string().replace("/web\"", "/api\"");
    let other = other.replace("\"serviceName\":\"web\"", "\"serviceName\":\"api\"");
    let explanations = explain(&format!("{other}\n{}", failed_pull()));
    assert!(explanations.iter().all(|one| one.get("symptom_of").is_none()), "{:?}", ids(&explanations));
}

const REPORT: &str = "Task Failure Reason Analysis:
#############################

REGISTRY CHECKS
===============
The resource based policy for the ECR repository [web] may be missing permissions to pull the image. Make sure that it has all.
- https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html

The route table rtb-063e36b65f4a93ebe associated with Task Subnet subnet-0ffaf57206ab92280 does not have network access either via Internet Gateway or Nat Gateway.
If you are leveraging custom networking path please ensure connectivity

The moon is in the wrong house.
";

fn verdicts(explanation: &Value) -> Vec<&str> {
    let findings = explanation["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["verdict"].as_str().unwrap()).collect()
}

#[test]
fn findings_of_the_runbook_are_judged_by_the_task() {
    let explanations = explain(&format!("{}\n{REPORT}", failed_pull()));
    assert_eq!(ids(&explanations), ["layers-s3-unreachable", "runbook-report"]);
    assert_eq!(explanations[1]["symptom_of"], explanations[0]["fingerprint"]);
    assert_eq!(verdicts(&explanations[1]), ["red-herring", "red-herring", "open"]);
}

#[test]
fn without_a_task_the_findings_stay_open_and_say_what_they_can_mean() {
    let explanations = explain(REPORT);
    assert_eq!(ids(&explanations), ["runbook-report"]);
    assert_eq!(verdicts(&explanations[0]), ["open", "open", "open"]);
    for finding in explanations[0]["findings"].as_array().unwrap() {
        assert!(!finding["because"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_task_that_was_answered_contradicts_the_missing_route() {
    let denied = json!({"stopCode": "TaskFailedToStart", "stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/0123 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"});
    let explanations = explain(&format!("{denied}\n{REPORT}"));
    assert_eq!(verdicts(&explanations[1]), ["contradicted", "contradicted", "open"]);
}

#[test]
fn what_a_managed_agent_says_is_no_reason_of_the_stop() {
    let mut task = task(&json!([{"name": "app", "exitCode": 3, "managedAgents": [
        {"name": "ExecuteCommandAgent", "lastStatus": "STOPPED", "reason": "ExecuteCommandAgent process exited with exit code: 255"},
    ]}]));
    task["stoppedReason"] = "Essential container in task exited".into();
    let explanations = explain(&task.to_string());
    assert_eq!(explanations.len(), 2);
    assert_eq!(explanations[0]["record"]["texts"].as_array().unwrap().len(), 1);
    assert_eq!(explanations[1]["problem"]["stage"], "exec", "{:?}", ids(&explanations));
}

#[test]
fn a_container_that_ran_follows_from_no_other_task() {
    let mut ran = task(&json!([{"name": "app", "exitCode": 1}]));
    ran["stoppedAt"] = "2026-08-24T10:05:00Z".into();
    ran["taskArn"] = "arn:aws:ecs:ap-southeast-1:111122223333:task/prod/11111111111111111111111111111111".into();
    let explanations = explain(&format!("{}\n{ran}", failed_pull()));
    assert!(explanations.iter().all(|one| one.get("symptom_of").is_none()), "{:?}", ids(&explanations));
    let breaker = service(&[(
        "2026-08-24T10:06:00Z",
        "(service web) (deployment ecs-svc/1234567890123456789) deployment failed: tasks failed to start.",
    )]);
    let explanations = explain(&format!("{breaker}\n{ran}"));
    assert_eq!(ids(&explanations), ["circuit-breaker-triggered", "application-failed"]);
    assert_eq!(explanations[0]["symptom_of"], explanations[1]["fingerprint"], "a crash explains the circuit breaker");
}

#[test]
fn a_task_that_runs_has_not_failed() {
    let mut running = task(&json!([{"name": "app", "lastStatus": "RUNNING"}, {"name": "init", "exitCode": 0}]));
    for (name, value) in [("lastStatus", "RUNNING"), ("desiredStatus", "RUNNING")] {
        running[name] = value.into();
    }
    for name in ["stopCode", "stoppedReason"] {
        running.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(explain(&running.to_string())[0]["outcome"], "normal");
}

#[test]
fn a_heading_of_checks_makes_no_report() {
    let text = format!("Preflight Checks\n================\nOK\n\n{LAYERS}");
    assert_eq!(ids(&explain(&text)), ["layers-s3-unreachable"]);
}

#[test]
fn a_report_and_its_task_come_in_any_order() {
    let explanations = explain(&format!("{REPORT}\n{}", failed_pull()));
    assert_eq!(ids(&explanations), ["runbook-report", "layers-s3-unreachable"]);
    assert_eq!(verdicts(&explanations[0])[0], "red-herring");
    let other = REPORT.replace("The moon", "Task 22222222222222222222222222222222: the moon");
    let explanations = explain(&format!("{other}\n{}", failed_pull()));
    assert!(explanations[0].get("symptom_of").is_none(), "the report is about another task");
}

#[test]
fn a_definition_of_another_region_or_account_says_nothing_of_a_task() {
    let two = task(&json!([{"name": "app", "exitCode": 3}, {"name": "migrate", "exitCode": 1}]));
    let containers = json!([{"name": "app"}, {"name": "migrate", "essential": false}]);
    let elsewhere = definition("7", &containers).to_string().replace("eu-west-1", "us-east-1");
    assert_eq!(decisive(&explain(&format!("{two}\n{elsewhere}"))[0]), Vec::<&str>::new());
}

#[test]
fn failures_that_miss_different_things_stay_apart() {
    let missing = |secret: &str| {
        let mut task = task(&json!([{"name": "app"}]));
        task["stopCode"] = "TaskFailedToStart".into();
        task["taskArn"] = format!("arn:aws:ecs:eu-west-1:111122223333:task/prod/{secret:0>32}").into();
        task["stoppedReason"] = format!("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:{secret}-AbCdEf from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.").into();
        task
    };
    assert_eq!(explain(&format!("{}\n{}", missing("db"), missing("api"))).len(), 2);
    assert_eq!(explain(&format!("{}\n{}", missing("db"), missing("db"))).len(), 1);
}

#[test]
fn a_text_behind_a_document_is_explained_as_well() {
    let explanations = explain(&format!("{}\nError: connect ECONNREFUSED 127.0.0.1:5432\n", failed_pull()));
    assert_eq!(explanations.len(), 2);
    assert_eq!(explanations[1]["outcome"], "explained");
}

/// Reading one behind another must not nest as deep as the input is long.
#[test]
fn thousands_of_reports_and_documents_in_turn_are_survived() {
    let input = "REGISTRY CHECKS\n====\n{}\n".repeat(9_000);
    let ran = Command::new(env!("CARGO_BIN_EXE_ecsplain")).arg("--text").arg(&input[..100_000]).output().unwrap();
    assert!(ran.status.code().is_some(), "it was killed: {}", String::from_utf8_lossy(&ran.stderr));
    let words = format!("{}\n{}", failed_pull(), "Some words here\n{}\n".repeat(9_000));
    assert!(!explain(&words).is_empty());
    assert!(!explain(&input).is_empty());
}

/// As `aws ssm get-automation-execution` prints a runbook's run. Findings whose words are not known stay open.
#[test]
fn runs_of_both_runbooks_are_read() {
    let run = |name: &str, output: &str| json!({ "AutomationExecution": { "DocumentName": name, "Outputs": { "step.output": [output], "other.output": ["ok"] } } });
    let report = run("AWSSupport-TroubleshootECSTaskFailedToStart", REPORT);
    let explanations = explain(&format!("{report}\n{}", failed_pull()));
    assert_eq!(verdicts(&explanations[0]), ["red-herring", "red-herring", "open"]);
    let report = run(
        "AWSSupport-TroubleshootECSContainerInstance",
        "One thing that was found.\n\nAnother thing that was found.",
    );
    let explanations = explain(&report.to_string());
    assert_eq!(ids(&explanations), ["runbook-report"]);
    assert_eq!(verdicts(&explanations[0]), ["open", "open"]);
}

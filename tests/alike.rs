//! Failures that look alike and are not: each pair or group differs in little, and is answered differently.

#![allow(clippy::unwrap_used)]

use ecsplain::{Explainer, Input, Item, Outcome, Record, read};
use serde_json::{Value, json};

/// What is answered to a text, or to a task as describe-tasks gives it.
fn answer(input: &Value) -> String {
    let record = match input {
        Value::String(text) => Record::of_text(text),
        document => {
            let bytes = serde_json::to_vec(document).unwrap();
            let mut items = read(&Input { source: "alike", bytes: &bytes, asked: false, gate: &|_| None });
            match items.remove(0) {
                Item::Record(record) => *record,
                other => panic!("{other:?}"),
            }
        }
    };
    let explanation = Explainer::builtin().explain(&record).unwrap();
    match (explanation.problem, explanation.outcome) {
        (Some(problem), _) => problem.id,
        (None, Outcome::Normal) => "normal".to_owned(),
        (None, _) => "unknown".to_owned(),
    }
}

/// Every input is answered by its problem, and the problems are different ones.
fn differ(group: &[(&str, Value)]) {
    let mut wrong = Vec::new();
    for (wanted, input) in group {
        let given = answer(input);
        if given != *wanted {
            wrong.push(format!("{given} instead of {wanted}: {input}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn task(stop_code: &str, reason: &str, containers: Value) -> Value {
    json!({
        "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
        "group": "service:web", "startedBy": "ecs-svc/1234567890123456789", "lastStatus": "STOPPED", "launchType": "FARGATE",
        "stopCode": stop_code, "stoppedReason": reason, "containers": containers,
        "startedAt": "2026-08-24T10:00:00Z", "stoppingAt": "2026-08-24T10:10:00Z",
        "executionStoppedAt": "2026-08-24T10:10:31Z", "stoppedAt": "2026-08-24T10:10:55Z",
    })
}

const ENDED: &str = "Essential container in task exited";

#[test]
fn exit_137_has_five_meanings() {
    let killed = json!([{"name": "app", "exitCode": 137}]);
    differ(&[
        (
            "memory-limit-reached",
            task(
                "EssentialContainerExited",
                ENDED,
                json!([
                {"name": "app", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}]),
            ),
        ),
        (
            "elb-health-check-failed",
            task(
                "ServiceSchedulerInitiated",
                "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef)",
                killed.clone(),
            ),
        ),
        (
            "killed-after-stop-timeout",
            task(
                "ServiceSchedulerInitiated",
                "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)",
                killed.clone(),
            ),
        ),
        (
            "application-failed",
            task(
                "EssentialContainerExited",
                ENDED,
                json!([{"name": "app", "exitCode": 1}, {"name": "log_router", "exitCode": 137}]),
            ),
        ),
        ("killed-without-reason", task("EssentialContainerExited", ENDED, killed)),
    ]);
}

#[test]
fn an_out_of_memory_reason_with_exit_0_is_a_child_that_died() {
    let reason = "OutOfMemoryError: Container killed due to memory usage";
    differ(&[
        (
            "memory-child-killed",
            task("EssentialContainerExited", ENDED, json!([{"name": "app", "exitCode": 0, "reason": reason}])),
        ),
        (
            "memory-limit-reached",
            task("EssentialContainerExited", ENDED, json!([{"name": "app", "exitCode": 137, "reason": reason}])),
        ),
        ("exit-zero-in-service", task("EssentialContainerExited", ENDED, json!([{"name": "app", "exitCode": 0}]))),
    ]);
}

#[test]
fn a_log_group_that_is_not_found_is_not_always_absent() {
    let says = "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed";
    let absent = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. status code: 400, request id: 0123456789abcdef : exit status 1";
    differ(&[("logs-unreachable", json!(says)), ("log-group-not-found", json!(absent))]);
}

#[test]
fn a_platform_mismatch_on_an_attestation_index_is_no_missing_tag() {
    differ(&[
        (
            "image-platform-mismatch",
            json!(
                "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'"
            ),
        ),
        (
            "manifest-image-not-found",
            json!(
                "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: not found"
            ),
        ),
    ]);
}

#[test]
fn a_403_is_not_always_iam() {
    differ(&[
        (
            "layers-s3-forbidden",
            json!(
                "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status from GET request to https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/0123: 403 Forbidden"
            ),
        ),
        (
            "manifest-ecr-forbidden",
            json!(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/v2: 403 Forbidden"
            ),
        ),
        (
            "manifest-pull-denied",
            json!(
                "CannotPullContainerError: Error response from daemon: pull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web, repository does not exist or may require 'docker login': denied: User: arn:aws:sts::111122223333:assumed-role/exec/0123 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/web because no identity-based policy allows the ecr:BatchGetImage action"
            ),
        ),
    ]);
}

#[test]
fn an_image_without_a_registry_host_is_asked_of_docker_hub() {
    differ(&[
        (
            "image-name-unqualified",
            json!(
                "CannotPullContainerError: Error response from daemon: pull access denied for my-web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
            ),
        ),
        (
            "manifest-access-denied",
            json!(
                "CannotPullContainerError: Error response from daemon: pull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/my-web, repository does not exist or may require 'docker login'"
            ),
        ),
    ]);
}

#[test]
fn a_bare_secret_name_is_read_as_a_parameter() {
    let bare = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/0123 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/DB_PASSWORD because no identity-based policy allows the ssm:GetParameters action";
    let secret = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/0123 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action";
    differ(&[("parameter-access-denied", json!(bare)), ("secret-access-denied", json!(secret))]);
}

#[test]
fn placement_words_around_an_initialisation_error_are_only_a_shell() {
    differ(&[
        (
            "ecr-token-denied",
            json!(
                "(service web) was unable to place a task. Reason: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/0123 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action."
            ),
        ),
        (
            "placement-insufficient-memory",
            json!(
                "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0123456789abcdef0123456789abcdef) has insufficient memory available."
            ),
        ),
    ]);
}

#[test]
fn a_guardduty_sidecar_that_could_not_be_pulled_is_not_why_the_application_ended() {
    let guard = json!({"name": "aws-guardduty-agent-abc", "image": "694911143906.dkr.ecr.eu-west-1.amazonaws.com/aws-guardduty-agent-fargate:v1",
        "reason": "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 694911143906.dkr.ecr.eu-west-1.amazonaws.com/aws-guardduty-agent-fargate:v1: failed to do request: Head \"https://694911143906.dkr.ecr.eu-west-1.amazonaws.com/v2/aws-guardduty-agent-fargate/manifests/v1\": dial tcp 10.0.0.1:443: i/o timeout"});
    differ(&[
        ("application-failed", task("EssentialContainerExited", ENDED, json!([{"name": "app", "exitCode": 1}, guard]))),
        (
            "ecr-registry-endpoint-unreachable",
            task(
                "TaskFailedToStart",
                "Task failed to start",
                json!([{"name": "app"}, {
            "name": "web", "reason": "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v1: failed to do request: Head \"https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/v1\": dial tcp 10.0.0.1:443: i/o timeout"}]),
            ),
        ),
    ]);
}

#[test]
fn what_one_word_changes() {
    differ(&[
        (
            "layers-s3-unreachable",
            json!(
                "CannotPullContainerError: error pulling image configuration: download failed after attempts=6: dial tcp 52.219.41.3:443: i/o timeout"
            ),
        ),
        (
            "layers-store-unreachable",
            json!(
                "CannotPullContainerError: error pulling image configuration: download failed after attempts=6: dial tcp 104.16.99.215:443: i/o timeout"
            ),
        ),
        (
            "ecr-api-unreachable",
            json!(
                "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 44.213.79.104:443: i/o timeout"
            ),
        ),
        (
            "ecr-api-endpoint-unreachable",
            json!(
                "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 172.16.54.241:443: i/o timeout"
            ),
        ),
    ]);
}

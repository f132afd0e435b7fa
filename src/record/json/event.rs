//! What is told of tasks: EventBridge events, services and their deployments, container instances, failures of calls.

use super::super::time::iso_time;
use super::super::{Record, RecordKind};
use super::{field, last_segment, list, place_of, task, text_of};
use serde_json::{Map, Value};

/// An EventBridge event of ECS.
pub(super) fn event(object: &Map<String, Value>) -> Option<Record> {
    let kind = text_of(object, "detailtype")?;
    // PutEvents takes the detail as a string.
    let parsed: Option<Value> = text_of(object, "detail").and_then(|text| serde_json::from_str(&text).ok());
    let detail = parsed.as_ref().or_else(|| field(object, "detail"))?.as_object()?;
    let mut record = match kind.as_str() {
        "ECS Task State Change" => task(detail),
        "ECS Service Action" => Record::new(RecordKind::ServiceEvent),
        "ECS Deployment State Change" => Record::new(RecordKind::DeploymentEvent),
        "ECS Container Instance State Change" => container_instance(detail),
        // Newer kinds: daemons, service revisions and what is not invented yet.
        other if other.starts_with("ECS ") && other.contains("Deployment") => Record::new(RecordKind::DeploymentEvent),
        other if other.starts_with("ECS ") => Record::new(RecordKind::ServiceEvent),
        _ => return None,
    };
    for (own, name) in [(&mut record.region, "region"), (&mut record.account, "account")] {
        if own.is_none() {
            *own = text_of(object, name);
        }
    }
    if record.time.is_none() {
        record.time = field(object, "time").and_then(iso_time);
    }
    if matches!(record.kind, RecordKind::ServiceEvent | RecordKind::DeploymentEvent) {
        record.event_name = text_of(detail, "eventname");
        record.event_type = text_of(detail, "eventtype");
        record.cluster = text_of(detail, "clusterarn").map(|arn| last_segment(&arn));
        if let Some(arn) = list(object, "resources").first().and_then(Value::as_str)
            && arn.contains(":service/")
        {
            record.service = Some(last_segment(arn));
        }
        if let Some(reason) = text_of(detail, "reason") {
            record.push_text("detail.reason", &reason, None);
        }
    }
    Some(record)
}

pub(super) fn is_service(object: &Map<String, Value>) -> bool {
    let is_list = |name: &str| matches!(field(object, name), Some(Value::Array(_)));
    let named = ["servicearn", "servicename"].iter().any(|name| field(object, name).is_some());
    (is_list("events") && (named || is_list("deployments"))) || (named && is_list("deployments"))
}

/// A service of describe-services: one record an event, and one for each deployment that says why it is where it is.
pub(super) fn service(object: &Map<String, Value>, records: &mut Vec<Record>) {
    let mut base = Record::new(RecordKind::ServiceEvent);
    base.service = text_of(object, "servicename");
    base.cluster = text_of(object, "clusterarn").map(|arn| last_segment(&arn));
    base.launch_type = text_of(object, "launchtype");
    if let Some(arn) = text_of(object, "servicearn") {
        place_of(&mut base, &arn);
    }
    for event in list(object, "events").iter().filter_map(Value::as_object) {
        if let Some(message) = text_of(event, "message") {
            let mut record = base.clone();
            record.time = field(event, "createdat").and_then(iso_time);
            record.push_text("message", &message, None);
            records.push(record);
        }
    }
    for deployment in list(object, "deployments").iter().filter_map(Value::as_object) {
        if let Some(reason) = text_of(deployment, "rolloutstatereason") {
            let mut record = base.clone();
            record.kind = RecordKind::DeploymentEvent;
            record.rollout_state = text_of(deployment, "rolloutstate");
            record.event_type = record.rollout_state.as_deref().filter(|s| *s == "FAILED").map(|_| "ERROR".to_owned());
            record.time = field(deployment, "updatedat").and_then(iso_time);
            record.push_text("rolloutStateReason", &reason, None);
            records.push(record);
        }
    }
}

pub(super) fn is_service_deployment(object: &Map<String, Value>) -> bool {
    field(object, "servicedeploymentarn").is_some() && field(object, "status").is_some()
}

/// One of describe-service-deployments.
pub(super) fn service_deployment(object: &Map<String, Value>) -> Record {
    let mut record = Record::new(RecordKind::DeploymentEvent);
    for name in ["servicedeploymentarn", "servicearn"] {
        if let Some(arn) = text_of(object, name) {
            place_of(&mut record, &arn);
        }
    }
    record.service = text_of(object, "servicearn").map(|arn| last_segment(&arn));
    record.cluster = text_of(object, "clusterarn").map(|arn| last_segment(&arn));
    record.rollout_state = text_of(object, "status");
    let bad = |state: &str| state.contains("FAILED") || state.contains("ROLLBACK");
    record.event_type = record.rollout_state.as_deref().filter(|state| bad(state)).map(|_| "ERROR".to_owned());
    record.time = ["finishedat", "updatedat", "createdat"].iter().find_map(|name| iso_time(field(object, name)?));
    let breaker = field(object, "deploymentcircuitbreaker").and_then(Value::as_object);
    if let Some(status) = breaker.and_then(|breaker| text_of(breaker, "status")) {
        record.event_name = Some(format!("CIRCUIT_BREAKER_{status}"));
    }
    if let Some(reason) = text_of(object, "statusreason") {
        record.push_text("statusReason", &reason, None);
    }
    if let Some(reason) = field(object, "rollback").and_then(Value::as_object).and_then(|back| text_of(back, "reason"))
    {
        record.push_text("rollback.reason", &reason, None);
    }
    record
}

pub(super) fn is_container_instance(object: &Map<String, Value>) -> bool {
    field(object, "containerinstancearn").is_some()
        && ["agentconnected", "ec2instanceid"].iter().any(|name| field(object, name).is_some())
}

/// A container instance of describe-container-instances, or the detail of its event.
pub(super) fn container_instance(object: &Map<String, Value>) -> Record {
    let mut record = Record::new(RecordKind::ContainerInstanceEvent);
    if let Some(arn) = text_of(object, "containerinstancearn") {
        place_of(&mut record, &arn);
        record.container_instance = Some(last_segment(&arn));
    }
    record.cluster = text_of(object, "clusterarn").map(|arn| last_segment(&arn));
    record.agent_connected = field(object, "agentconnected").and_then(Value::as_bool);
    record.instance_status = text_of(object, "status");
    record.time = ["updatedat", "registeredat"].iter().find_map(|name| iso_time(field(object, name)?));
    for name in ["statusreason", "agentupdatestatus"] {
        if let Some(text) = text_of(object, name) {
            record.push_text(if name == "statusreason" { "statusReason" } else { "agentUpdateStatus" }, &text, None);
        }
    }
    record
}

/// One of the `failures` of RunTask or DescribeTasks.
pub(super) fn failure(object: &Map<String, Value>) -> Record {
    let mut record = Record::new(RecordKind::ApiError);
    if let Some(arn) = text_of(object, "arn") {
        place_of(&mut record, &arn);
        if arn.contains(":task/") {
            record.task = Some(last_segment(&arn));
        } else if arn.contains(":container-instance/") {
            record.container_instance = Some(last_segment(&arn));
        }
    }
    for name in ["reason", "detail"] {
        if let Some(text) = text_of(object, name) {
            record.push_text(format!("failures.{name}"), &text, None);
        }
    }
    record
}

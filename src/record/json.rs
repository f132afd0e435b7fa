//! ECS's JSON shapes: describe-tasks, describe-services, EventBridge events. Keys in any casing.

use super::time::iso_time;
use super::{Container, Record, RecordKind};
use crate::pattern::Pattern;
use crate::vocabulary::Reached;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// A field by its name without `_` and `-`, in any casing.
pub(super) fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| same_key(key, name)).map(|(_, value)| value))
}

fn same_key(key: &str, name: &str) -> bool {
    let mut key = key.bytes().filter(|b| !matches!(b, b'_' | b'-'));
    let mut name = name.bytes();
    loop {
        match (key.next(), name.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            _ => return false,
        }
    }
}

pub(super) fn text_of(object: &Map<String, Value>, name: &str) -> Option<String> {
    match field(object, name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// A whole number, also as text or with a fraction of nothing, as some tools write it.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e15)?;
            #[allow(clippy::cast_possible_truncation)] // whole and bounded
            Some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub(super) fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    match field(object, name) {
        Some(Value::Array(list)) => list,
        _ => &[],
    }
}

/// The records of one JSON document, in its order. Empty when it is no ECS thing.
pub(super) fn records(document: &Value) -> Vec<Record> {
    let mut records = Vec::new();
    collect(document, &mut records, 0);
    if records.is_empty() {
        collect_texts(document, &mut records, 0);
    }
    records
}

/// Words that stand in a text of ECS and hardly in another program's JSON.
static ECS_TEXT: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"\b(?:Cannot[A-Z][A-Za-z]+Error|ResourceInitializationError|DockerTimeoutError|Essential container in task|Task failed to start|unable to place a task)\b",
    )
});

/// Any text of ECS in a document of another shape: what a `--query` left over, a job of AWS Batch, a workflow's record.
fn collect_texts(value: &Value, records: &mut Vec<Record>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) if super::runbook::start(text).is_some() => {
            records.push(super::runbook::report(&text[super::runbook::start(text).unwrap_or(0)..]));
        }
        Value::String(text) if ECS_TEXT.is_match(text.as_bytes()) => records.push(Record::of_text(text)),
        Value::Array(list) => list.iter().for_each(|value| collect_texts(value, records, depth + 1)),
        Value::Object(object) => object.values().for_each(|value| collect_texts(value, records, depth + 1)),
        _ => {}
    }
}

/// Documents nest: an array of events, a task in `tasks`, an event in a string. Deeper than this is no ECS shape.
const DEEPEST: usize = 8;

fn collect(value: &Value, records: &mut Vec<Record>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, records, depth + 1)),
        Value::Object(object) => collect_object(object, records, depth),
        Value::String(text) => {
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                collect(&inner, records, depth + 1);
            }
        }
        _ => {}
    }
}

fn collect_object(object: &Map<String, Value>, records: &mut Vec<Record>, depth: usize) {
    if field(object, "detailtype").is_some() {
        records.extend(event(object));
    } else if is_task(object) {
        records.push(task(object));
        managed_agents(object, records);
    } else if is_container_instance(object) {
        records.push(container_instance(object));
    } else if is_job(object) {
        records.push(job(object));
    } else if let (Some(message), Some(_)) = (text_of(object, "message"), field(object, "createdat")) {
        let mut record = Record::new(RecordKind::ServiceEvent);
        record.time = field(object, "createdat").and_then(iso_time);
        record.push_text("message", &message, None);
        records.push(record);
    } else if is_service(object) {
        service(object, records);
    } else if is_service_deployment(object) {
        records.push(service_deployment(object));
    } else {
        for name in [
            "tasks",
            "task",
            "services",
            "service",
            "servicedeployments",
            "containerinstances",
            "events",
            "jobs",
            "detail",
            "records",
            "messages",
            "body",
            "message",
            "cause",
            "failures",
        ] {
            match field(object, name) {
                Some(Value::Array(list)) if name == "failures" => {
                    records.extend(list.iter().filter_map(Value::as_object).map(failure));
                }
                Some(inner) => collect(inner, records, depth + 1),
                None => {}
            }
        }
    }
}

fn is_task(object: &Map<String, Value>) -> bool {
    let named = ["stoppedreason", "stopcode"].iter().any(|name| field(object, name).is_some());
    let held = matches!(field(object, "containers"), Some(Value::Array(_)))
        && ["taskarn", "laststatus", "clusterarn", "taskdefinitionarn"]
            .iter()
            .any(|name| field(object, name).is_some());
    named || held
}

/// A job of AWS Batch, which runs on ECS.
fn is_job(object: &Map<String, Value>) -> bool {
    ["jobarn", "jobid"].iter().any(|name| field(object, name).is_some())
        && ["statusreason", "container"].iter().any(|name| field(object, name).is_some())
}

fn job(object: &Map<String, Value>) -> Record {
    let mut record = Record::new(RecordKind::StoppedTask);
    if let Some(arn) = text_of(object, "jobarn") {
        place_of(&mut record, &arn);
    }
    record.stopped = text_of(object, "status").is_none_or(|status| status == "FAILED");
    record.time = ["stoppedat", "createdat"].iter().find_map(|name| iso_time(field(object, name)?));
    if field(object, "isterminated").and_then(Value::as_bool) == Some(true) {
        record.stop_code = Some("UserInitiated".to_owned());
    }
    if let Some(reason) = text_of(object, "statusreason") {
        record.push_text("statusReason", &reason, None);
    }
    if let Some(container) = field(object, "container").and_then(Value::as_object) {
        record.containers.push(Container {
            name: text_of(object, "jobname").unwrap_or_default(),
            image: text_of(container, "image"),
            exit_code: field(container, "exitcode").and_then(whole_number),
            ..Container::default()
        });
        if let Some(reason) = text_of(container, "reason") {
            record.push_text("container.reason", &reason, Some(0));
        }
        if let Some(arn) = text_of(container, "taskarn") {
            place_of(&mut record, &arn);
            record.task = Some(last_segment(&arn));
        }
    }
    record
}

fn is_service(object: &Map<String, Value>) -> bool {
    matches!(field(object, "events"), Some(Value::Array(_)))
        && ["servicearn", "servicename", "deployments"].iter().any(|name| field(object, name).is_some())
}

/// The parts of `arn:partition:ecs:region:account:kind/…`.
fn arn_parts(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    if parts.next()? != "arn" {
        return None;
    }
    let (_partition, _service) = (parts.next()?, parts.next()?);
    Some((parts.next()?, parts.next()?, parts.next()?))
}

pub(super) fn last_segment(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

fn place_of(record: &mut Record, arn: &str) {
    if let Some((region, account, _)) = arn_parts(arn) {
        record.region.get_or_insert_with(|| region.to_owned());
        record.account.get_or_insert_with(|| account.to_owned());
    }
}

/// A task of describe-tasks, or the detail of an ECS Task State Change event.
fn task(object: &Map<String, Value>) -> Record {
    let mut record = Record::new(RecordKind::StoppedTask);
    if let Some(arn) = text_of(object, "taskarn") {
        place_of(&mut record, &arn);
        record.task = Some(last_segment(&arn));
    }
    record.cluster = text_of(object, "clusterarn").map(|arn| last_segment(&arn)).or_else(|| {
        // `task/cluster/id`; older ids have no cluster.
        let arn = text_of(object, "taskarn")?;
        let mut parts = arn.rsplit('/');
        let (_, cluster, kind) = (parts.next()?, parts.next()?, parts.next()?);
        kind.ends_with(":task").then(|| cluster.to_owned())
    });
    record.task_definition = text_of(object, "taskdefinitionarn").map(|arn| last_segment(&arn));
    if let Some(group) = text_of(object, "group")
        && let Some(service) = group.strip_prefix("service:")
    {
        record.service = Some(service.to_owned());
    }
    record.of_service =
        record.service.is_some() || text_of(object, "startedby").is_some_and(|by| by.starts_with("ecs-svc/"));
    record.launch_type = text_of(object, "launchtype").or_else(|| {
        let provider = text_of(object, "capacityprovidername")?;
        provider.starts_with("FARGATE").then(|| "FARGATE".to_owned())
    });
    record.stop_code = text_of(object, "stopcode");
    record.availability_zone = text_of(object, "availabilityzone");
    record.time =
        ["stoppedat", "stoppingat", "updatedat", "createdat"].iter().find_map(|name| iso_time(field(object, name)?));
    record.reached = reached(object);
    record.container_instance = text_of(object, "containerinstancearn").map(|arn| last_segment(&arn));
    record.ran_seconds =
        ["stoppingat", "executionstoppedat", "stoppedat"].iter().find_map(|stop| seconds(object, "startedat", stop));
    record.stop_seconds = seconds(object, "stoppingat", "executionstoppedat");
    record.stopped = is_stopped(object, &record);
    for attribute in list(object, "attributes").iter().filter_map(Value::as_object) {
        if text_of(attribute, "name").as_deref() == Some("ecs.cpu-architecture") {
            record.architecture = match text_of(attribute, "value").as_deref() {
                Some("x86_64") => Some("linux/amd64".to_owned()),
                Some("arm64") => Some("linux/arm64".to_owned()),
                _ => None,
            };
        }
    }
    if let Some(reason) = text_of(object, "stoppedreason") {
        record.push_text("stoppedReason", &reason, None);
    }
    containers(object, &mut record);
    attachments(object, &mut record);
    record
}

fn is_stopped(object: &Map<String, Value>, record: &Record) -> bool {
    let is = |name: &str| text_of(object, name).is_some_and(|status| status.eq_ignore_ascii_case("STOPPED"));
    let says_otherwise = text_of(object, "laststatus").is_some() && !is("laststatus") && !is("desiredstatus");
    !says_otherwise || record.stop_code.is_some() || text_of(object, "stoppedreason").is_some()
}

fn reached(object: &Map<String, Value>) -> Option<Reached> {
    let has = |name: &str| field(object, name).and_then(iso_time).is_some();
    [
        ("startedat", Reached::Running),
        ("pullstoppedat", Reached::Pulled),
        ("pullstartedat", Reached::PullStarted),
        ("connectivityat", Reached::NetworkAttached),
        ("createdat", Reached::Created),
    ]
    .into_iter()
    .find_map(|(name, reached)| has(name).then_some(reached))
}

/// ECS allows ten in a task definition, and adds a few of its own.
const MOST_CONTAINERS: usize = 100;

fn containers(object: &Map<String, Value>, record: &mut Record) {
    for (at, container) in
        list(object, "containers").iter().filter_map(Value::as_object).take(MOST_CONTAINERS).enumerate()
    {
        record.containers.push(Container {
            name: text_of(container, "name").unwrap_or_default(),
            image: text_of(container, "image"),
            exit_code: field(container, "exitcode").and_then(whole_number),
            last_status: text_of(container, "laststatus"),
            health: text_of(container, "healthstatus"),
            ..Container::default()
        });
        if let Some(reason) = text_of(container, "reason") {
            record.push_text(format!("containers[{at}].reason"), &reason, Some(at));
        }
    }
}

/// What a managed agent (ECS Exec) says of itself is no reason of the task's stop: a record of its own.
fn managed_agents(object: &Map<String, Value>, records: &mut Vec<Record>) {
    for (at, container) in
        list(object, "containers").iter().filter_map(Value::as_object).take(MOST_CONTAINERS).enumerate()
    {
        for (agent_at, agent) in list(container, "managedagents").iter().filter_map(Value::as_object).enumerate() {
            let Some(reason) = text_of(agent, "reason") else { continue };
            let mut record = task(object);
            record.texts.clear();
            record.stop_code = None;
            record.containers =
                vec![Container { name: text_of(container, "name").unwrap_or_default(), ..Container::default() }];
            record.push_text(format!("containers[{at}].managedAgents[{agent_at}].reason"), &reason, Some(0));
            records.push(record);
        }
    }
}

/// Whole seconds between two times of an object, if the later is not before the earlier.
fn seconds(object: &Map<String, Value>, from: &str, to: &str) -> Option<i64> {
    let instant = |name: &str| iso_time(field(object, name)?)?.parse::<jiff::Timestamp>().ok();
    let seconds = (instant(to)?.as_second()).checked_sub(instant(from)?.as_second())?;
    (seconds >= 0).then_some(seconds)
}

fn is_container_instance(object: &Map<String, Value>) -> bool {
    field(object, "containerinstancearn").is_some()
        && ["agentconnected", "ec2instanceid"].iter().any(|name| field(object, name).is_some())
}

/// A container instance of describe-container-instances, or the detail of its event.
fn container_instance(object: &Map<String, Value>) -> Record {
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

fn attachments(object: &Map<String, Value>, record: &mut Record) {
    for (at, attachment) in list(object, "attachments").iter().filter_map(Value::as_object).enumerate() {
        for detail in list(attachment, "details").iter().filter_map(Value::as_object) {
            let (Some(name), Some(value)) = (text_of(detail, "name"), text_of(detail, "value")) else { continue };
            match name.as_str() {
                "subnetId" => record.subnet = Some(value),
                "networkInterfaceId" => record.network_interface = Some(value),
                "statusReason" => record.push_text(format!("attachments[{at}].details.statusReason"), &value, None),
                _ => {}
            }
        }
    }
}

/// An EventBridge event of ECS.
fn event(object: &Map<String, Value>) -> Option<Record> {
    let kind = text_of(object, "detailtype")?;
    let detail = field(object, "detail")?.as_object()?;
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

/// A service of describe-services: one record an event, and one for each deployment that says why it is where it is.
fn service(object: &Map<String, Value>, records: &mut Vec<Record>) {
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

fn is_service_deployment(object: &Map<String, Value>) -> bool {
    field(object, "servicedeploymentarn").is_some() && field(object, "status").is_some()
}

/// One of describe-service-deployments.
fn service_deployment(object: &Map<String, Value>) -> Record {
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
    if let Some(reason) = text_of(object, "statusreason") {
        record.push_text("statusReason", &reason, None);
    }
    if let Some(reason) = field(object, "rollback").and_then(Value::as_object).and_then(|back| text_of(back, "reason"))
    {
        record.push_text("rollback.reason", &reason, None);
    }
    record
}

/// One of the `failures` of RunTask or DescribeTasks.
fn failure(object: &Map<String, Value>) -> Record {
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

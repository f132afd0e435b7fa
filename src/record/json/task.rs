//! Tasks: of describe-tasks, of events, and jobs of AWS Batch, which run as tasks.

use super::super::time::iso_time;
use super::super::{Container, Record, RecordKind};
use super::{field, last_segment, list, place_of, text_of, whole_number};
use crate::vocabulary::Reached;
use serde_json::{Map, Value};

pub(super) fn is_task(object: &Map<String, Value>) -> bool {
    let named = ["stoppedreason", "stopcode"].iter().any(|name| field(object, name).is_some());
    let held = matches!(field(object, "containers"), Some(Value::Array(_)))
        && ["taskarn", "laststatus", "clusterarn", "taskdefinitionarn"]
            .iter()
            .any(|name| field(object, name).is_some());
    named || held
}

/// A task of describe-tasks, or the detail of an ECS Task State Change event.
pub(super) fn task(object: &Map<String, Value>) -> Record {
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
pub(super) fn managed_agents(object: &Map<String, Value>, records: &mut Vec<Record>) {
    for (at, container) in
        list(object, "containers").iter().filter_map(Value::as_object).take(MOST_CONTAINERS).enumerate()
    {
        for (agent_at, agent) in list(container, "managedagents").iter().filter_map(Value::as_object).enumerate() {
            // The agent writes this at every stop of a container.
            let Some(reason) = text_of(agent, "reason").filter(|reason| !reason.contains("Container Stopped event"))
            else {
                continue;
            };
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

/// A job of AWS Batch, which runs on ECS.
pub(super) fn is_job(object: &Map<String, Value>) -> bool {
    ["jobarn", "jobid"].iter().any(|name| field(object, name).is_some())
        && ["statusreason", "container"].iter().any(|name| field(object, name).is_some())
}

pub(super) fn job(object: &Map<String, Value>) -> Record {
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
        // The last try tells, where the job itself does not.
        let attempt = list(object, "attempts").last().and_then(Value::as_object);
        let attempt = attempt.and_then(|attempt| field(attempt, "container")).and_then(Value::as_object);
        if record.containers[0].exit_code.is_none() {
            record.containers[0].exit_code = attempt.and_then(|one| field(one, "exitcode")).and_then(whole_number);
        }
        if let Some(reason) = text_of(container, "reason").or_else(|| text_of(attempt?, "reason")) {
            record.push_text("container.reason", &reason, Some(0));
        }
        if let Some(arn) = text_of(container, "taskarn") {
            place_of(&mut record, &arn);
            record.task = Some(last_segment(&arn));
        }
    }
    record
}

//! Signals of a record's fields: stop code, exit codes, times, and which container decides.

use super::derive::{Candidate, Candidates};
use super::signs::{Seen, Sign};
use super::{Origin, Signal, Signals, exit};
use crate::knowledge::{Sidecar, Tables};
use crate::record::{Container, Record, RecordKind, loose_fields};
use crate::vocabulary::{Answer, ContainerRole, SignalName, Stage, StopCause, Value};

/// Finds out what each container is for.
pub(super) fn read_roles(record: &Record, tables: &Tables, signals: &mut Signals) {
    for container in &record.containers {
        let is = |row: &&Sidecar| {
            row.containers.iter().any(|name| {
                // A platform's containers have a number behind their name.
                let numbered = row.role == ContainerRole::Platform && container.name.starts_with(name.as_str());
                numbered || container.name.eq_ignore_ascii_case(name)
            }) || container
                .image
                .as_deref()
                .is_some_and(|image| row.images.iter().any(|part| image.contains(part.as_str())))
        };
        signals.roles.push(tables.sidecars.iter().find(is).map_or(ContainerRole::Application, |row| row.role));
    }
}

fn field(
    name: SignalName,
    value: impl Into<Value>,
    path: &str,
    quote: &str,
    container: Option<usize>,
    means: impl Into<String>,
) -> Signal {
    Signal {
        name,
        value: value.into(),
        origin: Origin::Field { path: path.to_owned(), quote: quote.to_owned() },
        container,
        means: means.into(),
        superseded: false,
    }
}

pub(super) fn read_fields(
    record: &Record,
    seen: &[Seen],
    tables: &Tables,
    signals: &mut Signals,
    candidates: &mut Candidates,
) {
    if let Some(code) = &record.stop_code {
        signals.push(field(
            SignalName::StopCode,
            Value::text(code.as_str()),
            "stopCode",
            code,
            None,
            "how ECS files the stop",
        ));
        stop_cause_of_code(code, signals);
    }
    read_circumstances(record, signals);
    read_container_reason(record, signals);
    if let Some(kind) = &record.launch_type {
        signals.push(field(
            SignalName::LaunchType,
            Value::text(kind.as_str()),
            "launchType",
            kind,
            None,
            "where the task ran",
        ));
    }
    if let Some(reached) = record.reached {
        let means = format!("the task's times show that it came as far as {reached}");
        signals.push(field(SignalName::Reached, reached, "times", reached.as_str(), None, means));
    }
    if let Some(name) = &record.event_name {
        signals.push(field(
            SignalName::EventName,
            Value::text(name.as_str()),
            "detail.eventName",
            name,
            None,
            "the event's name",
        ));
    }
    for (at, container) in record.containers.iter().enumerate() {
        let role = signals.roles[at];
        signals.push(field(
            SignalName::ContainerRole,
            role,
            &format!("containers[{at}].name"),
            &container.name,
            Some(at),
            match role {
                ContainerRole::Application => "the application's own container, as far as name and image tell",
                ContainerRole::Sidecar => "a sidecar, not the application",
                ContainerRole::Platform => "put there by AWS, not the application",
            },
        ));
        if let Some(status) = &container.last_status {
            let path = format!("containers[{at}].lastStatus");
            signals.push(field(
                SignalName::ContainerStatus,
                Value::text(status.as_str()),
                &path,
                status,
                Some(at),
                "the container's last status",
            ));
        }
        read_container(record, at, container, signals);
    }
    if matches!(record.kind, RecordKind::Text | RecordKind::Log | RecordKind::TaskLog) {
        read_loose(record, seen, signals);
    }
    read_reasons(record, tables, signals, candidates);
    for (premise, signal) in signals.list.iter().enumerate().filter(|(_, signal)| signal.name == SignalName::StopCause)
    {
        let row = tables.stops.iter().find(|row| signal.value == Value::StopCause(row.cause));
        if let Some(stage) = row.and_then(|row| row.stage) {
            candidates.stages.push(Candidate { of: stage, strength: 1, premise });
        }
    }
    // What ended has run: the weakest sign of a stage.
    for (premise, _) in signals.list.iter().enumerate().filter(|(_, signal)| signal.name == SignalName::ExitCode) {
        candidates.stages.push(Candidate { of: Stage::Run, strength: 0, premise });
    }
}

fn read_container(record: &Record, at: usize, container: &Container, signals: &mut Signals) {
    // The exit code of a container that never started is no evidence.
    if let Some(code) = container.exit_code.filter(|_| !never_started(record, at)) {
        let (name, value, means) = exit::signal(code);
        let path = format!("containers[{at}].exitCode");
        signals.push(field(name, value, &path, &code.to_string(), Some(at), means));
    }
    if let Some(health) = &container.health {
        let path = format!("containers[{at}].healthStatus");
        let means = "what the container's own health check says";
        signals.push(field(SignalName::ContainerHealth, Value::text(health.as_str()), &path, health, Some(at), means));
    }
    if let Some(essential) = container.essential {
        let (answer, means) = if essential {
            (Answer::Yes, "the task ends when this container ends")
        } else {
            (Answer::No, "the task goes on without this container")
        };
        let path = format!("containerDefinitions[{}].essential", container.name);
        let quote = if essential { "true" } else { "false" };
        signals.push(field(SignalName::Essential, answer, &path, quote, Some(at), means));
    }
}

/// Whether a container gives a reason of its own, known or not.
fn read_container_reason(record: &Record, signals: &mut Signals) {
    if let Some(text) = record.texts.iter().find(|text| text.container.is_some()) {
        let means = "a container gives a reason of its own";
        signals.push(field(SignalName::ContainerReason, Answer::Yes, &text.field, "present", None, means));
    }
}

/// What the record's own fields say of how and when.
fn read_circumstances(record: &Record, signals: &mut Signals) {
    let mut push = |name, value: Value, path: &str, quote: &str, means: &str| {
        signals.push(field(name, value, path, quote, None, means));
    };
    if record.kind == RecordKind::StoppedTask {
        let (answer, quote, means) = if record.of_service {
            (Answer::Yes, record.service.as_deref().unwrap_or("ecs-svc"), "a service's scheduler started it")
        } else {
            (Answer::No, "none", "no service started it")
        };
        push(SignalName::OfService, answer.into(), "group", quote, means);
    }
    if let Some(seconds) = record.ran_seconds {
        let means = format!("it ran for {seconds} s");
        push(SignalName::RanSeconds, Value::Number(seconds), "startedAt", &format!("{seconds} s"), &means);
    }
    if let Some(seconds) = record.stop_seconds {
        let means = format!("its containers took {seconds} s to stop");
        push(SignalName::StopSeconds, Value::Number(seconds), "stoppingAt", &format!("{seconds} s"), &means);
    }
    if let Some(kind) = &record.event_type {
        push(SignalName::EventType, Value::text(kind.as_str()), "detail.eventType", kind, "how bad ECS finds it");
    }
    if let Some(state) = &record.rollout_state {
        push(SignalName::RolloutState, Value::text(state.as_str()), "rolloutState", state, "the deployment's state");
    }
    if let Some(connected) = record.agent_connected {
        let (answer, quote, means) = if connected {
            (Answer::Yes, "true", "the agent is connected to ECS")
        } else {
            (Answer::No, "false", "the agent is not connected to ECS")
        };
        push(SignalName::AgentConnected, answer.into(), "agentConnected", quote, means);
    }
    if let Some(status) = &record.instance_status {
        push(
            SignalName::InstanceStatus,
            Value::text(status.as_str()),
            "status",
            status,
            "the container instance's status",
        );
    }
}

/// Reasons that stand alone in a field: `AGENT`, `MISSING`, `RESOURCE:CPU`. As words in a text they would say nothing.
fn read_reasons(record: &Record, tables: &Tables, signals: &mut Signals, candidates: &mut Candidates) {
    if !matches!(record.kind, RecordKind::ApiError | RecordKind::ServiceEvent) {
        return;
    }
    for (at, text) in record.texts.iter().enumerate().filter(|(_, text)| text.field.ends_with("reason")) {
        if let Some(row) = tables.placement.iter().find(|row| row.reason.eq_ignore_ascii_case(text.text.trim())) {
            let premise = signals.push(Signal {
                name: SignalName::PlacementReason,
                value: Value::text(row.reason.as_str()),
                origin: Origin::Text { text: at, range: 0..text.text.len() },
                container: None,
                means: row.means.clone(),
                superseded: false,
            });
            candidates.stages.push(Candidate { of: row.stage.unwrap_or(Stage::Placement), strength: 4, premise });
        }
    }
}

fn stop_cause_of_code(code: &str, signals: &mut Signals) {
    let (cause, means) = match code {
        "TaskFailedToStart" => (StopCause::StartFailed, "the task never came to run"),
        "EssentialContainerExited" => (StopCause::EssentialExited, "an essential container ended"),
        "UserInitiated" => (StopCause::User, "somebody, or a program, asked to stop it"),
        "SpotInterruption" => (StopCause::Spot, "Spot capacity was taken back"),
        "InfrastructureHealth" => (StopCause::InfrastructureHealth, "the host under it was found unhealthy"),
        _ => return,
    };
    signals.push(field(SignalName::StopCause, cause, "stopCode", code, None, means));
}

fn read_loose(record: &Record, seen: &[Seen], signals: &mut Signals) {
    let signs = [
        Sign::Exit,
        Sign::FailedToStart,
        Sign::ContainerExited,
        Sign::Initiated,
        Sign::Interruption,
        Sign::Termination,
        Sign::Infrastructure,
        Sign::LaunchType,
        Sign::LaunchTypeWord,
        Sign::LaunchTypeSnake,
    ];
    for (at, text) in record.texts.iter().enumerate().filter(|(at, _)| seen[*at].any(&signs)) {
        let loose = loose_fields(&text.text);
        let mut push = |name, value: Value, range: std::ops::Range<usize>, means: &str| {
            signals.push(Signal {
                name,
                value,
                origin: Origin::Text { text: at, range },
                container: None,
                means: means.to_owned(),
                superseded: false,
            });
        };
        if let Some((code, range)) = loose.exit_code {
            let (name, value, means) = exit::signal(code);
            push(name, value, range, &means);
        }
        if let Some((kind, range)) = loose.launch_type {
            push(SignalName::LaunchType, Value::text(kind), range, "where the task ran");
        }
        if let Some((code, range)) = loose.stop_code {
            push(SignalName::StopCode, Value::text(code.as_str()), range, "how ECS files the stop");
            stop_cause_of_code(&code, signals);
        }
    }
}

fn reason(record: &Record, container: usize) -> Option<&str> {
    record.texts.iter().find(|text| text.container == Some(container)).map(|text| text.text.as_str())
}

fn never_started(record: &Record, container: usize) -> bool {
    reason(record, container).is_some_and(|reason| {
        ["CannotPull", "CannotCreate", "CannotStart", "ResourceInitialization", "TaskStoppedBeforePull"]
            .iter()
            .any(|error| reason.trim_start().starts_with(error))
    })
}

/// Which container brought the task down. Those with a reason of their own come first, then other exit codes than
/// 0, 137 and 143, then 137. Two equals are undecided; a platform's container never decides, a sidecar only if no
/// application does. Where a task definition is known, a container that is not essential never decides, unless others
/// wait for its success.
pub(super) fn read_decisive(record: &Record, signals: &mut Signals) {
    if record.containers.len() < 2 {
        signals.decisive = (record.containers.len() == 1).then_some(0);
        return;
    }
    // Where a container ran and ended badly, one that never started did not bring the task down.
    let ran_badly = record.stop_code.as_deref() != Some("TaskFailedToStart")
        && record.containers.iter().any(|container| !matches!(container.exit_code, None | Some(0 | 137 | 143)));
    let ended_by_itself = record.stop_code.as_deref() == Some("EssentialContainerExited");
    let harmless: Vec<usize> = (0..record.containers.len())
        .filter(|at| ended_by_itself && record.containers[*at].essential == Some(false) && !is_waited_for(record, *at))
        .collect();
    signals.harmless.clone_from(&harmless);
    let rank = |at: usize| {
        let container = &record.containers[at];
        if (ran_badly && never_started(record, at)) || harmless.contains(&at) {
            0
        } else if reason(record, at).is_some() {
            4
        } else {
            match container.exit_code {
                // An essential container that ends by itself ends the task, with 0 as well.
                Some(0) if ended_by_itself && container.essential == Some(true) => 2,
                None | Some(0 | 143) => 0,
                Some(137) => 1,
                Some(_) => 3,
            }
        }
    };
    for role in [ContainerRole::Application, ContainerRole::Sidecar] {
        let of_role = || (0..record.containers.len()).filter(|at| signals.roles[*at] == role);
        let Some(best) = of_role().map(rank).max().filter(|best| *best > 0) else { continue };
        // One that was killed beside one that ended by itself: which came first is not said.
        let ended =
            |at: usize| record.containers[at].exit_code == Some(0) && signals.roles[at] == ContainerRole::Application;
        if best == 1 && ended_by_itself && (0..record.containers.len()).any(ended) {
            return;
        }
        let mut candidates = of_role().filter(|at| rank(*at) == best);
        signals.decisive = candidates.next().filter(|_| candidates.next().is_none());
        return;
    }
}

/// Whether another container starts only after this one has ended well.
fn is_waited_for(record: &Record, at: usize) -> bool {
    let name = &record.containers[at].name;
    record.containers[at].exit_code.is_some_and(|code| code != 0)
        && record
            .containers
            .iter()
            .any(|other| other.depends_on.iter().any(|(on, state)| on == name && state == "SUCCESS"))
}

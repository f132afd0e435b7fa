//! Signals of a record's fields: stop code, exit codes, times, and which container decides.

use super::{Origin, Signal, Signals};
use crate::knowledge::{Sidecar, Tables};
use crate::record::{Record, RecordKind, loose_fields};
use crate::vocabulary::{ContainerRole, SignalName, StopCause, Value};

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

pub(super) fn read_fields(record: &Record, signals: &mut Signals) {
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
            "what the container is for",
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
        // The exit code of a container that never started is no evidence.
        if let Some(code) = container.exit_code.filter(|_| !never_started(record, at)) {
            let path = format!("containers[{at}].exitCode");
            signals.push(field(
                SignalName::ExitCode,
                Value::Number(code),
                &path,
                &code.to_string(),
                Some(at),
                "the container's exit code",
            ));
        }
    }
    if matches!(record.kind, RecordKind::Text | RecordKind::Log | RecordKind::TaskLog) {
        read_loose(record, signals);
    }
}

fn stop_cause_of_code(code: &str, signals: &mut Signals) {
    let (cause, means) = match code {
        "TaskFailedToStart" => (StopCause::StartFailed, "the task never came to run"),
        "EssentialContainerExited" => (StopCause::EssentialExited, "an essential container ended"),
        "UserInitiated" => (StopCause::User, "somebody, or a program, asked to stop it"),
        "SpotInterruption" => (StopCause::Spot, "Spot capacity was taken back"),
        _ => return,
    };
    signals.push(field(SignalName::StopCause, cause, "stopCode", code, None, means));
}

fn read_loose(record: &Record, signals: &mut Signals) {
    for (at, text) in record.texts.iter().enumerate() {
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
            push(SignalName::ExitCode, Value::Number(code), range, "the container's exit code");
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
/// application does.
pub(super) fn read_decisive(record: &Record, signals: &mut Signals) {
    if record.containers.len() < 2 {
        signals.decisive = (record.containers.len() == 1).then_some(0);
        return;
    }
    // Where a container ran and ended badly, one that never started did not bring the task down.
    let ran_badly = record.stop_code.as_deref() != Some("TaskFailedToStart")
        && record.containers.iter().any(|container| !matches!(container.exit_code, None | Some(0 | 137 | 143)));
    let rank = |at: usize| {
        let container = &record.containers[at];
        if ran_badly && never_started(record, at) {
            0
        } else if reason(record, at).is_some() {
            3
        } else {
            match container.exit_code {
                None | Some(0 | 143) => 0,
                Some(137) => 1,
                Some(_) => 2,
            }
        }
    };
    for role in [ContainerRole::Application, ContainerRole::Sidecar] {
        let of_role = || (0..record.containers.len()).filter(|at| signals.roles[*at] == role);
        let Some(best) = of_role().map(rank).max().filter(|best| *best > 0) else { continue };
        let mut candidates = of_role().filter(|at| rank(*at) == best);
        signals.decisive = candidates.next().filter(|_| candidates.next().is_none());
        return;
    }
}

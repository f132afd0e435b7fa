//! Tasks that are equal but for what every task has of its own: ids, addresses and times. The first of them is read in full; of
//! later ones only that they came again.
//!
//! A task is folded only when every key in it is known here, as ECS writes it today. Others are read in full, always.

use super::scan::{elements, end_of, members};
use super::time::seconds_of;
use std::collections::HashMap;

/// What is remembered of different tasks: so many, in so many bytes. When that is full it is forgotten, and later tasks are read in
/// full again: an [`Again`](super::Again) refers to one of the last so many classes.
pub const MOST_CLASSES: u32 = 16_384;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Limits that knowledge compares durations with, in seconds. Tasks on different sides of one are different.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Of how long a task ran.
    pub ran: Vec<i64>,
    /// Of how long it took to stop.
    pub stopping: Vec<i64>,
}

/// The different tasks of an input.
pub(super) struct Folds {
    limits: Limits,
    classes: HashMap<Vec<u8>, u32>,
    next: u32,
    bytes: usize,
    key: Vec<u8>,
}

/// What a task is among those seen before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fold<'a> {
    /// The first of this class: to be read in full.
    First(u32),
    /// It came again.
    Again { class: u32, task: &'a [u8], time: Option<&'a [u8]> },
    /// It cannot be folded: to be read in full.
    None,
}

/// The parts of a task that are its own.
#[derive(Default)]
struct Own<'a> {
    arn: Option<&'a [u8]>,
    started: Option<&'a [u8]>,
    stopping: Option<&'a [u8]>,
    execution_stopped: Option<&'a [u8]>,
    stopped: Option<&'a [u8]>,
    updated: Option<&'a [u8]>,
    created: Option<&'a [u8]>,
}

/// Where a task ends, its id, and when it stopped.
type Entered<'a> = (usize, &'a [u8], Option<&'a [u8]>);

impl Folds {
    pub(super) fn new(limits: Limits) -> Folds {
        Folds { limits, classes: HashMap::new(), next: 0, bytes: 0, key: Vec::new() }
    }

    /// Looks at what begins at this place: a task as ECS writes it, or something else. Gives where a task ends. Only with `enter` a
    /// new one becomes a class.
    pub(super) fn look<'a>(&mut self, bytes: &'a [u8], at: usize, enter: bool) -> (Fold<'a>, usize) {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let entered = self.enter(bytes, at, &mut key);
        let end = entered.map_or(at, |(end, ..)| end);
        let fold = match entered {
            None => Fold::None,
            Some((_, task, time)) => match self.classes.get(key.as_slice()) {
                Some(class) => Fold::Again { class: *class, task, time },
                None if !enter => Fold::None,
                None => {
                    if self.bytes > MOST_BYTES || self.classes.len() >= MOST_CLASSES as usize {
                        self.classes.clear();
                        self.bytes = 0;
                    }
                    let class = self.next;
                    self.next += 1;
                    self.bytes += key.len() + 64;
                    self.classes.insert(key.clone(), class);
                    Fold::First(class)
                }
            },
        };
        self.key = key;
        (fold, end)
    }

    /// The task that was just looked at cannot be read: none is equal to it.
    pub(super) fn forget(&mut self) {
        self.classes.remove(self.key.as_slice());
    }

    /// Writes what matters of a task to the key; gives where it ends, its id, and when it stopped.
    fn enter<'a>(&self, bytes: &'a [u8], at: usize, key: &mut Vec<u8>) -> Option<Entered<'a>> {
        let mut own = Own::default();
        let end = members(bytes, at, |name, at| top_level(name, bytes, at, key, &mut own))?;
        let arn = plain(own.arn?)?;
        let id_at = arn.iter().rposition(|byte| *byte == b'/')? + 1;
        put(key, 1, &arn[..id_at]);
        // Which times there are tells how far it came.
        let there = [own.started, own.stopping, own.execution_stopped, own.stopped, own.updated, own.created];
        key.extend(there.map(|time| u8::from(time.is_some())));
        let seconds = |time: Option<&[u8]>| match time {
            None => Some(None),
            // A time that is written in another way is left to the careful reading.
            Some(time) => seconds_of(plain(time)?).map(Some),
        };
        let (started, stopping) = (seconds(own.started)?, seconds(own.stopping)?);
        let (execution_stopped, stopped) = (seconds(own.execution_stopped)?, seconds(own.stopped)?);
        let between = |from: Option<i64>, to: Option<i64>| Some(to? - from?).filter(|seconds| *seconds >= 0);
        let ran = [stopping, execution_stopped, stopped].into_iter().find_map(|stop| between(started, stop));
        for (seconds, limits) in
            [(ran, &self.limits.ran), (between(stopping, execution_stopped), &self.limits.stopping)]
        {
            key.push(u8::from(seconds.is_some()));
            let seconds = seconds.unwrap_or(0);
            key.extend(limits.iter().map(|limit| match seconds.cmp(limit) {
                std::cmp::Ordering::Less => 0_u8,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Greater => 2,
            }));
        }
        let time = [own.stopped, own.stopping, own.updated, own.created].into_iter().flatten().next();
        Some((end, &arn[id_at..], time.and_then(plain)))
    }
}

/// A value of the task itself. Gives where it ends.
fn top_level<'a>(name: &[u8], bytes: &'a [u8], at: usize, key: &mut Vec<u8>, own: &mut Own<'a>) -> Option<usize> {
    if name == b"containers" {
        key.push(17);
        return elements(bytes, at, |at| {
            key.push(18);
            members(bytes, at, |name, at| container(name, bytes, at, key))
        });
    }
    let end = end_of(bytes, at)?;
    let value = &bytes[at..end];
    match name {
        b"taskArn" => own.arn = Some(value),
        b"startedAt" => own.started = Some(value),
        b"stoppingAt" => own.stopping = Some(value),
        b"executionStoppedAt" => own.execution_stopped = Some(value),
        b"stoppedAt" => own.stopped = Some(value),
        b"updatedAt" => own.updated = Some(value),
        b"createdAt" => own.created = Some(value),
        // That they are there tells how far it came.
        b"connectivityAt" => key.push(2),
        b"pullStartedAt" => key.push(3),
        b"pullStoppedAt" => key.push(4),
        b"containerInstanceArn" => key.push(5),
        // Only the service's mark tells something: the number behind it is a deployment's.
        b"startedBy" => put(key, 6, if value.starts_with(b"\"ecs-svc/") { b"ecs-svc/" } else { b"" }),
        b"clusterArn" => put(key, 7, value),
        b"taskDefinitionArn" => put(key, 8, value),
        b"group" => put(key, 9, value),
        b"launchType" => put(key, 10, value),
        b"capacityProviderName" => put(key, 11, value),
        b"stopCode" => put(key, 12, value),
        b"stoppedReason" => put(key, 13, value),
        b"lastStatus" => put(key, 14, value),
        b"desiredStatus" => put(key, 15, value),
        b"attributes" => put(key, 16, value),
        // What is wrong with a volume or an interface is a text of the task.
        b"attachments" if memchr::memmem::find(value, b"eason").is_none() => {}
        b"availabilityZone"
        | b"connectivity"
        | b"cpu"
        | b"memory"
        | b"healthStatus"
        | b"inferenceAccelerators"
        | b"overrides"
        | b"platformFamily"
        | b"platformVersion"
        | b"tags"
        | b"version"
        | b"ephemeralStorage"
        | b"fargateEphemeralStorage"
        | b"enableExecuteCommand" => {}
        _ => return None,
    }
    Some(end)
}

/// A value of a container. Gives where it ends.
fn container(name: &[u8], bytes: &[u8], at: usize, key: &mut Vec<u8>) -> Option<usize> {
    let end = end_of(bytes, at)?;
    let value = &bytes[at..end];
    match name {
        b"name" => put(key, 19, value),
        b"image" => put(key, 20, value),
        b"exitCode" => put(key, 21, value),
        b"lastStatus" => put(key, 22, value),
        b"healthStatus" => put(key, 23, value),
        b"reason" => put(key, 24, value),
        // What an agent says is a record of its own.
        b"managedAgents" if memchr::memmem::find(value, b"eason").is_none() => {}
        b"containerArn" | b"taskArn" | b"imageDigest" | b"runtimeId" | b"networkBindings" | b"networkInterfaces"
        | b"cpu" | b"memory" | b"memoryReservation" | b"gpuIds" => {}
        _ => return None,
    }
    Some(end)
}

/// A value with a mark before it and its length, so that no two lists of values look alike.
fn put(key: &mut Vec<u8>, mark: u8, value: &[u8]) {
    key.push(mark);
    #[allow(clippy::cast_possible_truncation)] // a task is far shorter than 4 GB
    key.extend_from_slice(&(value.len() as u32).to_le_bytes());
    key.extend_from_slice(value);
}

/// What stands in a string without escapes.
fn plain(value: &[u8]) -> Option<&[u8]> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    (!inner.contains(&b'\\')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, reason: &str, stopping: &str, stopped: &str) -> String {
        format!(
            r#"{{"taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/c/{id}","lastStatus":"STOPPED","stoppedReason":"{reason}",
            "stoppingAt":"{stopping}","executionStoppedAt":"{stopped}","containers":[{{"name":"app","exitCode":137}}]}}"#
        )
    }

    fn folds() -> Folds {
        Folds::new(Limits { ran: Vec::new(), stopping: vec![30] })
    }

    #[test]
    fn tasks_that_differ_in_ids_and_times_are_one_class() {
        let mut folds = folds();
        let first = task("aaaa", "x", "2026-08-24T18:21:52.100000+03:00", "2026-08-24T18:21:53.100000+03:00");
        let again = task("bbbb", "x", "2026-08-25T01:00:00Z", "2026-08-25T01:00:29Z");
        let longer = task("cccc", "x", "2026-08-25T01:00:00Z", "2026-08-25T01:00:31Z");
        let other = task("dddd", "y", "2026-08-25T01:00:00Z", "2026-08-25T01:00:01Z");
        assert_eq!(folds.look(first.as_bytes(), 0, true).0, Fold::First(0));
        assert_eq!(
            folds.look(again.as_bytes(), 0, true).0,
            Fold::Again { class: 0, task: b"bbbb", time: Some(b"2026-08-25T01:00:00Z") }
        );
        assert_eq!(folds.look(longer.as_bytes(), 0, true).0, Fold::First(1));
        assert_eq!(folds.look(other.as_bytes(), 0, true).0, Fold::First(2));
    }

    #[test]
    fn what_is_not_known_is_not_folded() {
        let mut folds = folds();
        for odd in [
            r#"{"taskArn":"arn:a:b/c","newKey":1}"#,
            r#"{"taskArn":"arn:a:b/c","stopped_reason":"x"}"#,
            r#"{"taskArn":"arn:a:b/c","attachments":[{"details":[{"name":"statusReason","value":"x"}]}]}"#,
            r#"{"taskArn":"arn:a:b/c","startedAt":1600000000.5}"#,
            r#"{"taskArn":"arn:a:b/c",}"#,
            r#"{"stoppedReason":"no id"}"#,
        ] {
            assert_eq!(folds.look(odd.as_bytes(), 0, true).0, Fold::None, "{odd}");
        }
    }
}

//! Equal failures of many tasks as one explanation with a count.

use super::explanation::{Explanation, Group};
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// So many task ids are kept in an explanation.
const TASKS: usize = 20;

/// So many different failures are kept in full.
const MOST: usize = 1_000;

/// So many task ids are remembered, so that a task that comes in several events counts once.
const MOST_TASKS: usize = 400_000;

/// Explanations, equal ones joined as they come: what is kept grows with the number of different failures, up to a bound.
#[derive(Default)]
pub struct Groups {
    kept: Vec<Explanation>,
    /// Where the explanation with a fingerprint stands.
    known: HashMap<String, usize>,
    /// Tasks that were counted, with the group that they were counted in: hashes.
    tasks: HashSet<u64>,
    hasher: RandomState,
    dropped: usize,
}

/// What became of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is kept, at this place.
    New(usize),
    /// It is one more of the one at this place.
    More(usize),
    /// There are too many different failures: it is only counted.
    Dropped,
}

impl Groups {
    /// Adds an explanation: to the one with its fingerprint, or as a new one. What is no failure is never joined.
    pub fn push(&mut self, explanation: Explanation) -> Joined {
        if let Some(at) = self.known.get(&explanation.fingerprint).copied()
            && explanation.is_failure()
        {
            self.again(at, explanation.record.task.as_deref(), explanation.record.time.as_deref());
            return Joined::More(at);
        }
        if self.kept.len() >= MOST {
            self.dropped += 1;
            return Joined::Dropped;
        }
        let at = self.kept.len();
        if explanation.is_failure() {
            self.known.insert(explanation.fingerprint.clone(), at);
            if let Some(task) = &explanation.record.task {
                self.is_new(at, task);
            }
        }
        self.kept.push(explanation);
        Joined::New(at)
    }

    /// Counts one more of the failure at this place.
    pub fn again(&mut self, at: usize, task: Option<&str>, time: Option<&str>) {
        // A task comes in several events and versions; it failed once.
        if let Some(task) = task
            && !self.is_new(at, task)
        {
            return;
        }
        let first = &mut self.kept[at];
        let (own_time, own_task) = (&first.record.time, &first.record.task);
        let group = first.group.get_or_insert_with(|| Group {
            count: 1,
            task_count: usize::from(own_task.is_some()),
            first: own_time.clone(),
            last: own_time.clone(),
            tasks: own_task.iter().cloned().collect(),
        });
        group.count += 1;
        if let Some(task) = task {
            group.task_count += 1;
            if group.tasks.len() < TASKS {
                group.tasks.push(task.to_owned());
            }
        }
        if let Some(time) = time {
            if group.first.as_deref().is_none_or(|first| is_before(time, first)) {
                group.first = Some(time.to_owned());
            }
            if group.last.as_deref().is_none_or(|last| is_before(last, time)) {
                group.last = Some(time.to_owned());
            }
        }
    }

    /// Whether the task was not yet counted in the group. Of more tasks than are remembered, each counts as new.
    fn is_new(&mut self, group: usize, task: &str) -> bool {
        let hash = self.hasher.hash_one((group, task));
        if self.tasks.len() < MOST_TASKS { self.tasks.insert(hash) } else { !self.tasks.contains(&hash) }
    }

    /// The explanations so far, in the order of the first of each.
    pub fn explanations(&self) -> &[Explanation] {
        &self.kept
    }

    /// How many failures beyond the bound were only counted.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// The explanations, in the order of the first of each.
    pub fn into_explanations(self) -> Vec<Explanation> {
        self.kept
    }
}

/// Joins explanations with the same fingerprint into the first of them. The order stays.
pub fn group(explanations: Vec<Explanation>) -> Vec<Explanation> {
    let mut groups = Groups::default();
    for explanation in explanations {
        groups.push(explanation);
    }
    groups.into_explanations()
}

/// Times that are written alike, in one zone, are compared as text.
fn is_before(time: &str, other: &str) -> bool {
    fn zone(time: &str) -> Option<&[u8]> {
        let length = if time.ends_with('Z') { 1 } else { 6 };
        time.as_bytes().get(time.len().checked_sub(length)?..)
    }
    let alike = time.len() == other.len() && time.len() >= 20 && zone(time) == zone(other);
    if alike { time < other } else { instant(time) < instant(other) }
}

/// For comparing times in different offsets. What is no time is compared as text, before all times.
pub(super) fn instant(time: &str) -> (Option<jiff::Timestamp>, &str) {
    match time.parse::<jiff::Timestamp>() {
        Ok(instant) => (Some(instant), ""),
        Err(_) => (None, time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Outcome, rejected};

    fn failure(task: &str, time: &str) -> Explanation {
        let mut explanation = rejected("x", 1, "same");
        explanation.outcome = Outcome::Unknown;
        explanation.record.task = Some(task.to_owned());
        explanation.record.time = Some(time.to_owned());
        explanation
    }

    #[test]
    fn times_are_compared_as_instants_and_tasks_count_once() {
        let grouped = group(vec![
            failure("a", "2026-08-24T10:00:00+03:00"),
            failure("b", "2026-08-24T08:00:00Z"),
            failure("c", "2026-08-24T09:30:00+05:00"),
            failure("a", "2026-08-24T11:00:00+03:00"),
        ]);
        let group = grouped[0].group.as_ref().unwrap();
        assert_eq!((grouped.len(), group.count, group.task_count), (1, 3, 3));
        assert_eq!(group.first.as_deref(), Some("2026-08-24T09:30:00+05:00"));
        assert_eq!(group.last.as_deref(), Some("2026-08-24T08:00:00Z"));
    }
}

//! Equal failures of many tasks as one explanation with a count.

use super::explanation::{Explanation, Group};
use std::collections::{HashMap, HashSet};

/// So many task ids are kept in an explanation.
const TASKS: usize = 20;

/// Explanations, equal ones joined as they come: what is kept grows with the number of different failures.
#[derive(Default)]
pub struct Groups {
    kept: Vec<Explanation>,
    /// Where the explanation with a fingerprint stands, and which tasks it stands for.
    known: HashMap<String, (usize, HashSet<String>)>,
}

impl Groups {
    /// Adds an explanation: to the one with its fingerprint, or as a new one. What is no failure is never joined.
    pub fn push(&mut self, explanation: Explanation) {
        if !explanation.is_failure() {
            self.kept.push(explanation);
            return;
        }
        if let Some((at, tasks)) = self.known.get_mut(&explanation.fingerprint) {
            join(&mut self.kept[*at], tasks, &explanation);
            return;
        }
        let tasks = explanation.record.task.iter().cloned().collect();
        self.known.insert(explanation.fingerprint.clone(), (self.kept.len(), tasks));
        self.kept.push(explanation);
    }

    /// The explanations, in the order of the first of each.
    pub fn into_explanations(self) -> Vec<Explanation> {
        self.kept
    }
}

/// Joins explanations with the same fingerprint into the first of them. The order stays.
pub fn group(explanations: Vec<Explanation>) -> Vec<Explanation> {
    let mut groups = Groups::default();
    explanations.into_iter().for_each(|explanation| groups.push(explanation));
    groups.into_explanations()
}

fn join(first: &mut Explanation, tasks: &mut HashSet<String>, other: &Explanation) {
    let new_task = other.record.task.as_ref().is_none_or(|task| tasks.insert(task.clone()));
    // A task comes in several events and versions; it failed once.
    if !new_task {
        return;
    }
    let time = first.record.time.clone();
    let own: Vec<String> = first.record.task.iter().cloned().collect();
    let group = first.group.get_or_insert_with(|| Group {
        count: 1,
        task_count: own.len(),
        first: time.clone(),
        last: time,
        tasks: own,
    });
    group.count += 1;
    group.task_count = tasks.len();
    if let Some(task) = &other.record.task
        && group.tasks.len() < TASKS
    {
        group.tasks.push(task.clone());
    }
    if let Some(time) = &other.record.time {
        if group.first.as_ref().is_none_or(|first| instant(time) < instant(first)) {
            group.first = Some(time.clone());
        }
        if group.last.as_ref().is_none_or(|last| instant(time) > instant(last)) {
            group.last = Some(time.clone());
        }
    }
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

//! Equal failures of many tasks as one explanation with a count.

use super::explanation::{Explanation, Group};
use std::collections::HashMap;

/// So many task ids are kept.
const TASKS: usize = 20;

/// Joins explanations with the same fingerprint into the first of them. The order stays.
pub fn group(explanations: Vec<Explanation>) -> Vec<Explanation> {
    let mut kept: Vec<Explanation> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for explanation in explanations {
        let known = if explanation.is_failure() { places.get(&explanation.fingerprint).copied() } else { None };
        match known {
            Some(at) => join(&mut kept[at], &explanation),
            None => {
                places.insert(explanation.fingerprint.clone(), kept.len());
                kept.push(explanation);
            }
        }
    }
    kept
}

fn join(first: &mut Explanation, other: &Explanation) {
    let time = first.record.time.clone();
    let tasks = first.record.task.iter().cloned().collect();
    let group = first.group.get_or_insert_with(|| Group { count: 1, first: time.clone(), last: time, tasks });
    group.count += 1;
    if let Some(task) = &other.record.task
        && group.tasks.len() < TASKS
        && !group.tasks.contains(task)
    {
        group.tasks.push(task.clone());
    }
    if let Some(time) = &other.record.time {
        if group.first.as_ref().is_none_or(|first| time < first) {
            group.first = Some(time.clone());
        }
        if group.last.as_ref().is_none_or(|last| time > last) {
            group.last = Some(time.clone());
        }
    }
}

//! What follows from what, within one document or window: symptoms are told from the failure that they follow from.
//!
//! It changes no problem: it only sets [`Explanation::symptom_of`]. Only events follow from something: a container that ran and
//! ended has its own reason, whatever befell other tasks.

use super::explanation::Explanation;
use super::group::instant;
use crate::knowledge::MatchPart;
use crate::record::RecordKind;
use crate::vocabulary::Stage;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Clocks of events and tasks differ by so much.
const SLACK_SECONDS: i64 = 600;

/// ECS gives up a deployment within hours; what failed longer ago is another story.
const REACH_SECONDS: i64 = 6 * 3600;

/// Marks explanations that follow from another one with that one's fingerprint.
pub(super) fn relate(matching: &MatchPart, explanations: &mut [Explanation]) {
    let mut by_service: HashMap<String, HashMap<String, Witness>> = HashMap::new();
    for explanation in explanations.iter().filter(|explanation| explanation.is_failure()) {
        let Some(service) = &explanation.record.service else { continue };
        let witnesses = by_service.entry(service.clone()).or_default();
        match witnesses.get_mut(&explanation.fingerprint) {
            Some(known) => known.extend(explanation),
            None => {
                witnesses.insert(explanation.fingerprint.clone(), Witness::of(matching, explanation));
            }
        }
    }
    for explanation in explanations.iter_mut().filter(|one| one.is_failure() && one.symptom_of.is_none()) {
        let Some(witnesses) = explanation.record.service.as_ref().and_then(|service| by_service.get(service)) else {
            continue;
        };
        let own = Witness::of(matching, explanation);
        let cause = witnesses
            .iter()
            .filter(|(fingerprint, cause)| **fingerprint != explanation.fingerprint && own.follows_from(cause))
            .max_by_key(|(fingerprint, cause)| {
                (cause.weight(), cause.count, Reverse(cause.first), Reverse(*fingerprint))
            });
        explanation.symptom_of = cause.map(|(fingerprint, _)| fingerprint.clone());
    }
}

/// What an explanation, or several with one fingerprint, can tell of another one.
struct Witness {
    cluster: Option<String>,
    region: Option<String>,
    account: Option<String>,
    problem: Option<String>,
    stage: Option<Stage>,
    symptom: bool,
    fallback: bool,
    /// An event of the service, not a task.
    event: bool,
    /// Seconds since the epoch.
    first: Option<i64>,
    last: Option<i64>,
    count: usize,
}

impl Witness {
    fn of(matching: &MatchPart, explanation: &Explanation) -> Witness {
        let record = &explanation.record;
        let id = explanation.problem.as_ref().map(|problem| problem.id.clone());
        let known = id.as_ref().and_then(|id| matching.problems.iter().find(|problem| problem.id == *id));
        let (first, last) = times(explanation);
        Witness {
            cluster: record.cluster.clone(),
            region: record.region.clone(),
            account: record.account.clone(),
            stage: known.map(|problem| problem.stage),
            symptom: known.is_some_and(|problem| problem.symptom),
            fallback: known.is_none_or(|problem| problem.fallback),
            event: matches!(record.kind, Some(RecordKind::ServiceEvent | RecordKind::DeploymentEvent)),
            problem: id,
            first,
            last,
            count: explanation.group.as_ref().map_or(1, |group| group.count),
        }
    }

    /// One more with the same fingerprint.
    fn extend(&mut self, explanation: &Explanation) {
        let (first, last) = times(explanation);
        self.first = self.first.min(first).or(self.first).or(first);
        self.last = self.last.max(last);
        self.count += 1;
    }

    /// A known problem explains more than a stage or a symptom, and a task more than an event.
    fn weight(&self) -> (bool, bool, bool) {
        (!self.fallback && !self.symptom, !self.fallback, !self.event)
    }

    fn follows_from(&self, cause: &Witness) -> bool {
        let same_problem = self.problem.is_some() && self.problem == cause.problem;
        // An event that quotes a task's own failure.
        let quotes = self.event && !cause.event && same_problem;
        // A symptom in the service's events follows from what its tasks, or surer events, say.
        let symptom = self.event && self.symptom && (!cause.event || !cause.symptom);
        // A health check told in two places: the event says what it got, the task only that it failed.
        let health = |witness: &Witness| witness.stage == Some(Stage::Health);
        let same_check =
            !self.event && cause.event && health(self) && health(cause) && self.fallback && !cause.fallback;
        (quotes || symptom || same_check) && self.same_place(cause) && self.in_time(cause)
    }

    /// The same cluster, as far as both say.
    fn same_place(&self, other: &Witness) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        same(&self.cluster, &other.cluster) && same(&self.region, &other.region) && same(&self.account, &other.account)
    }

    /// The cause began before this was last seen, and was still there shortly before this began.
    fn in_time(&self, cause: &Witness) -> bool {
        let not_later = match (cause.first, self.last) {
            (Some(cause), Some(own)) => cause <= own + SLACK_SECONDS,
            _ => true,
        };
        let not_long_ago = match (cause.last, self.first) {
            (Some(cause), Some(own)) => cause >= own - REACH_SECONDS,
            _ => true,
        };
        not_later && not_long_ago
    }
}

/// When it was first and last seen.
fn times(explanation: &Explanation) -> (Option<i64>, Option<i64>) {
    let seconds = |time: Option<&String>| instant(time?).0.map(jiff::Timestamp::as_second);
    let own = seconds(explanation.record.time.as_ref());
    let group = explanation.group.as_ref();
    let first = group.and_then(|group| seconds(group.first.as_ref())).or(own);
    let last = group.and_then(|group| seconds(group.last.as_ref())).or(own);
    (first, last)
}

//! What follows from what, within one document or window: symptoms are told from the failure that they follow from.
//!
//! It changes no problem: it only sets [`Explanation::symptom_of`].

use super::explanation::Explanation;
use super::group::instant;
use crate::knowledge::MatchPart;
use crate::record::RecordKind;
use crate::vocabulary::Stage;

/// Clocks of events and tasks differ by so much.
const SLACK_SECONDS: i64 = 600;

/// Marks explanations that follow from another one with that one's fingerprint.
pub(super) fn relate(matching: &MatchPart, explanations: &mut [Explanation]) {
    let ranks: Vec<Rank> = explanations.iter().map(|explanation| Rank::of(matching, explanation)).collect();
    for at in 0..explanations.len() {
        if explanations[at].symptom_of.is_some() {
            continue;
        }
        let follows = explanations
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .filter(|(other, cause)| follows_from((&explanations[at], &ranks[at]), (cause, &ranks[*other])))
            .max_by_key(|(other, cause)| (ranks[*other].weight(), cause.group.as_ref().map_or(1, |group| group.count)))
            .map(|(_, cause)| cause.fingerprint.clone());
        explanations[at].symptom_of = follows;
    }
}

/// What kind of witness an explanation is.
struct Rank {
    symptom: bool,
    fallback: bool,
    event: bool,
    failed: bool,
}

impl Rank {
    fn of(matching: &MatchPart, explanation: &Explanation) -> Rank {
        let problem =
            explanation.problem.as_ref().and_then(|of| matching.problems.iter().find(|problem| problem.id == of.id));
        Rank {
            symptom: problem.is_some_and(|problem| problem.symptom),
            fallback: problem.is_none_or(|problem| problem.fallback),
            event: matches!(explanation.record.kind, Some(RecordKind::ServiceEvent | RecordKind::DeploymentEvent)),
            failed: explanation.is_failure(),
        }
    }

    /// A known problem explains more than a stage, and a task more than an event.
    fn weight(&self) -> (bool, bool) {
        (!self.fallback, !self.event)
    }
}

fn follows_from((symptom, own): (&Explanation, &Rank), (cause, other): (&Explanation, &Rank)) -> bool {
    if !own.failed || !other.failed || other.symptom || !same_place(symptom, cause) || is_later(cause, symptom) {
        return false;
    }
    let stage = |explanation: &Explanation| explanation.problem.as_ref().map(|problem| problem.stage);
    let id = |explanation: &Explanation| explanation.problem.as_ref().map(|problem| problem.id.clone());
    // An event that quotes a task's own failure.
    let quotes = own.event && !other.event && id(symptom).is_some() && id(symptom) == id(cause);
    // A health check told in two places: the event says what it got, the task only that it failed.
    let same_check = stage(symptom) == Some(Stage::Health)
        && stage(cause) == Some(Stage::Health)
        && !own.event
        && other.event
        && own.fallback
        && !other.fallback;
    quotes || same_check || (own.symptom && (own.event || !other.event))
}

/// The same service of the same cluster, as far as both say.
fn same_place(one: &Explanation, other: &Explanation) -> bool {
    let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    let (one, other) = (&one.record, &other.record);
    one.service.is_some()
        && one.service == other.service
        && same(&one.cluster, &other.cluster)
        && same(&one.region, &other.region)
        && same(&one.account, &other.account)
}

/// Whether the first one began clearly after the second.
fn is_later(one: &Explanation, other: &Explanation) -> bool {
    let first = |explanation: &Explanation| {
        let group = explanation.group.as_ref().and_then(|group| group.first.clone());
        instant(&group.or_else(|| explanation.record.time.clone())?).0
    };
    let last = |explanation: &Explanation| {
        let group = explanation.group.as_ref().and_then(|group| group.last.clone());
        instant(&group.or_else(|| explanation.record.time.clone())?).0
    };
    match (first(one), last(other)) {
        (Some(one), Some(other)) => one.as_second() > other.as_second() + SLACK_SECONDS,
        _ => false,
    }
}

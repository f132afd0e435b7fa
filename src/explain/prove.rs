//! The part of the check that needs the engine: every example gives its problem, every near miss gives something else.

use super::{Explainer, Outcome};
use crate::knowledge::source::{Finding, Located, ProblemSource, Sources};
use crate::record::Input;
use crate::record::{Item, Record, RecordKind, read};
use crate::vocabulary::{Certainty, Place};

/// What an example or a near miss gives: a problem's id, `unknown`, `normal` or `silent`.
struct Answer {
    given: String,
    also: Vec<String>,
    cause: Option<String>,
    certainty: Certainty,
}

/// Runs all examples and near misses.
pub fn prove(explainer: &Explainer, sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for located in &sources.problems {
        prove_examples(explainer, located, &mut findings);
        prove_near_misses(explainer, located, &mut findings);
    }
    findings.sort();
    findings
}

fn prove_examples(explainer: &Explainer, located: &Located<ProblemSource>, findings: &mut Vec<Finding>) {
    let problem = &located.value;
    for example in &problem.examples {
        let near = near(located, example.text.as_deref());
        let answer =
            answer(explainer, example.text.as_deref(), example.task.as_ref().or(example.event.as_ref()), example.place);
        if answer.given != problem.id {
            findings
                .push(located.finding(&near, format!("this example gives `{}`, not `{}`", answer.given, problem.id)));
        } else if !answer.also.is_empty() {
            findings.push(located.finding(
                &near,
                format!(
                    "this example also gives `{}`; name one of them under the other's `over`, or narrow the conditions",
                    answer.also.join("`, `")
                ),
            ));
        } else if let (Some(wanted), given) = (&example.cause, answer.cause)
            && given.as_ref() != Some(wanted)
        {
            findings.push(located.finding(
                &near,
                format!("this example has the cause `{}` first, not `{wanted}`", given.unwrap_or_default()),
            ));
        } else if answer.certainty == Certainty::Unknown {
            findings.push(located.finding(&near, "this example has no certainty"));
        }
    }
}

fn prove_near_misses(explainer: &Explainer, located: &Located<ProblemSource>, findings: &mut Vec<Finding>) {
    for miss in &located.value.near_misses {
        let answer = answer(explainer, miss.text.as_deref(), miss.task.as_ref().or(miss.event.as_ref()), miss.place);
        if answer.given != miss.is || answer.also.contains(&located.value.id) {
            findings.push(located.finding(
                &near(located, miss.text.as_deref()),
                format!("this near miss gives `{}`{}, not `{}`", answer.given, also(&answer.also), miss.is),
            ));
        }
    }
}

fn also(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!(" (and `{}`)", ids.join("`, `")) }
}

/// A piece of the example by which it can be found in the file: all of its first line as YAML quotes it, else its beginning.
fn near(located: &Located<ProblemSource>, text: Option<&str>) -> String {
    let line = text.unwrap_or("task:").lines().next().unwrap_or_default();
    let quoted = line.replace('\\', "\\\\").replace('"', "\\\"");
    let beginning = || line.split(['"', '\'', '\\']).next().unwrap_or_default().chars().take(60).collect();
    [quoted.as_str(), line].into_iter().find(|near| located.text.contains(near)).map_or_else(beginning, str::to_owned)
}

fn answer(explainer: &Explainer, text: Option<&str>, task: Option<&serde_json::Value>, place: Option<Place>) -> Answer {
    let record = match (text, task) {
        (Some(text), _) => record_of_text(text, place),
        (None, Some(task)) => record_of_task(task),
        (None, None) => None,
    };
    let explanation = record.as_ref().and_then(|record| explainer.explain(record));
    let Some(explanation) = explanation else {
        return Answer { given: "silent".to_owned(), also: Vec::new(), cause: None, certainty: Certainty::Unknown };
    };
    let given = match (&explanation.problem, explanation.outcome) {
        (Some(problem), _) => problem.id.clone(),
        (None, Outcome::Normal) => "normal".to_owned(),
        (None, _) => "unknown".to_owned(),
    };
    Answer {
        given,
        also: explanation.also.iter().map(|also| also.problem.id.clone()).collect(),
        cause: explanation.causes.first().map(|cause| cause.id.clone()),
        certainty: explanation.certainty,
    }
}

fn record_of_text(text: &str, place: Option<Place>) -> Option<Record> {
    let kind = match place {
        Some(Place::Log) => RecordKind::Log,
        Some(Place::TaskLog) => RecordKind::TaskLog,
        Some(Place::Event) => RecordKind::ServiceEvent,
        Some(Place::Api) => RecordKind::ApiError,
        Some(Place::Runbook) => RecordKind::Runbook,
        Some(Place::Task) => RecordKind::StoppedTask,
        Some(Place::Text) | None => RecordKind::Text,
    };
    let mut record = Record::of_text(text);
    record.kind = kind;
    Some(record)
}

fn record_of_task(task: &serde_json::Value) -> Option<Record> {
    let bytes = serde_json::to_vec(task).ok()?;
    let input = Input { source: "example", bytes: &bytes, asked: false, gate: &|_| None };
    read(&input).into_iter().find_map(|item| match item {
        Item::Record(record) => Some(*record),
        _ => None,
    })
}

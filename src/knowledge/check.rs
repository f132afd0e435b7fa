//! Checks of the files that need no engine. What needs it (examples, near misses) is in `explain::prove`.

use super::compiled::Problem;
use super::log_literals::{piece, texts_of};
use super::source::{Finding, Located, ProblemSource, Sources};
use super::tables::Tables;
use super::template::{Piece, pieces};
use crate::vocabulary::{Certainty, Fact};
use std::collections::{BTreeMap, BTreeSet};

/// In a log, where every line of every program passes, a shorter literal is no evidence.
const LOG_LITERAL_BYTES: usize = 8;

/// Everything wrong with the sources, given what was compiled from them.
pub(super) fn check(sources: &Sources, problems: &[Problem], fragments: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ids: BTreeSet<&str> = sources.problems.iter().map(|problem| problem.value.id.as_str()).collect();
    for located in &sources.problems {
        check_problem(located, &ids, &mut findings);
    }
    for located in &sources.fixes {
        for form in &located.value.forms {
            check_template(located, &form.text, &located.value.parameters, &mut findings);
        }
    }
    check_fallbacks(sources, &mut findings);
    check_cycles(sources, &mut findings);
    check_log_literals(sources, problems, fragments, &mut findings);
    check_tables(&sources.tables, &mut findings);
    findings
}

fn check_problem(located: &Located<ProblemSource>, ids: &BTreeSet<&str>, findings: &mut Vec<Finding>) {
    let problem = &located.value;
    if !is_kebab_case(&problem.id) {
        findings.push(located.finding(&problem.id, "an id is lower-case words joined by `-`"));
    }
    if problem.title.len() > 100 {
        findings.push(located.finding("title:", "the title is over 100 bytes; say it shorter"));
    }
    if problem.sets.is_empty() {
        findings.push(located.finding("match:", "a problem needs at least one condition set"));
    }
    for set in &problem.sets {
        if set.places.is_empty() {
            findings
                .push(located.finding("in:", "a condition set names at least one place, such as [task, event, text]"));
        }
        if set.certainty == Certainty::Unknown {
            findings.push(located.finding("certainty:", "a condition set is certain, likely or possible"));
        }
    }
    for id in &problem.over {
        if !ids.contains(id.as_str()) || *id == problem.id {
            findings.push(located.finding(id, format!("`over` names `{id}`, which is no other problem")));
        }
    }
    if problem.causes.is_empty() {
        findings.push(located.finding("causes:", "a problem needs at least one cause"));
    }
    let mut causes = BTreeSet::new();
    for cause in &problem.causes {
        if !is_kebab_case(&cause.id) || !causes.insert(cause.id.as_str()) {
            findings.push(
                located
                    .finding(&cause.id, format!("the cause id `{}` is no kebab-case name, or stands twice", cause.id)),
            );
        }
        if cause.unless.is_some() == cause.because.is_empty() {
            findings.push(
                located.finding(
                    &cause.id,
                    "`unless` and `because` go together: the reason is shown with the excluded cause",
                ),
            );
        }
        for text in [&cause.title, &cause.why, &cause.because] {
            check_template(located, text, &[], findings);
        }
        for check in &cause.checks {
            check_template(located, &check.run, &[], findings);
            check_template(located, &check.expect, &[], findings);
        }
        for fix in &cause.fixes {
            check_template(located, &fix.text, &[], findings);
        }
    }
    check_template(located, &problem.summary, &[], findings);
    for row in &problem.rules_out {
        check_template(located, &row.because, &[], findings);
    }
    for row in &problem.misleading {
        check_template(located, &row.truth, &[], findings);
    }
    if problem.examples.is_empty() {
        findings.push(located.finding("examples:", "a problem needs at least one example"));
    }
    for example in &problem.examples {
        if [example.text.is_some(), example.task.is_some(), example.event.is_some()]
            .iter()
            .filter(|given| **given)
            .count()
            != 1
        {
            findings.push(located.finding("examples:", "an example is one of `text`, `task`, `event`"));
        }
        if let Some(cause) = &example.cause
            && !causes.contains(cause.as_str())
        {
            findings.push(
                located.finding(cause, format!("the example's cause `{cause}` is none of this problem's causes")),
            );
        }
    }
    if problem.near_misses.is_empty() {
        findings.push(located.finding(
            "near_misses:",
            "a problem needs at least one near miss: a text that looks alike and is something else",
        ));
    }
    for miss in &problem.near_misses {
        if [miss.text.is_some(), miss.task.is_some(), miss.event.is_some()].iter().filter(|given| **given).count() != 1
        {
            findings.push(located.finding("near_misses:", "a near miss is one of `text`, `task`, `event`"));
        }
        if miss.is == problem.id
            || (!ids.contains(miss.is.as_str()) && !matches!(miss.is.as_str(), "silent" | "unknown" | "normal"))
        {
            findings.push(located.finding(
                &miss.is,
                format!("a near miss `is` another problem's id, silent, normal or unknown; `{}` is none", miss.is),
            ));
        }
    }
    if problem.references.is_empty() && problem.examples.iter().all(|example| example.source.is_empty()) {
        findings.push(located.finding("id:", "a problem needs a reference, or an example with its source"));
    }
    for link in &problem.references {
        if !link.starts_with("https://") {
            findings.push(located.finding(link, "a reference starts with https://"));
        }
    }
}

fn is_kebab_case(id: &str) -> bool {
    !id.is_empty()
        && id
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn check_template<T>(located: &Located<T>, text: &str, parameters: &[String], findings: &mut Vec<Finding>) {
    for piece in pieces(text) {
        if let Piece::Name(name) = piece
            && Fact::parse(name).is_none()
            && !parameters.iter().any(|parameter| parameter == name)
        {
            let near = format!("{{{name}}}");
            let message = format!("there is no fact `{name}` to fill in; see \"Facts\" in knowledge/README.md");
            findings.push(located.finding(&near, message));
        }
    }
}

fn check_fallbacks(sources: &Sources, findings: &mut Vec<Finding>) {
    let mut stages = BTreeMap::new();
    for located in sources.problems.iter().filter(|problem| problem.value.fallback) {
        if let Some(first) = stages.insert(located.value.stage, located.value.id.clone()) {
            findings.push(
                located
                    .finding("fallback:", format!("the stage {} has a fallback already: {first}", located.value.stage)),
            );
        }
    }
}

fn check_cycles(sources: &Sources, findings: &mut Vec<Finding>) {
    let over: BTreeMap<&str, &[String]> =
        sources.problems.iter().map(|problem| (problem.value.id.as_str(), problem.value.over.as_slice())).collect();
    for located in &sources.problems {
        let start = located.value.id.as_str();
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = over[start].iter().map(String::as_str).collect();
        while let Some(id) = open.pop() {
            if id == start {
                findings
                    .push(located.finding("over:", format!("`{start}` beats itself through `over`; break the circle")));
                break;
            }
            if seen.insert(id) {
                open.extend(over.get(id).into_iter().flat_map(|list| list.iter().map(String::as_str)));
            }
        }
    }
}

/// A set that may speak in `log` must rest on texts of at least eight bytes.
fn check_log_literals(sources: &Sources, problems: &[Problem], fragments: &[String], findings: &mut Vec<Finding>) {
    for problem in problems {
        let Some(located) = sources.problems.iter().find(|source| source.value.id == problem.id) else { continue };
        for anchor in problem.sets.iter().flat_map(|set| &set.log_anchors) {
            let length = texts_of(anchor, fragments, &sources.tables).into_iter().map(|text| piece(text).len()).min();
            if length.is_none_or(|length| length < LOG_LITERAL_BYTES) {
                let message = format!(
                    "a set that speaks in `log` rests on texts with at least {LOG_LITERAL_BYTES} bytes in a row without quotes; {anchor:?} is shorter or unknown"
                );
                findings.push(located.finding("log", message));
            }
        }
    }
}

fn check_tables(tables: &Tables, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::new();
    let rows = tables
        .wrappers
        .iter()
        .map(|row| (&row.id, &row.texts))
        .chain(tables.advice.iter().map(|row| (&row.id, &row.texts)));
    for (id, texts) in rows {
        let short = texts.iter().any(|text| super::squeeze(text).len() < 3);
        if !ids.insert(id) || texts.is_empty() || short {
            findings.push(Finding {
                file: "signals".to_owned(),
                line: 0,
                column: 0,
                message: format!("`{id}` stands twice, has no texts, or has one of fewer than 3 bytes"),
            });
        }
    }
}

//! From sources to the compiled knowledge.

use super::check;
use super::compiled::{
    Cause, Check, Compiled, Condition, ConditionSet, Example, Expression, Fix, FixSource, Judgement, MatchPart,
    Misleading, Page, Problem, RuledOut,
};
use super::condition::{self, Literals};
use super::log_literals::log_literals;
use super::signs::signs;
use super::source::{
    CauseSource, Finding, FindingSource, FixSource as FixFile, Located, ProblemSource, SetSource, Sources,
};
use super::tables::{FindingText, Tables};
use crate::vocabulary::{Place, SignalName};
use std::collections::BTreeMap;

/// How often a cause was the confirmed one: (problem, cause) to the number of distinct incidents.
pub type Incidents = BTreeMap<(String, String), u16>;

/// A text of the runbook is a sentence, or a good part of one.
const SHORTEST_FINDING: usize = 12;

/// Fewer confirmed incidents of a problem than this change no order and are not printed.
const ENOUGH_INCIDENTS: u16 = 5;

/// Checks the sources and compiles them.
///
/// # Errors
/// Everything that is wrong in the files, in their order.
pub fn compile(sources: &Sources, incidents: &Incidents) -> Result<Compiled, Vec<Finding>> {
    let (compiled, findings) = compile_what_can_be(sources, incidents);
    if findings.is_empty() { Ok(compiled) } else { Err(findings) }
}

/// Checks the sources and compiles what is right in them, so that a check can go on past the first mistake.
pub fn compile_what_can_be(sources: &Sources, incidents: &Incidents) -> (Compiled, Vec<Finding>) {
    let mut findings = sources.findings.clone();
    let mut sorted: Vec<&Located<ProblemSource>> = sources.problems.iter().collect();
    sorted.sort_by(|a, b| (a.value.stage, &a.value.id).cmp(&(b.value.stage, &b.value.id)));
    let positions: BTreeMap<&str, u16> = sorted
        .iter()
        .enumerate()
        .map(|(at, problem)| (problem.value.id.as_str(), u16::try_from(at).unwrap_or(u16::MAX)))
        .collect();

    let mut compiler = Compiler {
        fixes: &sources.fixes,
        tables: &sources.tables,
        findings_table: &sources.runbook,
        incidents,
        literals: Literals::default(),
        findings: Vec::new(),
    };
    let mut problems = Vec::new();
    let mut pages = Vec::new();
    for located in &sorted {
        let source = &located.value;
        let sets = source.sets.iter().filter_map(|set| compiler.set(located, set)).collect::<Vec<_>>().into();
        let page = compiler.page(located);
        problems.push(Problem {
            id: source.id.clone(),
            title: one_line(&source.title),
            stage: source.stage,
            severity: source.severity,
            fallback: source.fallback,
            symptom: source.symptom,
            over: source.over.iter().filter_map(|id| positions.get(id.as_str()).copied()).collect(),
            sets,
        });
        pages.push(page);
    }
    let judgements = sources.runbook.iter().flat_map(|row| compiler.judgements(row)).collect();
    findings.append(&mut compiler.findings);
    findings.extend(check::check(sources, &problems, &compiler.literals.fragments));
    findings.sort();
    findings.dedup();
    let Literals { fragments, regexes } = compiler.literals;
    let regexes = regexes.into_iter().map(|text| Expression { signs: signs(&text), text }).collect();
    let fixes: Vec<Vec<Fix>> = sources.fixes.iter().map(|fix| forms(&fix.value)).collect();
    let mut tables = sources.tables.clone();
    tables.findings = sources
        .runbook
        .iter()
        .map(|Located { value: row, .. }| FindingText {
            id: row.id.clone(),
            texts: row.texts.clone(),
            alone: one_line(&row.alone),
        })
        .collect();
    let log_literals = log_literals(&problems, &fragments, &tables);
    let [ran_limits, stop_limits] =
        [SignalName::RanSeconds, SignalName::StopSeconds].map(|name| condition::limits(name, &problems));
    let matching =
        MatchPart { problems, fragments, regexes, tables, judgements, log_literals, ran_limits, stop_limits };
    (Compiled::new(matching, &pages, &fixes), findings)
}

/// One line out of a folded YAML text.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Compiler<'a> {
    fixes: &'a [Located<FixFile>],
    tables: &'a Tables,
    findings_table: &'a [Located<FindingSource>],
    incidents: &'a Incidents,
    literals: Literals,
    findings: Vec<Finding>,
}

impl Compiler<'_> {
    fn set(&mut self, located: &Located<ProblemSource>, set: &SetSource) -> Option<ConditionSet> {
        let mut parts = match condition::compile_all(&set.all, &mut self.literals) {
            Ok(parts) => parts,
            Err(wrong) => return self.wrong(located, &wrong),
        };
        for (list, negated) in [(&set.any, false), (&set.not, true)] {
            if list.is_empty() {
                continue;
            }
            match condition::compile_all(list, &mut self.literals) {
                Ok(list) if negated => parts.push(Condition::Not(Box::new(Condition::Any(list)))),
                Ok(list) => parts.push(Condition::Any(list)),
                Err(wrong) => return self.wrong(located, &wrong),
            }
        }
        let condition = Condition::All(parts);
        let Some(anchors) = condition::anchors(&condition) else {
            self.findings.push(located.finding(
                "match:",
                "a condition set has nothing that must be there; add a positive condition to `all` (or to each branch of `any`)",
            ));
            return None;
        };
        let mut log_anchors = Vec::new();
        if set.places.contains(&Place::Log) {
            match condition::literal_anchors(&condition) {
                Some(anchors) => log_anchors = anchors,
                None => self.findings.push(located.finding(
                    "log",
                    "a set that speaks in `log` needs a text of its own: an `error`, `wrapper`, `advice` or `says` in `all`. Add one, or leave `log` out",
                )),
            }
        }
        let rests_on_absence = condition::rests_on_absence(&condition);
        Some(ConditionSet {
            places: set.places.clone(),
            certainty: set.certainty,
            condition,
            anchors,
            log_anchors,
            rests_on_absence,
        })
    }

    fn wrong<T>(&mut self, located: &Located<ProblemSource>, wrong: &condition::Wrong) -> Option<T> {
        self.findings.push(located.finding(&wrong.near, wrong.message.clone()));
        None
    }

    fn condition(&mut self, located: &Located<ProblemSource>, yaml: Option<&yaml_serde::Value>) -> Option<Condition> {
        match condition::compile(yaml?, &mut self.literals) {
            Ok(condition) => Some(condition),
            Err(wrong) => self.wrong(located, &wrong),
        }
    }

    fn page(&mut self, located: &Located<ProblemSource>) -> Page {
        let source = &located.value;
        let rules_out = source
            .rules_out
            .iter()
            .map(|row| RuledOut {
                what: one_line(&row.what),
                because: one_line(&row.because),
                when: self.condition(located, row.when.as_ref()),
            })
            .collect();
        let misleading = source.misleading.iter().filter_map(|row| self.misleading(located, row)).collect();
        let of: u16 =
            source.causes.iter().filter_map(|cause| self.incidents.get(&(source.id.clone(), cause.id.clone()))).sum();
        let mut causes: Vec<Cause> = source.causes.iter().map(|cause| self.cause(located, cause, of)).collect();
        // A stable sort: the author's order stays among equals, and where too few incidents are known.
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.seen));
        Page {
            since: source.since.clone(),
            summary: one_line(&source.summary),
            rules_out,
            misleading,
            causes,
            references: source.references.clone(),
            examples: source
                .examples
                .iter()
                .filter_map(|example| Some(Example { text: example.text.clone()?, source: example.source.clone() }))
                .collect(),
        }
    }

    fn judgements(&mut self, located: &Located<FindingSource>) -> Vec<Judgement> {
        let row = &located.value;
        for text in row.texts.iter().filter(|text| super::squeeze(text).len() < SHORTEST_FINDING) {
            self.findings.push(located.finding(
                text,
                format!(
                    "the text `{text}` of the finding `{}` is under {SHORTEST_FINDING} bytes; it would stand anywhere",
                    row.id
                ),
            ));
        }
        let mut judgements = Vec::new();
        for source in &row.judge {
            match condition::compile(&source.when, &mut self.literals) {
                Ok(when) => judgements.push(Judgement {
                    finding: row.id.clone(),
                    verdict: source.verdict,
                    when,
                    because: one_line(&source.because),
                }),
                Err(wrong) => self.findings.push(located.finding(&wrong.near, wrong.message)),
            }
        }
        judgements
    }

    fn misleading(
        &mut self,
        located: &Located<ProblemSource>,
        row: &super::source::MisleadingSource,
    ) -> Option<Misleading> {
        let truth = one_line(&row.truth);
        let known = match (&row.advice, &row.wrapper, &row.finding) {
            (Some(id), None, None) => {
                self.tables.advice.iter().find(|a| a.id == *id).map(|a| (id.clone(), a.says.clone()))
            }
            (None, Some(id), None) => {
                self.tables.wrappers.iter().find(|w| w.id == *id).map(|w| (id.clone(), w.texts[0].clone()))
            }
            // Findings of the runbook are judged where the task stands beside them.
            (None, None, Some(id)) => {
                self.findings_table.iter().find(|f| f.value.id == *id).map(|f| (id.clone(), f.value.texts[0].clone()))
            }
            _ => None,
        };
        if known.is_none() {
            let near = row
                .advice
                .as_ref()
                .or(row.wrapper.as_ref())
                .or(row.finding.as_ref())
                .map_or("misleading:", String::as_str);
            self.findings.push(located.finding(
                near,
                "`misleading` names one `advice` or `wrapper` by an id of knowledge/signals/, or a `finding`",
            ));
        }
        known.map(|(id, says)| Misleading { id, says, truth })
    }

    fn cause(&mut self, located: &Located<ProblemSource>, source: &CauseSource, of: u16) -> Cause {
        let seen = if of >= ENOUGH_INCIDENTS {
            self.incidents.get(&(located.value.id.clone(), source.id.clone())).copied().unwrap_or(0)
        } else {
            0
        };
        Cause {
            id: source.id.clone(),
            title: one_line(&source.title),
            why: one_line(&source.why),
            when: self.condition(located, source.when.as_ref()),
            prefer: self.condition(located, source.prefer.as_ref()),
            unless: self.condition(located, source.unless.as_ref()),
            because: one_line(&source.because),
            checks: source
                .checks
                .iter()
                .map(|check| Check { run: check.run.trim().to_owned(), expect: one_line(&check.expect) })
                .collect(),
            fix_sources: source.fixes.iter().filter_map(|fix| self.fix(located, fix)).collect(),
            fixes: Vec::new(),
            seen,
            of: if seen > 0 { of } else { 0 },
        }
    }

    fn fix(&mut self, located: &Located<ProblemSource>, source: &super::source::FixUse) -> Option<FixSource> {
        match (&source.shared, source.form) {
            (Some(id), None) => {
                let Some(at) = self.fixes.iter().position(|fix| fix.value.id == *id) else {
                    self.findings.push(located.finding(
                        id,
                        format!("there is no shared fix `{id}`; write knowledge/fixes/{id}.yaml or use another"),
                    ));
                    return None;
                };
                let shared = &self.fixes[at].value;
                for name in shared.parameters.iter().filter(|name| !source.with.contains_key(*name)) {
                    self.findings
                        .push(located.finding(id, format!("the fix `{id}` needs the parameter `{name}` under `with`")));
                }
                for name in source.with.keys().filter(|name| !shared.parameters.contains(name)) {
                    self.findings.push(located.finding(id, format!("the fix `{id}` has no parameter `{name}`")));
                }
                let value = |value: &yaml_serde::Value| match value {
                    yaml_serde::Value::String(value) => Some(value.clone()),
                    yaml_serde::Value::Number(value) => Some(value.to_string()),
                    _ => None,
                };
                let with = source.with.iter().filter_map(|(name, given)| Some((name.clone(), value(given)?))).collect();
                Some(FixSource::Shared(u16::try_from(at).unwrap_or(u16::MAX), with))
            }
            (None, Some(form)) if !source.text.trim().is_empty() => Some(FixSource::Own(Fix {
                form,
                when: one_line(&source.when),
                title: String::new(),
                text: source.text.trim_end().to_owned(),
            })),
            _ => {
                self.findings
                    .push(located.finding("fixes:", "a fix is either {use: id, with: {…}} or {form: …, text: …}"));
                None
            }
        }
    }
}

/// The forms of a shared fix, with parameters and facts still as placeholders.
fn forms(fix: &FixFile) -> Vec<Fix> {
    let title = one_line(&fix.title);
    fix.forms
        .iter()
        .map(|form| Fix {
            form: form.form,
            when: one_line(&form.when),
            title: title.clone(),
            text: form.text.trim_end().to_owned(),
        })
        .collect()
}

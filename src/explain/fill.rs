//! A problem's page, filled in with the values of a record.

use super::evaluate::{Truth, View};
use super::explanation::{Cause, CauseState, Check, Explanation, Fix, Misleading, RuledOut};
use super::template::Template;
use crate::knowledge::{self, Compiled, Condition, Page};
use crate::vocabulary::{Fact, FixForm, SignalName, Value};
use std::collections::BTreeMap;
use std::sync::OnceLock;

pub(super) type Facts = BTreeMap<Fact, String>;

/// A page whose templates are taken apart.
#[derive(Default)]
pub(super) struct Prepared {
    summary: Template,
    rules_out: Vec<Excuse>,
    /// Id of what is said, what is said, and what is true.
    misleading: Vec<(Value, String, Template)>,
    causes: Vec<PreparedCause>,
    references: Vec<String>,
    /// Fixes of each cause, when somebody wants them.
    fixes: OnceLock<Vec<Vec<PreparedFix>>>,
}

/// Something the text rules out.
struct Excuse {
    what: String,
    because: Template,
    when: Option<Condition>,
}

struct PreparedCause {
    id: String,
    title: Template,
    why: Template,
    when: Option<Condition>,
    prefer: Option<Condition>,
    unless: Option<Condition>,
    because: Template,
    /// Command, and what it shows when all is well.
    checks: Vec<(Template, Template)>,
    seen: u16,
    of: u16,
}

struct PreparedFix {
    form: FixForm,
    when: String,
    title: Template,
    text: Template,
}

impl Prepared {
    pub(super) fn new(page: Page) -> Prepared {
        let excuse =
            |row: knowledge::RuledOut| Excuse { what: row.what, because: Template::new(&row.because), when: row.when };
        let misleading = |row: knowledge::Misleading| (Value::text(row.id), row.says, Template::new(&row.truth));
        let cause = |cause: knowledge::Cause| PreparedCause {
            id: cause.id,
            title: Template::new(&cause.title),
            why: Template::new(&cause.why),
            when: cause.when,
            prefer: cause.prefer,
            unless: cause.unless,
            because: Template::new(&cause.because),
            checks: cause
                .checks
                .iter()
                .map(|check| (Template::new(&check.run), Template::new(&check.expect)))
                .collect(),
            seen: cause.seen,
            of: cause.of,
        };
        Prepared {
            summary: Template::new(&page.summary),
            rules_out: page.rules_out.into_iter().map(excuse).collect(),
            misleading: page.misleading.into_iter().map(misleading).collect(),
            causes: page.causes.into_iter().map(cause).collect(),
            references: page.references,
            fixes: OnceLock::new(),
        }
    }

    /// Fixes of each cause of the problem, whose page this is.
    fn fixes(&self, knowledge: &Compiled, problem: usize) -> &[Vec<PreparedFix>] {
        let prepare = |fix: &knowledge::Fix| PreparedFix {
            form: fix.form,
            when: fix.when.clone(),
            title: Template::new(&fix.title),
            text: Template::new(&fix.text),
        };
        self.fixes.get_or_init(|| {
            let page = knowledge.page(problem).unwrap_or_default();
            page.causes.iter().map(|cause| cause.fixes.iter().map(prepare).collect()).collect()
        })
    }
}

/// Fills in a page. `fixes`: the knowledge and the problem that they are taken from, where somebody wants them.
pub(super) fn fill(page: &Prepared, view: View<'_>, fixes: Option<(&Compiled, usize)>, explanation: &mut Explanation) {
    let signals = view.signals;
    let facts = &signals.facts;
    explanation.summary = page.summary.prose(facts);
    explanation.ruled_out = page
        .rules_out
        .iter()
        .filter(|row| row.when.as_ref().is_none_or(|when| view.truth(when) == Truth::True))
        .map(|row| RuledOut { what: row.what.clone(), because: row.because.prose(facts) })
        .collect();
    explanation.misleading = page
        .misleading
        .iter()
        .filter(|(id, ..)| {
            [SignalName::Advice, SignalName::Wrapper, SignalName::Finding]
                .iter()
                .any(|name| signals.position(*name, id).is_some())
        })
        .map(|(_, says, truth)| Misleading { says: says.clone(), truth: truth.prose(facts) })
        .collect();
    let fixes = fixes.map(|(knowledge, problem)| page.fixes(knowledge, problem)).unwrap_or_default();
    let (mut first, mut middle, mut last, mut excluded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, cause) in page.causes.iter().enumerate() {
        let when = cause.when.as_ref().map(|when| view.truth(when));
        if when == Some(Truth::False) {
            continue;
        }
        let is_excluded = cause.unless.as_ref().is_some_and(|unless| view.truth(unless) == Truth::True);
        let filled = Cause {
            id: cause.id.clone(),
            title: cause.title.prose(facts),
            why: cause.why.prose(facts),
            state: if is_excluded { CauseState::Excluded } else { CauseState::Open },
            because: is_excluded.then(|| cause.because.prose(facts)),
            seen: cause.seen,
            of: cause.of,
            checks: cause
                .checks
                .iter()
                .map(|(run, expect)| Check { run: run.code(facts).0, expect: expect.prose(facts) })
                .collect(),
            fixes: fixes.get(at).into_iter().flatten().map(|fix| filled_fix(fix, facts)).collect(),
        };
        let preferred = cause.prefer.as_ref().is_some_and(|prefer| view.truth(prefer) == Truth::True);
        match (is_excluded, when) {
            (true, _) => excluded.push(filled),
            _ if preferred => first.push(filled),
            (false, Some(Truth::True)) => first.push(filled),
            (false, None) => middle.push(filled),
            (false, Some(_)) => last.push(filled),
        }
    }
    first.append(&mut middle);
    first.append(&mut last);
    first.append(&mut excluded);
    explanation.causes = first;
    explanation.references.clone_from(&page.references);
}

fn filled_fix(fix: &PreparedFix, facts: &Facts) -> Fix {
    let (text, placeholders) = fix.text.code(facts);
    Fix { form: fix.form, when: fix.when.clone(), title: fix.title.prose(facts), text, placeholders }
}

/// A sentence with its values: see [`Template::prose`].
pub(crate) fn fill_prose(template: &str, facts: &Facts) -> String {
    Template::new(template).prose(facts)
}

/// Code with its values, placeholders in capitals where they are not known, and the names of the facts that were not
/// known. Values have been admitted by [`Fact::shape`], so none of them can end a string or start a command.
pub fn fill_code(template: &str, facts: &Facts) -> (String, Vec<String>) {
    Template::new(template).code(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_stay_visible() {
        let facts = Facts::from([(Fact::Region, "eu-west-1".to_owned())]);
        let (text, missing) = fill_code("aws --region {region} --group-id {security_group}", &facts);
        assert_eq!(text, "aws --region eu-west-1 --group-id SECURITY_GROUP_ID");
        assert_eq!(missing, ["security_group"]);
        assert_eq!(fill_prose("{security_group} in {region}.", &facts), "the task's security group in eu-west-1.");
        let nothing = Facts::new();
        assert_eq!(
            fill_prose("the text shows the address {address} of it", &nothing),
            "the text shows the address of it"
        );
        assert_eq!(
            fill_prose("to com.amazonaws.{region}.s3, or `aws --region {region}`", &nothing),
            "to com.amazonaws.REGION.s3, or `aws --region REGION`"
        );
        assert_eq!(
            fill_prose("the task runs in {region}: look there", &nothing),
            "the task runs in the task's region: look there"
        );
    }
}

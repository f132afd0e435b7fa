//! The report for people: the error quoted, the verdict, the first check; then what it is not, and the causes.

use super::escape::escape_line;
use super::layout::{Paint, block, columns, command, paint, plain, wrap};
use super::quote::{Mark, quote};
use super::{Style, Summary};
use crate::explain::{Cause, CauseState, Evidence, Explanation, Fix, Outcome};
use crate::record::RecordKind;
use crate::vocabulary::{Certainty, Severity, Verdict};

/// What of a report is wanted.
#[derive(Clone, Copy, Debug)]
pub struct FixChoice {
    /// Fixes at all. Those not wanted have been taken out of the explanations.
    pub fixes: bool,
    /// The whole text quoted, and signals.
    pub verbose: bool,
    /// No closing line.
    pub quiet: bool,
    /// What stopped normally is shown as well.
    pub all: bool,
}

/// The report of all explanations, with a closing line.
pub fn text(explanations: &[Explanation], summary: &Summary, choice: FixChoice, style: &Style) -> String {
    let mut report = String::new();
    // What follows from another one comes last, and short.
    let (roots, followers): (Vec<&Explanation>, Vec<&Explanation>) =
        explanations.iter().partition(|explanation| followed(explanation, explanations).is_none());
    for explanation in roots.into_iter().chain(followers) {
        let part = match explanation.outcome {
            Outcome::Explained | Outcome::Unknown
                if !choice.verbose && followed(explanation, explanations).is_some() =>
            {
                follower(explanation, followed(explanation, explanations), style)
            }
            Outcome::Explained => explained(explanation, choice, style),
            Outcome::Unknown => unknown(explanation, choice, style),
            Outcome::Normal => normal(explanation, style),
            // It has been told on stderr.
            Outcome::Rejected => continue,
        };
        report.push_str(&part);
        report.push_str(&reasoning(explanation, style));
        report.push('\n');
    }
    if !choice.quiet {
        report.push_str(&closing(summary, choice, style));
    }
    report
}

/// That a failure which has been printed came again, so many times.
pub fn more(explanation: &Explanation, times: usize, style: &Style) -> String {
    let id = explanation.problem.as_ref().map_or("unknown", |problem| problem.id.as_str());
    let service = explanation.record.service.as_ref().map(|service| format!(" of {service}")).unwrap_or_default();
    let last = explanation.group.as_ref().and_then(|group| group.last.as_ref());
    let last = last.map(|last| format!(", last at {last}")).unwrap_or_default();
    wrap("", &format!("{times} more: {id}{}{}", escape_line(&service), escape_line(&last)), 2, style)
}

/// The explanation that this one follows from, if it is among those printed.
fn followed<'a>(explanation: &Explanation, explanations: &'a [Explanation]) -> Option<&'a Explanation> {
    let of = explanation.symptom_of.as_ref()?;
    explanations.iter().find(|other| other.fingerprint == *of && other.symptom_of.is_none())
}

/// Something that follows from a failure that is explained above: what it is, and what it follows from.
fn follower(explanation: &Explanation, of: Option<&Explanation>, style: &Style) -> String {
    let (id, title) = match &explanation.problem {
        Some(problem) => (problem.id.as_str(), problem.title.as_str()),
        None => ("unknown", "not known by itself"),
    };
    let head = format!("follows[{id}]:");
    let mut shown = titled(&head, title, Paint::Faint, style);
    shown.push_str(&place(explanation, style));
    shown.push_str(&findings(explanation, style));
    if let Some(of) = of {
        let what = of.problem.as_ref().map_or("the unknown failure", |problem| problem.id.as_str());
        let line = match explanation.record.kind {
            Some(RecordKind::Runbook) => format!("The task failed of {what}, above: that is what to mend."),
            _ => format!("It follows from {what}, above: mend that, and this ends."),
        };
        shown.push_str(&wrap("  ", &line, 2, style));
    }
    shown
}

/// What AWS's runbook found, and what the task says of it.
fn findings(explanation: &Explanation, style: &Style) -> String {
    if explanation.findings.is_empty() {
        return String::new();
    }
    let judged = explanation.findings.iter().any(|finding| finding.verdict != Verdict::Open);
    let heading =
        if judged { "What the runbook found, judged by the task's own text" } else { "What the runbook found" };
    let mut shown = format!("\n{}\n", paint(heading, Paint::Heading, style));
    for finding in &explanation.findings {
        let verdict = match finding.verdict {
            Verdict::Supported => "supported",
            Verdict::Contradicted => "contradicted",
            Verdict::RedHerring => "red herring",
            Verdict::Open => "open",
        };
        shown.push_str(&wrap("  - ", &format!("{verdict}: \"{}\": {}", finding.says, finding.because), 4, style));
    }
    shown
}

fn reasoning(explanation: &Explanation, style: &Style) -> String {
    let Some(reasoning) = &explanation.reasoning else { return String::new() };
    let mut shown = format!("\n{}\n", paint("Signals", Paint::Heading, style));
    for signal in &reasoning.signals {
        shown.push_str(&wrap("  ", signal, 4, style));
    }
    if explanation.unknown.is_none() {
        shown.push_str(&format!(
            "\n{}\n",
            paint("Nearest problems that do not hold, and what is missing", Paint::Heading, style)
        ));
        for near in &reasoning.nearest {
            shown.push_str(&wrap("  - ", &format!("{}: {}", near.id, near.missing), 4, style));
        }
    }
    shown
}

fn closing(summary: &Summary, choice: FixChoice, style: &Style) -> String {
    if summary.records == summary.rejected {
        return String::new();
    }
    let read = summary.records - summary.rejected;
    let mut parts = Vec::new();
    if summary.explained > 0 {
        parts.push(format!("{} explained", summary.explained));
    }
    if summary.unknown > 0 {
        parts.push(format!("{} unknown", summary.unknown));
    }
    if summary.normal > 0 {
        parts.push(format!("{} normal{}", summary.normal, if choice.all { "" } else { " (--all shows them)" }));
    }
    let records = if read == 1 { "record" } else { "records" };
    paint(&format!("{read} {records}: {}", parts.join(", ")), Paint::Faint, style) + "\n"
}

/// Where the record is from: task, service, cluster.
fn place(explanation: &Explanation, style: &Style) -> String {
    let record = &explanation.record;
    let mut parts = Vec::new();
    if let Some(group) = &explanation.group {
        parts.push(format!("{} times", group.count));
        if let (Some(first), Some(last)) = (&group.first, &group.last) {
            parts.push(if first == last { first.clone() } else { format!("{first} to {last}") });
        }
    }
    match record.kind {
        Some(RecordKind::Log | RecordKind::TaskLog) => {
            parts.push(format!("{}:{}", record.source.name, record.source.line))
        }
        Some(RecordKind::ServiceEvent) => parts.push("service event".to_owned()),
        Some(RecordKind::DeploymentEvent) => parts.push("deployment event".to_owned()),
        _ => {}
    }
    let decisive = record.containers.iter().find(|container| container.decisive && record.containers.len() > 1);
    if let Some(container) = decisive.filter(|container| !container.name.is_empty()) {
        parts.push(format!("container {}", container.name));
    }
    for (what, value) in [
        ("task", &record.task),
        ("service", &record.service),
        ("cluster", &record.cluster),
        ("", &record.region),
        ("", &record.time),
    ] {
        // A group's tasks and times stand elsewhere.
        let one = explanation.group.is_none() || !matches!((what, value), ("task", _)) && value != &record.time;
        if let (Some(value), true) = (value, one) {
            parts.push(format!("{what} {value}").trim().to_owned());
        }
    }
    if parts.is_empty() {
        return String::new();
    }
    let separator = if style.unicode { " · " } else { " - " };
    let line = parts.iter().map(|part| escape_line(part)).collect::<Vec<_>>().join(separator);
    wrap("  ", &line, 2, style)
}

/// The tasks that a group stands for.
fn tasks(explanation: &Explanation, style: &Style) -> String {
    let Some(group) = explanation.group.as_ref().filter(|group| !group.tasks.is_empty()) else { return String::new() };
    let mut shown = format!("\n{}\n", paint("Tasks", Paint::Heading, style));
    shown.push_str(&wrap("  ", &group.tasks.join(" "), 2, style));
    if group.task_count > group.tasks.len() {
        shown.push_str(&format!("  and {} more\n", group.task_count - group.tasks.len()));
    }
    shown
}

/// The quoted texts with their notes.
fn evidence(explanation: &Explanation, choice: FixChoice, style: &Style) -> String {
    let mut shown = String::new();
    let notes: Vec<(usize, &Evidence)> =
        explanation.evidence.iter().enumerate().map(|(at, one)| (at + 1, one)).collect();
    for (at, text) in explanation.record.texts.iter().enumerate() {
        let marks: Vec<Mark> = notes
            .iter()
            .filter(|(_, one)| one.text == Some(at))
            .filter_map(|(number, one)| Some(Mark { number: *number, range: one.start?..one.end? }))
            .collect();
        let only = explanation.record.texts.len() == 1;
        if marks.is_empty() && !only && !choice.verbose && explanation.outcome != Outcome::Unknown {
            continue;
        }
        if !only || !matches!(text.field.as_str(), "message" | "stoppedReason") {
            shown.push_str(&format!("  {}\n", paint(&format!("{}:", escape_line(&text.field)), Paint::Faint, style)));
        }
        shown.push_str(&quote(&text.text, &marks, choice.verbose, style));
    }
    for (number, one) in notes {
        let what = match &one.field {
            Some(field) => format!("{field} {}: {}", one.quote, one.means),
            None => one.means.clone(),
        };
        let mark = paint(&number.to_string(), Paint::Mark, style);
        let indent = 4 + number.to_string().len() - 1;
        // The paint has no columns, so the wrapping is told the plain text's.
        let wrapped = wrap(&" ".repeat(indent), &what, indent, style);
        shown.push_str(&format!("  {mark} {}", wrapped.trim_start()));
    }
    shown
}

fn explained(explanation: &Explanation, choice: FixChoice, style: &Style) -> String {
    let Some(problem) = &explanation.problem else { return String::new() };
    let (word, color) = match problem.severity {
        Severity::Degraded => ("warning", Paint::Unknown),
        Severity::Failure | Severity::Normal => ("error", Paint::Failure),
    };
    let head = format!("{word}[{}]:", problem.id);
    let mut shown = titled(&head, &problem.title, color, style);
    shown.push_str(&place(explanation, style));
    shown.push_str(&evidence(explanation, choice, style));
    shown.push('\n');
    let sure = match explanation.certainty {
        Certainty::Certain => "Certain:",
        Certainty::Likely => "Likely:",
        Certainty::Possible | Certainty::Unknown => "Possible:",
    };
    shown.push_str(&headed(sure, &format!(" {}", explanation.summary), style));
    for also in &explanation.also {
        shown.push_str(&headed(
            "Or:",
            &format!(" {} ({}, {})", also.problem.title, also.problem.id, also.certainty),
            style,
        ));
    }
    let open: Vec<&Cause> = explanation.causes.iter().filter(|cause| cause.state != CauseState::Excluded).collect();
    if let Some(first) = open.first() {
        shown.push_str(&headed("Most probable cause:", &format!(" {}", first.title), style));
        for check in first.checks.iter().take(1) {
            shown.push_str(&check_lines(check, 2, style));
        }
    }
    if !explanation.ruled_out.is_empty() {
        shown.push_str(&format!("\n{}\n", paint("What it is not", Paint::Heading, style)));
        for row in &explanation.ruled_out {
            shown.push_str(&wrap("  - ", &format!("{}: {}", row.what, row.because), 4, style));
        }
    }
    if !explanation.misleading.is_empty() {
        shown.push_str(&format!("\n{}\n", paint("What AWS's message gets wrong", Paint::Heading, style)));
        for row in &explanation.misleading {
            shown.push_str(&wrap("  - ", &format!("\"{}\": {}", row.says, row.truth), 4, style));
        }
    }
    shown.push_str(&findings(explanation, style));
    if !explanation.causes.is_empty() {
        shown.push_str(&format!(
            "\n{}\n",
            paint(if open.len() > 1 { "Causes, the most probable first" } else { "Cause" }, Paint::Heading, style)
        ));
        for (number, cause) in explanation.causes.iter().enumerate() {
            shown.push_str(&cause_lines(number, cause, choice, style));
        }
    }
    shown.push_str(&tasks(explanation, style));
    shown.push_str(&format!("\n{}\n", paint(&format!("More: ecsplain show {}", problem.id), Paint::Faint, style)));
    shown
}

/// A heading and a sentence in one paragraph.
fn headed(heading: &str, text: &str, style: &Style) -> String {
    titled(heading, text, Paint::Heading, style)
}

/// A painted first word and a sentence in one paragraph.
fn titled(head: &str, text: &str, color: Paint, style: &Style) -> String {
    // The paint has no columns, so the wrapping is told the plain text's.
    wrap(&format!("{head} "), text, 2, style).replacen(head, &paint(head, color, style), 1)
}

fn check_lines(check: &crate::explain::Check, indent: usize, style: &Style) -> String {
    let mut shown = command(&check.run, indent, style);
    let arrow = if style.unicode { "→ " } else { "-> " };
    if !check.expect.is_empty() {
        shown.push_str(&wrap(
            &format!("{}{arrow}good: ", " ".repeat(indent)),
            &check.expect,
            indent + columns(arrow),
            style,
        ));
    }
    shown
}

fn cause_lines(number: usize, cause: &Cause, choice: FixChoice, style: &Style) -> String {
    let seen =
        if cause.of > 0 { format!(" (in {} of {} confirmed incidents)", cause.seen, cause.of) } else { String::new() };
    let state = match cause.state {
        CauseState::Open => String::new(),
        CauseState::Confirmed => " [confirmed]".to_owned(),
        CauseState::Excluded => " [excluded]".to_owned(),
    };
    let mut shown = wrap(&format!("{:>2}. ", number + 1), &format!("{}{seen}{state}", cause.title), 4, style);
    if let Some(because) = &cause.because {
        shown.push_str(&wrap("    ", because, 4, style));
    }
    if cause.state == CauseState::Excluded {
        return shown;
    }
    if !cause.why.is_empty() {
        shown.push_str(&wrap("    ", &cause.why, 4, style));
    }
    // The first check of the first cause stands under the verdict.
    if number == 0 && !cause.checks.is_empty() {
        shown.push_str(&wrap("    ", "check: the command above", 4, style));
    }
    for check in cause.checks.iter().skip(usize::from(number == 0)) {
        shown.push_str(&format!("    {}\n", paint("check", Paint::Heading, style)));
        shown.push_str(&check_lines(check, 6, style));
    }
    if choice.fixes {
        shown.push_str(&fix_lines(&cause.fixes, style));
    }
    shown
}

/// The fixes of a cause: what each does, then its forms.
pub(super) fn fix_lines(fixes: &[Fix], style: &Style) -> String {
    let mut shown = String::new();
    for (number, alike) in fixes.chunk_by(|one, other| one.title == other.title).enumerate() {
        let title = &alike[0].title;
        if !title.is_empty() {
            let word = if number == 0 { "fix: " } else { "or: " };
            let heading = wrap(&format!("    {word}"), title, 6, style);
            shown.push_str(&paint(heading.trim_end_matches('\n'), Paint::Heading, style));
            shown.push('\n');
        }
        let (chosen, left_out) = style.forms.choose(alike);
        for fix in chosen {
            let when = if fix.when.is_empty() { String::new() } else { format!(", when {}", fix.when) };
            let form = wrap("      ", &format!("{}{when}", fix.form), 8, style);
            shown.push_str(&paint(form.trim_end_matches('\n'), Paint::Faint, style));
            shown.push('\n');
            shown.push_str(&block(&fix.text, 8, style));
        }
        if let Some(first) = left_out.first() {
            let forms: Vec<&str> = left_out.iter().map(|form| form.as_str()).collect();
            let (last, rest) = forms.split_last().map_or(("", Vec::new()), |(last, rest)| (*last, rest.to_vec()));
            let listed = if rest.is_empty() { last.to_owned() } else { format!("{} and {last}", rest.join(", ")) };
            let line = format!("      also in {listed} (--form {first})\n");
            shown.push_str(&paint(&line, Paint::Faint, style));
        }
    }
    shown
}

fn unknown(explanation: &Explanation, choice: FixChoice, style: &Style) -> String {
    let head = "unknown:";
    let mut shown = titled(head, "no problem that ecsplain knows answers this text", Paint::Unknown, style);
    shown.push_str(&place(explanation, style));
    shown.push_str(&evidence(explanation, choice, style));
    for container in explanation.record.containers.iter().filter(|container| container.exit_code.is_some()) {
        let code = container.exit_code.unwrap_or_default();
        shown.push_str(&wrap("  ", &format!("container {} ended with exit code {code}", container.name), 4, style));
    }
    shown.push_str(&findings(explanation, style));
    if let Some(unknown) = &explanation.unknown
        && !unknown.nearest.is_empty()
    {
        let heading = if choice.verbose {
            "Nearest, and what is missing for it"
        } else {
            "Nearest, though it does not say so (-v: what is missing)"
        };
        shown.push_str(&format!("\n{}\n", paint(heading, Paint::Heading, style)));
        for near in &unknown.nearest {
            let line = if choice.verbose {
                format!("{}: {}", near.id, near.missing)
            } else {
                format!("{} ({})", near.title, near.id)
            };
            shown.push_str(&wrap("  - ", &line, 4, style));
        }
    }
    shown
}

fn normal(explanation: &Explanation, style: &Style) -> String {
    let record = &explanation.record;
    let what = match &explanation.problem {
        Some(problem) => problem.title.as_str(),
        None => record.texts.first().map_or("nothing failed", |text| text.text.as_str()),
    };
    let name = record.task.as_deref().or(record.service.as_deref()).map(|name| format!("{name}: ")).unwrap_or_default();
    wrap("normal: ", &plain(&format!("{name}{what}"), style), 2, style)
}

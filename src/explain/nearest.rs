//! For a failure that no problem answers: its shape, and the problems that come near with what they miss.

use super::evaluate::View;
use super::explanation::{Nearest, Unknown};
use crate::knowledge::{Condition, ConditionSet, MatchPart, Problem, Test};
use crate::pattern::Pattern;
use crate::record::Record;
use crate::vocabulary::{SignalName, Stage, StopCause, Value};
use std::sync::LazyLock;

/// So many are named in an explanation.
const SHOWN: usize = 3;

pub(super) fn unknown(matching: &MatchPart, view: View<'_>) -> Unknown {
    Unknown { shape: shape(view.record), nearest: nearest(matching, view, SHOWN) }
}

/// How near a problem's nearest condition set is: conditions that do not hold, positive ones that do. The first set counts
/// among equals.
struct Near<'a> {
    missing: usize,
    positive: usize,
    problem: &'a Problem,
    set: &'a ConditionSet,
}

/// The problems of which most conditions hold, and at least one does.
pub(super) fn nearest(matching: &MatchPart, view: View<'_>, most: usize) -> Vec<Nearest> {
    let signals = view.signals;
    let stage = signals.value(SignalName::Stage);
    let ran = signals.has(SignalName::StopCause, StopCause::EssentialExited)
        || signals.named(SignalName::ExitCode).next().is_some();
    let compatible = |problem: &&Problem| {
        // What ran has all earlier stages behind it.
        let possible = !ran || problem.stage >= Stage::Run;
        !problem.fallback && possible && stage.is_none_or(|stage| *stage == Value::Stage(problem.stage))
    };
    let mut near: Vec<Near<'_>> =
        matching.problems.iter().filter(compatible).filter_map(|problem| nearest_set(problem, view)).collect();
    near.sort_by_key(|near| (near.missing, std::cmp::Reverse(near.positive), near.problem.id.as_str()));
    near.truncate(most);
    near.iter().map(|near| named(near, matching, view)).collect()
}

fn nearest_set<'a>(problem: &'a Problem, view: View<'_>) -> Option<Near<'a>> {
    let mut witnesses = Vec::new();
    let near = problem.sets.iter().map(|set| {
        let (mut missing, mut positive) = (0, 0);
        for part in parts(&set.condition) {
            witnesses.clear();
            let holds = view.holds(part, &mut witnesses);
            missing += usize::from(!holds);
            positive += usize::from(holds && is_positive(part));
        }
        missing += usize::from(missing == 0 && !set.places.contains(&view.record.kind.place()));
        Near { missing, positive, problem, set }
    });
    near.filter(|near| near.positive > 0 && near.missing > 0)
        .min_by_key(|near| (near.missing, std::cmp::Reverse(near.positive)))
}

/// The problem with what it misses, in words.
fn named(near: &Near<'_>, matching: &MatchPart, view: View<'_>) -> Nearest {
    let missing = parts(&near.set.condition).iter().filter(|part| !view.holds(part, &mut Vec::new()));
    let mut missing: Vec<String> = missing.map(|part| describe(part, matching)).collect();
    if missing.is_empty() {
        missing.push(format!("it does not speak in {}", view.record.kind.place()));
    }
    Nearest { id: near.problem.id.clone(), title: near.problem.title.clone(), missing: missing.join(", ") }
}

fn parts(condition: &Condition) -> &[Condition] {
    match condition {
        Condition::All(parts) => parts,
        other => std::slice::from_ref(other),
    }
}

/// Whether the condition asks for something to be there. That something is absent brings no problem nearer.
fn is_positive(condition: &Condition) -> bool {
    match condition {
        Condition::Not(_) | Condition::Signal(_, Test::Absent) => false,
        Condition::Signal(..) | Condition::Says(_) | Condition::Regex(_) => true,
        Condition::All(list) => list.iter().any(is_positive),
        Condition::Any(list) => list.iter().all(is_positive),
        Condition::Container(inner) => is_positive(inner),
    }
}

/// At most two alternatives.
fn some_of(mut alternatives: Vec<String>) -> String {
    if alternatives.len() > 2 {
        alternatives.truncate(2);
        alternatives.push("…".to_owned());
    }
    alternatives.join(" | ")
}

/// A condition as its author wrote it.
fn describe(condition: &Condition, matching: &MatchPart) -> String {
    let join =
        |list: &[Condition], with: &str| list.iter().map(|one| describe(one, matching)).collect::<Vec<_>>().join(with);
    match condition {
        Condition::All(list) => join(list, " and "),
        Condition::Any(list) => format!("({})", join(list, " or ")),
        Condition::Not(inner) => format!("not {}", describe(inner, matching)),
        Condition::Signal(name, Test::Present) => format!("{}: present", name.as_str()),
        Condition::Signal(name, Test::Absent) => format!("{}: absent", name.as_str()),
        Condition::Signal(name, Test::Compare(comparison, limit)) => {
            format!("{}: {}{limit}", name.as_str(), comparison.as_str())
        }
        Condition::Signal(name, Test::OneOf(values)) => {
            format!("{}: {}", name.as_str(), some_of(values.iter().map(ToString::to_string).collect()))
        }
        Condition::Says(fragments) => {
            format!(
                "says: {}",
                some_of(fragments.iter().map(|at| format!("\"{}\"", matching.fragments[usize::from(*at)])).collect())
            )
        }
        Condition::Regex(at) => format!("regex: {}", matching.regexes[usize::from(*at)].text),
        Condition::Container(inner) => format!("one container with {}", describe(inner, matching)),
    }
}

static VARIABLE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        arn:aws[a-z-]*:[^\s"',)]+
        | https?://[^\s"']+
        | \b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b | \b(?:sha256:)?[0-9a-f]{12,64}\b
        | \b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?
        | \b(?:eni|subnet|sg|vpc|i|fs|rtb|vpce)-[0-9a-f]{8,17}\b
        | \d{4}-\d\d-\d\d[T\x20]\d\d:\d\d:\d\d[^\s]*
        | \b[A-Za-z0-9*\#_.-]+\.dkr\.ecr\.[^\s"']+
        | \d+"#,
    )
});

/// The first text's shape; without a text, the exit code.
fn shape(record: &Record) -> String {
    let shape = record.texts.first().map_or(String::new(), |text| shape_of(&text.text));
    if shape.is_empty() {
        let mut codes = record.containers.iter().filter_map(|container| container.exit_code);
        return codes.next().map(|code| format!("exit code {code}")).unwrap_or_default();
    }
    shape
}

/// Longer texts are cut, in bytes, before what differs is masked.
const LONGEST_SHAPE: usize = 600;

/// The text with what differs from case to case masked, and a bounded length.
pub(crate) fn shape_of(text: &str) -> String {
    let mut shape: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if shape.len() > LONGEST_SHAPE {
        let mut end = LONGEST_SHAPE;
        while !shape.is_char_boundary(end) {
            end -= 1;
        }
        // Not within a name: nobody would know it again.
        shape.truncate(shape[..end].rfind(' ').unwrap_or(end));
    }
    VARIABLE.replace_all(&shape, |_| "*".to_owned())
}

//! [`Signals`](crate::signal::Signals) in, [`Explanation`] out: matching, ranking, filling in.

mod evaluate;
mod evidence;
mod explanation;
mod fill;
mod group;
mod matcher;
mod nearest;
#[cfg(feature = "authoring")]
pub mod prove;
mod rank;
mod relate;
mod runbook;
mod stats;
mod tally;
mod template;

pub use evaluate::Holds;
pub use explanation::*;
pub use fill::fill_code;
pub(crate) use fill::fill_prose;
pub use group::{Groups, Joined, group};
pub use matcher::{Matcher, Strategy};
pub(crate) use nearest::shape_of;
pub use stats::{Histogram, ProblemCount, ShapeCount, StageCount, Stats, UnknownCount};
pub use tally::Tally;

use self::evaluate::View;
use self::fill::Prepared;
use crate::knowledge::{Compiled, Page, Problem};
use crate::record::{Limits, Record, RecordKind};
use crate::signal::address::Ranges;
use crate::signal::{Extractor, Signals};
use crate::vocabulary::{Certainty, Severity, SignalName};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// Explains records. Cheap to share, made once.
pub struct Explainer {
    knowledge: Compiled,
    extractor: Extractor,
    matcher: Matcher,
    /// Page of each problem, prepared when it is first needed.
    pages: Vec<OnceLock<Prepared>>,
    /// Whether somebody wants fixes.
    fixes: bool,
}

impl Explainer {
    /// An explainer over this knowledge and these address ranges.
    pub fn new(mut knowledge: Compiled, ranges: Ranges) -> Explainer {
        let Compiled { matching, index, .. } = &mut knowledge;
        let matcher = Matcher::new(&matching.regexes, index);
        let extractor = Extractor::new(index, &matching.regexes, Arc::new(ranges));
        let pages = knowledge.matching.problems.iter().map(|_| OnceLock::new()).collect();
        Explainer { knowledge, extractor, matcher, pages, fixes: true }
    }

    /// With fixes in its explanations, as without this, or with none: they are most of the work.
    #[must_use]
    pub fn with_fixes(mut self, fixes: bool) -> Explainer {
        self.fixes = fixes;
        self
    }

    /// The problems it knows, by stage and id.
    pub fn problems(&self) -> &[Problem] {
        &self.knowledge.matching.problems
    }

    /// The page of the problem at this position.
    pub fn page(&self, problem: usize) -> Page {
        self.knowledge.page(problem).unwrap_or_default()
    }

    /// Position of the problem with this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.knowledge.find(id)
    }

    /// The address ranges in use.
    pub fn ranges(&self) -> &Ranges {
        self.extractor.ranges()
    }

    /// Literals of which one stands in every log line that can be explained. ASCII case does not count.
    pub fn log_literals(&self) -> &[String] {
        &self.knowledge.matching.log_literals
    }

    /// What conditions compare durations with, in seconds.
    pub fn duration_limits(&self) -> Limits {
        let matching = &self.knowledge.matching;
        Limits { ran: matching.ran_limits.clone(), stopping: matching.stop_limits.clone() }
    }

    /// Explains a record. `None` for a log line that shows no failure of ECS.
    pub fn explain(&self, record: &Record) -> Option<Explanation> {
        self.explain_with(record, Strategy::Fast)
    }

    /// Explains a record beside the tasks that were given with it: findings of a runbook's report are judged by the task that
    /// the report is about.
    pub fn explain_beside(&self, record: &Record, tasks: &[&Record]) -> Option<Explanation> {
        let (mut explanation, signals) = self.answer(record, Strategy::Fast)?;
        if signals.named(SignalName::Finding).next().is_none() && record.kind != RecordKind::Runbook {
            return Some(explanation);
        }
        // Findings are told text by text as they stand in the record, not re-joined.
        let signals = self.signals(record);
        let task = self.task_of_report(record, tasks).map(|task| (task, self.signals(task)));
        if record.kind == RecordKind::Runbook {
            explanation.symptom_of =
                task.as_ref().and_then(|(task, _)| self.explain(task)).map(|explanation| explanation.fingerprint);
        }
        // A text may hold the task's own error and the report at once.
        let own = signals.named(SignalName::Error).next().is_some().then_some((record, &signals));
        let beside = task.as_ref().map(|(task, signals)| (*task, signals)).or(own);
        explanation.findings =
            runbook::findings(&self.knowledge.matching, self.matcher.literals(), (record, &signals), beside);
        Some(explanation)
    }

    /// The task that a report is about: the one that it names; else any, where all failed alike.
    fn task_of_report<'a>(&self, report: &Record, tasks: &[&'a Record]) -> Option<&'a Record> {
        let names = |task: &&&Record| {
            task.task.as_deref().is_some_and(|id| report.texts.iter().any(|text| text.text.contains(id)))
        };
        if let Some(named) = tasks.iter().find(names) {
            return Some(named);
        }
        if report.texts.iter().any(|text| names_a_task(&text.text)) {
            return None;
        }
        let problem = |task: &Record| self.explain(task).and_then(|explanation| explanation.problem);
        let (first, rest) = tasks.split_first()?;
        let of_first = problem(first);
        rest.iter().all(|task| problem(task) == of_first).then_some(*first)
    }

    /// Marks explanations given together that follow from one another: see [`Explanation::symptom_of`].
    pub fn relate(&self, explanations: &mut [Explanation]) {
        relate::relate(&self.knowledge.matching, explanations);
    }

    /// As [`Explainer::explain`], with a choice of matcher: the slow one is the reference that the fast one is held to.
    pub fn explain_with(&self, record: &Record, strategy: Strategy) -> Option<Explanation> {
        self.answer(record, strategy).map(|(explanation, _)| explanation)
    }

    /// The explanation, and the signals that it rests on. Their facts have gone to the explanation.
    fn answer(&self, record: &Record, strategy: Strategy) -> Option<(Explanation, Signals)> {
        let read = self.read(record, strategy);
        let Read { record, signals, .. } = &read;
        let mut ranked = rank::rank(&self.knowledge.matching, &read.held, signals);
        // A task that runs has not failed, whatever its helpers ended with; only a text of ECS about it says otherwise.
        if record.kind == RecordKind::StoppedTask && !record.stopped && record.texts.is_empty() {
            ranked.clear();
        }
        if ranked.is_empty()
            && record.kind == RecordKind::Log
            && !is_failure_in_log(signals, &self.knowledge.matching.tables)
        {
            return None;
        }
        let outcome = if !ranked.is_empty() {
            let best = &self.knowledge.matching.problems[ranked[0].problem];
            if best.severity == Severity::Normal { Outcome::Normal } else { Outcome::Explained }
        } else if is_normal(record, signals) {
            Outcome::Normal
        } else {
            Outcome::Unknown
        };
        let mut explanation = self.write(&read, &ranked, outcome);
        let mut signals = read.signals;
        explanation.facts = std::mem::take(&mut signals.facts);
        Some((explanation, signals))
    }

    /// The signals of a record and the condition sets that hold, for `-v` and for tests.
    pub fn signals(&self, record: &Record) -> Signals {
        self.extractor.read(record, &self.knowledge.matching.tables)
    }

    /// Reads and matches. A text that is hard-wrapped inside its words is re-joined and tried again, where it is not
    /// certainly answered as it is.
    fn read<'a>(&'a self, record: &'a Record, strategy: Strategy) -> Read<'a> {
        let matching = &self.knowledge.matching;
        let read = |record: Cow<'a, Record>| {
            let signals = self.signals(&record);
            let held = self.matcher.matches(matching, &record, &signals, strategy);
            Read { record, signals, held }
        };
        let sure = |read: &Read<'_>| {
            let best = rank::rank(matching, &read.held, &read.signals).into_iter().next();
            // A fallback says no more than the stage.
            best.map(|best| (!matching.problems[best.problem].fallback, best.certainty))
        };
        let as_it_is = read(Cow::Borrowed(record));
        let wrapping = record.texts.iter().map(|text| wrapping(&text.text)).max().unwrap_or(Wrapping::None);
        if wrapping == Wrapping::None {
            return as_it_is;
        }
        let sure_as_it_is = sure(&as_it_is);
        if wrapping == Wrapping::Possible && sure_as_it_is >= Some((true, Certainty::Certain)) {
            return as_it_is;
        }
        let mut joined = record.clone();
        for text in joined.texts.iter_mut().filter(|text| wrapping_of(text) != Wrapping::None) {
            text.text = text.text.split('\n').map(str::trim).collect();
        }
        let joined = read(Cow::Owned(joined));
        let sure_joined = sure(&joined);
        let better =
            if wrapping == Wrapping::Hard { sure_joined >= sure_as_it_is } else { sure_joined > sure_as_it_is };
        if better && sure_joined.is_some() { joined } else { as_it_is }
    }

    fn write(&self, read: &Read<'_>, ranked: &[rank::Ranked], outcome: Outcome) -> Explanation {
        let Read { record, signals, .. } = read;
        let view = View::new(record, signals, self.matcher.literals());
        let mut explanation = explanation::of_record(record, signals, outcome);
        if let Some(best) = ranked.first() {
            let problem = &self.knowledge.matching.problems[best.problem];
            let page = self.pages[best.problem]
                .get_or_init(|| Prepared::new(self.knowledge.page_without_fixes(best.problem).unwrap_or_default()));
            explanation.problem = Some(ProblemRef::of(problem));
            explanation.certainty = best.certainty;
            evidence::collect(&best.holds, record, signals, &mut explanation);
            let fixes = self.fixes.then_some((&self.knowledge, best.problem));
            fill::fill(page, view, fixes, &mut explanation);
            explanation.also = ranked[1..]
                .iter()
                .map(|other| Also {
                    problem: ProblemRef::of(&self.knowledge.matching.problems[other.problem]),
                    certainty: other.certainty,
                })
                .collect();
        } else if outcome == Outcome::Unknown {
            explanation.certainty = Certainty::Unknown;
            explanation.unknown = Some(nearest::unknown(&self.knowledge.matching, view));
            evidence::notable(record, signals, &mut explanation);
        }
        explanation.fingerprint = explanation::fingerprint(&explanation, &signals.facts);
        explanation.facts.clone_from(&signals.facts);
        explanation
    }

    /// What was read from a record, and why the nearest problems did not match. For `-v`.
    pub fn reasoning(&self, record: &Record) -> Reasoning {
        let signals = self.signals(record);
        let view = View::new(record, &signals, self.matcher.literals());
        let nearest = nearest::nearest(&self.knowledge.matching, view, 8);
        Reasoning { signals: signals.list.iter().map(|signal| describe(signal, record)).collect(), nearest }
    }
}

/// A record that was read, and what holds for it.
struct Read<'a> {
    record: Cow<'a, Record>,
    signals: Signals,
    held: Vec<Holds>,
}

/// Whether a task's id stands in the text: 32 hexadecimal digits.
fn names_a_task(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word.len() == 32 && word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

/// Whether lines were broken at a fixed column, inside of words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrapping {
    None,
    /// Lines of about one length, or only two of them: words may be torn.
    Possible,
    /// Lines of exactly one length: words are torn.
    Hard,
}

fn wrapping(text: &str) -> Wrapping {
    let lines: Vec<usize> = text.lines().map(|line| line.trim().chars().count()).filter(|length| *length > 0).collect();
    let Some((last, before)) = lines.split_last() else { return Wrapping::None };
    let longest = before.iter().max().copied().unwrap_or(0);
    let share =
        |slack: usize| before.iter().filter(|length| **length + slack >= longest).count() * 100 / before.len().max(1);
    if longest < 20 {
        Wrapping::None
    } else if before.len() >= 2 && share(1) >= 80 && *last <= longest {
        // A blank at the border is trimmed, so one character may be missing.
        Wrapping::Hard
    } else if share(16) >= 60 {
        Wrapping::Possible
    } else {
        Wrapping::None
    }
}

fn wrapping_of(text: &crate::record::Text) -> Wrapping {
    wrapping(&text.text)
}

fn describe(signal: &crate::signal::Signal, record: &Record) -> String {
    use crate::signal::Origin;
    let from = match &signal.origin {
        Origin::Text { text, range } => format!("{} {}..{}", record.texts[*text].field, range.start, range.end),
        Origin::Field { path, .. } => path.clone(),
        Origin::Rule { rule, .. } => format!("rule {rule}"),
    };
    let set_aside = if signal.superseded { ", set aside" } else { "" };
    format!("{}: {} ({from}{set_aside})", signal.name.as_str(), signal.value)
}

/// A stop that was asked for is no failure, nor is a task that still runs or a message that only informs.
fn is_normal(record: &Record, signals: &Signals) -> bool {
    match record.kind {
        RecordKind::StoppedTask => {
            let ended_well =
                record.containers.iter().all(|container| matches!(container.exit_code, None | Some(0 | 137 | 143)));
            let one_shot_done = !record.of_service
                && record.stop_code.as_deref() == Some("EssentialContainerExited")
                && record.containers.iter().any(|container| container.exit_code == Some(0))
                && record.containers.iter().all(|container| matches!(container.exit_code, None | Some(0)))
                && signals.named(SignalName::Error).next().is_none();
            // A container's own error is a failure, whatever the stop was for.
            let no_error = signals.list.iter().all(|signal| signal.name != SignalName::Error);
            !record.stopped || (signals.asked_to_stop && ended_well && no_error) || one_shot_done
        }
        RecordKind::ServiceEvent | RecordKind::DeploymentEvent | RecordKind::ContainerInstanceEvent => {
            let reported = matches!(record.event_type.as_deref(), Some("ERROR" | "WARN"));
            let informs = record.texts.iter().all(|text| is_informative(&text.text));
            !reported && (informs || record.texts.is_empty())
        }
        _ => false,
    }
}

/// Service events that only inform.
fn is_informative(message: &str) -> bool {
    // What the service is called says nothing: `(service failed-payments) has reached a steady state.`
    let message = match message.strip_prefix("(service ").or_else(|| message.strip_prefix("service ")) {
        Some(rest) => rest.split_once([')', ' ']).map_or(rest, |(_, rest)| rest),
        None => message,
    };
    let message = message.to_ascii_lowercase();
    [
        "has reached a steady state",
        "has started ",
        "has stopped ",
        "registered ",
        "deregistered ",
        "has begun draining",
        "deployment completed",
        "deployment in progress",
        " completed.",
        " in progress.",
    ]
    .iter()
    .any(|text| message.contains(text))
        && !["unhealthy", "failed", "unable", "error"].iter().any(|text| message.contains(text))
}

/// In a log only what ECS or its agent writes is a failure of ECS: an error name of theirs where they put it, and for
/// a generic name the agent's own sentence as well.
fn is_failure_in_log(signals: &Signals, tables: &crate::knowledge::Tables) -> bool {
    signals.named(SignalName::Error).any(|(_, signal)| {
        let name = signal.value.to_string();
        tables.errors.iter().any(|row| row.name == name && !row.generic)
    })
}

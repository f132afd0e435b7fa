//! What comes of the items: explained, joined or printed one by one, with a bounded memory of what came before.

use super::arguments::{Arguments, FailOn, Fixes, Format};
use super::complain::{Complaint, note};
use super::output::Output;
use super::work::{Batch, Origin};
use super::{FAILURE, SUCCESS, TROUBLE};
use ecsplain::explain::{self, Groups, Joined, Tally};
use ecsplain::record::{Item, MOST_CLASSES, RecordKind, Rejected, TaskDefinition, attach};
use ecsplain::report::{Forms, Summary};
use ecsplain::{Explainer, Explanation, Outcome, Record};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};

/// So many items are looked at together: a definition tells of tasks before it, a symptom follows from what comes later.
const WINDOW: usize = 1000;

/// The same in bytes of text.
const WINDOW_BYTES: usize = 4 * 1024 * 1024;

/// Task definitions and tasks that are remembered for what comes after the window.
const MOST_DEFINITIONS: usize = 1000;
const TASKS_BESIDE: usize = 100;

/// So many different records are remembered, so that equal ones are only counted.
const MOST_SEEN: usize = 100_000;

/// So many parts that cannot be read are told one by one.
const MOST_REJECTED: usize = 100;

/// What became of a record, for those that are equal to it.
#[derive(Clone, Copy, Debug, Default)]
struct Outcomes {
    outcome: Option<Outcome>,
    group: Option<usize>,
    /// Its problem's place in the tally.
    problem: Option<usize>,
}

/// One run over all inputs.
pub struct Session<'a> {
    arguments: &'a Arguments,
    explainer: &'a Explainer,
    output: Output<'a>,
    window: Vec<(usize, Item)>,
    window_bytes: usize,
    groups: Groups,
    summary: Summary,
    /// With `--stats`.
    tally: Option<Tally>,
    /// An input could not be read, or a part of one.
    trouble: bool,
    hints: usize,
    anything: bool,
    only_definitions: bool,
    definitions: Vec<TaskDefinition>,
    tasks: Vec<Record>,
    hasher: RandomState,
    seen: HashMap<u64, Outcomes>,
    /// Of the classes of each input.
    classes: HashMap<(usize, u32), Outcomes>,
    input: usize,
    /// Line at which the part of the input under reading begins, less one.
    lines: usize,
}

impl<'a> Session<'a> {
    pub fn new(arguments: &'a Arguments, explainer: &'a Explainer, trouble: bool) -> Session<'a> {
        Session {
            arguments,
            explainer,
            output: Output::new(arguments, explainer),
            window: Vec::new(),
            window_bytes: 0,
            groups: Groups::default(),
            summary: Summary::default(),
            tally: arguments.stats.then(Tally::new),
            trouble,
            hints: 0,
            anything: false,
            only_definitions: true,
            definitions: Vec::new(),
            tasks: Vec::new(),
            hasher: RandomState::new(),
            seen: HashMap::new(),
            classes: HashMap::new(),
            input: 0,
            lines: 0,
        }
    }

    /// Whether equal failures are joined.
    pub fn grouped(arguments: &Arguments) -> bool {
        match arguments.format {
            Format::Text | Format::Json => !arguments.no_group,
            Format::Ndjson => arguments.group,
        }
    }

    /// An input could not be read.
    pub fn trouble(&mut self) {
        self.trouble = true;
    }

    /// Takes what an input gave.
    pub fn take(&mut self, origin: &Origin, batch: Batch) -> Result<(), Complaint> {
        match batch {
            Batch::Items(items) => {
                for mut item in items {
                    self.place(&mut item);
                    if let Item::Nothing(hint) = item {
                        self.hints += 1;
                        note(&format!("{}: {hint}", origin.name));
                        continue;
                    }
                    if let Item::Record(record) = &item {
                        self.window_bytes += record.texts.iter().map(|text| text.text.len()).sum::<usize>();
                    }
                    self.window.push((self.input, item));
                    if self.window.len() >= WINDOW || self.window_bytes >= WINDOW_BYTES {
                        self.flush()?;
                    }
                }
            }
            Batch::Pause => {
                self.flush()?;
                self.output.pause(&self.groups)?;
            }
            Batch::Done(lines) => {
                self.lines += lines;
                self.output.tick(&self.groups)?;
            }
            Batch::Failed(complaint) => {
                super::explain::complain_of_file(&complaint);
                self.trouble = true;
            }
        }
        Ok(())
    }

    /// Another input begins.
    pub fn next_input(&mut self) {
        self.input += 1;
        self.lines = 0;
    }

    /// A later part of an input counts its lines from its own beginning.
    fn place(&self, item: &mut Item) {
        match item {
            Item::Record(record) => record.line += self.lines,
            Item::Rejected(rejected) => rejected.line += self.lines,
            Item::Again(_) | Item::Definition(_) | Item::Nothing(_) => {}
        }
    }

    /// Explains what is in the window.
    fn flush(&mut self) -> Result<(), Complaint> {
        let window = std::mem::take(&mut self.window);
        self.window_bytes = 0;
        if window.is_empty() {
            return Ok(());
        }
        self.anything = true;
        let (inputs, mut items): (Vec<usize>, Vec<Item>) = window.into_iter().unzip();
        self.define(&mut items);
        let explainer = self.explainer;
        let mut beside: Vec<&Record> = items.iter().filter_map(task_in).take(TASKS_BESIDE).collect();
        let remembered = std::mem::take(&mut self.tasks);
        beside.extend(remembered.iter().take(TASKS_BESIDE - beside.len()));
        let grouped = Session::grouped(self.arguments);
        let mut single = Vec::new();
        for (input, item) in inputs.into_iter().zip(&items) {
            match item {
                Item::Record(record) => {
                    self.only_definitions = false;
                    let signature = grouped.then(|| self.signature(record)).flatten();
                    let known = signature.and_then(|signature| self.seen.get(&signature).copied());
                    let outcomes = match known {
                        Some(known) => {
                            self.again(known, record.task.as_deref(), record.time.as_deref());
                            known
                        }
                        None => {
                            let mut explanation = explainer.explain_beside(record, &beside);
                            if let Some(explanation) = &mut explanation {
                                explanation.reasoning = self.arguments.verbose.then(|| explainer.reasoning(record));
                            }
                            self.push(explanation, grouped, &mut single)
                        }
                    };
                    if let Some(signature) = signature
                        && known.is_none()
                        && self.seen.len() < MOST_SEEN
                        // The shape of an unknown text is kept with its group alone.
                        && (outcomes.outcome != Some(Outcome::Unknown) || outcomes.group.is_some())
                    {
                        self.seen.insert(signature, outcomes);
                    }
                    if let Some(class) = record.class {
                        // Older ones are not referred to any more.
                        if self.classes.len() > 3 * MOST_CLASSES as usize {
                            self.classes.retain(|(of, known), _| *of == input && *known + MOST_CLASSES >= class);
                        }
                        self.classes.insert((input, class), outcomes);
                    }
                }
                Item::Again(again) => {
                    if let Some(known) = self.classes.get(&(input, again.class)).copied() {
                        self.again(known, Some(&again.task), again.time.as_deref());
                    }
                }
                Item::Rejected(rejected) => self.reject(rejected, &mut single),
                Item::Definition(_) | Item::Nothing(_) => {}
            }
        }
        self.tasks = remembered;
        if self.tasks.len() < TASKS_BESIDE {
            let room = TASKS_BESIDE - self.tasks.len();
            self.tasks.extend(items.iter().filter_map(task_in).take(room).cloned());
        }
        if !single.is_empty() {
            explainer.relate(&mut single);
            self.output.single(single)?;
        }
        self.output.tick(&self.groups)
    }

    /// Tells tasks what task definitions before and beside them say.
    fn define(&mut self, items: &mut Vec<Item>) {
        let own = items.len();
        items.extend(self.definitions.iter().map(|definition| Item::Definition(Box::new(definition.clone()))));
        attach(items);
        items.truncate(own);
        for item in items.iter() {
            if let Item::Definition(definition) = item
                && self.definitions.len() < MOST_DEFINITIONS
            {
                self.definitions.push((**definition).clone());
            }
        }
    }

    /// What makes two records equal but for ids, times and places in the input. `None` for what is explained each time anew.
    fn signature(&self, record: &Record) -> Option<u64> {
        if record.kind == RecordKind::Runbook || self.arguments.verbose {
            return None;
        }
        let mut hasher = self.hasher.build_hasher();
        let Record { kind, cluster, service, task_definition, region, account, launch_type, stop_code, .. } = record;
        (kind, cluster, service, task_definition, region, account, launch_type, stop_code).hash(&mut hasher);
        let Record { reached, architecture, event_name, event_type, rollout_state, agent_connected, .. } = record;
        (reached, architecture, event_name, event_type, rollout_state, agent_connected).hash(&mut hasher);
        let Record { instance_status, ran_seconds, stop_seconds, stopped, of_service, containers, .. } = record;
        (instance_status, ran_seconds, stop_seconds, stopped, of_service, containers).hash(&mut hasher);
        for text in &record.texts {
            (&text.field, &text.text, text.cut, text.container).hash(&mut hasher);
        }
        Some(hasher.finish())
    }

    fn again(&mut self, known: Outcomes, task: Option<&str>, time: Option<&str>) {
        let Some(outcome) = known.outcome else { return };
        self.summary.count_outcome(outcome);
        if let Some(tally) = &mut self.tally {
            let kept = known.group.and_then(|group| self.groups.explanations().get(group));
            let shape = kept.and_then(|kept| kept.unknown.as_ref()).map(|unknown| unknown.shape.as_str());
            tally.count_again(outcome, known.problem, shape, time);
        }
        if let Some(group) = known.group {
            self.groups.again(group, task, time);
        }
    }

    fn push(&mut self, explanation: Option<Explanation>, grouped: bool, single: &mut Vec<Explanation>) -> Outcomes {
        let Some(mut explanation) = explanation else { return Outcomes::default() };
        let outcome = explanation.outcome;
        self.summary.count_outcome(outcome);
        let problem = self.tally.as_mut().and_then(|tally| tally.count(&explanation));
        let mut outcomes = Outcomes { outcome: Some(outcome), group: None, problem };
        if outcome == Outcome::Normal && !self.arguments.all {
            return outcomes;
        }
        self.trim(&mut explanation);
        if grouped {
            outcomes.group = match self.groups.push(explanation) {
                Joined::New(at) | Joined::More(at) if outcome != Outcome::Normal => Some(at),
                _ => None,
            };
        } else {
            single.push(explanation);
        }
        outcomes
    }

    fn reject(&mut self, rejected: &Rejected, single: &mut Vec<Explanation>) {
        let Rejected { source, line, reason } = rejected;
        self.only_definitions = false;
        self.trouble = true;
        self.summary.count_outcome(Outcome::Rejected);
        match self.summary.rejected {
            ..=MOST_REJECTED => {
                let place = if *line > 1 { format!("{source}:{line}") } else { source.clone() };
                note(&format!("{place}: {reason}"));
            }
            more if more == MOST_REJECTED + 1 => note("more parts of the input cannot be read: they are only counted"),
            _ => return,
        }
        let explanation = explain::rejected(source, *line, reason);
        if let Some(tally) = &mut self.tally {
            tally.count(&explanation);
        }
        if Session::grouped(self.arguments) {
            self.groups.push(explanation);
        } else {
            single.push(explanation);
        }
    }

    /// Leaves out the fixes that nobody asked for.
    fn trim(&self, explanation: &mut Explanation) {
        let keep = match self.arguments.fixes {
            Fixes::All => usize::MAX,
            // In JSON the reader chooses; only "none" leaves them out.
            Fixes::First if self.arguments.format != Format::Text => usize::MAX,
            Fixes::First => 1,
            Fixes::None => 0,
        };
        for cause in explanation.causes.iter_mut().skip(keep) {
            cause.fixes.clear();
        }
        if self.arguments.format != Format::Text && !self.arguments.shared.form.is_empty() {
            let forms = Forms::of(&self.arguments.shared.form);
            for cause in &mut explanation.causes {
                cause.fixes.retain(|fix| forms.contains(fix.form));
            }
        }
    }

    /// Prints what is left to print; gives the exit status.
    pub fn finish(mut self) -> Result<u8, Complaint> {
        self.flush()?;
        if self.anything && self.only_definitions {
            note("this is a task definition: nothing happened in it: give it together with a task that stopped");
        } else if self.summary.records == 0 && self.hints == 0 && !self.trouble && !self.arguments.quiet {
            note("nothing in it reports a failure of ECS (it was read as a log); ask about a text with --text");
        }
        if self.groups.dropped() > 0 {
            note(&format!(
                "{} failures more than are kept apart were only counted: give it less at once, or ndjson without --group",
                self.groups.dropped()
            ));
        }
        let summary = self.summary;
        let stats = self.tally.as_ref().map(Tally::stats);
        self.output.finish(self.groups, &summary, stats)?;
        let failed = summary.explained + summary.unknown > 0;
        Ok(match self.arguments.fail_on {
            _ if self.trouble => TROUBLE,
            FailOn::Unknown if summary.unknown > 0 => FAILURE,
            FailOn::Failure if failed => FAILURE,
            _ => SUCCESS,
        })
    }
}

/// A task, or a text about one, that a report of AWS's runbook may be judged by.
fn task_in(item: &Item) -> Option<&Record> {
    match item {
        Item::Record(record) if matches!(record.kind, RecordKind::StoppedTask | RecordKind::Text) => Some(record),
        _ => None,
    }
}

//! `ecsplain [FILE]…`: the main job.

use super::arguments::{Arguments, Color, FailOn, Fixes, Format, Shared};
use super::complain::{Complaint, note};
use super::knowledge::{Loaded, load};
use super::{FAILURE, SUCCESS, TROUBLE};
use ecsplain::explain::{Groups, Tally};
use ecsplain::gate::Gate;
use ecsplain::record::{RecordKind, Rejected, attach};
use ecsplain::report::{FixChoice, Forms, Style, Summary};
use ecsplain::{Explainer, Explanation, Input, Item, Outcome, Record, explain, read, report};
use std::cell::LazyCell;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

/// What came of all inputs. Explanations are joined, or left out, as they come.
struct Explained<'a> {
    arguments: &'a Arguments,
    summary: Summary,
    /// With `--stats`.
    tally: Option<Tally>,
    groups: Groups,
    /// Without grouping.
    single: Vec<Explanation>,
    /// An input could not be read, or a part of one.
    trouble: bool,
}

impl Explained<'_> {
    fn push(&mut self, mut explanation: Explanation) {
        self.summary.count(&explanation);
        self.tally.iter_mut().for_each(|tally| tally.count(&explanation));
        if explanation.outcome == Outcome::Normal && !self.arguments.all {
            return;
        }
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
        let grouped = match self.arguments.format {
            Format::Text | Format::Json => !self.arguments.no_group,
            Format::Ndjson => self.arguments.group,
        };
        if grouped {
            self.groups.push(explanation);
        } else {
            self.single.push(explanation);
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<u8, Complaint> {
    let Loaded { explainer, trouble } = load(&arguments.shared)?;
    let mut explained = Explained {
        arguments,
        summary: Summary::default(),
        tally: arguments.stats.then(Tally::new),
        groups: Groups::default(),
        single: Vec::new(),
        trouble,
    };
    let mut items = Vec::new();
    if let Some(text) = &arguments.text {
        items = split(&explainer, "--text", text.as_bytes(), true);
    } else if arguments.files.is_empty() {
        items = stdin(&explainer)?;
    } else {
        for file in &arguments.files {
            if file == Path::new("-") {
                items.extend(stdin(&explainer)?);
                continue;
            }
            let name = file.display().to_string();
            match std::fs::read(file) {
                Ok(bytes) => items.extend(split(&explainer, &name, &bytes, false)),
                Err(error) => {
                    // An error text given without --text is long; what to do about it must still be seen.
                    let name = if name.chars().count() > 60 {
                        name.chars().take(57).collect::<String>() + "…"
                    } else {
                        name
                    };
                    match nearest_subcommand(&name) {
                        Some(known) if error.kind() == std::io::ErrorKind::NotFound => note(&format!(
                            "{name}: there is no such file and no such subcommand: did you mean `ecsplain {known}`"
                        )),
                        _ => super::complain::complain(&Complaint::Unreadable { name, error }),
                    }
                    explained.trouble = true;
                }
            }
        }
    }
    // A task definition may stand in another file than its tasks.
    attach(&mut items);
    explain_items(&explainer, &items, arguments.verbose, &mut explained);
    if !items.is_empty() && items.iter().all(|item| matches!(item, Item::Definition(_))) {
        note("this is a task definition: nothing happened in it: give it together with a task that stopped");
        return print(arguments, &explainer, explained);
    }
    let nothing = explained.summary.records == 0 && !items.iter().any(|item| matches!(item, Item::Nothing(_)));
    if nothing && !explained.trouble && !arguments.quiet {
        note("nothing in it reports a failure of ECS (it was read as a log); ask about a text with --text");
    }
    print(arguments, &explainer, explained)
}

fn stdin(explainer: &Explainer) -> Result<Vec<Item>, Complaint> {
    let mut stdin = std::io::stdin().lock();
    // What is pasted at a terminal is a question, with times before its lines or without.
    let asked = stdin.is_terminal();
    if asked {
        note("Paste the error, then Ctrl-D");
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| Complaint::Unreadable { name: "standard input".to_owned(), error })?;
    Ok(split(explainer, "stdin", &bytes, asked))
}

/// `asked`: somebody asks about this text, however long it is.
fn split(explainer: &Explainer, source: &str, bytes: &[u8], asked: bool) -> Vec<Item> {
    // Only a log needs the gate.
    let gate = LazyCell::new(|| Gate::new(&explainer.log_literals()));
    let items = read(&Input { source, bytes, asked, gate: &|block| gate.first(block) });
    for item in &items {
        if let Item::Nothing(hint) = item {
            note(&format!("{source}: {hint}"));
        }
    }
    items
}

/// The subcommand that a word is a misspelling of: one letter too many, too few or another, or two swapped.
fn nearest_subcommand(word: &str) -> Option<&'static str> {
    const KNOWN: [&str; 5] = ["show", "list", "knowledge", "completions", "man"];
    KNOWN.into_iter().find(|known| is_misspelled(word.as_bytes(), known.as_bytes()))
}

fn is_misspelled(word: &[u8], known: &[u8]) -> bool {
    let same = word.iter().zip(known).take_while(|(a, b)| a == b).count();
    let (word, known) = (&word[same..], &known[same..]);
    let swapped = word.len() >= 2 && known.len() >= 2 && word[0] == known[1] && word[1] == known[0];
    match (word.len(), known.len()) {
        (w, k) if w == k => (w > 0 && word[1..] == known[1..]) || (swapped && word[2..] == known[2..]),
        (w, k) if w == k + 1 => word[1..] == *known,
        (w, k) if w + 1 == k => *word == known[1..],
        _ => false,
    }
}

/// A report of AWS's runbook is judged by at most so many tasks.
const TASKS_BESIDE: usize = 100;

fn explain_items(explainer: &Explainer, items: &[Item], verbose: bool, explained: &mut Explained<'_>) {
    let tasks: Vec<&Record> = items
        .iter()
        .filter_map(|item| match item {
            Item::Record(record) if matches!(record.kind, RecordKind::StoppedTask | RecordKind::Text) => {
                Some(&**record)
            }
            _ => None,
        })
        .take(TASKS_BESIDE)
        .collect();
    for item in items {
        match item {
            Item::Record(record) => {
                if let Some(mut explanation) = explainer.explain_beside(record, &tasks) {
                    explanation.reasoning = verbose.then(|| explainer.reasoning(record));
                    explained.push(explanation);
                }
            }
            Item::Rejected(Rejected { source, line, reason }) => {
                explained.trouble = true;
                let place = if *line > 1 { format!("{source}:{line}") } else { source.clone() };
                note(&format!("{place}: {reason}"));
                explained.push(explain::rejected(source, *line, reason));
            }
            Item::Definition(_) | Item::Nothing(_) => {}
        }
    }
}

/// How text is to look, by the options and the terminal.
pub fn style(shared: &Shared) -> Style {
    let stdout = std::io::stdout();
    let color = match shared.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            stdout.is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let width = terminal_size::terminal_size_of(&stdout)
        .map(|(width, _)| usize::from(width.0))
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
        .unwrap_or(80);
    let forms = if shared.form.is_empty() { Forms::USUAL } else { Forms::of(&shared.form) };
    Style { color, width: width.clamp(40, 200), unicode: speaks_unicode(), forms }
}

/// By the locale, as other programs find it out.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    // Without a locale (containers, CI, Lambda) UTF-8 is what terminals and logs take today.
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn print(arguments: &Arguments, explainer: &Explainer, explained: Explained<'_>) -> Result<u8, Complaint> {
    let Explained { summary, tally, groups, single, trouble, .. } = explained;
    let mut stats = tally.map(|tally| tally.stats());
    let mut explanations = groups.into_explanations();
    explanations.extend(single);
    explainer.relate(&mut explanations);
    if arguments.redact {
        let mut redactor = report::Redactor::new();
        explanations.iter_mut().for_each(|explanation| redactor.explanation(explanation));
        stats.iter_mut().for_each(|stats| redactor.stats(stats));
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        Format::Text => {
            let choice = FixChoice {
                fixes: arguments.fixes != Fixes::None,
                verbose: arguments.verbose,
                quiet: arguments.quiet,
                all: arguments.all,
            };
            let style = style(&arguments.shared);
            out.write_all(report::text(&explanations, &summary, choice, &style).as_bytes())?;
            if let Some(stats) = &stats {
                out.write_all(format!("\n{}", report::stats(stats, &style)).as_bytes())?;
            }
        }
        Format::Json => {
            let tool = report::Tool {
                version: env!("CARGO_PKG_VERSION"),
                knowledge: explainer.problems().len(),
                ip_ranges: explainer.ranges().date(),
            };
            report::json_with_stats(&explanations, &summary, &tool, stats.as_ref(), &mut out)?;
        }
        Format::Ndjson => {
            report::ndjson(&explanations, &mut out)?;
            // A line of another kind would surprise its readers.
            if let Some(stats) = &stats {
                let style = Style { color: false, ..style(&arguments.shared) };
                std::io::stderr().lock().write_all(report::stats(stats, &style).as_bytes())?;
            }
        }
    }
    out.flush()?;
    let failed = summary.explained + summary.unknown > 0;
    Ok(match arguments.fail_on {
        _ if trouble => TROUBLE,
        FailOn::Unknown if summary.unknown > 0 => FAILURE,
        FailOn::Failure if failed => FAILURE,
        _ => SUCCESS,
    })
}

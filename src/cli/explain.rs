//! `ecsplain [FILE]…`: the main job.

use super::arguments::{Arguments, Color, FailOn, Fixes, Format, Shared};
use super::complain::{Complaint, note};
use super::knowledge::{Loaded, load};
use super::{FAILURE, SUCCESS, TROUBLE};
use ecsplain::gate::Gate;
use ecsplain::report::{FixChoice, Style, Summary};
use ecsplain::{Explainer, Explanation, Input, Item, Outcome, explain, group, read, report};
use std::cell::LazyCell;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

/// What came of all inputs.
#[derive(Default)]
struct Explained {
    explanations: Vec<Explanation>,
    /// An input could not be read, or a part of one.
    trouble: bool,
}

/// How an input is to be looked at.
#[derive(Clone, Copy)]
struct How {
    /// Somebody asks about this text, however long it is.
    asked: bool,
    /// With what was read and concluded.
    verbose: bool,
}

pub fn run(arguments: &Arguments) -> Result<u8, Complaint> {
    let Loaded { explainer, trouble } = load(&arguments.shared)?;
    let mut explained = Explained { trouble, ..Explained::default() };
    let verbose = arguments.verbose;
    if let Some(text) = &arguments.text {
        input(&explainer, "--text", text.as_bytes(), How { asked: true, verbose }, &mut explained);
    } else if arguments.files.is_empty() {
        stdin(&explainer, verbose, &mut explained)?;
    } else {
        for file in &arguments.files {
            if file == Path::new("-") {
                stdin(&explainer, verbose, &mut explained)?;
                continue;
            }
            let name = file.display().to_string();
            match std::fs::read(file) {
                Ok(bytes) => input(&explainer, &name, &bytes, How { asked: false, verbose }, &mut explained),
                Err(error) => {
                    super::complain::complain(&Complaint::Unreadable { name, error });
                    explained.trouble = true;
                }
            }
        }
    }
    print(arguments, &explainer, explained)
}

fn stdin(explainer: &Explainer, verbose: bool, explained: &mut Explained) -> Result<(), Complaint> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        note("Paste the error, then Ctrl-D");
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| Complaint::Unreadable { name: "standard input".to_owned(), error })?;
    input(explainer, "stdin", &bytes, How { asked: false, verbose }, explained);
    Ok(())
}

fn input(explainer: &Explainer, source: &str, bytes: &[u8], how: How, explained: &mut Explained) {
    let How { asked, verbose } = how;
    // Only a log needs the gate.
    let gate = LazyCell::new(|| Gate::new(&explainer.log_literals()));
    let items = read(&Input { source, bytes, asked, gate: &|block| gate.first(block) });
    for item in items {
        match item {
            Item::Record(record) => {
                if let Some(mut explanation) = explainer.explain(&record) {
                    explanation.reasoning = verbose.then(|| explainer.reasoning(&record));
                    explained.explanations.push(explanation);
                }
            }
            Item::Rejected(rejected) => {
                explained.trouble = true;
                let place = if rejected.line > 1 { format!("{source}:{}", rejected.line) } else { source.to_owned() };
                note(&format!("{place}: {}", rejected.reason));
                explained.explanations.push(explain::rejected(source, rejected.line, &rejected.reason));
            }
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
    Style { color, width: width.clamp(40, 200), unicode: speaks_unicode() }
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

fn print(arguments: &Arguments, explainer: &Explainer, explained: Explained) -> Result<u8, Complaint> {
    let summary = Summary::of(&explained.explanations);
    let grouped = match arguments.format {
        Format::Text | Format::Json => !arguments.no_group,
        Format::Ndjson => arguments.group,
    };
    let mut explanations = explained.explanations;
    if grouped {
        explanations = group(explanations);
    }
    explanations.retain(|explanation| arguments.all || explanation.outcome != Outcome::Normal);
    for explanation in &mut explanations {
        let keep = match arguments.fixes {
            Fixes::All => usize::MAX,
            Fixes::First => 1,
            Fixes::None => 0,
        };
        // In JSON the reader chooses; only "none" leaves them out.
        if arguments.format != Format::Text && arguments.fixes != Fixes::None {
            continue;
        }
        for cause in explanation.causes.iter_mut().skip(keep) {
            cause.fixes.clear();
        }
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.format {
        Format::Text => {
            let choice =
                FixChoice { fixes: arguments.fixes != Fixes::None, verbose: arguments.verbose, quiet: arguments.quiet };
            out.write_all(report::text(&explanations, &summary, choice, &style(&arguments.shared)).as_bytes())?;
        }
        Format::Json => {
            let tool = report::Tool {
                version: env!("CARGO_PKG_VERSION"),
                knowledge: explainer.problems().len(),
                ip_ranges: explainer.ranges().date(),
            };
            report::json(&explanations, &summary, &tool, &mut out)?;
        }
        Format::Ndjson => report::ndjson(&explanations, &mut out)?,
    }
    out.flush()?;
    let failed = summary.explained + summary.unknown > 0;
    Ok(match arguments.fail_on {
        _ if explained.trouble => TROUBLE,
        FailOn::Unknown if summary.unknown > 0 => FAILURE,
        FailOn::Failure if failed => FAILURE,
        _ => SUCCESS,
    })
}

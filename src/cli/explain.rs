//! `ecsplain [FILE]…`: the main job.

use super::arguments::{Arguments, Color, Fixes, InputKind, Shared as Options};
use super::complain::{Complaint, complain, note};
use super::knowledge::{Loaded, load};
use super::session::Session;
use super::source::files_of;
use super::work::{self, Job, jobs_of};
use ecsplain::gate::Gate;
use ecsplain::record::{DOCUMENT_SIGNS, Shape};
use ecsplain::report::{Forms, Style};
use std::io::IsTerminal;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Somebody pressed Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

/// Interrupted.
const INTERRUPTED: u8 = 130;

pub fn run(arguments: &Arguments) -> Result<u8, Complaint> {
    let Loaded { explainer, trouble } = load(&arguments.shared)?;
    // The program ends with it, and taking it apart takes longer than a record.
    let explainer = ManuallyDrop::new(explainer.with_fixes(arguments.fixes != Fixes::None));
    let mut session = Session::new(arguments, &explainer, trouble);
    let shape = match arguments.input {
        InputKind::Auto => Shape::Any,
        InputKind::Json => Shape::Json,
        InputKind::Log => Shape::Log,
        InputKind::Text => Shape::Text,
    };
    // Twice in a row it ends at once.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(INTERRUPTED));
        }
    });
    let literals = explainer.log_literals();
    let gate = move || Gate::new(literals.iter().map(String::as_str).chain(DOCUMENT_SIGNS));
    let shared = work::Shared {
        gate: LazyLock::new(Box::new(gate)),
        shape,
        fold: Session::grouped(arguments).then(|| explainer.duration_limits()),
        read: AtomicU64::new(0),
        stop: &STOP,
    };
    let mut inputs: Vec<Input> = Vec::new();
    if let Some(text) = &arguments.text {
        inputs.push(Input::Job(Job::Text(text.clone())));
    } else if arguments.files.is_empty() {
        inputs.push(Input::Job(Job::Stdin));
    } else {
        for file in &arguments.files {
            if file == Path::new("-") {
                inputs.push(Input::Job(Job::Stdin));
                continue;
            }
            let mut files = Vec::new();
            let walked = files_of(file, &mut files);
            inputs.extend(files.into_iter().map(Input::File));
            if let Err(complaint) = walked {
                complain_of_file(&complaint);
                session.trouble();
            }
        }
    }
    if inputs.iter().any(|input| matches!(input, Input::Job(Job::Stdin))) && std::io::stdin().is_terminal() {
        note("Paste the error, then Ctrl-D");
    }
    let threads = match arguments.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let files = inputs.iter().filter(|input| matches!(input, Input::File(_))).count();
    let jobs = inputs.into_iter().flat_map(move |input| match input {
        Input::Job(job) => vec![job],
        Input::File(path) if threads > 1 => jobs_of(&path, shape),
        Input::File(path) => vec![Job::File(path)],
    });
    let mut jobs = jobs.peekable();
    // One short file is not worth a thread.
    let alone = files <= 1 && !matches!(jobs.peek(), Some(Job::Segment(..)));
    let mut outcome = Ok(());
    let mut current = None;
    work::run(jobs, if alone { 1 } else { threads }, &shared, |origin, batch| {
        if current.as_ref() != Some(origin) {
            if !origin.continues {
                session.next_input();
            }
            current = Some(origin.clone());
        }
        outcome = session.take(origin, batch);
        outcome.is_ok() && !STOP.load(Ordering::Relaxed)
    });
    outcome?;
    let status = session.finish()?;
    Ok(if STOP.load(Ordering::Relaxed) { INTERRUPTED } else { status })
}

enum Input {
    File(PathBuf),
    Job(Job),
}

/// A file could not be read. It may have been meant as something else.
pub fn complain_of_file(complaint: &Complaint) {
    let Complaint::Unreadable { name, error } = complaint else { return complain(complaint) };
    // An error text given without --text is long; what to do about it must still be seen.
    let short =
        if name.chars().count() > 60 { name.chars().take(57).collect::<String>() + "…" } else { name.clone() };
    match nearest_subcommand(name) {
        Some(known) if error.kind() == std::io::ErrorKind::NotFound => {
            note(&format!("{short}: there is no such file and no such subcommand: did you mean `ecsplain {known}`"));
        }
        _ => note(&format!("{short}: cannot be read: {error}: {}", super::complain::advice(error))),
    }
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

/// How text is to look, by the options and the terminal.
pub fn style(shared: &Options) -> Style {
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

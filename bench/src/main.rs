//! Generates the inputs of ecsplain's benchmark: pinned, so that every machine measures the same bytes.

mod clock;
mod eligible;
mod failures;
mod literals;
mod logs;
mod output;
mod programs;
mod random;
mod tasks;
mod template;
mod tenfold;
mod value;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: ecsplain-bench INPUT PATH [SCALE]\n\
     INPUT is cold, warm, ordinary, failures, failures-timed, tasks, tasks-distinct, tasks-pages (files) or tenfold (a folder);\n\
     SCALE is the share of its full size, 1 without it\n\
     or:    ecsplain-bench literals   prints the texts that pass the gate, one a line\n\
     or:    ecsplain-bench cases      prints the corpus's cases that may stand in bench/cases.txt";

/// Full sizes.
const LOG_BYTES: f64 = (1 << 30) as f64;
const FAILURE_LINES: f64 = 1e6;
const TASK_BYTES: f64 = 200e6;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(printed) => {
            use std::io::Write;
            // A reader that has gone wants no more.
            let _ = std::io::stdout().write_all(printed.as_bytes());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("ecsplain-bench: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[&str]) -> Result<String, String> {
    let (input, path, scale) = match arguments {
        ["literals"] => return Ok(lines(literals::literals())),
        ["cases"] => return cases(),
        [input, path] => (*input, Path::new(path), 1.0),
        [input, path, scale] => {
            let scale = scale.parse::<f64>().ok().filter(|scale| *scale > 0.0 && *scale <= 100.0);
            (*input, Path::new(path), scale.ok_or("SCALE is a number above 0 and up to 100")?)
        }
        _ => return Err(USAGE.to_owned()),
    };
    let size = |full: f64| (full * scale).max(1.0) as u64;
    match input {
        "ordinary" => logs::mixed(path, size(LOG_BYTES), 0),
        "cold" => logs::mixed(path, size(LOG_BYTES), 100),
        "warm" => logs::mixed(path, size(LOG_BYTES), 10_000),
        "failures" => logs::failing(path, size(FAILURE_LINES) as usize, false),
        "failures-timed" => logs::failing(path, size(FAILURE_LINES) as usize, true),
        "tasks" => tasks::tasks(path, size(TASK_BYTES), tasks::Kind::Repeated),
        "tasks-distinct" => tasks::tasks(path, size(TASK_BYTES), tasks::Kind::Distinct),
        "tasks-pages" => tasks::tasks(path, size(TASK_BYTES), tasks::Kind::Pages),
        "tenfold" => tenfold::folder(path, scale),
        _ => Err(USAGE.to_owned()),
    }?;
    Ok(String::new())
}

fn cases() -> Result<String, String> {
    let (explainer, literals) = (ecsplain::Explainer::builtin(), literals::literals());
    let eligible =
        |failure: &failures::Failure| failure.varies() && eligible::is_eligible(failure, &explainer, &literals);
    Ok(lines(failures::candidates()?.into_iter().filter(eligible).map(|failure| failure.id)))
}

fn lines(list: impl IntoIterator<Item = String>) -> String {
    list.into_iter().map(|line| line + "\n").collect()
}

//! The command: what was typed, what it means, and one file for each subcommand.

mod arguments;
mod complain;
mod explain;
mod knowledge;
mod output;
mod session;
mod show;
mod source;
mod work;

use arguments::{Arguments, Command};
use clap::Parser;
use complain::Complaint;
use std::process::ExitCode;

/// Nothing failed, or everything that failed is explained.
const SUCCESS: u8 = 0;
/// A failure is unknown (or, with `--fail-on failure`, something failed).
const FAILURE: u8 = 1;
/// Wrong usage, or an input that could not be read.
const TROUBLE: u8 = 2;

/// Runs the command and gives its exit status.
pub fn run() -> ExitCode {
    let mut arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::from(SUCCESS);
            }
            complain::usage(&error.render().to_string());
            return ExitCode::from(TROUBLE);
        }
    };
    if let Err(message) = arguments.shared.complete_from_environment() {
        complain::note(&message);
        return ExitCode::from(TROUBLE);
    }
    let outcome = match &arguments.command {
        None => explain::run(&arguments),
        Some(Command::Show { problem }) => show::show(&arguments, problem),
        Some(Command::List { stage }) => show::list(&arguments, stage.as_deref()),
        Some(Command::Knowledge { command }) => knowledge::run(&arguments, command),
        Some(Command::Completions { shell }) => show::completions(*shell),
        Some(Command::Man) => show::man(),
    };
    match outcome {
        Ok(status) => ExitCode::from(status),
        // Somebody closed the pipe: they have what they wanted.
        Err(Complaint::Closed) => ExitCode::from(SUCCESS),
        Err(complaint) => {
            complain::complain(&complaint);
            ExitCode::from(TROUBLE)
        }
    }
}

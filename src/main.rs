//! The `ecsplain` command: arguments and glue.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}

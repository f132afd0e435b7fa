//! Makes `knowledge/ip-ranges.bin` from AWS's ip-ranges.json.
//!
//!     cargo run --example embed-ip-ranges -- ip-ranges.json knowledge/ip-ranges.bin
//!
//! AWS publishes the list at <https://ip-ranges.amazonaws.com/ip-ranges.json>.

#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: embed-ip-ranges IP-RANGES.JSON OUTPUT");
        return ExitCode::from(2);
    };
    let made = std::fs::read(from)
        .map_err(|error| error.to_string())
        .and_then(|bytes| ecsplain::Ranges::from_aws_json(&bytes).map_err(|error| error.to_string()))
        .and_then(|ranges| std::fs::write(to, ranges.to_bytes()).map(|()| ranges).map_err(|error| error.to_string()));
    match made {
        Ok(ranges) => {
            println!("{to}: AWS's list of {}", ranges.date());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("embed-ip-ranges: {from}: {error}");
            ExitCode::FAILURE
        }
    }
}

//! The report, byte for byte: each folder of `tests/golden` is a command line, its input and what it prints.
//!
//! `command` holds arguments, one a line, with `NAME=VALUE` lines for the environment; `input` is standard input.
//! `ECSPLAIN_UPDATE=1` writes `output` anew: read the difference before you commit it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn run(folder: &Path) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecsplain"));
    command
        .current_dir(&root)
        .env_clear()
        .env("COLUMNS", "80")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for line in std::fs::read_to_string(folder.join("command")).unwrap().lines() {
        match line.split_once('=') {
            Some((name, value)) if name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') => {
                command.env(name, value)
            }
            _ => command.arg(line),
        };
    }
    let mut child = command.spawn().unwrap();
    let input = std::fs::read(folder.join("input")).unwrap_or_default();
    // A command with a wrong flag ends before it reads.
    let _ = child.stdin.take().unwrap().write_all(&input);
    let output = child.wait_with_output().unwrap();
    let mut shown = String::from_utf8(output.stdout).unwrap();
    if !output.stderr.is_empty() {
        shown.push_str(&format!("--- stderr\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    shown.push_str(&format!("--- exit status {}\n", output.status.code().unwrap()));
    shown
}

#[test]
fn reports_are_as_they_were() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 10);
    let mut changed = Vec::new();
    for folder in folders {
        let shown = run(&folder);
        let file = folder.join("output");
        if std::env::var_os("ECSPLAIN_UPDATE").is_some() {
            std::fs::write(&file, &shown).unwrap();
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        if shown != known {
            changed.push(format!("{}:\n{shown}", folder.display()));
        }
    }
    assert!(changed.is_empty(), "run with ECSPLAIN_UPDATE=1 and read the difference\n{}", changed.join("\n"));
}

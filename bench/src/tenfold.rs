//! A folder of knowledge that makes ten times as many entries of the built-in ones.

use crate::value::Values;
use ecsplain::Explainer;
use std::path::Path;

/// Errors on which entries rest, with a stage in which each can come.
const ERRORS: &[(&str, &str)] = &[
    ("CannotPullContainerError", "manifest"),
    ("CannotPullImageManifestError", "manifest"),
    ("CannotCreateContainerError", "create"),
    ("CannotStartContainerError", "start"),
    ("CannotCreateVolumeError", "volume"),
    ("ResourceInitializationError", "secrets"),
];

/// Writes the folder. Nine entries in ten rest on texts that the knowledge has, with a value of their own; one in ten rests
/// on a text of 8 to 20 bytes that shares nothing with any other.
///
/// # Errors
/// A folder that cannot be written.
pub fn folder(path: &Path, scale: f64) -> Result<(), String> {
    let unwritable = |error: std::io::Error| format!("{}: {error}", path.display());
    // Entries of an earlier run would stay.
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(unwritable)?;
    }
    std::fs::create_dir_all(path).map_err(unwritable)?;
    let entries = (9.0 * Explainer::builtin().problems().len() as f64 * scale).max(10.0) as usize;
    let mut values = Values::new(0x0ec5_0004);
    for position in 0..entries {
        let (id, text) = if position % 10 == 9 {
            let mut literal = Vec::new();
            let length = values.random.between(8, 20) as usize;
            values.base36(&mut literal, length);
            literal[0] = b'x';
            notice(position, &String::from_utf8_lossy(&literal))
        } else {
            let (error, stage) = ERRORS[position % ERRORS.len()];
            closed(position, error, stage, values.word())
        };
        std::fs::write(path.join(format!("{id}.yaml")), text).map_err(unwritable)?;
    }
    Ok(())
}

/// An entry on an error that is known, and a host that is not.
fn closed(number: usize, error: &str, stage: &str, word: &str) -> (String, String) {
    let id = format!("{word}-closed-{number}");
    let host = format!("{word}-{number}.registry.example");
    let text = format!(
        r#"id: {id}
title: The service {host} is closed
stage: {stage}
severity: failure
since: 0.1.0
summary: The service {host} is closed, and the task needs it.
match:
  - in: [task, text, log]
    certainty: likely
    all: [{{error: {error}}}, {{host: {host}}}]
causes:
  - id: closed
    title: Maintenance {number} of {host} is under way
    checks:
      - {{run: "curl -sS https://{host}/{number}", expect: "an answer"}}
    fixes:
      - {{form: console, text: "Wait until {host} is open."}}
examples:
  - {{text: "{error}: notice {number} of https://{host}/v2/", source: generated}}
near_misses:
  - {{text: "notice of https://{host}/v2/", in: log, is: silent}}
references: ["https://{host}/"]
"#
    );
    (id, text)
}

/// An entry on a text that no other has.
fn notice(number: usize, literal: &str) -> (String, String) {
    let id = format!("notice-{number}");
    let text = format!(
        r#"id: {id}
title: The application stopped with notice {literal}
stage: run
severity: failure
since: 0.1.0
summary: The application printed the notice {literal} and ended.
match:
  - in: [text, log]
    certainty: likely
    all: [{{says: "{literal}"}}]
causes:
  - id: notice
    title: What notice {number} is about
    checks:
      - {{run: "grep {number} notices.txt", expect: "the notice"}}
    fixes:
      - {{form: console, text: "Do what notice {number} asks for."}}
examples:
  - {{text: "halted: {literal}", source: generated}}
near_misses:
  - {{text: "halted: notice {number}", in: log, is: silent}}
references: ["https://example.com/notices/{number}"]
"#
    );
    (id, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecsplain::knowledge::source::Sources;

    #[test]
    fn nine_in_ten_entries_rest_on_what_is_known() {
        let path = std::env::temp_dir().join(format!("ecsplain-bench-{}-tenfold", std::process::id()));
        folder(&path, 0.01).expect("written");
        let mut sources = Sources::default();
        for entry in std::fs::read_dir(&path).expect("a folder") {
            let file = entry.expect("an entry").path();
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            sources.add(&name, &name, std::fs::read_to_string(&file).expect("UTF-8"));
        }
        let problems = sources.problems.len();
        let notices = sources.problems.iter().filter(|problem| problem.value.id.starts_with("notice-")).count();
        assert!(problems > 40 && notices == problems / 10, "{notices} of {problems}");
    }
}

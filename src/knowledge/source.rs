//! The YAML files as they are written: one type a file kind, unknown keys rejected.

use super::tables::{Advice, Code, ErrorName, HostRule, ModeRule, ReasonText, Sidecar, StopText, Tables, Wrapper};
use crate::vocabulary::{Certainty, FixForm, Place, Severity, Stage, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A problem file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields are documented in knowledge/README.md
pub struct ProblemSource {
    pub id: String,
    pub title: String,
    pub stage: Stage,
    pub severity: Severity,
    pub since: String,
    #[serde(default)]
    pub fallback: bool,
    #[serde(default)]
    pub symptom: bool,
    pub summary: String,
    #[serde(rename = "match")]
    pub sets: Vec<SetSource>,
    #[serde(default)]
    pub over: Vec<String>,
    #[serde(default)]
    pub rules_out: Vec<RuledOutSource>,
    #[serde(default)]
    pub misleading: Vec<MisleadingSource>,
    pub causes: Vec<CauseSource>,
    pub examples: Vec<ExampleSource>,
    pub near_misses: Vec<NearMissSource>,
    #[serde(default)]
    pub references: Vec<String>,
}

/// A condition set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SetSource {
    #[serde(rename = "in")]
    pub places: Vec<Place>,
    pub certainty: Certainty,
    #[serde(default)]
    pub all: Vec<yaml_serde::Value>,
    #[serde(default)]
    pub any: Vec<yaml_serde::Value>,
    #[serde(default)]
    pub not: Vec<yaml_serde::Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RuledOutSource {
    pub what: String,
    pub because: String,
    #[serde(default)]
    pub when: Option<yaml_serde::Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MisleadingSource {
    #[serde(default)]
    pub advice: Option<String>,
    #[serde(default)]
    pub wrapper: Option<String>,
    #[serde(default)]
    pub finding: Option<String>,
    pub truth: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CauseSource {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub why: String,
    #[serde(default)]
    pub when: Option<yaml_serde::Value>,
    #[serde(default)]
    pub prefer: Option<yaml_serde::Value>,
    #[serde(default)]
    pub unless: Option<yaml_serde::Value>,
    #[serde(default)]
    pub because: String,
    #[serde(default)]
    pub checks: Vec<CheckSource>,
    #[serde(default)]
    pub fixes: Vec<FixUse>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CheckSource {
    pub run: String,
    pub expect: String,
}

/// A fix in an entry: a shared one by `use`, or one of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FixUse {
    #[serde(default, rename = "use")]
    pub shared: Option<String>,
    #[serde(default)]
    pub with: BTreeMap<String, yaml_serde::Value>,
    #[serde(default)]
    pub form: Option<FixForm>,
    #[serde(default)]
    pub when: String,
    #[serde(default)]
    pub text: String,
}

/// A row of `signals/findings.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FindingSource {
    pub id: String,
    pub texts: Vec<String>,
    pub alone: String,
    #[serde(default)]
    pub judge: Vec<JudgementSource>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct JudgementSource {
    pub verdict: Verdict,
    pub when: yaml_serde::Value,
    pub because: String,
}

/// A shared fix file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FixSource {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub parameters: Vec<String>,
    pub forms: Vec<FixFormSource>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FixFormSource {
    pub form: FixForm,
    #[serde(default)]
    pub when: String,
    pub text: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ExampleSource {
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub task: Option<serde_json::Value>,
    #[serde(default)]
    pub event: Option<serde_json::Value>,
    #[serde(default, rename = "in")]
    pub place: Option<Place>,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub cause: Option<String>,
}

/// A text that looks alike and is something else: another problem's id, `silent` or `unknown`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NearMissSource {
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub task: Option<serde_json::Value>,
    #[serde(default)]
    pub event: Option<serde_json::Value>,
    #[serde(default, rename = "in")]
    pub place: Option<Place>,
    pub is: String,
    #[serde(default)]
    #[allow(dead_code)] // for readers of the file
    pub source: String,
}

/// A file of the knowledge, with its text for messages that point into it.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// Path as shown in messages.
    pub file: String,
    /// The whole file.
    pub text: String,
    /// What was read from it.
    pub value: T,
}

/// Something wrong in a knowledge file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path as shown in messages.
    pub file: String,
    /// 1-based; 0 when the whole file is meant.
    pub line: usize,
    /// 1-based.
    pub column: usize,
    /// What is wrong, and what to write.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
        }
    }
}

impl<T> Located<T> {
    /// A finding that points at the first place of `needle` in the file, or at the file when it is not there.
    pub fn finding(&self, needle: &str, message: impl Into<String>) -> Finding {
        let (line, column) = self.text.find(needle).map_or((0, 0), |at| {
            let before = &self.text[..at];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
            (line, column)
        });
        Finding { file: self.file.clone(), line, column, message: message.into() }
    }
}

/// Every file of the knowledge.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Problem files.
    pub problems: Vec<Located<ProblemSource>>,
    /// Shared fixes.
    pub fixes: Vec<Located<FixSource>>,
    /// The tables.
    pub tables: Tables,
    /// The table of the runbook's findings.
    pub runbook: Vec<Located<FindingSource>>,
    /// What could not be read.
    pub findings: Vec<Finding>,
}

impl Sources {
    /// Adds one YAML file. `path` is relative to the knowledge folder, with `/`; `shown` is its name in messages.
    /// A problem with an id that is there already replaces it (a user's entry over a built-in one).
    pub fn add(&mut self, path: &str, shown: &str, text: String) {
        match path.split('/').next() {
            Some("signals") => self.add_table(path, shown, &text),
            Some("fixes") => {
                if let Some(fix) = self.read::<FixSource>(shown, text) {
                    self.expect_file_name(path, &fix.value.id, &fix);
                    self.fixes.retain(|known| known.value.id != fix.value.id);
                    self.fixes.push(fix);
                }
            }
            _ => {
                if let Some(problem) = self.read::<ProblemSource>(shown, text) {
                    self.expect_file_name(path, &problem.value.id, &problem);
                    self.problems.retain(|known| known.value.id != problem.value.id);
                    self.problems.push(problem);
                }
            }
        }
    }

    fn add_table(&mut self, path: &str, shown: &str, text: &str) {
        let table = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").trim_end_matches(".yml");
        let tables = &mut self.tables;
        let outcome = match table {
            "errors" => upsert(&mut tables.errors, text, |row: &ErrorName| row.name.clone()),
            "wrappers" => upsert(&mut tables.wrappers, text, |row: &Wrapper| row.id.clone()),
            "advice" => upsert(&mut tables.advice, text, |row: &Advice| row.id.clone()),
            "modes" => {
                upsert(&mut tables.modes, text, |row: &ModeRule| (row.mode, row.texts.clone(), row.after.clone()))
            }
            "hosts" => upsert(&mut tables.hosts, text, |row: &HostRule| row.parts.clone()),
            "codes" => upsert(&mut tables.codes, text, |row: &Code| row.code.clone()),
            "stops" => upsert(&mut tables.stops, text, |row: &StopText| (row.cause, row.texts.clone())),
            "sidecars" => upsert(&mut tables.sidecars, text, |row: &Sidecar| row.name.clone()),
            "placement" => upsert(&mut tables.placement, text, |row: &ReasonText| row.reason.clone()),
            "target-health" => upsert(&mut tables.target_health, text, |row: &ReasonText| row.reason.clone()),
            "findings" => self.add_findings(shown, text),
            other => {
                self.findings.push(Finding {
                    file: shown.to_owned(),
                    line: 0,
                    column: 0,
                    message: format!(
                        "there is no signal table `{other}`; the tables are errors, wrappers, advice, modes, hosts, codes, stops, sidecars, placement, target-health, findings"
                    ),
                });
                return;
            }
        };
        if let Err(error) = outcome {
            self.findings.push(finding_of(shown, &error));
        }
    }

    fn add_findings(&mut self, shown: &str, text: &str) -> Result<(), yaml_serde::Error> {
        let rows = yaml_serde::from_str::<Vec<FindingSource>>(text)?;
        for value in rows {
            self.runbook.retain(|known| known.value.id != value.id);
            self.runbook.push(Located { file: shown.to_owned(), text: text.to_owned(), value });
        }
        Ok(())
    }

    fn read<T: serde::de::DeserializeOwned>(&mut self, shown: &str, text: String) -> Option<Located<T>> {
        match yaml_serde::from_str(&text) {
            Ok(value) => Some(Located { file: shown.to_owned(), text, value }),
            Err(error) => {
                self.findings.push(finding_of(shown, &error));
                None
            }
        }
    }

    fn expect_file_name<T>(&mut self, path: &str, id: &str, located: &Located<T>) {
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").trim_end_matches(".yml");
        if stem != id {
            self.findings.push(
                located.finding("id:", format!("the id `{id}` is not the file's name `{stem}`; make them equal")),
            );
        }
    }
}

/// Adds the rows of a table file. A row whose key is known replaces it; new ones come first, so that a user's own host
/// or mode is asked before the built-in ones.
fn upsert<T: serde::de::DeserializeOwned, K: PartialEq>(
    rows: &mut Vec<T>,
    text: &str,
    key: impl Fn(&T) -> K,
) -> Result<(), yaml_serde::Error> {
    let mut new = Vec::new();
    for row in yaml_serde::from_str::<Vec<T>>(text)? {
        match rows.iter_mut().find(|known| key(known) == key(&row)) {
            Some(known) => *known = row,
            None => new.push(row),
        }
    }
    new.append(rows);
    *rows = new;
    Ok(())
}

fn finding_of(file: &str, error: &yaml_serde::Error) -> Finding {
    let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
    Finding { file: file.to_owned(), line, column, message: error.to_string() }
}

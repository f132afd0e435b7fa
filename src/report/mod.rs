//! Explanations out, as bytes: text for people, JSON for programs.

#[cfg(test)]
mod contract;
mod escape;
mod forms;
mod json;
mod layout;
mod page;
mod quote;
mod redact;
mod stats;
mod text;

pub use escape::{escape_line, escape_text};
pub use forms::Forms;
pub use json::{Tool, json, json_closing, json_elements, json_opening, ndjson};
pub use page::page;
pub use redact::Redactor;
pub use stats::stats;
pub use text::{FixChoice, more, text};

use crate::explain::{Explanation, Outcome};
use serde::Serialize;

/// How text is to look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colour.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// UTF-8, or ASCII alone.
    pub unicode: bool,
    /// Languages that fixes are printed in.
    pub forms: Forms,
}

/// How many records came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Records in all.
    pub records: usize,
    /// Failures that are explained.
    pub explained: usize,
    /// What stopped normally.
    pub normal: usize,
    /// Failures that are not explained.
    pub unknown: usize,
    /// Parts of the input that could not be read.
    pub rejected: usize,
}

impl Summary {
    /// Counts explanations, before they are grouped or left out.
    pub fn of(explanations: &[Explanation]) -> Summary {
        let mut summary = Summary::default();
        explanations.iter().for_each(|explanation| summary.count(explanation));
        summary
    }

    /// Counts one more.
    pub fn count(&mut self, explanation: &Explanation) {
        self.count_outcome(explanation.outcome);
    }

    /// Counts one more that came to this.
    pub fn count_outcome(&mut self, outcome: Outcome) {
        self.records += 1;
        match outcome {
            Outcome::Explained => self.explained += 1,
            Outcome::Normal => self.normal += 1,
            Outcome::Unknown => self.unknown += 1,
            Outcome::Rejected => self.rejected += 1,
        }
    }
}

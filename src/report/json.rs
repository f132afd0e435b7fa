//! JSON: one document, or one explanation a line.

use super::Summary;
use super::escape::escape_json;
use crate::explain::{Explanation, SCHEMA};
use serde::Serialize;
use std::io::{self, Write};

/// What made the explanations.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tool<'a> {
    /// Version of the program.
    pub version: &'static str,
    /// Number of problems known.
    pub knowledge: usize,
    /// Date of AWS's list of address ranges.
    pub ip_ranges: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    explanations: &'a [Explanation],
    summary: Summary,
}

/// One document.
///
/// # Errors
/// When the writer fails.
pub fn json(explanations: &[Explanation], summary: &Summary, tool: &Tool<'_>, out: &mut impl Write) -> io::Result<()> {
    let document = Document { schema: SCHEMA, tool: *tool, explanations, summary: *summary };
    out.write_all(escape_json(&serde_json::to_string_pretty(&document)?).as_bytes())?;
    out.write_all(b"\n")
}

/// One explanation a line.
///
/// # Errors
/// When the writer fails.
pub fn ndjson(explanations: &[Explanation], out: &mut impl Write) -> io::Result<()> {
    let mut line = Vec::with_capacity(8 * 1024);
    for explanation in explanations {
        line.clear();
        serde_json::to_writer(&mut line, explanation)?;
        line.push(b'\n');
        // Only what is beyond printable ASCII may need an escape.
        match line.iter().any(|byte| *byte > b'~').then(|| std::str::from_utf8(&line)) {
            Some(Ok(text)) => out.write_all(escape_json(text).as_bytes())?,
            _ => out.write_all(&line)?,
        }
    }
    Ok(())
}

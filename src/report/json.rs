//! JSON: one document, or one explanation a line.

use super::Summary;
use super::escape::escape_json;
use crate::explain::{Explanation, SCHEMA, Stats};
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
    /// Counts, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<&'a Stats>,
}

/// One document.
///
/// # Errors
/// When the writer fails.
pub fn json(explanations: &[Explanation], summary: &Summary, tool: &Tool<'_>, out: &mut impl Write) -> io::Result<()> {
    json_with_stats(explanations, summary, tool, None, out)
}

/// One document, with counts where they are asked for.
///
/// # Errors
/// When the writer fails.
pub fn json_with_stats(
    explanations: &[Explanation],
    summary: &Summary,
    tool: &Tool<'_>,
    stats: Option<&Stats>,
    out: &mut impl Write,
) -> io::Result<()> {
    let document = Document { schema: SCHEMA, tool: *tool, explanations, summary: *summary, stats };
    out.write_all(escape_json(&serde_json::to_string_pretty(&document)?).as_bytes())?;
    out.write_all(b"\n")
}

/// One explanation a line.
///
/// # Errors
/// When the writer fails.
pub fn ndjson(explanations: &[Explanation], out: &mut impl Write) -> io::Result<()> {
    for explanation in explanations {
        out.write_all(escape_json(&serde_json::to_string(explanation)?).as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

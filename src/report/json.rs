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

// The document in one piece: what the pieces are held to, and the schema is made from.
#[cfg(test)]
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    explanations: &'a [Explanation],
    summary: Summary,
    /// Counts, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<&'a Stats>,
}

/// One document, all at once.
///
/// # Errors
/// When the writer fails.
pub fn json(explanations: &[Explanation], summary: &Summary, tool: &Tool<'_>, out: &mut impl Write) -> io::Result<()> {
    json_opening(tool, out)?;
    json_elements(explanations, true, out)?;
    json_closing(!explanations.is_empty(), summary, None, out)
}

/// The beginning of a document, up to its explanations.
///
/// # Errors
/// When the writer fails.
pub fn json_opening(tool: &Tool<'_>, out: &mut impl Write) -> io::Result<()> {
    let tool = indented(&serde_json::to_string_pretty(tool)?, "  ");
    write!(
        out,
        "{{\n  \"schema\": \"{SCHEMA}\",\n  \"tool\": {},\n  \"explanations\": [",
        escape_json(tool.trim_start())
    )
}

/// Explanations of a document; the first ones of it, or others.
///
/// # Errors
/// When the writer fails.
pub fn json_elements(explanations: &[Explanation], first: bool, out: &mut impl Write) -> io::Result<()> {
    for (at, explanation) in explanations.iter().enumerate() {
        out.write_all(if first && at == 0 { b"\n" } else { b",\n" })?;
        out.write_all(escape_json(&indented(&serde_json::to_string_pretty(explanation)?, "    ")).as_bytes())?;
    }
    Ok(())
}

/// The end of a document, with counts where they are asked for. `any`: there were explanations.
///
/// # Errors
/// When the writer fails.
pub fn json_closing(any: bool, summary: &Summary, stats: Option<&Stats>, out: &mut impl Write) -> io::Result<()> {
    let summary = indented(&serde_json::to_string_pretty(summary)?, "  ");
    write!(out, "{}],\n  \"summary\": {}", if any { "\n  " } else { "" }, summary.trim_start())?;
    if let Some(stats) = stats {
        let stats = indented(&serde_json::to_string_pretty(stats)?, "  ");
        write!(out, ",\n  \"stats\": {}", escape_json(stats.trim_start()))?;
    }
    out.write_all(b"\n}\n")
}

/// Line breaks within strings are escaped in JSON: every line can be moved.
fn indented(json: &str, by: &str) -> String {
    let mut indented = String::with_capacity(json.len() + json.len() / 4);
    for line in json.split_inclusive('\n') {
        indented.push_str(by);
        indented.push_str(line);
    }
    indented
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Tally, rejected};

    #[test]
    fn a_document_in_pieces_is_the_document() {
        let tool = Tool { version: "1", knowledge: 2, ip_ranges: "2026" };
        for count in 0..3 {
            let explanations: Vec<Explanation> = (0..count).map(|at| rejected("x", at, "a\nb\u{1b}")).collect();
            let summary = Summary::of(&explanations);
            let mut pieces = Vec::new();
            json_opening(&tool, &mut pieces).unwrap();
            for (at, explanation) in explanations.iter().enumerate() {
                json_elements(std::slice::from_ref(explanation), at == 0, &mut pieces).unwrap();
            }
            let stats = (count > 1).then(|| Tally::new().stats());
            json_closing(count > 0, &summary, stats.as_ref(), &mut pieces).unwrap();
            let stats = stats.as_ref();
            let whole = Document { schema: SCHEMA, tool, explanations: &explanations, summary, stats };
            let whole = serde_json::to_string_pretty(&whole).unwrap();
            let whole = escape_json(&whole).into_owned() + "\n";
            assert_eq!(String::from_utf8(pieces).unwrap(), whole);
        }
    }
}

//! `ecsplain show`: the whole entry of a problem, with placeholders where a record would give values.

use super::Style;
use super::layout::{Paint, command, paint, wrap};
use super::text::fix_lines;
use crate::explain::{Fix, fill_code, fill_prose};
use crate::knowledge::{Page, Problem};
use std::collections::BTreeMap;

/// A sentence without a record.
fn prose(template: &str) -> String {
    fill_prose(template, &BTreeMap::new())
}

/// The page of a problem.
pub fn page(problem: &Problem, page: &Page, style: &Style) -> String {
    let nothing = BTreeMap::new();
    let heading = |text: &str| format!("\n{}\n", paint(text, Paint::Heading, style));
    let mut shown = wrap("", &problem.title, 2, style);
    let since = format!("{} · stage {} · {} · since {}", problem.id, problem.stage, problem.severity, page.since);
    shown.push_str(&paint(super::layout::plain(&since, style).trim(), Paint::Faint, style));
    shown.push_str("\n\n");
    shown.push_str(&wrap("", &prose(&page.summary), 0, style));
    if !page.rules_out.is_empty() {
        shown.push_str(&heading("What it is not"));
        for row in &page.rules_out {
            shown.push_str(&wrap("  - ", &format!("{}: {}", row.what, prose(&row.because)), 4, style));
        }
    }
    if !page.misleading.is_empty() {
        shown.push_str(&heading("What AWS's messages get wrong"));
        for row in page.misleading.iter().filter(|row| !row.says.is_empty()) {
            shown.push_str(&wrap("  - ", &format!("\"{}\": {}", row.says, prose(&row.truth)), 4, style));
        }
    }
    shown.push_str(&heading("Causes, the most probable first"));
    // Causes that only some texts speak for come last here: no text is at hand.
    let (always, sometimes): (Vec<_>, Vec<_>) = page.causes.iter().partition(|cause| cause.when.is_none());
    for (number, cause) in always.into_iter().chain(sometimes).enumerate() {
        if number > 0 {
            shown.push('\n');
        }
        let seen = if cause.of > 0 {
            format!(" (in {} of {} confirmed incidents)", cause.seen, cause.of)
        } else {
            String::new()
        };
        shown.push_str(&wrap(&format!("{:>2}. ", number + 1), &format!("{}{seen}", prose(&cause.title)), 4, style));
        if !cause.why.is_empty() {
            shown.push_str(&wrap("    ", &prose(&cause.why), 4, style));
        }
        for check in &cause.checks {
            shown.push_str(&format!("    {}\n", paint("check", Paint::Heading, style)));
            shown.push_str(&command(&fill_code(&check.run, &nothing).0, 6, style));
            shown.push_str(&wrap("      good: ", &prose(&check.expect), 8, style));
        }
        let fixes: Vec<Fix> = cause
            .fixes
            .iter()
            .map(|fix| Fix {
                form: fix.form,
                when: fix.when.clone(),
                title: prose(&fix.title),
                text: fill_code(&fix.text, &nothing).0,
                placeholders: Vec::new(),
            })
            .collect();
        shown.push_str(&fix_lines(&fixes, style));
    }
    if !page.examples.is_empty() {
        shown.push_str(&heading("Texts that show it"));
        for example in &page.examples {
            shown.push_str(&wrap("  - ", &example.text, 4, style));
        }
    }
    if !page.references.is_empty() {
        shown.push_str(&heading("Further reading"));
        for link in &page.references {
            shown.push_str(&format!("  {}\n", super::escape_line(link)));
        }
    }
    shown
}

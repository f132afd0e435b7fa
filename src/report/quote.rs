//! The error text quoted, with its decisive pieces underlined and numbered.

use super::Style;
use super::escape::escape_character;
use super::layout::{Paint, columns, paint};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// A piece of the text that is to be underlined.
pub(super) struct Mark {
    /// Its number in the notes.
    pub number: usize,
    /// Byte range in the text.
    pub range: Range<usize>,
}

/// One character as it is shown.
struct Cell {
    /// Byte offset of the character in the text.
    at: usize,
    shown: String,
    width: usize,
    blank: bool,
    /// A long token may be broken behind it.
    joint: bool,
}

fn cells(text: &str, style: &Style) -> Vec<Cell> {
    text.char_indices()
        .map(|(at, character)| {
            // Line ends and tabs separate words here; what matters is underlined, not laid out.
            let blank = matches!(character, ' ' | '\n' | '\t' | '\r');
            let shown: String = if blank {
                " ".to_owned()
            } else if !style.unicode && !character.is_ascii() {
                super::layout::plain(&character.to_string(), style)
            } else {
                escape_character(character).collect()
            };
            let width =
                if shown.chars().count() == 1 { character.width().unwrap_or(1).max(1) } else { columns(&shown) };
            Cell {
                at,
                shown,
                width,
                blank,
                joint: matches!(character, '/' | '?' | '&' | ',' | ':' | ';' | '=' | '-' | '.'),
            }
        })
        .collect()
}

/// Lines of cells: broken at blanks that are in no mark, or, where a token is too long, behind its punctuation.
fn lines(cells: &[Cell], marks: &[Mark], room: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        while start < cells.len() && cells[start].blank {
            start += 1;
        }
        let mut end = start;
        let mut width = 0;
        while end < cells.len() && width + cells[end].width <= room {
            width += cells[end].width;
            end += 1;
        }
        if end < cells.len() {
            let inside =
                |at: usize| marks.iter().any(|mark| mark.range.start < cells[at].at && cells[at].at < mark.range.end);
            let last = |wanted: &dyn Fn(usize) -> bool| (start + 1..=end).rev().find(|at| wanted(*at));
            let whole = last(&|at| cells[at].blank && !inside(at));
            let inner = || last(&|at| cells[at].blank);
            let joint = || last(&|at| at < end && cells[at - 1].joint && at > start + room / 2);
            end = whole.or_else(inner).or_else(joint).unwrap_or(end).max(start + 1);
        }
        if start < end {
            lines.push(start..end);
        }
        start = end;
    }
    lines
}

/// The text with underlines. Lines without a mark are left out but for the first, unless `whole`.
pub(super) fn quote(text: &str, marks: &[Mark], whole: bool, style: &Style) -> String {
    let bar = paint(if style.unicode { "│" } else { "|" }, Paint::Faint, style);
    let gap = paint(if style.unicode { "…" } else { ":" }, Paint::Mark, style);
    let cells = cells(text, style);
    let lines = lines(&cells, marks, style.width.saturating_sub(4));
    let mut quoted = String::new();
    let mut skipped = false;
    for (number, line) in lines.iter().enumerate() {
        let rows = underlines(&cells, line, marks, style);
        let keep = whole || number == 0 || !rows.is_empty() || lines.len() <= 4;
        if !keep {
            skipped = true;
            continue;
        }
        // What was left out is told in the margin: a line of its own would cost a line of the screen.
        let margin = if std::mem::take(&mut skipped) { &gap } else { &bar };
        let shown: String = cells[line.clone()].iter().map(|cell| cell.shown.as_str()).collect();
        quoted.push_str(&format!("  {margin} {}\n", shown.trim_end()));
        for row in rows {
            quoted.push_str(&format!("  {bar} {row}\n"));
        }
    }
    if skipped {
        quoted.push_str(&format!("  {gap}\n"));
    }
    quoted
}

/// The underlines of one line, in as many rows as it takes for none to touch another.
fn underlines(cells: &[Cell], line: &Range<usize>, marks: &[Mark], style: &Style) -> Vec<String> {
    let mut rows: Vec<Vec<(usize, usize, Option<usize>)>> = Vec::new();
    for mark in marks {
        let (mut column, mut from, mut to) = (0, None, 0);
        let mut begins = false;
        for cell in &cells[line.clone()] {
            if mark.range.contains(&cell.at) {
                if from.is_none() {
                    from = Some(column);
                    begins = cell.at == mark.range.start;
                }
                to = column + cell.width;
            }
            column += cell.width;
        }
        let Some(from) = from else { continue };
        let underline = (from, to, begins.then_some(mark.number));
        let free = rows.iter_mut().find(|row| row.iter().all(|(start, end, _)| to < *start || *end < from));
        match free {
            Some(row) => row.push(underline),
            None => rows.push(vec![underline]),
        }
    }
    rows.into_iter()
        .map(|mut row| {
            row.sort_unstable();
            let stroke = if style.unicode { "━" } else { "^" };
            let (mut shown, mut column) = (String::new(), 0);
            for (from, to, number) in row {
                shown.push_str(&" ".repeat(from.saturating_sub(column)));
                let number = number.map(|number| number.to_string()).unwrap_or_default();
                let strokes = (to - from).saturating_sub(number.len());
                shown.push_str(&paint(&format!("{number}{}", stroke.repeat(strokes)), Paint::Mark, style));
                column = from + number.len() + strokes;
            }
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { color: false, width: 44, unicode: false, forms: crate::report::Forms::ALL };

    fn mark(text: &str, piece: &str, number: usize) -> Mark {
        let start = text.find(piece).unwrap();
        Mark { number, range: start..start + piece.len() }
    }

    #[test]
    fn pieces_are_underlined_where_they_stand() {
        let text = "failed: dial tcp 52.219.41.3:443: i/o timeout";
        let quoted = quote(text, &[mark(text, "52.219.41.3", 1), mark(text, "i/o timeout", 2)], true, &STYLE);
        let lines: Vec<&str> = quoted.lines().collect();
        let at = lines[0].find("52.219.41.3").unwrap();
        assert_eq!(&lines[1][at..at + 11], "1^^^^^^^^^^", "{quoted}");
        assert!(lines.iter().any(|line| line.contains("i/o timeout")), "a piece is not torn apart: {quoted}");
        assert!(lines.iter().any(|line| line.contains("2^^^^^^^^^^")));
    }

    #[test]
    fn a_token_longer_than_a_line_is_broken_behind_punctuation() {
        let text = "Get https://registry.example.com/v2/team/application/manifests/sha256:0123456789abcdef: EOF";
        let quoted = quote(text, &[mark(text, "EOF", 1)], true, &STYLE);
        assert!(quoted.lines().all(|line| columns(line) <= 44), "{quoted}");
        let joined: String =
            quoted.lines().filter(|line| !line.contains('^')).map(|line| line.trim_start_matches("  | ")).collect();
        assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
    }

    #[test]
    fn lines_without_a_piece_are_left_out() {
        let text = "word ".repeat(60) + "dial tcp: EOF";
        let quoted = quote(&text, &[mark(&text, "EOF", 1)], false, &STYLE);
        assert!(quoted.lines().any(|line| line.starts_with("  : ")), "{quoted}");
        assert!(quoted.lines().count() < 7, "{quoted}");
    }
}

//! Wrapping prose and commands, and paint.

use super::Style;
use super::escape::escape_line;
use unicode_width::UnicodeWidthStr;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    /// The title of a failure.
    Failure,
    /// The title of something unknown.
    Unknown,
    /// A heading.
    Heading,
    /// An underline or its number.
    Mark,
    /// Something to type.
    Code,
    /// Less important.
    Faint,
}

/// A piece of text in its colour.
pub(super) fn paint(text: &str, paint: Paint, style: &Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    let code = match paint {
        Paint::Failure => "1;31",
        Paint::Unknown => "1;33",
        Paint::Heading => "1",
        Paint::Mark => "1;33",
        Paint::Code => "36",
        Paint::Faint => "2",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Wraps a sentence: the first line after `first`, the others after as many blanks as `indent` says.
pub(super) fn wrap(first: &str, text: &str, indent: usize, style: &Style) -> String {
    let mut wrapped = first.to_owned();
    let mut column = columns(first);
    let mut at_start = true;
    for word in plain(&escape_line(text), style).split_whitespace() {
        let width = columns(word);
        if !at_start && column + 1 + width > style.width {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            column = indent;
            at_start = true;
        }
        if !at_start {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
        at_start = false;
    }
    wrapped.push('\n');
    wrapped
}

/// Our own sentences in ASCII, where the terminal has no more.
pub(super) fn plain(text: &str, style: &Style) -> String {
    if style.unicode || text.is_ascii() {
        return text.to_owned();
    }
    text.chars()
        .map(|character| match character {
            '…' => "...".to_owned(),
            '–' | '—' => "-".to_owned(),
            '’' | '‘' => "'".to_owned(),
            '“' | '”' => "\"".to_owned(),
            '→' => "->".to_owned(),
            '·' => "-".to_owned(),
            other if other.is_ascii() => other.to_string(),
            other => other.escape_unicode().to_string(),
        })
        .collect()
}

/// A command on as many lines as it needs, broken before an option, outside of quotes, with a `\` that shells join.
pub(super) fn command(text: &str, indent: usize, style: &Style) -> String {
    let room = style.width.saturating_sub(indent + 2);
    let mut lines = Vec::new();
    for line in text.lines() {
        let pieces = if columns(line) > room { at_options(line) } else { vec![line.to_owned()] };
        let mut current = String::new();
        for piece in pieces {
            if !current.is_empty() && columns(&current) + 1 + columns(&piece) > room {
                lines.push(format!("{current} \\"));
                current = format!("  {piece}");
            } else {
                if !current.is_empty() {
                    current.push(' ');
                }
                current.push_str(&piece);
            }
        }
        lines.push(current);
    }
    let pad = " ".repeat(indent);
    lines.iter().map(|line| format!("{pad}{}\n", paint(&escape_line(line), Paint::Code, style))).collect()
}

/// Cuts a command before each ` --option` that stands outside of quotes and substitutions.
fn at_options(line: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut current = String::new();
    let (mut quote, mut depth) = (None, 0_usize);
    let characters: Vec<char> = line.chars().collect();
    for (at, character) in characters.iter().copied().enumerate() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let option = quote.is_none() && depth == 0 && character == ' ' && characters[at + 1..].starts_with(&['-', '-']);
        if option && !current.is_empty() {
            pieces.push(std::mem::take(&mut current));
        } else {
            current.push(character);
        }
    }
    pieces.push(current);
    pieces
}

/// A block to paste. It is indented, unless a here-document in it would break by that.
pub(super) fn block(text: &str, indent: usize, style: &Style) -> String {
    let pad = if text.contains("<<") { String::new() } else { " ".repeat(indent) };
    text.lines()
        .map(|line| {
            let line = plain(&super::escape::escape_text(line), style);
            if line.is_empty() { "\n".to_owned() } else { format!("{pad}{}\n", paint(&line, Paint::Code, style)) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Style = Style { color: false, width: 40, unicode: true, forms: crate::report::Forms::ALL };

    #[test]
    fn prose_wraps_at_words() {
        let wrapped = wrap("  ", "one two three four five six seven eight nine ten", 4, &NARROW);
        assert!(wrapped.lines().all(|line| columns(line) <= 40), "{wrapped}");
        assert!(wrapped.lines().nth(1).unwrap().starts_with("    "));
    }

    #[test]
    fn commands_break_before_options_only() {
        let shown =
            command("aws ec2 x --filters Name=a,Values='b --c d' --query 'X[].Y' --region eu-west-1", 2, &NARROW);
        let joined: String = shown.replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(joined, "aws ec2 x --filters Name=a,Values='b --c d' --query 'X[].Y' --region eu-west-1");
        assert!(shown.lines().count() > 1);
    }
}

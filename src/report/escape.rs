//! Nothing from a log may steer a terminal: control and bidirectional characters are shown as escapes.

/// Whether a character could change what a reader sees of other characters.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{061c}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A text for one line: control characters, line ends and bidirectional marks as escapes such as `\u{1b}`.
pub fn escape_line(text: &str) -> String {
    escape(text, |_| false)
}

/// A text that may have several lines: line ends stay, tabs become spaces.
pub fn escape_text(text: &str) -> String {
    escape(&text.replace('\t', "    "), |character| character == '\n')
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    if !text.chars().any(|character| is_dangerous(character) && !keep(character)) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if keep(character) || !is_dangerous(character) {
            escaped.push(character);
        } else {
            escaped.extend(escape_character(character));
        }
    }
    escaped
}

/// How one character is shown; itself when it does no harm.
pub(super) fn escape_character(character: char) -> std::vec::IntoIter<char> {
    let shown: Vec<char> = match character {
        '\n' => "\\n".chars().collect(),
        '\r' => "\\r".chars().collect(),
        '\t' => "\\t".chars().collect(),
        other if is_dangerous(other) => other.escape_unicode().collect(),
        other => vec![other],
    };
    shown.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidirectional_characters_are_shown() {
        assert_eq!(escape_line("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c\\n");
        assert_eq!(escape_text("a\n\tb\u{7}"), "a\n    b\\u{7}");
        assert_eq!(escape_line("plain ünïcode"), "plain ünïcode");
    }
}

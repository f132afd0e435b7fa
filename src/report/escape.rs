//! Nothing from a log may steer a terminal: control and bidirectional characters are shown as escapes.

use std::borrow::Cow;

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

/// JSON that steers no terminal either: dangerous characters beyond ASCII as JSON's own escapes. They stand only inside
/// strings, so the document stays the same.
pub(super) fn escape_json(json: &str) -> Cow<'_, str> {
    let must = |character: char| character > '~' && is_dangerous(character);
    if !json.chars().any(must) {
        return json.into();
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if must(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidirectional_characters_are_shown() {
        assert_eq!(escape_line("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c\\n");
        assert_eq!(escape_text("a\n\tb\u{7}"), "a\n    b\\u{7}");
        let json = serde_json::to_string("a\u{9b}b\u{202e}\u{e0041}é").unwrap();
        let escaped = escape_json(&json);
        assert_eq!(escaped, "\"a\\u009bb\\u202e\\udb40\\udc41é\"");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), "a\u{9b}b\u{202e}\u{e0041}é");
        assert_eq!(escape_line("plain ünïcode"), "plain ünïcode");
    }
}

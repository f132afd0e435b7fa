//! The form in which fragments are compared.

/// Removes white space, folds ASCII case and typographic quotes: the form in which fragments are compared.
pub fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for character in text.chars() {
        if let Some(character) = squeeze_char(character) {
            squeezed.push(character);
        }
    }
    squeezed
}

/// The form of one character in [`squeeze`], or `None` for white space.
pub fn squeeze_char(character: char) -> Option<char> {
    match character {
        _ if character.is_whitespace() => None,
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' => Some('\''),
        '\u{201c}' | '\u{201d}' => Some('"'),
        '\u{2026}' => Some('…'),
        _ => Some(character.to_ascii_lowercase()),
    }
}

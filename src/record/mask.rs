//! What is never shown: keys and signatures in URLs. And the bound on a text's length.

use crate::pattern::{Captures, Pattern};
use std::sync::LazyLock;

/// Longer texts are cut. The longest reason that ECS writes is 1,024 characters; a pasted question is at most 8 KB.
const LONGEST_TEXT: usize = 16 * 1024;

/// Cuts a text at a character border, and tells whether it did.
pub(super) fn cut(text: &str) -> (&str, bool) {
    if text.len() <= LONGEST_TEXT {
        return (text, false);
    }
    let mut end = LONGEST_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], true)
}

static KEYS: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        ( X-Amz-(?:Signature|Security-Token|Credential)= | AWSAccessKeyId= | [?&]Signature= | [?&]sig= | [?&]token= )
        [^&\s"'<>]+
        | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b"#,
    )
});

/// Replaces signatures, security tokens and access key ids. The parameters' names stay: they are evidence that a URL
/// was pre-signed.
pub(super) fn mask_keys(text: &str) -> String {
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let has_parameter = || text.as_bytes().contains(&b'=') && has(&["X-Amz-", "Signature=", "sig=", "token="]);
    if !(has(&["AKIA", "ASIA"]) || has_parameter()) {
        return text.to_owned();
    }
    KEYS.replace_all(text, |found: &Captures<'_>| format!("{}MASKED", found.get(1).map_or("", |name| name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_and_key_ids_are_masked() {
        let text =
            "Get https://b.s3.amazonaws.com/x?X-Amz-Credential=AKIAABCDEFGHIJKLMNOP%2F1&X-Amz-Signature=abc: dial";
        let masked = mask_keys(text);
        assert!(!masked.contains("AKIAABCDEFGHIJKLMNOP") && !masked.contains("=abc"), "{masked}");
        assert!(masked.contains("X-Amz-Signature=MASKED"));
    }

    #[test]
    fn a_cut_falls_on_a_character_border() {
        let text = "é".repeat(LONGEST_TEXT);
        let (kept, cut) = cut(&text);
        assert!(cut && kept.len() <= LONGEST_TEXT);
    }
}

//! Texts with `{name}` placeholders.

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that stays.
    Text(&'a str),
    /// The name between braces.
    Name(&'a str),
}

/// Splits a template at its placeholders: `{` lower-case letters, digits and `_` `}`, not after `$` or `%`, which
/// are Terraform's own and the shell's.
pub fn pieces(template: &str) -> Vec<Piece<'_>> {
    let bytes = template.as_bytes();
    let mut pieces = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'{' && (at == 0 || !matches!(bytes[at - 1], b'$' | b'%')) {
            let name_end = bytes[at + 1..]
                .iter()
                .position(|b| !(b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_'))
                .map_or(bytes.len(), |length| at + 1 + length);
            if name_end > at + 1 && bytes.get(name_end) == Some(&b'}') {
                if kept < at {
                    pieces.push(Piece::Text(&template[kept..at]));
                }
                pieces.push(Piece::Name(&template[at + 1..name_end]));
                at = name_end + 1;
                kept = at;
                continue;
            }
        }
        at += 1;
    }
    if kept < template.len() {
        pieces.push(Piece::Text(&template[kept..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_placeholders() {
        assert_eq!(
            pieces("a {region} ${HOME} {a:b} {} {Version}"),
            vec![Piece::Text("a "), Piece::Name("region"), Piece::Text(" ${HOME} {a:b} {} {Version}")]
        );
        assert_eq!(pieces("{region}"), vec![Piece::Name("region")]);
        assert_eq!(pieces("{region"), vec![Piece::Text("{region")]);
    }
}

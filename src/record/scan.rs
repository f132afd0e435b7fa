//! Where a JSON value ends, without reading what is in it.

use memchr::memchr3;

/// What the bytes from a place on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// A value that ends before this place.
    Ends(usize),
    /// The beginning of a value.
    Open,
    /// No JSON: at this place.
    Broken(usize),
}

/// The extent of the value that begins at this place. Brackets are counted, their kinds are not compared.
pub(super) fn value(bytes: &[u8], at: usize) -> Extent {
    match bytes.get(at) {
        None => Extent::Open,
        Some(b'"') => string(bytes, at),
        Some(b'{' | b'[') => nested(bytes, at),
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => word(bytes, at),
        Some(_) => Extent::Broken(at),
    }
}

/// The extent of a string. A bare line break in it is no JSON: the closing quote is missing.
pub(super) fn string(bytes: &[u8], at: usize) -> Extent {
    string_from(bytes, at + 1)
}

/// The extent of the rest of a string.
pub(super) fn string_from(bytes: &[u8], mut from: usize) -> Extent {
    loop {
        let Some(found) = bytes.get(from..).and_then(|rest| memchr3(b'"', b'\\', b'\n', rest)) else {
            return Extent::Open;
        };
        match bytes[from + found] {
            b'"' => return Extent::Ends(from + found + 1),
            b'\\' => from += found + 2,
            _ => return Extent::Broken(from + found),
        }
    }
}

fn nested(bytes: &[u8], start: usize) -> Extent {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => match string(bytes, at) {
                Extent::Ends(end) => {
                    at = end;
                    continue;
                }
                other => return other,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Extent::Ends(at + 1);
                }
            }
            // Indentation is a good part of what the AWS CLI prints.
            b' ' => {
                at = skip_spaces(bytes, at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Extent::Open
}

/// Behind a run of spaces.
fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    const EIGHT: [u8; 8] = [b' '; 8];
    while bytes.get(at..at + 8) == Some(&EIGHT) {
        at += 8;
    }
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// A number, or `true`, `false`, `null`.
fn word(bytes: &[u8], at: usize) -> Extent {
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    match bytes[at..].iter().position(|byte| !goes_on(byte)) {
        Some(length) => Extent::Ends(at + length),
        None => Extent::Open,
    }
}

/// The first place from here on that is no white space.
pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at = skip_spaces(bytes, at + 1);
    }
    at
}

/// Where a value ends that is there as a whole.
pub(super) fn end_of(bytes: &[u8], at: usize) -> Option<usize> {
    match value(bytes, at) {
        Extent::Ends(end) => Some(end),
        Extent::Open | Extent::Broken(_) => None,
    }
}

/// Goes through the members of the object that begins at this place, and gives where it ends. The call is given each key as it is
/// written, without quotes, and where its value begins; it gives where that ends. `None` as soon as something is no plain
/// object, or not there, or the call says so.
pub(super) fn members<'a>(
    bytes: &'a [u8],
    start: usize,
    mut call: impl FnMut(&'a [u8], usize) -> Option<usize>,
) -> Option<usize> {
    if bytes.get(start) != Some(&b'{') {
        return None;
    }
    let mut at = skip_blank(bytes, start + 1);
    if bytes.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let Extent::Ends(key_end) = string(bytes, at) else { return None };
        let key = &bytes[at + 1..key_end - 1];
        at = skip_blank(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = call(key, skip_blank(bytes, at + 1))?;
        at = skip_blank(bytes, at);
        match bytes.get(at) {
            Some(b',') => at = skip_blank(bytes, at + 1),
            Some(b'}') => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Goes through the elements of the array that begins at this place, as [`members`] does.
pub(super) fn elements(bytes: &[u8], start: usize, mut call: impl FnMut(usize) -> Option<usize>) -> Option<usize> {
    if bytes.get(start) != Some(&b'[') {
        return None;
    }
    let mut at = skip_blank(bytes, start + 1);
    if bytes.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        at = call(at)?;
        at = skip_blank(bytes, at);
        match bytes.get(at) {
            Some(b',') => at = skip_blank(bytes, at + 1),
            Some(b']') => return Some(at + 1),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        let ends = |text: &str| value(text.as_bytes(), 0);
        assert_eq!(ends(r#"{"a": "}\"", "b": [1, {}]} x"#), Extent::Ends(26));
        assert_eq!(ends(r#""a\\" x"#), Extent::Ends(5));
        assert_eq!(ends("12.5e3,"), Extent::Ends(6));
        assert_eq!(ends("12"), Extent::Open);
        assert_eq!(ends(r#"{"a": "b"#), Extent::Open);
        assert_eq!(ends("{\"a\": \"b\n\"}"), Extent::Broken(8));
        assert_eq!(ends("x"), Extent::Broken(0));
    }

    #[test]
    fn members_and_elements_are_told_one_by_one() {
        let mut told = Vec::new();
        let object = br#"{ "a" : 1, "b":[ 2 , {"c":3} ],"d":"e" } x"#;
        let shown = |from: usize, to: usize| String::from_utf8_lossy(&object[from..to]).into_owned();
        let end = members(object, 0, |key, at| {
            if object[at] == b'[' {
                return elements(object, at, |at| {
                    let end = end_of(object, at)?;
                    told.push(shown(at, end));
                    Some(end)
                });
            }
            let end = end_of(object, at)?;
            told.push(format!("{}={}", String::from_utf8_lossy(key), shown(at, end)));
            Some(end)
        });
        assert_eq!(end, Some(object.len() - 2));
        assert_eq!(told, ["a=1", "2", "{\"c\":3}", "d=\"e\""]);
        assert_eq!(members(b"{\"a\" 1}", 0, |_, at| Some(at)), None);
        assert_eq!(members(b"{} ", 0, |_, _| None), Some(2));
        assert_eq!(members(b"{\"a\": 1, ", 0, |_, at| end_of(b"{\"a\": 1, ", at)), None);
    }
}

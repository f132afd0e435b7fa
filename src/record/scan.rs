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
            _ => {}
        }
        at += 1;
    }
    Extent::Open
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
        at += 1;
    }
    at
}

/// Calls with each member of the object that these bytes are: its key as it is written, without quotes, and its value. Gives
/// `None` as soon as something is no plain object, or the call says so.
pub(super) fn members<'a>(object: &'a [u8], mut call: impl FnMut(&'a [u8], &'a [u8]) -> Option<()>) -> Option<()> {
    if object.first() != Some(&b'{') {
        return None;
    }
    let mut at = skip_blank(object, 1);
    if object.get(at) == Some(&b'}') {
        return Some(());
    }
    loop {
        if object.get(at) != Some(&b'"') {
            return None;
        }
        let Extent::Ends(key_end) = string(object, at) else { return None };
        let key = &object[at + 1..key_end - 1];
        at = skip_blank(object, key_end);
        if object.get(at) != Some(&b':') {
            return None;
        }
        at = skip_blank(object, at + 1);
        let Extent::Ends(end) = value(object, at) else { return None };
        call(key, &object[at..end])?;
        at = skip_blank(object, end);
        match object.get(at) {
            Some(b',') => at = skip_blank(object, at + 1),
            Some(b'}') => return Some(()),
            _ => return None,
        }
    }
}

/// Calls with each element of the array that these bytes are, as [`members`] does.
pub(super) fn elements<'a>(array: &'a [u8], mut call: impl FnMut(&'a [u8]) -> Option<()>) -> Option<()> {
    if array.first() != Some(&b'[') {
        return None;
    }
    let mut at = skip_blank(array, 1);
    if array.get(at) == Some(&b']') {
        return Some(());
    }
    loop {
        let Extent::Ends(end) = value(array, at) else { return None };
        call(&array[at..end])?;
        at = skip_blank(array, end);
        match array.get(at) {
            Some(b',') => at = skip_blank(array, at + 1),
            Some(b']') => return Some(()),
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
        let object = br#"{ "a" : 1, "b":[ 2 , {"c":3} ],"d":"e" }"#;
        let whole = members(object, |key, value| {
            told.push(format!("{}={}", String::from_utf8_lossy(key), String::from_utf8_lossy(value)));
            if value[0] == b'[' {
                elements(value, |element| {
                    told.push(String::from_utf8_lossy(element).into_owned());
                    Some(())
                })?;
            }
            Some(())
        });
        assert_eq!(whole, Some(()));
        assert_eq!(told, ["a=1", "b=[ 2 , {\"c\":3} ]", "2", "{\"c\":3}", "d=\"e\""]);
        assert_eq!(members(b"{\"a\" 1}", |_, _| Some(())), None);
        assert_eq!(members(b"{} ", |_, _| None), Some(()));
    }
}

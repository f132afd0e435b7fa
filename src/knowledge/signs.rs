//! What every match of a regular expression holds, so that most texts need not be searched with it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A sign shorter than this stands nearly everywhere.
const SHORTEST: usize = 3;

/// So many alternatives are still quicker than the expression.
const MOST: usize = 16;

/// Texts in lower case of which one stands in every match, whatever its case. Empty when there is no such list.
pub(super) fn signs(expression: &str) -> Vec<String> {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(expression);
    parsed.ok().and_then(|hir| required(&hir)).unwrap_or_default()
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let mut run = String::new();
            let mut consider = |signs: Vec<String>| {
                let shortest = |signs: &[String]| signs.iter().map(String::len).min().unwrap_or(0);
                if best.as_ref().is_none_or(|best| shortest(best) < shortest(&signs)) {
                    best = Some(signs);
                }
            };
            for part in parts {
                if let Some(text) = plain(part) {
                    run.push_str(&text);
                    continue;
                }
                if run.len() >= SHORTEST {
                    consider(vec![std::mem::take(&mut run)]);
                }
                run.clear();
                if let Some(signs) = required(part) {
                    consider(signs);
                }
            }
            if run.len() >= SHORTEST {
                consider(vec![run]);
            }
            best
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(required(part)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        _ => plain(hir).filter(|text| text.len() >= SHORTEST).map(|text| vec![text]),
    }
}

/// The text that this matches, in lower case, if it is one text but for its case.
fn plain(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            text.is_ascii().then(|| text.to_ascii_lowercase())
        }
        // A letter without case is a class of two.
        HirKind::Class(Class::Bytes(class)) => {
            let letters: Vec<u8> = class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect();
            match letters.as_slice() {
                [one, other] if one.eq_ignore_ascii_case(other) => {
                    Some(char::from(one.to_ascii_lowercase()).to_string())
                }
                _ => None,
            }
        }
        HirKind::Concat(parts) => parts.iter().map(plain).collect(),
        HirKind::Capture(capture) => plain(&capture.sub),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_match_holds_is_found() {
        assert_eq!(signs(r"(?i)task failed to start\s*:\s*\S"), ["task failed to start"]);
        assert_eq!(signs(r"\bfoo (?:bar|quux)\b"), ["foo "]);
        assert_eq!(signs(r"(?:alpha|beta)[0-9]+"), ["alpha", "beta"]);
        assert_eq!(signs(r"a?[0-9]{3}"), Vec::<String>::new());
        assert_eq!(signs(r"\S"), Vec::<String>::new());
        assert_eq!(signs(r"(?:word|[0-9])x"), Vec::<String>::new());
    }
}

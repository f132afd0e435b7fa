//! Conditions: from YAML to the compiled form, and what anchors them.

use super::compiled::{Anchor, Condition, Problem, Test};
use super::squeeze;
use crate::vocabulary::{Comparison, SignalName, Value, ValueKind};
use yaml_serde::Value as Yaml;

/// Fragments and regular expressions of all conditions, each once.
#[derive(Default)]
pub(super) struct Literals {
    pub fragments: Vec<String>,
    pub regexes: Vec<String>,
}

impl Literals {
    fn fragment(&mut self, text: &str) -> u16 {
        let squeezed = squeeze(text);
        let known = self.fragments.iter().position(|known| squeeze(known) == squeezed);
        known.map_or_else(|| intern(&mut self.fragments, text.to_owned()), |at| u16::try_from(at).unwrap_or(u16::MAX))
    }

    fn regex(&mut self, text: &str) -> u16 {
        intern(&mut self.regexes, text.to_owned())
    }
}

fn intern(list: &mut Vec<String>, text: String) -> u16 {
    let at = list.iter().position(|known| *known == text).unwrap_or_else(|| {
        list.push(text);
        list.len() - 1
    });
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// What is wrong with a condition: the piece of the file it is about, and what to write.
pub(super) struct Wrong {
    pub near: String,
    pub message: String,
}

fn wrong(near: impl Into<String>, message: impl Into<String>) -> Wrong {
    Wrong { near: near.into(), message: message.into() }
}

/// Compiles a list: all of them must hold.
pub(super) fn compile_all(list: &[Yaml], literals: &mut Literals) -> Result<Vec<Condition>, Wrong> {
    list.iter().map(|yaml| compile(yaml, literals)).collect()
}

/// Compiles one condition.
pub(super) fn compile(yaml: &Yaml, literals: &mut Literals) -> Result<Condition, Wrong> {
    let Yaml::Mapping(map) = yaml else {
        return Err(wrong(shown(yaml), "a condition is a map such as {stage: layers}"));
    };
    let mut parts = Vec::new();
    for (key, value) in map {
        let Yaml::String(key) = key else {
            return Err(wrong(shown(key), "the key of a condition is a signal's name"));
        };
        parts.push(one(key, value, literals)?);
    }
    match parts.len() {
        0 => Err(wrong("{}", "an empty condition holds always; leave it out")),
        1 => Ok(parts.remove(0)),
        _ => Ok(Condition::All(parts)),
    }
}

fn one(key: &str, value: &Yaml, literals: &mut Literals) -> Result<Condition, Wrong> {
    Ok(match key {
        "all" => Condition::All(compile_all(sequence(key, value)?, literals)?),
        "any" => Condition::Any(compile_all(sequence(key, value)?, literals)?),
        "not" => Condition::Not(Box::new(match value {
            Yaml::Sequence(list) => Condition::Any(compile_all(list, literals)?),
            _ => compile(value, literals)?,
        })),
        "container" => Condition::Container(Box::new(compile(value, literals)?)),
        "says" => {
            let mut fragments = Vec::new();
            for text in texts(key, value)? {
                if squeeze(&text).len() < 3 {
                    return Err(wrong(text, "a fragment needs at least 3 bytes besides white space"));
                }
                fragments.push(literals.fragment(&text));
            }
            Condition::Says(fragments)
        }
        "regex" => {
            let mut regexes = Vec::new();
            for text in texts(key, value)? {
                if let Err(error) = regex::bytes::RegexBuilder::new(&text).unicode(false).build() {
                    return Err(wrong(text, format!("the engine cannot compile this expression: {error}")));
                }
                regexes.push(Condition::Regex(literals.regex(&text)));
            }
            if regexes.len() == 1 { regexes.remove(0) } else { Condition::Any(regexes) }
        }
        name => {
            let Some(signal) = SignalName::parse(name) else {
                let known: Vec<&str> = SignalName::ALL.iter().map(|name| name.as_str()).collect();
                return Err(wrong(
                    name,
                    format!(
                        "there is no signal `{name}`; signals are {}, and says, regex, container, all, any, not",
                        known.join(", ")
                    ),
                ));
            };
            let mut values = texts(name, value)?;
            let listed = values.len();
            values.retain(|value| value != "absent");
            match (values.len() < listed, values.is_empty()) {
                (false, _) => Condition::Signal(signal, test(signal, values)?),
                (true, true) => Condition::Signal(signal, Test::Absent),
                (true, false) => Condition::Any(vec![
                    Condition::Signal(signal, Test::Absent),
                    Condition::Signal(signal, test(signal, values)?),
                ]),
            }
        }
    })
}

fn test(signal: SignalName, values: Vec<String>) -> Result<Test, Wrong> {
    if let [only] = values.as_slice() {
        if only == "present" {
            return Ok(Test::Present);
        }
        if signal.kind() == ValueKind::Number
            && let Some((comparison, limit)) = Comparison::parse(only)
        {
            return Ok(Test::Compare(comparison, limit));
        }
    }
    let mut wanted = Vec::new();
    for text in values {
        wanted.push(Value::parse(signal.kind(), &text).map_err(|known| {
            wrong(
                text.clone(),
                format!("`{text}` is no value of `{}`; write one of {}", signal.as_str(), known.join(", ")),
            )
        })?);
    }
    Ok(Test::OneOf(wanted))
}

fn sequence<'a>(key: &str, value: &'a Yaml) -> Result<&'a [Yaml], Wrong> {
    match value {
        Yaml::Sequence(list) => Ok(list),
        _ => Err(wrong(key, format!("`{key}` takes a list of conditions"))),
    }
}

fn texts(key: &str, value: &Yaml) -> Result<Vec<String>, Wrong> {
    let one = |value: &Yaml| match value {
        Yaml::String(text) => Ok(text.clone()),
        Yaml::Number(number) => Ok(number.to_string()),
        // YAML reads a bare yes or no as text, true and false as truth values.
        Yaml::Bool(true) => Ok("yes".to_owned()),
        Yaml::Bool(false) => Ok("no".to_owned()),
        other => Err(wrong(key, format!("`{key}` takes a text or a list of texts, not {}", shown(other)))),
    };
    match value {
        Yaml::Sequence(list) if !list.is_empty() => list.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn shown(yaml: &Yaml) -> String {
    yaml_serde::to_string(yaml).unwrap_or_default().trim().to_owned()
}

/// What must be there for the condition to hold: one of these. `None` when nothing needs to be.
pub(super) fn anchors(condition: &Condition) -> Option<Vec<Anchor>> {
    match condition {
        Condition::Says(fragments) => Some(fragments.iter().map(|f| Anchor::Fragment(*f)).collect()),
        Condition::Regex(regex) => Some(vec![Anchor::Regex(*regex)]),
        Condition::Signal(name, Test::OneOf(values)) => {
            Some(values.iter().map(|value| Anchor::Signal(*name, value.clone())).collect())
        }
        Condition::Signal(name, Test::Present | Test::Compare(..)) => Some(vec![Anchor::Present(*name)]),
        Condition::Signal(_, Test::Absent) | Condition::Not(_) => None,
        Condition::Container(inner) => anchors(inner),
        // The rarest one anchors: fragments before regular expressions before signals, few before many.
        Condition::All(list) => list.iter().filter_map(anchors).min_by_key(|anchors| weight(anchors)),
        Condition::Any(list) => {
            let mut all = Vec::new();
            for condition in list {
                all.extend(anchors(condition)?);
            }
            (!all.is_empty()).then_some(all)
        }
    }
}

/// As [`anchors`], but only what is a text by itself: a fragment, an error name, a wrapper, an advice. A log line is let
/// through by its bytes alone.
pub(super) fn literal_anchors(condition: &Condition) -> Option<Vec<Anchor>> {
    match condition {
        Condition::Says(_)
        | Condition::Signal(SignalName::Error | SignalName::Wrapper | SignalName::Advice, Test::OneOf(_)) => {
            anchors(condition)
        }
        Condition::All(list) => list.iter().filter_map(literal_anchors).min_by_key(Vec::len),
        Condition::Any(list) => {
            let mut all = Vec::new();
            for condition in list {
                all.extend(literal_anchors(condition)?);
            }
            (!all.is_empty()).then_some(all)
        }
        _ => None,
    }
}

fn weight(anchors: &[Anchor]) -> (u8, usize) {
    let kind = anchors
        .iter()
        .map(|anchor| match anchor {
            Anchor::Fragment(_) => 0,
            Anchor::Signal(SignalName::Stage | SignalName::Error | SignalName::Truncated, _) => 2,
            Anchor::Signal(..) => 1,
            Anchor::Present(_) => 3,
            // Cannot be looked up, only run: the last choice.
            Anchor::Regex(_) => 4,
        })
        .max()
        .unwrap_or(0);
    (kind, anchors.len())
}

/// Whether the condition rests on something being absent.
pub(super) fn rests_on_absence(condition: &Condition) -> bool {
    match condition {
        Condition::Not(_) | Condition::Signal(_, Test::Absent) => true,
        Condition::All(list) | Condition::Any(list) => list.iter().any(rests_on_absence),
        Condition::Container(inner) => rests_on_absence(inner),
        _ => false,
    }
}

/// What the problems' conditions compare a signal with, each once.
pub(super) fn limits(name: SignalName, problems: &[Problem]) -> Vec<i64> {
    fn collect(condition: &Condition, wanted: SignalName, limits: &mut Vec<i64>) {
        match condition {
            Condition::All(list) | Condition::Any(list) => list.iter().for_each(|one| collect(one, wanted, limits)),
            Condition::Not(inner) | Condition::Container(inner) => collect(inner, wanted, limits),
            Condition::Signal(name, Test::Compare(_, limit)) if *name == wanted => limits.push(*limit),
            Condition::Signal(..) | Condition::Says(_) | Condition::Regex(_) => {}
        }
    }
    let mut limits = Vec::new();
    for set in problems.iter().flat_map(|problem| problem.sets.iter()) {
        collect(&set.condition, name, &mut limits);
    }
    limits.sort_unstable();
    limits.dedup();
    limits
}

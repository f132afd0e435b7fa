//! Refused calls: which operation of a service was asked, and the code it answered with.

use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::pattern::Pattern;
use crate::vocabulary::{SignalName, Value};
use std::sync::LazyLock;

/// An expression with the operation or the code in its first group.
struct CallPattern {
    name: SignalName,
    /// Looked for first: an expression costs more than a search.
    sign: Sign,
    expression: LazyLock<Pattern>,
}

macro_rules! patterns {
    ($(($name:ident, $sign:ident, $expression:expr),)*) => {
        static PATTERNS: [CallPattern; [$(Sign::$sign),*].len()] = [
            $(CallPattern {
                name: SignalName::$name,
                sign: Sign::$sign,
                expression: LazyLock::new(|| Pattern::new($expression)),
            },)*
        ];
    };
}

patterns! {
    // AWS CLI and boto
    (ApiCode, ErrorOccurred, r"An error occurred \(([A-Za-z][A-Za-z.]+)\)"),
    (Operation, Calling, r"when calling the ([A-Za-z]+)\s+operation"),
    // AWS SDK for Go v2
    (Operation, OperationError, r"operation error [A-Za-z0-9 ]+: ([A-Z][A-Za-z]+)"),
    (ApiCode, ApiError, r"api error ([A-Za-z][A-Za-z.]+)"),
    // CloudFormation
    (ApiCode, ErrorCode, r"Error Code: ([A-Za-z][A-Za-z.]+)"),
}

pub(super) fn read(reading: Reading<'_>, seen: &Seen, signals: &mut Signals) {
    let text = reading.text;
    for pattern in PATTERNS.iter().filter(|pattern| seen.has(pattern.sign)) {
        let Some(found) = pattern.expression.captures(text).and_then(|found| found.get(1)) else { continue };
        let known = signals.list.iter().any(|signal| {
            signal.name == pattern.name && matches!(&signal.value, Value::Text(value) if **value == *found.as_str())
        });
        if known {
            continue;
        }
        let means = match pattern.name {
            SignalName::Operation => format!("the call was {}", found.as_str()),
            _ => format!("the service answered with {}", found.as_str()),
        };
        signals.push(reading.signal(pattern.name, Value::text(found.as_str()), found.range(), means));
    }
}

//! What a load balancer's health check got, by the texts of service events.

use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::pattern::Pattern;
use crate::vocabulary::{Fact, SignalName, Value};
use std::sync::LazyLock;

static CODES: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"(?i)with these codes: ?\[?(\d{1,3}(?:, ?\d{1,3})*)"));

pub(super) fn read(reading: Reading<'_>, seen: &Seen, signals: &mut Signals) {
    if !seen.has(Sign::TheseCodes) {
        return;
    }
    let Some(codes) = CODES.captures(reading.text).and_then(|found| found.get(1)) else { return };
    let mut at = codes.start();
    for code in codes.as_str().split(',') {
        let start = at + (code.len() - code.trim_start().len());
        at += code.len() + 1;
        let code = code.trim();
        let Ok(number) = code.parse::<i64>() else { continue };
        // gRPC counts its codes from 0 to 16.
        let what = if number < 100 { "gRPC status" } else { "HTTP" };
        let means = format!("the application answered the health check with {what} {code}");
        let range = start..start + code.len();
        signals.push(reading.signal(SignalName::HealthStatus, Value::Number(number), range, means));
        signals.fact(Fact::HealthStatus, code);
    }
}

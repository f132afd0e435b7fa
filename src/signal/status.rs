//! HTTP status, request id, retries: whether and how the other side answered.

use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::pattern::Pattern;
use crate::vocabulary::{Answer, SignalName, Value};
use std::sync::LazyLock;

static SDK_STATUS: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"(?i)status ?code: ?(\d{1,3})\b"));

// A status with its name, or after words that introduce one. "API error (500)" is Docker's own API, not the registry's.
static NAMED_STATUS: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)\b([3-5]\d\d)\ +(?:Bad\ Request|Unauthorized|Forbidden|Not\ Found|Too\ Many\ Requests|Internal\ Server\ Error
            |Bad\ Gateway|Service\ Unavailable|Service\ Temporarily\ Unavailable|Gateway\ Time-?out|Moved\ Permanently|Found
            |Temporary\ Redirect|Proxy\ Authentication\ Required|Method\ Not\ Allowed|Conflict|Gone|Precondition\ Failed)",
    )
});
static BARE_STATUS: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?i)(?:unexpected HTTP status:|unexpected status code|parsing HTTP|unexpected status) +\[?([3-5]\d\d)\b",
    )
});
static REQUEST_ID: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r"(?i)request ?id: ?([0-9a-zA-Z][0-9a-zA-Z=/+-]{7,})"));
static RETRIES: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?i)retried (\d{1,3}) times?(?:\(s\))?|retried (\d{1,3}) time\(s\)|maximum number of attempts, ?(\d{1,3})|failed after attempts=(\d{1,3})",
    )
});

/// Signs of the named statuses and of the bare ones.
const NAMED: &[Sign] = &[
    Sign::BadRequest,
    Sign::Unauthorized,
    Sign::Forbidden,
    Sign::NotFound,
    Sign::TooMany,
    Sign::ServerError,
    Sign::BadGateway,
    Sign::Unavailable,
    Sign::Temporarily,
    Sign::GatewayTimeout,
    Sign::Moved,
    Sign::Found,
    Sign::Redirect,
    Sign::ProxyAuthentication,
    Sign::Method,
    Sign::Conflict,
    Sign::Gone,
    Sign::Precondition,
];
const BARE: &[Sign] = &[Sign::UnexpectedHttp, Sign::UnexpectedStatus, Sign::ParsingHttp];

pub(super) fn read(reading: Reading<'_>, seen: &Seen, signals: &mut Signals) {
    let text = reading.text;
    let codes = seen.has(Sign::Code).then(|| SDK_STATUS.captures_iter(text));
    for found in codes.into_iter().flatten() {
        let (Some(whole), Some(code)) = (found.get(0), found.get(1)) else { continue };
        match code.as_str().parse::<i64>() {
            Ok(0) => {
                let means = "no HTTP answer came, so permissions were never asked";
                signals.push(reading.signal(SignalName::Answered, Answer::No, whole.range(), means));
            }
            Ok(status) => push_status(reading, status, whole.range(), signals),
            Err(_) => {}
        }
    }
    for (expression, signs) in [(&NAMED_STATUS, NAMED), (&BARE_STATUS, BARE)] {
        let statuses = seen.any(signs).then(|| expression.captures_iter(text));
        for found in statuses.into_iter().flatten() {
            if let (Some(whole), Some(code)) = (found.get(0), found.get(1))
                && let Ok(status) = code.as_str().parse()
            {
                push_status(reading, status, whole.range(), signals);
            }
        }
    }
    if seen.any(&[Sign::RequestId, Sign::RequestIdWord])
        && let Some(found) = REQUEST_ID.find(text)
    {
        signals.push(reading.signal(
            SignalName::Answered,
            Answer::Yes,
            found.range(),
            "the service answered and gave the request an id",
        ));
    }
    if seen.any(&[Sign::Retried, Sign::Attempts, Sign::AfterAttempts])
        && let Some(found) = RETRIES.captures(text)
        && let Some(whole) = found.get(0)
        && let Some(Ok(tries)) = found.groups().nth(1).map(|count| count.as_str().parse::<i64>())
    {
        let means = format!("it was tried {tries} time{} more", if tries == 1 { "" } else { "s" });
        signals.push(reading.signal(SignalName::Retries, Value::Number(tries), whole.range(), means));
    }
}

fn push_status(reading: Reading<'_>, status: i64, range: std::ops::Range<usize>, signals: &mut Signals) {
    let known = signals
        .list
        .iter()
        .any(|signal| signal.name == SignalName::HttpStatus && signal.value == Value::Number(status));
    if known {
        return;
    }
    let means = match status {
        401 => "HTTP 401: an answer came; the credentials were not accepted",
        403 => "HTTP 403: an answer came; it refuses access",
        404 => "HTTP 404: an answer came; there is no such thing",
        407 => "HTTP 407: a proxy answered and wants credentials",
        429 => "HTTP 429: an answer came; too many requests",
        500..=599 => "an answer came; the other side has trouble of its own",
        300..=399 => "an answer came; it points elsewhere",
        _ => "an HTTP answer came, so the network path is good",
    };
    signals.push(reading.signal(SignalName::HttpStatus, Value::Number(status), range.clone(), means));
    signals.push(reading.signal(SignalName::Answered, Answer::Yes, range, means));
}

//! Times as ECS and its tools write them: ISO 8601 text, or epoch seconds or milliseconds.

use serde_json::Value;

/// The time as ISO 8601 text. Epoch numbers over 100,000,000,000 are milliseconds.
pub fn iso_time(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            match text.parse::<f64>() {
                Ok(epoch) => epoch_time(epoch),
                Err(_) if text.is_empty() => None,
                Err(_) => Some(text.to_owned()),
            }
        }
        Value::Number(number) => epoch_time(number.as_f64()?),
        _ => None,
    }
}

fn epoch_time(epoch: f64) -> Option<String> {
    let milliseconds = if epoch.abs() > 1e11 { epoch } else { epoch * 1e3 };
    // 0 and the year 1 are how some tools print "never".
    if !(1e11..1e14).contains(&milliseconds) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation)] // bounded just above
    jiff::Timestamp::from_millisecond(milliseconds as i64).ok().map(|time| time.to_string())
}

/// Whole seconds since 1970 of a time such as `2026-08-24T18:21:52.100000+03:00`. `None` for any other way to write it.
pub(super) fn seconds_of(time: &[u8]) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| {
        time.get(range)?
            .iter()
            .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let stands = |at: usize, byte: u8| (time.get(at) == Some(&byte)).then_some(());
    stands(4, b'-').and(stands(7, b'-')).and(stands(10, b'T')).and(stands(13, b':')).and(stands(16, b':'))?;
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 || year < 1970
    {
        return None;
    }
    let mut at = 19;
    if stands(at, b'.').is_some() {
        at += 1 + time[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    let offset = match time.get(at)? {
        b'Z' if time.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if time.len() == at + 6 && time[at + 3] == b':' => {
            let offset = number(at + 1..at + 3)? * 3600 + number(at + 4..at + 6)? * 60;
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    // Days since 1970, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn seconds_are_those_of_a_calendar() {
        for time in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.123456+03:00",
            "2026-03-01T00:00:00-11:30",
            "2100-12-31T12:00:00Z",
        ] {
            let expected: jiff::Timestamp = time.parse().unwrap();
            assert_eq!(seconds_of(time.as_bytes()), Some(expected.as_second()), "{time}");
        }
        for odd in [
            "2026-08-24 15:21:57Z",
            "2026-08-24T15:21:57",
            "1600000000",
            "",
            "2026-13-01T00:00:00Z",
            "2026-08-24T15:21:57+0300",
        ] {
            assert_eq!(seconds_of(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn text_and_epoch_are_the_same_time() {
        assert_eq!(iso_time(&json!(1_600_000_000.5)).as_deref(), Some("2020-09-13T12:26:40.5Z"));
        assert_eq!(iso_time(&json!(1_600_000_000_500_i64)).as_deref(), Some("2020-09-13T12:26:40.5Z"));
        assert_eq!(iso_time(&json!("2020-09-13T12:26:40Z")).as_deref(), Some("2020-09-13T12:26:40Z"));
        assert_eq!(iso_time(&json!(0)), None);
        assert_eq!(iso_time(&json!(null)), None);
    }
}

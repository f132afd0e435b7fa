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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_and_epoch_are_the_same_time() {
        assert_eq!(iso_time(&json!(1_600_000_000.5)).as_deref(), Some("2020-09-13T12:26:40.5Z"));
        assert_eq!(iso_time(&json!(1_600_000_000_500_i64)).as_deref(), Some("2020-09-13T12:26:40.5Z"));
        assert_eq!(iso_time(&json!("2020-09-13T12:26:40Z")).as_deref(), Some("2020-09-13T12:26:40Z"));
        assert_eq!(iso_time(&json!(0)), None);
        assert_eq!(iso_time(&json!(null)), None);
    }
}

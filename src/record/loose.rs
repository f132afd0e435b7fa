//! Fields that stand loose in a text: `Exit Code: 137`, `stopCode=TaskFailedToStart`, `"exitCode":1` in a fragment.

use crate::pattern::Pattern;
use std::sync::LazyLock;

/// What was found, each with the bytes it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LooseFields {
    /// Exit code.
    pub exit_code: Option<(i64, std::ops::Range<usize>)>,
    /// Stop code.
    pub stop_code: Option<(String, std::ops::Range<usize>)>,
    /// Launch type.
    pub launch_type: Option<(String, std::ops::Range<usize>)>,
}

static EXIT_CODE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?i)(?:exit[ _-]?(?:code)?\\?"?\s*[:=(\t ]|exited(?: with)?(?: exit)?(?: code| status)|Exited \()\s*\\?"?(-?\d{1,10})\b"#,
    )
});
static STOP_CODE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"\b(TaskFailedToStart|EssentialContainerExited|UserInitiated|ServiceSchedulerInitiated|SpotInterruption|TerminationNotice|InfrastructureHealth)\b",
    )
});
static LAUNCH_TYPE: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r#"(?i)launch[ _]?type\\?"?\s*[:=]\s*\\?"?(FARGATE|EC2|EXTERNAL)\b"#));

/// Reads the loose fields of a text.
pub fn loose_fields(text: &str) -> LooseFields {
    let mut fields = LooseFields::default();
    // A search is cheap; an expression is compiled when it can match at all.
    if ["exit", "Exit", "EXIT"].iter().any(|sign| text.contains(sign))
        && let Some(found) = EXIT_CODE.captures(text)
        && let Some(number) = found.get(1)
    {
        // "Exit 0, , Reason CannotPullContainerError": the agent prints 0 for what never started.
        let never_started = number.as_str() == "0" && text.contains("CannotPull");
        if !never_started {
            fields.exit_code = number.as_str().parse().ok().map(|code| (code, number.range()));
        }
    }
    if let Some(found) = STOP_CODE.find(text) {
        fields.stop_code = Some((found.as_str().to_owned(), found.range()));
    }
    if ["FARGATE", "EC2", "EXTERNAL"].iter().any(|sign| text.contains(sign))
        && let Some(found) = LAUNCH_TYPE.captures(text)
        && let Some(kind) = found.get(1)
    {
        fields.launch_type = Some((kind.as_str().to_ascii_uppercase(), kind.range()));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_code(text: &str) -> Option<i64> {
        loose_fields(text).exit_code.map(|(code, _)| code)
    }

    #[test]
    fn exit_codes_are_read_in_many_spellings() {
        assert_eq!(exit_code("Exit Code: 137 (SIGKILL)"), Some(137));
        assert_eq!(exit_code(r#"{\"exitCode\": 1,"#), Some(1));
        assert_eq!(exit_code("Status reason\tOutOfMemoryError Exit Code\t137"), Some(137));
        assert_eq!(exit_code("\"ExitCode\": 128, \"Error\""), Some(128));
        assert_eq!(exit_code("container app exited with code 139"), Some(139));
        assert_eq!(exit_code("Exited (137) 5 minutes ago"), Some(137));
        assert_eq!(exit_code("exit status 1"), None);
        assert_eq!(exit_code("STOPPED, Exit 0, , Reason CannotPullContainerError: Error"), None);
    }

    #[test]
    fn stop_codes_are_read() {
        let fields = loose_fields("stopCode=TaskFailedToStart, stoppedReason=x");
        assert_eq!(fields.stop_code.map(|(code, _)| code).as_deref(), Some("TaskFailedToStart"));
    }
}

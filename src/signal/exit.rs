//! What an exit code means.

use crate::vocabulary::{Fact, SignalName, Value};

/// Signals by their number, as Linux counts them on x86 and arm.
const SIGNALS: [(i64, &str, &str); 14] = [
    (1, "SIGHUP", "its terminal or its parent went away"),
    (2, "SIGINT", "it was interrupted"),
    (3, "SIGQUIT", "it was told to quit"),
    (4, "SIGILL", "an instruction that this processor does not know"),
    (5, "SIGTRAP", "a trap, as a debugger or a failed check sets"),
    (6, "SIGABRT", "it gave itself up"),
    (7, "SIGBUS", "memory behind a file could not be had"),
    (8, "SIGFPE", "a forbidden calculation"),
    (9, "SIGKILL", "it was killed from outside"),
    (11, "SIGSEGV", "it reached for memory that is not its own"),
    (13, "SIGPIPE", "the reader of its output went away"),
    (14, "SIGALRM", "its own alarm rang"),
    (15, "SIGTERM", "it was asked to stop"),
    (31, "SIGSYS", "a system call that is not allowed here"),
];

/// The signal that ended the process, by its exit code.
pub(super) fn signal_of(code: i64) -> Option<&'static str> {
    SIGNALS.iter().find(|(number, _, _)| code == 128 + number).map(|(_, name, _)| *name)
}

/// The exit code as Windows counts: errors have the highest bit, and some tools print them with a sign.
fn windows(code: i64) -> Option<(u32, &'static str)> {
    let code = if (-(1 << 31)..0).contains(&code) { code + (1 << 32) } else { code };
    let code = u32::try_from(code).ok().filter(|code| *code >= 0x8000_0000)?;
    let means = match code {
        0xC000_0005 => "access violation: it reached for memory that is not its own",
        0xC000_0135 => "a DLL was not found",
        0xC000_0142 => "a DLL could not be initialised",
        0xC000_013A => "ended by Ctrl-C or by closing, as a normal stop does",
        0xC000_0409 => "fail fast: it found itself damaged",
        0xC000_0017 => "there was not enough memory",
        0x8000_8096 => "the .NET host found no framework",
        0xE043_4352 => "a .NET exception that nobody caught",
        _ => "a Windows error",
    };
    Some((code, means))
}

/// What an exit code tells a reader.
pub(super) fn means(code: i64) -> String {
    if let Some((_, name, means)) = SIGNALS.iter().find(|(number, _, _)| code == 128 + number) {
        return format!("ended by {name}: {means}");
    }
    if let Some((code, means)) = windows(code) {
        return format!("0x{code:08X}: {means}");
    }
    match code {
        0 => "the main process ended by itself, without an error".to_owned(),
        126 => "the command was found and cannot be run".to_owned(),
        127 => "the command was not found".to_owned(),
        _ => "the main process ended itself with an error".to_owned(),
    }
}

/// Values for sentences.
pub(super) fn facts(code: i64, mut put: impl FnMut(Fact, &str)) {
    put(Fact::ExitCode, &code.to_string());
    if let Some(signal) = signal_of(code) {
        put(Fact::ExitSignal, signal);
    }
}

/// The signal `exit_code`.
pub(super) fn signal(code: i64) -> (SignalName, Value, String) {
    (SignalName::ExitCode, Value::Number(code), means(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_named() {
        assert_eq!(signal_of(137), Some("SIGKILL"));
        assert_eq!(signal_of(255), None);
        assert!(means(139).contains("SIGSEGV"));
        assert!(means(-1_073_741_819).contains("0xC0000005"));
        assert!(means(3_221_225_781).contains("DLL was not found"));
        assert!(means(1).contains("ended itself"));
    }
}

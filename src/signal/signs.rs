//! Signs: what a text must hold for a reader's expression to match. All are looked for in one pass, and most texts lack
//! most of them: an expression costs far more than that.

use super::facts;
use crate::finder::Finder;
use std::sync::LazyLock;

/// Declares the signs with what is looked for, in lower case.
macro_rules! signs {
    ($($variant:ident = $text:literal,)*) => {
        /// A sign of the readers that have few of them. Those of facts follow behind.
        #[derive(Clone, Copy)]
        pub(super) enum Sign { $($variant,)* }

        const OWN: &[&str] = &[$($text),*];
    };
}

signs! {
    // Hosts
    Scheme = "://", Lookup = "lookup", Get = "get",
    // Statuses
    Code = "code:", BadRequest = " bad request", Unauthorized = " unauthorized", Forbidden = " forbidden",
    NotFound = " not found", TooMany = " too many requests", ServerError = " internal server error",
    BadGateway = " bad gateway", Unavailable = " service unavailable", Temporarily = " service temporarily",
    GatewayTimeout = " gateway time", Moved = " moved permanently", Found = " found", Redirect = " temporary redirect",
    ProxyAuthentication = " proxy authentication", Method = " method not", Conflict = " conflict", Gone = " gone",
    Precondition = " precondition failed", UnexpectedHttp = "unexpected http", UnexpectedStatus = "unexpected status",
    ParsingHttp = "parsing http", RequestId = "request id:", RequestIdWord = "requestid:", Retried = "retried ",
    Attempts = "maximum number of attempts", AfterAttempts = "failed after attempts=",
    // Refused calls
    Authorized = "uthorized", AssumedRole = "assumed-role", Policy = "policy", Boundary = "boundary",
    ErrorOccurred = "an error occurred (", Calling = "when calling the", OperationError = "operation error",
    ApiError = "api error", ErrorCode = "error code:",
    // Health checks
    TheseCodes = "these codes",
    // Images
    ResolveRef = "resolve ref", CannotPull = "cannot pull", AccessDeniedFor = "access denied for",
    ManifestFor = "manifest for", Repository = "repository", RelatedTo = "related to", Image = "image", GetBlank = "get ",
    Linux = "linux", Windows = "windows",
    // Facts that no table names
    Arn = "arn:aws", S3Files = "s3files", Efs = ".efs.",
}

impl Sign {
    /// What is looked for.
    pub(super) fn text(self) -> &'static str {
        OWN[self as usize]
    }
}

static FINDER: LazyLock<Finder> =
    LazyLock::new(|| Finder::new(OWN.iter().copied().chain(facts::signs()).map(str::to_owned)));

/// The signs that a text holds.
pub(super) struct Seen {
    bits: [u64; Seen::WORDS],
}

impl Seen {
    const WORDS: usize = 2;

    pub(super) fn new(text: &str) -> Seen {
        const { assert!(OWN.len() + facts::COUNT <= Seen::WORDS * 64) };
        let mut seen = Seen { bits: [0; Seen::WORDS] };
        FINDER.each(text.to_ascii_lowercase().as_bytes(), |sign, _| seen.bits[sign / 64] |= 1 << (sign % 64));
        seen
    }

    pub(super) fn has(&self, sign: Sign) -> bool {
        self.holds(sign as usize)
    }

    pub(super) fn any(&self, signs: &[Sign]) -> bool {
        signs.iter().any(|sign| self.has(*sign))
    }

    /// The facts whose sign the text holds, by their position in the table of facts.
    pub(super) fn facts(&self) -> impl Iterator<Item = usize> {
        (0..facts::COUNT).filter(|at| self.holds(OWN.len() + at))
    }

    fn holds(&self, at: usize) -> bool {
        self.bits[at / 64] & (1 << (at % 64)) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_seen_in_any_case() {
        let seen = Seen::new("Image: Status Code: 403, i-0123");
        assert!(seen.has(Sign::Image) && seen.has(Sign::Code) && !seen.has(Sign::Scheme));
        assert!(seen.any(&[Sign::Scheme, Sign::Image]));
        assert_eq!(seen.facts().count(), 1);
        assert!(OWN.iter().all(|sign| *sign == sign.to_ascii_lowercase()));
    }
}

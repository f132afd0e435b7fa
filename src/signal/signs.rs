//! Signs: what a text must hold for a reader's expression to match. All are looked for in one pass, and most texts lack
//! most of them: an expression costs far more than that.

use super::facts;
use super::hosts::Rules;
use crate::finder::Finder;
use crate::knowledge::{Expression, Needles};

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
    Http = "http://", Https = "https://", Lookup = "lookup", GetBlank = "get ", GetLine = "get\n", GetReturn = "get\r",
    GetTab = "get\t",
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
    ManifestFor = "manifest for", Repository = "repository", RelatedTo = "related to", Image = "image",
    Linux = "linux", Windows = "windows",
    // Loose fields
    Exit = "exit", FailedToStart = "failedtostart", ContainerExited = "containerexited", Initiated = "initiated",
    Interruption = "spotinterruption", Termination = "terminationnotice", Infrastructure = "infrastructurehealth",
    LaunchType = "launch type", LaunchTypeWord = "launchtype", LaunchTypeSnake = "launch_type",
    // Cut texts
    DialTcp = "dial tcp",
    // Facts that no table names
    Arn = "arn:aws", S3Files = "s3files", Efs = ".efs.",
}

impl Sign {
    /// What is looked for.
    pub(super) fn text(self) -> &'static str {
        OWN[self as usize]
    }
}

/// Looks for all signs in one pass: those of the readers, of facts, of rules of hosts, and of the conditions' expressions.
pub(super) struct SignFinder {
    finder: Finder,
    /// How many rules of hosts there are.
    hosts: usize,
    /// The expression that each sign behind them is of.
    of_expressions: Vec<u16>,
}

impl SignFinder {
    /// `hosts`: a part of each rule.
    pub(super) fn new(hosts: &[String], expressions: &[Expression]) -> SignFinder {
        let mut signs: Vec<&str> = OWN.iter().copied().chain(facts::signs()).collect();
        signs.extend(hosts.iter().map(String::as_str));
        let mut of_expressions = Vec::new();
        for (expression, sign) in
            (0..).zip(expressions).flat_map(|(at, one)| one.signs.iter().map(move |sign| (at, sign)))
        {
            of_expressions.push(expression);
            signs.push(sign);
        }
        SignFinder { finder: Finder::new(Needles::quick(&signs)), hosts: hosts.len(), of_expressions }
    }

    /// The signs that a text holds. Those of expressions are kept with the signals: conditions ask for them.
    pub(super) fn look(&self, text: &str, at: usize, expressions: &mut Vec<(u16, usize)>) -> Seen {
        const { assert!(READERS <= Seen::WORDS * 64) };
        let mut seen = Seen { rules: Rules::NONE, bits: [0; Seen::WORDS] };
        self.finder.each(text.to_ascii_lowercase().as_bytes(), |sign, _| match sign.checked_sub(READERS) {
            None => seen.bits[sign / 64] |= 1 << (sign % 64),
            Some(sign) if sign < self.hosts => seen.rules.add(sign),
            Some(sign) => expressions.push((self.of_expressions[sign - self.hosts], at)),
        });
        seen
    }
}

/// Signs of the readers and of facts.
const READERS: usize = OWN.len() + facts::COUNT;

/// The signs that a text holds.
pub(super) struct Seen {
    /// Rules of hosts that can hold in it.
    pub(super) rules: Rules,
    bits: [u64; Seen::WORDS],
}

impl Seen {
    const WORDS: usize = 3;

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
        let expression = Expression { text: String::new(), signs: vec!["missing".to_owned(), "code".to_owned()] };
        let finder = SignFinder::new(&["quay.io".to_owned()], &[expression]);
        let mut expressions = Vec::new();
        let seen = finder.look("Image: Status Code: 403, i-0123", 7, &mut expressions);
        assert_eq!(expressions, [(0, 7)]);
        assert!(seen.has(Sign::Image) && seen.has(Sign::Code) && !seen.has(Sign::Http));
        assert!(seen.any(&[Sign::Http, Sign::Image]));
        assert_eq!(seen.facts().count(), 1);
        assert!(OWN.iter().all(|sign| *sign == sign.to_ascii_lowercase()));
    }
}

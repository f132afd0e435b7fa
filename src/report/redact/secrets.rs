//! What lets somebody in: passwords, tokens, keys, signatures, however they are written.

use super::Work;
use super::placeholders::HIDDEN;
use crate::pattern::Pattern;
use std::sync::LazyLock;

// Nothing else looks like these. The first group is what is hidden, or else the whole match.
static UNMISTAKABLE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----[^-]*(?:-----END\ [A-Z\ ]*-----)?
        | \b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|AIPA|APKA|ABIA|ACCA|ASCA)[A-Z0-9]{8,}
        | \beyJ[A-Za-z0-9_=-]{6,}(?:\.[A-Za-z0-9_=-]*)*
        | \bgh[opsur]_[A-Za-z0-9_]{10,} | \bgithub_pat_[A-Za-z0-9_]{10,} | \bgl[a-z]{2,5}-[A-Za-z0-9_-]{16,}
        | \bxox[a-z]-[A-Za-z0-9-]{8,} | \bxapp-[A-Za-z0-9-]{8,} | hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/_-]+)
        | \bnpm_[A-Za-z0-9]{20,} | \bpypi-[A-Za-z0-9_-]{16,} | \bdckr_[a-z]{2,4}_[A-Za-z0-9_-]{10,} | \bdo[opr]_v1_[a-f0-9]{16,}
        | \bsk-[A-Za-z0-9_-]{16,} | \b[rsp]k_(?:live|test)_[A-Za-z0-9]{8,} | \bAIza[A-Za-z0-9_-]{20,} | \bya29\.[A-Za-z0-9_-]{10,}
        | \bhv[bsr]\.[A-Za-z0-9_-]{10,} | \bSG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+ | \bAGE-SECRET-KEY-[A-Z0-9]+ | \bglsa_[A-Za-z0-9_]{16,}
        | (?i:X-Amz-[A-Za-z-]+)=([^&\s"'<>]+)
        | [A-Za-z][A-Za-z0-9+.-]{0,30}://([^\s/?\#"'<>@]*)@(?:sha256:)?
        | [A-Za-z][A-Za-z0-9+.-]{0,30}://([^\s:/?\#"'<>@]+:[^\s"'<>@]*?[^\s"'<>@0-9/][^\s"'<>@]*/[^\s"'<>@]*)@"#,
    )
});

// A key that says what its value is, up to the sign behind it.
static KEY: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?ix)
        ((?:[a-z0-9_.-]*(?:
            passw(?:or)?d | passphrase | pwd | secret | token | api[_-]?key | access[_-]?key | account[_-]?key | private[_-]?key
            | credential | signature | auth | cookie | session | [_-]key | [_-]pass | [_-]pat | [?&]sig
          )[a-z0-9_.-]*) | \bkey | \bpass | \bdsn | \bsig)
        (\\*["']?) \s* (=>|:=|=|:|\s) \s*"#,
    )
});

// The value behind such a key: in quotes, in quotes that are escaped, or bare.
static VALUE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?xi)^(?:
        \\+"([^"\\\r\n]*) | \\+'([^'\\\r\n]*) | "((?:[^"\\\r\n]|\\.)*) | '((?:[^'\\\r\n]|\\.)*)
        | ((?:(?:basic|bearer|digest|negotiate|token|aws4-hmac-sha256)\s+)[^\s"'<>,;\\]+ | [^\s"'<>\\\[\]{}]+)
        )"#,
    )
});

static BEARER: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{6,})"));
static COOKIE: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r#"(?i)\bcookie:\s*([^\r\n"]+)"#));
// As long as a secret access key.
static FORTY: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"[A-Za-z0-9/+]{40,}"));

/// Hides what can be nothing else.
pub(super) fn unmistakable(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in UNMISTAKABLE.captures_iter(text) {
        let mut groups = found.groups();
        let Some(whole) = groups.next() else { continue };
        // `docker://name@sha256:…` is a reference, not a user.
        if whole.as_str().ends_with("@sha256:") {
            continue;
        }
        let secret = groups.next().unwrap_or(whole);
        // Code of ours: `postgresql://USER:{quote_plus(password)}@HOST`.
        if work.ours && secret.as_str().contains('{') {
            continue;
        }
        // `scheme://user:password@`: users are called like databases.
        if let Some((user, _)) = secret.as_str().split_once(':').filter(|_| whole.as_str().contains("://")) {
            work.names.add(user, "user");
        }
        let kind = if whole.as_str().len() == 20 && whole.as_str().starts_with('A') { "access-key" } else { HIDDEN };
        work.hide(secret.range(), kind);
    }
}

/// Hides what stands behind a key that tells what it is, and what only chance would write.
pub(super) fn likely(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in COOKIE.captures_iter(text).filter_map(|found| found.get(1)) {
        work.hide(found.range(), HIDDEN);
    }
    keyed(work);
    for found in BEARER.captures_iter(text).filter_map(|found| found.get(1)) {
        let word = found.as_str().to_ascii_lowercase();
        let names = ["auth", "credential", "challenge", "token", "realm=", "scheme", "integrity", "constraint"];
        if !names.iter().any(|name| word.starts_with(name)) {
            work.hide(found.range(), HIDDEN);
        }
    }
}

/// Hides what is as long as a secret access key and as mixed. Paths may be as well, so those that tell what they are come first.
pub(super) fn by_chance(work: &mut Work<'_, '_>) {
    for found in FORTY.find_iter(work.text()) {
        let has = |is: fn(&u8) -> bool| found.as_str().as_bytes().iter().any(is);
        let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        if mixed && found.as_str().len() == 40 && !found.as_str().starts_with('/') {
            work.hide(found.range(), HIDDEN);
        }
    }
}

fn keyed(work: &mut Work<'_, '_>) {
    let text = work.text();
    let mut next = 0;
    while let Some(found) = KEY.captures(&text[next..]) {
        let (Some(whole), Some(key), Some(close), Some(sign)) =
            (found.get(0), found.get(1), found.get(2), found.get(3))
        else {
            return;
        };
        let (start, value_at) = (next + key.start(), next + whole.end());
        next = value_at;
        let Some(value) = VALUE.captures(&text[value_at..]).and_then(|found| found.groups().nth(1)) else { continue };
        let in_quotes = value.start() > 0;
        let piece = if in_quotes { value.as_str() } else { bare(value.as_str()) };
        // `:secret:` in an ARN is no key.
        if !text[..start].ends_with(':') && is_secret(key.as_str(), close.as_str(), sign.as_str(), piece, in_quotes) {
            let at = value_at + value.start();
            work.hide(at..at + piece.len(), HIDDEN);
            next = at + piece.len();
        }
    }
}

/// Without what belongs to the sentence around it: `, user=x`, a full stop, a bracket.
fn bare(value: &str) -> &str {
    let another = value.char_indices().find(|(at, character)| {
        matches!(character, ',' | ';' | '&') && {
            let rest =
                value[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
            rest.len() < value.len() - at - 1 && rest.starts_with(['=', ':'])
        }
    });
    let value = another.map_or(value, |(at, _)| &value[..at]);
    value.trim_end_matches([')', '}', ']', '.', ',', ';', ':'])
}

/// Whether it is a secret that stands behind the key. After `=` it always is; after `:` or a blank a sentence may go on.
fn is_secret(key: &str, close: &str, sign: &str, value: &str, in_quotes: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    let says_nothing = ["true", "false", "null", "none", "nil", "undefined", "masked", "redacted"]
        .contains(&lower.as_str())
        || !value.chars().any(char::is_alphanumeric);
    // What these hold is told by other rules.
    if says_nothing || lower.starts_with("arn:") || lower.starts_with("http://") || lower.starts_with("https://") {
        return false;
    }
    let key = key.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| key.ends_with(word));
    let strong = has(&[
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret_key",
        "secretkey",
        "secret-key",
        "api_key",
        "apikey",
        "api-key",
        "access_key",
        "accesskey",
        "access-key",
        "secretaccesskey",
        "private_key",
        "privatekey",
        "client_secret",
        "clientsecret",
        "authorization",
        "_token",
        "-token",
        "accesstoken",
        "authtoken",
        "refreshtoken",
        "idtoken",
        "sessiontoken",
    ]);
    let mixed = value.len() >= 6
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    match sign {
        "=" | ":=" | "=>" => true,
        // `--password value`
        sign if sign.trim().is_empty() => strong && close.is_empty() && key.starts_with('-'),
        _ if has(&["sessionid", "session_id", "tokencode"]) => false,
        _ if !close.is_empty() => true,
        _ => strong || in_quotes && !lower.contains(' ') || mixed || value.len() >= 24,
    }
}

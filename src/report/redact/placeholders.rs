//! Which placeholder stands for which value: the same one all through a run.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// What a placeholder is called after: `account` gives `account-1`, `account-2`, …
pub(super) type Kind = &'static str;

/// Passwords, tokens, keys: whatever lets somebody in.
pub(super) const HIDDEN: Kind = "hidden";

/// Kinds of names. The kind under which a value is first seen is the one that it keeps.
const NAMES: [Kind; 35] = [
    "access-key",
    "account",
    "bucket",
    "capacity-provider",
    "cluster",
    "container",
    "container-instance",
    "deployment",
    "digest",
    "email",
    "function",
    "group",
    "host",
    "id",
    "image",
    "kms-key",
    "load-balancer",
    "log-group",
    "log-stream",
    "name",
    "namespace",
    "object",
    "parameter",
    "policy",
    "private-ip",
    "repository",
    "resource",
    "role",
    "secret",
    "service",
    "session",
    "target-group",
    "task",
    "task-definition",
    "user",
];

/// Kinds of ids that say themselves what they are: `subnet-0123abcd` becomes `subnet-1`.
pub(super) const IDS: [Kind; 27] = [
    "acl", "ami", "asg", "dopt", "eigw", "eipalloc", "eipassoc", "eni", "fs", "fsap", "fsmt", "i", "igw", "lt", "nat",
    "pcx", "pl", "r", "rtb", "rtbassoc", "sg", "sgr", "snap", "subnet", "tgw", "vol", "vpc",
];

/// These have a second part before the number.
pub(super) const LONG_IDS: [Kind; 3] = ["vpce-svc", "vpce", "eni-attach"];

/// So many values are told apart, some hundred megabytes of them; all further ones are called `…-0`.
const MOST: usize = 4_000_000;

/// Values and their placeholders. Of a value only a keyed digest is kept.
pub(super) struct Placeholders {
    keys: RandomState,
    known: HashMap<u64, (Kind, u32)>,
    last: HashMap<Kind, u32>,
}

impl Placeholders {
    pub(super) fn new() -> Placeholders {
        Placeholders { keys: RandomState::new(), known: HashMap::new(), last: HashMap::new() }
    }

    /// The placeholder of a value. A placeholder stands for itself.
    pub(super) fn of(&mut self, kind: Kind, value: &str) -> String {
        if is_placeholder(kind, value) {
            return value.to_owned();
        }
        // A password may be somebody's name as well: it must not be told that it is.
        let key = self.keys.hash_one((kind == HIDDEN, value));
        if let Some((kind, number)) = self.known.get(&key) {
            return write(kind, *number, value);
        }
        if self.known.len() >= MOST {
            return write(kind, 0, value);
        }
        let number = self.last.entry(kind).or_default();
        *number += 1;
        self.known.insert(key, (kind, *number));
        write(kind, *number, value)
    }
}

/// Behind hosts, a domain that is nobody's: that a name has dots tells something.
const DOMAIN: &str = ".example.com";

fn write(kind: Kind, number: u32, value: &str) -> String {
    let domain = if kind == "host" && value.contains('.') { DOMAIN } else { "" };
    format!("{kind}-{number}{domain}")
}

/// Whether the value is a placeholder already: of this report, or of one that is read again.
pub(super) fn is_placeholder(kind: Kind, value: &str) -> bool {
    let value = value.strip_suffix(DOMAIN).filter(|host| host.starts_with("host-")).unwrap_or(value);
    let Some((word, number)) = value.rsplit_once('-') else { return kind == HIDDEN && value == "MASKED" };
    let numbered = number.len() <= 7 && number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty();
    numbered && if kind == HIDDEN { word == HIDDEN } else { is_kind(word) }
}

/// Whether a word is the first part of placeholders.
pub(super) fn is_kind(word: &str) -> bool {
    NAMES.contains(&word) || IDS.contains(&word) || LONG_IDS.contains(&word) || word == HIDDEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_placeholder_and_a_placeholder_has_itself() {
        let mut placeholders = Placeholders::new();
        assert_eq!(placeholders.of("cluster", "prod"), "cluster-1");
        assert_eq!(placeholders.of("cluster", "test"), "cluster-2");
        assert_eq!(placeholders.of("service", "prod"), "cluster-1");
        assert_eq!(placeholders.of("role", "cluster-2"), "cluster-2");
        assert_eq!(placeholders.of(HIDDEN, "prod"), "hidden-1");
        assert_eq!(placeholders.of(HIDDEN, "cluster-2"), "hidden-2");
        assert_eq!(placeholders.of(HIDDEN, "hidden-2"), "hidden-2");
        assert_eq!(placeholders.of(HIDDEN, "MASKED"), "MASKED");
    }
}

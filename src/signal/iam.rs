//! AccessDenied texts: who may not do what on what, and which policy the suffix names.

use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::pattern::Pattern;
use crate::vocabulary::{Answer, Fact, PolicyKind, SignalName, Value};
use std::sync::LazyLock;

static DENIED: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?i)(?:User:?\s+(\S+?)\s+is\s+)?not\s+authorized\s+to\s+perform:?\s+([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?:\s+on\s+(?:the\s+)?resource:?\s+(\S+))?",
    )
});
static SUFFIX: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?ix)(?:because\s+no\s+|with\s+an\s+explicit\s+deny\s+in\s+(?:an?\s+)?)
        (identity-based\s+polic|resource-based\s+polic|VPC\s+endpoint\s+polic|permissions\s+boundar|session\s+polic|service\s+control\s+polic|resource\s+control\s+polic)",
    )
});
static ASSUMED_ROLE: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"assumed-role/([A-Za-z0-9_+=,.@-]+)"));

pub(super) fn read(reading: Reading<'_>, seen: &Seen, signals: &mut Signals) {
    let text = reading.text;
    // A search is cheap; an expression is compiled when it can match at all.
    if !seen.any(&[Sign::Authorized, Sign::AssumedRole, Sign::Policy, Sign::Boundary]) {
        return;
    }
    if seen.has(Sign::Authorized)
        && let Some(found) = DENIED.captures(text)
    {
        if let Some(action) = found.get(2) {
            let means = format!("the call that was refused is {}", action.as_str());
            signals.push(reading.signal(SignalName::IamAction, Value::text(action.as_str()), action.range(), means));
            signals.push(reading.signal(
                SignalName::Answered,
                Answer::Yes,
                action.range(),
                "the service answered, so the network path is good",
            ));
            signals.fact(Fact::Action, action.as_str());
        }
        if let Some(resource) = found.get(3) {
            signals.fact(Fact::Resource, resource.as_str().trim_end_matches(['.', ',', ';']));
        }
    }
    if seen.has(Sign::AssumedRole)
        && let Some(found) = ASSUMED_ROLE.captures(text)
        && let Some(role) = found.get(1)
    {
        let means = format!("the call was made as the role {}", role.as_str());
        signals.push(reading.signal(SignalName::Role, Value::text(role.as_str()), role.range(), means));
        signals.fact(Fact::Role, role.as_str());
    }
    if let Some(found) = SUFFIX.captures(text)
        && let (Some(whole), Some(kind)) = (found.get(0), found.get(1))
    {
        let words = kind.as_str().to_ascii_lowercase();
        let explicit = whole.as_str().to_ascii_lowercase().contains("explicit");
        let (policy, what) = if words.starts_with("identity") {
            (PolicyKind::Identity, "the role's own policies")
        } else if words.starts_with("resource-based") {
            (PolicyKind::Resource, "the policy on the resource itself")
        } else if words.starts_with("vpc") {
            (PolicyKind::VpcEndpoint, "the policy of the VPC endpoint")
        } else if words.starts_with("permissions") {
            (PolicyKind::PermissionsBoundary, "the role's permissions boundary")
        } else if words.starts_with("session") {
            (PolicyKind::Session, "the session policy")
        } else if words.starts_with("service") {
            (PolicyKind::ServiceControl, "a service control policy of the organization")
        } else {
            (PolicyKind::ResourceControl, "a resource control policy of the organization")
        };
        let means = if explicit { format!("{what} denies it explicitly") } else { format!("{what} do not allow it") };
        signals.push(reading.signal(SignalName::PolicyKind, policy, whole.range(), means.clone()));
        if explicit {
            signals.push(reading.signal(SignalName::ExplicitDeny, Answer::Yes, whole.range(), means));
        }
    }
}

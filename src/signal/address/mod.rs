//! Addresses in texts, and what they are by AWS's published ranges.

mod ranges;

pub use ranges::{Known, Ranges, RangesError};

use super::{Reading, Signals};
use crate::pattern::Pattern;
use crate::vocabulary::{AddressScope, Fact, SignalName, Value};
use std::net::IpAddr;
use std::sync::LazyLock;

static ADDRESS: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)
        \b((?:\d{1,3}\.){3}\d{1,3})(:\d{1,5})?
        | \[([0-9a-fA-F:]{3,39}(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})?)(?:%[a-z0-9]+)?\](:\d{1,5})?",
    )
});

/// Scope of an address that needs no list, or `None` for a public one.
pub fn scope(address: IpAddr) -> Option<AddressScope> {
    match address {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            if address.is_loopback() {
                Some(AddressScope::Loopback)
            } else if address.is_private() {
                Some(AddressScope::Private)
            } else if address.is_link_local() {
                Some(AddressScope::LinkLocal)
            } else if a == 100 && (64..128).contains(&b) {
                Some(AddressScope::Shared)
            } else {
                None
            }
        }
        IpAddr::V6(address) => {
            if let Some(mapped) = address.to_ipv4_mapped() {
                return scope(IpAddr::V4(mapped));
            }
            let first = address.segments()[0];
            if address.is_loopback() {
                Some(AddressScope::Loopback)
            } else if first & 0xffc0 == 0xfe80 {
                Some(AddressScope::LinkLocal)
            } else if first & 0xfe00 == 0xfc00 {
                Some(AddressScope::Private)
            } else {
                None
            }
        }
    }
}

/// What an address is, in words.
pub fn describe(ranges: &Ranges, address: IpAddr) -> (AddressScope, Option<Known<'_>>, String) {
    match address.to_string().as_str() {
        "169.254.170.2" | "169.254.170.23" => {
            return (AddressScope::LinkLocal, None, "the task's metadata and credentials".to_owned());
        }
        "169.254.169.254" => return (AddressScope::LinkLocal, None, "the instance's metadata".to_owned()),
        "169.254.169.253" => return (AddressScope::LinkLocal, None, "the Amazon DNS resolver".to_owned()),
        _ => {}
    }
    match scope(address) {
        Some(AddressScope::Private) => {
            (AddressScope::Private, None, "a private address, inside the VPC or a network joined to it".to_owned())
        }
        Some(AddressScope::Shared) => (
            AddressScope::Shared,
            None,
            "an address of 100.64.0.0/10, inside the VPC or a network joined to it".to_owned(),
        ),
        Some(AddressScope::Loopback) => (AddressScope::Loopback, None, "the host itself".to_owned()),
        Some(other) => (other, None, "a link-local address".to_owned()),
        None => match ranges.look_up(address) {
            Some(known) => {
                let means = known.describe();
                (AddressScope::Aws, Some(known), means)
            }
            None => {
                let means = format!(
                    "a public address that is not in AWS's list of {}: it may be anybody's, or newer than the list",
                    ranges.date()
                );
                (AddressScope::Unlisted, None, means)
            }
        },
    }
}

/// Whether a dot stands between digits, or an opening bracket before three bytes of an address.
fn may_hold_address(text: &[u8]) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    memchr::memchr_iter(b'.', text).any(|at| digit(at.checked_sub(1)) && digit(Some(at + 1)))
        || memchr::memchr_iter(b'[', text).any(|at| {
            let rest = text.get(at + 1..at + 4);
            rest.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b':'))
        })
}

/// Reads the address that was dialled. The source of a connection and a DNS server are not it.
pub(super) fn read(reading: Reading<'_>, ranges: &Ranges, signals: &mut Signals) {
    let text = reading.text;
    let mut dialled = None;
    if !may_hold_address(text.as_bytes()) {
        return;
    }
    for found in ADDRESS.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let (Some(number), port) = (found.get(1).or_else(|| found.get(3)), found.get(2).or_else(|| found.get(4)))
        else {
            continue;
        };
        let Ok(address) = number.as_str().parse::<IpAddr>() else { continue };
        // "Bind for 0.0.0.0:80" listens everywhere and dials nobody.
        if address.is_unspecified() {
            continue;
        }
        let before = text[..whole.start()].trim_end();
        let is_source = text[whole.end()..].starts_with("->");
        let is_resolver = port.is_some_and(|port| port.as_str() == ":53");
        if is_resolver {
            signals.fact(Fact::Resolver, number.as_str());
            continue;
        }
        let introduced = ["dial tcp", "dial udp", "connect", "->", "IP address", "ETIMEDOUT", "ECONNREFUSED"]
            .iter()
            .any(|word| before.ends_with(word));
        if is_source || before.ends_with(" on") || before.ends_with("instance") || !(introduced || port.is_some()) {
            continue;
        }
        dialled = Some((address, number.range()));
    }
    let Some((address, range)) = dialled else { return };
    let (scope, known, means) = describe(ranges, address);
    signals.push(reading.signal(SignalName::Address, Value::text(address.to_string()), range.clone(), means.clone()));
    signals.push(reading.signal(SignalName::AddressScope, scope, range.clone(), means.clone()));
    signals.fact(Fact::Address, &address.to_string());
    if let Some(known) = known {
        signals.fact(Fact::AddressRange, &known.range());
        if known.region != "GLOBAL" {
            signals.fact(Fact::AddressRegion, known.region);
        }
        let service = known.service.to_ascii_lowercase();
        signals.fact(Fact::AddressService, &service);
        signals.push(reading.signal(SignalName::AddressService, Value::text(service), range, means));
    }
}

//! What is known by its shape: addresses, ids, accounts, e-mail; and by the words around it.

use super::Work;
use super::placeholders::{IDS, Kind, LONG_IDS};
use crate::pattern::Pattern;
use crate::signal::address::scope;
use crate::vocabulary::AddressScope;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

static EMAIL: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"));
static ID: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r"([a-z]+(?:-[a-z]+)?)-([0-9a-f]{8,17})(?:-[a-z0-9]{8})?"));
static HEX: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)
        \b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}
        | \bsha256:([0-9a-f]{8,64})
        | [0-9a-f]{64} | [0-9a-f]{32}(?:-[0-9]{5,12})?
        | \becs-svc/([0-9]{6,20})",
    )
});
static ACCOUNT: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"[0-9]{4}-[0-9]{4}-[0-9]{4}|[0-9]+"));
static ADDRESS: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)
        [0-9]{1,3}(?:[.-][0-9]{1,3}){3}
        | [0-9a-fA-F]{0,4}:[0-9a-fA-F:]*[0-9]{1,3}(?:\.[0-9]{1,3}){3}
        | [0-9a-fA-F]{0,4}:[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*",
    )
});

/// Blocks of addresses that are everybody's.
const BLOCKS: [&str; 7] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8", "fc00::/7", "fe80::/10"];

// Where ECS, its agent and AWS's sentences put a name.
static PLACE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        [(\[](service|cluster|container|target-group|elb|task|deployment)\ ([^\s,()\[\]]+)
        | ^(service)\ ([^\s,()]+)\ (?:was|is|has|failed|could|deployment|reached|\()
        | \b(?i:log\ (?:group|stream)|bucket|execution\ role|task\ role|role|cluster|service|secret|parameter|repository|container)
            (?:\ (?:named|name|is|=|:))? \s+ (?:\\?["'`])([A-Za-z0-9_./+=@-]+)\\?["'`]"#,
    )
});

pub(super) fn emails(work: &mut Work<'_, '_>) {
    for found in EMAIL.find_iter(work.text()) {
        // `user:password@host` has been told apart already.
        if !work.is_open(found.range()) {
            continue;
        }
        if let Some((own, _)) = found.as_str().split_once('@').filter(|(own, _)| own.len() > 3) {
            work.names.add(own, "user");
        }
        work.hide(found.range(), "email");
    }
}

/// Ids with a kind before them: `subnet-…`, `vpce-svc-…`.
pub(super) fn ids(work: &mut Work<'_, '_>, within: Range<usize>) {
    let text = work.text();
    for found in ID.captures_iter(&text[within.clone()]) {
        let (Some(word), Some(whole)) = (found.get(1), found.get(0)) else { continue };
        let parts = word.as_str();
        let all = LONG_IDS.iter().chain(&IDS).find(|kind| **kind == parts);
        // `my-vpc-0123…`: only the last word tells the kind.
        let last = || IDS.iter().find(|kind| parts.rsplit('-').next() == Some(kind));
        let Some(kind) = all.or_else(last) else { continue };
        let start = within.start + word.end() - kind.len();
        let before = text[..start].chars().next_back();
        if !before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            work.hide(start..within.start + whole.end(), kind);
        }
    }
}

/// Ids of tasks, requests and images.
pub(super) fn hex(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in HEX.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let before = text.as_bytes()[..whole.start()].last().is_some_and(u8::is_ascii_hexdigit);
        let after = text.as_bytes()[whole.end()..].first().is_some_and(u8::is_ascii_hexdigit);
        match (found.get(1), found.get(2)) {
            (Some(digest), _) => work.hide(digest.range(), "digest"),
            (_, Some(deployment)) => work.hide(deployment.range(), "deployment"),
            _ if before || after => {}
            _ => {
                let task = text[..whole.start()].ends_with("task ") || text[..whole.start()].ends_with("task/");
                work.name(whole.range(), if task { "task" } else { "id" });
            }
        }
    }
}

/// Twelve digits, as AWS writes them: in one, or in three groups.
pub(super) fn accounts(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in ACCOUNT.find_iter(text) {
        let digits = found.as_str();
        let grouped = digits.len() == 14 && digits.contains('-');
        let more = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        let bytes = text.as_bytes();
        let alone = !grouped || !(more(bytes[..found.start()].last()) || more(bytes.get(found.end())));
        if (digits.len() == 12 || grouped) && alone {
            work.name(found.range(), "account");
        }
    }
}

/// Private addresses: also as a part of a host's name (`ip-10-0-0-1`), and within an IPv6 one.
pub(super) fn addresses(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in ADDRESS.find_iter(text) {
        let piece = found.as_str();
        let is_v6 = piece.contains(':');
        let dashed = !is_v6 && piece.contains('-');
        if dashed && (piece.contains('.') || !text[..found.start()].ends_with("ip-")) {
            continue;
        }
        let beside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        let bytes = text.as_bytes();
        if beside(bytes[..found.start()].last()) || beside(bytes.get(found.end())) {
            continue;
        }
        if is_v6 {
            v6(work, found.range());
        } else if piece.replace('-', ".").parse().is_ok_and(|address: IpAddr| is_private(address))
            && !is_block(text, found.range())
        {
            let value = piece.replace('-', ".");
            work.hide_as(found.range(), "private-ip", &value);
        }
    }
}

/// Colons may follow an address (`fd00::1: timeout`), or stand before it.
fn v6(work: &mut Work<'_, '_>, range: Range<usize>) {
    let text = work.text();
    let piece = &text[range.clone()];
    let end = piece.trim_end_matches(':').len();
    for length in [piece.len(), end, (end + 2).min(piece.len())] {
        let Ok(address) = piece[..length].parse::<IpAddr>() else { continue };
        let at = range.start..range.start + length;
        if is_private(address) && !is_block(text, at.clone()) {
            let value = match address {
                IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
                IpAddr::V4(_) => address,
            };
            work.hide_as(at, "private-ip", &value.to_string());
        }
        return;
    }
    // `Address:10.0.0.1` and the like: what stands behind the colons is an address of its own.
    if let Some(at) = piece.rfind(':')
        && piece[at + 1..].parse().is_ok_and(is_private)
    {
        work.hide_as(range.start + at + 1..range.end, "private-ip", &piece[at + 1..]);
    }
}

fn is_private(address: IpAddr) -> bool {
    let embedded = match address {
        IpAddr::V6(v6) => {
            let [a, b, .., c, d] = v6.segments();
            // The well-known prefix of NAT64, and addresses that only carry an IPv4 one.
            let carries = (a, b) == (0x64, 0xff9b) || v6.segments()[..6].iter().all(|part| *part == 0) && c != 0;
            let [high, low] = [c.to_be_bytes(), d.to_be_bytes()];
            carries.then(|| IpAddr::from([high[0], high[1], low[0], low[1]]))
        }
        IpAddr::V4(_) => None,
    };
    let link_local_v6 = address.is_ipv6() && scope(address) == Some(AddressScope::LinkLocal);
    link_local_v6
        || [Some(address), embedded]
            .into_iter()
            .flatten()
            .any(|one| matches!(scope(one), Some(AddressScope::Private | AddressScope::Shared)))
}

/// Whether it is one of the blocks that are set aside for private use, as a whole.
fn is_block(text: &str, range: Range<usize>) -> bool {
    BLOCKS.iter().any(|block| text[range.start..].starts_with(block) && block.find('/') == Some(range.len()))
}

/// Names where messages put them.
pub(super) fn places(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in PLACE.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let groups: Vec<_> = found.groups().skip(1).collect();
        let Some(name) = groups.last() else { continue };
        let said = whole.as_str().to_ascii_lowercase();
        let said = said.trim_start_matches(['(', '[']);
        const KINDS: [(&str, Kind); 14] = [
            ("log group", "log-group"),
            ("log stream", "log-stream"),
            ("bucket", "bucket"),
            ("execution role", "role"),
            ("task role", "role"),
            ("role", "role"),
            ("cluster", "cluster"),
            ("service", "service"),
            ("secret", "secret"),
            ("parameter", "parameter"),
            ("repository", "repository"),
            ("container", "container"),
            ("target-group", "target-group"),
            ("task", "task"),
        ];
        let kind = KINDS.iter().find(|(word, _)| said.starts_with(word)).map_or("resource", |(_, kind)| *kind);
        // `(deployment ecs-svc/123)` is told by its number.
        if !name.as_str().starts_with("arn:") && !name.as_str().starts_with("ecs-svc/") {
            let end = name.start() + name.as_str().trim_end_matches(['.', ':', ',']).len();
            work.name(name.start()..end, kind);
        }
    }
}

//! ARNs: the account and the names in them. Partition, service, region and type stay.

use super::Work;
use super::placeholders::Kind;
use crate::pattern::Pattern;
use std::ops::Range;
use std::sync::LazyLock;

static ARN: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(r#"\barn:aws[a-z-]*:([^\s:"',]*):([^\s:"',]*):([^\s:"',]*):([^\s"'`<>()\[\]{}|;,\\]+)"#)
});

/// What follows a type: names of these kinds, the last of them for all further ones.
const TYPES: [(&str, &[Kind]); 33] = [
    ("accesspoint", &["bucket"]),
    ("access-point", &["resource"]),
    ("alias", &["kms-key"]),
    ("assumed-role", &["role", "session"]),
    ("capacity-provider", &["capacity-provider"]),
    ("cluster", &["cluster"]),
    ("container", &["cluster", "task", "id"]),
    ("container-instance", &["cluster", "container-instance"]),
    ("daemon", &["cluster", "service"]),
    ("federated-user", &["user"]),
    ("file-system", &["resource"]),
    ("function", &["function"]),
    ("group", &["group"]),
    ("instance-profile", &["role"]),
    ("key", &["kms-key"]),
    ("listener", &["load-balancer", "id"]),
    ("listener-rule", &["load-balancer", "id"]),
    ("loadbalancer", &["load-balancer", "id"]),
    ("log-group", &["log-group"]),
    ("log-stream", &["log-stream"]),
    ("namespace", &["namespace"]),
    ("parameter", &["parameter"]),
    ("policy", &["policy"]),
    ("role", &["role"]),
    ("secret", &["secret"]),
    ("service", &["cluster", "service"]),
    ("service-deployment", &["cluster", "service", "id"]),
    ("service-revision", &["cluster", "service", "id"]),
    ("targetgroup", &["target-group", "id"]),
    ("task", &["cluster", "task"]),
    ("task-definition", &["task-definition"]),
    ("task-set", &["cluster", "service", "id"]),
    ("user", &["user"]),
];

/// Names that hold slashes: they are one name.
const WITH_SLASHES: [&str; 7] = ["secret", "parameter", "log-group", "log-stream", "alias", "policy", "namespace"];

pub(super) fn arns(work: &mut Work<'_, '_>) {
    let text = work.text();
    if !text.contains("arn:aws") {
        return;
    }
    for found in ARN.captures_iter(text) {
        let (Some(service), Some(account), Some(resource)) = (found.get(1), found.get(3), found.get(4)) else {
            continue;
        };
        // AWS's own: `arn:aws:iam::aws:policy/…`, and the buckets with ECR's layers.
        if account.as_str() == "aws" || resource.as_str().contains("starport-layer-bucket") {
            work.keep(resource.range());
            continue;
        }
        if account.as_str() != "*" {
            work.name(account.range(), "account");
        }
        let end = resource.start() + resource.as_str().trim_end_matches(['.', ',', ':']).len();
        let range = resource.start()..end;
        match service.as_str() {
            "s3" => object(work, range),
            _ => names(work, range),
        }
    }
}

/// `bucket`, `bucket/key`.
pub(super) fn object(work: &mut Work<'_, '_>, range: Range<usize>) {
    let text = work.text();
    let end = text[range.clone()].find('/').map_or(range.end, |at| range.start + at);
    work.name(range.start..end, "bucket");
    if end < range.end {
        work.name(end + 1..range.end, "object");
    }
}

/// `type/name/name`, `type:name`, `name`.
fn names(work: &mut Work<'_, '_>, range: Range<usize>) {
    let text = work.text();
    let resource = &text[range.clone()];
    let Some(delimiter) = resource.find(['/', ':']) else {
        // A queue, a topic. `root` is every account's.
        if resource != "root" {
            work.name(range, "resource");
        }
        return;
    };
    let kind = &resource[..delimiter];
    let rest = range.start + delimiter + 1..range.end;
    let public = [("role", "aws-service-role/"), ("alias", "aws/"), ("parameter", "aws/service/")];
    if public.iter().any(|(of, start)| kind == *of && text[rest.clone()].starts_with(start)) {
        work.keep(rest);
        return;
    }
    let known = TYPES.iter().find(|(name, _)| *name == kind);
    if known.is_none() && kind != "repository" && !kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        work.name(range, "resource");
        return;
    }
    if kind == "repository" {
        super::hosts::repository(work, rest);
        return;
    }
    let kinds: &[Kind] = known.map_or(&["resource"], |(_, kinds)| kinds);
    let one = WITH_SLASHES.contains(&kind);
    let pieces = pieces(text, rest.clone(), if one { &[':'] } else { &['/', ':'] });
    // Old ARNs of ECS lack the cluster.
    let old = pieces.len() == 1 && kinds.len() > 1 && kinds[0] == "cluster";
    let mut next = usize::from(old);
    for (at, piece) in pieces.iter().enumerate() {
        let value = &text[piece.clone()];
        if at == 0 && matches!(value, "app" | "net" | "gwy") && kinds[0] == "load-balancer" {
            continue;
        }
        if at > 0 && value == "log-stream" {
            next = usize::MAX;
            continue;
        }
        // A revision, or `password::` behind a secret.
        if at > 0 && one && kind != "log-group" || value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() < 10 {
            continue;
        }
        let of = if next == usize::MAX { "log-stream" } else { kinds[next.min(kinds.len() - 1)] };
        work.name(piece.clone(), of);
        next = next.saturating_add(1);
    }
}

fn pieces(text: &str, range: Range<usize>, delimiters: &[char]) -> Vec<Range<usize>> {
    let mut start = range.start;
    text[range]
        .split(delimiters)
        .map(|piece| {
            let piece = start..start + piece.len();
            start = piece.end + 1;
            piece
        })
        .collect()
}

//! Hosts, and what stands before and behind them: accounts, buckets, repositories.

use super::Work;
use crate::pattern::Pattern;
use std::ops::Range;
use std::sync::LazyLock;

static HOST: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"[A-Za-z0-9_*](?:[A-Za-z0-9_*-]*\.)+[A-Za-z0-9_-]+"));

// A host without a dot, where only a host stands.
static SINGLE: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::new(
        r#"(?xi)(?:
        \blookup\s+ | \b(?:could\ not\ resolve\ host|unknown\ host|getaddrinfo\ [a-z_]+):?\s+
        | \b(?:https?|tcp|udp|wss?|amqps?|rediss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|kafka|ldaps?|ftp|nfs|jdbc:[a-z]+)://(?:[^\s/@"']*@)?
        )([A-Za-z0-9_][A-Za-z0-9_-]*)"#,
    )
});

static BUCKET_URL: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r#"\bs3://([^\s"'`,;?]+)"#));

/// Domains of AWS.
const AWS: [&str; 12] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "on.aws",
    "ecr.aws",
    "aws.amazon.com",
    "amazon.com",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];

/// Labels of AWS's own hosts. Any other label before its domains is a customer's.
const AWS_LABELS: &str = " a4b account acm acm-pca admin airflow amazon amazonaws aoss api apigateway app appconfig \
    application-autoscaling appmesh appmesh-envoy-management athena autoscaling aws batch bedrock c2s cache cache-redis \
    cdn cloudformation cloudfront cloudtrail cloudwatch codebuild codeartifact codedeploy cognito-identity cognito-idp com compute config \
    console d2glxqk2uabbnd d2iks1dkcwqcbx d5l0dvt14r5h8 dax dkr dkr-ecr docdb docs dms dseasb33srnrn dualstack dynamodb ebs ec2 ec2messages ecr \
    ecr-public ecs ecs-agent ecs-telemetry efs eks elasticache elasticfilesystem elasticloadbalancing elb email es events \
    execute-api fips firehose fsx gallery glue guardduty guardduty-data health iam internal inspector kafka kinesis kms lambda \
    logs memory-db memorydb monitoring mq neptune ng oidc on organizations pricing prod public quicksight rds redshift registry \
    repost resource-groups route53 s3 s3-accelerate s3-control s3-fips s3-website s3files sagemaker schemas secretsmanager servicediscovery \
    serverless servicecatalog signin sns sqs ssm ssmmessages starport states sts support swf synthetics tagging us-east-1 vpc \
    vpce waf website www xray ";

/// Well-known public services: nobody is told by them.
const PUBLIC: [&str; 36] = [
    "alpinelinux.org",
    "apache.org",
    "archive.ubuntu.com",
    "cloudflare.docker.com",
    "datadoghq.com",
    "datadoghq.eu",
    "debian.org",
    "docker.com",
    "docker.elastic.co",
    "docker.io",
    "docker.n8n.io",
    "gcr.io",
    "ghcr.io",
    "github.com",
    "githubusercontent.com",
    "gitlab-static.net",
    "gitlab.com",
    "golang.org",
    "google.com",
    "googleapis.com",
    "grafana.com",
    "k8s.io",
    "mcr.microsoft.com",
    "newrelic.com",
    "nodejs.org",
    "npmjs.com",
    "npmjs.org",
    "opencontainers.org",
    "packages.microsoft.com",
    "pypi.org",
    "pythonhosted.org",
    "quay.io",
    "rubygems.org",
    "sentry.io",
    "ubuntu.com",
    "r2.cloudflarestorage.com",
];

/// Domains that a word with dots may end in to be a host. Not among them: what files and packages end in.
const ENDINGS: &str = " ac ai app at au be biz br ca ch cloud cn co com consul corp cz de dev dk edu es eu example fi fr gov home \
    ic ie info internal intra intranet io ip it jp kr lan local mil mx net nl no nz online org pl private pt ru se \
    sg site svc systems tech tv tw ua uk us za ";

pub(super) fn hosts(work: &mut Work<'_, '_>) {
    let text = work.text();
    for found in BUCKET_URL.captures_iter(text).filter_map(|found| found.get(1)) {
        super::arn::object(work, found.range());
    }
    for found in HOST.find_iter(text) {
        let (range, host) = (found.range(), found.as_str());
        let before = &text[..range.start];
        let in_path = before.ends_with('/') && !before.ends_with("//");
        if in_path || before.ends_with(['.', '-']) || host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            continue;
        }
        let lower = host.to_ascii_lowercase();
        if lower.starts_with("com.amazonaws.") && !lower.contains("vpce") {
            // The name of an endpoint's service.
            work.keep(range);
        } else if let Some(domain) = AWS.iter().copied().find(|domain| ends_in(&lower, domain)) {
            aws(work, range.clone(), domain.len());
            behind(work, range, lower.contains(".dkr") || lower.contains("s3"));
        } else if lower.ends_with(".cloudfront.net") {
            let end = range.start + host.find('.').unwrap_or(host.len());
            labels(work, range.start..end, "name");
            work.keep(range);
        } else if PUBLIC.iter().any(|domain| ends_in(&lower, domain)) {
            work.keep(range.clone());
            let official = ["registry.k8s.io", "mcr.microsoft.com", "github.com", "githubusercontent.com"];
            if !official.iter().any(|host| lower.ends_with(host)) {
                behind(work, range, true);
            }
        } else if !work.ours && is_host(before, &lower, &text[range.end..]) {
            work.name(range.clone(), "host");
            behind(work, range, true);
        }
    }
    if work.ours {
        return;
    }
    for found in SINGLE.captures_iter(text).filter_map(|found| found.get(1)) {
        let after = &text[found.end()..];
        let looked_up = !text[..found.start()].ends_with(char::is_whitespace)
            || after.is_empty()
            || after.starts_with([':', '\n', '"', '\''])
            || after.starts_with(" on ");
        if !after.starts_with('.') && looked_up {
            work.name(found.range(), "host");
        }
    }
}

fn ends_in(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_host(before: &str, host: &str, after: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let ending = format!(" {last} ");
    // Attributes and namespaces are written the other way round.
    let reversed =
        ["com.", "io.", "org.", "net.", "java.", "ecs.", "www.schemas."].iter().any(|start| host.starts_with(start));
    let letter = last.starts_with(|c: char| c.is_ascii_lowercase());
    // `user@host`, not `package@1.2.3`.
    let url = before.ends_with("://") || before.ends_with('@') && letter;
    let looked_up = ["lookup ", "host ", "Host: ", "server ", "for ", "//"].iter().any(|word| before.ends_with(word));
    let port = after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let letters = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_lowercase());
    url || !reversed && (ENDINGS.contains(&ending) || letters && looked_up && (port || before.ends_with("lookup ")))
}

/// The labels before a domain of AWS that are a customer's.
fn aws(work: &mut Work<'_, '_>, range: Range<usize>, domain: usize) {
    let text = work.text();
    let own = range.end - domain;
    let mut strange: Vec<Range<usize>> = Vec::new();
    let mut start = range.start;
    for label in text[range.start..own].split('.') {
        let end = start + label.len();
        // `ecs-tasks.amazonaws.com`: what stands directly before the domain alone is a service.
        let alone = start == range.start && end + 1 == own && !label.starts_with(|c: char| c.is_ascii_digit());
        if label.is_empty() || alone || is_label_of_aws(label) {
            work.keep(start..end);
        } else if let Some(last) = strange.last_mut().filter(|last| last.end + 1 == start) {
            // A bucket's name may have dots.
            last.end = end;
        } else {
            strange.push(start..end);
        }
        start = end + 1;
    }
    for strange in strange {
        let next = text[strange.end..range.end].trim_start_matches('.');
        let value = &text[strange.clone()];
        let kind = if next.starts_with("dkr") || value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit()) {
            "account"
        } else if next.starts_with("s3") {
            "bucket"
        } else {
            "name"
        };
        // Accounts that are masked already stay as they are, as does `REGION` in our fixes.
        let masked = !value.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        if !(masked && (kind == "account" || work.ours)) {
            labels(work, strange, kind);
        }
    }
    work.keep(own..range.end);
}

/// Ids say themselves what they are.
fn labels(work: &mut Work<'_, '_>, range: Range<usize>, kind: super::placeholders::Kind) {
    super::shapes::ids(work, range.clone());
    if work.is_open(range.clone()) && !is_label_of_aws(&work.text()[range.clone()]) {
        work.name(range, kind);
    } else {
        work.rest(range, kind);
    }
}

fn is_label_of_aws(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    let digits = lower.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '-');
    let region = {
        let mut parts = lower.split('-');
        let first = parts.next().unwrap_or_default();
        let last = parts.next_back().unwrap_or_default();
        first.len() == 2
            && parts.clone().next().is_some()
            && parts.all(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()))
            && (last.len() == 1 || last.len() == 2)
            && last.as_bytes()[0].is_ascii_digit()
    };
    // `ecs-a-1`, `s3-eu-west-1`, `ssm-fips`, `0001`, `use1`.
    let numbered = ["ecs-a-", "ecs-t-", "s3-website-", "s3-"].iter().any(|start| {
        lower.strip_prefix(start).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()) || is_label_of_aws(rest))
    });
    let short = lower.len() == 4 && (lower.bytes().all(|b| b.is_ascii_digit()) || digits.len() == 1 && digits != lower);
    region
        || numbered
        || short
        || lower == "*"
        || lower.ends_with("starport-layer-bucket")
        || AWS_LABELS.contains(&format!(" {} ", lower.trim_end_matches("-fips")))
}

/// The path behind a host: a repository, or an object. `https://…/v2/team/app/manifests/…` is a registry's.
fn behind(work: &mut Work<'_, '_>, host: Range<usize>, names: bool) {
    let text = work.text();
    let url = text[..host.start].ends_with("://") || text[..host.start].ends_with('@');
    let of_bucket = text[host.clone()].contains("s3") && !text[host.clone()].contains(".dkr");
    let mut start = host.end;
    if let Some(rest) = text[start..].strip_prefix(':') {
        start += 1 + rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    }
    let Some(path) = text[start..].strip_prefix('/') else { return };
    start += 1;
    let length =
        path.find(|c: char| !(c.is_ascii_alphanumeric() || "._/%+~*-".contains(c)) || c == ':').unwrap_or(path.len());
    let path = path[..length].trim_end_matches(['.', '/', '-']);
    let range = start..start + path.len();
    if path.is_empty() || !names {
        return;
    }
    if of_bucket {
        if url && !text[host].contains("starport-layer-bucket") {
            work.name(range, "object");
        }
        return;
    }
    if let Some(rest) = path.strip_prefix("v2/") {
        let cuts = ["/manifests", "/blobs", "/tags", "/referrers"];
        if let Some(end) = cuts.iter().filter_map(|cut| rest.find(cut)).min() {
            repository(work, start + 3..start + 3 + end);
        }
    } else if !url || text[host].contains(".dkr") {
        repository(work, range);
    }
}

/// A repository, but for those that everybody uses. What stands before the last slash is a name of its own: that there is one
/// tells something.
pub(super) fn repository(work: &mut Work<'_, '_>, range: Range<usize>) {
    let name = &work.text()[range.clone()];
    if is_shared(name) {
        return;
    }
    match name.rfind('/') {
        Some(slash) => {
            work.name(range.start..range.start + slash, "namespace");
            work.name(range.start + slash + 1..range.end, "repository");
        }
        None => work.name(range, "repository"),
    }
}

/// Images that everybody uses.
fn is_shared(repository: &str) -> bool {
    ["library/", "docker/library/", "amazon/", "aws-observability/", "datadog/"]
        .iter()
        .any(|start| repository.starts_with(start))
        || repository == "v2"
}

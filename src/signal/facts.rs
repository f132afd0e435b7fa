//! Values for fixes: names and ids that stand in the texts or fields of a record.

use super::signs::{Seen, Sign};
use super::{Reading, Signals};
use crate::finder::find_without_case as find;
use crate::pattern::Pattern;
use crate::record::Record;
use crate::vocabulary::{Endpoint, Fact, FileSystem, Relation, SignalName, Stage, Value};
use std::sync::LazyLock;

/// An expression whose first group is the fact's value.
struct FactPattern {
    fact: Fact,
    /// Looked for first: an expression costs more than a search.
    sign: &'static str,
    /// Compiled when its sign is first seen: most runs need few of them.
    expression: LazyLock<Pattern>,
}

/// A row of the table below.
macro_rules! patterns {
    ($(($fact:expr, $sign:literal, $expression:expr),)*) => {
        /// Rows of the table.
        pub(super) const COUNT: usize = [$($fact),*].len();

        static PATTERNS: [FactPattern; COUNT] =
            [$(FactPattern { fact: $fact, sign: $sign, expression: LazyLock::new(|| Pattern::new($expression)) },)*];
    };
}

patterns! {
    (Fact::Secret, ":secretsmanager:", r#"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:[^\s:]*:secret:[^\s:"',]+)"#),
    (Fact::SecretRegion, ":secretsmanager:", r"arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):"),
    (Fact::Parameter, ":parameter/", r#"arn:aws[a-z-]*:ssm:[a-z0-9-]*:[^\s:]*:parameter(/[^\s"',]+)"#),
    (Fact::Parameter, "parameters:", r#"(?i)invalid (?:ssm )?parameters:\s*([A-Za-z0-9_./-]+)"#),
    (Fact::JsonKey, "json key", r"(?i)json\s+key\s+([A-Za-z0-9_.-]+?)\.?(?:\s|$)"),
    (Fact::LogGroup, ":log-group:", r":log-group:([^\s:]+)"),
    (Fact::LogRegion, ":logs:", r"arn:aws[a-z-]*:logs:([a-z0-9-]+):"),
    (Fact::LogOption, "awslogs-", r"\b(awslogs-[a-z-]+)\b"),
    (Fact::Role, ":role/", r"arn:aws[a-z-]*:iam::[^\s:]*:role/(?:[A-Za-z0-9_+=,.@-]+/)*([A-Za-z0-9_+=,.@-]+)"),
    (Fact::KmsKey, ":kms:", r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:[^\s:]*:(?:key|alias)/[A-Za-z0-9/_-]+)"),
    (Fact::Bucket, ":s3:::", r"arn:aws[a-z-]*:s3:::([a-z0-9.-]+)"),
    (Fact::ObjectKey, ":s3:::", r#"arn:aws[a-z-]*:s3:::[a-z0-9.-]+/([^\s"',:]+)"#),
    (Fact::Bucket, ".s3", r"https://([a-z0-9][a-z0-9.-]*?)\.s3[.-]"),
    (Fact::ObjectKey, ".s3", r#"https://[a-z0-9.-]+\.s3[a-z0-9.-]*/([^\s"'?]+)"#),
    (Fact::ObjectKey, "s3 config", r"(?i)s3 config\s+([^\s,]+)\s+from"),
    (Fact::Bucket, "bucket", r#"(?i)from bucket\s+"?([a-z0-9.-]+)"#),
    (Fact::ObjectKey, "key ", r"(?i)file with key\s+([^\s,]+)"),
    (Fact::ObjectKey, "download file", r"(?i)failed to download file\s+([^\s:,]+)"),
    (Fact::FileSystem, "fs-", r"\b(fs-[0-9a-f]{8,17})\b"),
    (Fact::AccessPoint, "fsap-", r"\b(fsap-[0-9a-f]{8,17})\b"),
    (Fact::RootDirectory, "mounting ", r"mounting [^\s:]+:(/[A-Za-z0-9_./-]*)"),
    (Fact::Subnet, "subnet-", r"\b(subnet-[0-9a-f]{8,17})\b"),
    (Fact::SecurityGroup, "sg-", r"\b(sg-[0-9a-f]{8,17})\b"),
    (Fact::Vpc, "vpc-", r"\b(vpc-[0-9a-f]{8,17})\b"),
    (Fact::RouteTable, "rtb-", r"\b(rtb-[0-9a-f]{8,17})\b"),
    (Fact::Ec2Instance, "i-", r"\b(i-[0-9a-f]{8,17})\b"),
    (Fact::Cluster, ":cluster/", r":cluster/([A-Za-z0-9_-]+)"),
    (Fact::Task, ":task/", r":task/(?:[A-Za-z0-9_-]+/)?([0-9a-f-]{32,36})\b"),
    (Fact::TargetGroup, ":targetgroup/", r"(arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]*:[^\s:]*:targetgroup/[A-Za-z0-9-]+(?:/[0-9a-f]+)?)"),
    (Fact::TargetGroup, "target-group ", r"\(target-group ([A-Za-z0-9:/_-]+)\)"),
    (Fact::LoadBalancer, "(elb ", r"\(elb ([A-Za-z0-9-]+)\)"),
    (Fact::Port, "(port ", r"\(port (\d{1,5})\)"),
    (Fact::Port, "bind for ", r"(?i)bind for [0-9.]+:(\d{1,5}) failed"),
    (Fact::Port, "eaddrinuse", r"(?i)EADDRINUSE[^\n]{0,40}?:(\d{1,5})\b"),
    (Fact::Deployment, "ecs-svc/", r"\b(ecs-svc/\d+)\b"),
    (Fact::CapacityProvider, ":capacity-provider/", r":capacity-provider/([A-Za-z0-9_-]+)"),
    (Fact::CapacityProvider, "capacity provider ", r#"(?i)capacity provider ['"]([A-Za-z0-9_][A-Za-z0-9_-]*)['"]"#),
    (Fact::Instance, "container-instance ", r"container-instance ([0-9a-f-]{32,36})\b"),
    (Fact::Instance, ":container-instance/", r":container-instance/(?:[A-Za-z0-9_-]+/)?([0-9a-f-]{32,36})\b"),
    (Fact::Attribute, "attribute", r"(?i)attributes? ['\x22]?((?:com\.amazonaws\.ecs\.|ecs\.)[A-Za-z0-9._-]+)"),
    (Fact::Executable, "exec: ", r#"exec: \\?"([^"\\\s]+)\\?""#),
    (Fact::Executable, "exec ", r"(?:^|[\s:])exec (/[A-Za-z0-9_./-]+): "),
    (Fact::Executable, "container command '", r"Container command '([^'\s]+)'"),
    (Fact::Path, "to rootfs at ", r#"to rootfs at \\?"([^"\\\s]+)"#),
    (Fact::Path, "mount source path", r"mount source path '([^'\s]+)'"),
    (Fact::Path, "source path does not exist", r"source path does not exist: ([^\s]+)"),
    (Fact::Path, "custom device", r#"custom device \\?"([^"\\\s]+)"#),
    (Fact::Path, "chdir to cwd", r#"chdir to cwd \(\\?"([^"\\\s]+)"#),
    (Fact::Port, "listen tcp", r"listen tcp[46]? [0-9.\[\]:]*:(\d{1,5})\b"),
    (Fact::User, "find user ", r"unable to find user ([A-Za-z0-9_.-]+):"),
    (Fact::Hook, ":function:", r"(arn:aws[a-z-]*:lambda:[a-z0-9-]*:[^\s:]*:function:[A-Za-z0-9_-]+)"),
    (Fact::Module, "cannot find module", r#"(?i)cannot find module ['"]([A-Za-z0-9@_./-]+)['"]"#),
    (Fact::Module, "no module named", r#"(?i)no module named ['"]?([A-Za-z0-9_.]+)"#),
    (Fact::Database, ".rds.", r"\b([a-z0-9-]+\.(?:cluster-(?:ro-)?)?[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(?:\.cn)?)\b"),
    (Fact::Service, "(service ", r"\(service ([A-Za-z0-9_-]+)[,)]"),
    (Fact::Service, "service ", r"^service ([A-Za-z0-9_-]+) (?:was|is|failed|has)\b"),
}

static REGION_IN_ARN: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z]{2,4}(?:-[a-z]+)+-\d):"));
static ACCOUNT_IN_ARN: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r"arn:(aws[a-z-]*):[a-z0-9-]+:[a-z0-9-]*:(\d{12}):"));

/// What each row of the table is looked for by, in lower case.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    PATTERNS.iter().map(|pattern| pattern.sign)
}

pub(super) fn read(reading: Reading<'_>, seen: &Seen, signals: &mut Signals) {
    let text = reading.text;
    for pattern in seen.facts().map(|at| &PATTERNS[at]) {
        if let Some(value) = pattern.expression.captures(text).and_then(|found| found.get(1)) {
            signals.fact(pattern.fact, value.as_str().trim_end_matches(['.', ',', ')']));
        }
    }
    if seen.has(Sign::Arn) {
        if let Some(region) = REGION_IN_ARN.captures(text).and_then(|found| found.get(1)) {
            signals.fact(Fact::Region, region.as_str());
        }
        if let Some(found) = ACCOUNT_IN_ARN.captures(text) {
            for (group, fact) in [(1, Fact::Partition), (2, Fact::Account)] {
                if let Some(value) = found.get(group) {
                    signals.fact(fact, value.as_str());
                }
            }
        }
    }
    let place = |sign: Sign| seen.has(sign).then(|| find(text, sign.text())).flatten();
    if let Some(at) = place(Sign::S3Files) {
        signals.push(reading.signal(
            SignalName::FileSystem,
            FileSystem::S3Files,
            at..at + 7,
            "the volume is S3 Files, not EFS",
        ));
    } else if let Some(at) = place(Sign::Efs) {
        signals.push(reading.signal(
            SignalName::FileSystem,
            FileSystem::Efs,
            at + 1..at + 4,
            "the volume is Amazon EFS",
        ));
    }
}

/// Facts of the record's fields. They are surer than what a text says.
pub(super) fn from_record(record: &Record, signals: &mut Signals) {
    let mut sure = |fact: Fact, value: Option<&str>| {
        if let Some(value) = value.filter(|value| fact.shape().admits(value)) {
            signals.facts.insert(fact, value.to_owned());
        }
    };
    sure(Fact::Region, record.region.as_deref());
    sure(Fact::Account, record.account.as_deref());
    sure(Fact::Cluster, record.cluster.as_deref());
    sure(Fact::Service, record.service.as_deref());
    sure(Fact::Task, record.task.as_deref());
    sure(Fact::TaskDefinition, record.task_definition.as_deref());
    sure(Fact::Family, record.task_definition.as_deref().and_then(|definition| definition.split(':').next()));
    sure(Fact::LaunchType, record.launch_type.as_deref());
    sure(Fact::Subnet, record.subnet.as_deref());
    sure(Fact::NetworkInterface, record.network_interface.as_deref());
    sure(Fact::AvailabilityZone, record.availability_zone.as_deref());
    sure(Fact::Instance, record.container_instance.as_deref());
    let code = signals.value(SignalName::ExitCode).cloned();
    if let Some(Value::Number(code)) = code {
        super::exit::facts(code, |fact, value| signals.fact(fact, value));
    }
    let container = signals.decisive.or((record.containers.len() == 1).then_some(0));
    if let Some(container) = container.and_then(|at| record.containers.get(at)) {
        signals.fact(Fact::Container, &container.name);
    }
    if let Some(architecture) = &record.architecture {
        signals.fact(Fact::Platform, architecture);
    }
    if let Some(role) = signals.facts.get(&Fact::Role).filter(|_| role_is_the_execution_role(signals)).cloned() {
        signals.fact(Fact::ExecutionRole, &role);
    }
    // What is known of a region, the likelier first.
    for fallback in [Fact::SecretRegion, Fact::LogRegion, Fact::RegistryRegion, Fact::AddressRegion] {
        if let Some(region) = signals.facts.get(&fallback).cloned() {
            signals.fact(Fact::Region, &region);
        }
    }
    if let Some(region) = signals.facts.get(&Fact::Region).cloned() {
        // Where nothing says otherwise, logs and secrets are in the task's own region.
        signals.fact(Fact::LogRegion, &region);
        signals.fact(Fact::SecretRegion, &region);
        let partition = if region.starts_with("cn-") {
            "aws-cn"
        } else if region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        };
        signals.fact(Fact::Partition, partition);
    }
}

/// Secrets and environment files are always fetched with the execution role. A registry token and a log stream may be
/// asked for with the container instance's role on EC2; Fargate has no such role.
fn role_is_the_execution_role(signals: &Signals) -> bool {
    let on_fargate = signals.position(SignalName::LaunchType, &Value::text("FARGATE")).is_some()
        || signals.position(SignalName::Error, &Value::text("ResourceInitializationError")).is_some();
    match signals.value(SignalName::Stage) {
        Some(Value::Stage(Stage::Secrets | Stage::EnvFile)) => true,
        Some(Value::Stage(Stage::RegistryAuth | Stage::LogDriver | Stage::Manifest | Stage::Layers)) => on_fargate,
        _ => false,
    }
}

static SECRET_ACCOUNT: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::new(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]*:(\d{12}):"));

/// Whether region and account of what was asked are the task's own.
pub(super) fn relations(record: &Record, signals: &Signals) -> Vec<(SignalName, Relation, String)> {
    let mut relations = Vec::new();
    let endpoint_is = |endpoint: Endpoint| signals.has(SignalName::Endpoint, endpoint);
    let other_region = if endpoint_is(Endpoint::SecretsManager) {
        signals.facts.get(&Fact::SecretRegion)
    } else {
        // The address names the bucket's region even where the image's is masked.
        let is_s3 = signals.position(SignalName::AddressService, &Value::text("s3")).is_some();
        is_s3
            .then(|| signals.facts.get(&Fact::AddressRegion))
            .flatten()
            .or_else(|| signals.facts.get(&Fact::RegistryRegion))
    };
    if let (Some(own), Some(other)) = (&record.region, other_region) {
        let (relation, means) = if own == other {
            (Relation::Same, format!("the task runs in {own} as well"))
        } else {
            (Relation::Different, format!("the task runs in {own}, this is in {other}"))
        };
        relations.push((SignalName::RegionRelation, relation, means));
    }
    let own_account = record.account.as_ref().or_else(|| signals.facts.get(&Fact::Account));
    let secret_account = signals.facts.get(&Fact::Secret).and_then(|secret| SECRET_ACCOUNT.captures(secret)?.get(1));
    let (other_account, what) = match secret_account {
        Some(account) if endpoint_is(Endpoint::SecretsManager) => (Some(account.as_str().to_owned()), "secret"),
        _ => (signals.facts.get(&Fact::RegistryAccount).cloned(), "image"),
    };
    // The account in the text may be the secret's own: only the record's says which the task's is.
    let own_account = if what == "secret" { record.account.as_ref() } else { own_account };
    if let (Some(own), Some(other)) = (own_account, other_account) {
        let (relation, means) = if *own == other {
            (Relation::Same, format!("the {what} is in the task's own account"))
        } else {
            (Relation::Different, format!("the {what} is in the account {other}, not in the task's {own}"))
        };
        relations.push((SignalName::AccountRelation, relation, means));
    }
    relations
}

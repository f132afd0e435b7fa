//! `ecsplain knowledge …`, and the loading of a user's own entries.

use super::arguments::{Arguments, KnowledgeCommand, Shared};
use super::complain::{Complaint, note};
use super::{FAILURE, SUCCESS};
use ecsplain::explain::{fill_code, prove};
use ecsplain::knowledge::Compiled;
use ecsplain::knowledge::compile::{Incidents, compile_what_can_be};
use ecsplain::knowledge::source::{Finding, Sources};
use ecsplain::vocabulary::{Fact, Shape};
use ecsplain::{Explainer, Ranges};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

/// The built-in knowledge's own files, for checks and for entries over them.
static FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/knowledge_files.bin"));

/// Path and text of each. They are compressed, since most runs need none of them.
fn built_in_files() -> Vec<(String, String)> {
    let mut plain = Vec::new();
    let read = flate2::read::DeflateDecoder::new(FILES).read_to_end(&mut plain);
    read.expect("the build made it");
    postcard::from_bytes(&plain).expect("the build made it")
}

/// An explainer, and whether a part of a user's own knowledge had to be left out.
pub struct Loaded {
    pub explainer: Explainer,
    pub trouble: bool,
}

/// The explainer that the options ask for. Entries with mistakes are told and left out: in the middle of an outage the
/// others still count.
pub fn load(shared: &Shared) -> Result<Loaded, Complaint> {
    let ranges = match &shared.ip_ranges {
        None => Ranges::embedded(),
        Some(file) => {
            let bytes = std::fs::read(file)
                .map_err(|error| Complaint::Unreadable { name: file.display().to_string(), error })?;
            Ranges::from_aws_json(&bytes).map_err(|error| {
                let name = file.display();
                Complaint::Other(format!("{name}: {error}: get it from https://ip-ranges.amazonaws.com/ip-ranges.json"))
            })?
        }
    };
    let Some(folder) = &shared.knowledge else {
        return Ok(Loaded { explainer: Explainer::new(Compiled::builtin(), ranges), trouble: false });
    };
    let mut sources = builtin_sources();
    add_folder(&mut sources, folder)?;
    let (compiled, findings) = compile_what_can_be(&sources, &Incidents::new());
    for finding in findings.iter().take(5) {
        note(&finding.to_string());
    }
    if !findings.is_empty() {
        let name = folder.display();
        note(&format!(
            "{name}: the knowledge has {} mistakes: what is right in it is used: see `ecsplain knowledge check {name}`",
            findings.len()
        ));
    }
    Ok(Loaded { explainer: Explainer::new(compiled, ranges), trouble: !findings.is_empty() })
}

/// As [`load`], for those who only look things up.
pub fn explainer(shared: &Shared) -> Result<Explainer, Complaint> {
    load(shared).map(|loaded| loaded.explainer)
}

fn builtin_sources() -> Sources {
    let mut sources = Sources::default();
    for (path, text) in built_in_files() {
        sources.add(&path, &format!("knowledge/{path}"), text);
    }
    sources
}

/// Adds the YAML files of a folder.
fn add_folder(sources: &mut Sources, folder: &Path) -> Result<(), Complaint> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Complaint::Other(format!(
            "{}: there is no YAML file in it: give a folder with entries",
            folder.display()
        )));
    }
    for path in files {
        let file = folder.join(&path);
        let text = std::fs::read_to_string(&file)
            .map_err(|error| Complaint::Unreadable { name: file.display().to_string(), error })?;
        sources.add(&path, &file.display().to_string(), text);
    }
    Ok(())
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> Result<(), Complaint> {
    let unreadable = |error| Complaint::Unreadable { name: folder.display().to_string(), error };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
            && let Ok(relative) = path.strip_prefix(root)
        {
            files.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

pub fn run(arguments: &Arguments, command: &KnowledgeCommand) -> Result<u8, Complaint> {
    match command {
        KnowledgeCommand::Check { folder } => check(folder.as_deref().or(arguments.shared.knowledge.as_deref())),
        KnowledgeCommand::Fixes { sample } => fixes(&arguments.shared, *sample),
    }
}

fn check(folder: Option<&Path>) -> Result<u8, Complaint> {
    let mut sources = builtin_sources();
    if let Some(folder) = folder {
        add_folder(&mut sources, folder)?;
    }
    let (compiled, mut findings): (Compiled, Vec<Finding>) = compile_what_can_be(&sources, &Incidents::new());
    findings.extend(prove::prove(&Explainer::new(compiled, Ranges::embedded()), &sources));
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{}", ecsplain::report::escape_line(&finding.to_string()))?;
    }
    let examples: usize = sources.problems.iter().map(|problem| problem.value.examples.len()).sum();
    let misses: usize = sources.problems.iter().map(|problem| problem.value.near_misses.len()).sum();
    writeln!(
        out,
        "{} problems, {examples} examples, {misses} near misses, {} shared fixes: {} mistake{}",
        sources.problems.len(),
        sources.fixes.len(),
        findings.len(),
        if findings.len() == 1 { "" } else { "s" }
    )?;
    Ok(if findings.is_empty() { SUCCESS } else { FAILURE })
}

/// A value for a fact that looks like a real one.
fn sample(fact: Fact) -> &'static str {
    match fact {
        Fact::Region | Fact::RegistryRegion | Fact::SecretRegion | Fact::LogRegion | Fact::AddressRegion => "eu-west-1",
        Fact::Account | Fact::RegistryAccount => "111122223333",
        Fact::Partition => "aws",
        Fact::Subnet => "subnet-0123456789abcdef0",
        Fact::Vpc => "vpc-0123456789abcdef0",
        Fact::SecurityGroup => "sg-0123456789abcdef0",
        Fact::EndpointSecurityGroup | Fact::MountTargetSecurityGroup => "sg-0fedcba9876543210",
        Fact::RouteTable => "rtb-0123456789abcdef0",
        Fact::NetworkInterface => "eni-0123456789abcdef0",
        Fact::NetworkAcl => "acl-0123456789abcdef0",
        Fact::VpcEndpoint => "vpce-0123456789abcdef0",
        Fact::Instance => "0123456789abcdef0123456789abcdef",
        Fact::Task => "0123456789abcdef0123456789abcdef",
        Fact::Hook => "arn:aws:lambda:eu-west-1:111122223333:function:hook",
        Fact::TargetGroup => "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef",
        Fact::Ec2Instance => "i-0123456789abcdef0",
        Fact::InstanceType => "t3.small",
        Fact::FileSystem => "fs-0123456789abcdef0",
        Fact::AccessPoint => "fsap-0123456789abcdef0",
        Fact::Secret => "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf",
        Fact::KmsKey => "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888",
        Fact::Image => "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web:v2",
        Fact::Registry | Fact::Host => "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
        Fact::Repository => "team/web",
        Fact::Digest => "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        Fact::Platform => "linux/arm64",
        Fact::Parameter => "/app/db-url",
        Fact::LogGroup => "/ecs/web",
        Fact::LogOption => "awslogs-region",
        Fact::RootDirectory => "/data",
        Fact::Action => "ecr:BatchGetImage",
        Fact::Resource => "arn:aws:ecr:eu-west-1:111122223333:repository/team/web",
        Fact::Address | Fact::Resolver => "10.0.0.2",
        Fact::AddressRange => "52.219.40.0/22",
        Fact::AvailabilityZone => "eu-west-1a",
        Fact::TaskDefinition => "web:7",
        Fact::LaunchType => "FARGATE",
        Fact::Port => "443",
        Fact::Bucket => "app-config",
        Fact::ObjectKey => "web/production.env",
        Fact::AddressService => "s3",
        _ => match fact.shape() {
            Shape::Number => "1",
            _ => "web",
        },
    }
}

fn fixes(shared: &Shared, sample_values: bool) -> Result<u8, Complaint> {
    let explainer = explainer(shared)?;
    let facts: BTreeMap<Fact, String> = if sample_values {
        Fact::ALL.iter().map(|fact| (*fact, sample(*fact).to_owned())).collect()
    } else {
        BTreeMap::new()
    };
    let mut out = std::io::stdout().lock();
    for (at, problem) in explainer.problems().iter().enumerate() {
        for cause in explainer.page(at).causes {
            let mut print = |form: &str, text: &str| {
                let line = serde_json::json!({ "id": format!("{}/{}", problem.id, cause.id), "form": form, "text": fill_code(text, &facts).0, "filled": sample_values });
                writeln!(out, "{line}")
            };
            for check in &cause.checks {
                print("check", &check.run)?;
            }
            for fix in &cause.fixes {
                print(fix.form.as_str(), &fix.text)?;
            }
        }
    }
    Ok(SUCCESS)
}

//! Whatever a record says, a filled-in fix is one safe snippet: no value adds a character that a shell, HCL, JSON or YAML
//! would act on.

#![allow(clippy::unwrap_used)]

use ecsplain::explain::fill_code;
use ecsplain::vocabulary::Fact;
use ecsplain::{Explainer, Record};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static EXPLAINER: LazyLock<Explainer> = LazyLock::new(Explainer::builtin);

/// Texts with a hole where a hostile value goes.
const HOLES: &[&str] = &[
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/{}: not found",
    "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:{} from secrets manager: api error ResourceNotFoundException: x",
    "ResourceInitializationError: invalid ssm parameters: {}",
    "retrieved secret from Secrets Manager did not contain json key {}",
    "ResourceInitializationError: failed to validate logger args: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/{}/x is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:{}:log-stream:x",
    "unable to download env file with key {} from bucket {}, error: x",
    "failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: mounting fs-0123456789abcdef0.efs.eu-west-1.amazonaws.com:/{} failed, reason given by server: No such file or directory'",
];

const HOSTILE: &[char] = &[
    '$', '`', '"', '\'', '\\', ';', '|', '&', '<', '>', '(', ')', '{', '}', '\n', '\r', '*', '?', '~', ' ', '\u{1b}',
    '\u{202e}', 'a', '/', ':', '-', '!',
];

/// How often each character that something might act on stands in a text.
fn dangerous(text: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for character in text.chars().filter(|c| !c.is_ascii_alphanumeric() && !"_-./:@+=,#!".contains(*c)) {
        *counts.entry(character).or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_adds_a_character_that_means_something(
        hole in prop::sample::select(HOLES),
        value in prop::collection::vec(prop::sample::select(HOSTILE), 1..12),
    ) {
        let value: String = value.into_iter().collect();
        let explanation = EXPLAINER.explain(&Record::of_text(&hole.replace("{}", &value))).unwrap();
        let Some(problem) = &explanation.problem else { return Ok(()) };
        let page = EXPLAINER.page(EXPLAINER.find(&problem.id).unwrap());
        let nothing = BTreeMap::new();
        for cause in &explanation.causes {
            let written = page.causes.iter().find(|written| written.id == cause.id).unwrap();
            for (filled, template) in cause.checks.iter().zip(&written.checks) {
                prop_assert_eq!(dangerous(&filled.run), dangerous(&fill_code(&template.run, &nothing).0), "{}", &filled.run);
            }
            for (filled, template) in cause.fixes.iter().zip(&written.fixes) {
                prop_assert_eq!(dangerous(&filled.text), dangerous(&fill_code(&template.text, &nothing).0), "{}", &filled.text);
            }
        }
    }
}

/// `!` is in names of secrets that RDS manages. An interactive shell acts on it, but not inside single quotes.
#[test]
fn secrets_stand_in_single_quotes_in_commands() {
    let mut wrong = Vec::new();
    for at in 0..EXPLAINER.problems().len() {
        for cause in EXPLAINER.page(at).causes {
            let commands = cause.checks.iter().map(|check| &check.run).chain(
                cause.fixes.iter().filter(|fix| fix.form == ecsplain::vocabulary::FixForm::AwsCli).map(|fix| &fix.text),
            );
            for command in commands {
                for fact in [Fact::Secret, Fact::Resource] {
                    let name = format!("{{{}}}", fact.as_str());
                    for (place, _) in command.match_indices(&name) {
                        let quotes = command[..place].matches('\'').count();
                        let here_document = command.contains("<<");
                        if quotes % 2 == 0 && !here_document {
                            wrong.push(format!("{}/{}: {command}", EXPLAINER.problems()[at].id, cause.id));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

//! Whatever is fed in, no secret and no name comes out of a redacted report, and what belongs together still does.

#![allow(clippy::unwrap_used)]

use ecsplain::report::{FixChoice, Forms, Redactor, Style, Summary, Tool, json, ndjson, text};
use ecsplain::{Explainer, Explanation, Record};
use proptest::prelude::*;
use std::sync::LazyLock;

static EXPLAINER: LazyLock<Explainer> = LazyLock::new(Explainer::builtin);

fn outputs(explanations: &[Explanation]) -> Vec<String> {
    let summary = Summary::of(explanations);
    let choice = FixChoice { fixes: true, verbose: true, quiet: false, all: true };
    // Wide, so that nothing is torn.
    let style = Style { color: false, width: 20_000, unicode: true, forms: Forms::ALL };
    let (mut document, mut lines) = (Vec::new(), Vec::new());
    json(explanations, &summary, &Tool { version: "x", knowledge: 1, ip_ranges: "x" }, &mut document).unwrap();
    ndjson(explanations, &mut lines).unwrap();
    let written = [document, lines].map(|bytes| String::from_utf8(bytes).unwrap());
    let mut all = vec![text(explanations, &summary, choice, &style)];
    all.extend(written);
    all
}

fn redacted(record: &Record) -> Explanation {
    let mut explanation = EXPLAINER.explain(record).unwrap();
    explanation.reasoning = Some(EXPLAINER.reasoning(record));
    Redactor::new().explanation(&mut explanation);
    explanation
}

/// What is hidden, by what it is: how it is made, and texts in which it stands.
const HOLES: &[(&str, &[&str])] = &[
    (
        "[0-9]{12}",
        &[
            "AccessDeniedException: User: arn:aws:sts::{}:assumed-role/x/y is not authorized to perform: ecr:GetAuthorizationToken",
            "failed to resolve ref {}.dkr.ecr.eu-west-1.amazonaws.com/web:v2: not found",
            "account {}: not found",
            "https://console.aws.amazon.com/x?account={}&x=1: i/o timeout",
            "arn%3Aaws%3Aecs%3Aeu-west-1%3A{}%3Atask",
        ],
    ),
    (
        "zq[a-z]{3,8}(-[a-z0-9]{2,6}){0,2}",
        &[
            "User: arn:aws:sts::111122223333:assumed-role/{}/session is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/x:log-stream:y",
            "unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:{} from secrets manager",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/{}:*",
            "arn:aws:ecs:eu-west-1:111122223333:service/{}/x",
            "arn:aws:ecs:eu-west-1:111122223333:task-definition/{}:3",
            "arn:aws:iam::111122223333:role/team/{}",
            "arn:aws:s3:::{}/production.env",
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/{}/0123456789abcdef",
            "failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/{}:v2: not found",
            "failed to resolve ref docker.io/{}/app:v2: not found",
            "failed to do request: Head \"https://{}.internal/v2/app/manifests/1\": dial tcp: lookup {}.internal on 10.0.0.2:53: no such host",
            "dial tcp: lookup {} on 10.0.0.2:53: no such host",
            "Get https://{}.s3.eu-west-1.amazonaws.com/x: i/o timeout",
            "(service {}) was unable to place a task because no container instance met all of its requirements.",
            "psql: could not connect to server {}.abcdefghijkl.eu-west-1.rds.amazonaws.com: Connection refused",
            "unable to download env file with key x from bucket {}, error: x",
            "mail to {}@corp.example failed",
        ],
    ),
    (
        "(10\\.[1-9][0-9]?|192\\.168|172\\.(1[6-9]|2[0-9]|3[01])|100\\.(6[4-9]|1[01][0-9]))(\\.[1-9][0-9]?){2}",
        &[
            "dial tcp {}:443: i/o timeout",
            "read udp {}:34567->{}:53: i/o timeout",
            "[::ffff:{}]:443",
            "Address:{} refused",
        ],
    ),
    (
        "zq[A-Za-z0-9]{8,30}[0-9]",
        &[
            "DB_PASSWORD={}",
            "password: {}",
            "{\"password\":\"{}\"}",
            "{\\\"secretKey\\\": \\\"{}\\\"}",
            "postgres://app:{}@db.example.com:5432/x: connection refused",
            "Authorization: Bearer {}",
            "Authorization: Basic {}==",
            "x-api-key: {}",
            "GITHUB_TOKEN=ghp_{}",
            "ghp_{} was refused",
            "xoxb-{} was refused",
            "https://x.s3.amazonaws.com/y?X-Amz-Security-Token={}&X-Amz-Date=20260101T000000Z",
            "AccountKey={};x",
            "Server=db;User=x;Password={};Encrypt=true",
            "--password {} --x",
            "Cookie: session={}",
            "eyJhbGciOiJIUzI1NiJ9.{}.x",
            "https://{}@github.com/x/y.git",
        ],
    ),
    ("AKIA[A-Z0-9]{16}", &["key {} is not valid", "AWS_ACCESS_KEY_ID={}"]),
    (
        "[0-9a-f]{17}",
        &[
            "subnet-{} eni-{} sg-{} vpc-{} i-{} fs-{}",
            "failed to resolve \"fs-{}.efs.eu-west-1.amazonaws.com\"",
            "vpce-{}-abcdefgh.ecr.eu-west-1.vpce.amazonaws.com: i/o timeout",
        ],
    ),
    ("[0-9a-f]{32}", &["task {} failed", "arn:aws:ecs:eu-west-1:111122223333:task/x/{}", "request id: {}"]),
];

fn hidden() -> impl Strategy<Value = (String, String)> {
    prop::sample::select(HOLES)
        .prop_flat_map(|(value, texts)| (value, prop::sample::select(texts).prop_map(str::to_owned)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_fed_in_survives(
        (value, hole) in hidden(),
        before in prop::sample::select(&["", "ResourceInitializationError: ", "CannotPullContainerError: ", "größe\u{202e}: ", "a\nb: "][..]),
        after in prop::sample::select(&["", ".", "\nstatus code: 400", ": {}", " (service quetzal)"][..]),
    ) {
        // A part of an id or of a token is not looked for by itself.
        let after = if ["-{}", "_{}", "eyJ", "X-Amz-"].iter().any(|part| hole.contains(part)) { "" } else { after };
        let mut record = Record::of_text(&format!("{before}{hole}{after}").replace("{}", &value));
        record.cluster = Some(format!("{value}-cluster"));
        let explanation = redacted(&record);
        for output in outputs(std::slice::from_ref(&explanation)) {
            prop_assert!(!output.contains(&value), "{}: {}", value, explanation.record.texts[0].text);
        }
        for one in &explanation.evidence {
            if let (Some(text), Some(start), Some(end)) = (one.text, one.start, one.end) {
                prop_assert_eq!(explanation.record.texts[text].text.get(start..end), Some(one.quote.as_str()));
            }
        }
        let mut again = explanation.clone();
        Redactor::new().explanation(&mut again);
        prop_assert_eq!(&outputs(&[again])[1], &outputs(&[explanation])[1]);
    }

    #[test]
    fn fields_never_survive(name in "zq[a-z$'\"` {}\\\\/:.-]{2,12}q", text in "[ -~é\n]{0,80}") {
        let mut record = Record::of_text(&format!("CannotPullContainerError: {text}"));
        record.service = Some(name.clone());
        record.task = Some(format!("{name}-task"));
        record.texts[0].field = format!("containers[{name}].reason");
        let explanation = redacted(&record);
        let shown = serde_json::to_string(&explanation.record.service).unwrap();
        prop_assert!(shown.starts_with("\"service-"), "{}", shown);
        prop_assert!(explanation.record.task.unwrap().starts_with("task-"));
    }

    #[test]
    fn anything_is_read(text in prop::collection::vec(prop::sample::select(&[
        "arn:aws:", ":", "/", "=", "password", "\"", "\\", "@", "://", ".", "-", "é", "\u{202e}", "\n", "[", "::", "fd00:", "10.0.0.1 ",
        " 111122223333 ", "amazonaws.com", ".dkr.ecr.", "s3", "sha256:", "eyJ", "(service ", ")", "lookup ", "Cookie:", "'", "x", " ",
    ][..]), 0..60)) {
        let text: String = text.concat();
        let explanation = redacted(&Record::of_text(&text));
        for one in &explanation.evidence {
            if let (Some(text), Some(start), Some(end)) = (one.text, one.start, one.end) {
                prop_assert_eq!(explanation.record.texts[text].text.get(start..end), Some(one.quote.as_str()));
            }
        }
        prop_assert!(outputs(&[explanation]).iter().all(|output| !output.contains("111122223333")));
    }
}

const TASK: &str = "CannotPullContainerError: failed to resolve ref 210987654321.dkr.ecr.eu-west-1.amazonaws.com/payments:v2: \
    failed to do request: Head https://210987654321.dkr.ecr.eu-west-1.amazonaws.com/v2/payments/manifests/v2: dial tcp 10.1.2.3:443: i/o timeout";

#[test]
fn what_belongs_together_still_does() {
    let record = |service: &str| {
        let mut record = Record::of_text(TASK);
        record.account = Some("210987654321".to_owned());
        record.service = Some(service.to_owned());
        record
    };
    let mut redactor = Redactor::new();
    let mut both: Vec<Explanation> =
        ["payments", "orders"].iter().map(|service| EXPLAINER.explain(&record(service)).unwrap()).collect();
    both[1].symptom_of = Some(both[0].fingerprint.clone());
    let plain: Vec<String> = both.iter().map(|one| one.fingerprint.clone()).collect();
    both.iter_mut().for_each(|explanation| redactor.explanation(explanation));
    let [payments, orders] = &both[..] else { unreachable!() };
    assert_eq!(payments.record.account.as_deref(), Some("account-1"));
    assert_eq!(
        payments.record.texts[0].text,
        "CannotPullContainerError: failed to resolve ref account-1.dkr.ecr.eu-west-1.amazonaws.com/service-1:v2: failed to do \
         request: Head https://account-1.dkr.ecr.eu-west-1.amazonaws.com/v2/service-1/manifests/v2: dial tcp private-ip-1:443: i/o timeout"
    );
    assert_eq!(
        (orders.record.account.as_deref(), orders.record.service.as_deref()),
        (Some("account-1"), Some("service-2"))
    );
    assert_eq!(orders.record.texts, payments.record.texts);
    assert_eq!(orders.symptom_of.as_ref(), Some(&payments.fingerprint));
    assert!(payments.fingerprint != orders.fingerprint && !plain.contains(&payments.fingerprint));
    let mut another_run = EXPLAINER.explain(&record("payments")).unwrap();
    Redactor::new().explanation(&mut another_run);
    assert_eq!(another_run.fingerprint, payments.fingerprint);
}

/// A fix names the same placeholders as the text, in the places where the names stood.
#[test]
fn fixes_stay_commands() {
    let mut record = Record::of_text("exec format error");
    record.cluster = Some("prod".to_owned());
    // A word of the commands themselves.
    record.service = Some("service".to_owned());
    record.region = Some("eu-west-1".to_owned());
    let mut plain = EXPLAINER.explain(&record).unwrap();
    let commands = |explanation: &Explanation| -> Vec<String> {
        let causes = explanation.causes.iter();
        causes.flat_map(|cause| cause.checks.iter().map(|check| check.run.clone())).collect()
    };
    let before = commands(&plain);
    Redactor::new().explanation(&mut plain);
    let after = commands(&plain);
    assert!(!before.is_empty());
    for (before, after) in before.iter().zip(&after) {
        let expected = before.replace("'prod'", "'cluster-1'").replace("'service'", "'service-1'");
        assert_eq!(*after, expected);
    }
}

#[test]
fn a_long_text_of_secrets_is_read_in_no_time() {
    let text = "password=".repeat(800) + &"a".repeat(4000) + &"arn:aws:x:".repeat(400) + &"1:".repeat(1000);
    let start = std::time::Instant::now();
    redacted(&Record::of_text(&text));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// A terminal breaks lines inside of words: what stands across a break is hidden as well.
#[test]
fn nothing_survives_in_torn_lines() {
    let text = "ResourceInitializationError: unable to pull secrets or registry auth: failed to fetch secret \
        arn:aws:secretsmanager:eu-west-1:210987654321:secret:zqsecret-AbCdEf from secrets manager: AccessDeniedException: User: \
        arn:aws:sts::210987654321:assumed-role/zqrole/zqsession is not authorized, DB_PASSWORD=zq7Hunter2hunter, dial tcp 10.11.12.13:443";
    let characters: Vec<char> = text.chars().collect();
    for width in 40..=120 {
        let torn: Vec<String> = characters.chunks(width).map(|line| line.iter().collect()).collect();
        let record = Record::of_text(&torn.join("\n"));
        let explanation = redacted(&record);
        let shown: String = explanation.record.texts[0].text.replace('\n', "");
        for secret in ["210987654321", "zqsecret", "zqrole", "zqsession", "zq7Hunter2hunter", "10.11.12.13"] {
            assert!(!shown.contains(secret), "{width}: {secret}: {shown}");
        }
        assert!(shown.contains("arn:aws:sts::account-1:assumed-role/role-1/session-1"), "{width}: {shown}");
        for one in &explanation.evidence {
            if let (Some(text), Some(start), Some(end)) = (one.text, one.start, one.end) {
                assert_eq!(explanation.record.texts[text].text.get(start..end), Some(one.quote.as_str()));
            }
        }
    }
}

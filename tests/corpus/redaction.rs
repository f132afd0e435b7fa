//! After redaction no message of the corpus tells whose it was, in any form of output.

use super::cases::{Case, cases, record};
use ecsplain::report::{FixChoice, Forms, Redactor, Style, Summary, Tool, json, ndjson, text};
use ecsplain::{Explainer, Explanation, Record};

const PLANTED: [&str; 5] = ["zebrafish", "quetzal", "okapi", "narwhal", "0123456789abcdef0123456789abcdef"];

/// The case as a task of somebody whose names are known.
fn planted(case: &Case) -> Record {
    let mut record = record(case);
    record.cluster = Some("zebrafish".to_owned());
    record.service = Some("quetzal-api".to_owned());
    record.task_definition = Some("okapi:7".to_owned());
    record.account = Some("210987654321".to_owned());
    record.task = Some("0123456789abcdef0123456789abcdef".to_owned());
    for container in &mut record.containers {
        container.name = "narwhal".to_owned();
    }
    record
}

fn outputs(explanation: &Explanation) -> [String; 3] {
    let all = std::slice::from_ref(explanation);
    let summary = Summary::of(all);
    let choice = FixChoice { fixes: true, verbose: true, quiet: false, all: true };
    // Wide, so that nothing is torn.
    let style = Style { color: false, width: 20_000, unicode: true, forms: Forms::ALL };
    let (mut document, mut lines) = (Vec::new(), Vec::new());
    json(all, &summary, &Tool { version: "x", knowledge: 1, ip_ranges: "x" }, &mut document).unwrap();
    ndjson(all, &mut lines).unwrap();
    [text(all, &summary, choice, &style), String::from_utf8(document).unwrap(), String::from_utf8(lines).unwrap()]
}

/// What tells somebody in this output, if anything does.
fn telling(output: &str) -> Option<String> {
    if let Some(name) = PLANTED.iter().find(|name| output.contains(**name)) {
        return Some((*name).to_owned());
    }
    let digits = |run: &&str| run.len() == 12 && run.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(account) = output.split(|c: char| !c.is_ascii_digit()).find(digits) {
        return Some(account.to_owned());
    }
    let key = |word: &&str| word.len() == 20 && (word.starts_with("AKIA") || word.starts_with("ASIA"));
    if let Some(key) = output.split(|c: char| !c.is_ascii_alphanumeric()).find(key) {
        return Some(key.to_owned());
    }
    let private = |word: &&str| {
        let address = word.trim_matches('.').parse::<std::net::Ipv4Addr>();
        address.is_ok_and(|one| {
            let [a, b, c, d] = one.octets();
            // Whole blocks are everybody's.
            (one.is_private() || a == 100 && (64..128).contains(&b)) && !(c == 0 && d == 0)
        })
    };
    output.split(|c: char| !(c.is_ascii_digit() || c == '.')).find(private).map(str::to_owned)
}

#[test]
fn no_message_tells_whose_it_is() {
    let explainer = Explainer::builtin();
    let mut wrong = Vec::new();
    let mut changed = 0;
    let mut redactor = Redactor::new();
    for case in cases() {
        let record = planted(&case);
        let Some(mut explanation) = explainer.explain(&record) else { continue };
        explanation.reasoning = Some(explainer.reasoning(&record));
        let before = explanation.clone();
        redactor.explanation(&mut explanation);
        changed += usize::from(before.record.texts != explanation.record.texts);
        for output in outputs(&explanation) {
            if let Some(found) = telling(&output) {
                let at = output.find(&found).unwrap();
                let near: String = output[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
                wrong.push(format!("{}: {near}[{found}]", case.id));
            }
        }
        for one in &explanation.evidence {
            if let (Some(text), Some(start), Some(end)) = (one.text, one.start, one.end) {
                assert_eq!(
                    explanation.record.texts[text].text.get(start..end),
                    Some(one.quote.as_str()),
                    "{}",
                    case.id
                );
            }
        }
        let placeholders = |one: &Explanation| -> Vec<Vec<String>> {
            let fixes = one.causes.iter().flat_map(|cause| &cause.fixes);
            fixes.map(|fix| fix.placeholders.clone()).collect()
        };
        assert_eq!(placeholders(&before), placeholders(&explanation));
        assert_eq!(
            (before.problem.as_ref(), before.certainty, &before.references),
            (explanation.problem.as_ref(), explanation.certainty, &explanation.references)
        );
        let mut again = explanation.clone();
        redactor.explanation(&mut again);
        Redactor::new().explanation(&mut again);
        let [_, once, _] = outputs(&explanation);
        let [_, twice, _] = outputs(&again);
        if let Some((once, twice)) = once.lines().zip(twice.lines()).find(|(once, twice)| once != twice) {
            wrong.push(format!("{}: once and twice:\n  {once}\n  {twice}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(changed > 300, "{changed}");
}

/// What the answer rests on stays readable: the evidence is still in the text.
#[test]
fn the_evidence_stays() {
    let explainer = Explainer::builtin();
    let (mut kept, mut all) = (0, 0);
    for case in cases() {
        let record = record(&case);
        let Some(mut explanation) = explainer.explain(&record) else { continue };
        let problem = explanation.problem.clone();
        Redactor::new().explanation(&mut explanation);
        let mut read_again = record;
        for (text, redacted) in read_again.texts.iter_mut().zip(&explanation.record.texts) {
            text.text.clone_from(&redacted.text);
        }
        all += 1;
        let again = explainer.explain(&read_again).and_then(|explanation| explanation.problem);
        if again == problem {
            kept += 1;
        } else if std::env::var_os("ECSPLAIN_SHOW").is_some() {
            println!("{}: {problem:?} {again:?}\n  {}", case.id, explanation.record.texts[0].text);
        }
    }
    println!("redacted messages that are answered as before: {kept} of {all}");
    assert!(kept * 100 >= all * 95, "{kept} of {all}");
}

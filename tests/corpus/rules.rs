//! What every case must be like.

use crate::cases::{cases, folder};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Two incidents of one thread with the same words are one case.
#[test]
fn no_case_stands_twice() {
    let mut seen = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for case in cases() {
        assert!(ids.insert(case.id.clone()), "the id {} stands twice", case.id);
        assert!(seen.insert((case.source.clone(), case.text.clone())), "{} stands twice", case.id);
        assert!(case.source.starts_with("https://") || !case.source.is_empty(), "{}: no source", case.id);
    }
}

/// No account ids but AWS's documentation ones, in the corpus and in the knowledge.
#[test]
fn account_ids_are_masked() {
    let digits = regex::Regex::new("[0-9]{12,}").unwrap();
    let mut folders = vec![folder("cases"), PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("knowledge")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for number in digits.find_iter(&text) {
                let before = text[..number.start()].chars().next_back();
                let after = text[number.end()..].chars().next();
                let standalone = !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '/' || c == '-')
                    && !after.is_some_and(|c| c.is_ascii_alphanumeric() && c != 'x');
                let is_account = number.as_str().len() == 12 && standalone;
                if is_account && !matches!(number.as_str(), "111122223333" | "123456789012" | "444455556666") {
                    found.push(format!("{}: {}", path.display(), number.as_str()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

//! How many messages are answered rightly.

use crate::cases::{Case, cases, given, percent, record};
use ecsplain::vocabulary::Certainty;
use ecsplain::{Explainer, Explanation};
use std::collections::BTreeMap;

#[derive(Default)]
struct Row {
    cases: usize,
    right: usize,
    sure: usize,
    wrong_but_certain: usize,
    decided: usize,
    decided_right: usize,
    open: usize,
    open_right: usize,
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.cases += other.cases;
        self.right += other.right;
        self.sure += other.sure;
        self.wrong_but_certain += other.wrong_but_certain;
        self.decided += other.decided;
        self.decided_right += other.decided_right;
        self.open += other.open;
        self.open_right += other.open_right;
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<18} {:>5} {:>9} {:>11} {:>13} {:>13} {:>9}",
            self.cases,
            share(self.right, self.cases),
            share(self.sure, self.right),
            share(self.decided_right, self.decided),
            share(self.open_right, self.open),
            self.wrong_but_certain
        );
    }
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{part}/{whole} {:.0}%", percent(part, whole)) }
}

fn judge(case: &Case, explanation: Option<&Explanation>, row: &mut Row, mistakes: &mut Vec<String>) {
    row.cases += 1;
    let given = given(explanation);
    let certainty = explanation.map_or(Certainty::Unknown, |explanation| explanation.certainty);
    if given != case.problem {
        mistakes.push(format!("{}: {given} ({certainty}) instead of {}", case.id, case.problem));
        row.wrong_but_certain += usize::from(certainty == Certainty::Certain);
        return;
    }
    row.right += 1;
    row.sure += usize::from(certainty >= Certainty::Likely);
    let (Some(cause), Some(explanation)) = (&case.cause, explanation) else { return };
    let causes: Vec<&str> = explanation.causes.iter().map(|cause| cause.id.as_str()).collect();
    let within = if case.decides { 1 } else { 3 };
    let right = causes.iter().take(within).any(|id| id == cause);
    if case.decides {
        row.decided += 1;
        row.decided_right += usize::from(right);
    } else {
        row.open += 1;
        row.open_right += usize::from(right);
    }
    if !right {
        mistakes.push(format!("{}: the cause {cause} is not among the first {within}: {causes:?}", case.id));
    }
}

#[test]
fn the_corpus_is_answered_within_the_bars() {
    let explainer = Explainer::builtin();
    let stages: BTreeMap<String, String> =
        explainer.problems().iter().map(|problem| (problem.id.clone(), problem.stage.to_string())).collect();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for case in cases() {
        let explanation = explainer.explain(&record(&case));
        let stage = stages.get(&case.problem).cloned().unwrap_or_else(|| "none".to_owned());
        judge(&case, explanation.as_ref(), rows.entry(stage).or_default(), &mut mistakes);
    }
    println!(
        "\n{:<18} {:>5} {:>9} {:>11} {:>13} {:>13} {:>9}",
        "stage", "cases", "problem", "sure", "cause first", "cause in 3", "certain"
    );
    println!("{:<18} {:>5} {:>9} {:>11} {:>13} {:>13} {:>9}", "", "", "right", "", "(decided)", "(open)", "but wrong");
    let mut all = Row::default();
    for (stage, row) in &rows {
        row.print(stage);
        all.add(row);
    }
    all.print("all");
    for line in &mistakes {
        println!("  {line}");
    }

    assert!(all.cases >= 120, "the corpus has {} cases", all.cases);
    assert!(percent(all.right, all.cases) >= 97.0, "at least 97 % of problems right");
    assert_eq!(all.wrong_but_certain, 0, "none wrong although certain");
    assert!(percent(all.sure, all.right) >= 60.0, "at least 60 % of the right answers certain or likely");
    assert!(
        percent(all.decided_right, all.decided) >= 90.0,
        "the cause first where the text decides it: at least 90 %"
    );
    let causes = all.decided_right + all.open_right;
    assert!(percent(causes, all.decided + all.open) >= 85.0, "the cause in the first three: at least 85 %");
}

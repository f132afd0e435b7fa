//! Which of the problems that hold is the answer, and how sure it is.

use super::evaluate::{Holds, Witness};
use crate::knowledge::{MatchPart, Problem};
use crate::signal::Signals;
use crate::vocabulary::{AddressScope, Answer, Certainty, SignalName, Value};

/// A problem that holds and that no other beats.
pub(super) struct Ranked {
    pub problem: usize,
    pub certainty: Certainty,
    pub holds: Holds,
}

/// The problems that no other beats, the surest first.
pub(super) fn rank(matching: &MatchPart, held: &[Holds], signals: &Signals) -> Vec<Ranked> {
    let problem = |holds: &Holds| &matching.problems[holds.problem];
    let beaten = |one: &Holds| {
        held.iter()
            .any(|other| other.problem != one.problem && beats(matching, problem(other), other.problem, one.problem))
    };
    let mut ranked: Vec<Ranked> = held
        .iter()
        .filter(|holds| !beaten(holds))
        .map(|holds| Ranked {
            problem: holds.problem,
            certainty: certainty(problem(holds), holds, signals),
            holds: holds.clone(),
        })
        .collect();
    if ranked.len() > 1 {
        for one in &mut ranked {
            one.certainty = one.certainty.lowered().min(Certainty::Likely);
        }
    }
    ranked.sort_by_key(|one| std::cmp::Reverse(one.certainty));
    ranked
}

/// Whether a problem beats the one at `other`: it names it under `over`, directly or through others, or the other is a
/// fallback or a symptom and it is none.
fn beats(matching: &MatchPart, problem: &Problem, at: usize, other: usize) -> bool {
    let rival = &matching.problems[other];
    let rank = |problem: &Problem| if problem.fallback { 2 } else { u8::from(problem.symptom) };
    if rank(problem) != rank(rival) {
        return rank(problem) < rank(rival);
    }
    let mut open = vec![at];
    let mut seen = Vec::new();
    while let Some(next) = open.pop() {
        for over in &matching.problems[next].over {
            let over = usize::from(*over);
            if over == other {
                return true;
            }
            if !seen.contains(&over) {
                seen.push(over);
                open.push(over);
            }
        }
    }
    false
}

fn certainty(problem: &Problem, holds: &Holds, signals: &Signals) -> Certainty {
    let set = &problem.sets[holds.set];
    let cut = signals.has(SignalName::Truncated, Answer::Yes);
    let mut certainty = set.certainty;
    if cut && set.rests_on_absence {
        certainty = certainty.lowered();
    }
    if signals.only_advice && rests_on_advice(holds, signals) {
        certainty = certainty.lowered();
    }
    let rests_on_address = holds.witnesses.iter().any(|witness| {
        matches!(witness, Witness::Signal(at) if signals.list[*at].value == Value::AddressScope(AddressScope::Unlisted))
    });
    if rests_on_address {
        certainty = certainty.lowered();
    }
    if signals.foreign {
        certainty = certainty.min(Certainty::Possible);
    }
    certainty
}

/// Every witness is an advice, an error name, or derived from an advice that AWS does not match exactly.
fn rests_on_advice(holds: &Holds, signals: &Signals) -> bool {
    holds.witnesses.iter().any(|witness| {
        let Witness::Signal(at) = witness else { return false };
        match &signals.list[*at].origin {
            crate::signal::Origin::Rule { rule, .. } => rule.ends_with("by-advice"),
            _ => signals.list[*at].name == SignalName::Advice,
        }
    })
}

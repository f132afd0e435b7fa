//! The texts of the knowledge of which one stands in every log line that is explained, whole and as they are written.

use ecsplain::knowledge::{Anchor, Compiled};
use ecsplain::vocabulary::{Place, SignalName, Value};
use std::collections::BTreeSet;

/// One entry a text, in byte order.
pub fn literals() -> BTreeSet<String> {
    let knowledge = Compiled::builtin().matching;
    let tables = &knowledge.tables;
    let mut all: BTreeSet<String> =
        tables.errors.iter().filter(|row| !row.generic).map(|row| row.name.clone()).collect();
    let sets = knowledge.problems.iter().flat_map(|problem| &problem.sets);
    for anchor in sets.filter(|set| set.places.contains(&Place::Log)).flat_map(|set| &set.log_anchors) {
        match anchor {
            Anchor::Fragment(fragment) => all.extend(knowledge.fragments.get(usize::from(*fragment)).cloned()),
            Anchor::Signal(SignalName::Error, Value::Text(name)) => all.extend([name.to_string()]),
            Anchor::Signal(SignalName::Wrapper, Value::Text(id)) => {
                all.extend(tables.wrappers.iter().filter(|row| *row.id == **id).flat_map(|row| row.texts.clone()));
            }
            Anchor::Signal(SignalName::Advice, Value::Text(id)) => {
                all.extend(tables.advice.iter().filter(|row| *row.id == **id).flat_map(|row| row.texts.clone()));
            }
            // The checker lets no other anchor speak in a log.
            Anchor::Signal(..) | Anchor::Regex(_) | Anchor::Present(_) => {}
        }
    }
    all
}

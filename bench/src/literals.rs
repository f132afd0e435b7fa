//! The texts of the knowledge of which one stands in every log line that is explained, as the gate is given them.

use std::collections::BTreeSet;

/// One entry a text, in byte order.
pub fn literals() -> BTreeSet<String> {
    ecsplain::Explainer::builtin().log_literals().iter().cloned().collect()
}

use super::{Style, Summary};
use crate::explain::Explanation;
/// stub
pub struct FixChoice { #[allow(missing_docs)] pub fixes: bool, #[allow(missing_docs)] pub verbose: bool, #[allow(missing_docs)] pub quiet: bool }
/// stub
pub fn text(explanations: &[Explanation], _s: &Summary, _c: FixChoice, _style: &Style) -> String { explanations.iter().map(|e| format!("{:?} {:?} {:?}\n", e.problem.as_ref().map(|p| &p.id), e.certainty, e.causes.iter().map(|c| &c.id).collect::<Vec<_>>())).collect() }

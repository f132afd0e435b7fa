use super::Style;
use crate::knowledge::{Page, Problem};
/// stub
pub fn page(problem: &Problem, page: &Page, _style: &Style) -> String { format!("{}\n{:#?}", problem.title, page) }

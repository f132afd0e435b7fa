//! The words of the field, as types: stages, failure modes, endpoints, signal names, facts.
//!
//! The lists are closed and stable, because knowledge files hang on them. What each word means stands in
//! `knowledge/README.md`; what text produces it stands in `knowledge/signals/`.

mod fact;
mod value;
mod words;

pub use fact::{Fact, Shape};
pub use value::{Comparison, SignalName, Value, ValueKind};
pub use words::*;

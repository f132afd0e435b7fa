//! What is known about failures: the schema of the YAML files, their checks, and the compiled form.
//!
//! This room knows no records and no engine. [`compile`](compile::compile) turns [`Sources`](source::Sources) into
//! [`Compiled`], in two parts: what matching needs ([`MatchPart`]) and what printing needs (a [`Page`] a problem,
//! decoded only when it is printed).

#[cfg(feature = "authoring")]
mod check;
#[cfg(feature = "authoring")]
pub mod compile;
mod compiled;
#[cfg(feature = "authoring")]
mod condition;
mod index;
mod lazy;
#[cfg(feature = "authoring")]
mod log_literals;
mod needles;
#[cfg(feature = "authoring")]
mod signs;
#[cfg(feature = "authoring")]
pub mod source;
mod squeeze;
mod tables;
mod template;

pub use compiled::*;
pub use index::{Anchors, CUT_PHRASE_BYTES, Index, SetAt, Use, key};
pub use lazy::Lazy;
pub use needles::{KEY, Needles};
pub use squeeze::{squeeze, squeeze_char};
pub use tables::*;
pub use template::{Piece, pieces};

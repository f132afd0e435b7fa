//! Tells why an Amazon ECS task stopped, how it knows, and what to change.
//!
//! An [`Explainer`] turns a [`Record`] (a stopped task, a service event, an error text) into an [`Explanation`]: the
//! problem, how sure that is, the evidence with its place in the text, what it rules out, and the possible causes in
//! order, each with a check and a fix. It needs no network and no credentials, and the same input gives the same answer.
//!
//! ```
//! use ecsplain::{Explainer, Record};
//!
//! let explainer = Explainer::builtin();
//! let record = Record::of_text(
//!     "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref \
//!      111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:v2: not found",
//! );
//! let explanation = explainer.explain(&record).expect("somebody asked");
//! assert_eq!(explanation.problem.unwrap().id, "manifest-image-not-found");
//! ```
//!
//! [`read`] finds out what a piece of input is (describe-tasks, an event, a log, a text) and cuts it into records.
//! Data flows one way: bytes → [`record`] → [`signal`] → [`explain`] → [`report`] → bytes; `ARCHITECTURE.md` has the plan.

#![deny(missing_docs)]

pub mod explain;
mod finder;
pub mod gate;
pub mod knowledge;
mod pattern;
pub mod record;
pub mod report;
pub mod signal;
pub mod vocabulary;

pub use explain::{Explainer, Explanation, Outcome, group};
pub use record::{Input, Item, Record, Rejected, read};
pub use signal::address::Ranges;

/// The knowledge that the library carries, compiled when it was built.
static BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/knowledge.bin"));

impl knowledge::Compiled {
    /// The knowledge that the library carries.
    ///
    /// # Panics
    /// Never: the build made and checked it.
    pub fn builtin() -> knowledge::Compiled {
        knowledge::Compiled::from_bytes(BUILTIN).expect("the build made it")
    }
}

impl Explainer {
    /// An explainer over the knowledge and the address ranges that the library carries.
    pub fn builtin() -> Explainer {
        Explainer::new(knowledge::Compiled::builtin(), Ranges::embedded())
    }
}

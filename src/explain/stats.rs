//! What a tally tells: a part of the JSON contract.

use crate::vocabulary::Stage;
use serde::Serialize;

/// How many failures of which kind, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Stats {
    /// Records in all.
    pub records: u64,
    /// Failures. All shares are of these.
    pub failures: u64,
    /// What stopped normally.
    pub normal: u64,
    /// Parts of the input that could not be read.
    pub rejected: u64,
    /// Failures that are explained by stage, in the order of a task's life.
    pub stages: Vec<StageCount>,
    /// By problem, the most frequent first.
    pub problems: Vec<ProblemCount>,
    /// Failures that no problem answers.
    pub unknown: UnknownCount,
    /// When failures happened.
    pub times: Histogram,
}

/// Failures of a stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StageCount {
    /// The stage.
    #[cfg_attr(test, schemars(with = "String"))]
    pub stage: Stage,
    /// Failures.
    pub count: u64,
    /// Share of all failures, 0 to 1.
    pub share: f64,
}

/// Failures of a problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemCount {
    /// The problem's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its stage.
    #[cfg_attr(test, schemars(with = "String"))]
    pub stage: Stage,
    /// Failures.
    pub count: u64,
    /// Share of all failures, 0 to 1.
    pub share: f64,
}

/// Failures that no problem answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnknownCount {
    /// Failures.
    pub count: u64,
    /// Share of all failures, 0 to 1.
    pub share: f64,
    /// The most frequent shapes of their texts, at most 20.
    pub shapes: Vec<ShapeCount>,
    /// How many more shapes were counted than are told here.
    pub more: usize,
    /// There were too many shapes to count each: a shape's count may be too low by so many. 0 where all are exact.
    pub missed: u64,
}

/// A text that no problem answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShapeCount {
    /// The text with what differs from case to case masked.
    pub shape: String,
    /// Failures: at least so many, and at most `missed` more.
    pub count: u64,
}

/// Failures over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Histogram {
    /// When the first bar begins, ISO 8601 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// When the last bar ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Seconds a bar stands for.
    pub width: i64,
    /// Failures a bar; at most 61 bars.
    pub counts: Vec<u64>,
    /// Failures without a time.
    pub without_time: u64,
}

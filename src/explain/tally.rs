//! How many failures of which kind, and when: counted as explanations come, in bounded memory.

use super::explanation::{Explanation, Outcome, ProblemRef};
use super::stats::{Histogram, ProblemCount, ShapeCount, StageCount, Stats, UnknownCount};
use crate::vocabulary::Stage;
use std::collections::{BTreeMap, HashMap};

/// So many different texts that no problem answers are counted exactly; of more, the frequent ones.
const SHAPES: usize = 1_000;

/// So many of them are told.
const SHAPES_TOLD: usize = 20;

/// Times are kept in at most so many buckets.
const BUCKETS: usize = 2_000;

/// A histogram has at most so many bars.
const BARS: i64 = 60;

/// Widths of a bar in seconds: a minute to a day, then weeks. Each is a multiple of the one before.
const WIDTHS: [i64; 9] = [60, 300, 900, 3_600, 21_600, 86_400, 604_800, 2_419_200, 31_449_600];

/// Counts failures as they come.
#[derive(Default)]
pub struct Tally {
    explained: u64,
    unknown: u64,
    normal: u64,
    rejected: u64,
    problems: Vec<(ProblemRef, u64)>,
    /// Positions in `problems`.
    by_id: HashMap<String, usize>,
    shapes: Sketch,
    times: Times,
}

impl Tally {
    /// A tally of nothing.
    pub fn new() -> Tally {
        Tally::default()
    }

    /// Counts an explanation, at its record's time. What is grouped counts as one: count before. Gives its problem's place in the
    /// tally, to count equal ones by.
    pub fn count(&mut self, explanation: &Explanation) -> Option<usize> {
        let problem = explanation.problem.as_ref().filter(|_| explanation.outcome == Outcome::Explained);
        let problem = problem.map(|problem| match self.by_id.get(problem.id.as_str()) {
            Some(at) => *at,
            None => {
                self.by_id.insert(problem.id.clone(), self.problems.len());
                self.problems.push((problem.clone(), 0));
                self.problems.len() - 1
            }
        });
        let shape = explanation.unknown.as_ref().map(|unknown| unknown.shape.as_str());
        self.count_again(explanation.outcome, problem, shape, explanation.record.time.as_deref());
        problem
    }

    /// Counts one more that came to the same, at a time of its own: with its problem's place in the tally, or the shape of its text.
    pub fn count_again(&mut self, outcome: Outcome, problem: Option<usize>, shape: Option<&str>, time: Option<&str>) {
        match outcome {
            Outcome::Normal => self.normal += 1,
            Outcome::Rejected => self.rejected += 1,
            Outcome::Explained => {
                self.explained += 1;
                if let Some((_, count)) = problem.and_then(|at| self.problems.get_mut(at)) {
                    *count += 1;
                }
                self.times.count(time);
            }
            Outcome::Unknown => {
                self.unknown += 1;
                self.shapes.count(shape.unwrap_or_default());
                self.times.count(time);
            }
        }
    }

    /// What has been counted so far.
    pub fn stats(&self) -> Stats {
        let failures = self.explained + self.unknown;
        let mut stages: BTreeMap<Stage, u64> = BTreeMap::new();
        for (problem, count) in &self.problems {
            *stages.entry(problem.stage).or_default() += count;
        }
        let mut problems: Vec<ProblemCount> = self
            .problems
            .iter()
            .map(|(problem, count)| ProblemCount {
                id: problem.id.clone(),
                title: problem.title.clone(),
                stage: problem.stage,
                count: *count,
                share: share(*count, failures),
            })
            .collect();
        problems.sort_by(|a, b| (b.count, &a.id).cmp(&(a.count, &b.id)));
        Stats {
            records: failures + self.normal + self.rejected,
            failures,
            normal: self.normal,
            rejected: self.rejected,
            stages: stages
                .into_iter()
                .map(|(stage, count)| StageCount { stage, count, share: share(count, failures) })
                .collect(),
            problems,
            unknown: self.shapes.told(self.unknown, failures),
            times: self.times.histogram(),
        }
    }
}

#[allow(clippy::cast_precision_loss)] // a share needs no more than 52 bits
fn share(part: u64, whole: u64) -> f64 {
    // Rounded, so that every platform prints the same.
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0 }
}

/// Counts of the frequent among any number of texts (Misra and Gries): exact while there are few. What was seen more often than one
/// in `SHAPES` is always among them, and no count is too high.
#[derive(Default)]
struct Sketch {
    counts: HashMap<String, u64>,
    /// How often one has been taken from every count.
    missed: u64,
}

impl Sketch {
    fn count(&mut self, shape: &str) {
        if let Some(count) = self.counts.get_mut(shape) {
            *count += 1;
        } else if self.counts.len() < SHAPES {
            self.counts.insert(shape.to_owned(), 1);
        } else {
            // The new one takes one from each, and itself along. This happens at most once for `SHAPES` counted.
            self.missed += 1;
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }

    fn told(&self, unknown: u64, failures: u64) -> UnknownCount {
        let mut shapes: Vec<(&String, u64)> = self.counts.iter().map(|(shape, count)| (shape, *count)).collect();
        shapes.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
        UnknownCount {
            count: unknown,
            share: share(unknown, failures),
            more: shapes.len().saturating_sub(SHAPES_TOLD),
            shapes: shapes
                .into_iter()
                .take(SHAPES_TOLD)
                .map(|(shape, count)| ShapeCount { shape: shape.clone(), count })
                .collect(),
            missed: self.missed,
        }
    }
}

/// Counts by time. The buckets grow wider when there are too many.
struct Times {
    /// By seconds since the epoch over the width.
    buckets: BTreeMap<i64, u64>,
    width: i64,
    without_time: u64,
}

impl Default for Times {
    fn default() -> Times {
        Times { buckets: BTreeMap::new(), width: WIDTHS[0], without_time: 0 }
    }
}

impl Times {
    fn count(&mut self, time: Option<&str>) {
        let Some(time) = time.and_then(|time| time.parse::<jiff::Timestamp>().ok()) else {
            self.without_time += 1;
            return;
        };
        *self.buckets.entry(time.as_second().div_euclid(self.width)).or_default() += 1;
        while self.buckets.len() > BUCKETS {
            let wider = wider(self.width);
            self.buckets = self.in_width(wider);
            self.width = wider;
        }
    }

    fn in_width(&self, width: i64) -> BTreeMap<i64, u64> {
        let mut wide = BTreeMap::new();
        for (at, count) in &self.buckets {
            *wide.entry((at * self.width).div_euclid(width)).or_default() += count;
        }
        wide
    }

    fn histogram(&self) -> Histogram {
        let (Some((first, _)), Some((last, _))) = (self.buckets.first_key_value(), self.buckets.last_key_value())
        else {
            return Histogram { without_time: self.without_time, ..Histogram::default() };
        };
        let span = (last - first) * self.width;
        let mut width = self.width;
        while span / width >= BARS {
            width = wider(width);
        }
        let bars = self.in_width(width);
        let first = (first * self.width).div_euclid(width);
        let last = (last * self.width).div_euclid(width);
        let time = |seconds: i64| {
            let (least, most) = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
            jiff::Timestamp::from_second(seconds.clamp(least, most)).ok().map(|time| time.to_string())
        };
        Histogram {
            start: time(first * width),
            end: time((last + 1) * width),
            width,
            counts: (first..=last).map(|at| bars.get(&at).copied().unwrap_or(0)).collect(),
            without_time: self.without_time,
        }
    }
}

/// The next width. Beyond the table each is twice the one before.
fn wider(width: i64) -> i64 {
    WIDTHS.iter().copied().find(|wider| *wider > width).unwrap_or(width * 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Unknown, rejected};

    fn unknown(shape: &str) -> Explanation {
        let mut explanation = rejected("x", 1, "same");
        explanation.outcome = Outcome::Unknown;
        explanation.unknown = Some(Unknown { shape: shape.to_owned(), nearest: Vec::new() });
        explanation
    }

    fn at_times<'a>(times: impl IntoIterator<Item = &'a str>) -> Histogram {
        let mut tally = Tally::new();
        let explanation = unknown("x");
        times.into_iter().for_each(|time| {
            tally.count_again(
                explanation.outcome,
                None,
                explanation.unknown.as_ref().map(|unknown| unknown.shape.as_str()),
                Some(time),
            )
        });
        tally.stats().times
    }

    #[test]
    fn few_shapes_are_counted_exactly() {
        let mut tally = Tally::new();
        for at in 0..SHAPES {
            for _ in 0..=at % 7 {
                tally.count(&unknown(&format!("shape {at}")));
            }
        }
        let stats = tally.stats();
        let expected: u64 = (0..SHAPES).map(|at| (at % 7 + 1) as u64).sum();
        assert_eq!((stats.failures, stats.unknown.count, stats.unknown.missed), (expected, expected, 0));
        assert_eq!((stats.unknown.shapes.len(), stats.unknown.more), (SHAPES_TOLD, SHAPES - SHAPES_TOLD));
        assert!(stats.unknown.shapes.iter().all(|shape| shape.count == 7));
        assert!(tally.shapes.counts.iter().all(|(shape, count)| {
            let at: u64 = shape.rsplit(' ').next().unwrap().parse().unwrap();
            *count == at % 7 + 1
        }));
    }

    #[test]
    fn of_very_many_shapes_the_frequent_ones_are_told_and_no_count_is_too_high() {
        let mut sketch = Sketch::default();
        let rounds = 60_000_u64;
        for round in 0..rounds {
            sketch.count(&format!("once {round}"));
            if round % 10 == 0 {
                sketch.count("often");
            }
            if round % 40 == 0 {
                sketch.count("at times");
            }
        }
        assert!(sketch.counts.len() <= SHAPES);
        let all = rounds + rounds / 10 + rounds / 40;
        assert!(sketch.missed > 0 && sketch.missed <= all / SHAPES as u64, "{}", sketch.missed);
        for (shape, truly) in [("often", rounds / 10), ("at times", rounds / 40)] {
            let told = sketch.counts[shape];
            assert!(
                told <= truly && told + sketch.missed >= truly,
                "{shape}: {told} of {truly}, {} missed",
                sketch.missed
            );
        }
        assert_eq!(sketch.told(all, all).shapes[0].shape, "often");
    }

    #[test]
    fn shares_are_of_failures() {
        let mut tally = Tally::new();
        let mut explained = unknown("x");
        explained.outcome = Outcome::Explained;
        let problem = |id: &str, stage| ProblemRef {
            id: id.to_owned(),
            title: id.to_owned(),
            stage,
            severity: crate::vocabulary::Severity::Failure,
        };
        for (id, stage, count) in [("a", Stage::Run, 1), ("b", Stage::Layers, 3), ("c", Stage::Run, 2)] {
            explained.problem = Some(problem(id, stage));
            (0..count).for_each(|_| _ = tally.count(&explained));
        }
        (0..2).for_each(|_| _ = tally.count(&unknown("y")));
        tally.count(&rejected("x", 1, "no"));
        let mut normal = unknown("x");
        normal.outcome = Outcome::Normal;
        tally.count(&normal);
        let stats = tally.stats();
        assert_eq!((stats.records, stats.failures, stats.normal, stats.rejected), (10, 8, 1, 1));
        let problems: Vec<(&str, u64, f64)> =
            stats.problems.iter().map(|one| (one.id.as_str(), one.count, one.share)).collect();
        assert_eq!(problems, [("b", 3, 0.375), ("c", 2, 0.25), ("a", 1, 0.125)]);
        let stages: Vec<(Stage, u64)> = stats.stages.iter().map(|one| (one.stage, one.count)).collect();
        assert_eq!(stages, [(Stage::Layers, 3), (Stage::Run, 3)]);
        assert_eq!((stats.unknown.count, stats.unknown.share, stats.times.without_time), (2, 0.25, 8));
    }

    #[test]
    fn a_histogram_fits_its_times() {
        assert_eq!(at_times([]), Histogram::default());
        let one = at_times(["2026-08-24T10:07:31Z"]);
        assert_eq!((one.width, &one.counts[..]), (60, &[1][..]));
        assert_eq!(one.start.as_deref(), Some("2026-08-24T10:07:00Z"));
        assert_eq!(one.end.as_deref(), Some("2026-08-24T10:08:00Z"));
        let same = at_times(["2026-08-24T10:07:31Z"; 5]);
        assert_eq!(same.counts, [5]);
        let zones = at_times(["2026-08-24T10:07:31Z", "2026-08-24T12:09:31+02:00", "no time"]);
        assert_eq!((&zones.counts[..], zones.without_time), (&[1, 0, 1][..], 1));
        let day = at_times(["2026-08-24T00:00:00Z", "2026-08-24T23:59:59Z"]);
        assert_eq!((day.width, day.counts.len()), (3_600, 24));
        let years = at_times(["1969-01-01T00:00:00Z", "2026-08-24T00:00:00Z", "2026-08-24T00:00:00Z"]);
        assert_eq!((years.counts.len() <= 61, years.counts.iter().sum::<u64>()), (true, 3));
        let ages = at_times(["-009999-01-03T00:00:00Z", "9999-12-30T00:00:00Z"]);
        assert_eq!((ages.counts.len() <= 61, ages.counts.iter().sum::<u64>()), (true, 2));
    }

    #[test]
    fn times_take_bounded_memory_and_their_order_does_not_matter() {
        let times: Vec<String> = (0..9_000_i64)
            .map(|at| jiff::Timestamp::from_second(at * 7_919 % 90_000_000).unwrap().to_string())
            .collect();
        let mut tally = Tally::new();
        let explanation = unknown("x");
        for time in &times {
            tally.count_again(
                explanation.outcome,
                None,
                explanation.unknown.as_ref().map(|unknown| unknown.shape.as_str()),
                Some(time),
            );
            assert!(tally.times.buckets.len() <= BUCKETS);
        }
        let forward = tally.stats().times;
        assert_eq!(forward.counts.iter().sum::<u64>(), 9_000);
        assert_eq!(forward, at_times(times.iter().rev().map(String::as_str)));
    }
}

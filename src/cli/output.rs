//! Explanations to standard output: at the end, or as they come.

use super::arguments::{Arguments, Fixes, Format};
use super::complain::Complaint;
use super::explain::style;
use ecsplain::explain::Groups;
use ecsplain::explain::Stats;
use ecsplain::report::{self, FixChoice, Redactor, Style, Summary, Tool};
use ecsplain::{Explainer, Explanation};
use std::io::{BufWriter, Stdout, Write};
use std::time::Instant;

/// Where explanations go.
pub struct Output<'a> {
    arguments: &'a Arguments,
    explainer: &'a Explainer,
    out: BufWriter<Stdout>,
    style: Style,
    /// How often each group had been seen when it was printed. Those after these were not printed.
    printed: Vec<usize>,
    /// The opening of a JSON document has been printed.
    opened: bool,
    last: Instant,
    /// With `--redact`.
    redactor: Option<Redactor>,
}

impl<'a> Output<'a> {
    pub fn new(arguments: &'a Arguments, explainer: &'a Explainer) -> Output<'a> {
        let out = BufWriter::with_capacity(256 * 1024, std::io::stdout());
        let style = style(&arguments.shared);
        let redactor = arguments.redact.then(Redactor::new);
        Output { arguments, explainer, out, style, printed: Vec::new(), opened: false, last: Instant::now(), redactor }
    }

    fn choice(&self) -> FixChoice {
        FixChoice {
            fixes: self.arguments.fixes != Fixes::None,
            verbose: self.arguments.verbose,
            quiet: true,
            all: self.arguments.all,
        }
    }

    fn tool(&self) -> Tool<'a> {
        Tool {
            version: env!("CARGO_PKG_VERSION"),
            knowledge: self.explainer.problems().len(),
            ip_ranges: self.explainer.ranges().date(),
        }
    }

    fn redact(&mut self, explanations: &mut [Explanation]) {
        if let Some(redactor) = &mut self.redactor {
            explanations.iter_mut().for_each(|explanation| redactor.explanation(explanation));
        }
    }

    /// Prints explanations that are not joined.
    pub fn single(&mut self, mut explanations: Vec<Explanation>) -> Result<(), Complaint> {
        self.redact(&mut explanations);
        if self.arguments.format != Format::Json {
            return self.print(&explanations);
        }
        if !self.opened {
            report::json_opening(&self.tool(), &mut self.out)?;
        }
        report::json_elements(&explanations, !self.opened, &mut self.out)?;
        self.opened = true;
        Ok(())
    }

    /// Prints explanations as they stand, in a format that has no beginning and no end.
    fn print(&mut self, explanations: &[Explanation]) -> Result<(), Complaint> {
        match self.arguments.format {
            Format::Text => {
                let text = report::text(explanations, &Summary::default(), self.choice(), &self.style);
                self.out.write_all(text.as_bytes())?;
            }
            Format::Ndjson => report::ndjson(explanations, &mut self.out)?,
            Format::Json => {}
        }
        Ok(())
    }

    /// Nothing came for a while: what is new is shown.
    pub fn pause(&mut self, groups: &Groups) -> Result<(), Complaint> {
        if self.arguments.format == Format::Text && self.arguments.every.is_none() {
            self.show_new(groups)?;
        }
        self.tick(groups)?;
        self.out.flush()?;
        Ok(())
    }

    /// Time may have come to show what changed.
    pub fn tick(&mut self, groups: &Groups) -> Result<(), Complaint> {
        let Some(every) = self.arguments.every else { return Ok(()) };
        if self.last.elapsed() < every {
            return Ok(());
        }
        self.last = Instant::now();
        let before = self.printed.len();
        self.show_changed(groups, before)?;
        self.show_new(groups)?;
        self.out.flush()?;
        Ok(())
    }

    /// Groups that were not printed yet. Of JSON, one document is printed at the end.
    fn show_new(&mut self, groups: &Groups) -> Result<(), Complaint> {
        let mut new = groups.explanations()[self.printed.len()..].to_vec();
        if new.is_empty() || self.arguments.format == Format::Json {
            return Ok(());
        }
        self.redact(&mut new);
        self.print(&new)?;
        self.printed.extend(new.iter().map(count));
        Ok(())
    }

    /// Of the first so many groups, those that have grown since they were printed.
    fn show_changed(&mut self, groups: &Groups, printed: usize) -> Result<(), Complaint> {
        for (at, explanation) in groups.explanations().iter().enumerate().take(printed) {
            let now = count(explanation);
            if now > self.printed[at] {
                let mut shown = vec![explanation.clone()];
                self.redact(&mut shown);
                if self.arguments.format == Format::Text {
                    let line = report::more(&shown[0], now - self.printed[at], &self.style);
                    self.out.write_all(line.as_bytes())?;
                } else {
                    self.print(&shown)?;
                }
                self.printed[at] = now;
            }
        }
        Ok(())
    }

    /// Prints what is left.
    pub fn finish(mut self, groups: Groups, summary: &Summary, mut stats: Option<Stats>) -> Result<(), Complaint> {
        let printed = self.printed.len();
        if printed > 0 {
            self.show_changed(&groups, printed)?;
        }
        let mut explanations = groups.into_explanations();
        self.explainer.relate(&mut explanations);
        self.redact(&mut explanations);
        if let (Some(stats), Some(redactor)) = (&mut stats, &mut self.redactor) {
            redactor.stats(stats);
        }
        match self.arguments.format {
            Format::Text => {
                let choice = FixChoice { quiet: self.arguments.quiet, ..self.choice() };
                let text = report::text(&explanations[printed..], summary, choice, &self.style);
                self.out.write_all(text.as_bytes())?;
                if let Some(stats) = &stats {
                    write!(self.out, "\n{}", report::stats(stats, &self.style))?;
                }
            }
            Format::Ndjson => {
                report::ndjson(&explanations[printed..], &mut self.out)?;
                // A line of another kind would surprise its readers.
                if let Some(stats) = &stats {
                    let style = Style { color: false, ..self.style };
                    std::io::stderr().lock().write_all(report::stats(stats, &style).as_bytes())?;
                }
            }
            Format::Json => {
                if !self.opened {
                    report::json_opening(&self.tool(), &mut self.out)?;
                }
                report::json_elements(&explanations, !self.opened, &mut self.out)?;
                report::json_closing(self.opened || !explanations.is_empty(), summary, stats.as_ref(), &mut self.out)?;
            }
        }
        self.out.flush()?;
        Ok(())
    }
}

/// How often it was seen.
fn count(explanation: &Explanation) -> usize {
    explanation.group.as_ref().map_or(1, |group| group.count)
}

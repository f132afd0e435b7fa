//! Explanations without what tells whose they are: accounts, names, private addresses, ids; and without anything that lets
//! somebody in. Each value has one placeholder all through a run (`account-1`, `cluster-2`), so that what belongs together
//! still does, in texts and fixes alike.
//!
//! What stays is the evidence: regions, AWS's services and public addresses, names of errors, exit codes, times. So do tags
//! of images, paths and modules inside of containers, and the names of input files. A name without any sign of being one,
//! which no field and no known wording tells, is not found: read a text before you give it away.

mod arn;
mod hosts;
mod names;
mod placeholders;
mod secrets;
mod shapes;
mod spans;
mod torn;
mod work;

use crate::explain::{Explanation, RecordRef, Stats, shape_of};
use crate::vocabulary::{ContainerRole, Fact};
use names::{Borders, Names};
use placeholders::{Kind, Placeholders, is_placeholder};
use spans::{Redacted, Spans};
use torn::Torn;
use work::{Work, is_public_name};

/// Replaces what tells whose a failure is. One for a whole run: the same value gets the same placeholder in each explanation.
pub struct Redactor {
    placeholders: Placeholders,
    /// Names of earlier explanations: an event may name what only a task's fields tell to be a name.
    names: Names,
}

impl Default for Redactor {
    fn default() -> Redactor {
        Redactor::new()
    }
}

impl Redactor {
    /// A redactor that has seen nothing yet.
    pub fn new() -> Redactor {
        Redactor { placeholders: Placeholders::new(), names: Names::default() }
    }

    /// Replaces everything in an explanation that is to be hidden. Evidence still points at what it quotes.
    ///
    /// A part that could not be read keeps its `reason`, and each its source's name.
    pub fn explanation(&mut self, explanation: &mut Explanation) {
        let mut names = Names::default();
        self.fields(&mut explanation.record, &mut names);
        for task in explanation.group.iter_mut().flat_map(|group| &mut group.tasks) {
            self.field(task, "task", &mut names);
        }
        for (fact, value) in std::mem::take(&mut explanation.facts) {
            self.learn(fact, &value, &mut names);
        }
        // A name may stand bare in one text and tell what it is in the next.
        for text in &explanation.record.texts {
            self.rules(&text.text, &mut names, false);
        }
        self.texts(explanation, &mut names);
        self.ours(explanation, &mut names);
        explanation.fingerprint = hide_fingerprint(&explanation.fingerprint);
        explanation.symptom_of = explanation.symptom_of.as_deref().map(hide_fingerprint);
    }

    /// Replaces what is to be hidden in counts, after the explanations that they are of.
    pub fn stats(&mut self, stats: &mut Stats) {
        for row in &mut stats.unknown.shapes {
            row.shape = self.text(&row.shape, &mut Names::default(), false).text;
        }
    }

    fn fields(&mut self, record: &mut RecordRef, names: &mut Names) {
        for (value, kind) in [
            (&mut record.account, "account"),
            (&mut record.cluster, "cluster"),
            (&mut record.service, "service"),
            (&mut record.task, "task"),
        ] {
            if let Some(value) = value {
                self.field(value, kind, names);
            }
        }
        if let Some(definition) = &mut record.task_definition {
            let (family, revision) = match definition.rsplit_once(':') {
                Some((family, revision)) if revision.bytes().all(|byte| byte.is_ascii_digit()) => (family, revision),
                _ => (definition.as_str(), ""),
            };
            let mut family = family.to_owned();
            let revision = if revision.is_empty() { String::new() } else { format!(":{revision}") };
            self.field(&mut family, "task-definition", names);
            *definition = family + &revision;
        }
        for container in &mut record.containers {
            if container.role != ContainerRole::Platform && !container.name.is_empty() {
                self.field(&mut container.name, "container", names);
            }
            if let Some(image) = &mut container.image {
                *image = self.image(image, names);
            }
        }
        // Nothing of a customer's stands in these, unless somebody wrote it there.
        let others = [&mut record.region, &mut record.launch_type, &mut record.stop_code, &mut record.time];
        for value in others.into_iter().flatten() {
            *value = self.text(value, names, false).text;
        }
    }

    /// A field that holds a name and nothing else.
    fn field(&mut self, value: &mut String, kind: Kind, names: &mut Names) {
        if value.contains("arn:aws") {
            *value = self.text(value, names, false).text;
        } else if !is_public_name(value) {
            self.remember(value, kind, names);
            *value = self.placeholders.of(kind, value);
        }
    }

    /// An image reference. Only what stands before a `/` can be a host.
    fn image(&mut self, image: &str, names: &mut Names) -> String {
        let host = image.split_once('/').is_some_and(|(first, _)| first.contains(['.', ':']));
        if !host {
            let name = image.split('@').next().unwrap_or_default();
            let end = name.rfind(':').filter(|at| !name[*at..].contains('/')).unwrap_or(name.len());
            let mut work = self.work(image, names, false);
            hosts::repository(&mut work, 0..end);
            shapes::hex(&mut work);
            let spans = work.spans;
            return self.finish(spans, names, false).text;
        }
        self.text(image, names, false).text
    }

    /// Remembers what a fact of the record is, wherever it stands.
    fn learn(&mut self, fact: Fact, value: &str, names: &mut Names) {
        let kind = match fact {
            Fact::Image | Fact::Repository => {
                self.image(value, names);
                return;
            }
            Fact::Account | Fact::RegistryAccount => "account",
            Fact::Cluster => "cluster",
            Fact::Service => "service",
            Fact::Task => "task",
            Fact::Family => "task-definition",
            Fact::Container => "container",
            Fact::Instance => "container-instance",
            Fact::Secret => "secret",
            Fact::Parameter => "parameter",
            Fact::KmsKey => "kms-key",
            Fact::LogGroup => "log-group",
            Fact::LogStream => "log-stream",
            Fact::Bucket => "bucket",
            Fact::ObjectKey => "object",
            Fact::ExecutionRole | Fact::TaskRole | Fact::Role => "role",
            Fact::Resource => "resource",
            Fact::TargetGroup => "target-group",
            Fact::LoadBalancer => "load-balancer",
            Fact::CapacityProvider => "capacity-provider",
            Fact::Hook => "function",
            _ => {
                self.rules(value, names, false);
                return;
            }
        };
        if value.contains("arn:aws") || value.contains("://") {
            self.rules(value, names, false);
        } else if !is_public_name(value) {
            self.remember(value, kind, names);
        }
    }

    fn remember(&mut self, name: &str, kind: Kind, names: &mut Names) {
        if !is_placeholder(kind, name) {
            names.add(name, kind);
            // Tasks are known by their shape; there may be millions.
            if kind != "task" {
                self.names.add(name, kind);
            }
        }
    }

    fn texts(&mut self, explanation: &mut Explanation, names: &mut Names) {
        let texts = &mut explanation.record.texts;
        let redacted: Vec<Redacted> = texts.iter().map(|text| self.text(&text.text, names, false)).collect();
        for one in &mut explanation.evidence {
            let place = one.text.and_then(|at| Some((redacted.get(at)?, one.start?..one.end?)));
            match place {
                Some((redacted, range)) => {
                    let range = redacted.range(range);
                    one.quote = redacted.text.get(range.clone()).unwrap_or_default().to_owned();
                    (one.start, one.end) = (Some(range.start), Some(range.end));
                }
                None => one.quote = self.quote(one.field.as_deref(), &one.quote, names),
            }
        }
        for (text, redacted) in texts.iter_mut().zip(redacted) {
            text.text = redacted.text;
            text.field = self.text(&text.field, names, true).text;
        }
        // The shape is made anew: the old one may end within a name.
        if let (Some(unknown), Some(first)) = (&mut explanation.unknown, explanation.record.texts.first())
            && !first.text.is_empty()
        {
            unknown.shape = shape_of(&first.text);
        }
    }

    /// What a field holds that is evidence.
    fn quote(&mut self, field: Option<&str>, quote: &str, names: &mut Names) -> String {
        if field.is_some_and(|field| field.ends_with("image")) {
            return self.image(quote, names);
        }
        self.text(quote, names, false).text
    }

    /// Sentences, checks and fixes that values were filled in.
    fn ours(&mut self, explanation: &mut Explanation, names: &mut Names) {
        let mut ours: Vec<&mut String> = vec![&mut explanation.summary];
        ours.extend(explanation.evidence.iter_mut().map(|one| &mut one.means));
        ours.extend(explanation.ruled_out.iter_mut().flat_map(|row| [&mut row.what, &mut row.because]));
        ours.extend(explanation.misleading.iter_mut().map(|row| &mut row.truth));
        ours.extend(explanation.findings.iter_mut().map(|finding| &mut finding.because));
        for cause in &mut explanation.causes {
            ours.extend([&mut cause.title, &mut cause.why]);
            ours.extend(cause.because.as_mut());
            ours.extend(cause.checks.iter_mut().flat_map(|check| [&mut check.run, &mut check.expect]));
            ours.extend(cause.fixes.iter_mut().flat_map(|fix| [&mut fix.title, &mut fix.text]));
        }
        for text in ours {
            *text = self.text(text, names, true).text;
        }
        // These quote the record.
        let quotes = explanation.findings.iter_mut().map(|finding| &mut finding.says);
        for text in quotes.chain(explanation.reasoning.iter_mut().flat_map(|reasoning| &mut reasoning.signals)) {
            *text = self.text(text, names, false).text;
        }
    }

    fn text(&mut self, text: &str, names: &mut Names, ours: bool) -> Redacted {
        let spans = self.rules(text, names, ours);
        self.finish(spans, names, ours)
    }

    fn work<'t, 'r>(&'r mut self, text: &'t str, names: &'r mut Names, ours: bool) -> Work<'t, 'r> {
        Work { spans: Spans::new(text), placeholders: &mut self.placeholders, names, ours }
    }

    /// All rules. What they find to be a name is remembered.
    fn rules<'t>(&mut self, text: &'t str, names: &mut Names, ours: bool) -> Spans<'t> {
        let mut spans = Spans::new(text);
        if let Some(torn) = Some(text).filter(|_| !ours).and_then(Torn::of) {
            let mut joined = self.rules_within(Spans::new(&torn.joined), names, false);
            self.known(&mut joined, names, false);
            for (range, with) in joined.replaced() {
                spans.replace(torn.original(range), with.clone());
            }
        }
        self.rules_within(spans, names, ours)
    }

    /// The surest rules first.
    fn rules_within<'t>(&mut self, spans: Spans<'t>, names: &mut Names, ours: bool) -> Spans<'t> {
        let text = spans.text;
        let mut work = Work { spans, placeholders: &mut self.placeholders, names, ours };
        secrets::unmistakable(&mut work);
        if !ours {
            secrets::likely(&mut work);
            shapes::emails(&mut work);
        }
        arn::arns(&mut work);
        hosts::hosts(&mut work);
        shapes::ids(&mut work, 0..text.len());
        shapes::hex(&mut work);
        shapes::accounts(&mut work);
        shapes::addresses(&mut work);
        if !ours {
            secrets::by_chance(&mut work);
            shapes::places(&mut work);
        }
        work.spans
    }

    fn finish(&mut self, mut spans: Spans<'_>, names: &Names, ours: bool) -> Redacted {
        self.known(&mut spans, names, ours);
        spans.finish()
    }

    /// Replaces the names that are known, where no rule has decided.
    fn known(&mut self, spans: &mut Spans<'_>, names: &Names, ours: bool) {
        let text = spans.text;
        let borders = if ours { Borders::Words } else { Borders::Parts };
        let mut next = 0;
        if !(names.is_empty() && self.names.is_empty()) {
            for at in names::starts(text) {
                if at < next {
                    continue;
                }
                let own = names.at(text, at, borders);
                let Some((length, kind)) = own.or_else(|| self.names.at(text, at, borders)) else { continue };
                for piece in spans.open(at..at + length) {
                    let placeholder = self.placeholders.of(kind, &text[piece.clone()]);
                    spans.replace(piece, placeholder);
                }
                next = at + length;
            }
        }
    }
}

/// How a redacted fingerprint begins.
const FINGERPRINT: &str = "redacted-";

/// A fingerprint is a digest of names, and made to be fast. What is left of it here, the same in every run, is 32 bits: enough
/// to tell the failures of a report apart, while of the guesses of an account alone hundreds fit.
fn hide_fingerprint(fingerprint: &str) -> String {
    if fingerprint.starts_with(FINGERPRINT) {
        return fingerprint.to_owned();
    }
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in fingerprint.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // The last step is no bijection to be run backwards.
    let mixed = (hash ^ (hash >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{FINGERPRINT}{:08x}", mixed >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Explainer;
    use crate::explain::{fill_code, fill_prose};
    use std::collections::BTreeMap;

    /// Nothing in what we write ourselves is taken for somebody's.
    #[test]
    fn our_own_words_stay() {
        let explainer = Explainer::builtin();
        let nothing = BTreeMap::new();
        let mut redactor = Redactor::new();
        let mut wrong = Vec::new();
        for at in 0..explainer.problems().len() {
            let page = explainer.page(at);
            let mut ours = vec![fill_prose(&page.summary, &nothing)];
            ours.extend(page.rules_out.iter().map(|row| fill_prose(&row.because, &nothing)));
            ours.extend(page.misleading.iter().map(|row| fill_prose(&row.truth, &nothing)));
            for cause in &page.causes {
                ours.extend([&cause.title, &cause.why].map(|text| fill_prose(text, &nothing)));
                for check in &cause.checks {
                    ours.extend([fill_code(&check.run, &nothing).0, fill_prose(&check.expect, &nothing)]);
                }
                for fix in &cause.fixes {
                    ours.extend([fill_code(&fix.text, &nothing).0, fill_prose(&fix.title, &nothing)]);
                }
            }
            // Examples of ours that look like somebody's are replaced: nobody can tell.
            for text in ours.iter().map(|text| text.replace("111122223333", "").replace("10.0.", "")) {
                let shown = redactor.text(&text, &mut Names::default(), true).text;
                if shown != text {
                    let differs = text.chars().zip(shown.chars()).take_while(|(a, b)| a == b).count();
                    let piece = |text: &str| text.chars().skip(differs.saturating_sub(40)).take(90).collect::<String>();
                    wrong.push(format!("{}: {}\n    {}", explainer.problems()[at].id, piece(&text), piece(&shown)));
                }
            }
        }
        wrong.dedup();
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    }
}

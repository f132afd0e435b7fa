//! What the rules work on: one text, with what has been decided on in it.

use super::names::Names;
use super::placeholders::{HIDDEN, Kind, Placeholders, is_placeholder};
use super::spans::Spans;
use std::ops::Range;

/// A text that is being redacted.
pub(super) struct Work<'t, 'r> {
    pub(super) spans: Spans<'t>,
    pub(super) placeholders: &'r mut Placeholders,
    pub(super) names: &'r mut Names,
    /// A sentence or a fix of ours, filled in: it holds no secret that the record's own texts don't hold, but words that only
    /// look like one.
    pub(super) ours: bool,
}

impl<'t> Work<'t, '_> {
    pub(super) fn text(&self) -> &'t str {
        self.spans.text
    }

    pub(super) fn keep(&mut self, range: Range<usize>) {
        self.spans.keep(range);
    }

    pub(super) fn is_open(&self, range: Range<usize>) -> bool {
        self.spans.open(range.clone()) == [range]
    }

    /// Hides what stands there.
    pub(super) fn hide(&mut self, range: Range<usize>, kind: Kind) {
        let value = &self.text()[range.clone()];
        if kind == HIDDEN {
            // `user:password`, `Basic …`, `session=…`
            let parts = value.split([':', '=', ' ', ';']).chain([value]);
            parts.filter(|part| is_random(part)).for_each(|part| self.names.add(part, kind));
        }
        self.hide_as(range, kind, value);
    }

    /// Hides what stands there; `value` is how it is written elsewhere.
    pub(super) fn hide_as(&mut self, range: Range<usize>, kind: Kind, value: &str) {
        let whole = self.is_open(range.clone());
        for piece in self.spans.open(range) {
            let value = if whole { value } else { &self.text()[piece.clone()] };
            let placeholder = self.placeholders.of(kind, value);
            self.spans.replace(piece, placeholder);
        }
    }

    /// What no rule has decided on within the range, as names.
    pub(super) fn rest(&mut self, range: Range<usize>, kind: Kind) {
        for piece in self.spans.open(range) {
            self.name(piece, kind);
        }
    }

    /// Remembers a name, and what it is made of: `/ecs/payments` tells that there are payments.
    pub(super) fn remember(&mut self, kind: Kind, name: &str) {
        if is_placeholder(kind, name) {
            return;
        }
        self.names.add(name, kind);
        if name.contains('/') && kind != HIDDEN {
            name.split('/').filter(|part| part.len() > 3).for_each(|part| self.names.add(part, kind));
        }
        // `payments.abcdefghijkl.eu-west-1.rds.amazonaws.com` does as well.
        if matches!(kind, "host" | "name")
            && let Some((own, _)) = name.split_once('.').filter(|(own, _)| own.len() > 3)
        {
            self.names.add(own, kind);
        }
        // Secrets Manager adds six characters to a secret's name.
        if kind == "secret"
            && let Some((own, _)) = name.rsplit_once('-').filter(|(_, added)| added.len() == 6)
        {
            self.names.add(own, kind);
        }
    }

    /// Hides a name and remembers it. `*` and slashes around it stay, as do AWS's own names.
    pub(super) fn name(&mut self, range: Range<usize>, kind: Kind) {
        let text = &self.text()[range.clone()];
        let start = range.start + text.len() - text.trim_start_matches(['/', '*']).len();
        let end = start + text.trim_matches(['/', '*']).len();
        if start >= end {
            return;
        }
        let name = &self.text()[start..end];
        // What is filled in has been met; the rest are placeholders and examples of ours.
        let is_account = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
        if self.ours && !is_account && !self.names.may_know(name) {
            return;
        }
        if is_public_name(name) {
            self.keep(range);
            return;
        }
        self.remember(kind, name);
        self.hide_as(start..end, kind, name);
    }
}

/// Names that AWS gives, the same for everybody.
pub(super) fn is_public_name(name: &str) -> bool {
    matches!(name, "default" | "FARGATE" | "FARGATE_SPOT" | "ecsTaskExecutionRole" | "ecsInstanceRole" | "localhost")
        || name.starts_with("AWSServiceRole")
        || name.starts_with("~internal~ecs~")
}

/// Whether a secret is no word that may stand elsewhere by itself.
fn is_random(secret: &str) -> bool {
    secret.len() >= 12 || secret.len() >= 6 && secret.bytes().any(|byte| !byte.is_ascii_alphabetic())
}

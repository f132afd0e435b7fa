//! Names that have been met, looked for wherever else they stand.

use super::placeholders::{Kind, is_kind, is_placeholder};
use std::collections::HashMap;

/// So many names are looked for.
const MOST: usize = 20_000;

/// So many of them begin with the same word.
const MOST_ALIKE: usize = 64;

/// Longer ones are replaced where they are found by their place, not looked for.
const LONGEST: usize = 1024;

/// Words that messages, commands and our own sentences are made of, products among them. Something called so is replaced where it stands in quotes
/// or its place tells that it is a name, but not wherever the word stands: that would make every sentence nonsense.
const COMMON: &str = " access account action actions active address agent all allow amazon and any apache app application arn \
    async attach auth aws bash bin body bridge bucket build cannot cassandra cause celery check chrome cli \
    client cloud cluster code command config connect connection console consul container containers copy count \
    cpu create curl customer data database datadog date dead debug default delete denied deny deploy deployment \
    describe dial django dns docker domain ebs ec2 ecr ecs efs egress elasticsearch elb end endpoint engine \
    entry env environment envoy error etc event events exec execution exit express fail failed fargate fastapi \
    file filter fix flask fluentd forbidden from gateway get github gitlab go golang gradle grafana group \
    groups gunicorn haproxy health host http https iam image images index info ingress input instance internal \
    invalid iops java jenkins json kafka key keycloak keys kibana kill killed kms lambda laravel latest launch \
    layer layers let level lib limit line linux list local log logs logstash main manifest mariadb maven \
    memcached memory message metadata method minio mode model module mongo mongodb mount mysql name names \
    namespace nat net network next nginx node none not npm null object open opensearch out output owner \
    parameter password path permission php place platform plugin policy pool port ports post postgres \
    postgresql prefix private problem process profile prometheus provider public pull puma push put pypi python \
    quay query rabbitmq rails react read reason record redis refused region registry release repo repository \
    request reset resource resources response restart role root route ruby run running runtime rust safe \
    schedule secret secrets security selenium server service services session set shell sidecar sidekiq signal \
    sns sonarqube source spring sqs ssl ssm stage start started state status stop stopped storage sts subnet \
    sudo system table tag tags target task tasks tcp team telegraf terraform test text the time timeout title \
    tls token tomcat tool traefik true type udp unable unknown update url usage use user username usr uvicorn \
    value values var variable vault version volume volumes vpc wait warn was websocket windows with wordpress \
    write xray yaml yarn yes zone zookeeper ";

/// Names by their first word.
#[derive(Default)]
pub(super) struct Names {
    by_word: HashMap<String, Vec<Name>>,
    count: usize,
    /// Whether a name had to be left out.
    full: bool,
}

struct Name {
    text: String,
    kind: Kind,
    /// Whether it says by itself that it is a name.
    telling: bool,
}

/// How a name is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Borders {
    /// As a word of its own, or the first or last part of one in quotes: our commands have options that hold ordinary words.
    Words,
    /// Long ones as a part of a name as well: `payments` in `payments-worker`.
    Parts,
}

impl Names {
    /// Remembers a name.
    pub(super) fn add(&mut self, name: &str, kind: Kind) {
        let name = name.trim_matches(|c: char| !is_word(c));
        if name.is_empty() || is_placeholder(kind, name) {
            return;
        }
        if name.len() > LONGEST || self.count >= MOST {
            self.full = true;
            return;
        }
        let alike = self.by_word.entry(first_word(name).to_owned()).or_default();
        if alike.iter().any(|known| known.text == name) {
            return;
        }
        if alike.len() >= MOST_ALIKE {
            self.full = true;
            return;
        }
        alike.push(Name { text: name.to_owned(), kind, telling: is_telling(name) });
        // Of two that fit the longer one is meant.
        alike.sort_by_key(|known| std::cmp::Reverse(known.text.len()));
        self.count += 1;
    }

    /// Whether this name, or one that there was no more room for, has been met.
    pub(super) fn may_know(&self, name: &str) -> bool {
        let name = name.trim_matches(|c: char| !is_word(c));
        self.full
            || self.by_word.get(first_word(name)).is_some_and(|alike| alike.iter().any(|known| known.text == name))
    }

    /// Length and kind of the longest name that stands at this byte of the text, where a word begins.
    pub(super) fn at(&self, text: &str, at: usize, borders: Borders) -> Option<(usize, Kind)> {
        let (before, rest) = text.split_at(at);
        let whole = first_word(rest);
        let fits = |name: &&Name| rest.strip_prefix(&*name.text).is_some_and(|after| name.fits(before, after, borders));
        let find = |word: &str| self.by_word.get(word)?.iter().find(fits);
        let part = || whole.find('_').filter(|end| *end > 0).map(|end| &whole[..end]);
        let name = find(whole).or_else(|| find(part()?))?;
        Some((name.text.len(), name.kind))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl Name {
    fn fits(&self, before: &str, after: &str, borders: Borders) -> bool {
        if !self.telling {
            return is_quoted(before, after);
        }
        let long = borders == Borders::Parts && self.text.len() >= 6;
        // `'{family}-task'`, `'to-{family}'` in a fix.
        let words = borders == Borders::Words;
        let opened = words && before.ends_with(['\'', '"', '`', '/', ':', '=']);
        let closed = words && after.starts_with(['\'', '"', '`', '/', ':']);
        begins(before, long || closed) && ends(after, long || opened)
    }
}

/// Whether quotes stand on both sides, and what they hold is no key of JSON or HCL.
fn is_quoted(before: &str, after: &str) -> bool {
    let (Some(open), Some(close)) = (before.chars().next_back(), after.chars().next()) else { return false };
    let in_path = open == '/' && matches!(close, '/' | '\'' | '"');
    let in_quotes = open == close && matches!(open, '\'' | '"' | '`');
    in_path || in_quotes && !after[1..].trim_start().starts_with([':', '='])
}

/// Bytes at which a name may begin.
pub(super) fn starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(at, character)| {
        let start = is_word(character) && (!is_word(before) || before == '_');
        before = character;
        start.then_some(at)
    })
}

fn is_telling(name: &str) -> bool {
    let letters = name.chars().any(char::is_alphabetic);
    let long_enough = name.chars().nth(2).is_some() && name.len() <= LONGEST;
    let lower = name.to_ascii_lowercase();
    let is_version = name.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    letters && long_enough && !is_version && !COMMON.contains(&format!(" {lower} ")) && !is_part_of_a_kind(&lower)
}

/// `private` would be found in `private-ip-1`.
fn is_part_of_a_kind(word: &str) -> bool {
    const PARTS: [&str; 14] = [
        "access",
        "attach",
        "balancer",
        "capacity",
        "definition",
        "instance",
        "kms",
        "load",
        "log",
        "private",
        "provider",
        "stream",
        "svc",
        "target",
    ];
    is_kind(word) || PARTS.contains(&word)
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}

fn first_word(text: &str) -> &str {
    &text[..text.find(|c: char| !is_word(c)).unwrap_or(text.len())]
}

fn begins(before: &str, loose: bool) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        Some('-') => loose || !back.next().is_some_and(is_word),
        Some('_') => loose,
        other => !other.is_some_and(is_word),
    }
}

fn ends(after: &str, loose: bool) -> bool {
    let mut rest = after.chars();
    match rest.next() {
        Some('-') => loose || !rest.next().is_some_and(is_word),
        Some('_') => loose,
        other => !other.is_some_and(is_word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &Names, text: &str, borders: Borders) -> Vec<String> {
        starts(text)
            .filter_map(|at| names.at(text, at, borders).map(|(length, _)| text[at..at + length].to_owned()))
            .collect()
    }

    #[test]
    fn names_are_found_as_words_and_long_ones_in_names() {
        let mut names = Names::default();
        for name in ["web", "payments", "team/app", "task", "443", "größe"] {
            names.add(name, "service");
        }
        let text = "(service web) web-1 x_web payments-worker my_payments_x team/app:1 task 443 'task' größe";
        assert_eq!(found(&names, text, Borders::Words), ["web", "team/app", "task", "größe"]);
        let parts = found(&names, text, Borders::Parts);
        assert_eq!(parts, ["web", "payments", "payments", "team/app", "task", "größe"]);
        assert_eq!(found(&names, r#"'web-role' "task": "task""#, Borders::Words), ["web", "task"]);
    }
}

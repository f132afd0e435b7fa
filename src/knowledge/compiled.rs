//! The compiled knowledge: what a start-up reads.

use super::index::Index;
use super::lazy::Lazy;
use super::tables::Tables;
use super::template::{Piece, pieces};
use crate::vocabulary::{Certainty, Comparison, FixForm, Place, Severity, SignalName, Stage, Value, Verdict};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The compiled knowledge: what matching needs, and a page for each problem, still encoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compiled {
    /// What matching needs.
    pub matching: MatchPart,
    /// What is laid out of it. After a change of its texts see [`Compiled::index_again`].
    pub(crate) index: Index<'static>,
    /// Where each encoded [`Page`] ends in `pages`, in the order of `matching.problems`.
    page_ends: Vec<u32>,
    /// Where each encoded shared fix ends behind the pages.
    fix_ends: Vec<u32>,
    /// The encoded pages and shared fixes, one after another. Those that the library carries are not even copied.
    pages: Cow<'static, [u8]>,
}

/// What matching needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MatchPart {
    /// The problems, by stage and id.
    pub problems: Vec<Problem>,
    /// Fragments that `says` conditions look for, as they are written.
    pub fragments: Vec<String>,
    /// Regular expressions of `regex` conditions.
    pub regexes: Vec<Expression>,
    /// The texts that produce signals.
    pub tables: Tables,
    /// What a task says of the runbook's findings, by finding, the more telling first.
    pub judgements: Vec<Judgement>,
    /// One of them stands in every log line that can be explained, in any ASCII case.
    pub log_literals: Vec<String>,
    /// What conditions compare the seconds with that a task ran.
    pub ran_limits: Vec<i64>,
    /// What conditions compare the seconds with that a task took to stop.
    pub stop_limits: Vec<i64>,
}

/// What a task for which a condition holds says of a finding of AWS's runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The finding's id.
    pub finding: String,
    /// What the task says.
    pub verdict: Verdict,
    /// For which tasks.
    pub when: Condition,
    /// Why. A template.
    pub because: String,
}

/// A regular expression of a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// As it is written.
    pub text: String,
    /// In lower case: one of them stands in every match, whatever its case. Empty when nothing is known to.
    pub signs: Vec<String>,
}

/// What the engine needs of a problem to recognise it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where in a task's life it broke.
    pub stage: Stage,
    /// How bad it is.
    pub severity: Severity,
    /// Loses to all that are none.
    pub fallback: bool,
    /// Loses to all but fallbacks.
    pub symptom: bool,
    /// Problems that it beats, as positions in [`MatchPart::problems`].
    pub over: Vec<u16>,
    /// Its condition sets, in order.
    pub sets: Lazy<Vec<ConditionSet>>,
}

/// When a problem holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionSet {
    /// Where it may speak.
    pub places: Vec<Place>,
    /// How sure it is.
    pub certainty: Certainty,
    /// What must hold.
    pub condition: Condition,
    /// Of these one at least must be there for the condition to hold. Not encoded: [`Index::anchors`] has them.
    #[serde(skip)]
    pub anchors: Vec<Anchor>,
    /// For a set that may speak in a log: the texts of which one must stand in the line.
    pub log_anchors: Vec<Anchor>,
    /// Whether it rests on something being absent, which a cut text cannot show.
    pub rests_on_absence: bool,
}

/// Something that must be there for a condition set to hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Anchor {
    /// A fragment, as position in [`MatchPart::fragments`].
    Fragment(u16),
    /// A regular expression, as position in [`MatchPart::regexes`].
    Regex(u16),
    /// A signal with this value (or a child of it).
    Signal(SignalName, Value),
    /// A signal with any value.
    Present(SignalName),
}

/// A condition over the signals of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// All of them.
    All(Vec<Condition>),
    /// At least one.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A test of a signal.
    Signal(SignalName, Test),
    /// One of these fragments.
    Says(Vec<u16>),
    /// This regular expression.
    Regex(u16),
    /// All of it within one container.
    Container(Box<Condition>),
}

/// A test of the values of one signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// There is one.
    Present,
    /// There is none.
    Absent,
    /// One of them has one of these values.
    OneOf(Vec<Value>),
    /// One of them compares so.
    Compare(Comparison, i64),
}

/// What printing needs of a problem.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The version that knew it first.
    pub since: String,
    /// Two sentences. A template.
    pub summary: String,
    /// What the text rules out.
    pub rules_out: Vec<RuledOut>,
    /// What AWS's words get wrong.
    pub misleading: Vec<Misleading>,
    /// Possible causes, in order.
    pub causes: Vec<Cause>,
    /// Further reading.
    pub references: Vec<String>,
    /// Example texts, for `ecsplain show` and the search.
    pub examples: Vec<Example>,
}

/// Something the text rules out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuledOut {
    /// What.
    pub what: String,
    /// Why. A template.
    pub because: String,
    /// Only when this holds.
    pub when: Option<Condition>,
}

/// Something that AWS's own words get wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Misleading {
    /// An advice or a wrapper, by id.
    pub id: String,
    /// What is said.
    pub says: String,
    /// What is true. A template.
    pub truth: String,
}

/// A possible cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Its id, unique within the problem.
    pub id: String,
    /// Its title. A template.
    pub title: String,
    /// Why it produces the text. A template.
    pub why: String,
    /// False leaves it out, true puts it first, not known puts it last.
    pub when: Option<Condition>,
    /// True puts it first; otherwise it keeps its place.
    pub prefer: Option<Condition>,
    /// When it holds, the cause is excluded.
    pub unless: Option<Condition>,
    /// Why it is excluded then.
    pub because: String,
    /// Commands that tell whether it is this cause.
    pub checks: Vec<Check>,
    /// Where the fixes come from: what is stored.
    pub fix_sources: Vec<FixSource>,
    /// What to change. Filled when the page is decoded.
    #[serde(skip)]
    pub fixes: Vec<Fix>,
    /// In how many confirmed incidents of the corpus it was this cause; 0 when too few are known.
    pub seen: u16,
    /// Of how many confirmed incidents of the problem.
    pub of: u16,
}

/// A command that tells whether it is this cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The command. A template.
    pub run: String,
    /// What it shows when all is well. A template.
    pub expect: String,
}

/// What to change, in one form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// The language.
    pub form: FixForm,
    /// When to take this one of several.
    pub when: String,
    /// What it does.
    pub title: String,
    /// The text. A template.
    pub text: String,
}

/// A fix as it is stored: several entries share most of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FixSource {
    /// The entry's own.
    Own(Fix),
    /// A shared one, by its position, with the values of its parameters.
    Shared(u16, Vec<(String, String)>),
}

/// A text that shows the problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Where it was seen.
    pub source: String,
}

impl Compiled {
    /// Puts matching, pages and shared fixes together. A shared fix is its forms.
    pub fn new(matching: MatchPart, pages: &[Page], fixes: &[Vec<Fix>]) -> Compiled {
        let mut compiled = Compiled { index: Index::new(&matching), matching, ..Compiled::default() };
        let mut bytes = Vec::new();
        let end = |bytes: &Vec<u8>| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        for page in pages {
            bytes.extend(encode(page));
            compiled.page_ends.push(end(&bytes));
        }
        for fix in fixes {
            bytes.extend(encode(fix));
            compiled.fix_ends.push(end(&bytes));
        }
        compiled.pages = bytes.into();
        compiled
    }

    /// Encodes it: the length of the first part, the first part, the pages and fixes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let first = encode(&(&self.matching, &self.index, &self.page_ends, &self.fix_ends));
        let mut bytes = u32::try_from(first.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
        bytes.extend(first);
        bytes.extend_from_slice(&self.pages);
        bytes
    }

    /// Decodes what [`Compiled::to_bytes`] made.
    ///
    /// # Errors
    /// When the bytes are not that.
    pub fn from_bytes(bytes: &'static [u8]) -> Result<Compiled, postcard::Error> {
        let cut = |at| bytes.split_at_checked(at).ok_or(postcard::Error::DeserializeUnexpectedEnd);
        let (length, _) = cut(4)?;
        let length = length.try_into().map(u32::from_le_bytes).map_err(|_| postcard::Error::DeserializeBadEncoding)?;
        let (first, pages) = cut(4 + length as usize)?;
        let (matching, index, page_ends, fix_ends) = postcard::from_bytes(&first[4..])?;
        Ok(Compiled { matching, index, page_ends, fix_ends, pages: pages.into() })
    }

    /// Makes changes of the texts in `matching` count.
    pub fn index_again(&mut self) {
        self.index = Index::of_texts(&self.matching, std::mem::take(&mut self.index.anchors));
    }

    /// The page of a problem, with its fixes.
    ///
    /// # Errors
    /// When the encoded page is damaged.
    pub fn page(&self, problem: usize) -> Result<Page, postcard::Error> {
        let mut page = self.page_without_fixes(problem)?;
        for cause in &mut page.causes {
            for source in &cause.fix_sources {
                match source {
                    FixSource::Own(fix) => cause.fixes.push(fix.clone()),
                    FixSource::Shared(at, with) => cause.fixes.extend(self.shared_fix(usize::from(*at), with)?),
                }
            }
        }
        Ok(page)
    }

    /// The page of a problem, whose fixes are still where they are stored.
    pub(crate) fn page_without_fixes(&self, problem: usize) -> Result<Page, postcard::Error> {
        let start = if problem == 0 { 0 } else { self.page_ends[problem - 1] };
        self.decode(start, self.page_ends[problem])
    }

    /// The forms of a shared fix, with its parameters filled in.
    fn shared_fix(&self, at: usize, with: &[(String, String)]) -> Result<Vec<Fix>, postcard::Error> {
        let start = if at == 0 { self.page_ends.last().copied().unwrap_or(0) } else { self.fix_ends[at - 1] };
        let mut forms: Vec<Fix> = self.decode(start, self.fix_ends[at])?;
        for form in &mut forms {
            form.title = substitute(&form.title, with);
            form.text = substitute(&form.text, with);
        }
        Ok(forms)
    }

    fn decode<T: serde::de::DeserializeOwned>(&self, start: u32, end: u32) -> Result<T, postcard::Error> {
        let bytes = self.pages.get(start as usize..end as usize);
        postcard::from_bytes(bytes.ok_or(postcard::Error::DeserializeUnexpectedEnd)?)
    }

    /// Where the problem with this id stands.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.matching.problems.iter().position(|problem| problem.id == id)
    }
}

/// Replaces the parameters of a shared fix, and leaves facts for later.
fn substitute(text: &str, with: &[(String, String)]) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Name(name) => match with.iter().find(|(known, _)| known == name) {
                Some((_, value)) => value.clone(),
                None => format!("{{{name}}}"),
            },
        })
        .collect()
}

/// Encodes plain data.
fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("plain data can be encoded")
}

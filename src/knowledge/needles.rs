//! Texts to be looked for, laid out when the knowledge is compiled.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes that a text is known by.
pub const KEY: usize = 4;

/// Texts to be looked for, squeezed, one behind the other. Those that the library carries are not even copied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Needles<'k> {
    #[serde(borrow)]
    text: Cow<'k, str>,
    /// Where each ends, and how many of its bytes stand before its key.
    rows: Vec<(u32, u16)>,
}

impl<'k> Needles<'k> {
    /// Lays out texts. Each gets the key that fewest others have, and of these the one that is rarest in messages.
    pub fn new<T: AsRef<str>>(texts: &[T]) -> Needles<'k> {
        let mut others: HashMap<&[u8], u32> = HashMap::new();
        for window in texts.iter().flat_map(|text| text.as_ref().as_bytes().windows(KEY)) {
            *others.entry(window).or_default() += 1;
        }
        Needles::laid_out(texts, |window| others[window])
    }

    /// As [`Needles::new`] without a look at the others: for a few that are made at every start.
    pub fn quick<T: AsRef<str>>(texts: &[T]) -> Needles<'k> {
        Needles::laid_out(texts, |_| 0)
    }

    /// `others`: how many texts have a key.
    fn laid_out<T: AsRef<str>>(texts: &[T], others: impl Fn(&[u8]) -> u32) -> Needles<'k> {
        let mut needles = Needles::default();
        let mut all = String::new();
        for text in texts {
            let windows = text.as_ref().as_bytes().windows(KEY).enumerate();
            let best = windows.min_by_key(|(_, window)| (others(window), std::cmp::Reverse(rarity(window))));
            all.push_str(text.as_ref());
            let before = best.map_or(0, |(at, _)| u16::try_from(at).unwrap_or(0));
            needles.rows.push((u32::try_from(all.len()).unwrap_or(u32::MAX), before));
        }
        needles.text = all.into();
        needles
    }

    /// The bytes of all of them, one behind the other.
    pub fn all(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text at this position.
    pub fn text(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.rows[at - 1].0 as usize };
        &self.text[start..self.rows[at].0 as usize]
    }

    /// How many bytes of the text at this position stand before its key. Shorter texts have none.
    pub fn before_key(&self, at: usize) -> Option<usize> {
        let before = usize::from(self.rows[at].1);
        (before + KEY <= self.text(at).len()).then_some(before)
    }
}

/// How rare some bytes are in messages, roughly: letters of frequent words count little.
fn rarity(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .map(|byte| match byte {
            b'e' | b't' | b'a' | b'o' | b'n' | b'r' | b'i' | b's' => 1,
            b'c' | b'd' | b'l' | b'u' | b'm' | b'p' | b'h' | b'f' => 2,
            b'g' | b'w' | b'y' | b'b' | b'v' | b'k' | b'.' | b':' => 3,
            b' ' => 0,
            _ => 5,
        })
        .sum()
}

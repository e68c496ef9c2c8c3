//! Regular expressions of rules: built when they are first needed, and again, for speed, when they are needed often.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::needed::Needed;

/// A regular expression that is built when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    source: Box<str>,
    needed: OnceLock<Option<Needed>>,
    small: OnceLock<Option<regex_lite::Regex>>,
    large: OnceLock<Option<regex::Regex>>,
    /// How many bytes it was asked about.
    asked: AtomicUsize,
}

/// Texts longer than this are not given to a regular expression.
pub const REGEX_INPUT_BYTES: usize = 8 * 1024;

/// After so many bytes the large engine, which is slower to build and faster to run, has paid. Measured: of 6, 16 and
/// 96 KiB this took the least over a file of 800 RUNs, a Compose file and 700 files together.
const OFTEN: usize = 16 * 1024;

/// So many places where it fits are looked at in a piece.
const PLACES: usize = 4;

impl Pattern {
    /// A regular expression, not built yet.
    pub fn new(source: &str) -> Self {
        Self {
            source: source.into(),
            needed: OnceLock::new(),
            small: OnceLock::new(),
            large: OnceLock::new(),
            asked: AtomicUsize::new(0),
        }
    }

    /// Builds it.
    ///
    /// # Errors
    ///
    /// It is no regular expression.
    pub fn check(&self) -> Result<(), regex::Error> {
        if self.small().is_some() { Ok(()) } else { regex::Regex::new(&self.source).map(drop) }
    }

    /// Whether it fits; `None` where the text is too long to ask. Both engines take time that is linear in the text.
    pub fn fits(&self, text: &str) -> Option<bool> {
        if text.len() > REGEX_INPUT_BYTES {
            return None;
        }
        let needed = self.needed.get_or_init(|| Needed::of(&self.source));
        if needed.as_ref().is_some_and(|needed| needed.misses(text)) {
            return Some(false);
        }
        // The small engine knows the letters of ASCII only. Where both are asked, they must agree, however often that was.
        let often = self.asked.fetch_add(text.len() + 16, Ordering::Relaxed) > OFTEN && text.is_ascii();
        match self.small().filter(|_| !often) {
            Some(small) => Some(small.is_match(text)),
            None => self.large().map(|large| large.is_match(text)),
        }
    }

    /// Whether it fits inside of a piece of a text and does not touch an end of it behind which the text goes on. Nothing
    /// that a regular expression can ask looks further than one character.
    pub fn fits_inside(&self, piece: &str, begins: bool, ends: bool) -> bool {
        let within = |start: usize, end: usize| (begins || start > 0) && (ends || end < piece.len());
        if piece.len() > REGEX_INPUT_BYTES {
            return false;
        }
        match self.small() {
            Some(small) => small.find_iter(piece).take(PLACES).any(|it| within(it.start(), it.end())),
            None => self.large().is_some_and(|large| {
                large.find_iter(piece).take(PLACES).any(|it| within(it.start(), it.end()))
            }),
        }
    }

    fn small(&self) -> Option<&regex_lite::Regex> {
        self.small.get_or_init(|| regex_lite::Regex::new(&self.source).ok()).as_ref()
    }

    fn large(&self) -> Option<&regex::Regex> {
        self.large.get_or_init(|| regex::Regex::new(&self.source).ok()).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_that_misses_them_does_not_fit(
            pattern in r"(\(\?i\))?(([abK]|\[ab\]|\(a\|bK?\)|\(a(b|c)\)|\\b|\.|\\\.|é)([?*+]|\{0,1\}|\{2\})?\|?){1,6}",
            text in "[abckABCK.éK]{0,8}",
        ) {
            let (Some(needed), Ok(regex)) = (Needed::of(&pattern), regex::Regex::new(&pattern)) else {
                return Ok(());
            };
            prop_assert!(!(needed.misses(&text) && regex.is_match(&text)), "{} needs {:?}", pattern, needed);
        }
    }
}

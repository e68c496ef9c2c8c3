//! Words as the builder takes them: quotes, escapes and variables.

use crate::source::{Origin, Text, TextBuilder};
use crate::syntax::interpolate::DEPTH;

use super::pattern;
use super::uses::{char_at, name_len};

/// A text that would be longer than this with a variable put in keeps it as one whose value is not known. `ENV A=$A$A`
/// doubles with each line.
const BYTES: usize = 8192;

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It has this value.
    Value(String),
    /// It may be set to something else at build time, but has this default.
    Default(String),
    /// Nothing sets it.
    Unset,
    /// Something sets it to what is not known.
    Unknown,
}

/// The word as the builder takes it: without its quotes and escapes, with its variables put in. What is not known becomes a
/// hole; a word that the builder stumbles over is nothing but one.
pub fn expand(word: &Text, escape: char, lookup: &mut dyn FnMut(&str) -> Lookup) -> Text {
    if !word.as_str().contains(['$', '\'', '"', escape]) {
        return word.clone();
    }
    let mut out = TextBuilder::new(word.span().file);
    let mut reader = Reader { word, escape, at: 0, depth: 0, lookup };
    if reader.until(None, false, &mut out).is_none() {
        out = TextBuilder::new(word.span().file);
        out.unknown(word, word.as_str());
    }
    let made = out.finish();
    if made.is_empty() { word.slice(0..0) } else { made }
}

/// Reads a word as `BuildKit` does. `None` is where that one stumbles.
struct Reader<'a> {
    word: &'a Text,
    escape: char,
    at: usize,
    depth: u32,
    lookup: &'a mut dyn FnMut(&str) -> Lookup,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        char_at(self.word.as_str(), self.at)
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Reads up to `stop`, or to the end where there is none. Patterns keep their escapes (`raw`).
    fn until(&mut self, stop: Option<char>, raw: bool, out: &mut TextBuilder) -> Option<()> {
        let mut kept = self.at;
        loop {
            let here = self.at;
            let c = self.next();
            let special = c
                .is_none_or(|c| matches!(c, '\'' | '"' | '$') || Some(c) == stop || c == self.escape && !raw);
            if special {
                out.text(&self.word.slice(kept..here));
                kept = self.at;
            }
            match c {
                None => return stop.is_none().then_some(()),
                c if c == stop => return Some(()),
                Some('\'') => {
                    let len = self.word.as_str().get(self.at..)?.find('\'')?;
                    out.text(&self.word.slice(self.at..self.at + len));
                    self.at += len + 1;
                    kept = self.at;
                }
                Some('"') => {
                    self.quoted(raw, out)?;
                    kept = self.at;
                }
                Some('$') => {
                    self.variable(here, out)?;
                    kept = self.at;
                }
                Some(c) if c == self.escape => {
                    self.next();
                }
                Some(_) => {}
            }
        }
    }

    /// Reads up to the next `"`. Before anything but a quote, a `$` or itself, an escape is none.
    fn quoted(&mut self, raw: bool, out: &mut TextBuilder) -> Option<()> {
        let mut kept = self.at;
        loop {
            let here = self.at;
            match self.next()? {
                '"' => {
                    out.text(&self.word.slice(kept..here));
                    return Some(());
                }
                '$' => {
                    out.text(&self.word.slice(kept..here));
                    self.variable(here, out)?;
                    kept = self.at;
                }
                c if c == self.escape
                    && matches!(self.peek(), Some(c) if c == self.escape || matches!(c, '"' | '$')) =>
                {
                    if !raw {
                        out.text(&self.word.slice(kept..here));
                        kept = self.at;
                    }
                    self.next();
                }
                _ => {}
            }
        }
    }

    /// Reads what stands behind the `$` at `start`.
    fn variable(&mut self, start: usize, out: &mut TextBuilder) -> Option<()> {
        let rest = self.word.as_str().get(self.at..)?;
        let braced = rest.starts_with('{');
        let from = self.at + usize::from(braced);
        let len = name_len(self.word.as_str().get(from..)?);
        let name = self.word.slice(from..from + len);
        self.at = from + len;
        if !braced {
            match len {
                0 => out.text(&self.word.slice(start..self.at)),
                _ => self.value(start, &name, out),
            }
            return Some(());
        }
        if matches!(self.word.as_str().get(from..)?.chars().next()?, '{' | '}' | ':') {
            return None;
        }
        let mut operator = self.next()?;
        let colon = operator == ':';
        if colon {
            operator = self.next()?;
        }
        match operator {
            '}' if !colon => self.value(start, &name, out),
            '-' | '+' | '?' => self.choice(operator, colon, start, &name, out)?,
            '#' | '%' => {
                let pattern = self.operand('}', true)?;
                let (longest, pattern) = match pattern.as_str().strip_prefix(operator) {
                    Some(_) => (true, pattern.slice(1..pattern.len())),
                    None => (false, pattern),
                };
                let end = if operator == '#' { pattern::End::Front } else { pattern::End::Back };
                let change = |value: &str| pattern::trim(value, pattern.known()?, end, longest);
                self.changed(&name, start, change, out);
            }
            '/' if !colon => {
                let all = self.peek() == Some('/');
                self.at += usize::from(all);
                let pattern = self.operand('/', true)?;
                let by = self.operand('}', true)?;
                let change = |value: &str| pattern::replace(value, pattern.known()?, by.known()?, all);
                self.changed(&name, start, change, out);
            }
            _ => return None,
        }
        Some(())
    }

    /// `${x-d}`, `${x+d}`, `${x?d}`, with a colon or without.
    fn choice(
        &mut self,
        operator: char,
        colon: bool,
        start: usize,
        name: &Text,
        out: &mut TextBuilder,
    ) -> Option<()> {
        let operand = self.operand('}', false)?;
        let value = (self.lookup)(name.as_str());
        let missing = match &value {
            Lookup::Value(text) | Lookup::Default(text) => colon && text.is_empty(),
            Lookup::Unset => true,
            Lookup::Unknown => {
                self.put(value, start, name, out);
                return Some(());
            }
        };
        match (operator, missing) {
            ('-', true) | ('+', false) if out.as_str().len() + operand.len() > BYTES => {
                self.put(Lookup::Unknown, start, name, out);
            }
            ('-', true) | ('+', false) => {
                out.text(&operand);
                out.origin(Origin::Default);
            }
            ('+', true) => {}
            ('?', true) => self.put(Lookup::Unknown, start, name, out),
            _ => self.put(value, start, name, out),
        }
        Some(())
    }

    /// What stands up to `stop` in an expansion.
    fn operand(&mut self, stop: char, raw: bool) -> Option<Text> {
        if self.depth == DEPTH {
            return None;
        }
        self.depth += 1;
        let from = self.at;
        let mut out = TextBuilder::new(self.word.span().file);
        self.until(Some(stop), raw, &mut out)?;
        self.depth -= 1;
        let made = out.finish();
        Some(if made.is_empty() { self.word.slice(from..from) } else { made })
    }

    /// Adds the value of a variable.
    fn value(&mut self, start: usize, name: &Text, out: &mut TextBuilder) {
        let value = (self.lookup)(name.as_str());
        self.put(value, start, name, out);
    }

    /// Adds the value of a variable after a change to it.
    fn changed(
        &mut self,
        name: &Text,
        start: usize,
        change: impl Fn(&str) -> Option<String>,
        out: &mut TextBuilder,
    ) {
        let value = match (self.lookup)(name.as_str()) {
            Lookup::Value(text) => change(&text).map(Lookup::Value),
            Lookup::Default(text) => change(&text).map(Lookup::Default),
            Lookup::Unset => change("").map(Lookup::Value),
            Lookup::Unknown => None,
        };
        self.put(value.unwrap_or(Lookup::Unknown), start, name, out);
    }

    /// Adds a value in the place of what was read since `start`.
    fn put(&self, value: Lookup, start: usize, name: &Text, out: &mut TextBuilder) {
        let written = self.word.slice(start..self.at);
        match value {
            Lookup::Value(text) | Lookup::Default(text) if out.as_str().len() + text.len() > BYTES => {
                out.unknown(&written, name.as_str());
            }
            Lookup::Unknown => out.unknown(&written, name.as_str()),
            Lookup::Unset => {}
            Lookup::Value(text) => out.atom(&text, written.span().start..written.span().end),
            Lookup::Default(text) => {
                out.atom(&text, written.span().start..written.span().end);
                out.origin(Origin::Default);
            }
        }
    }
}

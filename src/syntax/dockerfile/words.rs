//! Words of operands: blanks, quotes and escapes.

use crate::source::{Text, TextBuilder};

/// What separates words that cannot be quoted. Other white space belongs to them.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{b}' | '\u{c}' | '\r' | '\n')
}

/// The end of the word that starts at `from`; quotes and escapes keep blanks in it.
pub(super) fn end(value: &str, from: usize, escape: char) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (offset, c) in value.get(from..).unwrap_or("").char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\''), c) if c == escape => {}
            (_, c) if c == escape => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => return from + offset,
            _ => {}
        }
    }
    value.len()
}

/// The words of a text as written; quotes and escapes keep blanks in them.
pub(super) fn quotable(text: &Text, escape: char) -> Vec<Text> {
    let value = text.as_str();
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        let rest = &value[at..];
        let start = at + rest.len() - rest.trim_start().len();
        if start >= value.len() {
            return words;
        }
        at = end(value, start, escape);
        words.push(text.slice(start..at));
    }
}

/// The words of a text as written, where quotes keep nothing together.
pub(super) fn plain(text: &Text) -> Vec<Text> {
    let value = text.as_str();
    let mut words = Vec::new();
    let mut at = 0;
    for word in value.split(is_blank) {
        if !word.is_empty() {
            words.push(text.slice(at..at + word.len()));
        }
        at += word.len() + 1;
    }
    words
}

/// The first word and the rest.
pub(super) fn first(text: &Text) -> Option<(Text, Text)> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let end = text.as_str().find(is_blank).unwrap_or(text.len());
    Some((text.slice(0..end), text.slice(end..text.len()).trim()))
}

/// A word without its quotes and escapes. `\$` keeps its backslash: it tells that no variable begins there.
pub(super) fn unquote(word: &Text, escape: char) -> Text {
    without_quotes(word, escape, false)
}

/// A flag without its quotes and backslashes: in flags, every backslash goes, whatever stands behind it.
pub(super) fn unquote_flag(word: &Text) -> Text {
    without_quotes(word, '\\', true)
}

fn without_quotes(word: &Text, escape: char, flag: bool) -> Text {
    let value = word.as_str();
    if !value.contains(['"', '\'', escape]) {
        return word.clone();
    }
    let mut out = TextBuilder::new(word.span().file);
    let mut quote = None;
    let mut from = 0;
    let mut chars = value.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let skip = match (quote, c) {
            (Some(open), c) if c == open => {
                quote = None;
                true
            }
            (None, '"' | '\'') => {
                quote = Some(c);
                true
            }
            (Some('\''), _) => false,
            (_, c) if c == escape => match chars.next() {
                Some((_, '$')) => false,
                Some((_, next)) => flag || quote.is_none() || next == '"' || next == escape,
                None => true,
            },
            _ => false,
        };
        if skip {
            out.text(&word.slice(from..at));
            from = at + c.len_utf8();
        }
    }
    out.text(&word.slice(from..value.len()));
    let text = out.finish();
    if text.is_empty() { word.slice(from..from) } else { text }
}

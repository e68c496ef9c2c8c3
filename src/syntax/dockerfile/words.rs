//! Words of operands: blanks, quotes and escapes.

use crate::source::{Text, TextBuilder};

/// The end of the word that starts at `from`; quotes and backslashes keep blanks in it.
pub(super) fn end(value: &str, from: usize) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (offset, c) in value.get(from..).unwrap_or("").char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\''), '\\') => {}
            (_, '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => return from + offset,
            _ => {}
        }
    }
    value.len()
}

/// The words of a text as written, quotes included.
pub(super) fn raw(text: &Text) -> Vec<Text> {
    let value = text.as_str();
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        let rest = &value[at..];
        let start = at + rest.len() - rest.trim_start().len();
        if start >= value.len() {
            return words;
        }
        at = end(value, start);
        words.push(text.slice(start..at));
    }
}

/// The first word and the rest.
pub(super) fn first(text: &Text) -> Option<(Text, Text)> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let end = text.as_str().find(char::is_whitespace).unwrap_or(text.len());
    Some((text.slice(0..end), text.slice(end..text.len()).trim()))
}

/// A word without its quotes and escapes. `\$` keeps its backslash: it tells that no variable begins there.
pub(super) fn unquote(word: &Text) -> Text {
    let value = word.as_str();
    if !value.contains(['"', '\'', '\\']) {
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
            (_, '\\') => match chars.next() {
                Some((_, '$')) => false,
                Some((_, next)) => quote.is_none() || matches!(next, '"' | '\\'),
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

//! Scalars with a map back to the file.

use crate::source::{FileId, Span, Text, TextBuilder};

use super::tree::Style;

/// Maps a scalar's value to the characters that it was read from. `span` holds the whole scalar, quotes and header
/// included. Where the two cannot be brought together, the value stands for the whole span.
pub fn text(value: &str, style: Style, source: &str, span: Span) -> Text {
    let raw = source.get(span.range()).unwrap_or("");
    let mapped = match style {
        Style::Plain if raw == value => return Text::written(value, span.file, span.start),
        Style::Plain => flow(raw, 0, Style::Plain, span),
        Style::Single | Style::Double => {
            let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
            if inner == value {
                return Text::written(value, span.file, span.start + 1);
            }
            flow(inner, 1, style, span)
        }
        Style::Literal | Style::Folded => block(value, raw, span),
    };
    match mapped {
        Some(text) if text.as_str() == value => text,
        _ => {
            let mut builder = TextBuilder::new(span.file);
            builder.atom(value, span.start..span.end);
            builder.finish()
        }
    }
}

/// Plain and quoted scalars: escapes, doubled quotes, folded line breaks.
fn flow(raw: &str, shift: u32, style: Style, span: Span) -> Option<Text> {
    let base = span.start + shift;
    let mut builder = TextBuilder::new(span.file);
    let bytes = raw.as_bytes();
    let mut at = 0;
    let mut from = 0;
    while at < bytes.len() {
        let escape = match (style, bytes[at]) {
            (_, b'\n' | b'\r') => {
                let kept = raw.get(from..at)?.trim_end_matches([' ', '\t']);
                builder.linear(kept, base + from as u32);
                let (next, folded) = fold(raw, at);
                builder.atom(&folded, base + (from + kept.len()) as u32..base + next as u32);
                at = next;
                from = next;
                continue;
            }
            (Style::Single, b'\'') => Some((2, "'".to_owned())),
            (Style::Double, b'\\') => Some(escape(raw.get(at..)?)?),
            _ => None,
        };
        match escape {
            Some((len, value)) => {
                builder.linear(raw.get(from..at)?, base + from as u32);
                builder.atom(&value, base + at as u32..base + (at + len) as u32);
                at += len;
                from = at;
            }
            None => at += 1,
        }
    }
    builder.linear(raw.get(from..)?, base + from as u32);
    Some(builder.finish())
}

/// What a run of line breaks from `at` on means, and where the text goes on.
fn fold(raw: &str, at: usize) -> (usize, String) {
    let mut breaks = 0;
    let mut next = at;
    for (offset, c) in raw[at..].char_indices() {
        match c {
            '\n' => breaks += 1,
            '\r' | ' ' | '\t' => {}
            _ => break,
        }
        next = at + offset + c.len_utf8();
    }
    (next, if breaks <= 1 { " ".to_owned() } else { "\n".repeat(breaks - 1) })
}

/// Length and value of an escape of a double-quoted scalar.
fn escape(raw: &str) -> Option<(usize, String)> {
    let c = raw[1..].chars().next()?;
    let hex = |digits: usize| {
        let code = u32::from_str_radix(raw.get(2..2 + digits)?, 16).ok()?;
        Some((2 + digits, char::from_u32(code)?.to_string()))
    };
    let one = |text: &str| Some((1 + c.len_utf8(), text.to_owned()));
    match c {
        '0' => one("\0"),
        'a' => one("\u{7}"),
        'b' => one("\u{8}"),
        't' | '\t' => one("\t"),
        'n' => one("\n"),
        'v' => one("\u{b}"),
        'f' => one("\u{c}"),
        'r' => one("\r"),
        'e' => one("\u{1b}"),
        ' ' => one(" "),
        '"' => one("\""),
        '/' => one("/"),
        '\\' => one("\\"),
        'N' => one("\u{85}"),
        '_' => one("\u{a0}"),
        'L' => one("\u{2028}"),
        'P' => one("\u{2029}"),
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        '\n' | '\r' => {
            let rest = raw[1..].trim_start_matches(['\r', '\n', ' ', '\t']);
            Some((raw.len() - rest.len(), String::new()))
        }
        _ => None,
    }
}

/// Block scalars: each line without its indentation.
fn block(value: &str, raw: &str, span: Span) -> Option<Text> {
    let header = raw.find('\n')? + 1;
    let first = value.split('\n').find(|line| !line.trim().is_empty()).unwrap_or("");
    let mut indent = None;
    let mut builder = TextBuilder::new(span.file);
    let mut done = 0;
    let mut at = header;
    for line in raw.get(header..)?.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end_matches(['\n', '\r']);
        if body.trim().is_empty() && indent.is_none_or(|indent| body.len() <= indent) {
            if value[done..].starts_with('\n') {
                builder.atom("\n", span.start + start as u32..span.start + at as u32);
                done += 1;
            }
            continue;
        }
        let cut = match indent {
            Some(cut) => cut,
            None => *indent.insert(blanks(body).checked_sub(blanks(first))?),
        };
        let content = body.get(cut..)?;
        if !value.get(done..)?.starts_with(content) {
            return None;
        }
        builder.linear(content, span.start + (start + cut) as u32);
        done += content.len();
        if let Some(end @ (b'\n' | b' ')) = value.as_bytes().get(done) {
            let end = char::from(*end).to_string();
            builder.atom(&end, span.start + (start + body.len()) as u32..span.start + at as u32);
            done += 1;
        }
    }
    (done == value.len()).then(|| builder.finish())
}

fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// An empty scalar at `at`.
pub fn empty(file: FileId, at: u32) -> Text {
    Text::written("", file, at)
}

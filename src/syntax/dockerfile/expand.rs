//! Variables in operands that the builder expands.

use crate::source::{Origin, Text, TextBuilder};
use crate::syntax::interpolate::DEPTH;

/// A text that would be longer than this with a variable put in keeps it as one whose value is not known. `ENV A=$A$A`
/// doubles with each line.
const BYTES: usize = 8192;

/// A use of a variable.
#[derive(Clone, Debug)]
pub struct Use {
    /// Its name.
    pub name: Text,
    /// `$X` or `${X:-d}` as written.
    pub written: Text,
    /// `:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`.
    pub operator: Option<Text>,
    /// What follows the operator.
    pub operand: Option<Text>,
}

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

/// The variables that a text uses, those in operands included.
pub fn uses(text: &Text, escape: char) -> Vec<Use> {
    let mut all = Vec::new();
    collect(text, escape, 0, &mut all);
    all
}

fn collect(text: &Text, escape: char, depth: u32, all: &mut Vec<Use>) {
    for (_, _, it) in scan(text, escape) {
        if depth < DEPTH
            && let Some(operand) = &it.operand
        {
            collect(operand, escape, depth + 1, all);
        }
        all.push(it);
    }
}

/// The uses of a text with their byte ranges, outermost only.
fn scan(text: &Text, escape: char) -> Vec<(usize, usize, Use)> {
    let value = text.as_str();
    let mut found = Vec::new();
    let mut single = false;
    let mut double = false;
    let mut at = 0;
    while let Some(c) = value.get(at..).and_then(|rest| rest.chars().next()) {
        let next = at + c.len_utf8();
        match c {
            c if c == escape && !single => {
                at = next + value.get(next..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                continue;
            }
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            '$' if !single => {
                if let Some((end, it)) = variable(text, at) {
                    found.push((at, end, it));
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at = next;
    }
    found
}

fn variable(text: &Text, at: usize) -> Option<(usize, Use)> {
    let value = text.as_str();
    let rest = value.get(at + 1..)?;
    let name_len =
        |rest: &str| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let Some(inner) = rest.strip_prefix('{') else {
        let len = name_len(rest);
        if len == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let end = at + 1 + len;
        let name = text.slice(at + 1..end);
        return Some((end, Use { name, written: text.slice(at..end), operator: None, operand: None }));
    };
    let start = at + 2;
    let len = name_len(inner);
    let close = closing(value, start)?;
    let name = text.slice(start..start + len);
    let written = text.slice(at..close + 1);
    let behind = value.get(start + len..close)?;
    if behind.is_empty() {
        return Some((close + 1, Use { name, written, operator: None, operand: None }));
    }
    let size =
        [":-", ":+", ":?", "##", "%%", "//"].iter().find(|it| behind.starts_with(**it)).map_or(1, |_| 2);
    let operator = text.slice(start + len..start + len + size);
    let operand = text.slice(start + len + size..close);
    Some((close + 1, Use { name, written, operator: Some(operator), operand: Some(operand) }))
}

fn closing(value: &str, from: usize) -> Option<usize> {
    let mut depth = 0;
    for (offset, byte) in value.as_bytes().get(from..)?.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(from + offset),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text with its variables put in. What is not known becomes a hole.
pub fn expand(text: &Text, escape: char, lookup: &mut dyn FnMut(&str) -> Lookup) -> Text {
    expand_at(text, escape, lookup, 0)
}

fn expand_at(text: &Text, escape: char, lookup: &mut dyn FnMut(&str) -> Lookup, depth: u32) -> Text {
    let found = scan(text, escape);
    if found.is_empty() {
        return text.clone();
    }
    let mut out = TextBuilder::new(text.span().file);
    let mut from = 0;
    for (start, end, it) in found {
        out.text(&text.slice(from..start));
        from = end;
        let span = it.written.span();
        let value = match lookup(it.name.as_str()) {
            Lookup::Value(text) | Lookup::Default(text) if out.as_str().len() + text.len() > BYTES => {
                Lookup::Unknown
            }
            value => value,
        };
        let operator = it.operator.as_ref().map(Text::as_str).unwrap_or_default();
        let empty = |value: &Lookup| match value {
            Lookup::Value(text) | Lookup::Default(text) => Some(text.is_empty() && operator.starts_with(':')),
            Lookup::Unset => Some(true),
            Lookup::Unknown => None,
        };
        let mut operand = |out: &mut TextBuilder| {
            if let Some(operand) = it.operand.as_ref().filter(|_| depth < DEPTH) {
                out.text(&expand_at(operand, escape, &mut *lookup, depth + 1));
                out.origin(Origin::Default);
            }
        };
        match (operator, empty(&value), value) {
            ("" | "?" | ":?", _, Lookup::Value(value)) | ("-" | ":-", Some(false), Lookup::Value(value)) => {
                out.atom(&value, span.start..span.end);
            }
            ("" | "?" | ":?", _, Lookup::Default(value))
            | ("-" | ":-", Some(false), Lookup::Default(value)) => {
                out.atom(&value, span.start..span.end);
                out.origin(Origin::Default);
            }
            ("", _, Lookup::Unset) => {}
            ("-" | ":-", Some(true), _) | ("+" | ":+", Some(false), _) => operand(&mut out),
            ("+" | ":+", Some(true), _) => {}
            _ => out.unknown(&it.written, it.name.as_str()),
        }
    }
    out.text(&text.slice(from..text.len()));
    let made = out.finish();
    if made.is_empty() { text.slice(0..0) } else { made }
}

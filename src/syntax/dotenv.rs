//! Files of `NAME=value` lines, as Compose reads `.env` and what `env_file` names.
//!
//! `export ` may stand before a name, `:` may stand for `=`; unquoted values are trimmed and end at ` #`; double quotes
//! know escapes and variables, single quotes take everything as it is, and either may go over several lines. (Run
//! against compose-go's reader.)

use crate::source::{FileId, Span, Text};

use std::collections::BTreeMap;

use super::interpolate::{self, Dialect, Value};

/// A line that sets a variable.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The variable.
    pub name: Text,
    /// Its value, with holes for variables that are not known; `None` for a name alone, which is passed through.
    pub value: Option<Text>,
    /// From its name to the end of its value, quotes included.
    pub span: Span,
}

/// The entries of a file.
pub fn entries(text: &str, file: FileId) -> Vec<Entry> {
    let with_holes = |Line { mut entry, quote }: Line| {
        entry.value = entry.value.map(|value| if quote == Some(b'\'') { value } else { resolved(&value) });
        entry
    };
    lines(text, file).into_iter().map(with_holes).collect()
}

/// What the variables of a file are set to, where each may use those above it; `None` for what depends on more than that.
pub fn values(text: &str) -> BTreeMap<String, Option<String>> {
    let mut values: BTreeMap<String, Option<String>> = BTreeMap::new();
    for Line { entry, quote } in lines(text, FileId(0)) {
        let literal = entry.value.filter(|value| quote != Some(b'"') || value.find('\\').is_none());
        let value = literal.and_then(|value| {
            if quote == Some(b'\'') {
                return Some(value);
            }
            let lookup = |name: &str| match values.get(name) {
                Some(Some(value)) => Value::Set(value.clone()),
                Some(None) => Value::Unknown,
                None => Value::Unset,
            };
            // Two dollar signs are one in Compose files only.
            let plain = !value.as_str().contains("$$");
            interpolate::resolve(&value, Dialect::Compose, &lookup).ok().filter(|_| plain)
        });
        values
            .insert(entry.name.as_str().to_owned(), value.and_then(|value| value.known().map(str::to_owned)));
    }
    values
}

/// An entry whose value is as it is written, and its quote.
struct Line {
    entry: Entry,
    quote: Option<u8>,
}

fn lines(text: &str, file: FileId) -> Vec<Line> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (line, next) = line(text, at, file);
        all.extend(line);
        at = next.max(at + 1);
    }
    all
}

/// The entry of the line that begins at `at`, and where the next line begins.
fn line(text: &str, at: usize, file: FileId) -> (Option<Line>, usize) {
    let rest = text.get(at..).unwrap_or("");
    let line = rest.split('\n').next().unwrap_or("");
    let next = at + line.len() + 1;
    let written = |from: usize, to: usize| {
        Text::written(text.get(from..to).unwrap_or(""), file, u32::try_from(from).unwrap_or(u32::MAX)).trim()
    };
    let indent = line.len() - line.trim_start().len();
    let body = line.trim_start();
    if body.is_empty() || body.starts_with('#') {
        return (None, next);
    }
    let start = at + indent + if body.starts_with("export ") { "export ".len() } else { 0 };
    let end = at + line.len();
    let Some(sign) = line.get(start - at..).and_then(|line| line.find(['=', ':'])).map(|sign| start + sign)
    else {
        let name = written(start, end);
        let entry = Entry { span: name.span(), name, value: None };
        return (Some(Line { entry, quote: None }), next);
    };
    let name = written(start, sign);
    let value_at = end - text.get(sign + 1..end).map_or(0, |value| value.trim_start().len());
    let quote =
        text.as_bytes().get(value_at).copied().filter(|byte| matches!(byte, b'"' | b'\'') && value_at < end);
    let Some(quote) = quote else {
        let value = text.get(value_at..end).unwrap_or("");
        let stop = if value.starts_with('#') { 0 } else { value.find(" #").unwrap_or(value.len()) };
        let value = written(value_at, value_at + stop);
        let entry = Entry { span: name.span().to(value.span()), name, value: Some(value) };
        return (Some(Line { entry, quote: None }), next);
    };
    let close = closing(text, value_at + 1, quote).unwrap_or(end);
    let value = Text::written(
        text.get(value_at + 1..close).unwrap_or(""),
        file,
        u32::try_from(value_at + 1).unwrap_or(u32::MAX),
    );
    let next = text.get(close..).and_then(|rest| rest.find('\n')).map_or(text.len(), |line| close + line + 1);
    let end = u32::try_from(close + usize::from(close < text.len())).unwrap_or(u32::MAX);
    let span = Span::new(file, name.span().start, end);
    (Some(Line { entry: Entry { name, value: Some(value), span }, quote: Some(quote) }), next)
}

fn closing(text: &str, from: usize, quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (offset, &byte) in text.as_bytes().get(from..)?.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quote == b'"' => escaped = true,
            _ if byte == quote => return Some(from + offset),
            _ => {}
        }
    }
    None
}

/// The value with a hole for every variable; what is no legal use of one stays as it stands.
fn resolved(value: &Text) -> Text {
    interpolate::resolve(value, Dialect::Compose, &|_| Value::Unset).unwrap_or_else(|_| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        let own = |text: &Text| text.as_str().to_owned();
        entries(text, FileId(0)).iter().map(|it| (own(&it.name), it.value.as_ref().map(own))).collect()
    }

    #[test]
    fn lines_are_read_as_compose_reads_them() {
        let text = "# c\nA=1\nexport B = two # not this\n\nC: three\nD\nE='a # $X'\nF=\"x\\\"y\nz\" # c\nG=\nH=#no\nI=a#b";
        let set = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        let expected = [
            set("A", "1"),
            set("B", "two"),
            set("C", "three"),
            ("D".to_owned(), None),
            set("E", "a # $X"),
            set("F", "x\\\"y\nz"),
            set("G", ""),
            set("H", ""),
            set("I", "a#b"),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn values_use_those_above_them() {
        let found = values("A=1\nB=${A}2\nC='$A'\nD=$LATER\nE=\nF=\"${D}x\"\nG=${E:-none}\nH=\"a\\nb\"\nI\n");
        let shown: Vec<String> =
            found.iter().map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("?"))).collect();
        assert_eq!(shown, ["A=1", "B=12", "C=$A", "D=?", "E=", "F=?", "G=none", "H=?", "I=?"]);
    }

    #[test]
    fn values_know_their_place_and_their_holes() {
        let text = "A=1\r\nB=x${Y}\r\nC=\"open";
        let all = entries(text, FileId(0));
        let value = |index: usize| all[index].value.clone().unwrap();
        assert_eq!((value(0).as_str(), value(0).span().start), ("1", 2));
        assert!(!value(1).is_known());
        assert_eq!(value(2).as_str(), "open");
    }
}

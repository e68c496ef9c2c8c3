//! Every `$` of a text with what it means to either engine, the broken ones included.

use crate::source::Text;

use super::interpolate::{DEPTH, Dialect, closing, name_end, operator, parts};

/// How a substitution is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `${X}`.
    Braced,
    /// `$X`.
    Bare,
    /// A `$` that begins nothing.
    Lone,
}

/// How a stack reads what Compose reads, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Alike.
    Same,
    /// As something else.
    Different,
    /// Not at all: it refuses the file.
    Refused,
}

/// A `$` and what belongs to it.
#[derive(Clone, Debug)]
pub struct Use {
    /// How it is written.
    pub form: Form,
    /// All of it.
    pub written: Text,
    /// The variable, if its name is one.
    pub name: Option<Text>,
    /// `:-`, `-`, `:?`, `?`, `:+` or `+`.
    pub operator: Option<Text>,
    /// What stands behind the operator.
    pub operand: Option<Text>,
    /// Whether Compose accepts it.
    pub in_compose: bool,
    /// How a stack reads it.
    pub in_stack: Reading,
    /// Whether it stands in the default of another, where a stack leaves it as it is.
    pub inner: bool,
}

/// The substitutions of a text as Compose reads it, in order; those in the default of another follow it.
pub fn uses(text: &Text) -> Vec<Use> {
    let mut all = Vec::new();
    collect(text, 0, &mut all);
    all
}

fn collect(text: &Text, depth: u32, all: &mut Vec<Use>) {
    let mut at = 0;
    while let Some(found) = text.find_from(at, '$') {
        let byte = text.as_str().as_bytes().get(found + 1).copied();
        let (mut one, end) = match byte {
            Some(b'$') => {
                at = found + 2;
                continue;
            }
            Some(b'{') => braced(text, found),
            Some(c) if c.is_ascii_alphabetic() || c == b'_' => bare(text, found),
            _ => (lone(text, found), found + 1),
        };
        let operand = one.operand.clone().filter(|operand| depth < DEPTH && operand.find('$').is_some());
        one.inner = depth > 0;
        all.push(one);
        if let Some(operand) = operand {
            collect(&operand, depth + 1, all);
        }
        at = end;
    }
}

fn lone(text: &Text, at: usize) -> Use {
    Use {
        form: Form::Lone,
        written: text.slice(at..at + 1),
        name: None,
        operator: None,
        operand: None,
        in_compose: true,
        in_stack: Reading::Refused,
        inner: false,
    }
}

fn bare(text: &Text, at: usize) -> (Use, usize) {
    let end = name_end(text.as_str(), at + 1);
    let behind = operator(text.as_str().get(end..).unwrap_or(""), Dialect::Stack).is_some();
    let one = Use {
        form: Form::Bare,
        written: text.slice(at..end),
        name: Some(text.slice(at + 1..end)),
        operator: None,
        operand: None,
        in_compose: true,
        in_stack: if behind { Reading::Different } else { Reading::Same },
        inner: false,
    };
    (one, end)
}

fn braced(text: &Text, at: usize) -> (Use, usize) {
    let value = text.as_str();
    let close = closing(value, at + 2, Dialect::Compose);
    let end = close.map_or(value.len(), |close| close + 1);
    let written = text.slice(at..end);
    let name_stop = name_end(value, at + 2).min(close.unwrap_or(value.len()));
    let name = text.slice(at + 2..name_stop);
    let named = name.as_str().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let inner = value.get(name_stop..close.unwrap_or(value.len())).unwrap_or("");
    let operator = operator(inner, Dialect::Compose).map(|(_, len)| len);
    let operand = operator.map(|len| text.slice(name_stop + len..name_stop + inner.len()));
    // A stack ends at the first closing brace and does not look into defaults.
    let plain = operand.as_ref().is_none_or(|operand| operand.find('$').or(operand.find('{')).is_none());
    let in_stack = match (parts(&written, Dialect::Stack), plain) {
        (Err(_), _) => Reading::Refused,
        (Ok(_), true) => Reading::Same,
        (Ok(_), false) => Reading::Different,
    };
    let one = Use {
        form: Form::Braced,
        in_compose: parts(&written, Dialect::Compose).is_ok(),
        in_stack,
        inner: false,
        written,
        name: named.then_some(name),
        operator: operator.map(|len| text.slice(name_stop..name_stop + len)),
        operand,
    };
    (one, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn read(text: &str) -> Vec<(String, bool, Reading)> {
        uses(&Text::written(text, FileId(0), 0))
            .into_iter()
            .map(|one| (one.written.as_str().to_owned(), one.in_compose, one.in_stack))
            .collect()
    }

    #[test]
    fn each_is_found_with_what_the_engines_make_of_it() {
        let one = |text: &str, compose, stack| vec![(text.to_owned(), compose, stack)];
        assert_eq!(read("a $$X b"), Vec::new());
        assert_eq!(read("x${A}y"), one("${A}", true, Reading::Same));
        assert_eq!(read("${A:-b}"), one("${A:-b}", true, Reading::Same));
        assert_eq!(read("${A:+b}"), one("${A:+b}", true, Reading::Refused));
        assert_eq!(read("$A-b"), one("$A", true, Reading::Different));
        assert_eq!(read("$A.b"), one("$A", true, Reading::Same));
        assert_eq!(read("$(a)"), one("$", true, Reading::Refused));
        assert_eq!(read("${A"), one("${A", false, Reading::Refused));
        assert_eq!(read("${1}"), one("${1}", false, Reading::Refused));
        assert_eq!(read("${A:=b}"), one("${A:=b}", false, Reading::Refused));
        let nested = read("${A:-${B}}");
        assert_eq!(nested[0], ("${A:-${B}}".to_owned(), true, Reading::Different));
        assert_eq!(nested[1], ("${B}".to_owned(), true, Reading::Same));
    }
}

//! Which variables operands use.

use crate::source::Text;
use crate::syntax::interpolate::DEPTH;

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

impl Use {
    /// Whether it names a variable, and not what only a shell has: `$1`, `$@`.
    pub fn is_named(&self) -> bool {
        self.name.as_str().starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The variables that a text uses, those in operands included; `${X:+a $X}` is one use, for the second is only asked
/// where the first has an answer.
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
            let mut inner = Vec::new();
            collect(operand, escape, depth + 1, &mut inner);
            let asked = it.operator.as_ref().is_some_and(|operator| operator.as_str().ends_with('+'));
            all.extend(inner.into_iter().filter(|found| !asked || found.name.as_str() != it.name.as_str()));
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
    while let Some(c) = char_at(value, at) {
        let next = at + c.len_utf8();
        match c {
            c if c == escape && !single => {
                at = next + char_at(value, next).map_or(0, char::len_utf8);
                continue;
            }
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            '$' if !single => {
                if let Some((end, it)) = variable(text, at, escape) {
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

pub(super) fn char_at(value: &str, at: usize) -> Option<char> {
    value.get(at..)?.chars().next()
}

/// The length of the name that a text begins with. One digit or sign stands for what only a shell has.
pub(super) fn name_len(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else { return 0 };
    if first.is_ascii_digit() {
        return rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    }
    if "@*#?-$!".contains(first) {
        return 1;
    }
    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
}

fn variable(text: &Text, at: usize, escape: char) -> Option<(usize, Use)> {
    let value = text.as_str();
    let rest = value.get(at + 1..)?;
    let Some(inner) = rest.strip_prefix('{') else {
        let len = name_len(rest);
        if len == 0 {
            return None;
        }
        let end = at + 1 + len;
        let name = text.slice(at + 1..end);
        return Some((end, Use { name, written: text.slice(at..end), operator: None, operand: None }));
    };
    let start = at + 2;
    let len = name_len(inner);
    let close = closing(value, start, escape)?;
    let name = text.slice(start..start + len);
    let written = text.slice(at..close + 1);
    let behind = value.get(start + len..close)?;
    if behind.is_empty() {
        return Some((close + 1, Use { name, written, operator: None, operand: None }));
    }
    let size = [":-", ":+", ":?", ":#", ":%", "##", "%%", "//"]
        .iter()
        .find(|it| behind.starts_with(**it))
        .map_or(1, |_| 2);
    let operator = text.slice(start + len..start + len + size);
    let operand = text.slice(start + len + size..close);
    Some((close + 1, Use { name, written, operator: Some(operator), operand: Some(operand) }))
}

fn closing(value: &str, from: usize, escape: char) -> Option<usize> {
    let mut depth = 0;
    let mut escaped = false;
    for (offset, c) in value.get(from..)?.char_indices() {
        match c {
            _ if escaped => escaped = false,
            c if c == escape => escaped = true,
            '{' => depth += 1,
            '}' if depth == 0 => return Some(from + offset),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

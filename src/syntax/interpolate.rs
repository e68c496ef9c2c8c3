//! `${X}` in Compose and stack files: two grammars that differ in more than one would think.

use crate::source::{Origin, Problem, Span, Text, TextBuilder};

/// Whose grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `docker compose`.
    Compose,
    /// `docker stack deploy`.
    Stack,
}

/// An interpolation that Docker refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Where.
    pub span: Span,
    /// Why.
    pub message: String,
}

/// What an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `-` and `:-`.
    Default,
    /// `?` and `:?`.
    Required,
    /// `+` and `:+`.
    Alternate,
}

/// A part of an interpolated text.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it is.
    Literal(Text),
    /// `$$`.
    Dollar(Text),
    /// A variable.
    Variable(Variable),
}

/// A use of a variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// The whole use.
    pub written: Text,
    /// What its operator does, and the operand.
    pub operator: Option<(Operator, Text)>,
    /// Whether an empty value counts as none: `:-` instead of `-`.
    pub empty_is_unset: bool,
}

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing at hand sets it.
    Unset,
    /// It is set to this.
    Set(String),
    /// It is set, and nobody can tell to what.
    Unknown,
}

/// More levels of `${A:-${B:-...}}` than this are left as they stand, in Dockerfiles, too.
pub const DEPTH: u32 = 64;

/// What is said of a text that has more.
pub fn too_deep(text: &Text) -> Option<Problem> {
    text.find('$')?;
    let bytes = text.as_str().as_bytes();
    let (mut open, mut deepest) = (0_u32, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'$' if bytes.get(at + 1) == Some(&b'{') => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    (deepest > DEPTH).then(|| {
        let message = format!("variables nested deeper than {DEPTH} levels are not looked into");
        Problem::new(Problem::VARIABLES_TOO_DEEP, message, text.span())
    })
}

/// The parts of a text.
pub fn parts(text: &Text, dialect: Dialect) -> Result<Vec<Part>, Invalid> {
    let value = text.as_str();
    let bytes = value.as_bytes();
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text.find_from(at, '$') {
        at = found;
        let part = match bytes.get(at + 1) {
            Some(b'$') => Some((Part::Dollar(text.slice(at..at + 2)), at + 2)),
            Some(b'{') => Some(braced(text, at, dialect)?),
            Some(c) if c.is_ascii_alphabetic() || *c == b'_' => Some(bare(text, at, dialect)),
            _ if dialect == Dialect::Stack => {
                return Err(Invalid {
                    span: text.slice(at..at + 1).span(),
                    message: "a lone `$`; a stack file wants `$$` for a dollar sign".to_owned(),
                });
            }
            _ => None,
        };
        match part {
            Some((part, end)) => {
                if from < at {
                    parts.push(Part::Literal(text.slice(from..at)));
                }
                parts.push(part);
                at = end;
                from = end;
            }
            None => at += 1,
        }
    }
    if from < value.len() || parts.is_empty() {
        parts.push(Part::Literal(text.slice(from..value.len())));
    }
    Ok(parts)
}

/// Where the name that begins at `from` ends.
pub fn name_end(value: &str, from: usize) -> usize {
    let rest = value.get(from..).unwrap_or("");
    from + rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
}

fn bare(text: &Text, at: usize, dialect: Dialect) -> (Part, usize) {
    let value = text.as_str();
    let end = name_end(value, at + 1);
    let name = text.slice(at + 1..end);
    // The stack loader takes an operator without braces, and then everything behind it up to a closing brace.
    if dialect == Dialect::Stack
        && let Some((operator, len)) = operator(value.get(end..).unwrap_or(""), dialect)
    {
        let stop = text.find_from(end + len, '}').unwrap_or(value.len());
        let operand = text.slice(end + len..stop);
        let written = text.slice(at..stop);
        let variable =
            Variable { name, written, operator: Some((operator, operand)), empty_is_unset: len > 1 };
        return (Part::Variable(variable), stop);
    }
    let written = text.slice(at..end);
    (Part::Variable(Variable { name, written, operator: None, empty_is_unset: false }), end)
}

/// The operator that a text begins with, and its length.
pub fn operator(rest: &str, dialect: Dialect) -> Option<(Operator, usize)> {
    let colon = usize::from(rest.starts_with(':'));
    let operator = match rest.as_bytes().get(colon)? {
        b'-' => Operator::Default,
        b'?' => Operator::Required,
        b'+' if dialect == Dialect::Compose => Operator::Alternate,
        _ => return None,
    };
    Some((operator, colon + 1))
}

fn braced(text: &Text, at: usize, dialect: Dialect) -> Result<(Part, usize), Invalid> {
    let value = text.as_str();
    let invalid = |end: usize, message: &str| {
        Err(Invalid { span: text.slice(at..end.max(at + 2)).span(), message: message.to_owned() })
    };
    let Some(close) = closing(value, at + 2, dialect) else {
        return invalid(value.len(), "this `${` is never closed");
    };
    let end = name_end(value, at + 2);
    let starts_well = value[at + 2..end].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well {
        return invalid(close + 1, "a variable's name begins with a letter or `_`");
    }
    let name = text.slice(at + 2..end);
    let written = text.slice(at..close + 1);
    if end == close {
        let variable = Variable { name, written, operator: None, empty_is_unset: false };
        return Ok((Part::Variable(variable), close + 1));
    }
    match operator(&value[end..close], dialect) {
        Some((operator, len)) => {
            let operand = text.slice(end + len..close);
            let variable =
                Variable { name, written, operator: Some((operator, operand)), empty_is_unset: len > 1 };
            Ok((Part::Variable(variable), close + 1))
        }
        None if dialect == Dialect::Stack => {
            invalid(close + 1, "a stack knows only `:-`, `-`, `:?` and `?` behind a variable's name")
        }
        None => invalid(
            close + 1,
            "Docker knows only `:-`, `-`, `:?`, `?`, `:+` and `+` behind a variable's name",
        ),
    }
}

/// The brace that closes the one before `from`. For Compose inner braces count in pairs; a stack takes the first.
pub fn closing(value: &str, from: usize, dialect: Dialect) -> Option<usize> {
    let mut depth = 0;
    for (offset, byte) in value.as_bytes().get(from..)?.iter().enumerate() {
        match byte {
            b'{' if dialect == Dialect::Compose => depth += 1,
            b'}' if depth == 0 => return Some(from + offset),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text as Docker sees it when only what `lookup` gives is known. Variables that are not known become holes, or
/// their defaults.
pub fn resolve(text: &Text, dialect: Dialect, lookup: &dyn Fn(&str) -> Value) -> Result<Text, Invalid> {
    if text.find('$').is_none() {
        return Ok(text.clone());
    }
    let mut builder = TextBuilder::new(text.span().file);
    put(&mut builder, text, dialect, lookup, 0)?;
    Ok(builder.finish())
}

fn put(
    out: &mut TextBuilder,
    text: &Text,
    dialect: Dialect,
    lookup: &dyn Fn(&str) -> Value,
    depth: u32,
) -> Result<(), Invalid> {
    for part in parts(text, dialect)? {
        match part {
            Part::Literal(literal) => out.text(&literal),
            Part::Dollar(dollar) => {
                let span = dollar.span();
                out.atom("$", span.start..span.end);
            }
            Part::Variable(variable) => {
                let span = variable.written.span();
                let mut operand = |operand: &Text| {
                    out.origin(Origin::Default);
                    if dialect == Dialect::Compose && depth < DEPTH {
                        put(out, operand, dialect, lookup, depth + 1)
                    } else {
                        out.text(operand);
                        Ok(())
                    }
                };
                let found = lookup(variable.name.as_str());
                let is_empty = variable.empty_is_unset && found == Value::Set(String::new());
                let value = if is_empty { Value::Unset } else { found };
                let certainly_set = value != Value::Unset && !variable.empty_is_unset;
                match (value, &variable.operator) {
                    (Value::Set(_), Some((Operator::Alternate, text))) => operand(text)?,
                    (_, Some((Operator::Alternate, text))) if certainly_set => operand(text)?,
                    (_, Some((Operator::Alternate, _))) if is_empty => out.origin(Origin::Default),
                    (Value::Unset, Some((Operator::Default, text))) => operand(text)?,
                    (Value::Set(value), _) => {
                        out.atom(&value, span.start..span.end);
                        out.origin(Origin::Default);
                    }
                    _ => out.unknown(&variable.written, variable.name.as_str()),
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn resolved(text: &str, dialect: Dialect) -> Result<(String, bool), String> {
        let text = Text::written(text, FileId(0), 10);
        let lookup = |name: &str| match name {
            "SET" => Value::Set("v".to_owned()),
            "EMPTY" => Value::Set(String::new()),
            "SOME" => Value::Unknown,
            _ => Value::Unset,
        };
        resolve(&text, dialect, &lookup)
            .map(|text| (text.as_str().to_owned(), text.is_known()))
            .map_err(|invalid| invalid.message)
    }

    #[test]
    fn both_grammars() {
        let known = |text: &str| Ok((text.to_owned(), true));
        let hole = |text: &str| Ok((text.to_owned(), false));
        assert_eq!(resolved("a$$b", Dialect::Compose), known("a$b"));
        assert_eq!(resolved("${SET}-x", Dialect::Compose), known("v-x"));
        assert_eq!(resolved("${X:-d}", Dialect::Compose), known("d"));
        assert_eq!(resolved("${X:?no}", Dialect::Compose), hole("${X:?no}"));
        assert_eq!(resolved("${X:-${Y:-z}}", Dialect::Compose), known("z"));
        assert_eq!(resolved("${X:-${Y:-z}}", Dialect::Stack), known("${Y:-z}"));
        assert_eq!(resolved("${EMPTY:-d}${EMPTY-d}-$EMPTY", Dialect::Compose), known("d-"));
        assert_eq!(resolved("${SET+a}${SET:+b}${EMPTY+c}${SOME+d}", Dialect::Compose), known("abcd"));
        assert_eq!(resolved("${SOME:-d}", Dialect::Compose), hole("${SOME:-d}"));
        assert_eq!(resolved("${SOME:+d}${X+d}", Dialect::Compose), hole("${SOME:+d}${X+d}"));
        assert_eq!(resolved("a${EMPTY:+d}", Dialect::Compose), known("a"));
        assert_eq!(resolved("$X-y", Dialect::Compose), hole("$X-y"));
        assert_eq!(resolved("$X-y", Dialect::Stack), known("y"));
        assert_eq!(resolved("$X-y}z", Dialect::Stack), known("y}z"));
        assert_eq!(resolved("$SET+y", Dialect::Stack), known("v+y"));
        assert_eq!(resolved("${SET:-${Y}}", Dialect::Stack), known("v}"));
        assert!(resolved("${X:+y}", Dialect::Stack).is_err());
        assert_eq!(resolved("$(cmd)", Dialect::Compose), known("$(cmd)"));
        assert!(resolved("$(cmd)", Dialect::Stack).is_err());
        assert!(resolved("${1A}", Dialect::Compose).is_err());
        assert!(resolved("${X", Dialect::Compose).is_err());
        assert_eq!(resolved("${X:-{\"a\":1}}", Dialect::Compose), known("{\"a\":1}"));
    }

    #[test]
    fn defaults_point_at_their_own_characters() {
        let text = Text::written("${X:-abc}", FileId(0), 10);
        let text = resolve(&text, Dialect::Compose, &|_| Value::Unset).unwrap();
        assert_eq!(text.span(), Span::new(FileId(0), 15, 18));
        assert_eq!(text.origin(), Origin::Default);
    }
}

//! Conditions, checked against the fields of their kind.

use crate::facts::{Kind, Type};

use super::options::Values;
use super::path::Path;
use super::pattern::Pattern;
use super::reader::{Read, Reader};
use crate::syntax::units;

/// A condition on a node.
#[derive(Debug)]
pub enum Pred {
    /// All of them; true when there is none.
    All(Vec<Pred>),
    /// One of them.
    Any(Vec<Pred>),
    /// None of them.
    Not(Vec<Pred>),
    /// What a path leads to passes a test.
    Field(Path, Test),
}

/// A condition on a value.
#[derive(Debug)]
pub enum Test {
    /// All of them.
    All(Vec<Test>),
    /// Not that.
    Not(Box<Test>),
    /// One of these values; a list equals a list.
    Equals(Vec<Operand>),
    /// In one of these states.
    Is(States),
    /// A list has the item, a text the part.
    Contains(Vec<Operand>),
    /// A text begins with it.
    StartsWith(Vec<Operand>),
    /// A text ends with it.
    EndsWith(Vec<Operand>),
    /// A text fits a pattern with `*`.
    Like(Vec<Operand>),
    /// A text fits a regular expression.
    Matches(Box<Pattern>),
    /// A number is smaller.
    Less(Operand),
    /// A number is larger.
    More(Operand),
    /// An item of the list passes.
    Some(Box<Test>),
    /// Every item passes.
    Every(Box<Test>),
    /// No item passes.
    None(Box<Test>),
    /// The number of items passes.
    Count(Box<Test>),
    /// The node passes.
    Node(Box<Pred>),
}

/// What a value is compared with.
#[derive(Debug)]
pub enum Operand {
    /// A text.
    Text(Box<str>),
    /// A number, a size in bytes, a duration in seconds.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A field of the rule's subject.
    Path(Path),
    /// The current item of `each`.
    Item,
}

/// A set of the four states of a field.
#[derive(Clone, Copy, Debug, Default)]
pub struct States {
    /// Nothing sets it.
    pub absent: bool,
    /// An empty text or list.
    pub empty: bool,
    /// Known in full and not empty.
    pub set: bool,
    /// It cannot be known, or not in full.
    pub unknown: bool,
}

/// What a condition is read in: the kind of the rule's subject and the values of its options.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The kind that `{path}` starts from.
    pub subject: Kind,
    /// Options and shared lists.
    pub values: &'a Values,
}

/// Reads a condition on a node of `kind`.
pub fn read(at: &Reader<'_>, kind: Kind, scope: Scope<'_>) -> Read<Pred> {
    let mut all: Vec<Pred> =
        at.entries()?.map(|(key, value)| entry(key, &value, kind, scope)).collect::<Read<_>>()?;
    Ok(if all.len() == 1 { all.remove(0) } else { Pred::All(all) })
}

fn entry(key: &str, at: &Reader<'_>, kind: Kind, scope: Scope<'_>) -> Read<Pred> {
    Ok(match key {
        "all" => Pred::All(list(at, kind, scope)?),
        "any" => Pred::Any(list(at, kind, scope)?),
        "not" => Pred::Not(list(at, kind, scope)?),
        _ => {
            let path = Path::read(at, key, kind)?;
            let test = test(at, path.of(), scope)?;
            Pred::Field(path, test)
        }
    })
}

fn list(at: &Reader<'_>, kind: Kind, scope: Scope<'_>) -> Read<Vec<Pred>> {
    at.items().map(|item| read(&item, kind, scope)).collect()
}

const OPERATORS: &[&str] = &[
    "is",
    "not",
    "contains",
    "starts_with",
    "ends_with",
    "like",
    "matches",
    "less_than",
    "more_than",
    "some",
    "every",
    "none",
    "count",
];

fn test(at: &Reader<'_>, of: Type, scope: Scope<'_>) -> Read<Test> {
    if !at.is_map() {
        if matches!(of, Type::Node(_) | Type::Nodes(_) | Type::Map) {
            if let Ok(state @ ("absent" | "empty" | "set" | "unknown")) = at.text().as_deref() {
                return at.mistake(format!("a {of} cannot equal a text; did you mean `{{ is: {state} }}`?"));
            }
            return at.mistake(format!("a {of} cannot equal a text; name a field of it, or `is: set`"));
        }
        if of == Type::Texts && at.is_list() {
            return at
                .mistake("a list field is not one of several values; did you mean `some:` or `contains:`?");
        }
        return Ok(Test::Equals(operands(at, of, scope)?));
    }
    let mut tests = Vec::new();
    let mut fields = Vec::new();
    for (key, value) in at.entries()? {
        match of {
            Type::Node(kind) if key != "is" => fields.push(entry(key, &value, kind, scope)?),
            _ => tests.push(operator(key, &value, of, scope)?),
        }
    }
    if !fields.is_empty() {
        tests.push(Test::Node(Box::new(Pred::All(fields))));
    }
    Ok(if tests.len() == 1 { tests.remove(0) } else { Test::All(tests) })
}

fn operator(key: &str, at: &Reader<'_>, of: Type, scope: Scope<'_>) -> Read<Test> {
    let texts = matches!(of, Type::Text | Type::Secret | Type::Word(_));
    let numbers = matches!(of, Type::Number | Type::Size | Type::Duration);
    let lists = matches!(of, Type::Texts | Type::Nodes(_) | Type::Map);
    let fits = match key {
        "is" | "not" => true,
        "contains" => texts || of == Type::Texts,
        "starts_with" | "ends_with" | "like" | "matches" => texts,
        "less_than" | "more_than" => numbers || of == Type::Text,
        "some" | "every" | "none" | "count" => lists,
        _ => return at.unknown("operator", key, OPERATORS.iter().copied()),
    };
    if !fits {
        return at.mistake(format!("`{key}` does not work on a {of}"));
    }
    let item = || match of {
        Type::Nodes(kind) => Type::Node(kind),
        _ => Type::Text,
    };
    Ok(match key {
        "is" => Test::Is(states(at)?),
        "not" => Test::Not(Box::new(test(at, of, scope)?)),
        "contains" => Test::Contains(operands(at, Type::Text, scope)?),
        "starts_with" => Test::StartsWith(operands(at, Type::Text, scope)?),
        "ends_with" => Test::EndsWith(operands(at, Type::Text, scope)?),
        "like" => Test::Like(operands(at, Type::Text, scope)?),
        "matches" => Test::Matches(Box::new(pattern(at, scope)?)),
        "less_than" => Test::Less(one(at, of, scope)?),
        "more_than" => Test::More(one(at, of, scope)?),
        "some" => Test::Some(Box::new(test(at, item(), scope)?)),
        "every" => Test::Every(Box::new(test(at, item(), scope)?)),
        "none" => Test::None(Box::new(test(at, item(), scope)?)),
        _ => Test::Count(Box::new(test(at, Type::Number, scope)?)),
    })
}

fn states(at: &Reader<'_>) -> Read<States> {
    let mut states = States::default();
    for item in at.items() {
        let state = item.word(&[("absent", 0), ("empty", 1), ("set", 2), ("unknown", 3)])?;
        let place = [&mut states.absent, &mut states.empty, &mut states.set, &mut states.unknown];
        for (index, flag) in place.into_iter().enumerate() {
            *flag |= index == state;
        }
    }
    Ok(states)
}

fn pattern(at: &Reader<'_>, scope: Scope<'_>) -> Read<Pattern> {
    let pattern = Pattern::new(&at.text()?);
    if scope.values.is_strict()
        && let Err(error) = pattern.check()
    {
        return at.mistake(format!("this is no regular expression: {error}"));
    }
    Ok(pattern)
}

fn one(at: &Reader<'_>, of: Type, scope: Scope<'_>) -> Read<Operand> {
    let of = if of == Type::Text { Type::Number } else { of };
    let mut all = operands(at, of, scope)?;
    if all.len() == 1 { Ok(all.remove(0)) } else { at.mistake("one value is wanted here") }
}

fn operands(at: &Reader<'_>, of: Type, scope: Scope<'_>) -> Read<Vec<Operand>> {
    let mut all = Vec::new();
    for item in at.items() {
        let text = item.text()?;
        if let Some(name) = text.strip_prefix('$').filter(|name| !name.is_empty()) {
            if scope.values.is_item(name) {
                all.push(Operand::Item);
                continue;
            }
            let Some(values) = scope.values.get(name) else {
                return item.unknown("option or list", name, scope.values.names());
            };
            for value in values {
                all.push(literal(&item, value, of)?);
            }
        } else if let Some(path) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            all.push(Operand::Path(Path::read(&item, path, scope.subject)?));
        } else {
            all.push(literal(&item, &text, of)?);
        }
    }
    Ok(all)
}

fn literal(at: &Reader<'_>, text: &str, of: Type) -> Read<Operand> {
    let number = |value: Option<f64>| match value {
        Some(value) => Ok(Operand::Number(value)),
        None => at.mistake(format!("`{text}` is not a {of}")),
    };
    match of {
        Type::Flag => match text {
            "true" => Ok(Operand::Flag(true)),
            "false" => Ok(Operand::Flag(false)),
            _ => at.mistake("`true` or `false` is wanted here"),
        },
        Type::Number => number(text.parse().ok()),
        Type::Size => number(units::size(text)),
        Type::Duration => number(units::duration(text)),
        Type::Word(words) if !words.contains(&text) => at.unknown("word", text, words.iter().copied()),
        _ => match text {
            "absent" | "unknown" if of == Type::Text => {
                at.mistake(format!("`{text}` would be compared as a text; did you mean `{{ is: {text} }}`?"))
            }
            _ => Ok(Operand::Text(text.into())),
        },
    }
}

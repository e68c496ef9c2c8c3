//! Texts with placeholders: messages, and the values that fixes write.

use crate::facts::{Kind, NodeId, Type, View, World};
use crate::syntax::{Data, tokens};

use super::options::Values;
use super::path::Path;
use super::reader::{Read, Reader};

/// A text with `{path}` placeholders.
#[derive(Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Literal(Box<str>),
    Field(Path),
    /// A field of the labelled element, in `related[].say`.
    It(Path),
    /// The item of `each`, or a word that the caller knows (`{count}`, `{names}`).
    Word(Box<str>),
}

/// Which kinds a template's placeholders start from.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The kind of the rule's subject.
    pub subject: Kind,
    /// The kind of the labelled element, where there is one.
    pub it: Option<Kind>,
    /// Words that the caller knows.
    pub words: &'a [&'a str],
    /// Options: `{item}` of `each` may be named.
    pub values: &'a Values,
}

/// What a template's value came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Filled {
    /// The value.
    Value(Data),
    /// A placeholder has no value: leave the entry out.
    Absent,
    /// A placeholder cannot be known.
    Unknown,
}

/// What placeholders are filled from.
#[derive(Clone, Copy)]
pub struct Filling<'a> {
    /// All facts.
    pub world: &'a World,
    /// The rule's subject.
    pub subject: NodeId,
    /// The labelled element.
    pub it: Option<NodeId>,
    /// The values of words, by name.
    pub words: &'a [(&'a str, &'a str)],
}

/// How a secret is shown.
pub const DOTS: &str = "•••";

impl Template {
    /// Reads a template and checks its placeholders.
    pub fn read(at: &Reader<'_>, places: Places<'_>) -> Read<Self> {
        let text = at.text()?;
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = &*text;
        while let Some(next) = rest.find(['{', '}']) {
            literal.push_str(&rest[..next]);
            let tail = &rest[next..];
            if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
                literal.push_str(&tail[..1]);
                rest = after;
                continue;
            }
            let Some((name, after)) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}')) else {
                return at.mistake("a lone brace; write `{{` or `}}` for a brace");
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
            }
            pieces.push(placeholder(at, name, places)?);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        Ok(Self { pieces })
    }

    /// The text for people: what is unknown stands as written, what is absent not at all, secrets as dots.
    pub fn show(&self, filling: Filling<'_>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Word(name) => out.push_str(word(filling, name)),
                Piece::Field(path) | Piece::It(path) => {
                    out.push_str(&shown(path, view(piece, path, filling)));
                }
            }
        }
        out
    }

    /// The value for a fix. A template that is one placeholder keeps the field's type.
    pub fn value(&self, filling: Filling<'_>) -> Filled {
        if let [piece @ (Piece::Field(path) | Piece::It(path))] = self.pieces.as_slice() {
            return data(view(piece, path, filling));
        }
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Word(name) => out.push_str(word(filling, name)),
                Piece::Field(path) | Piece::It(path) => match data(view(piece, path, filling)) {
                    Filled::Value(Data::Text(text)) => out.push_str(&text),
                    Filled::Value(Data::Int(number)) => out.push_str(&number.to_string()),
                    // The words of a command: who writes it into a list uses the placeholder alone.
                    Filled::Value(Data::List(items)) => match words(&items) {
                        Some(words) => out.push_str(&words),
                        None => return Filled::Unknown,
                    },
                    Filled::Value(_) | Filled::Unknown => return Filled::Unknown,
                    Filled::Absent => return Filled::Absent,
                },
            }
        }
        Filled::Value(Data::Text(out))
    }
}

/// Texts with blanks between them; nothing where an item is no text.
fn words(items: &[Data]) -> Option<String> {
    let words: Option<Vec<&str>> = items
        .iter()
        .map(|item| if let Data::Text(text) = item { Some(text.as_str()) } else { None })
        .collect();
    Some(words?.join(" "))
}

fn placeholder(at: &Reader<'_>, name: &str, places: Places<'_>) -> Read<Piece> {
    if places.words.contains(&name) || places.values.is_item(name) {
        return Ok(Piece::Word(name.into()));
    }
    if let Some(rest) = name.strip_prefix("it.") {
        return match places.it {
            Some(kind) => Ok(Piece::It(Path::read(at, rest, kind)?)),
            None => at.mistake("`it` is known in `related` only"),
        };
    }
    Ok(Piece::Field(Path::read(at, name, places.subject)?))
}

fn word<'a>(filling: Filling<'a>, name: &str) -> &'a str {
    filling.words.iter().find(|(word, _)| *word == name).map_or("", |(_, value)| value)
}

fn view<'a>(piece: &Piece, path: &Path, filling: Filling<'a>) -> View<'a> {
    let from = match piece {
        Piece::It(_) => filling.it.unwrap_or(filling.subject),
        _ => filling.subject,
    };
    path.follow(filling.world, from)
}

fn shown(path: &Path, view: View<'_>) -> String {
    match view {
        View::Absent => String::new(),
        _ if path.of() == Type::Secret => DOTS.to_owned(),
        View::Unknown(..) => "?".to_owned(),
        View::Text(text, _) => tokens::masked(text, DOTS),
        View::Word(word, _) => word.to_owned(),
        View::Flag(flag, _) => flag.to_string(),
        View::Number(number, _) => number.to_string(),
        View::Texts(list, _) => {
            list.items.iter().map(|item| tokens::masked(item, DOTS)).collect::<Vec<_>>().join(", ")
        }
        View::Node(..) | View::Nodes(..) | View::Map(..) => String::new(),
    }
}

fn data(view: View<'_>) -> Filled {
    Filled::Value(match view {
        View::Absent => return Filled::Absent,
        View::Text(text, _) => match text.known() {
            Some(text) => Data::Text(text.to_owned()),
            None => return Filled::Unknown,
        },
        View::Word(word, _) => Data::Text(word.to_owned()),
        View::Flag(flag, _) => Data::Bool(flag),
        View::Number(number, _) if number.fract() == 0.0 => Data::Int(number as i64),
        View::Number(number, _) => Data::Float(number),
        View::Texts(list, _)
            if list.open.is_none() && list.items.iter().all(crate::source::Text::is_known) =>
        {
            Data::List(list.items.iter().map(|item| Data::Text(item.as_str().to_owned())).collect())
        }
        _ => return Filled::Unknown,
    })
}

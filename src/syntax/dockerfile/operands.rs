//! What the operands of each instruction are.

use crate::source::{Span, Text};

use super::{Form, Instruction, Keyword, json, words};

/// The operands of FROM.
#[derive(Clone, Debug)]
pub struct From {
    /// The image or stage.
    pub image: Text,
    /// The same as written, quotes included.
    pub raw: Text,
    /// `--platform`.
    pub platform: Option<Text>,
    /// The stage's name.
    pub alias: Option<Text>,
    /// `AS` as written.
    pub as_word: Option<Text>,
    /// Words that do not belong there.
    pub extra: Vec<Text>,
}

/// Takes FROM apart; `None` without an image.
pub fn from(instruction: &Instruction) -> Option<From> {
    let mut words = words::plain(&instruction.arguments).into_iter();
    let raw = words.next()?;
    let image = words::unquote(&raw, instruction.escape);
    let platform = instruction.flag("platform").and_then(|flag| flag.value.clone());
    let mut rest: Vec<Text> = words.collect();
    let named = rest.first().is_some_and(|word| word.as_str().eq_ignore_ascii_case("as")) && rest.len() >= 2;
    let (as_word, alias) = if named { (Some(rest.remove(0)), Some(rest.remove(0))) } else { (None, None) };
    Some(From { image, raw, platform, alias, as_word, extra: rest })
}

/// A pair of ENV, LABEL or ARG.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The key.
    pub key: Text,
    /// The value; an ARG may have none.
    pub value: Option<Text>,
    /// The value as written.
    pub raw: Option<Text>,
    /// Both.
    pub span: Span,
    /// Written as `KEY value`.
    pub legacy: bool,
}

/// The pairs of ENV, LABEL or ARG.
pub fn pairs(instruction: &Instruction) -> Vec<Pair> {
    let (arguments, escape) = (&instruction.arguments, instruction.escape);
    let all = words::quotable(arguments, escape);
    let legacy =
        instruction.keyword != Keyword::Arg && all.first().is_some_and(|word| word.find('=').is_none());
    if legacy {
        let Some((key, rest)) = words::first(arguments) else { return Vec::new() };
        let (value, raw) =
            if rest.is_empty() { (None, None) } else { (Some(words::unquote(&rest, escape)), Some(rest)) };
        return vec![Pair {
            key: words::unquote(&key, escape),
            value,
            raw,
            span: arguments.span(),
            legacy: true,
        }];
    }
    all.iter()
        .map(|word| match word.split_once('=') {
            Some((key, value)) => Pair {
                key: words::unquote(&key, escape),
                value: Some(words::unquote(&value, escape)),
                raw: Some(value),
                span: word.span(),
                legacy: false,
            },
            None => Pair {
                key: words::unquote(word, escape),
                value: None,
                raw: None,
                span: word.span(),
                legacy: false,
            },
        })
        .collect()
}

/// The operands as words: the elements of a JSON list, or what blanks separate, quotes included.
pub fn raw_operands(instruction: &Instruction) -> Vec<Text> {
    match &instruction.form {
        Form::Exec(words) => words.clone(),
        Form::Shell => words::plain(&instruction.arguments),
    }
}

/// The same without quotes.
pub fn operands(instruction: &Instruction) -> Vec<Text> {
    let words = raw_operands(instruction);
    match &instruction.form {
        Form::Exec(_) => words,
        Form::Shell => words.iter().map(|word| words::unquote(word, instruction.escape)).collect(),
    }
}

/// The operands of COPY and ADD, quotes included.
#[derive(Clone, Debug)]
pub struct Copy {
    /// What is copied.
    pub sources: Vec<Text>,
    /// The openers of heredocs whose contents are copied.
    pub heredocs: Vec<Text>,
    /// Where to.
    pub destination: Option<Text>,
}

/// Takes COPY or ADD apart.
pub fn copy(instruction: &Instruction) -> Copy {
    let mut words = raw_operands(instruction);
    let destination = if words.len() >= 2 { words.pop() } else { None };
    let (heredocs, sources) = words
        .into_iter()
        .partition(|word| instruction.heredocs.iter().any(|heredoc| heredoc.opener.contains(word.span())));
    Copy { sources, heredocs, destination }
}

/// What HEALTHCHECK says.
#[derive(Clone, Debug)]
pub enum Healthcheck {
    /// `NONE`.
    None,
    /// `CMD` with a JSON list.
    Exec(Vec<Text>),
    /// `CMD` with text for a shell.
    Shell(Text),
    /// Something else.
    Invalid,
}

/// Takes HEALTHCHECK apart.
pub fn healthcheck(instruction: &Instruction) -> Healthcheck {
    let Some((word, rest)) = words::first(&instruction.arguments) else { return Healthcheck::Invalid };
    match word.as_str().to_ascii_uppercase().as_str() {
        "NONE" => Healthcheck::None,
        "CMD" => match json::list(&rest) {
            json::List::Texts(texts) => Healthcheck::Exec(texts),
            _ if rest.is_empty() => Healthcheck::Invalid,
            _ => Healthcheck::Shell(rest),
        },
        _ => Healthcheck::Invalid,
    }
}

/// The script of a shell form. A RUN that is only a heredoc runs its body.
pub fn script(instruction: &Instruction) -> Option<Text> {
    if instruction.exec().is_some() {
        return None;
    }
    if let [heredoc] = instruction.heredocs.as_slice()
        && instruction.arguments.span() == heredoc.opener
    {
        return Some(heredoc.body.clone());
    }
    Some(instruction.arguments.clone())
}

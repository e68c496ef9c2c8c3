//! Where secrets stand: what no output may show, whichever rules are on.

mod lines;

use std::collections::BTreeMap;

use crate::facts::{self, Kind, Known, List, Node, Part, View, World};
use crate::policy::DOTS;
use crate::source::{FileId, Span, Text};
use crate::syntax::tokens;

/// Words that make the value behind a name a secret.
const SECRET_WORDS: [&str; 15] = [
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "psw",
    "secret",
    "token",
    "apikey",
    "key",
    "credential",
    "credentials",
    "auth",
    "authorization",
    "salt",
];

/// Secrets by the files that they stand in, to show everything else.
#[derive(Debug, Default)]
pub struct Hidden {
    spans: BTreeMap<FileId, Vec<Span>>,
}

impl Hidden {
    /// Hides what stands at these places.
    pub fn new(secrets: impl IntoIterator<Item = Span>) -> Self {
        let mut hidden = Self::default();
        for span in secrets.into_iter().filter(|span| !span.is_empty()) {
            hidden.spans.entry(span.file).or_default().push(span);
        }
        hidden
    }

    /// A text with dots in the place of each secret in it.
    pub fn show(&self, text: &Text) -> String {
        let whole = text.span();
        let tokens: Vec<Span> = tokens::find(text).iter().map(|token| token.value.span()).collect();
        let near: Vec<Span> = self
            .spans
            .get(&whole.file)
            .into_iter()
            .flatten()
            .chain(&tokens)
            .filter(|secret| secret.start < whole.end && whole.start < secret.end)
            .copied()
            .collect();
        if near.is_empty() {
            return text.as_str().to_owned();
        }
        let mut out = String::new();
        let mut hiding = false;
        for (at, c) in text.as_str().char_indices() {
            let place = text.slice(at..at + c.len_utf8()).span();
            let hides = near.iter().any(|secret| secret.start < place.end && place.start < secret.end);
            if hides && !hiding {
                out.push_str(DOTS);
            } else if !hides {
                out.push(c);
            }
            hiding = hides;
        }
        out
    }
}

/// Where secrets stand in a part: in what is understood of it, and in whatever else its files say.
pub fn secrets(world: &World, part: &Part) -> Vec<Span> {
    let sources = part.files.iter().chain(&part.context).filter_map(|&file| world.source(file));
    let mut spans: Vec<Span> = sources.flat_map(lines::secrets).collect();
    for &kind in Kind::ALL {
        for id in part.of(kind) {
            let Some(node) = part.node(id) else { continue };
            match node {
                Node::Command(command) => spans.extend(in_command(command)),
                Node::Label(label) if is_secret(facts::words(label.head.name.as_str())) => {
                    spans.extend(label.value.value().map(Text::span));
                }
                _ => {}
            }
            let words = match node {
                Node::Variable(variable) => Some(&variable.words),
                Node::Argument(argument) => Some(&argument.words),
                _ => None,
            };
            if words.is_some_and(|words| !names_a_secret(words)) || names_file(node) || is_plain_pair(node) {
                continue;
            }
            for field in kind.table().fields.iter().filter(|field| field.of == facts::Type::Secret) {
                if let View::Text(text, _) = (field.get)(node) {
                    spans.push(text.span());
                }
            }
        }
    }
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// Whether a name is one of those that secrets go by: `DB_PASSWORD`, `APIKEY`, `MYTOKEN`.
fn names_a_secret(words: &Known<List<Text>>) -> bool {
    words.value().is_some_and(|words| is_secret(words.items.iter().map(Text::as_str)))
}

fn is_secret<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> bool {
    // In a run-together name only the longer words mean what they say.
    let secret = |word: &str| {
        SECRET_WORDS.iter().any(|secret| word == *secret || secret.len() > 4 && word.contains(secret))
    };
    words.into_iter().any(|word| secret(word.as_ref()))
}

/// Whether a pair of a Dockerfile has a key that no secret goes by.
fn is_plain_pair(node: &Node) -> bool {
    let Node::Pair(pair) = node else { return false };
    pair.key.value().and_then(Text::known).is_some_and(|key| !is_secret(facts::words(key)))
}

/// Whether a variable says where its secret is and not what it is: `X_FILE=/run/secrets/x`.
fn names_file(node: &Node) -> bool {
    let Node::Variable(variable) = node else { return false };
    let named = variable.words.value().and_then(|words| words.items.last());
    let path = variable.value.value().is_some_and(|value| value.as_str().starts_with(['/', '.']));
    path && named.is_some_and(|word| matches!(word.as_str(), "file" | "path" | "dir"))
}

/// Secrets among the words of a command: `-u user:password`, `--password x`, `-px`, `NAME_TOKEN=x`,
/// `https://user:password@host`, `Authorization: Bearer x`.
fn in_command(command: &facts::kinds::Command) -> Vec<Span> {
    let Some(words) = command.arguments.value() else { return Vec::new() };
    let program = command.program.value().map_or("", Text::as_str);
    let mut spans = Vec::new();
    let mut before = None;
    for word in &words.items {
        let text = word.as_str();
        spans.extend(tokens::find(word).iter().map(|token| token.value.span()));
        match before.take() {
            Some(Next::Pair) => spans.extend(word.split_once(':').map(|(_, password)| password.span())),
            Some(Next::Value) if !text.starts_with('-') => spans.push(word.span()),
            _ => {}
        }
        if let Some((name, value)) = word.split_once('=') {
            if is_secret(facts::words(name.as_str())) {
                spans.push(value.span());
            }
        } else if matches!(text, "-u" | "--user" | "--proxy-user") {
            before = Some(Next::Pair);
        } else if text.starts_with("--") && is_secret(facts::words(text)) {
            before = Some(Next::Value);
        } else if let Some((name, value)) = word.split_once(':') {
            if is_secret(facts::words(name.as_str())) && !name.as_str().contains('/') {
                spans.push(value.trim().span());
            }
        } else if text.starts_with("-p") && text.len() > 2 && TAKE_P.contains(&program) {
            spans.push(word.slice(2..word.len()).span());
        }
    }
    spans
}

/// What the word behind an option is.
enum Next {
    /// `user:password`.
    Pair,
    /// The secret.
    Value,
}

/// Programs whose `-p` has the password in the same word.
const TAKE_P: [&str; 9] = [
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "sshpass",
    "docker",
    "podman",
];

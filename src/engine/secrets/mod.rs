//! Where secrets stand: what no output may show, whichever rules are on.

mod lines;

use std::collections::BTreeMap;

use crate::facts::{self, Kind, Known, List, Node, Part, View, World};
use crate::policy::DOTS;
use crate::source::{FileId, Span, Text};
use crate::syntax::tokens;

/// Words that make the value behind a name a secret.
const SECRET_WORDS: [&str; 16] = [
    "password",
    "passwd",
    "pwd",
    "pass",
    "pat",
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
        for spans in hidden.spans.values_mut() {
            *spans = apart(std::mem::take(spans));
        }
        hidden
    }

    /// A text with dots in the place of each secret in it.
    pub fn show(&self, text: &Text) -> String {
        let whole = text.span();
        let tokens: Vec<Span> = tokens::find(text).iter().map(|token| token.value.span()).collect();
        let all = self.spans.get(&whole.file).map(Vec::as_slice).unwrap_or_default();
        let first = all.partition_point(|secret| secret.end <= whole.start);
        let own = all.iter().skip(first).take_while(|secret| secret.start < whole.end);
        let near: Vec<Span> = own.chain(&tokens).copied().collect();
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

/// The same places in the order of the file, those that overlap as one.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, kept| {
        let overlap = next.start < kept.end;
        if overlap {
            kept.end = kept.end.max(next.end);
        }
        overlap
    });
    spans
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
            // `token-tools==1.2` is a package and its version.
            let compares = value.as_str().starts_with('=') || name.as_str().ends_with(['<', '>', '~', '!']);
            if !compares && is_secret(facts::words(name.as_str())) {
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
        } else if text.starts_with("-p") && text.len() > 2 && takes_p(program) {
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

/// Whether `-p` has the password in the same word.
fn takes_p(program: &str) -> bool {
    facts::PASSWORD_IN_P.contains(&program) || matches!(program, "sshpass" | "docker" | "podman")
}

#[cfg(test)]
mod tests {
    use super::{Hidden, apart};
    use crate::source::{FileId, Span, Text};

    #[test]
    fn places_that_overlap_are_hidden_once() {
        let span = |start, end| Span::new(FileId(0), start, end);
        assert_eq!(
            apart(vec![span(6, 9), span(0, 4), span(1, 2), span(3, 5), span(5, 6)]),
            [span(0, 5), span(5, 6), span(6, 9)]
        );
        let hidden = Hidden::new([span(2, 4), span(8, 9), span(3, 5)]);
        let shown = |text: &str, at| hidden.show(&Text::written(text, FileId(0), at));
        assert_eq!(shown("0123456789", 0), "01•••567•••9");
        assert_eq!(shown("567", 5), "567");
        assert_eq!(shown("45", 4), "•••5");
    }
}

//! How things are written: the case of keywords, flags, pairs, comments, directives.

use std::collections::BTreeMap;

use crate::facts::kinds::{self, Comment, Directive};
use crate::facts::make::head;
use crate::facts::{Known, Node, NodeId, Site};
use crate::source::{Origin, Text, nearest};
use crate::syntax::dockerfile::{self as syntax, Keyword};
use crate::syntax::units;

use super::Filler;

/// Frontends that Docker publishes, as `# syntax=` names them.
const FRONTENDS: [&str; 4] = [
    "docker/dockerfile",
    "docker.io/docker/dockerfile",
    "docker/dockerfile-upstream",
    "docker.io/docker/dockerfile-upstream",
];

impl Filler<'_> {
    /// Adds the flags of an instruction.
    pub fn flags(&mut self, it: &syntax::Instruction, instruction: NodeId) -> Vec<NodeId> {
        let mut ids = Vec::new();
        for (index, flag) in it.flags.iter().enumerate() {
            let site = Site::written(flag.span);
            let name = flag.name.as_str();
            let mut node = kinds::Flag::new(head(flag.name.clone(), site, format!(" / --{name}")));
            node.head.parent = Some(instruction);
            node.keyword = Known::Set(
                Text::made(it.keyword.name(), it.word.span(), Origin::Written),
                Site::written(it.word.span()),
            );
            if let Some(value) = &flag.value {
                let at = Site::written(value.span());
                node.seconds =
                    value.known().and_then(units::duration).map_or(Known::Absent, |it| Known::Set(it, at));
                node.value = Known::Set(value.clone(), at);
            }
            let before = it.flags.get(..index).unwrap_or_default();
            node.repeated = Known::Set(before.iter().any(|other| other.name.as_str() == name), site);
            node.instruction = Known::Set(instruction, site);
            ids.push(self.part.add(node));
        }
        ids
    }

    /// Adds the pairs of ENV, LABEL or ARG.
    pub fn pairs(&mut self, it: &syntax::Instruction, instruction: NodeId) -> Vec<NodeId> {
        let keyword = match it.keyword {
            Keyword::Env => "ENV",
            Keyword::Label => "LABEL",
            Keyword::Arg => "ARG",
            _ => return Vec::new(),
        };
        let mut ids: Vec<NodeId> = Vec::new();
        for pair in syntax::pairs(it) {
            let site = Site::written(pair.span);
            let mut node =
                kinds::Pair::new(head(pair.key.clone(), site, format!(" / {}", pair.key.as_str())));
            node.head.parent = Some(instruction);
            node.keyword = Known::Set(keyword, site);
            node.key = Known::Set(pair.key.clone(), Site::written(pair.key.span()));
            let raw = pair.raw.as_ref();
            node.value = raw.map_or(Known::Absent, |raw| Known::Set(raw.clone(), Site::written(raw.span())));
            let form = match (pair.legacy, raw) {
                (_, None) => "alone",
                (true, _) => "space",
                (false, _) => "equals",
            };
            node.form = Known::Set(form, site);
            let text = raw.map_or("", Text::as_str);
            node.starts_with_equals = Known::Set(text.starts_with('='), site);
            let readable = it.escape != '\\' || syntax::is_closed(text);
            node.closed = Known::Set(readable, site);
            node.assignment = match assignment(&pair) {
                Some(text) => Known::Set(Text::made(&text, pair.span, Origin::Written), site),
                None => Known::Absent,
            };
            node.instruction = Known::Set(instruction, site);
            ids.push(self.part.add(node));
        }
        self.replacements(&ids);
        ids
    }

    /// Says of each pair which one behind it has the same key.
    fn replacements(&mut self, ids: &[NodeId]) {
        let mut later: BTreeMap<String, (NodeId, Site)> = BTreeMap::new();
        for &id in ids.iter().rev() {
            let Some(Node::Pair(pair)) = self.part.node_mut(id) else { continue };
            let site = pair.head.site;
            if let Some((next, at)) = later.insert(pair.head.name.as_str().to_owned(), (id, site)) {
                pair.replaced_by = Known::Set(next, at);
            }
        }
    }

    /// Adds comments and parser directives.
    pub fn comments(&mut self) {
        let file = self.file;
        for comment in &file.comments {
            let site = Site::written(comment.span);
            let line = format!(" / comment {}", comment.text.as_str());
            let mut node = Comment::new(head(comment.text.clone(), site, line));
            node.text = Known::Set(comment.text.clone(), site);
            node.inside = Known::Set(comment.inside.is_some(), site);
            self.part.add(node);
        }
        for (index, directive) in file.directives.iter().enumerate() {
            let site = Site::written(directive.span);
            let at = Site::written(directive.value.span());
            let name = directive.name.as_str();
            let mut node = Directive::new(head(directive.name.clone(), site, format!(" / # {name}")));
            let before = file.directives.get(..index).unwrap_or_default();
            let repeated = before.iter().any(|other| other.name.as_str().eq_ignore_ascii_case(name));
            node.repeated = Known::Set(repeated, site);
            let value = directive.value.as_str();
            let image = value.split([':', '@']).next().unwrap_or(value);
            if let Some(near) = nearest(image, FRONTENDS).filter(|near| *near != image) {
                let written = directive.value.slice(0..image.len()).span();
                node.nearest = Known::Set(Text::made(near, written, Origin::Guess), Site::written(written));
            }
            node.value = Known::Set(directive.value.clone(), at);
            self.part.add(node);
        }
    }

    /// Says of each instruction how most are written. Arguments before the first FROM do not count.
    pub fn usual_case(&mut self) {
        let counted = |it: &&syntax::Instruction| it.keyword != Keyword::Unknown;
        let from = self.file.instructions.iter().position(|it| it.keyword == Keyword::From).unwrap_or(0);
        let all = self.file.instructions.iter().skip(from).filter(counted);
        let (mut upper, mut lower) = (0, 0);
        for it in all {
            match case(it.word.as_str()) {
                "upper" => upper += 1,
                "lower" => lower += 1,
                _ => {}
            }
        }
        let usual = if lower > upper { "lower" } else { "upper" };
        let ids: Vec<NodeId> = self.part.of(crate::facts::Kind::Instruction).collect();
        for id in ids {
            if let Some(Node::Instruction(node)) = self.part.node_mut(id) {
                let site = Site::written(node.head.name.span());
                let mut form = node.keyword.value().map_or("", Text::as_str).to_owned();
                if usual == "lower" {
                    form.make_ascii_lowercase();
                }
                node.usual_case = Known::Set(usual, site);
                node.usual_form = Known::Set(Text::made(&form, site.label, Origin::Written), site);
            }
        }
    }
}

/// How a word is written.
pub fn case(word: &str) -> &'static str {
    let upper = word.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = word.bytes().any(|byte| byte.is_ascii_lowercase());
    match (upper, lower) {
        (true, true) => "mixed",
        (false, true) => "lower",
        _ => "upper",
    }
}

/// A pair of the form `KEY value` as `KEY=value`, where that is plain: text that quotes keep as it is.
fn assignment(pair: &syntax::Pair) -> Option<String> {
    let raw = pair.raw.as_ref().filter(|_| pair.legacy)?;
    let text = raw.as_str();
    let in_one_line = raw.span().end - raw.span().start == text.len() as u32;
    if !in_one_line || text.contains(['\\', '`']) {
        return None;
    }
    let key = pair.key.as_str();
    let text = match text.strip_prefix('=') {
        Some(rest) => rest.trim_start(),
        None => text,
    };
    let inner = |quote: char| {
        text.strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .is_some_and(|it| !it.contains(quote))
    };
    if inner('"') || inner('\'') {
        Some(format!("{key}={text}"))
    } else if text.contains(['"', '\'']) || text.is_empty() {
        None
    } else if text.contains(char::is_whitespace) {
        Some(format!("{key}=\"{text}\""))
    } else {
        Some(format!("{key}={text}"))
    }
}

/// Whether the operands look like a JSON list and are none. Globs and tests of a shell begin with a bracket, too.
pub fn is_broken_list(it: &syntax::Instruction, posix: bool) -> bool {
    if it.broken_json {
        return true;
    }
    let text = it.arguments.as_str().trim();
    let text = match (it.keyword, text.split_once(char::is_whitespace)) {
        (Keyword::Healthcheck, Some((word, rest))) if word.eq_ignore_ascii_case("cmd") => rest.trim_start(),
        _ => text,
    };
    let Some(inner) = text.strip_prefix('[').filter(|_| it.exec().is_none()) else { return false };
    let quoted = inner.trim_start().starts_with(['"', '\'', '\u{201c}', '\u{2018}']);
    let ends = text.ends_with(']');
    let spaced = inner.starts_with(char::is_whitespace) && !inner.contains(',');
    match it.keyword {
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => {
            let test = spaced && (!ends && inner.contains(" ] ") || is_test(inner));
            !(inner.starts_with('[') || test)
        }
        Keyword::Shell | Keyword::Volume => true,
        Keyword::Copy | Keyword::Add => quoted || (ends && inner.contains(',')),
        Keyword::Run => {
            let test = inner.starts_with('[') || spaced;
            posix && !test && (ends || inner.starts_with(['"', '\'']))
        }
        _ => false,
    }
}

/// Whether what stands behind a `[` is a test of a shell: `-f x ]`, `! -e x ]`, `"$a" = b ] && c`.
fn is_test(inner: &str) -> bool {
    let mut words = inner.split_whitespace().take_while(|word| *word != "]").peekable();
    words.peek().is_some_and(|first| *first == "!" || (first.starts_with('-') && first.len() == 2))
        || words.any(|word| matches!(word, "=" | "==" | "!=" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge"))
}

//! The scanner.

use crate::source::{Text, TextBuilder};

use super::DEPTH;
use super::command::{Command, Join, Pipeline, Place, Script, Word};
use super::redirect::Announced;
use super::wrap;

/// Scans a script.
pub fn scan(script: &Text) -> Script {
    scan_at(script, Place::Top, 0)
}

/// Scans a script whose heredocs were read by somebody else: delimiters and bodies.
pub fn scan_with(script: &Text, bodies: &[(&str, &Text)]) -> Script {
    let mut scanner = Scanner::new(script, 0);
    scanner.list(End::Text, Place::Top);
    let redirects = scanner.slots.iter_mut().flatten().flat_map(|command| &mut command.redirects);
    for redirect in redirects.filter(|it| it.operator.as_str().contains("<<") && it.body.is_none()) {
        let named = bodies.iter().find(|(delimiter, _)| *delimiter == redirect.target.as_str());
        redirect.body = named.map(|(_, body)| (*body).clone());
    }
    scanner.finish(0)
}

/// Scans the words of an exec form: one command, and the script of a `sh -c` in it.
pub fn scan_exec(words: &[Text]) -> Script {
    let mut script = Script::default();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return script };
    let span = first.span().to(last.span());
    let words: Vec<Word> =
        words.iter().map(|text| Word { text: text.clone(), raw: text.clone(), quoted: true }).collect();
    let mut joined = TextBuilder::new(span.file);
    let shown = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    joined.atom(&shown, span.start..span.end);
    let mut command = Command {
        words,
        assignments: Vec::new(),
        redirects: Vec::new(),
        text: joined.finish(),
        joined: Join::First,
        place: Place::Top,
        pipeline: 0,
        wrappers: Vec::new(),
        start: 0,
    };
    wrap::unwrap(&mut command);
    let inner = wrap::script(&command).map(|text| scan_at(&text, Place::Unwrapped, 1));
    script.commands.push(command);
    script.pipelines.push(Pipeline { commands: vec![0] });
    if let Some(inner) = inner {
        append(&mut script, inner);
    }
    script
}

/// The words of a text, split as a shell would, operators included as words of their own.
pub fn split(text: &Text) -> Vec<Text> {
    let mut scanner = Scanner::new(text, 0);
    let mut words = Vec::new();
    loop {
        while scanner.peek(0).is_some_and(|byte| byte.is_ascii_whitespace()) {
            scanner.at += 1;
        }
        match scanner.peek(0) {
            None => return words,
            Some(b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => {
                let from = scanner.at;
                while scanner.peek(0).is_some_and(|byte| b";&|()<>".contains(&byte)) {
                    scanner.at += 1;
                }
                words.push(text.slice(from..scanner.at));
            }
            Some(_) => words.push(scanner.word().text),
        }
    }
}

fn scan_at(text: &Text, place: Place, depth: u32) -> Script {
    let mut scanner = Scanner::new(text, depth);
    scanner.list(End::Text, place);
    scanner.finish(depth)
}

/// Adds the commands of a nested script.
fn append(script: &mut Script, inner: Script) {
    let (commands, pipelines) = (script.commands.len(), script.pipelines.len());
    script.truncated |= inner.truncated;
    script.commands.extend(inner.commands.into_iter().map(|mut command| {
        command.pipeline += pipelines;
        command
    }));
    script.pipelines.extend(inner.pipelines.into_iter().map(|mut pipeline| {
        pipeline.commands.iter_mut().for_each(|command| *command += commands);
        pipeline
    }));
}

/// What ends a list of commands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Text,
    Paren,
    Backtick,
}

pub(super) struct Scanner<'t> {
    pub(super) text: &'t Text,
    pub(super) s: &'t str,
    pub(super) at: usize,
    pub(super) in_backticks: bool,
    /// The commands so far, by where they start; a place is taken before its command is read.
    pub(super) slots: Vec<Option<Command>>,
    pub(super) pipelines: usize,
    /// The slot and the pipeline of the command that was read last.
    pub(super) last: Option<(usize, usize)>,
    /// Pipelines that a group is part of, and the slot of its last command, which decides how the group ends.
    pub(super) groups: Vec<(usize, usize)>,
    /// Heredocs whose bodies begin behind the next line break.
    pub(super) heredocs: Vec<Announced>,
    depth: u32,
    truncated: bool,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t Text, depth: u32) -> Self {
        Self {
            text,
            s: text.as_str(),
            at: 0,
            in_backticks: false,
            slots: Vec::new(),
            pipelines: 0,
            last: None,
            groups: Vec::new(),
            heredocs: Vec::new(),
            depth,
            truncated: false,
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.s.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn find(&self, from: usize, byte: u8) -> Option<usize> {
        self.s.as_bytes().get(from..)?.iter().position(|&it| it == byte).map(|at| at + from)
    }

    pub(super) fn char_len(&self, at: usize) -> usize {
        self.s.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    }

    pub(super) fn snap(&mut self) {
        self.at = self.at.min(self.s.len());
        while !self.s.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    pub(super) fn copy(&self, out: &mut TextBuilder, from: usize, to: usize) {
        out.text(&self.text.slice(from..to));
    }

    /// Reads commands up to `end`.
    pub(super) fn list(&mut self, end: End, place: Place) {
        if self.depth >= DEPTH {
            self.truncated = true;
            return;
        }
        self.depth += 1;
        self.commands(end, place);
        self.depth -= 1;
    }

    fn finish(mut self, depth: u32) -> Script {
        let mut script = Script { truncated: self.truncated, ..Script::default() };
        let mut nested = Vec::new();
        script.pipelines = vec![Pipeline::default(); self.pipelines];
        self.groups.sort_by_key(|(_, slot)| *slot);
        let mut groups = self.groups.into_iter().peekable();
        for (slot, command) in self.slots.into_iter().enumerate() {
            let Some(command) = command else { continue };
            if let Some(text) = wrap::script(&command) {
                nested.push((text, Place::Unwrapped));
            } else if wrap::reads_script(&command)
                && let Some(body) = command.redirects.iter().find_map(|redirect| redirect.body.clone())
            {
                nested.push((body, Place::Heredoc));
            }
            script.pipelines[command.pipeline].commands.push(script.commands.len());
            while let Some((pipeline, _)) = groups.next_if(|(_, last)| *last == slot) {
                script.pipelines[pipeline].commands.push(script.commands.len());
            }
            script.commands.push(command);
        }
        for (text, place) in nested {
            if depth < 8 {
                append(&mut script, scan_at(&text, place, depth + 1));
            } else {
                script.truncated = true;
            }
        }
        script
    }
}

//! The scanner.

use crate::source::{Text, TextBuilder};

use super::DEPTH;
use super::command::{Assignment, Command, Join, Pipeline, Place, Redirect, Script, Word};
use super::wrap;

/// Scans a script.
pub fn scan(script: &Text) -> Script {
    scan_at(script, Place::Top, 0)
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
    slots: Vec<Option<Command>>,
    pipelines: usize,
    depth: u32,
    truncated: bool,
    heredocs: Vec<(usize, usize, bool)>,
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
            depth,
            truncated: false,
            heredocs: Vec::new(),
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

    pub(super) fn to_boundary(&mut self) {
        self.at = self.at.min(self.s.len());
        while !self.s.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    /// Where a byte of the script stands in its file.
    pub(super) fn offset(&self, at: usize) -> u32 {
        self.text.slice(at..at + 1).span().start
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

    fn commands(&mut self, end: End, place: Place) {
        let mut joined = Join::First;
        let mut cases = 0u32;
        let mut pipeline = self.new_pipeline();
        loop {
            self.blanks();
            let Some(byte) = self.peek(0) else { return };
            match byte {
                b')' => {
                    self.at += 1;
                    if end == End::Paren {
                        return;
                    }
                }
                b'`' if end == End::Backtick => {
                    self.at += 1;
                    return;
                }
                b'(' if self.peek(1) == Some(b'(') => {
                    self.at += 2;
                    self.arithmetic();
                }
                b'(' => {
                    self.at += 1;
                    self.list(End::Paren, Place::Subshell);
                }
                b'#' => self.at = self.find(self.at, b'\n').unwrap_or(self.s.len()),
                b'\n' | b'\r' | b';' | b'&' | b'|' => {
                    joined = self.operator(&mut cases);
                    if joined != Join::Pipe {
                        pipeline = self.new_pipeline();
                    }
                }
                _ => {
                    let follows = std::mem::replace(&mut joined, Join::Then);
                    joined = self.simple(follows, place, pipeline, &mut cases).unwrap_or(joined);
                }
            }
        }
    }

    fn new_pipeline(&mut self) -> usize {
        self.pipelines += 1;
        self.pipelines - 1
    }

    fn blanks(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b' ' | b'\t'), _) => self.at += 1,
                (Some(b'\\'), Some(b'\n')) => self.at += 2,
                _ => return,
            }
        }
    }

    fn operator(&mut self, cases: &mut u32) -> Join {
        let (first, second) = (self.peek(0), self.peek(1));
        self.at += 1;
        match (first, second) {
            (Some(b'&'), Some(b'&')) => {
                self.at += 1;
                Join::And
            }
            (Some(b'|'), Some(b'|')) => {
                self.at += 1;
                Join::Or
            }
            (Some(b'|'), _) => {
                self.at += usize::from(second == Some(b'&'));
                Join::Pipe
            }
            (Some(b'&'), _) => Join::Background,
            (Some(b';'), Some(b';')) => {
                self.at += 1;
                if *cases > 0 {
                    self.pattern(cases);
                }
                Join::Then
            }
            (Some(b'\n'), _) => {
                self.heredoc_bodies();
                Join::Then
            }
            _ => Join::Then,
        }
    }

    /// Skips the pattern of a `case` arm, or its `esac`.
    fn pattern(&mut self, cases: &mut u32) {
        while self.peek(0).is_some_and(|byte| byte.is_ascii_whitespace() || byte == b'(') {
            self.at += 1;
        }
        let rest = self.s.get(self.at..).unwrap_or("");
        if rest.starts_with("esac") {
            self.at += 4;
            *cases -= 1;
            return;
        }
        while let Some(byte) = self.peek(0) {
            match byte {
                b')' => {
                    self.at += 1;
                    return;
                }
                b'\n' | b';' => return,
                _ => {
                    self.word();
                    self.blanks();
                    while self.peek(0) == Some(b'|') {
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// Reads a simple command, or one reserved word; then how the next one follows is returned.
    fn simple(&mut self, joined: Join, place: Place, pipeline: usize, cases: &mut u32) -> Option<Join> {
        let start = self.at;
        let slot = self.slots.len();
        self.slots.push(None);
        let (mut words, mut assignments, mut redirects) = (Vec::<Word>::new(), Vec::new(), Vec::new());
        let mut end = start;
        loop {
            self.blanks();
            let Some(byte) = self.peek(0) else { break };
            let test = words.first().is_some_and(|word: &Word| word.raw.as_str() == "[[");
            match byte {
                b'\n' | b'\r' | b';' | b')' if !test || byte != b')' => break,
                b'&' if self.peek(1) == Some(b'>') => redirects.push(self.redirect(slot)),
                b'&' | b'|' | b'(' | b')' if test => self.at += 1,
                b'&' | b'|' => break,
                b'`' if self.in_backticks => break,
                b'#' => self.at = self.find(self.at, b'\n').unwrap_or(self.s.len()),
                b'(' => {
                    // `name()` begins a function; any other parenthesis here is an array or nonsense.
                    self.at += 1;
                    if self.peek(0) == Some(b')') && words.len() == 1 {
                        self.at += 1;
                        return Some(Join::Then);
                    }
                    self.list(End::Paren, Place::Subshell);
                }
                b'<' | b'>' if self.peek(1) != Some(b'(') => redirects.push(self.redirect(slot)),
                byte if byte.is_ascii_digit() && self.is_descriptor() => redirects.push(self.redirect(slot)),
                _ => {
                    let word = self.word();
                    if words.is_empty() && assignments.is_empty() && !word.quoted && redirects.is_empty() {
                        match word.raw.as_str() {
                            "if" | "elif" | "while" | "until" | "then" | "else" | "do" | "!" | "{" | "}"
                            | "fi" | "done" | "esac" => return Some(joined),
                            "for" | "select" | "function" => {
                                self.header();
                                return Some(Join::Then);
                            }
                            "case" => {
                                self.case(cases);
                                return Some(Join::Then);
                            }
                            _ => {}
                        }
                    }
                    if words.is_empty()
                        && let Some(assignment) = assignment(&word)
                    {
                        assignments.push(assignment);
                    } else {
                        words.push(word);
                    }
                }
            }
            end = self.at;
        }
        if words.is_empty() && redirects.is_empty() {
            return None;
        }
        let text = self.text.slice(start..end);
        let mut command = Command {
            words,
            assignments,
            redirects,
            text,
            joined,
            place,
            pipeline,
            wrappers: Vec::new(),
            start: 0,
        };
        wrap::unwrap(&mut command);
        self.slots[slot] = Some(command);
        None
    }

    /// `for x in ...` up to the line's end; substitutions in it are listed.
    fn header(&mut self) {
        loop {
            self.blanks();
            match self.peek(0) {
                None | Some(b'\n' | b';' | b'{') => return,
                Some(b'(' | b')' | b'&' | b'|' | b'<' | b'>') => self.at += 1,
                Some(_) => {
                    self.word();
                }
            }
        }
    }

    fn case(&mut self, cases: &mut u32) {
        for _ in 0..2 {
            self.blanks();
            self.word();
        }
        *cases += 1;
        self.pattern(cases);
    }

    fn is_descriptor(&self) -> bool {
        let digits = self.s.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        matches!(self.peek(digits), Some(b'<' | b'>')) && digits <= 2
    }

    fn redirect(&mut self, slot: usize) -> Redirect {
        let from = self.at;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let sign = self.at;
        while self.peek(0).is_some_and(|byte| b"<>&|-".contains(&byte)) && self.at < sign + 3 {
            self.at += 1;
        }
        let operator = self.text.slice(from..self.at);
        self.blanks();
        let target = match self.peek(0) {
            None | Some(b'\n' | b';' | b'|' | b'&' | b')') => self.text.slice(self.at..self.at),
            Some(_) => {
                let start = self.at;
                let word = self.word();
                if operator.as_str().contains("<<") && !operator.as_str().contains("<<<") {
                    let strips = operator.as_str().ends_with('-');
                    self.heredocs.push((slot, start, strips));
                }
                word.text
            }
        };
        Redirect { operator, target, body: None }
    }

    /// Reads the bodies of the heredocs that were announced on the line that ends here.
    fn heredoc_bodies(&mut self) {
        for (slot, _, strips) in std::mem::take(&mut self.heredocs) {
            let delimiter = self.slots[slot].as_ref().and_then(|command| {
                command.redirects.iter().find(|it| it.operator.as_str().contains("<<") && it.body.is_none())
            });
            let Some(delimiter) = delimiter.map(|redirect| redirect.target.as_str().to_owned()) else {
                continue;
            };
            let from = self.at;
            let mut end = self.s.len();
            let mut next = end;
            let mut line_start = from;
            for line in self.s[from..].split_inclusive('\n') {
                let body = line.trim_end_matches(['\n', '\r']);
                let body = if strips { body.trim_start_matches('\t') } else { body };
                if body == delimiter {
                    end = line_start;
                    next = line_start + line.len();
                    break;
                }
                line_start += line.len();
            }
            let body = self.text.slice(from..end);
            self.at = next;
            if let Some(redirect) = self.slots[slot].as_mut().and_then(|command| {
                command
                    .redirects
                    .iter_mut()
                    .find(|it| it.operator.as_str().contains("<<") && it.body.is_none())
            }) {
                redirect.body = Some(body);
            }
        }
    }

    fn finish(self, depth: u32) -> Script {
        let mut script = Script { truncated: self.truncated, ..Script::default() };
        let mut nested = Vec::new();
        script.pipelines = vec![Pipeline::default(); self.pipelines];
        for command in self.slots.into_iter().flatten() {
            if let Some(text) = wrap::script(&command) {
                nested.push((text, Place::Unwrapped));
            } else if wrap::reads_script(&command)
                && let Some(body) = command.redirects.iter().find_map(|redirect| redirect.body.clone())
            {
                nested.push((body, Place::Heredoc));
            }
            script.pipelines[command.pipeline].commands.push(script.commands.len());
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

fn assignment(word: &Word) -> Option<Assignment> {
    let raw = word.raw.as_str();
    let name = raw.split(['=', '+']).next()?;
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !plain || !raw[name.len()..].starts_with(['=', '+']) {
        return None;
    }
    let (name, value) = word.text.split_once('=')?;
    Some(Assignment { name, value })
}

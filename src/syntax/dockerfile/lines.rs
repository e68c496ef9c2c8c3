//! From physical lines to logical ones.

use crate::source::{Problem, Source, Span, Text, TextBuilder};

use super::{Above, Comment, Directive};

/// `BuildKit` refuses longer lines (Go's default scanner buffer).
const LINE_BYTES: usize = 65_535;

/// A physical line without its line ending.
#[derive(Clone, Copy)]
pub(super) struct Line<'s> {
    pub text: &'s str,
    pub start: u32,
    /// With its line ending.
    pub end: u32,
}

/// A logical line: an instruction before it is taken apart.
pub(super) struct Logical {
    pub text: Text,
    pub span: Span,
    pub blank_lines: Vec<Span>,
    pub comments: Vec<Comment>,
    pub above: Above,
}

pub(super) struct Lines<'s> {
    source: &'s Source,
    at: usize,
    pub escape: char,
    pub directives: Vec<Directive>,
    pub comments: Vec<Comment>,
    pub problems: Vec<Problem>,
    directives_done: bool,
    /// Lines so far that are neither blank nor comments.
    pub code: usize,
    above: Above,
}

impl<'s> Lines<'s> {
    pub fn new(source: &'s Source) -> Self {
        let at = if source.has_bom() { '\u{feff}'.len_utf8() } else { 0 };
        Self {
            source,
            at,
            escape: '\\',
            directives: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
            directives_done: false,
            code: 0,
            above: Above::Nothing,
        }
    }

    /// The next physical line.
    pub fn physical(&mut self) -> Option<Line<'s>> {
        let rest = self.source.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let len = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let start = self.at as u32;
        self.at += len;
        let text = rest[..len].trim_end_matches(['\r', '\n']);
        let body = text.trim_start();
        self.code += usize::from(!body.is_empty() && !body.starts_with('#'));
        if text.len() > LINE_BYTES {
            let message = format!("this line is longer than {LINE_BYTES} bytes, which BuildKit refuses");
            let span = Span::new(self.source.id, start, start + 80);
            self.problems.push(Problem::new(Problem::DOCKERFILE_LINE_TOO_LONG, message, span));
        }
        Some(Line { text, start, end: self.at as u32 })
    }

    /// The next logical line that is not empty.
    pub fn logical(&mut self) -> Option<Logical> {
        loop {
            let line = self.physical()?;
            let body = line.text.trim_start();
            let start = line.start + (line.text.len() - body.len()) as u32;
            if let Some(comment) = self.comment(line) {
                if self.directive(&comment) {
                    self.above = Above::Nothing;
                } else {
                    self.above = Above::Comment(comment.text.clone());
                    self.comments.push(comment);
                }
                continue;
            }
            self.directives_done = true;
            if body.is_empty() {
                self.above = Above::Nothing;
                continue;
            }
            return Some(self.join(body, start, line));
        }
    }

    fn join(&mut self, body: &str, start: u32, first: Line<'s>) -> Logical {
        let mut builder = TextBuilder::new(self.source.id);
        let mut blank_lines = Vec::new();
        let mut comments = Vec::new();
        let (piece, mut more) = self.continued(body);
        builder.linear(piece, start);
        let mut end = first.start + first.text.len() as u32;
        while more {
            let Some(line) = self.physical() else { break };
            end = line.start + line.text.len() as u32;
            if let Some(comment) = self.comment(line) {
                comments.push(comment);
                continue;
            }
            if line.text.trim().is_empty() {
                blank_lines.push(Span::new(self.source.id, line.start, line.end));
                continue;
            }
            let (piece, continues) = self.continued(line.text);
            builder.linear(piece, line.start);
            more = continues;
        }
        let span = Span::new(self.source.id, start, end);
        let above = std::mem::replace(&mut self.above, Above::Instruction);
        Logical { text: builder.finish(), span, blank_lines, comments, above }
    }

    /// A line without the escape character at its end, and whether it had one. A doubled one is none.
    fn continued<'l>(&self, line: &'l str) -> (&'l str, bool) {
        let trimmed = line.trim_end_matches([' ', '\t']);
        match trimmed.strip_suffix(self.escape) {
            Some(body) if !body.ends_with(self.escape) => (body, true),
            _ => (line, false),
        }
    }

    fn comment(&self, line: Line<'_>) -> Option<Comment> {
        let body = line.text.trim_start();
        let after = body.strip_prefix('#')?;
        let start = line.start + (line.text.len() - body.len()) as u32;
        let text = Text::written(after, self.source.id, start + 1).trim();
        let span = Span::new(self.source.id, start, line.start + line.text.len() as u32);
        Some(Comment { span, text, inside: None })
    }

    /// Whether a comment is a parser directive; `# name = value` before anything else.
    fn directive(&mut self, comment: &Comment) -> bool {
        if self.directives_done {
            return false;
        }
        let Some((name, value)) = comment.text.split_once('=') else {
            self.directives_done = true;
            return false;
        };
        let (name, value) = (name.trim(), value.trim());
        let word = name.as_str();
        let legal = word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !value.is_empty();
        if !legal {
            self.directives_done = true;
            return false;
        }
        let known = word.to_ascii_lowercase();
        if !matches!(known.as_str(), "syntax" | "escape" | "check") {
            self.directives_done = true;
            return false;
        }
        if self.directives.iter().any(|it| it.name.as_str().eq_ignore_ascii_case(word)) {
            let message = format!("there can be only one `{known}` directive");
            self.problems.push(Problem::new(Problem::DOCKERFILE_SYNTAX, message, comment.span));
        } else if known == "escape" {
            match value.as_str() {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                _ => {
                    let message = "the escape character can only be a backslash or a backtick";
                    self.problems.push(Problem::new(Problem::DOCKERFILE_SYNTAX, message, value.span()));
                }
            }
        }
        self.directives.push(Directive { name, value, span: comment.span });
        true
    }
}

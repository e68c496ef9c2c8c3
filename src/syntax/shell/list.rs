//! Lists of commands and the reserved words around them.

use super::command::{Join, Place};
use super::scan::{End, Scanner};

impl Scanner<'_> {
    pub(super) fn commands(&mut self, end: End, place: Place) {
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
                b'`' if self.in_backticks => {
                    // It also ends what is still open inside of the backticks.
                    self.at += usize::from(end == End::Backtick);
                    return;
                }
                b'(' if self.peek(1) == Some(b'(') => {
                    self.at += 2;
                    self.arithmetic();
                }
                b'(' => {
                    self.at += 1;
                    self.list(End::Paren, Place::Subshell);
                    self.group(pipeline);
                }
                b'#' => self.at = self.find(self.at, b'\n').unwrap_or(self.s.len()),
                b'\n' | b'\r' | b';' | b'&' | b'|' => {
                    let follows = self.operator(&mut cases);
                    // A line break behind `&&`, `||` or `|` ends nothing.
                    let open = matches!(joined, Join::And | Join::Or | Join::Pipe);
                    if open && matches!(byte, b'\n' | b'\r') {
                        continue;
                    }
                    joined = follows;
                    if joined == Join::Pipe {
                        self.group(pipeline);
                    } else {
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

    /// Makes the last command so far part of a pipeline that it is not in: it is what a group ends with, `( ... )`,
    /// `{ ...; }` or `for ...; done`.
    fn group(&mut self, pipeline: usize) {
        if let Some((slot, own)) = self.last
            && own != pipeline
            && self.groups.last() != Some(&(pipeline, slot))
        {
            self.groups.push((pipeline, slot));
        }
    }

    pub(super) fn blanks(&mut self) {
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

    /// `for x in ...` up to the line's end; substitutions in it are listed.
    pub(super) fn header(&mut self) {
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

    pub(super) fn case(&mut self, cases: &mut u32) {
        for _ in 0..2 {
            self.blanks();
            self.word();
        }
        *cases += 1;
        self.pattern(cases);
    }
}

//! Reading one word.

use crate::source::TextBuilder;

use super::command::{Place, Word};
use super::scan::{End, Scanner};

impl Scanner<'_> {
    /// Reads the word that starts here. Commands in its substitutions are listed on the way.
    pub(super) fn word(&mut self) -> Word {
        let start = self.at;
        let mut out = TextBuilder::new(self.text.span().file);
        let mut quoted = false;
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b')' => break,
                b'<' | b'>' => {
                    if self.peek(1) == Some(b'(') && self.at == start {
                        let from = self.at;
                        self.at += 2;
                        self.list(End::Paren, Place::Substitution);
                        self.at = self.at.min(self.s.len());
                        out.unknown(&self.text.slice(from..self.at), "");
                        continue;
                    }
                    break;
                }
                b'`' if self.in_backticks => break,
                b'\\' => {
                    quoted = true;
                    match self.peek(1) {
                        Some(b'\n') => self.at += 2,
                        Some(_) => {
                            let len = self.char_len(self.at + 1);
                            self.copy(&mut out, self.at + 1, self.at + 1 + len);
                            self.at += 1 + len;
                        }
                        None => self.at += 1,
                    }
                }
                b'\'' => {
                    quoted = true;
                    let end = self.find(self.at + 1, b'\'').unwrap_or(self.s.len());
                    self.copy(&mut out, self.at + 1, end);
                    self.at = (end + 1).min(self.s.len());
                }
                b'"' => {
                    quoted = true;
                    self.at += 1;
                    self.double(&mut out);
                }
                b'$' | b'`' => self.expansion(&mut out),
                _ => {
                    let from = self.at;
                    while self.peek(0).is_some_and(|byte| !b" \t\n\r;&|()<>`\\'\"$".contains(&byte)) {
                        self.at += 1;
                    }
                    if self.at == from {
                        self.at += 1;
                    }
                    self.copy(&mut out, from, self.at);
                }
            }
        }
        if self.at == start {
            // Nothing that belongs to a word: step over it, so that every loop ends.
            self.at += 1;
        }
        let raw = self.text.slice(start..self.at);
        let mut text = out.finish();
        if text.is_empty() {
            text = self.text.slice(start..start);
        }
        Word { text, raw, quoted }
    }

    fn double(&mut self, out: &mut TextBuilder) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => match self.peek(1) {
                    Some(b'"' | b'\\' | b'$' | b'`') => {
                        self.copy(out, self.at + 1, self.at + 2);
                        self.at += 2;
                    }
                    Some(b'\n') => self.at += 2,
                    _ => {
                        self.copy(out, self.at, self.at + 1);
                        self.at += 1;
                    }
                },
                b'$' => self.expansion(out),
                b'`' if !self.in_backticks => self.expansion(out),
                _ => {
                    let from = self.at;
                    self.at += 1;
                    while self.peek(0).is_some_and(|byte| !b"\"\\$`".contains(&byte)) {
                        self.at += 1;
                    }
                    self.copy(out, from, self.at);
                }
            }
        }
    }

    /// `$x`, `${x}`, `$(..)`, `$((..))`, `` `..` ``, `$'..'`.
    fn expansion(&mut self, out: &mut TextBuilder) {
        let start = self.at;
        let mut name = String::new();
        match (self.peek(0), self.peek(1)) {
            (Some(b'`'), _) => {
                self.at += 1;
                let outer = std::mem::replace(&mut self.in_backticks, true);
                self.list(End::Backtick, Place::Substitution);
                self.in_backticks = outer;
            }
            (_, Some(b'(')) if self.peek(2) == Some(b'(') => {
                self.at += 3;
                self.arithmetic();
            }
            (_, Some(b'(')) => {
                self.at += 2;
                self.list(End::Paren, Place::Substitution);
            }
            (_, Some(b'{')) => {
                name =
                    self.s[self.at + 2..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                self.at += 2;
                self.braces();
            }
            (_, Some(b'\'')) => {
                let end = self.find(self.at + 2, b'\'').unwrap_or(self.s.len());
                self.copy(out, self.at + 2, end);
                self.at = (end + 1).min(self.s.len());
                return;
            }
            (_, Some(byte)) if byte.is_ascii_alphabetic() || byte == b'_' => {
                name = self.s[self.at + 1..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                self.at += 1 + name.len();
            }
            (_, Some(byte)) if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) => self.at += 2,
            _ => {
                self.at += 1;
                self.copy(out, start, self.at);
                return;
            }
        }
        self.at = self.at.min(self.s.len());
        out.unknown(&self.text.slice(start..self.at), &name);
    }

    /// To the end of `${`; quotes and inner braces count.
    fn braces(&mut self) {
        let mut depth = 1u32;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.snap();
    }

    /// To the end of `$((`.
    pub(super) fn arithmetic(&mut self) {
        let mut depth = 2u32;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
}

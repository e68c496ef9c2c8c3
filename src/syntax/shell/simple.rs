//! Reading one simple command.

use super::command::{Assignment, Command, Join, Place, Word};
use super::scan::{End, Scanner};
use super::wrap;

impl Scanner<'_> {
    /// Reads a simple command, or one reserved word; then how the next one follows is returned.
    pub(super) fn simple(
        &mut self,
        joined: Join,
        place: Place,
        pipeline: usize,
        cases: &mut u32,
    ) -> Option<Join> {
        let start = self.at;
        let slot = self.slots.len();
        self.slots.push(None);
        let (mut words, mut assignments, mut redirects) = (Vec::<Word>::new(), Vec::new(), Vec::new());
        let mut end = start;
        loop {
            self.blanks();
            let Some(byte) = self.peek(0) else { break };
            let is = |word: Option<&Word>, raw: &str| word.is_some_and(|word| word.raw.as_str() == raw);
            let test = is(words.first(), "[[") && !is(words.last(), "]]");
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
        self.last = Some((slot, pipeline));
        None
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

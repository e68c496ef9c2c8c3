//! Redirections and the bodies of heredocs.

use super::command::Redirect;
use super::scan::Scanner;

/// A heredoc whose body is still to come.
pub(super) struct Announced {
    slot: usize,
    strips: bool,
}

impl Scanner<'_> {
    pub(super) fn is_descriptor(&self) -> bool {
        let digits = self.s.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        matches!(self.peek(digits), Some(b'<' | b'>')) && digits <= 2
    }

    pub(super) fn redirect(&mut self, slot: usize) -> Redirect {
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
                let word = self.word();
                if operator.as_str().contains("<<") && !operator.as_str().contains("<<<") {
                    let strips = operator.as_str().ends_with('-');
                    self.heredocs.push(Announced { slot, strips });
                }
                word.text
            }
        };
        Redirect { operator, target, body: None }
    }

    /// Reads the bodies of the heredocs that were announced on the line that ends here.
    pub(super) fn heredoc_bodies(&mut self) {
        for Announced { slot, strips } in std::mem::take(&mut self.heredocs) {
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
}

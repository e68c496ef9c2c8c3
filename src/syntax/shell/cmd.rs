//! Scripts of `cmd`, the default shell of Windows: commands joined by `&`, `&&`, `||` and `|`, words in double quotes,
//! `^` before a character, `%NAME%`. A backslash is a backslash.

use crate::source::{Text, TextBuilder};

use super::command::{Command, Join, Pipeline, Place, Redirect, Script, Word};

/// Scans a script.
pub fn scan_cmd(text: &Text) -> Script {
    let mut reader = Reader { text, s: text.as_str(), at: 0, groups: 0 };
    let mut script = Script::default();
    let mut joined = Join::First;
    while reader.peek().is_some() {
        if joined != Join::Pipe {
            script.pipelines.push(Pipeline::default());
        }
        let pipeline = script.pipelines.len() - 1;
        if let Some(command) = reader.command(joined, pipeline) {
            script.pipelines[pipeline].commands.push(script.commands.len());
            script.commands.push(command);
        }
        joined = reader.operator();
    }
    script
}

struct Reader<'t> {
    text: &'t Text,
    s: &'t str,
    at: usize,
    /// Parentheses that are open around commands.
    groups: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.s.get(self.at..)?.chars().next()
    }

    fn step(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\r')) {
            self.at += 1;
        }
    }

    fn ends(&self, c: char) -> bool {
        matches!(c, '&' | '|' | '\n') || c == ')' && self.groups > 0
    }

    fn command(&mut self, joined: Join, pipeline: usize) -> Option<Command> {
        self.blanks();
        while let Some(c @ ('(' | '@')) = self.peek() {
            self.groups += u32::from(c == '(');
            self.at += 1;
            self.blanks();
        }
        let start = self.at;
        let (mut words, mut redirects, mut end) = (Vec::new(), Vec::new(), start);
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some(c) if self.ends(c) => break,
                Some(_) if self.is_redirect() => redirects.push(self.redirect()),
                Some(_) => words.push(self.word()),
            }
            end = self.at;
        }
        let first = words.first_mut()?;
        first.text = program(&first.text);
        Some(Command {
            words,
            assignments: Vec::new(),
            redirects,
            text: self.text.slice(start..end),
            joined,
            place: Place::Top,
            pipeline,
            wrappers: Vec::new(),
            start: 0,
        })
    }

    /// Steps over what stands between two commands.
    fn operator(&mut self) -> Join {
        let rest = self.s.get(self.at..).unwrap_or_default();
        let (len, joined) = if rest.starts_with("&&") {
            (2, Join::And)
        } else if rest.starts_with("||") {
            (2, Join::Or)
        } else {
            (1, if rest.starts_with('|') { Join::Pipe } else { Join::Then })
        };
        self.groups -= u32::from(rest.starts_with(')') && self.groups > 0);
        self.at = (self.at + len).min(self.s.len());
        joined
    }

    /// Whether `>`, `<`, or one of them behind a descriptor stands here.
    fn is_redirect(&self) -> bool {
        let rest = self.s.get(self.at..).unwrap_or_default();
        let sign = rest.strip_prefix(|c: char| c.is_ascii_digit()).unwrap_or(rest);
        sign.starts_with(['<', '>'])
    }

    fn redirect(&mut self) -> Redirect {
        let from = self.at;
        if self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        while self.peek().is_some_and(|c| matches!(c, '<' | '>')) {
            self.at += 1;
        }
        if self.peek() == Some('&') {
            self.at += 1;
        }
        let operator = self.text.slice(from..self.at);
        self.blanks();
        Redirect { operator, target: self.word().text, body: None }
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut out = TextBuilder::new(self.text.span().file);
        let (mut quoted, mut inside) = (false, false);
        while let Some(c) = self.peek() {
            let from = self.at;
            match c {
                '"' => {
                    (quoted, inside) = (true, !inside);
                    self.step();
                }
                '\n' => break,
                ' ' | '\t' | '\r' | '<' | '>' if !inside => break,
                c if !inside && self.ends(c) => break,
                '^' if !inside => {
                    self.step();
                    let escaped = self.at;
                    self.step();
                    out.text(&self.text.slice(escaped..self.at));
                }
                '%' => {
                    let name = variable(&self.s[self.at..]);
                    if let Some(name) = name {
                        self.at += name.len() + 2;
                        out.unknown(&self.text.slice(from..self.at), name);
                    } else {
                        self.step();
                        out.text(&self.text.slice(from..self.at));
                    }
                }
                _ => {
                    self.step();
                    out.text(&self.text.slice(from..self.at));
                }
            }
        }
        let text = out.finish();
        let text = if text.is_empty() { self.text.slice(start..start) } else { text };
        Word { text, raw: self.text.slice(start..self.at), quoted }
    }
}

/// The name in `%NAME%`, where that is what a text begins with.
fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix('%')?.split('%').next()?;
    let closed = text.as_bytes().get(name.len() + 1) == Some(&b'%');
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (closed && plain).then_some(name)
}

/// A program without its directory and the ending of its file.
fn program(text: &Text) -> Text {
    let Some(known) = text.known() else { return text.clone() };
    let from = known.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let name = known.get(from..).unwrap_or_default();
    let ending = [".exe", ".cmd", ".bat"].into_iter().find(|ending| {
        name.len() > ending.len()
            && name.get(name.len() - ending.len()..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    });
    text.slice(from..known.len() - ending.map_or(0, str::len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(script: &str) -> Vec<Vec<String>> {
        let text = Text::written(script, crate::source::FileId(0), 0);
        let words =
            |command: &Command| command.words.iter().map(|word| word.text.as_str().to_owned()).collect();
        scan_cmd(&text).commands.iter().map(words).collect()
    }

    #[test]
    fn commands_and_words() {
        let script = r#"curl.exe -o C:\a\b.zip "https://e.com/x y" && (echo ^& done & C:\x\Tar.EXE xf b.zip > log 2>&1)"#;
        let wanted: [&[&str]; 3] = [
            &["curl", "-o", r"C:\a\b.zip", "https://e.com/x y"],
            &["echo", "&", "done"],
            &["Tar", "xf", "b.zip"],
        ];
        assert_eq!(commands(script), wanted);
        assert_eq!(
            commands("dir | find \"x\"\r\nset A=%B%"),
            [vec!["dir"], vec!["find", "x"], vec!["set", "A=%B%"]]
        );
        assert!(commands(" && ").is_empty());
        assert_eq!(commands("a ) b"), [["a", ")", "b"]]);
    }
}

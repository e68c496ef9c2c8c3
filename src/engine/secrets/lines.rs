//! Secrets in what nobody understands: keys of extensions, options of drivers, text that a program reads.
//!
//! This looks at lines, not at facts. It may hide more than a secret; it is there so that nothing is shown for want of a
//! fact.

use crate::facts;
use crate::source::{FileId, Source, Span, Text};
use crate::syntax::{reference, tokens};

/// Words that leave no doubt. Whoever names a value `key` may mean anything.
const WORDS: [&str; 7] = ["password", "passwd", "passphrase", "secret", "token", "apikey", "authorization"];

/// Values that keep no secret.
const PLAIN: [&str; 6] = ["true", "false", "null", "yes", "no", "none"];

/// Where secrets stand in the lines of a file.
pub fn secrets(source: &Source) -> Vec<Span> {
    let text = Text::written(&source.text, source.id, 0);
    let mut spans: Vec<Span> = tokens::find(&text).iter().map(|token| token.value.span()).collect();
    for number in 0..source.lines.count() {
        let range = source.lines.range(number, &source.text);
        let line = source.text.get(range.clone()).unwrap_or_default();
        let ranges = named(line).into_iter().chain(spoken(line)).chain(piped(line)).chain(logins(line));
        spans.extend(
            ranges.map(|(from, to)| {
                Span::new(source.id, (range.start + from) as u32, (range.start + to) as u32)
            }),
        );
    }
    spans
}

/// `password=x`, `token: x`, `${SECRET:-x}`.
fn named(line: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut hidden = 0;
    for (at, mark) in line.match_indices(['=', ':']) {
        if at < hidden {
            continue;
        }
        let before = line[..at].trim_end_matches(['"', '\'', ' ']);
        let from = before.rfind(|c: char| !is_of_name(c)).map_or(0, |it| {
            it + before.get(it..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        let behind = &line[at + 1..];
        let gives = mark == "=" || behind.starts_with([' ', '-']);
        if gives && is_secret(&before[from..]) {
            let start = at + 1 + (behind.len() - behind.trim_start_matches([' ', '-', '"', '\'']).len());
            if let Some((from, to)) = value(line, start) {
                found.push((from, to));
                hidden = to;
            }
        }
    }
    found
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether a name is that of a secret, and not of the place where it is kept.
fn is_secret(name: &str) -> bool {
    let words = facts::words(name);
    let kept =
        words.last().is_some_and(|last| matches!(last.as_str(), "file" | "path" | "dir" | "name" | "id"));
    !kept && words.iter().any(|word| WORDS.iter().any(|secret| word.contains(secret)))
}

/// `machine x login y password z`, as `.netrc` has it; `curl -u user:x`.
fn spoken(line: &str) -> Option<(usize, usize)> {
    let behind = |from: &str, word: &str| {
        let at = line.find(from)?;
        Some(at + line[at..].find(word)? + word.len())
    };
    let start = behind("machine ", " password ").or_else(|| {
        let user = behind("curl ", "-u ")?;
        Some(user + line[user..].find([':', ' '])? + 1)
    });
    value(line, start?)
}

/// `echo user:x | chpasswd`.
fn piped(line: &str) -> Option<(usize, usize)> {
    let end = line.find("chpasswd")?;
    let start = line[..end].rfind(':')? + 1;
    value(line, start)
}

/// `user:x@registry.example/image`.
fn logins(line: &str) -> Vec<(usize, usize)> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '=' | '[' | '{');
    let mut found = Vec::new();
    let mut start = 0;
    for word in line.split(ends) {
        if word.contains('@')
            && let Some(password) = reference::password(&Text::written(word, FileId(0), start as u32))
        {
            found.push((password.span().start as usize, password.span().end as usize));
        }
        start += word.len()
            + line.get(start + word.len()..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
    }
    found
}

/// The value that starts there, if it may be a secret.
fn value(line: &str, start: usize) -> Option<(usize, usize)> {
    let rest = line.get(start..)?;
    // Looked at first: a line may be of nothing but these, and is read through for each value that is looked for.
    if rest.starts_with(['$', '/', '.', '[', '{', '*', '!', '?', '>', '<', '#', '=']) {
        return None;
    }
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '&' | '|' | ')' | '}' | '`');
    let value = &rest[..rest.find(ends).unwrap_or(rest.len())];
    (!value.is_empty() && !PLAIN.contains(&value)).then(|| (start, start + value.len()))
}

#[cfg(test)]
mod tests {
    use crate::source::{FileId, Source};

    fn hidden(text: &str) -> Vec<String> {
        let source = Source::new(FileId(0), "x", text);
        super::secrets(&source).into_iter().map(|span| source.slice(span).to_owned()).collect()
    }

    #[test]
    fn values_behind_names_of_secrets_are_hidden() {
        for (line, expected) in [
            ("x-registry-password: abc", "abc"),
            ("  splunk-token: \"abc\"", "abc"),
            ("- o: \"username=u,password=abc\"", "abc"),
            ("X: ${DB_SECRET:-abc}", "abc"),
            ("git clone https://u:abc@host/x", "abc"),
            ("machine h login u password abc", "abc"),
            ("echo 'root:abc' | chpasswd", "abc"),
            ("command: curl -u a:abc http://x", "abc"),
            ("\u{e9}_token=abc", "abc"),
            ("\u{a0}COPY --from=me:abc@registry.example/x a b", "abc"),
            ("cache_from: [\"me:abc@registry.example/x\"]", "abc"),
        ] {
            assert_eq!(hidden(line), [expected], "{line}");
        }
        for line in [
            "DB_PASSWORD_FILE: /run/secrets/db",
            "token: ${TOKEN}",
            "secrets: [a]",
            "image: example/token:1.2",
            "password:",
            "secret: true",
            "RUN pip install own-token==1.2",
            "--mount=type=secret,id=x",
            "${TOKEN:?set it}",
            "FROM registry.example/x:1@sha256:0123456789",
            "RUN git clone git@git.example:team/x.git",
        ] {
            assert!(hidden(line).is_empty(), "{line}");
        }
    }
}

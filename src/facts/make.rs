//! Small helpers for filling facts.

use std::sync::Arc;

use crate::source::{Origin, Span, Text};

use super::{Head, Known, List, NodeId, Site};

/// A head without a parent yet; the parent adopts the node when it is added itself.
pub fn head(name: Text, site: Site, step: impl Into<Arc<str>>) -> Head {
    Head { name, site, parent: None, step: step.into() }
}

/// A list of nodes that stands at `site`.
pub fn nodes(ids: Vec<NodeId>, site: Site) -> Known<List<NodeId>> {
    if ids.is_empty() { Known::Absent } else { Known::Set(List::closed(ids), site) }
}

/// A text that our tables supply for what stands at `span`.
pub fn table(value: &str, span: Span) -> Text {
    Text::made(value, span, Origin::Table)
}

/// A yes or no that is certain and has no place of its own.
pub const fn flag(value: bool, site: Site) -> Known<bool> {
    Known::Set(value, site)
}

/// The words of a name, in small letters: `dbPassword_FILE` is `db, password, file`.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut open = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            open = false;
            was_lower = false;
            continue;
        }
        if !open || (c.is_uppercase() && was_lower) {
            words.push(String::new());
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.into_iter().flat_map(unglued).collect()
}

/// Words that names are often written up to without anything in between: `NPMTOKEN`, `dbpassword`.
const GLUED: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "secretkey", "accesskey"];

/// `npm` and `token` of `npmtoken`.
fn unglued(mut word: String) -> impl Iterator<Item = String> {
    let last = GLUED.iter().filter_map(|last| Some(word.strip_suffix(last)?.len())).min();
    let last = last.filter(|at| *at > 0).map(|at| word.split_off(at));
    std::iter::once(word).chain(last)
}

/// What a value looks like.
pub fn shape(value: &str) -> &'static str {
    let lower = value.to_ascii_lowercase();
    if matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off") {
        "boolean"
    } else if value.parse::<f64>().is_ok() {
        "number"
    } else if value.contains("://") {
        "url"
    } else if value.starts_with(['/', '~']) || value.starts_with("./") || value.starts_with("../") {
        "path"
    } else if !value.is_empty() && value.chars().all(char::is_alphanumeric) {
        "word"
    } else {
        "text"
    }
}

/// The parts of a mount in short syntax. The colon behind a single letter is a drive's, even where a volume has that name.
/// Source: what `docker stack config` makes of such mounts.
pub fn mount_parts(text: &Text) -> Vec<Text> {
    let mut parts = Vec::new();
    let (mut at, mut drive) = (0, None);
    for part in text.split(':') {
        let end = at + part.len();
        let letter = part.len() == 1 && part.as_str().starts_with(|c: char| c.is_ascii_alphabetic());
        if drive.is_none() && letter && end < text.len() {
            drive = Some(at);
        } else {
            parts.push(text.slice(drive.take().unwrap_or(at)..end));
        }
        at = end + 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("POSTGRES_PASSWORD_FILE"), ["postgres", "password", "file"]);
        assert_eq!(words("apiKey"), ["api", "key"]);
        assert_eq!(words("spring.datasource.password"), ["spring", "datasource", "password"]);
        assert_eq!(words("APIKEY"), ["apikey"]);
        assert_eq!(words("NPMTOKEN_FILE"), ["npm", "token", "file"]);
        assert_eq!(words("MYSECRETKEY"), ["my", "secretkey"]);
    }
}

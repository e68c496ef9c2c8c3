//! Options with their values, among the words that a service's containers run.

use crate::facts::kinds::Argument;
use crate::facts::make::{head, nodes, table, words};
use crate::facts::model::At;
use crate::facts::{Known, List, NodeId, Site};
use crate::source::{Origin, Text};
use crate::syntax::shell;

use super::Filler;

const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "zsh", "ksh"];
/// Words before a program that run it.
const WRAPPERS: [&str; 8] = ["exec", "env", "sudo", "nohup", "time", "then", "do", "!"];

/// The words that a service's containers run, by the key that they stand under. A string is split as a shell would.
pub fn spoken(at: At<'_>) -> Vec<(&'static str, Vec<Text>)> {
    let mut all = Vec::new();
    for place in ["command", "entrypoint"] {
        if let Some(at) = at.get(place) {
            all.push((place, split(at)));
        }
    }
    if let Some(test) = at.path(&["healthcheck", "test"]) {
        let mut test = split(test);
        match test.first().and_then(Text::known) {
            Some("CMD") => {
                test.remove(0);
            }
            Some("CMD-SHELL") => test = test.get(1).map(shell::split).unwrap_or_default(),
            _ => {}
        }
        all.push(("healthcheck", test));
    }
    all
}

fn split(at: At<'_>) -> Vec<Text> {
    match at.text() {
        Some(text) => shell::split(text),
        None => at.items().filter_map(|item| item.text().cloned()).collect(),
    }
}

impl Filler<'_> {
    /// Adds the options and settings among a service's words.
    pub fn arguments(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for (place, words) in spoken(at) {
            let scripts: Vec<usize> = scripts(&words).collect();
            let inner: Vec<Vec<Text>> =
                scripts.iter().filter_map(|&at| words.get(at)).map(shell::split).collect();
            let own = words.into_iter().enumerate().filter(|(at, _)| !scripts.contains(at));
            let own: Vec<Text> = own.map(|(_, word)| word).collect();
            for words in std::iter::once(&own).chain(&inner) {
                for argument in read(words, place) {
                    if self.is_full() {
                        return nodes(all, at.site);
                    }
                    all.push(self.part.add(argument));
                }
            }
        }
        nodes(all, at.site)
    }
}

/// Which of the words are given to `sh -c`.
fn scripts(words: &[Text]) -> impl Iterator<Item = usize> {
    words.windows(3).enumerate().filter_map(|(at, window)| {
        let [program, flag, _] = window else { return None };
        let flag = flag.known()?;
        let runs = flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c');
        (SHELLS.contains(&base(program.known()?)) && runs).then_some(at + 2)
    })
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_operator(word: &Text) -> bool {
    word.known().is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| b";&|()<>".contains(&byte)))
}

fn read(words: &[Text], place: &'static str) -> Vec<Argument> {
    let mut all = Vec::new();
    let mut program: Option<Text> = None;
    for (index, word) in words.iter().enumerate() {
        let value = word.as_str();
        if is_operator(word) {
            program = None;
        } else if value.starts_with('-') && value.len() > 1 {
            let next =
                words.get(index + 1).filter(|next| !next.as_str().starts_with('-') && !is_operator(next));
            all.push(option(word, next, program.as_ref(), place));
        } else if let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_name(name)) {
            all.push(argument(&name, Some(value), true, program.as_ref(), place));
        } else if program.is_none() && !word.known().is_some_and(|word| WRAPPERS.contains(&base(word))) {
            let from = value.rfind('/').map_or(0, |at| at + 1);
            program = Some(word.slice(from..word.len()));
        }
    }
    all
}

fn is_name(text: &Text) -> bool {
    text.known().is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    })
}

/// An option: `--name=value`, `--name value`, `-n value`, `-nvalue`.
fn option(word: &Text, next: Option<&Text>, program: Option<&Text>, place: &'static str) -> Argument {
    if let Some((name, value)) = word.split_once('=') {
        return argument(&name, Some(value), true, program, place);
    }
    let clustered = !word.as_str().starts_with("--") && word.len() > 2;
    if clustered && word.as_str().is_char_boundary(2) {
        return argument(&word.slice(0..2), Some(word.slice(2..word.len())), true, program, place);
    }
    argument(word, next.cloned(), false, program, place)
}

fn argument(
    name: &Text,
    value: Option<Text>,
    attached: bool,
    program: Option<&Text>,
    place: &'static str,
) -> Argument {
    let site = Site::written(name.span());
    let mut argument = Argument::new(head(name.clone(), site, format!("{place} {}", name.as_str())));
    argument.place = Known::Set(place, site);
    if let Some(program) = program {
        argument.program = Known::Set(program.clone(), Site::written(program.span()));
    }
    let split = words(name.as_str())
        .iter()
        .map(|word| table(word, name.span()).with_origin(Origin::Written))
        .collect();
    argument.words = Known::Set(List::closed(split), site);
    argument.value = value.map_or(Known::Absent, |value| {
        let site = Site::written(value.span());
        if value.holes().next().is_some_and(|(hole, _)| hole.len() == value.len()) {
            Known::Unknown(site, "it comes from a variable")
        } else {
            Known::Set(value, site)
        }
    });
    argument.attached = Known::Set(attached, site);
    argument
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn shown(text: &str) -> Vec<String> {
        let words = shell::split(&Text::written(text, FileId(0), 0));
        read(&words, "command")
            .iter()
            .map(|it| {
                let own = |known: &Known<Text>| known.value().map_or("", |text| text.as_str()).to_owned();
                format!("{} {} {}", own(&it.program), it.head.name.as_str(), own(&it.value))
            })
            .collect()
    }

    #[test]
    fn options_come_with_their_values() {
        assert_eq!(
            shown("redis-server --requirepass x --appendonly yes"),
            ["redis-server --requirepass x", "redis-server --appendonly yes"]
        );
        assert_eq!(
            shown("/usr/bin/mysqladmin ping -uroot -psecret"),
            ["mysqladmin -u root", "mysqladmin -p secret"]
        );
        assert_eq!(
            shown("KEY=v prog --flag --other=1 && next -a b"),
            [" KEY v", "prog --flag ", "prog --other 1", "next -a b"]
        );
        assert_eq!(shown("prog --pw $X"), ["prog --pw "]);
    }
}

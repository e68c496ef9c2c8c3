//! A `git clone` that becomes an ADD, which fetches the repository without git in the image.

use crate::facts::kinds::Command;
use crate::facts::{Node, NodeId, World};
use crate::source::Text;

use super::finding::Change;

/// Hosts that serve a repository with and without `.git` behind its path; ADD knows it by that ending.
const HOSTS: [&str; 3] = ["https://github.com/", "https://gitlab.com/", "https://codeberg.org/"];

/// An ADD in the place of a RUN that does nothing but clone.
pub fn add_repository(world: &World, subject: NodeId) -> Option<Vec<Change>> {
    let Some(Node::Command(command)) = world.node(subject) else { return None };
    let Some(Node::Run(run)) = world.node(*command.run.value()?) else { return None };
    let alone = run.commands.value()?.items.len() == 1 && run.flags.value()?.items.is_empty();
    let plain = command.head.name.known()?.starts_with("git ") && command.writes.value()?.items.is_empty();
    let at = world.node(*run.instruction.value()?)?.head().site.label;
    let text = instruction(command).filter(|_| alone && plain)?;
    Some(vec![Change::Replace(at, text)])
}

/// The ADD that fetches what a `git clone` does, if nothing but branch and depth is asked for.
fn instruction(command: &Command) -> Option<String> {
    let words: Vec<&str> = command.arguments.value()?.items.iter().map(Text::known).collect::<Option<_>>()?;
    let mut words = words.into_iter();
    (words.next()? == "clone").then_some(())?;
    let (mut branch, mut operands) = (None, Vec::new());
    while let Some(word) = words.next() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("-b" | "--branch", "") => branch = Some(words.next()?),
            ("--branch", name) => branch = Some(name),
            ("--depth", "") => drop(words.next()?),
            ("--depth", _) | ("-q" | "--quiet" | "--single-branch", "") => {}
            _ if word.starts_with('-') => return None,
            _ => operands.push(word),
        }
    }
    let (url, directory) = match *operands.as_slice() {
        [url] => (url, url.trim_end_matches('/').rsplit('/').next()?.trim_end_matches(".git")),
        [url, directory] => (url, directory.trim_end_matches('/')),
        _ => return None,
    };
    let url = url.trim_end_matches('/');
    let known = url.starts_with("https://") && url.ends_with(".git");
    let ending = if known { "" } else { HOSTS.iter().any(|host| url.starts_with(host)).then_some(".git")? };
    let branch = branch.map_or(String::new(), |name| format!("#{name}"));
    let odd =
        |text: &str| text.is_empty() || text.contains(|c: char| c.is_whitespace() || "#\"'$~".contains(c));
    (!odd(url) && !odd(directory)).then(|| format!("ADD {url}{ending}{branch} {directory}/"))
}

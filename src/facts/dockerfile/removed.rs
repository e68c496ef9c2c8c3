//! Which packages the RUN that installs them removes again.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::managers::{self, Usage};
use crate::facts::{Known, Node, NodeId};
use crate::syntax::shell::Script;

use super::Filler;

/// What the commands behind a place of a script remove.
#[derive(Default)]
struct Removed {
    /// Names by their managers.
    names: BTreeMap<&'static str, BTreeSet<String>>,
    /// Managers that remove what nobody can tell: the packages of a variable, of a pattern, all that are marked.
    more: BTreeSet<&'static str>,
}

impl Filler<'_> {
    /// Tells the packages of a script's commands whether a later command removes them. One pass, backwards.
    pub fn removed_packages(&mut self, script: &Script, ids: &[NodeId]) {
        // `apt-mark auto` leaves it to `apt-get purge --auto-remove` to remove what was installed to build.
        let marks = script.commands.iter().any(|command| command.name() == "apt-mark");
        let mut removed = Removed::default();
        for (command, &id) in script.commands.iter().zip(ids).rev() {
            let Some(usage) = managers::usage(command) else { continue };
            if usage.action == Some("remove") {
                removed.note(&usage, marks);
                continue;
            }
            let Some(Node::Command(node)) = self.part.node(id) else { continue };
            for package in node.packages.value().map_or_else(Vec::new, |list| list.items.clone()) {
                let Some(Node::Package(package)) = self.part.node_mut(package) else { continue };
                let gone = removed.takes(&usage, package.head.name.as_str());
                package.removed_later = Known::Set(gone, package.head.site);
            }
        }
    }
}

impl Removed {
    fn note(&mut self, usage: &Usage<'_>, marks: bool) {
        let manager = usage.manager.name;
        let unclear = |text: &str| text.contains(['*', '?']);
        let told = usage.operands.iter().all(|word| word.text.known().is_some_and(|text| !unclear(text)));
        if !told || (usage.operands.is_empty() && marks) {
            self.more.insert(manager);
        }
        let names = usage.operands.iter().filter_map(|word| word.text.known()).map(bare);
        self.names.entry(manager).or_default().extend(names.map(str::to_owned));
    }

    /// Whether a package that a command installs is removed: by its name, or by the name that apk gives them all.
    fn takes(&self, usage: &Usage<'_>, package: &str) -> bool {
        let manager = usage.manager.name;
        let Some(names) = self.names.get(manager) else { return self.more.contains(manager) };
        let group = |word: &str| names.contains(word.strip_prefix("--virtual=").unwrap_or(word));
        let grouped = || {
            let words = usage.words.iter().map(|word| word.text.as_str());
            manager == "apk"
                && words.zip(usage.words.iter().skip(1)).any(|(flag, name)| match flag {
                    "-t" | "--virtual" => group(name.text.as_str()),
                    flag => flag.starts_with("--virtual=") && group(flag),
                })
        };
        self.more.contains(manager) || names.contains(bare(package)) || grouped()
    }
}

/// A package's name without its architecture and version.
fn bare(name: &str) -> &str {
    name.split([':', '=']).next().unwrap_or(name)
}

//! What package managers leave behind in the layer of a RUN.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::kinds::Leftover;
use crate::facts::make::head;
use crate::facts::managers::{self, Leaves, Manager, Usage};
use crate::facts::{Kind, Known, List, Node, NodeId};
use crate::source::{Origin, Text, is_under};
use crate::syntax::dockerfile::Lookup;
use crate::syntax::shell::{Command, Script};

use super::Filler;

/// What the commands behind a place of a script do.
#[derive(Default)]
struct Later {
    /// What managers do.
    actions: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Manager and path of what is removed.
    removed: BTreeSet<(&'static str, &'static str)>,
}

impl Filler<'_> {
    /// Adds what the commands of a RUN leave behind, and tells each what its manager does later. One pass, backwards.
    pub fn leftovers(
        &mut self,
        script: &Script,
        ids: &[NodeId],
        mounts: &[Text],
        run: NodeId,
        onbuild: bool,
    ) {
        let mut later = Later::default();
        let mut found = Vec::new();
        for (index, (command, &id)) in script.commands.iter().zip(ids).enumerate().rev() {
            let Some(usage) = managers::usage(command) else {
                later.removes(command);
                continue;
            };
            let name = usage.manager.name;
            self.tell(id, &usage, mounts, later.actions.get(name));
            for leaves in &usage.manager.leaves {
                if self.leaves(leaves, &usage, script, index, mounts) && !later.removed(name, leaves) {
                    let variable = leaves.variable.as_ref();
                    let refusal = variable.and_then(|name| self.variable_for(name, script, index));
                    found.push((id, name, leaves, refusal));
                }
            }
            later.acts(&usage);
        }
        for (command, manager, leaves, refusal) in found.into_iter().rev() {
            self.leftover(command, manager, leaves, run, onbuild, refusal);
        }
    }

    /// Notes which package lists a later RUN installs from.
    pub fn used_later(&mut self) {
        // The last RUN that installs without refreshing first: by its stage, and of all stages that start from another.
        let mut last: BTreeMap<(Option<NodeId>, &'static str), NodeId> = BTreeMap::new();
        for id in self.part.of(Kind::Run) {
            let Some(Node::Run(run)) = self.part.node(id) else { continue };
            let stage = run.stage.value().copied();
            let starts_from_another =
                stage.and_then(|stage| self.opened(stage)).is_some_and(|open| !open.node.parent.is_absent());
            let mut refreshed = BTreeSet::new();
            for &command in run.commands.value().map_or(&[][..], |list| &list.items) {
                let Some(Node::Command(command)) = self.part.node(command) else { continue };
                match (command.manager.value(), command.action.value()) {
                    (Some(manager), Some(&"refresh")) => {
                        refreshed.insert(*manager);
                    }
                    (Some(manager), Some(&"install")) if !refreshed.contains(manager) => {
                        last.insert((stage, manager), id);
                        if starts_from_another {
                            last.insert((None, manager), id);
                        }
                    }
                    _ => {}
                }
            }
        }
        for id in self.part.of(Kind::Leftover).collect::<Vec<_>>() {
            let Some(Node::Leftover(leftover)) = self.part.node_mut(id) else { continue };
            let (Some(run), Some(manager)) = (leftover.run.value(), leftover.manager.value()) else {
                continue;
            };
            let mut users = [leftover.stage.value().copied(), None].into_iter();
            let used = users.any(|stage| last.get(&(stage, *manager)).is_some_and(|user| user > run));
            leftover.used_later = Known::Set(used, leftover.head.site);
        }
    }

    fn tell(
        &mut self,
        id: NodeId,
        usage: &Usage<'_>,
        mounts: &[Text],
        later: Option<&BTreeSet<&'static str>>,
    ) {
        let all_mounted = usage.manager.leaves.iter().all(|leaves| self.mounted(leaves, mounts));
        let Some(Node::Command(command)) = self.part.node_mut(id) else { return };
        let site = command.head.site;
        let made = |action: &&'static str| Text::made(action, site.label, Origin::Written);
        command.later_actions =
            Known::Set(List::closed(later.into_iter().flatten().map(made).collect()), site);
        command.cache_mounted = Known::Set(all_mounted, site);
        command.assumes_yes = usage.assumes_yes().map_or(Known::Absent, |yes| Known::Set(yes, site));
    }

    /// Whether the command at `index` leaves something in the layer.
    fn leaves(
        &self,
        leaves: &Leaves,
        usage: &Usage<'_>,
        script: &Script,
        index: usize,
        mounts: &[Text],
    ) -> bool {
        let acts = usage.action.is_some_and(|action| leaves.after.iter().any(|after| after == action));
        acts && !self.mounted(leaves, mounts)
            && !usage.has_flag(&leaves.avoided_by)
            && !leaves.variable.as_ref().is_some_and(|name| match self.variable_for(name, script, index) {
                Some(value) => truthy(&value),
                None => matches!(self.scope.variables.get(name), Some((Lookup::Unknown, _))),
            })
    }

    /// Whether a mount keeps what is left out of the layer: at the place that a variable names, else at the usual one.
    fn mounted(&self, leaves: &Leaves, mounts: &[Text]) -> bool {
        let moved = leaves.moved_by.iter().find_map(|name| self.scope.variables.get(name));
        let keeps = |mount: &str| match moved {
            Some((Lookup::Value(place) | Lookup::Default(place), _)) => {
                is_under(place, mount) || is_under(mount, place)
            }
            Some((Lookup::Unknown, _)) => true,
            _ => leaves.paths.iter().any(|path| is_under(path, mount) || is_in_a_home(mount, path)),
        };
        mounts.iter().any(|mount| keeps(mount.as_str()))
    }

    /// The value of a variable for the command at `index`, if it is set.
    fn variable_for(&self, name: &str, script: &Script, index: usize) -> Option<String> {
        let own = script.commands.get(..=index).unwrap_or_default().iter().enumerate().rev();
        for (at, command) in own {
            let assigned = command.assignments.iter().find(|assignment| assignment.name.as_str() == name);
            if let Some(assignment) = assigned.filter(|_| at == index || command.words.is_empty()) {
                return Some(assignment.value.as_str().to_owned());
            }
            if command.name() == "export" {
                let value = command.arguments().iter().find_map(|word| {
                    let (key, value) = word.text.as_str().split_once('=')?;
                    (key == name).then(|| value.to_owned())
                });
                if value.is_some() {
                    return value;
                }
            }
        }
        match self.scope.variables.get(name) {
            Some((Lookup::Value(value) | Lookup::Default(value), _)) => Some(value.clone()),
            _ => None,
        }
    }

    fn leftover(
        &mut self,
        command: NodeId,
        manager: &'static str,
        leaves: &'static Leaves,
        run: NodeId,
        onbuild: bool,
        refusal: Option<String>,
    ) {
        let Some(node) = self.part.node(command) else { return };
        let site = node.head().site;
        let path = leaves.paths.first().map_or("", String::as_str);
        let path = Text::made(path, site.label, Origin::Table);
        let mut leftover = Leftover::new(head(path.clone(), site, format!(" / leftover {}", path.as_str())));
        leftover.manager = Known::Set(manager, site);
        leftover.kind = Known::Set(leaves.kind, site);
        leftover.path = Known::Set(path, site);
        leftover.made_by = Known::Set(command, site);
        leftover.swept =
            Known::Set(manager == "apt" && leaves.kind == "cache" && !self.scope.apt_keeps, site);
        leftover.onbuild = Known::Set(onbuild, site);
        leftover.refusal = refusal
            .map_or(Known::Absent, |value| Known::Set(Text::made(&value, site.label, Origin::Written), site));
        leftover.run = Known::Set(run, site);
        leftover.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        let id = self.part.add(leftover);
        self.part.adopt(command, id);
    }
}

impl Later {
    /// Notes what a command of a manager does.
    fn acts(&mut self, usage: &Usage<'_>) {
        let name = usage.manager.name;
        if let Some(action) = usage.action {
            self.actions.entry(name).or_default().insert(action);
        }
        for leaves in &usage.manager.leaves {
            if !Manager::cleans(leaves, usage) {
                continue;
            }
            self.removed.extend(leaves.paths.iter().map(|path| (name, path.as_str())));
            for other in managers::all().iter().filter(|it| usage.manager.cleans_for.contains(&it.name)) {
                let all = other.leaves.iter().flat_map(|left| &left.paths);
                self.removed.extend(all.map(|path| (other.name, path.as_str())));
            }
        }
    }

    /// Notes which places a command empties.
    fn removes(&mut self, command: &Command) {
        let arguments = command.arguments();
        let deletes = match command.name() {
            "rm" => true,
            "find" => arguments.iter().any(|word| matches!(word.text.as_str(), "-delete" | "-exec")),
            _ => false,
        };
        if !deletes {
            return;
        }
        for word in arguments {
            let path = word.text.as_str().trim_end_matches('*').trim_end_matches('/');
            let path = ["~", "$HOME", "${HOME}"]
                .iter()
                .find_map(|home| Some(format!("/root{}", path.strip_prefix(home)?)))
                .unwrap_or_else(|| path.to_owned());
            if !path.starts_with('/') {
                continue;
            }
            for manager in managers::all() {
                for known in manager.leaves.iter().flat_map(|leaves| &leaves.paths) {
                    if known.starts_with(path.as_str()) || is_under(&path, known) {
                        self.removed.insert((manager.name, known));
                    }
                }
            }
        }
    }

    fn removed(&self, manager: &'static str, leaves: &'static Leaves) -> bool {
        leaves.paths.iter().any(|path| self.removed.contains(&(manager, path.as_str())))
    }
}

/// Whether `folder` is in another home what `path` is in root's: whoever mounts `/home/app/.cache/pip` knows who runs pip.
fn is_in_a_home(folder: &str, path: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix("/root").is_some_and(|below| folder.len() > below.len() && folder.ends_with(below))
}

/// Values that switch something on.
fn truthy(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on" | "y" | "t")
}

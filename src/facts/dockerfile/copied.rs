//! What happens to copied files: where they land, who unpacks them, whose mode is changed at once.

use std::collections::BTreeMap;

use crate::facts::kinds::{Command, Copy};
use crate::facts::{Kind, Known, Node, NodeId, Site};
use crate::source::{Origin, Text, clean_path};

use super::Filler;

/// Endings of archives and packed files.
const ENDINGS: [&str; 15] = [
    ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz",
    ".txz", ".xz",
];

/// Longer values are no paths (Linux, `PATH_MAX`).
const PATH_BYTES: usize = 4096;

/// Programs that only unpack.
const UNPACKERS: [&str; 9] =
    ["unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat", "gzcat"];

impl Filler<'_> {
    /// Links copies with the commands that work on what they copied.
    pub fn copied(&mut self) {
        self.programs_of_stages();
        let unpackers = self.unpackers();
        let copies: Vec<NodeId> = self.part.of(Kind::Copy).collect();
        let mut by_instruction: BTreeMap<NodeId, NodeId> = BTreeMap::new();
        for id in copies {
            let Some(Node::Copy(copy)) = self.part.node(id) else { continue };
            let path = landing(copy);
            let extracted = archive_names(copy).into_iter().find_map(|name| {
                let stage = *copy.stage.value()?;
                let commands = unpackers.get(&(stage, name))?;
                commands.iter().find(|(command, _)| command.index > id.index).copied()
            });
            by_instruction.extend(copy.instruction.value().map(|&instruction| (instruction, id)));
            if let Some(Node::Copy(copy)) = self.part.node_mut(id) {
                copy.path = path;
                copy.extracted_by =
                    extracted.map_or(Known::Absent, |(command, site)| Known::Set(command, site));
            }
        }
        self.copies_before(&by_instruction);
        self.modes_changed();
        self.unpacked();
        self.copied_values();
    }

    /// Links variables that hold a path with the copy of their stage that fills that path.
    fn copied_values(&mut self) {
        let mut filled: BTreeMap<(NodeId, String), NodeId> = BTreeMap::new();
        for id in self.part.of(Kind::Copy) {
            let Some(Node::Copy(copy)) = self.part.node(id) else { continue };
            if let (Some(&stage), Some(to)) = (copy.stage.value(), absolute_destination(copy)) {
                filled.insert((stage, clean_path(&to)), id);
            }
        }
        for id in self.part.of(Kind::Variable).collect::<Vec<_>>() {
            let Some(Node::Variable(variable)) = self.part.node(id) else { continue };
            let (Some(&stage), Known::Set(value, site)) = (variable.stage.value(), &variable.value) else {
                continue;
            };
            let (value, site) = (value.known().unwrap_or_default(), *site);
            if !value.contains('/') || value.len() > PATH_BYTES {
                continue;
            }
            let path = clean_path(&self.rooted(value, stage));
            let above = std::iter::successors(Some(path.as_str()), |path| Some(path.rsplit_once('/')?.0));
            // A copy to `/` does not say what it brings.
            let mut copies =
                above.filter(|path| !path.is_empty()).map(|path| filled.get(&(stage, path.to_owned())));
            if let (Some(&copy), Some(Node::Variable(variable))) =
                (copies.find_map(|copy| copy), self.part.node_mut(id))
            {
                variable.copied_by = Known::Set(copy, site);
            }
        }
    }

    /// A path as a program of a stage finds it. Where no WORKDIR is known, the base decides, and most leave it at the root.
    fn rooted(&self, path: &str, stage: NodeId) -> String {
        let workdir = self.opened(stage).and_then(|open| open.scope.workdir.as_ref()).and_then(Text::known);
        let workdir = workdir.filter(|path| path.len() <= PATH_BYTES).unwrap_or_default();
        if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") }
    }

    /// The commands that unpack a file, by stage and the file's name.
    fn unpackers(&self) -> BTreeMap<(NodeId, String), Vec<(NodeId, Site)>> {
        let mut found: BTreeMap<(NodeId, String), Vec<(NodeId, Site)>> = BTreeMap::new();
        for id in self.part.of(Kind::Command) {
            let Some(Node::Command(command)) = self.part.node(id) else { continue };
            let Some(&stage) = command.stage.value() else { continue };
            if command.place.value() != Some(&"run") || !unpacks(command) {
                continue;
            }
            for word in command.arguments.value().map_or(&[][..], |list| &list.items) {
                let name = word.known().map_or("", base_name);
                if !name.starts_with('-') && !name.is_empty() {
                    found.entry((stage, name.to_owned())).or_default().push((id, command.head.site));
                }
            }
        }
        found
    }

    /// Notes the COPY right before a RUN or another COPY.
    fn copies_before(&mut self, copies: &BTreeMap<NodeId, NodeId>) {
        let runs: BTreeMap<NodeId, NodeId> = self
            .part
            .of(Kind::Run)
            .filter_map(|id| match self.part.node(id) {
                Some(Node::Run(run)) => run.instruction.value().map(|&instruction| (instruction, id)),
                _ => None,
            })
            .collect();
        let instructions: Vec<NodeId> = self.part.of(Kind::Instruction).collect();
        for pair in instructions.windows(2) {
            let [before, after] = pair else { continue };
            let Some(copy) = copies.get(before).filter(|_| !self.is_trigger(*before)) else { continue };
            let Some(next) = runs.get(after).or_else(|| copies.get(after)) else { continue };
            let site = self.part.node(*copy).map(|node| node.head().site).unwrap_or_default();
            match self.part.node_mut(*next) {
                Some(Node::Run(run)) => run.previous_copy = Known::Set(*copy, site),
                Some(Node::Copy(next)) => next.previous = Known::Set(*copy, site),
                _ => {}
            }
        }
    }

    /// Notes the RUNs that do nothing but change the mode or the owner of what the COPY right before them made.
    fn modes_changed(&mut self) {
        let mut found = Vec::new();
        for id in self.part.of(Kind::Run) {
            let Some(Node::Run(run)) = self.part.node(id) else { continue };
            let Some(&copy) = run.previous_copy.value() else { continue };
            let &[only] = run.commands.value().map_or(&[][..], |list| &list.items) else { continue };
            let (Some(Node::Copy(made)), Some(Node::Command(command))) =
                (self.part.node(copy), self.part.node(only))
            else {
                continue;
            };
            if let Some((program, given)) = changes(command, made) {
                found.push((copy, program, given, Known::Set(only, command.head.site)));
            }
        }
        for (copy, program, given, command) in found {
            let Some(Node::Copy(copy)) = self.part.node_mut(copy) else { continue };
            let given = Known::Set(given.clone(), Site::written(given.span()));
            if program == "chmod" {
                (copy.mode_changed_by, copy.mode_changed_to) = (command, given);
            } else {
                (copy.owner_changed_by, copy.owner_changed_to) = (command, given);
            }
        }
    }

    fn programs_of_stages(&mut self) {
        let mut runs: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for id in self.part.of(Kind::Run) {
            if let Some(Node::Run(run)) = self.part.node(id)
                && let Some(&stage) = run.stage.value()
            {
                runs.entry(stage).or_default().push(id);
            }
        }
        for open in &mut self.stages {
            let own = runs.remove(&open.id).unwrap_or_default();
            let site = open.node.head.site;
            let programs = super::runtime::words(&self.part, &own, |command| command.program.value());
            open.node.programs = Known::Set(programs, site);
            let git_actions = super::runtime::words(&self.part, &own, |command| {
                command.program.value().filter(|it| it.as_str() == "git").and(command.subcommand.value())
            });
            open.node.git_actions = Known::Set(git_actions, site);
        }
    }
}

/// The program and the mode or owner that it gives, if a command is a `chmod` or `chown` of the one file that a copy makes.
fn changes(command: &Command, copy: &Copy) -> Option<(&'static str, Text)> {
    let name = command.program.value().and_then(Text::known)?;
    let program = ["chmod", "chown"].into_iter().find(|it| *it == name)?;
    let whole = |flag: &Text| matches!(flag.as_str(), "-R" | "--recursive" | "--reference" | "--from");
    let [given, path] = command.operands.value()?.items.as_slice() else { return None };
    let made = copy.path.value()?.as_str();
    let same = absolute(path.known()?, copy).as_deref() == Some(made);
    let plain = given.is_known() && !command.flags.value()?.items.iter().any(whole);
    (same && plain).then(|| (program, given.clone()))
}

/// The names under which the archives that a COPY takes from the context are found later.
fn archive_names(copy: &Copy) -> Vec<String> {
    let to = copy.destination.value().and_then(Text::known).unwrap_or("");
    if copy.keyword.value() != Some(&"COPY") || !copy.from.is_absent() {
        return Vec::new();
    }
    let sources = copy.sources.value().map_or(&[][..], |list| &list.items);
    let archives = sources.iter().filter_map(Text::known).map(base_name).filter(|name| is_archive(name));
    if is_archive(to) {
        return archives.take(1).map(|_| base_name(to).to_owned()).collect();
    }
    archives.map(str::to_owned).collect()
}

fn is_archive(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn base_name(path: &str) -> &str {
    let path = path.trim_matches(['"', '\'']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn unpacks(command: &Command) -> bool {
    let program = command.program.value().and_then(Text::known).unwrap_or("");
    let words = || command.arguments.value().into_iter().flat_map(|list| &list.items).map(Text::as_str);
    // Without a dash, tar takes its first word for a cluster of flags.
    let old_style = || words().next().is_some_and(|word| !word.starts_with('-') && word.contains('x'));
    let new_style = |word: &str| {
        word == "--extract"
            || word == "--get"
            || word.starts_with('-') && !word.starts_with("--") && word.contains('x')
    };
    UNPACKERS.contains(&program) || program == "tar" && (old_style() || words().any(new_style))
}

/// The absolute path that a COPY or ADD copies to, if it is known.
pub(super) fn absolute_destination(copy: &Copy) -> Option<String> {
    let to = copy.destination.value()?.known()?;
    if to.starts_with('/') {
        return Some(to.to_owned());
    }
    let workdir = copy.workdir.value()?.known().filter(|path| path.starts_with('/'))?;
    Some(format!("{workdir}/{to}"))
}

/// The absolute path of the file that a COPY of one file makes.
fn landing(copy: &Copy) -> Known<Text> {
    let Some(to) = copy.destination.value() else { return Known::Absent };
    let site = copy.destination.site().unwrap_or_default();
    let sources = copy.sources.value().map_or(&[][..], |list| &list.items);
    let Some(written) = to.known() else { return Known::Unknown(site, "the path comes from a variable") };
    let source = match sources {
        [] => None,
        [one] => match one.known() {
            Some(name) if name.contains(['*', '?', '[']) => return Known::Absent,
            Some(name) => Some(base_name(name)),
            None => return Known::Unknown(site, "the source comes from a variable"),
        },
        _ => return Known::Absent,
    };
    let Some(mut path) = absolute(written, copy) else {
        return Known::Unknown(site, "the directory is not known");
    };
    if path.ends_with('/') {
        match source {
            Some(name) => path.push_str(name),
            None => return Known::Absent,
        }
    }
    Known::Set(Text::made(&path, to.span(), Origin::Written), site)
}

/// A path where a copy stands, from the root on; nothing where nobody knows what it is below.
pub(super) fn absolute(path: &str, copy: &Copy) -> Option<String> {
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let workdir = copy.workdir.value().and_then(Text::known).filter(|path| path.starts_with('/'))?;
    let below = path.trim_start_matches("./");
    Some(format!("{}/{}", workdir.trim_end_matches('/'), if below == "." { "" } else { below }))
}

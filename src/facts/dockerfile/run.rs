//! RUN: commands, pipelines, packages.

use crate::facts::kinds::{Pipeline, Run};
use crate::facts::make::{head, nodes};
use crate::facts::{Known, List, Node, NodeId, Site, commands};
use crate::source::Text;
use crate::syntax::dockerfile as syntax;
use crate::syntax::shell::{self, Script};

use super::Filler;
use super::runtime::is_brought_dropper;

impl Filler<'_> {
    /// Adds a RUN and what it does.
    pub fn run(&mut self, it: &syntax::Instruction, instruction: NodeId, onbuild: bool) {
        let site = Site::written(it.head);
        let number = self.met.get(it.keyword.name()).copied().unwrap_or_default();
        let mut run =
            Run::new(head(it.word.clone(), Site::written(it.word.span()), format!(" / RUN #{number}")));
        run.head.parent = self.stages.last().map(|stage| stage.id);
        run.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        run.instruction = Known::Set(instruction, site);
        run.flags = match self.part.node(instruction) {
            Some(Node::Instruction(node)) => node.flags.clone(),
            _ => Known::Absent,
        };
        let value = |name: &str| {
            it.flag(name).map_or(Known::Absent, |flag| match &flag.value {
                Some(value) => Known::Set(value.clone(), Site::written(flag.span)),
                None => Known::Absent,
            })
        };
        run.network = value("network");
        run.security = value("security");
        // What an exec form or a mounted directory brings, nobody can know.
        self.scope.bare &= it.exec().is_none() && !it.flags.iter().any(mounts_files);
        self.scope.vacant &= onbuild;
        let shellless = !onbuild && self.scope.bare && self.scope.shell.is_none();
        run.without_shell = Known::Set(shellless, site);
        let mounts = cache_mounts(it);
        run.cache_mounts = Known::Set(List::closed(mounts.clone()), site);
        run.previous = match self.last_run {
            Some(previous) if !onbuild => Known::Set(
                previous,
                self.part.node(previous).map(|node| node.head().site).unwrap_or_default(),
            ),
            _ => Known::Absent,
        };
        run.user = self.scope.user.clone();
        let script = self.script(it);
        self.part.problems.extend(script.as_ref().and_then(|script| commands::too_deep(script, it.head)));
        let stage = self.stages.last().map(|stage| stage.id);
        let base = self.stages.last().and_then(|stage| stage.node.base.value().copied());
        let mut ids = Vec::new();
        if let Some(script) = &script {
            ids = commands::add(&mut self.part, script, "run", |_, command| {
                command.onbuild = Known::Set(onbuild, site);
                command.stage = stage.map_or(Known::Absent, |id| Known::Set(id, site));
                command.base = base.map_or(Known::Absent, |id| Known::Set(id, site));
            });
        }
        run.workdir = self.scope.workdir.clone().map_or(Known::Absent, |path| Known::Set(path, site));
        run.commands = Known::Set(List::closed(ids.clone()), site);
        let id = self.part.add(run);
        let mounts_of_run = self.mounts(it, id, instruction);
        if let Some(Node::Run(node)) = self.part.node_mut(id) {
            node.mounts = nodes(mounts_of_run, site);
        }
        for &command in &ids {
            self.part.adopt(id, command);
            if let Some(Node::Command(node)) = self.part.node_mut(command) {
                node.run = Known::Set(id, site);
            }
        }
        if !onbuild {
            self.may_make_accounts(script.as_ref());
        }
        if let Some(script) = &script {
            self.pipelines(script, &ids, id);
            for (command, &node) in script.commands.iter().zip(&ids) {
                self.packages(script, command, node, onbuild);
            }
            self.removed_packages(script, &ids);
            self.leftovers(script, &ids, &mounts, id, onbuild);
            self.answers(script, &ids);
            self.configures_apt(script);
            self.steps(script, &ids, instruction, onbuild);
        }
        if !onbuild {
            self.last_run = Some(id);
        }
    }

    /// Adds what the commands of a script do to accounts, files and secrets.
    fn steps(&mut self, script: &Script, ids: &[NodeId], instruction: NodeId, onbuild: bool) {
        self.passwords(script, instruction);
        self.permissions(script, ids);
        if onbuild {
            return;
        }
        self.downloads(script, ids);
        self.accounts(script, ids);
        self.owners(script);
        self.made_and_removed(script, ids, instruction);
        self.dependencies(script);
        self.scope.has_dropper |=
            script.commands.iter().flat_map(|it| &it.words).any(|word| is_brought_dropper(&word.text));
        self.scope.accounts_may_come();
        for (command, &id) in script.commands.iter().zip(ids) {
            let taken = self.taken(command);
            if let Some(Node::Command(node)) = self.part.node_mut(id) {
                node.takes = nodes(taken, node.head.site);
            }
        }
    }

    /// The variables of the file whose values stand among the words of a command.
    fn taken(&self, command: &shell::Command) -> Vec<NodeId> {
        let mut taken = Vec::new();
        for (_, hole) in command.words.iter().flat_map(|word| word.text.holes()) {
            if let Some((_, Some(id))) = self.scope.variables.get(&*hole.name)
                && !taken.contains(id)
            {
                taken.push(*id);
            }
        }
        taken
    }

    /// Notes where a script takes away what makes apt remove its downloads.
    fn configures_apt(&mut self, script: &Script) {
        let touches = |word: &shell::Word| {
            let text = word.text.as_str();
            text.contains("apt.conf.d/docker-clean") || text.contains("Keep-Downloaded-Packages \"true\"")
        };
        if script.commands.iter().flat_map(shell::Command::arguments).any(touches) {
            self.scope.apt_keeps = true;
        }
    }

    /// The script, where a shell runs it whose scripts we read.
    fn script(&self, it: &syntax::Instruction) -> Option<Script> {
        if let Some(words) = it.exec() {
            return Some(shell::scan_exec(words));
        }
        let text = syntax::script(it)?;
        let shebang = text.as_str().starts_with("#!")
            && !text.as_str().lines().next().is_some_and(|line| line.ends_with("sh"));
        match self.scope.shell_family() {
            "posix" if !shebang => {}
            "cmd" => return Some(shell::scan_cmd(&text)),
            _ => return None,
        }
        let bodies: Vec<(&str, &Text)> =
            it.heredocs.iter().map(|heredoc| (heredoc.name.as_str(), &heredoc.body)).collect();
        Some(shell::scan_with(&text, &bodies))
    }

    fn pipelines(&mut self, script: &Script, ids: &[NodeId], run: NodeId) {
        let mut pipefail = self.scope.pipefail();
        let mut set_at = script
            .commands
            .iter()
            .enumerate()
            .filter_map(|(index, command)| Some((index, shell::pipefail(command)?)));
        let mut next = set_at.next();
        let family = self.scope.shell_family();
        let supports = matches!(self.scope.shell_name(), "bash" | "zsh" | "ksh" | "ash");
        let mut joined: Vec<_> =
            script.pipelines.iter().filter(|pipeline| pipeline.commands.len() > 1).collect();
        joined.sort_by_key(|pipeline| pipeline.commands.first());
        for pipeline in joined {
            let (Some(&first), Some(&last)) = (pipeline.commands.first(), pipeline.commands.last()) else {
                continue;
            };
            while let Some((index, on)) = next
                && index < first
            {
                pipefail = on;
                next = set_at.next();
            }
            let (Some(start), Some(end)) = (script.commands.get(first), script.commands.get(last)) else {
                continue;
            };
            let span = start.text.span().to(end.text.span());
            let site = Site::written(span);
            let mut node = Pipeline::new(head(start.text.clone(), site, " | "));
            node.head.parent = Some(run);
            let members: Vec<NodeId> =
                pipeline.commands.iter().filter_map(|&index| ids.get(index).copied()).collect();
            if let Some((&consumer, producers)) = members.split_last() {
                node.producers = nodes(producers.to_vec(), site);
                node.consumer = Known::Set(consumer, site);
            }
            node.pipefail = Known::Set(pipefail, site);
            node.supports_pipefail = Known::Set(supports, site);
            node.shell_family = Known::Set(family, site);
            node.run = Known::Set(run, site);
            self.part.add(node);
        }
    }
}

/// Whether a flag mounts files that the builder has: of the build context, of a stage, of an image.
fn mounts_files(flag: &syntax::Flag) -> bool {
    let options = || flag.value.iter().flat_map(|value| value.split(','));
    let empty = ["type=cache", "type=tmpfs", "type=secret", "type=ssh"];
    flag.name.as_str() == "mount"
        && (!options().any(|part| empty.contains(&part.as_str()))
            || options().any(|part| part.as_str().starts_with("from=")))
}

/// Targets of mounts whose content does not end up in the layer.
fn cache_mounts(it: &syntax::Instruction) -> Vec<Text> {
    let mut targets = Vec::new();
    for flag in it.flags.iter().filter(|flag| flag.name.as_str() == "mount") {
        let Some(value) = &flag.value else { continue };
        let parts = value.split(',');
        let is_cache = parts.iter().any(|part| matches!(part.as_str(), "type=cache" | "type=tmpfs"));
        let target = parts.iter().find_map(|part| {
            let (name, value) = part.split_once('=')?;
            matches!(name.as_str(), "target" | "dst" | "destination").then_some(value)
        });
        if is_cache {
            targets.extend(target);
        }
    }
    targets
}

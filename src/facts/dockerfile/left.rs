//! What steps leave in their layers: files that a later step removes, and paths below a VOLUME.

use crate::facts::kinds::Removal;
use crate::facts::make::head;
use crate::facts::{Known, List, Node, NodeId, Site};
use crate::source::{Text, clean_path, is_under};
use crate::syntax::shell::{Command, Script};

use super::Filler;
use super::scope::Scope;

/// No more files than this are followed in one stage, and no more VOLUMEs are looked at for one path.
const FOLLOWED: usize = 64;

/// A file that a step made.
#[derive(Clone, Debug)]
pub struct Left {
    path: String,
    by: NodeId,
    /// What COPY or ADD made it from.
    sources: Vec<Text>,
}

impl Filler<'_> {
    /// Notes what a COPY or ADD makes, and under which VOLUME.
    pub fn copied_to(&mut self, sources: &[Text], to: &Text, instruction: NodeId) -> Known<Text> {
        let Some(path) = absolute(&self.scope, to) else { return Known::Absent };
        self.copied_dependencies(&path, to);
        let folder = to.as_str().ends_with(['/', '.']) || sources.len() > 1;
        for source in sources.iter().filter_map(Text::known) {
            let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
            let file = if folder { format!("{}/{name}", path.trim_end_matches('/')) } else { path.clone() };
            self.leave(file, instruction, sources);
        }
        let site = Site::written(to.span());
        volume_over(&self.scope, &path).map_or(Known::Absent, |volume| Known::Set(volume, site))
    }

    /// Notes what the commands of a RUN make and remove, and under which VOLUME.
    pub fn made_and_removed(&mut self, script: &Script, ids: &[NodeId], instruction: NodeId) {
        for (command, &id) in script.commands.iter().zip(ids) {
            if matches!(command.name(), "rm" | "shred" | "unlink") {
                self.removed(command, id, instruction);
                continue;
            }
            let files: Vec<String> =
                files(command).iter().filter_map(|file| absolute(&self.scope, file)).collect();
            let changed = paths(command).into_iter().filter_map(|path| absolute(&self.scope, &path));
            let volume =
                files.iter().cloned().chain(changed).find_map(|path| volume_over(&self.scope, &path));
            if let (Some(volume), Some(Node::Command(node))) = (volume, self.part.node_mut(id)) {
                node.volume = Known::Set(volume, node.head.site);
            }
            for file in files {
                self.leave(file, instruction, &[]);
            }
        }
    }

    fn leave(&mut self, path: String, by: NodeId, sources: &[Text]) {
        if self.scope.left.len() < FOLLOWED {
            self.scope.left.push(Left { path, by, sources: sources.to_vec() });
        }
    }

    fn removed(&mut self, command: &Command, id: NodeId, instruction: NodeId) {
        for operand in command.operands(&["-n", "-s"]) {
            let Some(path) = absolute(&self.scope, &operand.text) else { continue };
            let path = path.trim_end_matches("/*").to_owned();
            let (gone, kept) = std::mem::take(&mut self.scope.left)
                .into_iter()
                .partition(|left: &Left| is_under(&left.path, &path));
            self.scope.left = kept;
            let site = Site::written(operand.text.span());
            // What the same step made never gets into a layer.
            for left in gone.into_iter().filter(|left| left.by != instruction) {
                let file = Text::made(&left.path, site.label, operand.text.origin());
                let mut removal = Removal::new(head(file.clone(), site, format!(" / removed {}", left.path)));
                removal.head.parent = Some(id);
                removal.path = Known::Set(file, site);
                let made = self.part.node(left.by).map_or(site, |node| node.head().site);
                removal.made_by = Known::Set(left.by, made);
                removal.sources = Known::Set(List::closed(left.sources), made);
                removal.command = Known::Set(id, site);
                removal.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
                self.part.add(removal);
            }
        }
    }
}

/// The files that a command writes.
fn files(command: &Command) -> Vec<Text> {
    let output = |operator: &Text| operator.as_str().contains('>') && !operator.as_str().contains('&');
    let mut files: Vec<Text> =
        command.redirects.iter().filter(|it| output(&it.operator)).map(|it| it.target.clone()).collect();
    let operands = || command.operands(&["-m", "-o", "-g", "--mode", "--owner", "--group"]);
    match command.name() {
        "tee" | "touch" => files.extend(operands().into_iter().map(|word| word.text.clone())),
        "cp" | "mv" | "install" | "ln" if operands().len() > 1 => {
            files.extend(operands().last().map(|word| word.text.clone()));
        }
        "curl" => files.extend(command.flag_value(&["-o", "--output"])),
        "wget" => files.extend(command.flag_value(&["-O", "--output-document"])),
        "ssh-keygen" => files.extend(command.flag_value(&["-f"])),
        _ => {}
    }
    files.retain(|file| file.as_str() != "-" && !file.as_str().starts_with("/dev/"));
    files
}

/// The paths that a command makes or changes without writing a file.
fn paths(command: &Command) -> Vec<Text> {
    let operands = command.operands(&["-m", "--mode", "--from", "--reference"]);
    let skipped = match command.name() {
        "mkdir" => 0,
        "chown" | "chmod" | "chgrp" => 1,
        _ => return Vec::new(),
    };
    operands.into_iter().skip(skipped).map(|word| word.text.clone()).collect()
}

/// A path from `/` on, or from the home of the user on: `~/x`. Nothing where a variable or the base image decides.
fn absolute(scope: &Scope, path: &Text) -> Option<String> {
    let written = path.as_str().trim_matches(['"', '\'']);
    let home = ["$HOME/", "${HOME}/", "~/", "/root/"].iter().find_map(|home| written.strip_prefix(home));
    if let Some(rest) = home {
        return (!rest.contains('$')).then(|| format!("~/{}", clean_path(rest)));
    }
    if written.contains('$') || written.is_empty() || !path.is_known() {
        return None;
    }
    if written.starts_with('/') {
        return Some(clean_path(written));
    }
    let above = scope.workdir.as_ref().and_then(Text::known).filter(|above| above.starts_with('/'))?;
    let whole = clean_path(&format!("{above}/{written}"));
    Some(whole.strip_prefix("/root/").map(|rest| format!("~/{rest}")).unwrap_or(whole))
}

fn volume_over(scope: &Scope, path: &str) -> Option<Text> {
    let holds = |volume: &&Text| {
        let is_root = volume.as_str().trim_end_matches('/').is_empty();
        volume.is_known() && !is_root && is_under(path, volume.as_str())
    };
    scope.volumes.iter().take(FOLLOWED).find(holds).cloned()
}

//! Archives that a RUN does nothing with but unpack them.

use crate::facts::kinds::{Command, Copy, Run};
use crate::facts::{Kind, Known, Node, NodeId, Part};
use crate::source::{Origin, Text};

use super::Filler;
use super::copied::absolute;

/// Letters that tar may be given without doing more than ADD does: extract, how it is packed, verbose, permissions, file.
const LETTERS: &str = "xzjJvpf";

impl Filler<'_> {
    /// Notes the copies whose archive the RUN right behind them unpacks and does nothing else.
    pub fn unpacked(&mut self) {
        let mut found: Vec<(NodeId, Text)> = Vec::new();
        for id in self.part.of(Kind::Run) {
            let Some(Node::Run(run)) = self.part.node(id) else { continue };
            let Some(&copied) = run.previous_copy.value() else { continue };
            let Some(Node::Copy(copy)) = self.part.node(copied) else { continue };
            if let Some(directory) = directory(&self.part, run, copy) {
                found.push((copied, Text::made(&directory, run.head.site.label, Origin::Written)));
            }
        }
        for (id, directory) in found {
            if let Some(Node::Copy(copy)) = self.part.node_mut(id) {
                copy.unpacked_to = Known::Set(directory, copy.head.site);
            }
        }
    }
}

fn directory(part: &Part, run: &Run, copy: &Copy) -> Option<String> {
    let archive = copy.path.value()?.known()?;
    let is_archive =
        |word: &Text| word.known().and_then(|path| absolute(path, copy)).as_deref() == Some(archive);
    let Some(Node::Instruction(instruction)) = part.node(*run.instruction.value()?) else { return None };
    if instruction.text.value()?.as_str().contains(['|', '$', '(']) || !run.flags.value()?.items.is_empty() {
        return None;
    }
    let (mut to, mut made) = (None, None);
    for &id in &run.commands.value()?.items {
        let Some(Node::Command(command)) = part.node(id) else { return None };
        let operands = command.operands.value()?.items.as_slice();
        match (command.program.value()?.known()?, operands) {
            ("tar", _) if to.is_none() => to = Some(target(command, copy, is_archive)?),
            ("rm", [file]) if to.is_some() && is_archive(file) => {}
            ("mkdir", [directory]) if to.is_none() => made = Some(absolute(directory.known()?, copy)?),
            _ => return None,
        }
    }
    let clean = |path: &String| path.trim_end_matches('/').to_owned();
    to.filter(|to| made.as_ref().is_none_or(|made| clean(made) == clean(to)))
}

/// Where a `tar` that only extracts the archive puts it.
fn target(command: &Command, copy: &Copy, is_archive: impl Fn(&Text) -> bool) -> Option<String> {
    let mut to = copy.workdir.value().and_then(Text::known);
    let (mut extracts, mut reads) = (false, false);
    let arguments = &command.arguments.value()?.items;
    let mut words = arguments.iter().enumerate();
    while let Some((index, word)) = words.next() {
        let written = word.known()?;
        if is_archive(word) {
            reads = true;
        } else if matches!(written, "-C" | "--directory") {
            to = Some(words.next()?.1.known()?);
        } else if let Some(directory) = written.strip_prefix("--directory=") {
            to = Some(directory);
        } else {
            let letters = written.strip_prefix('-').or((index == 0).then_some(written))?;
            if !letters.chars().all(|letter| LETTERS.contains(letter)) {
                return None;
            }
            extracts |= letters.contains('x');
        }
    }
    absolute(to.filter(|_| extracts && reads)?, copy)
}

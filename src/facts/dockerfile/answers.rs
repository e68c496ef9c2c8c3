//! Questions of package managers that are answered by something else than their flags: a pipe, apt's configuration.

use crate::facts::{Known, Node, NodeId, managers};
use crate::syntax::shell::{Command, Script};

use super::Filler;

impl Filler<'_> {
    /// Notes which commands of a script need ask nothing, once it is known what their flags say.
    pub fn answers(&mut self, script: &Script, ids: &[NodeId]) {
        self.scope.apt_assumes_yes |= configures_yes(script);
        for (command, &id) in script.commands.iter().zip(ids) {
            let Some(usage) = managers::usage(command) else { continue };
            if usage.manager.name == "apt" && self.scope.apt_assumes_yes || is_fed_answers(script, command) {
                self.answered(id);
            }
        }
    }

    /// Notes that the questions of a command are answered from elsewhere.
    fn answered(&mut self, id: NodeId) {
        if let Some(Node::Command(command)) = self.part.node_mut(id)
            && command.assumes_yes.value() == Some(&false)
        {
            command.assumes_yes = Known::Set(true, command.head.site);
        }
    }
}

/// Whether a script writes into apt's configuration that it is to ask nothing.
fn configures_yes(script: &Script) -> bool {
    let says = |it: &Command| {
        let text = it.text.as_str().to_ascii_lowercase();
        text.split_once("assume-yes").is_some_and(|(_, rest)| rest.contains("true") || rest.contains('1'))
    };
    script.commands.iter().any(|it| it.text.as_str().contains("/etc/apt/apt.conf"))
        && script.commands.iter().any(says)
}

/// Whether `yes |` or `echo y |` stands before a command.
fn is_fed_answers(script: &Script, command: &Command) -> bool {
    let Some(pipeline) = script.pipelines.get(command.pipeline) else { return false };
    let first = pipeline.commands.first().and_then(|&first| script.commands.get(first));
    first.is_some_and(|first| {
        let says = first.arguments().last().map_or("", |word| word.text.as_str());
        match first.name() {
            "yes" => !says.starts_with(['n', 'N']),
            "echo" | "printf" => says.starts_with(['y', 'Y']),
            _ => false,
        }
    })
}

//! Commands as facts: of RUN scripts, healthchecks and the like.

use crate::source::{Origin, Problem, Span, Text};
use crate::syntax::shell::{self, Place, Script};

use super::kinds::Command;
use super::make::head;
use super::{Kind, Known, List, Node, NodeId, Part, Site, World};
use super::{fetchers, managers};

/// Flags that take the next word as their value, of programs that no table knows.
const VALUE_FLAGS: &[&str] = &[
    "-t", "-o", "--output", "-c", "-X", "-p", "-r", "-i", "-e", "-f", "-v", "-u", "--user", "-P", "-D", "-O",
    "-H", "--header", "--retry", "--prefix", "--root",
];

/// Programs whose first operand is a subcommand, besides package managers.
const SUBCOMMANDS: &[&str] = &["git", "docker", "service", "systemctl"];

/// Programs that take the password in one word with `-p`; alone it asks for one.
/// Source: the manuals of `mysql` and `mariadb`, "Command Options for Connecting to the Server".
pub const PASSWORD_IN_P: [&str; 10] = [
    "mysql",
    "mysqladmin",
    "mysqldump",
    "mysqlcheck",
    "mysqlimport",
    "mysqlshow",
    "mariadb",
    "mariadb-admin",
    "mariadb-dump",
    "mariadb-check",
];

/// What is said of a script that is nested too deeply to be looked into in full.
pub fn too_deep(script: &Script, at: Span) -> Option<Problem> {
    let message = format!(
        "commands nested deeper than {} levels are not looked into; write them one after another",
        shell::DEPTH
    );
    script.truncated.then(|| Problem::new(Problem::SHELL_TOO_DEEP, message, at))
}

/// Adds the commands of a script; `more` completes each of them.
pub fn add(
    part: &mut Part,
    script: &Script,
    place: &'static str,
    mut more: impl FnMut(&Part, &mut Command),
) -> Vec<NodeId> {
    let mut ids = Vec::new();
    for (index, command) in script.commands.iter().enumerate() {
        let mut node = describe(command, place, index);
        more(part, &mut node);
        ids.push(part.add(node));
    }
    ids
}

fn describe(command: &shell::Command, place: &'static str, index: usize) -> Command {
    let site = Site::written(command.text.span());
    let name = command.name();
    let mut node = Command::new(head(command.text.clone(), site, format!(" / {name} #{}", index + 1)));
    node.place = Known::Set(place, site);
    if let Some(word) = command.program() {
        let at = Site::written(word.text.span());
        node.program = match word.text.known() {
            Some(known) if known == name => Known::Set(word.text.clone(), at),
            Some(_) => Known::Set(word.text.slice(word.text.len() - name.len()..word.text.len()), at),
            None => Known::Unknown(at, "the program comes from a variable"),
        };
    }
    let takes_value = |flag: &str| match name {
        "curl" | "wget" => fetchers::takes_value(name, flag),
        "chmod" | "chown" | "chgrp" | "rm" => false,
        "mkdir" => flag == "-m",
        "cp" | "mv" | "ln" => flag == "-t",
        _ => VALUE_FLAGS.contains(&flag),
    };
    let texts =
        |words: Vec<&shell::Word>| words.into_iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    let (subcommand, operands) = if let Some(usage) = managers::usage(command) {
        node.manager = Known::Set(usage.manager.name, site);
        node.action = usage.action.map_or(Known::Absent, |action| Known::Set(action, site));
        (usage.subcommand.map(|word| word.text.clone()), texts(usage.operands))
    } else {
        let mut operands = texts(shell::operands(command.arguments(), takes_value));
        let subcommand = (SUBCOMMANDS.contains(&name) && !operands.is_empty()).then(|| operands.remove(0));
        (subcommand, operands)
    };
    if let Some(subcommand) = subcommand {
        let at = Site::written(subcommand.span());
        node.subcommand = Known::Set(subcommand, at);
    }
    let closed = |items: Vec<Text>| Known::Set(List::closed(items), site);
    node.arguments = closed(command.arguments().iter().map(|word| word.text.clone()).collect());
    node.operands = closed(operands);
    node.flags = closed(command.flags());
    node.wrappers = closed(command.wrappers.clone());
    let output =
        |it: &&shell::Redirect| it.operator.as_str().contains('>') && !it.operator.as_str().contains('&');
    node.writes = closed(command.redirects.iter().filter(output).map(|it| it.target.clone()).collect());
    node.direct = Known::Set(command.place != Place::Unwrapped, site);
    node.first = Known::Set(index == 0 && command.place == Place::Top, site);
    node
}

/// Programs that every shell brings along.
const BUILTINS: &[&str] = &[
    "exit", "test", "[", "[[", "echo", "true", "false", ":", "set", "cd", "kill", "read", "printf", "exec",
    "wait", "return", "export", "trap", "shift", "unset", "eval", ".", "source", "break", "continue",
    "command", "type",
];

/// Whether the image has the program of a command, as far as our tables know.
pub fn in_image(part: &Part, image: NodeId, command: &Command) -> Known<bool> {
    let site = command.head.site;
    let Some(program) = command.program.value().and_then(Text::known) else {
        return Known::Unknown(site, "the program comes from a variable");
    };
    let Some(Node::Image(image)) = part.node(image) else { return Known::Absent };
    has(image, program, site)
}

/// Whether the probe that our tables give for an image runs this program: it is chosen from what the image has.
fn probes_with(image: &super::kinds::Image, program: &str) -> bool {
    let probe = image.probe.value().map(shell::scan);
    probe.is_some_and(|script| script.commands.iter().any(|command| command.name() == program))
}

fn has(image: &super::kinds::Image, program: &str, site: Site) -> Known<bool> {
    let supplied = Site { origin: Origin::Table, ..site };
    let lists = |list: &Known<List<Text>>| {
        list.value().is_some_and(|list| list.items.iter().any(|item| item.as_str() == program))
    };
    if BUILTINS.contains(&program) || lists(&image.tools) || probes_with(image, program) {
        Known::Set(true, supplied)
    } else if lists(&image.lacks) {
        Known::Set(false, supplied)
    } else {
        Known::Unknown(site, "our tables do not say whether the image has it")
    }
}

/// Whether a stage has the program of a command: installed or copied in it, or in its base image.
pub fn in_stage(world: &World, stage: NodeId, own: &Part, command: NodeId) -> Known<bool> {
    let Some(Node::Command(command)) = own.node(command).or_else(|| world.node(command)) else {
        return Known::Absent;
    };
    present(world.part(stage.part).unwrap_or(own), stage, command)
}

/// Whether the program of a command is in a stage of `part`.
pub fn present(part: &Part, stage: NodeId, command: &Command) -> Known<bool> {
    const COPIED: &str = "something that is copied or installed may bring it";
    let site = command.head.site;
    let Some(program) = command.program.value().and_then(Text::known) else {
        return Known::Unknown(site, "the program comes from a variable");
    };
    let by_path = command.head.name.as_str().contains(&format!("/{program}"));
    let mut at = Some(stage);
    for _ in 0..64 {
        let Some(Node::Stage(node)) = at.and_then(|id| part.node(id)) else { break };
        let id = at.unwrap_or(stage);
        for package in part.of(Kind::Package) {
            if let Some(Node::Package(package)) = part.node(package)
                && package.stage.value() == Some(&id)
                && (!package.head.name.is_known() || package.head.name.as_str().contains(program))
            {
                return Known::Set(true, site);
            }
        }
        for copy in part.of(Kind::Copy) {
            if let Some(Node::Copy(copy)) = part.node(copy)
                && copy.stage.value() == Some(&id)
                && copy.destination.value().is_some_and(|to| {
                    !to.is_known()
                        || to.as_str().contains("bin")
                        || to.as_str().trim_end_matches('/').is_empty()
                })
            {
                return Known::Unknown(site, COPIED);
            }
        }
        let unsure = part.of(Kind::Command).any(|command| {
            matches!(part.node(command), Some(Node::Command(command))
                if command.place.value() == Some(&"run") && command.stage.value() == Some(&id) && brings_unknown(command, program))
        });
        if unsure {
            return Known::Unknown(site, COPIED);
        }
        if let Some(&base) = node.base.value() {
            return match part.node(base) {
                Some(Node::Image(image)) => has(image, program, site),
                _ => Known::Absent,
            };
        }
        // Nothing is in `scratch` but what is copied, by its name or into a directory with programs.
        let named = |copy: &super::kinds::Copy| {
            let sources = copy.sources.value().map_or(&[][..], |list| &list.items);
            let to = copy.destination.value();
            sources.iter().chain(to).any(|path| !path.is_known() || path.as_str().contains(program))
        };
        let copied =
            part.of(Kind::Copy).any(|copy| matches!(part.node(copy), Some(Node::Copy(copy)) if named(copy)));
        if node.scratch.value() == Some(&true) && !copied && !by_path && !BUILTINS.contains(&program) {
            return Known::Set(false, site);
        }
        at = node.parent.value().copied();
    }
    Known::Unknown(site, COPIED)
}

/// Commands that may put a program into place without naming it as a package.
fn brings_unknown(command: &Command, program: &str) -> bool {
    let name = command.program.value().map_or("", Text::as_str);
    let fetches = matches!(
        name,
        "curl" | "wget" | "make" | "cp" | "mv" | "ln" | "install" | "tar" | "unzip" | "nix-env"
    );
    let arguments = command.arguments.value();
    fetches
        && arguments.is_some_and(|list| {
            list.items.iter().any(|item| {
                !item.is_known() || item.as_str().contains("bin") || item.as_str().contains(program)
            })
        })
        || name.is_empty()
}

/// Whether a probe succeeds whatever happens: its last word is `|| true` or `exit 0`.
pub fn cannot_fail(script: &Script) -> bool {
    let Some(last) = script.commands.iter().rev().find(|command| command.place == Place::Top) else {
        return false;
    };
    let name = last.name();
    let exits_well = name == "exit" && last.arguments().first().is_some_and(|word| word.text.as_str() == "0");
    matches!(name, "true" | ":" | "echo") || exits_well
}

//! What a container of a stage is: its system, the signal that ends it, its first process.

use crate::facts::commands;
use crate::facts::kinds::{self, Stage};
use crate::facts::managers;
use crate::facts::{Known, List, Node, NodeId, Part, Site};
use crate::source::{Origin, Text};
use crate::syntax::dockerfile::{self as syntax, Keyword};
use crate::syntax::shell;

use super::scope::Scope;
use super::{Filler, Open};

impl Open {
    /// Notes an instruction as the last one so far.
    pub fn ends_with(&mut self, keyword: Keyword, instruction: NodeId) {
        let site = self.node.head.site;
        self.node.end = Known::Set(instruction, site);
        let steps = [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::Add, Keyword::Workdir];
        if steps.contains(&keyword) {
            self.node.last_step = Known::Set(instruction, site);
        }
    }
}

/// Programs that become another user and then start what they are told to.
const DROPPERS: [&str; 6] = ["gosu", "su-exec", "setpriv", "su", "runuser", "s6-setuidgid"];

/// Those of them that every distribution has, so that a step may call them for itself.
const EVERYWHERE: [&str; 2] = ["su", "runuser"];

/// Whether a word names such a program.
pub(super) fn is_dropper(word: &Text) -> bool {
    DROPPERS.contains(&file_name(word))
}

/// Whether a word of a step names one that nothing but an entrypoint has a use for.
pub(super) fn is_brought_dropper(word: &Text) -> bool {
    is_dropper(word) && !EVERYWHERE.contains(&file_name(word))
}

fn file_name(word: &Text) -> &str {
    word.as_str().rsplit('/').next().unwrap_or_default()
}

impl Filler<'_> {
    /// STOPSIGNAL.
    pub fn stop_signal(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let text = self.expanded(&it.arguments.trim());
        let site = Site::written(it.arguments.span());
        let signal = match text.known() {
            None => Known::Unknown(site, "the signal comes from a variable"),
            Some(written) => signal(written).map_or(Known::Absent, |name| {
                Known::Set(Text::made(&name, text.span(), Origin::Written), site)
            }),
        };
        self.scope.stop_signal = signal.clone();
        if let Some(Node::Instruction(node)) = self.part.node_mut(instruction) {
            node.signal = signal;
        }
    }

    /// Adds the commands of a CMD or ENTRYPOINT.
    pub fn started(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let script = match it.exec() {
            Some(words) => shell::scan_exec(words),
            None if self.scope.shell_family() == "posix" => shell::scan(&it.arguments),
            None => return,
        };
        self.part.problems.extend(commands::too_deep(&script, it.head));
        let site = Site::written(it.head);
        let stage = self.stages.last().map(|stage| stage.id);
        let place = if it.keyword == Keyword::Cmd { "command" } else { "entrypoint" };
        let ids = commands::add(&mut self.part, &script, place, |_, command| {
            command.stage = stage.map_or(Known::Absent, |id| Known::Set(id, site));
            command.instruction = Known::Set(instruction, site);
        });
        for (command, id) in script.commands.iter().zip(ids) {
            self.part.adopt(instruction, id);
            // What is fetched to be run, is fetched at each start.
            if managers::usage(command).is_some_and(|usage| usage.action == Some("run")) {
                self.packages(&script, command, id, false);
            }
        }
    }

    /// An ENTRYPOINT takes the CMD away that its stage inherits (Dockerfile reference, ENTRYPOINT and CMD).
    pub fn without_lost_command(&mut self, mut scope: Scope) -> Scope {
        let own = self.stages.last().map(|open| open.id);
        let (Some((entrypoint, _)), Some((command, _))) = (&scope.entrypoint, &scope.cmd) else {
            return scope;
        };
        let (entrypoint, command) = (*entrypoint, *command);
        if self.stage_of(entrypoint) == own && self.stage_of(command) != own {
            let site = self.part.node(command).map(|node| node.head().site).unwrap_or_default();
            if let Some(Node::Instruction(node)) = self.part.node_mut(entrypoint) {
                node.takes_away = Known::Set(command, site);
            }
            scope.cmd = None;
        }
        scope
    }

    /// Completes stages with what they are when they run.
    pub fn running(&mut self) {
        for index in 0..self.stages.len() {
            let Some(open) = self.stages.get(index) else { continue };
            let os = self.os(open);
            let signal = self.effective_signal(open);
            let sets_signal = !open.scope.stop_signal.is_absent();
            let command = open.scope.cmd.as_ref().map(|(id, _)| *id);
            let site = open.node.head.site;
            self.first_process(index);
            let place = command.and_then(|id| self.part.node(id)).map_or(site, |node| node.head().site);
            let Some(open) = self.stages.get_mut(index) else { continue };
            open.node.os = os;
            open.node.stop_signal = signal;
            open.node.sets_stop_signal = Known::Set(sets_signal, site);
            open.node.command = command.map_or(Known::Absent, |id| Known::Set(id, place));
        }
    }

    /// The system of a stage, by its platform, its parent or the name of its image.
    fn os(&self, open: &Open) -> Known<&'static str> {
        let stage = &open.node;
        if let Some(platform) = stage.platform.value().and_then(Text::known) {
            let os = if is_windows_platform(platform) { "windows" } else { "linux" };
            return Known::Set(os, stage.platform.site().unwrap_or_default());
        }
        if let Some(parent) = stage.parent.value() {
            return self.opened(*parent).map_or(Known::Absent, |open| open.node.os.clone());
        }
        let site = Site { origin: Origin::Guess, ..stage.head.site };
        let image = stage.base.value().and_then(|&id| self.part.node(id));
        let Some(Node::Image(image)) = image else {
            return if stage.base.is_absent() {
                Known::Set("linux", site)
            } else {
                Known::Unknown(site, "nobody says what it starts from")
            };
        };
        if is_windows_image(image.text.value().map_or("", Text::as_str)) {
            Known::Set("windows", site)
        } else if image.text.value().is_some_and(Text::is_known) {
            Known::Set("linux", site)
        } else {
            Known::Unknown(site, "the image comes from a variable")
        }
    }

    fn effective_signal(&self, open: &Open) -> Known<Text> {
        let own = &open.scope.stop_signal;
        if !own.is_absent() {
            return own.clone();
        }
        let mut stage = &open.node;
        for _ in 0..64 {
            let parent = stage.parent.value().and_then(|&id| self.opened(id));
            match parent {
                Some(parent) => stage = &parent.node,
                None => break,
            }
        }
        image_signal(stage, &self.part)
    }

    fn first_process(&mut self, index: usize) {
        let Some(open) = self.stages.get(index) else { return };
        let Some(&id) = open.node.entrypoint.value() else { return };
        let Some((instruction, words)) = open.scope.entrypoint.as_ref().or(open.scope.cmd.as_ref()) else {
            return;
        };
        let form = match self.part.node(*instruction) {
            Some(Node::Instruction(node)) => node.form.clone(),
            _ => return,
        };
        let name = words.first().map(|word| {
            let at = Site::written(word.span());
            match word.known() {
                Some(_) => {
                    Known::Set(word.rsplit_once('/').map_or_else(|| word.clone(), |(_, name)| name), at)
                }
                None => Known::Unknown(at, "the program comes from a variable"),
            }
        });
        let shell =
            Site { label: words.first().map_or(Site::default().label, Text::span), ..Site::default() };
        if let Some(Node::Program(program)) = self.part.node_mut(id) {
            program.program = match form.value() {
                Some(&"exec") => name.unwrap_or_default(),
                _ => Known::Set(Text::made("sh", shell.label, Origin::Written), shell),
            };
            program.form = match form {
                Known::Set("none", _) => Known::Absent,
                form => form,
            };
        }
    }
}

/// Whether a stage is known to be for Windows, whose default shell is `cmd`: by its platform, by its parent, by its image.
pub fn is_windows(stage: &Stage, parent: &Scope, image: &Text) -> bool {
    match stage.platform.value().and_then(Text::known) {
        Some(platform) => is_windows_platform(platform),
        None if stage.parent.is_absent() => is_windows_image(image.as_str()),
        None => parent.windows,
    }
}

/// Whether a platform is one of Windows.
pub fn is_windows_platform(platform: &str) -> bool {
    platform.to_ascii_lowercase().starts_with("windows")
}

/// Whether an image is one of Windows, by the names that such images have: their publishers name its editions.
pub fn is_windows_image(image: &str) -> bool {
    let image = image.to_ascii_lowercase();
    ["/windows/", "/windows:", "nanoserver", "windowsservercore", "servercore"]
        .iter()
        .any(|sign| image.contains(sign))
}

/// The signal that an image brings along.
fn image_signal(stage: &Stage, part: &Part) -> Known<Text> {
    match stage.base.value().and_then(|&id| part.node(id)) {
        Some(Node::Image(image)) => image.stop_signal.clone(),
        _ if stage.scratch.value() == Some(&true) => Known::Absent,
        _ => Known::Unknown(
            Site { origin: Origin::Table, ..stage.head.site },
            "nobody says what it starts from",
        ),
    }
}

/// The name of a signal in full and in capitals, by its name or its number on Linux.
fn signal(written: &str) -> Option<String> {
    const NAMES: [&str; 31] = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
        "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
        "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];
    let text = written.trim_matches(['"', '\'']).to_ascii_uppercase();
    if let Ok(number) = text.parse::<usize>() {
        return match number {
            34 => Some("SIGRTMIN".to_owned()),
            64 => Some("SIGRTMAX".to_owned()),
            35..=49 => Some(format!("SIGRTMIN+{}", number - 34)),
            50..=63 => Some(format!("SIGRTMAX-{}", 64 - number)),
            _ => NAMES.get(number.checked_sub(1)?).map(|name| format!("SIG{name}")),
        };
    }
    let name = text.strip_prefix("SIG").unwrap_or(&text);
    let name = match name {
        "IOT" => "ABRT",
        "CLD" => "CHLD",
        "POLL" => "IO",
        name => name,
    };
    let real_time = name.starts_with("RTMIN") || name.starts_with("RTMAX");
    (real_time || NAMES.contains(&name)).then(|| format!("SIG{name}"))
}

/// A word of each command of some RUNs, every one once.
pub fn words(part: &Part, runs: &[NodeId], word: impl Fn(&kinds::Command) -> Option<&Text>) -> List<Text> {
    let mut found: std::collections::BTreeMap<String, Text> = std::collections::BTreeMap::new();
    for &run in runs {
        let Some(Node::Run(run)) = part.node(run) else { continue };
        for &id in run.commands.value().map_or(&[][..], |list| &list.items) {
            let Some(Node::Command(command)) = part.node(id) else { continue };
            if let Some(word) = word(command) {
                found.entry(word.as_str().to_owned()).or_insert_with(|| word.clone());
            }
        }
    }
    found.into_values().collect()
}

/// A WORKDIR's path below the one before it, where both are known and the first is absolute.
pub fn joined(above: Option<&Text>, path: Text) -> Text {
    let Some(above) = above.and_then(Text::known).filter(|above| above.starts_with('/')) else { return path };
    match path.known().map(|path| path.trim_matches(['"', '\''])) {
        Some(below) if !below.starts_with(['/', '\\']) && !below.contains(':') => {
            let all = format!("{}/{}", above.trim_end_matches('/'), below.trim_start_matches("./"));
            Text::made(&all, path.span(), path.origin())
        }
        _ => path,
    }
}

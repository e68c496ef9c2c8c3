//! Directories that package managers fill with what the program needs.

use crate::facts::managers;
use crate::source::{Origin, Text, clean_path};
use crate::syntax::shell::{Command, Script};

use super::Filler;

/// The directories that hold what a program needs, by their names.
const NAMES: [&str; 4] = ["node_modules", "vendor", ".venv", "venv"];

/// No more directories than this are remembered.
const DIRECTORIES: usize = 32;

impl Filler<'_> {
    /// Notes the directories that the commands of a RUN fill. What follows a `cd` may be anywhere.
    pub fn dependencies(&mut self, script: &Script) {
        let Some(workdir) = self.scope.workdir.clone().filter(Text::is_known) else { return };
        for command in script.commands.iter().take_while(|command| command.name() != "cd") {
            if let Some(name) = fills(command) {
                let path = clean_path(&format!("{}/{name}", workdir.as_str()));
                self.depends(Text::made(&path, command.text.span(), Origin::Written));
            }
        }
    }

    /// Notes that a COPY or ADD brings such a directory.
    pub fn copied_dependencies(&mut self, path: &str, to: &Text) {
        if NAMES.contains(&path.rsplit('/').next().unwrap_or(path)) {
            self.depends(Text::made(path, to.span(), Origin::Written));
        }
    }

    fn depends(&mut self, path: Text) {
        let known = self.scope.dependencies.iter().any(|other| other.as_str() == path.as_str());
        if path.as_str().starts_with('/') && !known && self.scope.dependencies.len() < DIRECTORIES {
            self.scope.dependencies.push(path);
        }
    }
}

/// The directory below the working directory that a command fills.
fn fills(command: &Command) -> Option<&'static str> {
    const ELSEWHERE: [&str; 10] = [
        "--prefix",
        "--cwd",
        "--dir",
        "-C",
        "-g",
        "--global",
        "--directory",
        "--working-dir",
        "-d",
        "--production-dir",
    ];
    if command.has_flag(&ELSEWHERE) {
        return None;
    }
    if command.name().starts_with("python") {
        let words: Vec<&str> = command.arguments().iter().map(|word| word.text.as_str()).collect();
        return match words.as_slice() {
            ["-m", "venv", .., ".venv" | "./.venv"] => Some(".venv"),
            ["-m", "venv", .., "venv" | "./venv"] => Some("venv"),
            _ => None,
        };
    }
    let usage = managers::usage(command)?;
    let restores = match usage.action {
        Some("restore") => true,
        Some("install") => usage.operands.is_empty(),
        _ => false,
    };
    match usage.manager.name {
        "npm" | "yarn" | "pnpm" | "bun" if restores => Some("node_modules"),
        "composer" if restores => Some("vendor"),
        "uv" if usage.subcommand.is_some_and(|word| word.text.as_str() == "sync") => Some(".venv"),
        _ => None,
    }
}

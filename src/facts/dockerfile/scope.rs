//! What is in force at a place of a Dockerfile.

use std::collections::BTreeMap;

use super::account_sources::Sources;
use super::left::Left;
use crate::facts::{Known, List, NodeId, Site};
use crate::source::Text;
use crate::syntax::dockerfile::{self as syntax, Lookup, PROXY_ARGUMENTS};

/// Variables and settings in force.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Variables: what is known of each, and where it was set.
    pub variables: BTreeMap<String, (Lookup, Option<NodeId>)>,
    /// The defaults of the arguments before the first FROM.
    pub defaults: BTreeMap<String, String>,
    /// No FROM came yet: this is what FROM sees.
    pub before_from: bool,
    /// An unknown base image may set any other.
    pub inherits: bool,
    /// Those that it sets are all in `variables`. What is not among them is a mistake of its own; elsewhere it counts as
    /// unknown, so that one mistake is one finding.
    pub inherits_only: bool,
    /// USER.
    pub user: Known<NodeId>,
    /// HEALTHCHECK.
    pub healthcheck: Known<NodeId>,
    /// STOPSIGNAL.
    pub stop_signal: Known<Text>,
    /// WORKDIR.
    pub workdir: Option<Text>,
    /// SHELL.
    pub shell: Option<Vec<Text>>,
    /// Whether the stage is for Windows.
    pub windows: bool,
    /// EXPOSE.
    pub exposes: Vec<Text>,
    /// The names of LABEL.
    pub labels: Vec<Text>,
    /// ENTRYPOINT and its words.
    pub entrypoint: Option<(NodeId, Vec<Text>)>,
    /// CMD and its words.
    pub cmd: Option<(NodeId, Vec<Text>)>,
    /// Whether the file system is empty but for files that hold no shell.
    pub bare: bool,
    /// Whether nothing was put into the file system of `scratch` yet.
    pub vacant: bool,
    /// Whether what makes apt remove its downloads is gone: `/etc/apt/apt.conf.d/docker-clean` of Debian's images.
    pub apt_keeps: bool,
    /// Whether apt's configuration says that it is to ask nothing.
    pub apt_assumes_yes: bool,
    /// Accounts that commands create or change, by their names.
    pub accounts: BTreeMap<String, NodeId>,
    /// Whether there is an `/etc/passwd`, where that is known.
    pub passwd: Option<bool>,
    /// Whether there is an `/etc/group`, where that is known.
    pub groups_file: Option<bool>,
    /// Where other accounts can come from.
    pub sources: Sources,
    /// Files that steps made and that no step removed.
    pub left: Vec<Left>,
    /// Directories that package managers fill with what the program needs.
    pub dependencies: Vec<Text>,
    /// Paths of VOLUME.
    pub volumes: Vec<Text>,
    /// Paths that instructions and commands make.
    pub made_paths: Vec<Text>,
    /// Whether a USER of this file is in force.
    pub sets_user: bool,
    /// Whether a step brings or calls a program that becomes another user: `gosu`, `su-exec`.
    pub has_dropper: bool,
}

/// Directories of every distribution in which everybody may write (Filesystem Hierarchy Standard).
const OPEN: [&str; 4] = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock"];

impl Scope {
    /// The paths of VOLUME, and the WORKDIR.
    pub fn working_paths(&self, site: Site) -> Known<List<Text>> {
        let workdir = self.workdir.iter().filter(|path| path.as_str() != "/");
        let open = |path: &&Text| !OPEN.contains(&path.as_str().trim_end_matches('/'));
        let mut paths: Vec<Text> = Vec::new();
        for path in self.volumes.iter().chain(workdir).filter(open) {
            let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            match path.known() {
                Some(known) if known.starts_with('/') && known.chars().all(plain) => {
                    if paths.iter().all(|other| other.as_str() != known) {
                        paths.push(path.clone());
                    }
                }
                _ => return Known::Unknown(site, "a path in it is not known"),
            }
        }
        Known::Set(List::closed(paths), site)
    }

    /// Notes that something may have made the files that list accounts.
    pub fn accounts_may_come(&mut self) {
        self.passwd = self.passwd.filter(|there| *there);
        self.groups_file = self.groups_file.filter(|there| *there);
    }

    /// Whether the builder sets a variable without being asked. What tells the platforms, a stage has only after an ARG.
    pub fn sets_itself(&self, name: &str) -> bool {
        is_predefined(name) || self.before_from && is_platform(name)
    }

    /// What is known of a variable here.
    pub fn lookup(&self, name: &str) -> Lookup {
        match self.variables.get(name) {
            Some((known, _)) => known.clone(),
            None if self.inherits || self.sets_itself(name) => Lookup::Unknown,
            None => Lookup::Unset,
        }
    }

    /// The variables of a text that nothing sets.
    pub fn undeclared(&self, text: &Text, escape: char) -> List<Text> {
        let names = syntax::uses(text, escape).into_iter().filter(syntax::Use::is_named).map(|it| it.name);
        names.filter(|name| matches!(self.lookup(name.as_str()), Lookup::Unset)).collect()
    }

    /// What is known of a variable in FROM when no build argument is given.
    pub fn by_default(&self, name: &str) -> Lookup {
        match self.defaults.get(name) {
            Some(value) => Lookup::Value(value.clone()),
            None if is_platform(name) => Lookup::Unknown,
            None => Lookup::Unset,
        }
    }

    /// The shell's program, without its directory.
    pub fn shell_name(&self) -> &str {
        let Some(words) = &self.shell else { return if self.windows { "cmd" } else { "sh" } };
        let name = words.first().and_then(Text::known).unwrap_or("");
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        name.strip_suffix(".exe").unwrap_or(name)
    }

    /// The shell's family.
    pub fn shell_family(&self) -> &'static str {
        match self.shell_name().to_ascii_lowercase().as_str() {
            "powershell" | "pwsh" => "powershell",
            "cmd" => "cmd",
            "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "busybox" => "posix",
            _ => "other",
        }
    }

    /// Whether the shell is told to fail with any part of a pipeline.
    pub fn pipefail(&self) -> bool {
        self.shell.iter().flatten().any(|word| word.as_str() == "pipefail")
    }

    /// The words of EXPOSE as a field.
    pub fn exposed(&self) -> List<Text> {
        List::closed(self.exposes.clone())
    }
}

/// Build arguments that the builder sets without being asked.
fn is_predefined(name: &str) -> bool {
    PROXY_ARGUMENTS.contains(&name)
        || matches!(name, "SOURCE_DATE_EPOCH" | "PATH")
        || name.starts_with("BUILDKIT_")
}

/// Build arguments that tell the platforms; known before the first FROM, elsewhere only after an ARG.
fn is_platform(name: &str) -> bool {
    ["TARGET", "BUILD"].iter().any(|side| {
        name.strip_prefix(side).is_some_and(|what| {
            matches!(what, "PLATFORM" | "OS" | "OSVERSION" | "ARCH" | "VARIANT" | "STAGE")
        })
    })
}

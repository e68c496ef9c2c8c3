//! Whether an account of a name can be there at all.

use crate::facts::kinds::Image;
use crate::facts::{Known, List, Site};
use crate::source::Text;
use crate::syntax::shell::{Command, Script};

use super::Filler;

/// No more installed packages than this are remembered; beyond, any account may be there.
const PACKAGES: usize = 256;

/// Where the accounts of a stage can come from besides the commands that name them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The accounts of the base image, where they are known.
    pub base: Option<Vec<String>>,
    /// Something that nobody can look into may have made others.
    pub opaque: bool,
    /// Packages of the system: many bring an account of their own name.
    packages: Vec<String>,
}

impl Sources {
    /// Begins with the accounts of a base image.
    pub fn come_with(&mut self, image: &Image) {
        let names = |list: &List<Text>| list.items.iter().map(|name| name.as_str().to_owned()).collect();
        self.base = image.accounts.value().map(names);
    }
}

impl Filler<'_> {
    /// Notes what in a script may make accounts without naming them.
    pub fn may_make_accounts(&mut self, script: Option<&Script>) {
        let Some(script) = script else {
            self.scope.sources.opaque = true;
            return;
        };
        for command in &script.commands {
            let names_file = |text: &Text| text.as_str().contains("passwd");
            let writes = command.redirects.iter().any(|it| names_file(&it.target))
                || matches!(command.name(), "sed" | "tee" | "cp" | "mv" | "install" | "ln")
                    && command.arguments().iter().any(|word| names_file(&word.text));
            let unnamed = matches!(command.name(), "useradd" | "adduser")
                && command.arguments().iter().any(|word| !word.text.is_known());
            if writes || unnamed || !is_plain(command) {
                self.scope.sources.opaque = true;
            }
            if SYSTEM_MANAGERS.contains(&command.name()) {
                let words = command.arguments().iter().map(|word| word.text.as_str());
                self.scope
                    .sources
                    .packages
                    .extend(words.filter(|word| !word.starts_with('-')).map(str::to_owned));
            }
        }
        self.scope.sources.opaque |= self.scope.sources.packages.len() > PACKAGES;
        self.scope.sources.packages.truncate(PACKAGES);
    }

    /// Notes that a COPY or ADD to this path may bring accounts.
    pub fn may_bring_accounts(&mut self, to: &Text, unpacks: bool) {
        let path = to.as_str().trim_end_matches(['/', '.']);
        let system = matches!(path, "" | "/etc" | "/etc/passwd");
        self.scope.sources.opaque |= system && (to.as_str().starts_with('/') || unpacks) || !to.is_known();
    }

    /// Whether an account of that name is there.
    pub fn exists(&self, name: &Text, site: Site) -> Known<bool> {
        const UNSEEN: Known<bool> = Known::Absent;
        let Some(known) = name.known() else { return Known::Unknown(site, "the name comes from a variable") };
        if known.is_empty() || known.bytes().all(|byte| byte.is_ascii_digit()) {
            return UNSEEN;
        }
        let sources = &self.scope.sources;
        if self.scope.accounts.contains_key(known) {
            return Known::Set(true, site);
        }
        match &sources.base {
            None => Known::Unknown(site, "nobody knows the accounts of the base image"),
            Some(base) if base.iter().any(|account| account == known) => Known::Set(true, site),
            Some(_) if sources.opaque => Known::Unknown(site, "a step may have made it"),
            Some(_) if sources.packages.iter().any(|package| is_akin(package, known)) => {
                Known::Unknown(site, "a package may have made it")
            }
            Some(_) => Known::Set(false, site),
        }
    }
}

const SYSTEM_MANAGERS: [&str; 9] =
    ["apt", "apt-get", "aptitude", "apk", "dnf", "microdnf", "yum", "zypper", "dpkg"];

/// Programs that make no accounts but those that they are told to, and are told by name.
const PLAIN: &[&str] = &[
    "[",
    "[[",
    ":",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-cache",
    "apt-get",
    "apt-mark",
    "awk",
    "basename",
    "break",
    "bun",
    "bundle",
    "bzip2",
    "cargo",
    "case",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "chpasswd",
    "cmake",
    "command",
    "composer",
    "continue",
    "corepack",
    "cp",
    "curl",
    "cut",
    "date",
    "deluser",
    "dirname",
    "dnf",
    "do",
    "done",
    "dotnet",
    "dpkg",
    "dpkg-query",
    "echo",
    "env",
    "exit",
    "export",
    "false",
    "file",
    "find",
    "fc-cache",
    "g++",
    "gcc",
    "gem",
    "getent",
    "git",
    "go",
    "gpasswd",
    "gpg",
    "gradle",
    "grep",
    "groupadd",
    "groupmod",
    "gunzip",
    "gzip",
    "head",
    "id",
    "install",
    "java",
    "javac",
    "jar",
    "ldconfig",
    "ln",
    "local",
    "locale-gen",
    "ls",
    "microdnf",
    "mkdir",
    "mktemp",
    "mv",
    "mvn",
    "nproc",
    "npm",
    "openssl",
    "passwd",
    "patch",
    "pip",
    "pip3",
    "pnpm",
    "poetry",
    "printf",
    "pwd",
    "python",
    "python3",
    "read",
    "return",
    "rm",
    "rmdir",
    "rpm",
    "rustup",
    "sed",
    "seq",
    "set",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "shift",
    "sleep",
    "sort",
    "stat",
    "strip",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "uname",
    "uniq",
    "unset",
    "unzip",
    "update-ca-certificates",
    "useradd",
    "userdel",
    "usermod",
    "uv",
    "wait",
    "wget",
    "which",
    "xargs",
    "xz",
    "yarn",
    "yum",
    "zypper",
];

fn is_plain(command: &Command) -> bool {
    // A command of assignments only runs nothing.
    command.words.is_empty() || PLAIN.contains(&command.name())
}

/// Whether a package may bring the account: `postgresql` brings `postgres`.
fn is_akin(package: &str, account: &str) -> bool {
    let package = package.split(['=', '/', ':']).next().unwrap_or(package);
    package.contains(account) || package.len() > 2 && account.contains(package)
}

#[cfg(test)]
mod tests {
    use super::is_akin;

    #[test]
    fn packages_bring_accounts_of_their_names() {
        assert!(
            is_akin("postgresql-17", "postgres")
                && is_akin("redis-server=7", "redis")
                && is_akin("nginx", "nginx")
        );
        assert!(!is_akin("curl", "app") && !is_akin("ca-certificates", "appuser"));
    }
}

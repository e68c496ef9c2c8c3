//! Packages that commands install, and what package managers leave behind.

use crate::facts::kinds::Package;
use crate::facts::make::head;
use crate::facts::{Known, NodeId, Site};
use crate::source::Text;
use crate::syntax::shell::{Command, Script};

use super::Filler;

/// How a package manager is used.
struct Manager {
    name: &'static str,
    programs: &'static [&'static str],
    install: &'static [&'static str],
    value_flags: &'static [&'static str],
    /// Where it leaves what nobody needs at run time.
    caches: &'static [&'static str],
    /// Words that clean up after it.
    clean: &'static [&'static str],
}

const MANAGERS: &[Manager] = &[
    Manager {
        name: "apt",
        programs: &["apt-get", "apt", "aptitude"],
        install: &["install"],
        value_flags: &["-t", "--target-release", "-o", "--option", "-c", "-a", "--default-release"],
        caches: &["/var/lib/apt/lists", "/var/lib/apt"],
        clean: &["/var/lib/apt/lists", "/var/lib/apt"],
    },
    Manager {
        name: "apk",
        programs: &["apk"],
        install: &["add"],
        value_flags: &[
            "-t",
            "--virtual",
            "--repository",
            "-X",
            "-p",
            "--root",
            "--keys-dir",
            "--repositories-file",
        ],
        caches: &["/var/cache/apk", "/etc/apk/cache"],
        clean: &["/var/cache/apk"],
    },
    Manager {
        name: "dnf",
        programs: &["dnf", "microdnf", "dnf5"],
        install: &["install", "reinstall", "groupinstall", "module"],
        value_flags: &[
            "--setopt",
            "--installroot",
            "--releasever",
            "--repo",
            "--enablerepo",
            "--disablerepo",
        ],
        caches: &["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"],
        clean: &["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"],
    },
    Manager {
        name: "yum",
        programs: &["yum"],
        install: &["install", "reinstall", "groupinstall", "localinstall"],
        value_flags: &["--setopt", "--installroot", "--releasever", "--enablerepo", "--disablerepo"],
        caches: &["/var/cache/yum", "/var/cache/dnf"],
        clean: &["/var/cache/yum", "/var/cache/dnf"],
    },
    Manager {
        name: "zypper",
        programs: &["zypper"],
        install: &["install", "in"],
        value_flags: &["-r", "--repo", "-t", "--type", "--from"],
        caches: &["/var/cache/zypp"],
        clean: &["/var/cache/zypp"],
    },
    Manager {
        name: "pip",
        programs: &["pip", "pip2", "pip3"],
        install: &["install"],
        value_flags: &[
            "-r",
            "--requirement",
            "-c",
            "--constraint",
            "-i",
            "--index-url",
            "--extra-index-url",
            "--trusted-host",
            "-e",
            "--editable",
            "-t",
            "--target",
            "--prefix",
            "--root",
            "-f",
            "--find-links",
            "--platform",
            "--python-version",
            "--progress-bar",
            "--cache-dir",
            "--proxy",
            "--timeout",
            "--retries",
            "--cert",
            "--abi",
            "--implementation",
            "--no-binary",
            "--only-binary",
            "--src",
            "--upgrade-strategy",
            "--global-option",
            "--install-option",
            "--build-option",
            "--config-settings",
            "--exists-action",
            "--log",
        ],
        caches: &["/root/.cache/pip", "/root/.cache", "~/.cache/pip", "~/.cache"],
        clean: &["/root/.cache", "~/.cache", "/root/.cache/pip"],
    },
    Manager {
        name: "npm",
        programs: &["npm"],
        install: &["install", "i", "add", "isntall"],
        value_flags: &["--registry", "--prefix", "--loglevel", "--cache", "--tag", "-w", "--workspace"],
        caches: &["/root/.npm", "~/.npm"],
        clean: &["/root/.npm", "~/.npm"],
    },
    Manager {
        name: "yarn",
        programs: &["yarn"],
        install: &["add"],
        value_flags: &["--cache-folder", "--cwd", "--registry"],
        caches: &["/usr/local/share/.cache"],
        clean: &["/usr/local/share/.cache"],
    },
    Manager {
        name: "gem",
        programs: &["gem"],
        install: &["install", "i"],
        value_flags: &[
            "-v",
            "--version",
            "-s",
            "--source",
            "-i",
            "--install-dir",
            "-n",
            "--bindir",
            "--platform",
        ],
        caches: &[],
        clean: &[],
    },
    Manager {
        name: "go",
        programs: &["go"],
        install: &["install", "get", "run"],
        value_flags: &["-o", "-ldflags", "-tags", "-mod"],
        caches: &["/root/.cache/go-build", "/go/pkg"],
        clean: &[],
    },
    Manager {
        name: "cargo",
        programs: &["cargo"],
        install: &["install"],
        value_flags: &[
            "--version",
            "--vers",
            "--git",
            "--branch",
            "--tag",
            "--rev",
            "--path",
            "--root",
            "--features",
            "--registry",
        ],
        caches: &["/usr/local/cargo/registry"],
        clean: &[],
    },
];

fn manager(command: &Command) -> Option<&'static Manager> {
    let name = command.name();
    MANAGERS.iter().find(|manager| manager.programs.contains(&name))
}

impl Filler<'_> {
    /// Adds the packages that a command installs.
    pub fn packages(&mut self, command: &Command, node: NodeId, onbuild: bool) {
        let Some(manager) = manager(command) else { return };
        let mut operands = command.operands(manager.value_flags).into_iter();
        if !operands.next().is_some_and(|word| manager.install.contains(&word.text.as_str())) {
            return;
        }
        if manager.name == "go" && command.arguments().first().is_some_and(|word| word.text.as_str() == "run")
        {
            operands = operands.take(1).collect::<Vec<_>>().into_iter();
        }
        let stage = self.stages.last().map(|stage| stage.id);
        for word in operands {
            let site = Site::written(word.text.span());
            let (name, version) = version(manager.name, &word.text);
            let mut package = Package::new(head(name.clone(), site, format!(" / package {}", name.as_str())));
            package.head.parent = Some(node);
            package.manager = Known::Set(manager.name, site);
            package.via = command.program().map_or(Known::Absent, |program| {
                Known::Set(Text::made(command.name(), program.text.span(), program.text.origin()), site)
            });
            package.form = Known::Set(form(manager.name, &word.text), site);
            package.version = match version {
                Some(version) => Known::Set(version, site),
                None if !word.text.is_known() => Known::Unknown(site, "the package comes from a variable"),
                None => match command.flag_value(&["-v", "--version", "--vers", "--rev", "--tag"]) {
                    Some(value) if matches!(manager.name, "gem" | "cargo") => Known::Set(value, site),
                    _ => Known::Absent,
                },
            };
            package.onbuild = Known::Set(onbuild, site);
            package.command = Known::Set(node, site);
            package.stage = stage.map_or(Known::Absent, |id| Known::Set(id, site));
            self.part.add(package);
        }
    }
}

/// A package's name and the version asked for.
fn version(manager: &str, word: &Text) -> (Text, Option<Text>) {
    let split = |at: usize, len: usize| (word.slice(0..at), Some(word.slice(at + len..word.len())));
    let value = word.as_str();
    let found = match manager {
        "apt" => word.find('=').or_else(|| word.find('/')).map(|at| (at, 1)),
        "apk" => ['=', '~', '<', '>'].into_iter().filter_map(|c| word.find(c)).min().map(|at| (at, 1)),
        "dnf" | "yum" => value
            .match_indices('-')
            .find(|(at, _)| value[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
            .map(|(at, _)| (at, 1)),
        "zypper" => ['=', '<', '>'].into_iter().filter_map(|c| word.find(c)).min().map(|at| (at, 1)),
        "pip" => ["==", "===", "~=", ">=", "<=", "!=", "<", ">", "@"]
            .iter()
            .filter_map(|op| value.find(op).map(|at| (at, op.len())))
            .min_by_key(|(at, _)| *at),
        "npm" | "yarn" => value.get(1..).and_then(|rest| rest.find('@')).map(|at| (at + 1, 1)),
        "go" => word.rfind('@').map(|at| (at, 1)),
        "gem" => word.find(':').map(|at| (at, 1)),
        "cargo" => word.find('@').map(|at| (at, 1)),
        _ => None,
    };
    match found {
        Some((at, len)) => split(at, len),
        None => (word.clone(), None),
    }
}

fn form(manager: &str, word: &Text) -> &'static str {
    let value = word.as_str();
    if value.contains("://") || value.starts_with("git+") || value.starts_with("github:") {
        return "url";
    }
    let ending = value.rsplit('.').next().unwrap_or("");
    let archive = matches!(ending, "deb" | "rpm" | "apk" | "whl" | "gem" | "tgz" | "gz" | "zip" | "tar");
    let local = value.starts_with(['.', '/', '~'])
        || (manager == "pip" && value.contains('/') && !value.contains('@'));
    if archive || local { "file" } else { "name" }
}

/// Whether a later command of the script removes what this one leaves behind.
pub fn cleaned(script: &Script, index: usize) -> bool {
    let Some(manager) = script.commands.get(index).and_then(manager) else { return false };
    script.commands.iter().skip(index).any(|later| {
        let removes = later.name() == "rm"
            && later.arguments().iter().any(|word| {
                let path = word.text.as_str().trim_end_matches('*').trim_end_matches('/');
                manager.clean.iter().any(|clean| path == *clean || path.starts_with(clean))
            });
        let asks = manager.programs.contains(&later.name())
            && later
                .operands(&[])
                .iter()
                .any(|word| matches!(word.text.as_str(), "clean" | "cc" | "distclean"))
            && manager.name != "apt";
        removes || asks
    })
}

/// Whether a mount keeps what the command leaves behind out of the layer.
pub fn cached(command: &Command, mounts: &[Text]) -> bool {
    let Some(manager) = manager(command) else { return false };
    mounts.iter().any(|mount| {
        let mount = mount.as_str().trim_end_matches('/');
        manager.caches.iter().any(|cache| *cache == mount || cache.starts_with(&format!("{mount}/")))
    })
}

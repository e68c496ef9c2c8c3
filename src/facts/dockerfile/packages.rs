//! Packages that commands install.

use crate::facts::kinds::Package;
use crate::facts::make::{head, nodes};
use crate::facts::managers::{self, Manager, Usage, Versions};
use crate::facts::{Known, Node, NodeId, Site};
use crate::source::Text;
use crate::syntax::dockerfile::Lookup;
use crate::syntax::shell::{Command, Script, Word};

use super::Filler;

impl Filler<'_> {
    /// Adds the packages that a command of `script` installs or fetches to run.
    pub fn packages(&mut self, script: &Script, command: &Command, node: NodeId, onbuild: bool) {
        let Some(usage) = managers::usage(command) else { return };
        if !matches!(usage.action, Some("install" | "run" | "fetch")) {
            return;
        }
        let mut ids = Vec::new();
        for word in packages(&usage) {
            let package = self.package(&usage, &word, script, command);
            let site = package.head.site;
            let package = Package {
                onbuild: Known::Set(onbuild, site),
                command: Known::Set(node, site),
                stage: self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site)),
                ..package
            };
            let id = self.part.add(package);
            self.part.adopt(node, id);
            ids.push(id);
        }
        if let Some(Node::Command(command)) = self.part.node_mut(node) {
            let site = command.head.site;
            command.packages = nodes(ids, site);
        }
    }

    fn package(&self, usage: &Usage<'_>, word: &Text, script: &Script, command: &Command) -> Package {
        let site = Site::written(word.span());
        let form = form(usage, word);
        let (name, version) = version(usage, form, word);
        let mut package = Package::new(head(name.clone(), site, format!(" / package {}", name.as_str())));
        package.manager = Known::Set(usage.manager.name, site);
        package.via = command.program().map_or(Known::Absent, |program| {
            Known::Set(Text::made(command.name(), program.text.span(), program.text.origin()), site)
        });
        package.form = Known::Set(form, site);
        let beside = flag_values(usage.words, &usage.manager.version_flags).into_iter().next();
        package.version = match version.or(beside) {
            Some(version) => Known::Set(version, site),
            None if word.is_known() => Known::Absent,
            None => self.version_of_variables(usage, form, word, script),
        };
        package
    }

    /// The version that the variables in a package's name bring, as far as this file sets them.
    fn version_of_variables(
        &self,
        usage: &Usage<'_>,
        form: &str,
        word: &Text,
        script: &Script,
    ) -> Known<Text> {
        const UNKNOWN: &str = "the package comes from a variable";
        let site = Site::written(word.span());
        let mut value = String::new();
        let mut at = 0;
        for (hole, variable) in word.holes() {
            value.push_str(word.as_str().get(at..hole.start).unwrap_or_default());
            at = hole.end;
            if variable.name.is_empty() || hole.start == 0 || sets(script, &variable.name) {
                return Known::Unknown(site, UNKNOWN);
            }
            match self.scope.variables.get(&*variable.name) {
                Some((Lookup::Value(set) | Lookup::Default(set), _)) => value.push_str(set),
                Some((Lookup::Unknown, _)) => return Known::Unknown(site, UNKNOWN),
                // Nothing in this file sets it; a distribution's image has no variables of one's own either.
                None if !self.base_is_distribution() => return Known::Unknown(site, UNKNOWN),
                Some((Lookup::Unset, _)) | None => {}
            }
        }
        value.push_str(word.as_str().get(at..).unwrap_or_default());
        let expanded = Text::made(&value, word.span(), word.origin());
        match version(usage, form, &expanded).1 {
            Some(version) => Known::Set(version, site),
            None => Known::Absent,
        }
    }

    fn base_is_distribution(&self) -> bool {
        let base = self.stages.last().and_then(|stage| stage.node.base.value().copied());
        matches!(base.and_then(|id| self.part.node(id)), Some(Node::Image(image))
            if image.head.name.is_known() && image.role.value() == Some(&"os"))
    }
}

/// Whether a script sets a variable itself.
fn sets(script: &Script, name: &str) -> bool {
    script.commands.iter().any(|command| {
        command.assignments.iter().any(|assignment| assignment.name.as_str() == name)
            || matches!(command.name(), "export" | "read" | "local" | "declare" | "for")
                && command.arguments().iter().any(|word| {
                    let word = word.text.as_str();
                    word == name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
                })
    })
}

/// The words that name packages.
fn packages(usage: &Usage<'_>) -> Vec<Text> {
    for flags in [&usage.manager.named_by, &usage.manager.repository_flags] {
        let instead = flag_values(usage.words, flags);
        if !instead.is_empty() {
            return instead;
        }
    }
    let end = match usage.words.iter().find(|word| word.text.as_str() == "--") {
        Some(dashes) if usage.manager.build_flags_after_dashes => dashes.text.span().start,
        _ => u32::MAX,
    };
    // What is run takes the words behind its name.
    let most = if usage.action == Some("run") { 1 } else { usize::MAX };
    // `!name` and `name-` are kept out or removed.
    let wanted = |word: &&&Word| {
        let text = word.text.as_str();
        !text.is_empty() && !text.starts_with('!') && !text.ends_with('-') && word.text.span().start < end
    };
    let beside = flag_values(usage.words, &usage.manager.also_named_by);
    let beside = beside.into_iter().filter(|word| form(usage, word) == "vcs");
    usage.operands.iter().filter(wanted).take(most).map(|word| word.text.clone()).chain(beside).collect()
}

/// How a package is named.
fn form(usage: &Usage<'_>, word: &Text) -> &'static str {
    const ARCHIVES: [&str; 10] =
        [".deb", ".rpm", ".apk", ".whl", ".gem", ".tgz", ".tar.gz", ".zip", ".tar", ".tar.bz2"];
    const REPOSITORIES: [&str; 9] =
        ["git+", "hg+", "svn+", "bzr+", "git:", "git@", "github:", "gitlab:", "bitbucket:"];
    if let Some(form) = usage.form {
        return form;
    }
    let value = word.as_str();
    let manager = usage.manager;
    if usage.words.iter().any(|word| manager.group_words.iter().any(|group| word.text.as_str() == group)) {
        return "group";
    }
    // `@group`, or `@module:stream`.
    if matches!(manager.versions, Versions::Rpm) && value.starts_with('@') {
        return if value.contains(':') { "module" } else { "group" };
    }
    if usage.has_flag(&manager.repository_flags) {
        return "vcs";
    }
    if REPOSITORIES.iter().any(|start| value.starts_with(start)) {
        return "vcs";
    }
    if value.contains("://") {
        return "url";
    }
    let ends = |ending: &str| value.ends_with(ending);
    if ARCHIVES.into_iter().any(ends)
        || manager.sources.iter().any(|ending| ends(ending))
        || value.starts_with(['.', '/', '~'])
        || value.starts_with("file:")
    {
        return "file";
    }
    let first = value.split('/').next().unwrap_or_default();
    let scoped = value.starts_with('@') && value.matches('/').count() == 1;
    match (manager.slash, manager.dotless) {
        (Some(form), _) if value.contains('/') && !scoped && !value.contains(" @ ") => form,
        (_, Some(form)) if usage.subcommand_is_not("get") && !first.contains(['.', '@']) => form,
        _ => "name",
    }
}

impl Usage<'_> {
    fn subcommand_is_not(&self, name: &str) -> bool {
        self.subcommand.is_none_or(|word| word.text.as_str() != name)
    }
}

/// A package's name and the version asked for.
fn version(usage: &Usage<'_>, form: &str, word: &Text) -> (Text, Option<Text>) {
    let value = word.as_str();
    let found = match form {
        "vcs" | "url" => usage.manager.revision.as_deref().and_then(|mark| revision(value, mark)),
        "module" => value.find(':').map(|at| (at, 1)),
        "name" => separator(usage.manager, value),
        _ => None,
    };
    match found {
        Some((at, len)) => {
            let rest = word.slice(at + len..word.len());
            // What stands behind `#` says which part of the repository is wanted.
            let end = if form == "vcs" { rest.find('#').unwrap_or(rest.len()) } else { rest.len() };
            (word.slice(0..at), Some(rest.slice(0..end)))
        }
        None => (word.clone(), None),
    }
}

/// Where the revision of a repository begins: behind its path, not in `user@host`.
fn revision(value: &str, mark: &str) -> Option<(usize, usize)> {
    let host = value.find("://").map_or(0, |at| at + 3);
    let path = if mark == "@" { host + value.get(host..)?.find('/')? } else { host };
    let rest = value.get(path..)?;
    let end = if mark == "@" { rest.find('#').unwrap_or(rest.len()) } else { rest.len() };
    rest.get(..end)?.find(mark).map(|at| (path + at, mark.len()))
}

/// Where the version begins, and how long what stands before it is.
fn separator(manager: &Manager, value: &str) -> Option<(usize, usize)> {
    match &manager.versions {
        Versions::Rpm => rpm_version(value).map(|at| (at, 1)),
        // A scope begins with `@`, so the first character separates nothing.
        Versions::After(marks) => marks
            .iter()
            .filter_map(|mark| value.get(1..)?.find(mark.as_str()).map(|at| (at + 1, mark.len())))
            .min_by_key(|(at, len)| (*at, usize::MAX - len)),
    }
}

/// The dash before the version of `name-version` or `name-version-release`: both begin with a digit, and hold no
/// dash (rpm-packages(7)); `java-17-openjdk` is a name.
fn rpm_version(value: &str) -> Option<usize> {
    let starts_with_digit = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let last = value.rfind('-').filter(|at| *at > 0)?;
    if !starts_with_digit(value.get(last + 1..)?) {
        return None;
    }
    let before = value.get(..last)?;
    match before.rfind('-').filter(|at| *at > 0) {
        Some(at) if starts_with_digit(before.get(at + 1..)?) => Some(at),
        _ => Some(last),
    }
}

/// The values of these flags: `--flag=value`, `-fvalue` or the next word.
fn flag_values(words: &[Word], names: &[String]) -> Vec<Text> {
    if names.is_empty() {
        return Vec::new();
    }
    let is = |text: &str| names.iter().any(|name| name == text);
    let value = |(index, word): (usize, &Word)| {
        if is(word.text.as_str()) {
            return words.get(index + 1).map(|next| next.text.clone());
        }
        if let Some((name, value)) = word.text.split_once('=')
            && is(name.as_str())
        {
            return Some(value);
        }
        let short = word.text.as_str().get(..2).filter(|short| !short.ends_with('-') && is(short))?;
        Some(word.text.slice(short.len()..word.text.len()))
    };
    words.iter().enumerate().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rpm_names_and_versions() {
        let version = |value: &str| rpm_version(value).map(|at| value[at + 1..].to_owned());
        assert_eq!(version("rpm-sign-4.16.1.3").as_deref(), Some("4.16.1.3"));
        assert_eq!(version("openssl-1:1.1.1k-6.el8").as_deref(), Some("1:1.1.1k-6.el8"));
        assert_eq!(version("java-17-openjdk"), None);
        assert_eq!(version("gcc-c++"), None);
        assert_eq!(version("-9"), None);
    }

    #[test]
    fn revisions_of_repositories() {
        let revision = |value: &str, mark: &str| {
            super::revision(value, mark).map(|(at, len)| value[at + len..].to_owned())
        };
        assert_eq!(revision("git+ssh://git@h/x.git", "@"), None);
        assert_eq!(revision("git+ssh://git@h/x.git@v1#egg=x", "@").as_deref(), Some("v1#egg=x"));
        assert_eq!(revision("git://h/x.git#v1", "#").as_deref(), Some("v1"));
    }
}

//! How package managers are used, from `rules/managers/`: one file each, read when a Dockerfile first asks.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::source::glob;
use crate::syntax::Data;
use crate::syntax::shell::{Command, Word, operands};

use super::embedded::{self, Embedded};

/// A package manager.
#[derive(Debug, Default)]
pub struct Manager {
    /// Its name: `apt`, whichever of its programs is called.
    pub name: &'static str,
    programs: Vec<String>,
    actions: Vec<Phrase>,
    /// Flags that take the next word as their value.
    pub value_flags: Vec<String>,
    /// Words with which it asks nothing; each alternative is the words that must all be there.
    pub yes: Vec<Vec<String>>,
    /// How a version is written behind a package's name.
    pub versions: Versions,
    /// Flags that say the version of the package beside them.
    pub version_flags: Vec<String>,
    /// Flags that name packages in the place of the operands: `uvx --from black==25.1 black`.
    pub named_by: Vec<String>,
    /// Flags that name a repository in the place of the operands: `cargo install --git https://...`.
    pub repository_flags: Vec<String>,
    /// Flags that name packages beside the operands: `pip install -e git+https://...`.
    pub also_named_by: Vec<String>,
    /// What stands before the revision of a repository.
    pub revision: Option<String>,
    /// What a name with a slash is, if it is no name: `file`, `vcs`.
    pub slash: Option<&'static str>,
    /// Endings of names that are source files.
    pub sources: Vec<String>,
    /// Words that say that no packages are named but groups of them.
    pub group_words: Vec<String>,
    /// What a name is whose first part has no dot.
    pub dotless: Option<&'static str>,
    /// Whether words behind `--` are no packages.
    pub build_flags_after_dashes: bool,
    /// Other managers whose leavings its clean-up removes: where yum is another name of dnf.
    pub cleans_for: Vec<&'static str>,
    /// What it leaves behind.
    pub leaves: Vec<Leaves>,
}

/// How versions are written.
#[derive(Debug)]
pub enum Versions {
    /// Behind the first of these.
    After(Vec<String>),
    /// As RPM does: `name-version-release`.
    Rpm,
}

impl Default for Versions {
    fn default() -> Self {
        Self::After(Vec::new())
    }
}

/// Words of a command that say what it does.
#[derive(Debug)]
struct Phrase {
    words: Vec<String>,
    action: &'static str,
    form: Option<&'static str>,
}

/// What a package manager leaves in the file system that nobody needs at run time.
#[derive(Debug)]
pub struct Leaves {
    /// `lists`, `cache`, `build-cache`.
    pub kind: &'static str,
    /// Where; the usual place first.
    pub paths: Vec<String>,
    /// The actions that leave it.
    pub after: Vec<String>,
    /// Flags with which they do not.
    pub avoided_by: Vec<String>,
    /// A variable with which they do not.
    pub variable: Option<String>,
    /// Variables that name another place for it.
    pub moved_by: Vec<String>,
    /// The only phrases that remove it; empty where any clean-up of the manager does.
    pub cleaned_by: Vec<Vec<String>>,
}

/// What managers do.
const ACTIONS: [&str; 9] =
    ["install", "restore", "refresh", "upgrade", "remove", "clean", "run", "build", "fetch"];
const FORMS: [&str; 6] = ["file", "vcs", "group", "module", "runtime", "name"];
const KINDS: [&str; 3] = ["lists", "cache", "build-cache"];

/// The names of all of them, as the kinds declare them.
pub const NAMES: [&str; 24] = [
    "apt", "apk", "dnf", "microdnf", "yum", "zypper", "pip", "pipx", "uv", "uvx", "poetry", "npm", "npx",
    "yarn", "pnpm", "bun", "gem", "bundler", "go", "cargo", "composer", "conda", "dotnet", "pacman",
];

/// A command of a package manager.
#[derive(Debug)]
pub struct Usage<'c> {
    /// Whose it is.
    pub manager: &'static Manager,
    /// The words behind the manager's name.
    pub words: &'c [Word],
    /// What it does, if the table knows.
    pub action: Option<&'static str>,
    /// The last of the words that say so; the first operand where the table does not know.
    pub subcommand: Option<&'c Word>,
    /// The operands behind it.
    pub operands: Vec<&'c Word>,
    /// What the operands are, if not packages: `group`, `module`.
    pub form: Option<&'static str>,
}

/// What a command asks of which package manager; `python -m pip` is pip.
pub fn usage(command: &Command) -> Option<Usage<'_>> {
    let (manager, words) = called(command)?;
    let takes_value = |flag: &str| manager.value_flags.iter().any(|known| known == flag);
    let all = operands(words, takes_value);
    let phrase = manager.phrase(words, &all);
    let taken = phrase.map_or(usize::from(!all.is_empty()), Phrase::len);
    Some(Usage {
        manager,
        words,
        action: phrase.map(|phrase| phrase.action),
        subcommand: taken.checked_sub(1).and_then(|last| all.get(last).copied()),
        operands: all.into_iter().skip(taken).collect(),
        form: phrase.and_then(|phrase| phrase.form),
    })
}

fn called(command: &Command) -> Option<(&'static Manager, &[Word])> {
    let name = command.name();
    let words = command.arguments();
    if name.starts_with("python") {
        let at = words.windows(2).position(|pair| pair[0].text.as_str() == "-m")?;
        return Some((find(words.get(at + 1)?.text.known()?)?, words.get(at + 2..)?));
    }
    Some((find(name)?, words))
}

impl Usage<'_> {
    /// The flags of these names that it has, in the forms `--flag`, `--flag=value` and `-xyz`.
    pub fn has_flag(&self, names: &[String]) -> bool {
        self.words.iter().map(|word| word.text.as_str()).any(|word| {
            names.iter().any(|name| {
                word == name
                    || word.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('='))
                    || is_in_cluster(word, name)
            })
        })
    }

    /// Whether it asks nothing; absent where the table does not know how to tell.
    pub fn assumes_yes(&self) -> Option<bool> {
        let has = |wanted: &str, times: usize| {
            self.words.iter().filter(|word| says_yes(word.text.as_str(), wanted)).count() >= times
        };
        let all = |words: &[String]| {
            words.iter().all(|wanted| has(wanted, words.iter().filter(|word| *word == wanted).count()))
        };
        (!self.manager.yes.is_empty()).then(|| self.manager.yes.iter().any(|words| all(words)))
    }
}

/// Whether a word is `wanted`: a flag, also as `--yes=true`, or the setting at its end, `-o=APT::Get::Assume-Yes=true`.
fn says_yes(word: &str, wanted: &str) -> bool {
    if wanted.starts_with('-') {
        let switched_on = |rest: &str| matches!(rest, "" | "=true" | "=yes" | "=1");
        return word.strip_prefix(wanted).is_some_and(switched_on) || is_in_cluster(word, wanted);
    }
    let begins = word.len().checked_sub(wanted.len());
    begins.and_then(|at| word.split_at_checked(at)).is_some_and(|(flag, setting)| {
        setting.eq_ignore_ascii_case(wanted) && (matches!(flag, "" | "-o") || flag.ends_with('='))
    })
}

/// Whether `-qy` holds `-y`, and `-qqy` holds `-qq`.
fn is_in_cluster(word: &str, flag: &str) -> bool {
    let letters = |text: &str| text.len() > 1 && !text.starts_with("--") && text.starts_with('-');
    letters(word)
        && letters(flag)
        && !word.contains('=')
        && flag[1..].chars().all(|letter| {
            let count = |text: &str| text.chars().filter(|c| *c == letter).count();
            count(word) >= count(flag)
        })
}

impl Phrase {
    fn len(&self) -> usize {
        if self.words == ["*"] || self.words.iter().any(|word| word.starts_with('-')) {
            0
        } else {
            self.words.len()
        }
    }

    fn fits(&self, words: &[Word], operands: &[&Word]) -> bool {
        if let [flag] = self.words.as_slice()
            && flag.starts_with('-')
        {
            return words.iter().any(|word| word.text.as_str() == flag);
        }
        if self.words.is_empty() {
            let asks = |word: &Word| matches!(word.text.as_str(), "--version" | "-v" | "--help" | "-h");
            return operands.is_empty() && !words.iter().any(asks);
        }
        if self.words == ["*"] {
            return !operands.is_empty();
        }
        operands.len() >= self.words.len()
            && self.words.iter().zip(operands).all(|(word, operand)| operand.text.as_str() == word)
    }
}

impl Manager {
    /// The longest phrase that the operands begin with, or a flag that stands for one.
    fn phrase(&self, words: &[Word], operands: &[&Word]) -> Option<&Phrase> {
        self.actions
            .iter()
            .filter(|phrase| phrase.fits(words, operands))
            .max_by_key(|phrase| phrase.words.len())
    }

    /// Whether words of a clean-up remove what it leaves.
    pub fn cleans(leaves: &Leaves, usage: &Usage<'_>) -> bool {
        if leaves.cleaned_by.is_empty() {
            return usage.action == Some("clean");
        }
        let takes_value = |flag: &str| usage.manager.value_flags.iter().any(|known| known == flag);
        let operands = operands(usage.words, takes_value);
        let says = |word: &String| operands.iter().any(|operand| operand.text.as_str() == word);
        leaves.cleaned_by.iter().any(|phrase| phrase.iter().all(says))
    }
}

struct Table {
    managers: Vec<Manager>,
    exact: BTreeMap<String, usize>,
    patterns: Vec<(String, usize)>,
}

/// All of them.
pub fn all() -> &'static [Manager] {
    &table().managers
}

fn find(program: &str) -> Option<&'static Manager> {
    let table = table();
    let index = table.exact.get(program).or_else(|| {
        table.patterns.iter().find(|(pattern, _)| glob(pattern, program)).map(|(_, index)| index)
    })?;
    table.managers.get(*index)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let documents = embedded::documents(include_bytes!(concat!(env!("OUT_DIR"), "/managers.bin")));
        let managers: Vec<Manager> = documents.iter().filter_map(manager).collect();
        let mut table = Table { managers: Vec::new(), exact: BTreeMap::new(), patterns: Vec::new() };
        for (index, manager) in managers.iter().enumerate() {
            for program in &manager.programs {
                if program.contains('*') {
                    table.patterns.push((program.clone(), index));
                } else {
                    table.exact.insert(program.clone(), index);
                }
            }
        }
        Table { managers, ..table }
    })
}

fn manager(data: &Embedded) -> Option<Manager> {
    let texts = |key: &str| embedded::get(data, key).and_then(embedded::texts).unwrap_or_default();
    let text = |key: &str| embedded::get(data, key).and_then(embedded::text);
    let forms = embedded::get(data, "forms");
    let mut actions = Vec::new();
    if let Some(Data::Map(entries)) = embedded::get(data, "actions") {
        for (action, phrases) in entries {
            let action = known(&ACTIONS, action)?;
            for phrase in embedded::texts(phrases).unwrap_or_default() {
                let form = forms.and_then(|forms| embedded::get(forms, &phrase)).and_then(embedded::text);
                let form = form.and_then(|form| known(&FORMS, &form));
                actions.push(Phrase { words: words(&phrase), action, form });
            }
        }
    }
    let versions = match embedded::get(data, "version") {
        Some(Data::Text(_)) => Versions::Rpm,
        Some(list) => Versions::After(embedded::texts(list).unwrap_or_default()),
        None => Versions::default(),
    };
    let leaves = match embedded::get(data, "leaves") {
        Some(Data::List(items)) => items.iter().filter_map(leaves).collect(),
        _ => Vec::new(),
    };
    Some(Manager {
        name: known(&NAMES, &text("name")?)?,
        programs: texts("programs"),
        actions,
        value_flags: texts("value_flags"),
        yes: texts("yes").iter().map(|alternative| words(alternative)).collect(),
        versions,
        version_flags: texts("version_flags"),
        named_by: texts("named_by"),
        repository_flags: texts("repository_flags"),
        also_named_by: texts("also_named_by"),
        revision: text("revision"),
        slash: text("slash").and_then(|form| known(&FORMS, &form)),
        sources: texts("sources"),
        group_words: texts("group_words"),
        dotless: text("dotless").and_then(|form| known(&FORMS, &form)),
        build_flags_after_dashes: embedded::get(data, "build_flags_after_dashes")
            .and_then(embedded::flag)
            .unwrap_or(false),
        cleans_for: texts("cleans_for").iter().filter_map(|name| known(&NAMES, name)).collect(),
        leaves,
    })
}

fn leaves(data: &Embedded) -> Option<Leaves> {
    let texts = |key: &str| embedded::get(data, key).and_then(embedded::texts).unwrap_or_default();
    let text = |key: &str| embedded::get(data, key).and_then(embedded::text);
    Some(Leaves {
        kind: known(&KINDS, &text("kind")?)?,
        paths: texts("paths"),
        after: texts("after"),
        avoided_by: texts("avoided_by"),
        variable: text("variable"),
        moved_by: texts("moved_by"),
        cleaned_by: texts("cleaned_by").iter().map(|phrase| words(phrase)).collect(),
    })
}

fn known<const N: usize>(names: &[&'static str; N], name: &str) -> Option<&'static str> {
    names.iter().find(|known| **known == name).copied()
}

fn words(phrase: &str) -> Vec<String> {
    phrase.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manager_is_read() {
        let names: Vec<&str> = all().iter().map(|manager| manager.name).collect();
        let mut wanted = NAMES.to_vec();
        wanted.sort_unstable();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, wanted);
        for manager in all() {
            assert!(!manager.actions.is_empty(), "{} does nothing", manager.name);
        }
    }

    #[test]
    fn clusters() {
        assert!(is_in_cluster("-qy", "-y"));
        assert!(is_in_cluster("-yqq", "-qq"));
        assert!(!is_in_cluster("-q", "-qq"));
        assert!(!is_in_cluster("--yes", "-y"));
        assert!(!is_in_cluster("-q=2", "-q"));
    }

    #[test]
    fn words_that_say_yes() {
        assert!(says_yes("--yes=true", "--yes") && says_yes("-y", "-y"));
        assert!(!says_yes("--yes=false", "--yes") && !says_yes("--yesterday", "--yes"));
        assert!(says_yes("-oAPT::Get::Assume-Yes=true", "APT::Get::Assume-Yes=true"));
        assert!(says_yes("--setopt=assumeyes=True", "assumeyes=true"));
        assert!(!says_yes("é1", "y=1") && !says_yes("notassumeyes=1", "assumeyes=1"));
    }
}

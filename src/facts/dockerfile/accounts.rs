//! Accounts: who is created, who joins which groups, who is given files.

use crate::facts::kinds::Account;
use crate::facts::make::head;
use crate::facts::{Known, List, Node, NodeId, Site, describe};
use crate::source::Text;
use crate::syntax::shell::{Command, Script, Word};

use super::Filler;

/// What a command says of an account.
struct Change {
    name: Text,
    created: bool,
    uid: Option<Text>,
    groups: Vec<Text>,
}

impl Filler<'_> {
    /// Adds the accounts that a script creates or changes, and notes whom it gives files to.
    pub fn accounts(&mut self, script: &Script, ids: &[NodeId]) {
        for (command, &node) in script.commands.iter().zip(ids) {
            if let Some(change) = change(command) {
                self.account(change, node);
            }
            if matches!(command.name(), "chown" | "install")
                && let Some(owner) = owner(command)
            {
                self.gives_to(&owner);
            }
        }
    }

    fn account(&mut self, change: Change, command: NodeId) {
        let Some(name) = change.name.known() else { return };
        let site = Site::written(change.name.span());
        let uid = change.uid.map_or(Known::Absent, |uid| {
            let at = Site::written(uid.span());
            Known::Set(uid, at)
        });
        if let Some(&id) = self.scope.accounts.get(name) {
            let Some(Node::Account(account)) = self.part.node_mut(id) else { return };
            if let Known::Set(groups, _) = &mut account.groups {
                groups.items.extend(change.groups);
            }
            return;
        }
        let mut account = Account::new(head(change.name.clone(), site, format!(" / account {name}")));
        account.head.parent = Some(command);
        account.created = Known::Set(change.created, site);
        account.uid = uid;
        account.groups = Known::Set(List::closed(change.groups), site);
        account.owns = Known::Set(false, site);
        account.command = Known::Set(command, site);
        account.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        let id = self.part.add(account);
        self.scope.accounts.insert(name.to_owned(), id);
    }

    /// Notes that files are given to `owner`: `user`, `user:group`.
    fn gives_to(&mut self, owner: &Text) {
        let name = owner.as_str().split([':', '.']).next().unwrap_or_default();
        if let Some(&id) = self.scope.accounts.get(name)
            && let Some(Node::Account(account)) = self.part.node_mut(id)
        {
            account.owns = Known::Set(true, account.head.site);
        }
    }

    /// Adds whom a `--chown` names.
    pub fn owner(&mut self, owner: &Text, instruction: NodeId) -> NodeId {
        let owner = self.expanded(owner);
        let site = Site::written(owner.span());
        self.gives_to(&owner);
        let mut user = describe::user(&owner, site, "chown");
        user.head.parent = Some(instruction);
        self.identify(&mut user);
        self.part.add(user)
    }

    /// Says what is known here of the account that a user's name stands for.
    pub fn identify(&self, user: &mut crate::facts::kinds::User) {
        let site = user.head.site;
        let name = user.user.value().and_then(Text::known).unwrap_or_default();
        user.exists = user.user.value().map_or(Known::Absent, |name| self.exists(name, site));
        user.account = self.scope.accounts.get(name).map_or(Known::Absent, |&id| Known::Set(id, site));
        let known = |flag: Option<bool>| {
            flag.map_or(Known::Unknown(site, "the file may be there"), |flag| Known::Set(flag, site))
        };
        user.passwd = known(self.scope.passwd);
        user.groups_file = known(self.scope.groups_file);
    }

    /// Notes whether a COPY or ADD of these sources brings `/etc/passwd` and `/etc/group`.
    pub fn brings_accounts(&mut self, sources: &[Text], to: &Text, unpacks: bool) {
        let brings = |file: &str, now: Option<bool>| {
            if now != Some(false) {
                return now;
            }
            let path = to.as_str();
            let name = file.rsplit('/').next().unwrap_or_default();
            let folder = |path: &str| matches!(path, "/" | "." | "./" | "/etc" | "/etc/");
            let named = |source: &Text| source.as_str().rsplit('/').next() == Some(name);
            if path.trim_end_matches('/') == file
                || path.trim_end_matches('/') == "/etc" && sources.iter().any(named)
            {
                return Some(true);
            }
            // A directory is copied with all that is in it.
            let directory = |source: &Text| {
                let name = source.as_str().rsplit('/').next().unwrap_or_default();
                !source.is_known() || !name.contains('.') && !matches!(name, "passwd" | "group" | "shadow")
            };
            let may = unpacks || !to.is_known() || folder(path) && sources.iter().any(directory);
            if may { None } else { Some(false) }
        };
        self.scope.passwd = brings("/etc/passwd", self.scope.passwd);
        self.scope.groups_file = brings("/etc/group", self.scope.groups_file);
    }
}

/// Flags of the account programs that take the next word as their value (shadow, Debian's adduser, `BusyBox`).
const VALUE_FLAGS: &[&str] = &[
    "-u",
    "-g",
    "-G",
    "-d",
    "-s",
    "-c",
    "-e",
    "-f",
    "-k",
    "-K",
    "-p",
    "-b",
    "-h",
    "-l",
    "--uid",
    "--gid",
    "--groups",
    "--home",
    "--home-dir",
    "--shell",
    "--ingroup",
    "--gecos",
    "--comment",
    "--password",
    "--base-dir",
    "--skel",
    "--expiredate",
    "--inactive",
    "--login",
    "--firstuid",
    "--lastuid",
];

fn change(command: &Command) -> Option<Change> {
    let name = command.name();
    // `-l` is followed by a new name in usermod; in useradd it stands alone.
    let flags: Vec<&str> =
        VALUE_FLAGS.iter().copied().filter(|flag| name == "usermod" || *flag != "-l").collect();
    let operands = || command.operands(&flags);
    let made = |name: &Word, created: bool, groups: Vec<Text>| Change {
        name: name.text.clone(),
        created,
        uid: value(command, 'u', "--uid"),
        groups,
    };
    match name {
        "useradd" | "usermod" => {
            let groups = value(command, 'G', "--groups").map(|list| list.split(',')).unwrap_or_default();
            operands().last().map(|account| made(account, name == "useradd", groups))
        }
        "adduser" | "addgroup" => match (name, operands().as_slice()) {
            (_, [account, group]) => Some(made(account, false, vec![group.text.clone()])),
            ("adduser", [account]) => Some(made(account, true, Vec::new())),
            _ => None,
        },
        "gpasswd" => {
            let account = value(command, 'a', "--add")?;
            let group = command.operands(&["-a", "--add"]).last().map(|word| word.text.clone())?;
            Some(Change { name: account, created: false, uid: None, groups: vec![group] })
        }
        _ => None,
    }
}

/// The value of a flag that is written short, at the end of a cluster (`-rG x`), glued (`-Gx`) or long.
pub(super) fn value(command: &Command, letter: char, long: &str) -> Option<Text> {
    let arguments = command.arguments();
    arguments.iter().enumerate().find_map(|(index, word)| {
        let text = word.text.as_str();
        let next = || arguments.get(index + 1).map(|next| next.text.clone());
        if text == long {
            return next();
        }
        if let Some(rest) = text.strip_prefix(long)
            && rest.starts_with('=')
        {
            return Some(word.text.slice(long.len() + 1..text.len()));
        }
        let cluster = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
        if cluster.ends_with(letter) {
            return next();
        }
        let glued = cluster.strip_prefix(letter)?;
        (!glued.is_empty()).then(|| word.text.slice(2..text.len()))
    })
}

/// Whom `chown` or `install -o` gives files to.
fn owner(command: &Command) -> Option<Text> {
    match command.name() {
        "install" => value(command, 'o', "--owner"),
        _ if command.has_flag(&["--reference"]) => None,
        _ => command.operands(&["--from"]).first().map(|word| word.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::shell;

    #[test]
    fn who_joins_what() {
        let read = |script: &str| {
            let script = shell::scan(&Text::written(script, FileId::default(), 0));
            let change = script.commands.first().and_then(change)?;
            let groups: Vec<String> = change.groups.iter().map(|group| group.as_str().to_owned()).collect();
            Some((change.name.as_str().to_owned(), change.created, groups.join(" ")))
        };
        let told =
            |name: &str, created: bool, groups: &str| Some((name.to_owned(), created, groups.to_owned()));
        assert_eq!(read("useradd -rmG docker,disk -s /bin/sh app"), told("app", true, "docker disk"));
        assert_eq!(read("usermod -aG docker app"), told("app", false, "docker"));
        assert_eq!(read("useradd -l app"), told("app", true, ""));
        assert_eq!(read("adduser -D -u 1000 -G app app"), told("app", true, ""));
        assert_eq!(read("adduser app wheel"), told("app", false, "wheel"));
        assert_eq!(read("addgroup -S wheel"), None);
        assert_eq!(read("gpasswd -a app wheel"), told("app", false, "wheel"));
    }
}

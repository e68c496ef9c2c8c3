//! Modes that steps give to paths, which paths they make, and whose files they change.

use crate::facts::kinds::Permission;
use crate::facts::make::head;
use crate::facts::{Known, Node, NodeId, Site};
use crate::source::{Origin, Text, is_under};
use crate::syntax::dockerfile as syntax;
use crate::syntax::shell::{Command, Script, Word};

use super::Filler;
use super::accounts::value;

impl Filler<'_> {
    /// Adds the modes that a script sets.
    pub fn permissions(&mut self, script: &Script, ids: &[NodeId]) {
        for (command, &node) in script.commands.iter().zip(ids) {
            let Some((set_by, mode, paths, recursive)) = sets(command) else { continue };
            for path in paths {
                let mut permission = permission(set_by, &mode, &path.text, recursive);
                permission.head.parent = Some(node);
                permission.command = Known::Set(node, permission.head.site);
                self.add_permission(permission);
            }
        }
    }

    /// Adds the mode that `--chmod` sets.
    pub fn copied_permission(&mut self, set_by: &'static str, mode: &Text, path: &Text, instruction: NodeId) {
        let mut permission = permission(set_by, &self.expanded(mode), path, true);
        permission.head.parent = Some(instruction);
        permission.head.site = Site::written(mode.span());
        self.add_permission(permission);
    }

    fn add_permission(&mut self, mut permission: Permission) {
        let site = permission.head.site;
        permission.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        self.part.add(permission);
    }

    /// VOLUME.
    pub fn volume(&mut self, it: &syntax::Instruction) {
        let paths: Vec<Text> = syntax::raw_operands(it).iter().map(|path| self.expanded(path)).collect();
        self.scope.volumes.extend(paths);
    }

    /// Notes which of what was copied before gets another owner, and which paths a script makes.
    pub fn owners(&mut self, script: &Script) {
        let stage = self.stages.last().map(|stage| stage.id);
        for command in &script.commands {
            let operands = command.operands(&["--from", "-m", "--mode"]);
            match command.name() {
                "mkdir" => {
                    let paths = operands.into_iter().filter(|word| word.text.as_str().starts_with('/'));
                    self.scope.made_paths.extend(paths.map(|word| word.text.clone()));
                }
                "chown" => {
                    let workdir = self.scope.workdir.clone().map_or(Known::Absent, |path| {
                        let site = Site::written(path.span());
                        Known::Set(path, site)
                    });
                    let owned: Vec<String> =
                        operands.iter().skip(1).map(|word| resolved(word.text.as_str(), &workdir)).collect();
                    let copies = self.part.of(crate::facts::Kind::Copy).collect::<Vec<_>>();
                    for id in copies.into_iter().rev().take(COPIES) {
                        let Some(Node::Copy(copy)) = self.part.node_mut(id) else { continue };
                        if copy.stage.value().copied() != stage {
                            break;
                        }
                        let to = resolved(copy.destination.value().map_or("", Text::as_str), &copy.workdir);
                        if owned.iter().any(|path| is_under(&to, path.trim_end_matches(['*', '/']))) {
                            copy.chowned_later = Known::Set(true, copy.head.site);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// No more copies than this are looked at for each `chown`.
const COPIES: usize = 64;

/// Where something is copied to, as far as the file says.
fn resolved(to: &str, workdir: &Known<Text>) -> String {
    let workdir = workdir.value().map_or("", Text::as_str);
    if to.starts_with('/') {
        return to.trim_end_matches('/').to_owned();
    }
    let to = to.trim_start_matches("./").trim_matches(['/', '.']);
    format!("{}/{to}", workdir.trim_end_matches('/')).trim_end_matches('/').to_owned()
}

type Sets<'c> = (&'static str, Text, Vec<&'c Word>, bool);

/// What a command sets: by what, which mode, on which paths, and whether below them, too.
fn sets(command: &Command) -> Option<Sets<'_>> {
    match command.name() {
        "chmod" => {
            if command.has_flag(&["--reference"]) {
                return None;
            }
            let recursive = command.has_flag(&["-R", "--recursive"]);
            let mut operands = command.operands(&[]);
            if operands.is_empty() {
                return None;
            }
            let mode = operands.remove(0);
            Some(("chmod", mode.text.clone(), operands, recursive))
        }
        name @ ("mkdir" | "install") => {
            let mode = value(command, 'm', "--mode")?;
            let operands = command.operands(&["-m", "--mode", "-o", "-g", "--owner", "--group", "-t"]);
            let own = |word: &&Word| word.text.span() != mode.span();
            let mut paths: Vec<&Word> = operands.into_iter().filter(own).collect();
            if name == "mkdir" {
                return Some(("mkdir", mode, paths, false));
            }
            let all = command.has_flag(&["-d", "--directory"]);
            let last = paths.pop();
            Some((
                "install",
                mode,
                if all { paths.into_iter().chain(last).collect() } else { last.into_iter().collect() },
                false,
            ))
        }
        _ => None,
    }
}

fn permission(set_by: &'static str, mode: &Text, path: &Text, recursive: bool) -> Permission {
    let site = Site::written(path.span());
    let mut permission = Permission::new(head(path.clone(), site, format!(" / mode of {}", path.as_str())));
    permission.set_by = Known::Set(set_by, site);
    permission.mode = Known::Set(mode.clone(), Site::written(mode.span()));
    permission.mode_without_others = match mode.known().and_then(without_others) {
        Some(other) => {
            Known::Set(Text::made(&other, mode.span(), Origin::Written), Site::written(mode.span()))
        }
        None => Known::Absent,
    };
    permission.path = Known::Set(path.clone(), site);
    permission.recursive = Known::Set(recursive, site);
    let bits = mode.known().and_then(bits);
    let bit = |mask: u32| match bits {
        Some(bits) => Known::Set(bits & mask != 0, site),
        None => Known::Unknown(site, "the mode comes from a variable"),
    };
    permission.others_write = bit(0o002);
    permission.others_read = bit(0o004);
    permission.group_write = bit(0o020);
    permission.group_read = bit(0o040);
    permission.setuid = bit(0o4000);
    permission.setgid = bit(0o2000);
    permission.sticky = bit(0o1000);
    permission
}

/// An octal mode with which others cannot write.
fn without_others(mode: &str) -> Option<String> {
    let (rest, others) = mode.split_at_checked(mode.len().checked_sub(1)?)?;
    let octal = mode.len() >= 3 && mode.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let others: u32 = others.parse().ok().filter(|_| octal)?;
    Some(format!("{rest}{}", others & !2))
}

/// The bits that a mode sets; those that it takes away or copies (`g=u`) do not count.
pub(super) fn bits(mode: &str) -> Option<u32> {
    if !mode.is_empty() && mode.bytes().all(|byte| matches!(byte, b'0'..=b'7')) {
        return u32::from_str_radix(mode, 8).ok();
    }
    let mut all = 0;
    for clause in mode.split(',') {
        let who_end = clause.find(['+', '-', '='])?;
        let (who, change) = clause.split_at(who_end);
        let mut reach = 0;
        for letter in who.chars() {
            reach |= match letter {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            };
        }
        if who.is_empty() {
            // The umask limits what is set for nobody in particular.
            reach = 0o7755;
        }
        let mut adds = true;
        for letter in change.chars() {
            let bits = match letter {
                '+' | '=' | '-' => {
                    adds = letter != '-';
                    0
                }
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                's' => 0o6000,
                't' => 0o1000,
                'X' | 'u' | 'g' | 'o' => 0,
                _ => return None,
            };
            if adds {
                all |= bits & reach;
            }
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        assert_eq!(bits("1777"), Some(0o1777));
        assert_eq!(bits("a+rwx"), Some(0o777));
        assert_eq!(bits("o+w,u-x"), Some(0o002));
        assert_eq!(bits("g=u"), Some(0));
        assert_eq!(bits("u+s"), Some(0o4000));
        assert_eq!(bits("g+s"), Some(0o2000));
        assert_eq!(bits("+w"), Some(0o200));
        assert_eq!(bits("+x"), Some(0o111));
        assert_eq!(bits("+t"), Some(0o1000));
        assert_eq!(bits("what"), None);
        assert_eq!(without_others("0777").as_deref(), Some("0775"));
        assert_eq!(without_others("666").as_deref(), Some("664"));
        assert_eq!(without_others("a+w"), None);
        assert_eq!(without_others("7"), None);
    }
}

//! Seeing through `sudo`, `env`, `sh -c` and the like.

use crate::source::Text;

use super::command::{Assignment, Command, Word};

/// Wrappers and those of their flags that take a value.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-r", "-t", "--user", "--group"]),
    ("doas", &["-u", "-C"]),
    ("env", &["-u", "-C", "-S", "--unset", "--chdir"]),
    ("exec", &["-a"]),
    ("time", &["-f", "-o"]),
    ("nice", &["-n"]),
    ("ionice", &["-c", "-n"]),
    ("nohup", &[]),
    ("command", &[]),
    ("builtin", &[]),
    ("busybox", &[]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("setsid", &[]),
    ("chronic", &[]),
    ("eatmydata", &[]),
    ("xargs", &["-n", "-P", "-I", "-d", "-L", "-s", "-a", "-E"]),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"]),
    ("gosu", &[]),
    ("su-exec", &[]),
    ("tini", &["-e", "-p"]),
    ("dumb-init", &["-r"]),
];

/// Finds the program behind the wrappers.
pub(super) fn unwrap(command: &mut Command) {
    for _ in 0..8 {
        let name = command.name().to_owned();
        let Some((_, values)) = WRAPPERS.iter().find(|(wrapper, _)| *wrapper == name) else { return };
        let next = behind(&command.words, command.start + 1, &name, values);
        if next >= command.words.len() {
            return;
        }
        let wrapper = command.words[command.start].text.clone();
        let wrapper = wrapper.slice(wrapper.len() - name.len()..wrapper.len());
        command.wrappers.push(wrapper);
        if takes_assignments(&name) {
            let assigned = command.words[command.start + 1..next].iter().filter_map(|word| {
                let (name, value) = word.text.split_once('=')?;
                (!name.as_str().starts_with('-')).then_some(Assignment { name, value })
            });
            command.assignments.extend(assigned);
        }
        command.start = next;
    }
}

/// Whether a wrapper takes `A=b` before the program and hands it on.
fn takes_assignments(wrapper: &str) -> bool {
    matches!(wrapper, "env" | "sudo")
}

/// The first word that is neither a flag of the wrapper nor what else it takes first.
fn behind(words: &[Word], from: usize, wrapper: &str, values: &[&str]) -> usize {
    let mut at = from;
    // timeout takes a duration, gosu and su-exec a user.
    let mut operands = u32::from(matches!(wrapper, "timeout" | "gosu" | "su-exec"));
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            return at + operands as usize;
        }
        if text.starts_with('-') && text.len() > 1 {
            at += 1 + usize::from(values.contains(&text));
        } else if takes_assignments(wrapper) && text.contains('=') {
            at += 1;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else {
            break;
        }
    }
    at
}

const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh"];

/// The script that is given to a shell as text: `sh -c '...'`, `su -c '...'`, `eval '...'`.
pub(super) fn script(command: &Command) -> Option<Text> {
    let name = command.name();
    let arguments = command.arguments();
    if name == "eval" {
        return match arguments {
            [only] if only.quoted => Some(only.text.clone()),
            _ => None,
        };
    }
    if !SHELLS.contains(&name) && name != "su" {
        return None;
    }
    let flag = arguments.iter().position(|word| {
        let text = word.text.as_str();
        text.starts_with('-') && !text.starts_with("--") && text.ends_with('c')
    })?;
    let text = arguments.get(flag + 1)?.text.clone();
    (!text.is_empty()).then_some(text)
}

/// Whether the command is a shell that reads its script from its input.
pub(super) fn reads_script(command: &Command) -> bool {
    SHELLS.contains(&command.name())
        && command.arguments().iter().all(|word| word.text.as_str().starts_with('-'))
}

/// Whether the command turns `pipefail` on or off.
pub fn pipefail(command: &Command) -> Option<bool> {
    let arguments = command.arguments();
    let name = command.name();
    if name != "set" && !SHELLS.contains(&name) {
        return None;
    }
    arguments.windows(2).find_map(|pair| {
        let (flag, option) = (pair[0].text.as_str(), pair[1].text.as_str());
        (option == "pipefail" && flag.ends_with('o')).then(|| flag.starts_with('-'))
    })
}

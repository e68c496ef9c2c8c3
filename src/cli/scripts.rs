//! The scripts of a Dockerfile that a POSIX shell runs, as `ShellCheck` is given them.

use std::collections::BTreeMap;

use crate::facts::{is_windows_image, is_windows_platform};
use crate::source::{Text, TextBuilder};
use crate::syntax::dockerfile::{self, Dockerfile, Instruction, Keyword};

/// A script and what is known where it runs.
pub struct Script {
    /// What is run.
    pub text: Text,
    /// `ShellCheck`'s name for the shell that runs it.
    pub dialect: &'static str,
    /// Variables that the builder exports.
    pub exported: Vec<String>,
}

/// The scripts of a file's RUN instructions.
pub fn scripts(file: &Dockerfile) -> Vec<Script> {
    let mut scripts = Vec::new();
    let mut shells: BTreeMap<String, String> = BTreeMap::new();
    let (mut stage, mut shell) = (String::new(), "sh".to_owned());
    let mut exported: Vec<String> = Vec::new();
    let mut comments = file.comments.iter().peekable();
    for outer in &file.instructions {
        while let Some(comment) = comments.next_if(|it| it.span.start < outer.span.start) {
            if let Some(named) = chosen(comment.text.as_str()) {
                named.clone_into(&mut shell);
            }
        }
        let it = outer.trigger.as_deref().unwrap_or(outer);
        match it.keyword {
            Keyword::From => {
                shells.insert(std::mem::take(&mut stage), shell.clone());
                if let Some(from) = dockerfile::from(it) {
                    let parent = shells.get(&from.image.as_str().to_lowercase()).cloned();
                    shell = parent.unwrap_or_else(|| default_shell(&from).to_owned());
                    stage = from.alias.map(|alias| alias.as_str().to_lowercase()).unwrap_or_default();
                }
            }
            Keyword::Shell => {
                it.exec().and_then(<[Text]>::first).map_or("", Text::as_str).clone_into(&mut shell);
            }
            Keyword::Arg | Keyword::Env => {
                exported.extend(dockerfile::pairs(it).iter().map(|pair| pair.key.as_str().to_owned()));
            }
            Keyword::Run => {
                let script = script(it, &shell);
                scripts.extend(script.map(|(text, dialect)| Script {
                    text,
                    dialect,
                    exported: exported.clone(),
                }));
            }
            _ => {}
        }
    }
    scripts
}

/// The shell that `hadolint shell=...` names for what follows.
fn chosen(comment: &str) -> Option<&str> {
    let rest = comment.strip_prefix("hadolint")?.trim_start().strip_prefix("shell")?;
    rest.trim_start().strip_prefix('=')?.split_whitespace().next()
}

fn default_shell(from: &dockerfile::From) -> &'static str {
    let windows = match &from.platform {
        Some(platform) => is_windows_platform(platform.as_str()),
        None => is_windows_image(from.image.as_str()),
    };
    if windows { "cmd" } else { "sh" }
}

/// The dialect of a shell; nothing for one that `ShellCheck` does not know.
fn dialect(program: &str) -> Option<&'static str> {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    match name.trim_end_matches(".exe") {
        "sh" => Some("sh"),
        "bash" => Some("bash"),
        "dash" => Some("dash"),
        "ksh" => Some("ksh"),
        "ash" | "busybox" => Some("busybox"),
        _ => None,
    }
}

/// What a RUN runs, and in which dialect. A heredoc alone is the script, and one that a shell reads is that shell's.
fn script(it: &Instruction, shell: &str) -> Option<(Text, &'static str)> {
    if it.exec().is_some() {
        return None;
    }
    let arguments = it.arguments.trim();
    let [heredoc] = it.heredocs.as_slice() else {
        return Some((with_bodies(it), dialect(shell)?));
    };
    if arguments.span() == heredoc.opener {
        return match shebang(&heredoc.body) {
            Some((program, rest)) => Some((rest, dialect(&program)?)),
            None => Some((heredoc.body.clone(), dialect(shell)?)),
        };
    }
    let words = arguments.split(' ');
    let mut words = words.iter().filter(|word| !word.is_empty() && !heredoc.opener.contains(word.span()));
    let reader = words.next().and_then(|word| dialect(word.as_str()));
    match reader.filter(|_| words.all(|word| word.as_str().starts_with('-'))) {
        Some(reader) => Some((heredoc.body.clone(), reader)),
        None => Some((with_bodies(it), dialect(shell)?)),
    }
}

/// The program that a `#!` line names, and what follows the line.
fn shebang(body: &Text) -> Option<(String, Text)> {
    let line = body.as_str().strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace().filter(|word| !word.starts_with('-'));
    let first = words.next()?;
    let program = if first.ends_with("/env") { words.next()? } else { first };
    let end = body.as_str().find('\n').map_or(body.len(), |at| at + 1);
    Some((program.to_owned(), body.slice(end..body.len())))
}

/// The operands, and behind them the heredocs, as the shell gets them.
fn with_bodies(it: &Instruction) -> Text {
    if it.heredocs.is_empty() {
        return it.arguments.clone();
    }
    let mut out = TextBuilder::new(it.arguments.span().file);
    out.text(&it.arguments);
    for heredoc in &it.heredocs {
        let at = heredoc.body.span().start;
        out.atom("\n", at..at);
        out.text(&heredoc.body);
        let end = heredoc.body.span().end;
        out.atom(heredoc.name.as_str(), end..end);
    }
    out.finish()
}

//! Texts with the form of a credential, wherever an instruction holds them.

use crate::facts::commands::PASSWORD_IN_P;
use crate::facts::kinds::Credential;
use crate::facts::make::head;
use crate::facts::{Known, NodeId, Site};
use crate::source::{Origin, Text};
use crate::syntax::dockerfile as syntax;
use crate::syntax::shell::{self, Command, Script};
use crate::syntax::tokens::{self, Token};

use super::Filler;

/// More credentials than this in one instruction are not told apart.
const MOST: usize = 64;

impl Filler<'_> {
    /// Adds the credentials in an instruction's operands and heredocs.
    pub fn credentials(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        // What ONBUILD keeps is read as an instruction of its own.
        if it.trigger.is_some() {
            return;
        }
        let bodies = it.heredocs.iter().map(|heredoc| &heredoc.body);
        for text in std::iter::once(&it.arguments).chain(bodies) {
            for token in tokens::find(text).into_iter().take(MOST) {
                self.credential(&token, true, instruction);
            }
        }
    }

    /// Adds the passwords that a container's programs are started with.
    pub fn started_with(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let script = match it.keyword {
            syntax::Keyword::Healthcheck => match syntax::healthcheck(it) {
                syntax::Healthcheck::Exec(words) => shell::scan_exec(&words),
                syntax::Healthcheck::Shell(text) => shell::scan(&text),
                _ => return,
            },
            syntax::Keyword::Cmd | syntax::Keyword::Entrypoint => match it.exec() {
                Some(words) => shell::scan_exec(words),
                None => shell::scan(&it.arguments),
            },
            _ => return,
        };
        self.passwords(&script, instruction);
    }

    /// Adds what a script writes where a program expects a password.
    pub fn passwords(&mut self, script: &Script, instruction: NodeId) {
        for command in &script.commands {
            for value in passwords(command) {
                let token = Token { format: "password of a command", value };
                self.credential(&token, false, instruction);
            }
        }
    }

    fn credential(&mut self, token: &Token, certain: bool, instruction: NodeId) {
        let span = token.value.span();
        let site = Site::written(span);
        let name = Text::made(token.format, span, Origin::Written);
        let mut node = Credential::new(head(name.clone(), site, format!(" / {}", token.format)));
        node.head.parent = Some(instruction);
        node.format = Known::Set(name, site);
        node.placeholder = Known::Set(token.is_placeholder(), site);
        node.certain_form = Known::Set(certain, site);
        node.value = Known::Set(token.value.clone(), site);
        node.instruction = Known::Set(instruction, site);
        node.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        self.part.add(node);
    }
}

/// Options whose value is a secret whatever the program.
const OPTIONS: [&str; 12] = [
    "--password",
    "--passwd",
    "--http-password",
    "--ftp-password",
    "--token",
    "--auth-token",
    "--access-token",
    "--api-key",
    "--apikey",
    "--client-secret",
    "--secret",
    "--passphrase",
];

/// Headers of HTTP, in small letters, whose value is a secret; what logs in has the name of its scheme before it.
const HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "private-token", "x-api-key", "x-auth-token", "x-vault-token"];

/// The secret in a header such as `Authorization: Bearer x`.
fn in_header(line: &Text) -> Option<Text> {
    let (name, value) = line.split_once(':')?;
    let name = HEADERS.iter().find(|header| name.as_str().eq_ignore_ascii_case(header))?;
    let value = value.trim();
    if name.ends_with("authorization") { Some(value.split_once(' ')?.1.trim()) } else { Some(value) }
}

/// Passwords that a command is given in so many letters.
fn passwords(command: &Command) -> Vec<Text> {
    let arguments = command.arguments();
    let mut found = Vec::new();
    for (index, word) in arguments.iter().enumerate() {
        let text = &word.text;
        let next = || arguments.get(index + 1).map(|next| next.text.clone());
        let option = OPTIONS.iter().find(|option| text.as_str().starts_with(**option));
        let value = match option.and_then(|option| text.as_str().strip_prefix(option)) {
            Some("") => next().filter(|value| !value.as_str().starts_with('-')),
            Some(rest) if rest.starts_with('=') => Some(text.slice(text.len() - rest.len() + 1..text.len())),
            _ => None,
        };
        let user = matches!(text.as_str(), "-u" | "--user" | "--proxy-user")
            && matches!(command.name(), "curl" | "wget" | "http");
        let value = if user { next().and_then(|pair| Some(pair.split_once(':')?.1)) } else { value };
        let logs_in = arguments.iter().take(2).any(|word| word.text.as_str() == "login");
        let glued = PASSWORD_IN_P.contains(&command.name())
            && text.as_str().starts_with("-p")
            && text.as_str().len() > "-p".len();
        let header = match text.as_str() {
            "-H" | "--header" => next(),
            whole => {
                whole.strip_prefix("--header=").map(|rest| text.slice(whole.len() - rest.len()..whole.len()))
            }
        };
        let value = header.and_then(|line| in_header(&line)).or(value);
        let value = if glued { Some(text.slice("-p".len()..text.len())) } else { value };
        let login = match (command.name(), text.as_str()) {
            ("docker" | "podman" | "skopeo" | "helm", "-p") => logs_in,
            ("sshpass" | "mongo" | "mongosh" | "mongodump", "-p") | ("redis-cli", "-a") => true,
            _ => false,
        };
        found.extend(if login { next() } else { value });
    }
    let assigned = command.assignments.iter().map(|it| (it.name.clone(), it.value.clone()));
    let exports = matches!(command.name(), "export" | "declare" | "typeset" | "local");
    let exported = arguments.iter().filter(|_| exports).filter_map(|word| word.text.split_once('='));
    for (name, value) in assigned.chain(exported) {
        let secret = ["PASSWORD", "PASSWD", "TOKEN", "SECRET", "SECRET_ACCESS_KEY", "API_KEY", "APIKEY"];
        let name = name.as_str();
        if secret.iter().any(|end| name.ends_with(end))
            || matches!(name, "PGPASSWORD" | "MYSQL_PWD" | "SSHPASS")
        {
            found.push(value);
        }
    }
    found.retain(|value| value.is_known() && value.len() > 1 && !value.as_str().contains(['$', '`', '/']));
    found
}

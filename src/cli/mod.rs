//! Arguments, streams, exit code. Uses everything below.

mod args;
mod check;
mod config;
mod document;
mod explain;
mod facts;
mod fix;
mod init;
mod notes;
mod own;
mod placed;
mod rewrites;
mod scripts;
mod shellcheck;

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;

use clap::{CommandFactory, Parser};

use crate::engine::Date;

use args::{Args, Command};

/// Everything that a run takes from its surroundings.
pub struct Env<'e> {
    /// The arguments, the program's name first.
    pub args: Vec<OsString>,
    /// Where relative paths start.
    pub directory: PathBuf,
    /// Standard input.
    pub stdin: &'e mut dyn Read,
    /// Standard output.
    pub stdout: &'e mut dyn Write,
    /// Standard error.
    pub stderr: &'e mut dyn Write,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// The day, for ignores that end with one.
    pub today: Date,
    /// Environment variables; only those about colour are asked for.
    pub var: &'e dyn Fn(&str) -> Option<String>,
}

/// A run that could not be done: what is wrong, and what to do.
#[derive(Debug)]
pub struct Failure(pub String);

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

/// The arguments, with `check` where they begin with a path or with an option of it.
fn with_command(env: &Env<'_>) -> Vec<OsString> {
    let mut args = env.args.clone();
    let Some(first) = args.get(1).map(|first| first.to_string_lossy()) else { return args };
    let own = Args::command();
    let command = first == "help" || own.get_subcommands().any(|command| command.get_name() == first);
    let option = first.starts_with('-') && !["-h", "--help", "-V", "--version"].contains(&&*first);
    if !command && (option || first.contains(['/', '.']) || env.directory.join(&*first).exists()) {
        args.insert(1, "check".into());
    }
    args
}

/// Runs the program. Returns the exit status: 0 clean, 1 findings, 2 something could not be judged, 3 internal error.
pub fn main(env: &mut Env<'_>) -> u8 {
    let args = match Args::try_parse_from(with_command(env)) {
        Ok(args) => args,
        Err(error) => {
            let text = error.render().to_string();
            let out: &mut dyn Write = if error.use_stderr() { env.stderr } else { env.stdout };
            // A closed pipe is nobody's fault.
            let _ = write!(out, "{text}");
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    let done = match args.command.unwrap_or_default() {
        Command::Check(args) => check::run(&args, env),
        Command::Explain(args) => explain::run(&args, env),
        Command::Rules(args) => explain::rules(&args, env),
        Command::Facts(args) => facts::run(&args, env),
        Command::Init => init::run(env),
        Command::Test(args) => own::test(&args, env),
        Command::Fix(args) => fix::fix(&args, env),
        Command::Harden(args) => fix::harden(&args, env),
    };
    match done {
        Ok(code) => code,
        Err(Failure(message)) => {
            let _ = writeln!(env.stderr, "plimsoll: {}", crate::report::line(&message));
            2
        }
    }
}

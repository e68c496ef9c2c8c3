//! The command line. No logic.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser as Text;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::engine::Date;
use crate::facts::Target;
use crate::policy::Severity;

/// Judges Dockerfiles, Compose files and Swarm stacks before they sail.
#[derive(Parser, Debug)]
#[command(
    name = "plimsoll",
    version,
    override_usage = "plimsoll [check] [OPTIONS] [PATHS]...\n       plimsoll <COMMAND>",
    after_help = EXIT
)]
pub struct Args {
    /// What to do; `check` where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the exit status means, for the help.
const EXIT: &str = "\
Exit status:
  0  everything was judged, and nothing reaches the threshold (`--fail-on`, high by default)
  1  there are findings at or above the threshold
  2  something could not be judged: a file, the configuration, the command line, or there was nothing to judge
  3  a mistake of plimsoll's own";

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Judge files and directories; what is done where no command is named.
    #[command(after_help = EXIT)]
    Check(Check),
    /// Show what can be mended safely as a diff, or write it.
    Fix(Fix),
    /// Show the whole hardening as a diff, each change with its caveat, or write it.
    Harden(Harden),
    /// Tell why a rule matters, with examples, or what a problem means.
    Explain(Explain),
    /// List the rules and the problems.
    Rules(Rules),
    /// Show what was understood of a file.
    Facts(Facts),
    /// Write a commented `plimsoll.yaml`, with what a `.hadolint.yaml` beside it says.
    Init,
    /// Run the examples of rule files.
    Test(Test),
}

impl Default for Command {
    fn default() -> Self {
        Self::Check(Check::default())
    }
}

/// Options of every command that judges.
#[derive(ClapArgs, Debug, Default, Clone)]
pub struct Judging {
    /// Files and directories; `-` is standard input.
    #[arg(value_parser = Text::new())]
    pub paths: Vec<String>,
    /// Files of one project, in this order, as `docker compose -f` and `docker stack deploy -c` take them.
    #[arg(short = 'f', long = "file", value_name = "FILE", value_parser = Text::new())]
    pub files: Vec<String>,
    /// Take the named files for this.
    #[arg(long = "as", value_name = "TARGET")]
    pub target: Option<TargetName>,
    /// The name that standard input goes by.
    #[arg(long, value_name = "PATH", value_parser = Text::new())]
    pub stdin_filename: Option<String>,
    /// Rules of this profile: recommended, strict, cis-docker, owasp, style, all.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Only these rules, by their ids or by those of other linters; several with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = Text::new())]
    pub select: Vec<String>,
    /// These rules besides those of the profile, named likewise.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = Text::new())]
    pub also: Vec<String>,
    /// Not these rules, named likewise.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = Text::new())]
    pub ignore: Vec<String>,
    /// Judge with the rules of this file or folder, too; they take the place of built-in ones of the same id.
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Leave files out that fit this pattern.
    #[arg(long, value_name = "GLOB", value_parser = Text::new())]
    pub exclude: Vec<String>,
    /// Read this configuration.
    #[arg(long, value_name = "FILE", value_parser = Text::new())]
    pub config: Option<String>,
    /// Read no configuration.
    #[arg(long)]
    pub no_config: bool,
    /// Leave `.env` files alone.
    #[arg(long)]
    pub no_env: bool,
    /// Let files outside of the project be read when a file names them.
    #[arg(long)]
    pub allow_outside: bool,
    /// Leave files out that fit such a pattern even when they are named, and accept that nothing is left.
    #[arg(long)]
    pub force_exclude: bool,
    /// Let ignore comments count for nothing.
    #[arg(long)]
    pub no_ignores: bool,
    /// The day that decides whether an ignore `until DATE` still counts; the system's where it is not given.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub today: Option<Date>,
    /// Accept that there is nothing to judge.
    #[arg(long)]
    pub allow_empty: bool,
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "a day is written like 2026-12-31".to_owned())
}

/// Options of `check`.
#[derive(ClapArgs, Debug, Default)]
pub struct Check {
    #[command(flatten)]
    pub judging: Judging,
    /// The output format: human, concise, json, github, markdown; `FORMAT=FILE` writes to a file. May be given several times.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub format: Vec<String>,
    /// Leave findings below this severity out.
    #[arg(long, value_name = "LEVEL")]
    pub min_severity: Option<Level>,
    /// Fail from this severity on; `never` does not.
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// Run an installed `shellcheck` over the scripts of Dockerfiles, too.
    #[arg(long)]
    pub shellcheck: bool,
    /// Show ignored findings, too.
    #[arg(long)]
    pub show_ignored: bool,
    /// When to use colours.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say what could not be decided, and why.
    #[arg(short, long)]
    pub verbose: bool,
    /// Only findings.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `fix`.
#[derive(ClapArgs, Debug, Default)]
pub struct Fix {
    #[command(flatten)]
    pub judging: Judging,
    /// Mend what changes behaviour, too.
    #[arg(long = "unsafe")]
    pub behaviour: bool,
    /// Write the files instead of showing a diff.
    #[arg(long, conflicts_with = "output")]
    pub write: bool,
    /// Write changed copies below this directory.
    #[arg(short, long, value_name = "DIR", value_parser = Text::new())]
    pub output: Option<String>,
    /// Exit with 1 when there is something to change.
    #[arg(long)]
    pub check: bool,
    /// What to print: a unified diff with remarks on standard error, or all of it for programs (schema/rewrite.v1.json).
    #[arg(long, value_name = "FORMAT", default_value = "diff")]
    pub format: RewriteFormat,
}

/// What `fix` and `harden` print.
// The lines about a diff and about edits stand at the option: words with lines of their own make the whole help long.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RewriteFormat {
    #[default]
    Diff,
    Json,
}

/// Options of `harden`.
#[derive(ClapArgs, Debug, Default)]
pub struct Harden {
    #[command(flatten)]
    pub fix: Fix,
}

/// Options of `explain`.
#[derive(ClapArgs, Debug)]
pub struct Explain {
    /// A rule, by its id or by another linter's id such as DL3002, or a problem.
    pub rule: String,
    /// Know the rules of this file or folder, too, as those that the configuration names.
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
}

/// Options of `rules`.
#[derive(ClapArgs, Debug)]
pub struct Rules {
    /// Print the rules as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Options of `facts`.
#[derive(ClapArgs, Debug)]
pub struct Facts {
    /// The file; several are one project, in this order.
    #[arg(required = true, value_parser = Text::new())]
    pub files: Vec<String>,
    /// Print the document that the files are merged to.
    #[arg(long)]
    pub merged: bool,
    /// Take it for this.
    #[arg(long = "as", value_name = "TARGET")]
    pub target: Option<TargetName>,
}

/// Options of `test`.
#[derive(ClapArgs, Debug)]
pub struct Test {
    /// Rule files, or folders of them.
    #[arg(required = true, value_parser = Text::new())]
    pub paths: Vec<String>,
}

/// Targets by name.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum TargetName {
    Dockerfile,
    Compose,
    Stack,
}

impl From<TargetName> for Target {
    fn from(name: TargetName) -> Self {
        match name {
            TargetName::Dockerfile => Self::Dockerfile,
            TargetName::Compose => Self::Compose,
            TargetName::Stack => Self::Stack,
        }
    }
}

/// Severities by name.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Level {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Critical => Self::Critical,
            Level::High => Self::High,
            Level::Medium => Self::Medium,
            Level::Low => Self::Low,
            Level::Info => Self::Info,
        }
    }
}

/// Thresholds by name.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    Never,
}

impl FailOn {
    /// Every threshold by its name.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("critical", Self::Critical),
        ("high", Self::High),
        ("medium", Self::Medium),
        ("low", Self::Low),
        ("info", Self::Info),
        ("never", Self::Never),
    ];

    /// The severity, unless nothing fails.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// When to use colours.
#[derive(ValueEnum, Clone, Copy, Debug, Default)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

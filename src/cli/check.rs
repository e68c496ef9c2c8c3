//! `plimsoll check`.

use crate::engine::{Finding, Report, Run};
use crate::fix;
use crate::policy::Severity;
use crate::report;
use crate::source::Edit;

use super::args::{Check, Color, FailOn};
use super::{Env, Failure, config, shellcheck};

/// Judges and reports.
pub fn run(args: &Check, env: &mut Env<'_>) -> Result<u8, Failure> {
    let config = config::read(&args.judging, env)?;
    let (mut run, _) = config::judge(&args.judging, &config, env)?;
    if args.shellcheck {
        shellcheck::add(&mut run);
    }
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or(FailOn::High).severity();
    let formats = if args.format.is_empty() { vec!["human".to_owned()] } else { args.format.clone() };
    for wanted in &formats {
        let (name, file) =
            wanted.split_once('=').map_or((wanted.as_str(), None), |(name, file)| (name, Some(file)));
        let Some(format) = report::named(name) else {
            let known: Vec<&str> = report::FORMATS.iter().map(|format| format.name).collect();
            return Err(Failure(format!("there is no format `{name}`; known are {}", known.join(", "))));
        };
        let options = report::Options {
            color: file.is_none() && color(args.color, env),
            min_severity: args.min_severity.map_or(Severity::Low, Into::into),
            verbose: args.verbose,
            quiet: args.quiet,
            show_ignored: args.show_ignored,
            edits: &|finding| edits(finding, &run),
        };
        let mut bytes = Vec::new();
        (format.write)(&run.report, &options, &mut bytes)?;
        match file {
            Some(file) => std::fs::write(env.directory.join(file), &bytes)?,
            None => print(env, &bytes)?,
        }
    }
    Ok(code(&run.report, fail_on))
}

/// The edits that mend a finding; none where only a person can, or where they do not fit the file.
fn edits(finding: &Finding, run: &Run) -> Vec<Edit> {
    let repair = finding.repair.as_ref().filter(|repair| !repair.changes.is_empty());
    repair.and_then(|repair| fix::edits(repair, &run.report.sources, &run.documents).ok()).unwrap_or_default()
}

fn code(report: &Report, fail_on: Option<Severity>) -> u8 {
    if report.problems.iter().any(|problem| problem.id == "internal-error") {
        3
    } else {
        report.exit_code(fail_on)
    }
}

/// Writes to standard output; a reader that has gone away is no failure.
pub fn print(env: &mut Env<'_>, bytes: &[u8]) -> Result<(), Failure> {
    match env.stdout.write_all(bytes).and_then(|()| env.stdout.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(Into::into),
    }
}

/// Whether to use colours: the flag, then `NO_COLOR`, then those that force them, then the terminal.
pub fn color(wanted: Color, env: &Env<'_>) -> bool {
    let set = |name: &str| (env.var)(name).filter(|value| !value.is_empty());
    match wanted {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto
            if ["CLICOLOR_FORCE", "FORCE_COLOR"]
                .iter()
                .any(|name| set(name).is_some_and(|value| value != "0")) =>
        {
            true
        }
        Color::Auto => env.terminal && set("TERM").as_deref() != Some("dumb"),
    }
}

//! `plimsoll check`.

use std::collections::BTreeMap;

use crate::engine::{Finding, Report, Run};
use crate::fix;
use crate::policy::Severity;
use crate::report;
use crate::source::{Edit, Problem, Span};

use super::args::{Check, Color, FailOn};
use super::{Env, Failure, config, shellcheck};

/// Judges and reports.
pub fn run(args: &Check, env: &mut Env<'_>) -> Result<u8, Failure> {
    let formats = formats(&args.format)?;
    let config = config::read(&args.judging, env)?;
    let (mut run, policy) = config::judge(&args.judging, &config, env)?;
    if args.shellcheck {
        shellcheck::add(&mut run, &config.selection);
    }
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or(FailOn::High).severity();
    let secrets = Secrets::of(&run.report);
    for (format, file) in formats {
        let options = report::Options {
            color: file.is_none() && color(args.color, env),
            min_severity: args.min_severity.map_or(Severity::Low, Into::into),
            verbose: args.verbose,
            quiet: args.quiet,
            show_ignored: args.show_ignored,
            edits: &|finding| edits(finding, &run, &secrets),
        };
        let mut bytes = Vec::new();
        (format.write)(&run.report, &options, &mut bytes)?;
        match file {
            Some(file) => std::fs::write(env.directory.join(file), &bytes)
                .map_err(|error| Failure(format!("`{file}` cannot be written: {error}")))?,
            None => print(env, &bytes)?,
        }
    }
    let code = code(&run.report, fail_on);
    // The process is over: taking everything apart first would be a tenth of what one file costs.
    std::mem::forget((run, policy));
    Ok(code)
}

/// The formats that are wanted, each with the file that it goes to; for reading in a terminal where none is named.
fn formats(wanted: &[String]) -> Result<Vec<(&'static report::Format, Option<&str>)>, Failure> {
    if wanted.is_empty() {
        return Ok(vec![(format("human")?, None)]);
    }
    let mut formats = Vec::new();
    for wanted in wanted {
        formats.push(match wanted.split_once('=') {
            Some((name, "")) => return Err(Failure(format!("`--format {name}=` names no file"))),
            Some((name, file)) => (format(name)?, Some(file)),
            None => (format(wanted)?, None),
        });
    }
    Ok(formats)
}

fn format(name: &str) -> Result<&'static report::Format, Failure> {
    report::named(name).ok_or_else(|| {
        let known: Vec<&str> = report::FORMATS.iter().map(|format| format.name).collect();
        Failure(format!("there is no format `{name}`; known are {}", known.join(", ")))
    })
}

/// The edits that mend a finding; none where only a person can, where they do not fit the file, or where they would show a
/// secret. Those `plimsoll fix --format json` has, with references.
fn edits(finding: &Finding, run: &Run, secrets: &Secrets<'_>) -> Vec<Edit> {
    let repair = finding.repair.as_ref().filter(|repair| !repair.changes.is_empty());
    let edits = repair.and_then(|repair| fix::edits(repair, &run.report.sources, &run.documents).ok());
    edits.filter(|edits| !edits.iter().any(|edit| secrets.shown_by(edit))).unwrap_or_default()
}

/// The secrets of a report, by their places and by their texts.
struct Secrets<'r> {
    spans: Vec<Span>,
    texts: BTreeMap<&'r str, Span>,
    report: &'r Report,
}

impl<'r> Secrets<'r> {
    fn of(report: &'r Report) -> Self {
        let mut spans: Vec<Span> = report.secrets.iter().filter(|span| !span.is_empty()).copied().collect();
        spans.sort_unstable();
        spans.dedup();
        let text = |span: &Span| Some((report.source(span.file)?.slice(*span), *span));
        let texts = spans.iter().filter_map(text).collect();
        Self { spans, texts, report }
    }

    /// Whether an edit's text has a secret in it: one of those that it replaces, or one from elsewhere as a word.
    fn shown_by(&self, edit: &Edit) -> bool {
        let first = self.spans.partition_point(|it| (it.file, it.start) < (edit.span.file, edit.span.start));
        let replaced =
            self.spans.iter().skip(first.saturating_sub(1)).take_while(|it| it.start < edit.span.end);
        let replaced = replaced.filter(|it| it.file == edit.span.file && edit.span.start < it.end);
        let mut replaced = replaced.filter_map(|it| Some(self.report.source(it.file)?.slice(*it)));
        let inside = |secret: &str| edit.text.contains(secret);
        let separates = |c: char| c.is_whitespace() || matches!(c, '=' | ':' | '"' | '\'' | ',' | '@');
        replaced.any(inside) || edit.text.split(separates).any(|word| self.texts.contains_key(word))
    }
}

fn code(report: &Report, fail_on: Option<Severity>) -> u8 {
    if report.problems.iter().any(|problem| problem.kind == Problem::INTERNAL_ERROR) {
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

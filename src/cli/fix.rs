//! `plimsoll fix` and `plimsoll harden`.

use std::fmt::Write as _;

use crate::fix::{Plan, Wanted, create, plan, replace, unified};
use crate::policy::{Safety, load};
use crate::source::{Disk, Span};

use super::args::{Fix, Harden};
use super::check::print;
use super::{Env, Failure, config};

/// Mends what is safe to mend; with `--unsafe` also what changes behaviour.
pub fn fix(args: &Fix, env: &mut Env<'_>) -> Result<u8, Failure> {
    run(args, Wanted { behaviour: args.behaviour, hardening: false }, env)
}

/// Makes the whole plan.
pub fn harden(args: &Harden, env: &mut Env<'_>) -> Result<u8, Failure> {
    run(&args.fix, Wanted { behaviour: true, hardening: true }, env)
}

fn run(args: &Fix, wanted: Wanted, env: &mut Env<'_>) -> Result<u8, Failure> {
    let config = config::read(&args.judging, env)?;
    let judging = &args.judging;
    let named = config::named(judging);
    let policy = load(&config.selection).map_err(Failure)?;
    let options = config::options(judging, &config);
    let plan = if named == ["-"] {
        let (files, found) = config::piped(judging, env)?;
        plan(&files, &[found], &options, &policy, wanted)
    } else {
        let found = config::found(judging, &config, env)?;
        plan(&Disk::new(&env.directory), &found, &options, &policy, wanted)
    };
    if named == ["-"] {
        let text = plan.files.first().map(|(_, _, text)| text.clone());
        let same = plan.before.report.sources.first().map(|source| source.text.to_string());
        print(env, text.or(same).unwrap_or_default().as_bytes())?;
    } else if args.write {
        for (path, before, after) in &plan.files {
            replace(&env.directory.join(path), before, after).map_err(Failure)?;
        }
    } else if let Some(folder) = &args.output {
        for (path, _, after) in &plan.files {
            if path.starts_with('/') || path.starts_with("..") {
                return Err(Failure(format!("{path} lies outside of this directory; use --write")));
            }
            create(&env.directory.join(folder).join(path), after, None).map_err(Failure)?;
        }
    } else {
        print(env, diff(&plan).as_bytes())?;
    }
    let notes = notes(&plan);
    env.stderr.write_all(notes.as_bytes())?;
    let code = plan.before.report.exit_code(None);
    Ok(if code == 0 && args.check && !plan.files.is_empty() { 1 } else { code })
}

/// The diffs of all files, secrets masked.
fn diff(plan: &Plan) -> String {
    let secrets = |run: &crate::engine::Run, path: &str| -> Vec<Span> {
        run.report.secrets.iter().filter(|span| run.report.path(span.file) == path).copied().collect()
    };
    plan.files
        .iter()
        .map(|(path, before, after)| {
            unified(path, before, after, &secrets(&plan.before, path), &secrets(&plan.after, path))
        })
        .collect()
}

/// What was done and with which caveat, and what is left for a person.
fn notes(plan: &Plan) -> String {
    let mut out = String::new();
    for problem in &plan.before.report.problems {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "problem[{}] {}: {}",
            problem.id,
            plan.before.report.path(problem.span.file),
            problem.message
        );
    }
    for change in &plan.changes {
        let caveat = match (&change.caveat, change.safety) {
            (Some(caveat), Safety::Unsafe) => format!(" ({caveat})"),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "+ {}[{}] {}: {}{caveat}",
            change.safety.name(),
            change.rule,
            change.subject,
            change.title
        );
    }
    if !plan.left.is_empty() {
        let _ = writeln!(out, "\nleft for a person:");
    }
    for left in &plan.left {
        let source = plan.after.report.source(left.at.file);
        let line = source.map_or(0, |source| source.position(left.at.start).line);
        let _ = writeln!(
            out,
            "- {}:{line} [{}] {}: {}",
            plan.after.report.path(left.at.file),
            left.rule,
            left.message,
            left.reason
        );
    }
    if plan.changes.is_empty() {
        let _ = writeln!(out, "nothing to change");
    }
    out.lines().map(|line| format!("{}\n", crate::report::line(line))).collect()
}

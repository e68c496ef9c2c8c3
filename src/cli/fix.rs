//! `plimsoll fix` and `plimsoll harden`.

use crate::engine::Run;
use crate::fix::{Change, Note, Plan, Wanted, copies, leftovers, plan, remove, unified, write};
use crate::policy::Severity;
use crate::source::{Disk, Span, clean_path, is_under};

use super::args::{Fix, Harden, RewriteFormat};
use super::check::print;
use super::placed::Placed;
use super::{Env, Failure, config, notes, rewrites};

/// Mends what is safe to mend; with `--unsafe` also what changes behaviour.
pub fn fix(args: &Fix, env: &mut Env<'_>) -> Result<u8, Failure> {
    run(args, Wanted { behaviour: args.behaviour, ..Wanted::default() }, env)
}

/// Makes the whole plan.
pub fn harden(args: &Harden, env: &mut Env<'_>) -> Result<u8, Failure> {
    run(&args.fix, Wanted { behaviour: true, hardening: true, ..Wanted::default() }, env)
}

fn run(args: &Fix, wanted: Wanted<'_>, env: &mut Env<'_>) -> Result<u8, Failure> {
    let mut config = config::read(&args.judging, env)?;
    let select = std::mem::take(&mut config.selection.select);
    config.selection.also.extend_from_slice(&select);
    let mut wanted = Wanted { select: &select, ..wanted };
    let judging = &args.judging;
    let named = config::named(judging)?;
    let options = config::options(judging, &config);
    wanted.heed = config::heed(judging, env);
    let target = args.output.as_ref().map_or(env.directory.clone(), |folder| env.directory.join(folder));
    let mut stopped = Vec::new();
    let plan = if named == ["-"] {
        // Only JSON can say which other files a value goes to.
        wanted.alone = args.format == RewriteFormat::Diff && args.output.is_none();
        let (files, found) = config::piped(judging, env)?;
        let found = [found];
        let policy = config::policy(judging, &config, &found)?;
        plan(&files, &found, &options, &policy, wanted)
    } else {
        let mut found = config::found(judging, &config, env)?;
        if let Some(copies) = args.output.as_deref().and_then(|folder| inside(folder, env)) {
            // Copies of an earlier run are not copied again.
            found.retain(|it| it.named || !is_under(&it.path, &copies));
        }
        let policy = config::policy(judging, &config, &found)?;
        let plan = plan(&Disk::new(&env.directory), &found, &options, &policy, wanted);
        let files = found.iter().map(|it| &it.path).chain(plan.files.iter().map(|it| &it.path));
        stopped = leftovers(&target, files.map(String::as_str));
        plan
    };
    config::something(&plan.before.report, judging)?;
    let json = args.format == RewriteFormat::Json;
    if args.write && named == ["-"] {
        return Err(Failure("standard input cannot be written to; leave `--write` out".to_owned()));
    }
    let writes = args.write || args.output.is_some();
    if writes {
        remove(&target, &stopped).map_err(Failure)?;
        let write = if args.write { write } else { copies };
        write(&target, &plan.files).map_err(Failure)?;
    }
    for path in &stopped {
        let said = if writes { "and is removed" } else { "`--write` removes it" };
        let said = format!("{} was left by a run that was stopped; {said}", path.display());
        writeln!(env.stderr, "{}", crate::report::line(&said))?;
    }
    if json {
        print(env, rewrites::json(&plan).as_bytes())?;
    } else if named == ["-"] && args.output.is_none() {
        let name = judging.stdin_filename.as_deref().unwrap_or("stdin");
        let text = plan.files.iter().find(|file| file.path == name).map(|file| file.after.clone());
        let same = plan.before.report.sources.first().map(|source| source.text.to_string());
        print(env, text.or(same).unwrap_or_default().as_bytes())?;
    } else if !writes {
        print(env, diff(&plan).as_bytes())?;
    }
    if !json {
        // Who names a rule wants to hear of it.
        let from = if select.is_empty() { Severity::Low } else { Severity::Info };
        let notes = notes::notes(&plan, from);
        env.stderr.write_all(notes.as_bytes())?;
    }
    let code = plan.before.report.exit_code(None);
    Ok(if code == 0 && args.check && !plan.files.is_empty() { 1 } else { code })
}

/// A folder as files below the working directory have it in their paths, if it is one of those.
fn inside(folder: &str, env: &Env<'_>) -> Option<String> {
    let whole = env.directory.join(folder);
    let path = clean_path(&whole.strip_prefix(&env.directory).ok()?.to_string_lossy());
    (!matches!(path.as_str(), "" | ".")).then_some(path)
}

/// The diffs of all files, secrets masked, each hunk with the rules that ask for it.
fn diff(plan: &Plan) -> String {
    let secrets = |run: &Run, path: &str| -> Vec<Span> {
        run.report.secrets.iter().filter(|span| run.report.path(span.file) == path).copied().collect()
    };
    let placed = Placed::of(plan);
    plan.files
        .iter()
        .map(|file| {
            let (old, new) = (secrets(&plan.before, &file.path), secrets(&plan.after, &file.path));
            unified(file, (&old, &new), &hunk_notes(plan, &placed, &file.path))
        })
        .collect()
}

/// What is said at the hunks of a file: rule, safety and caveat of each change, at the line of its finding.
fn hunk_notes(plan: &Plan, placed: &Placed<'_>, path: &str) -> Vec<Note> {
    let report = &plan.before.report;
    let line = |change: &Change| {
        let at = placed.near(change)?;
        Some(report.source(at.file)?.position(at.start).line)
    };
    let note = |change: &Change| {
        let caveat = change.caveat.as_ref().map_or_else(String::new, |caveat| format!(": {caveat}"));
        let text = format!("{}[{}]{caveat}", change.safety.name(), change.rule);
        (line(change).unwrap_or(1), crate::report::line(&text))
    };
    plan.changes.iter().filter(|change| change.path == path).map(note).collect()
}

//! `--shellcheck`: an installed `ShellCheck` over the scripts of Dockerfiles. It stays outside of the default path: a few
//! nested substitutions keep it busy for minutes, so every script has a time limit.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::engine::{Finding, Label, Run, State};
use crate::facts::{Document, Target};
use crate::policy::{About, Confidence, Selection, Severity, is_shellcheck};
use crate::source::{Problem, Span};
use crate::syntax::dockerfile::PROXY_ARGUMENTS;

use super::scripts::{Script, scripts};

/// How long one script may take.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Output {
    comments: Vec<Remark>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remark {
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    code: u32,
    message: String,
}

/// Adds what `ShellCheck` says of the Dockerfiles of a run, as far as it is wanted.
pub fn add(run: &mut Run, selection: &Selection) {
    let checked: Vec<_> =
        run.report.checked.iter().filter(|it| it.target == Target::Dockerfile).map(|it| it.file).collect();
    let (mut findings, mut problems) = (Vec::new(), Vec::new());
    for file in checked {
        let Some(Document::Dockerfile(parsed)) = run.documents.get(file.0 as usize) else { continue };
        for (index, script) in scripts(parsed).iter().enumerate() {
            match remarks(script) {
                Ok(all) => findings
                    .extend(all.iter().filter_map(|it| wanted(finding(script, it, index)?, selection))),
                Err(message) => problems.push(Problem::new(Problem::SHELLCHECK, message, script.text.span())),
            }
        }
    }
    run.report.problems.extend(problems);
    run.add(findings);
}

/// The finding with the severity that a selection gives it; none where it is ignored, or where only others are selected.
fn wanted(finding: Finding, selection: &Selection) -> Option<Finding> {
    let is = |name: &String| finding.rule.is_called(name);
    let mut selected = selection.select.iter().filter(|name| is_shellcheck(name)).peekable();
    if selection.ignore.iter().any(is) || selected.peek().is_some() && !selected.any(is) {
        return None;
    }
    let severity = selection.severity.iter().find(|(name, _)| is(name)).map(|(_, severity)| *severity);
    Some(Finding { severity: severity.unwrap_or(finding.severity), ..finding })
}

/// The head that a script is given: its variables. It takes one line.
fn head(script: &Script) -> String {
    let own = script.exported.iter().map(String::as_str);
    let legal = |name: &&str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let names: Vec<&str> = PROXY_ARGUMENTS.into_iter().chain(own).filter(legal).collect();
    format!("export {}\n", names.join(" "))
}

fn remarks(script: &Script) -> Result<Vec<Remark>, String> {
    let mut child = Command::new("shellcheck")
        .args(["-f", "json1", "-e", "SC2187,SC1090,SC1091", "-s", script.dialect, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("`shellcheck` cannot be started: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read to the end says so by what it prints, or does not.
        let _ = input.write_all(format!("{}{}", head(script), script.text.as_str()).as_bytes());
    }
    let output = wait(&mut child)?;
    let parsed: Output =
        serde_json::from_slice(&output).map_err(|error| format!("`shellcheck` said no JSON: {error}"))?;
    Ok(parsed.comments)
}

/// What the program prints, if it ends in time.
fn wait(child: &mut Child) -> Result<Vec<u8>, String> {
    let Some(mut stdout) = child.stdout.take() else { return Err("`shellcheck` has no output".to_owned()) };
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).map(|_| bytes)
    });
    let start = Instant::now();
    while !reader.is_finished() {
        if start.elapsed() > PATIENCE {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("`shellcheck` did not end within {} seconds", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.wait();
    match reader.join() {
        Ok(Ok(bytes)) => Ok(bytes),
        _ => Err("`shellcheck` could not be read".to_owned()),
    }
}

/// A remark at the characters of the Dockerfile that it is about.
fn finding(script: &Script, remark: &Remark, index: usize) -> Option<Finding> {
    let text = script.text.as_str();
    let offset = |line: usize, column: usize| {
        // The head takes the first line.
        let line = line.checked_sub(2)?;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let within = text.get(start..)?.char_indices().nth(column.checked_sub(1)?);
        Some(within.map_or(text.len(), |(at, _)| start + at))
    };
    let start = offset(remark.line, remark.column)?;
    let end = offset(remark.end_line, remark.end_column)?.max(start);
    let span: Span = script.text.slice(start..end).span();
    let code = format!("SC{}", remark.code);
    let severity = match remark.level.as_str() {
        "error" => Severity::Medium,
        "warning" => Severity::Low,
        _ => Severity::Info,
    };
    let about = About {
        id: "shellcheck-finding".to_owned(),
        title: "ShellCheck has a remark on this script".to_owned(),
        severity,
        targets: vec![Target::Dockerfile],
        profiles: Vec::new(),
        control: None,
        aliases: vec![
            format!("shellcheck:{code}"),
            format!("hadolint:{code}"),
            format!("tally:shellcheck/{code}"),
        ],
        conflicts: Vec::new(),
    };
    Some(Finding {
        rule: Arc::new(about),
        severity,
        confidence: Confidence::Certain,
        refused: None,
        message: format!("{code}: {}", remark.message),
        primary: Label { span, text: String::new() },
        related: Vec::new(),
        via: Vec::new(),
        subject: format!("script {} / {code}", index + 1),
        subject_at: span,
        state: State::Active,
        repair: None,
        fold: None,
    })
}

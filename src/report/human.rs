//! For reading in a terminal: one block a rule and file, worst first, then the load line and what to do next.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use crate::engine::{Finding, Report, State, is_mechanical};
use crate::policy::{Safety, Severity};

use super::escape::line;
use super::excerpt::{Block, Drawer};
use super::{Options, remark, table};

/// More places than this of one rule in one file are only counted.
const PLACES: usize = 8;

/// Of different ways to mend them only so many are told.
const HELPS: usize = 3;

pub fn write(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> Result<()> {
    let drawer = Drawer::new(report, options.color);
    for problem in &report.problems {
        let title = format!(
            "{} {}",
            paint(options, "31", &format!("problem[{}]", problem.id())),
            line(&problem.message)
        );
        let block = Block { title, labels: vec![(problem.span, String::new())], help: None };
        writeln!(out, "{}", drawer.draw(&block))?;
    }
    for group in groups(report, options) {
        writeln!(out, "{}", drawer.draw(&block(&group, options)))?;
    }
    if options.verbose {
        for it in &report.undecided {
            let Some(source) = report.source(it.span.file) else { continue };
            writeln!(
                out,
                "unknown[{}] {}:{} {}: `{}` cannot be known: {}",
                it.rule.id,
                line(&source.path),
                source.position(it.span.start).line,
                line(&it.subject),
                it.field,
                it.reason
            )?;
        }
    }
    if options.quiet {
        return Ok(());
    }
    table::write(report, options.color, out)?;
    summary(report, options, out)
}

/// The findings by rule, severity and file: the worst first, then by path and place; ignored ones last of their kind.
fn groups<'r>(report: &'r Report, options: &Options<'_>) -> Vec<Vec<&'r Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut places: BTreeMap<(&str, u32, Severity, Option<&str>), usize> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| options.shows(finding)) {
        let reason = match &finding.state {
            State::Active => None,
            State::Ignored { reason } => Some(reason.as_str()),
        };
        let key = (finding.rule.id.as_str(), finding.primary.span.file.0, finding.severity, reason);
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(finding);
    }
    // The report is in the order of paths and places, and so are the groups by their first finding.
    groups.sort_by_key(|group| (std::cmp::Reverse(group[0].severity), group[0].state != State::Active));
    groups
}

fn block(group: &[&Finding], options: &Options<'_>) -> Block {
    let first = group[0];
    let head =
        paint(options, color(first.severity), &format!("{}[{}]", first.severity.name(), first.rule.id));
    let ignored = line(&remark(first));
    let message = match (group, &first.fold) {
        ([only], _) => line(&only.message),
        (_, Some(fold)) => {
            let names: Vec<&str> =
                group.iter().filter_map(|finding| Some(finding.fold.as_ref()?.name.as_str())).collect();
            let names = if names.len() > PLACES {
                format!("{} and {} more", names[..PLACES].join(", "), names.len() - PLACES)
            } else {
                names.join(", ")
            };
            line(&fold.message.replace("{count}", &group.len().to_string()).replace("{names}", &names))
        }
        _ => format!("{} ({} times)", first.rule.title, group.len()),
    };
    let mut labels = Vec::new();
    for finding in group.iter().take(PLACES) {
        let text = match (group, &first.fold) {
            ([_], _) | (_, Some(_)) => finding.primary.text.clone(),
            _ => finding.message.clone(),
        };
        labels.push((finding.primary.span, text));
        let related = if group.len() == 1 { finding.related.len() } else { finding.related.len().min(1) };
        labels.extend(finding.related.iter().take(related).map(|label| (label.span, label.text.clone())));
    }
    let more = group.len().saturating_sub(PLACES);
    let mut helps: Vec<String> = Vec::new();
    for help in group.iter().filter(|it| it.state == State::Active).take(PLACES).filter_map(|it| help(it)) {
        if helps.len() < HELPS && !helps.contains(&help) {
            helps.push(help);
        }
    }
    let mut help = helps.join("\n");
    if more > 0 {
        help =
            format!("{help}{}and {more} more places in this file", if help.is_empty() { "" } else { "\n" });
    }
    Block { title: format!("{head} {message}{ignored}"), labels, help: (!help.is_empty()).then_some(help) }
}

fn help(finding: &Finding) -> Option<String> {
    let repair = finding.repair.as_ref()?;
    let title = format!("fix: {}", line(&repair.title));
    Some(match (repair.safety, &repair.caveat) {
        (Safety::Safe, _) if is_mechanical(repair) => format!("{title} (`plimsoll fix` does it)"),
        (Safety::Unsafe, Some(caveat)) => format!("{title} (`plimsoll harden` does it; {})", line(caveat)),
        _ => title,
    })
}

fn color(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "1;35",
        Severity::High => "1;31",
        Severity::Medium => "1;33",
        Severity::Low => "1;36",
        Severity::Info => "1;34",
    }
}

fn paint(options: &Options<'_>, style: &str, text: &str) -> String {
    if options.color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn summary(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> Result<()> {
    let files = report.checked.len();
    let plural = if files == 1 { "file" } else { "files" };
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .filter(|severity| *severity >= options.min_severity)
        .filter_map(|severity| match report.count(severity) {
            0 => None,
            count => Some(format!("{count} {}", severity.name())),
        })
        .collect();
    let ignored = report.findings.iter().filter(|finding| finding.state != State::Active).count();
    writeln!(out)?;
    let shown = |finding: &&Finding| finding.severity >= options.min_severity;
    if counts.is_empty() {
        // What is `info` is not counted unless it is asked for; what is worse is not passed over without a word.
        let passed_over = report.active().any(|finding| finding.severity > Severity::Info);
        let from =
            if passed_over { format!(" from `{}` on", options.min_severity.name()) } else { String::new() };
        let nothing = if files > 0 { ", nothing found" } else { "" };
        write!(out, "{files} {plural} checked{nothing}{from}")?;
    } else {
        write!(out, "{files} {plural} checked: {}", counts.join(", "))?;
    }
    if !report.problems.is_empty() {
        write!(out, "; {} could not be judged", report.problems.len())?;
    }
    if ignored > 0 {
        write!(out, "; {ignored} ignored")?;
    }
    writeln!(out)?;
    let mechanical = |finding: &&Finding, wanted: Safety| {
        finding.repair.as_ref().is_some_and(|repair| is_mechanical(repair) && repair.safety == wanted)
    };
    let safe = report.active().filter(|finding| mechanical(finding, Safety::Safe)).count();
    let harden = report.active().filter(|finding| mechanical(finding, Safety::Unsafe)).count();
    if safe > 0 {
        let all_shown =
            report.active().filter(|finding| mechanical(finding, Safety::Safe)).all(|it| shown(&it));
        writeln!(out, "`plimsoll fix` mends {safe}{} safely", if all_shown { " of them" } else { "" })?;
    }
    if harden > 0 {
        let more = if safe > 0 { " more" } else { "" };
        writeln!(out, "`plimsoll harden` mends {harden}{more}, each with a caveat")?;
    }
    match report.undecided.len() {
        0 => {}
        _ if options.verbose => {}
        1 => writeln!(out, "1 check could not be decided; `-v` says why")?,
        count => writeln!(out, "{count} checks could not be decided; `-v` says why")?,
    }
    if let Some(worst) = report.active().filter(shown).max_by_key(|finding| finding.severity) {
        writeln!(out, "`plimsoll explain {}` tells why it matters", worst.rule.id)?;
    }
    Ok(())
}

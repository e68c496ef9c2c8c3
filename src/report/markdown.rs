//! A Markdown table: the summary of a workflow's job, or a comment.

use std::io::{Result, Write};

use crate::engine::{CONTROLS, Cell, Finding, Report};
use crate::policy::Severity;
use crate::source::Span;

use super::{Options, escape::line, message};

/// Longer tables are cut: a job's summary holds one megabyte, and nobody reads it to the end.
const ROWS: usize = 200;

pub fn write(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> Result<()> {
    let mut findings: Vec<&Finding> =
        report.findings.iter().filter(|finding| options.shows(finding)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    writeln!(out, "### plimsoll: {}\n", headline(report, &findings))?;
    if !findings.is_empty() || !report.problems.is_empty() {
        writeln!(out, "| | place | |\n|---|---|---|")?;
    }
    for problem in report.problems.iter().take(ROWS) {
        row(report, "problem", problem.span, &problem.message, problem.id(), out)?;
    }
    for finding in findings.iter().take(ROWS) {
        let severity = finding.severity.name();
        row(report, severity, finding.primary.span, &message(finding), &finding.rule.id, out)?;
    }
    let cut = findings.len().saturating_sub(ROWS) + report.problems.len().saturating_sub(ROWS);
    if cut > 0 {
        writeln!(out, "\nand {cut} more")?;
    }
    load_line(report, out)
}

fn headline(report: &Report, shown: &[&Finding]) -> String {
    let mut parts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, shown.iter().filter(|finding| finding.severity == severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {}", severity.name()))
        .collect();
    if parts.is_empty() {
        parts.push("nothing found".to_owned());
    }
    if !report.problems.is_empty() {
        parts.push(format!("{} could not be judged", report.problems.len()));
    }
    let files = report.checked.len();
    format!("{} in {files} {}", parts.join(", "), if files == 1 { "file" } else { "files" })
}

fn row(report: &Report, level: &str, span: Span, message: &str, id: &str, out: &mut dyn Write) -> Result<()> {
    let number = report.source(span.file).map_or(1, |source| source.position(span.start).line);
    let place = code(&format!("{}:{number}", report.path(span.file)));
    writeln!(out, "| {level} | {place} | {} ({}) |", prose(message), code(id))
}

fn load_line(report: &Report, out: &mut dyn Write) -> Result<()> {
    let rows: Vec<_> = report
        .load_line
        .iter()
        .filter(|row| row.cells.iter().any(|cell| *cell != Cell::NotApplicable))
        .take(ROWS)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| load line | {} |", CONTROLS.join(" | "))?;
    writeln!(out, "|---|{}", ":-:|".repeat(CONTROLS.len()))?;
    for row in rows {
        write!(out, "| {} |", code(&row.name))?;
        for cell in row.cells {
            let mark = match cell {
                Cell::Held => "✓",
                Cell::Broken => "✗",
                Cell::Unknown => "?",
                Cell::NotApplicable => "·",
            };
            write!(out, " {mark} |")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "\n✓ held, ✗ broken, ? unknown, · not applicable")
}

fn code(text: &str) -> String {
    format!("`{}`", line(text).replace('`', "'").replace('|', "\\|"))
}

/// A message as Markdown: what stands in backticks stays code, everything else means itself.
fn prose(message: &str) -> String {
    let text = line(message);
    let balanced = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    if !balanced {
        return inert(&text);
    }
    let pieces = text.split('`').enumerate();
    pieces.map(|(index, piece)| if index % 2 == 1 { code(piece) } else { inert(piece) }).collect()
}

fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn values_stay_values() {
        assert_eq!(prose("port `80|81` of @all <b> [x](y)"), "port `80\\|81` of &#64;all &lt;b> \\[x\\](y)");
        assert_eq!(prose("```<b>`"), "\\`\\`\\`&lt;b>\\`");
        assert_eq!(code("a`b|c\n"), "`a'b\\|c\\n`");
    }
}

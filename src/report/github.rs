//! Workflow commands: annotations on pull requests.

use std::io::{Result, Write};

use crate::engine::{Finding, Report};
use crate::policy::Severity;
use crate::source::Span;

use super::escape::line;
use super::{Options, message};

pub fn write(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> Result<()> {
    for problem in &report.problems {
        command(report, "error", problem.id(), problem.span, &problem.message, out)?;
    }
    let mut findings: Vec<&Finding> =
        report.findings.iter().filter(|finding| options.shows(finding)).collect();
    // Only the first ten annotations of a step are shown: the worst ones come first.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in findings {
        let level = match finding.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Info => "notice",
        };
        command(report, level, &finding.rule.id, finding.primary.span, &message(finding), out)?;
    }
    Ok(())
}

fn command(
    report: &Report,
    level: &str,
    id: &str,
    span: Span,
    message: &str,
    out: &mut dyn Write,
) -> Result<()> {
    let Some(source) = report.source(span.file) else { return Ok(()) };
    let (start, end) = (source.position(span.start), source.position(span.end.max(span.start)));
    write!(out, "::{level} file={},line={}", property(&source.path), start.line)?;
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    } else {
        write!(out, ",endLine={}", end.line)?;
    }
    writeln!(out, ",title=plimsoll {}::{}", property(id), data(message))
}

/// As the runner unescapes it (actions/toolkit, `command.ts`); what could steer a terminal does not reach the log.
fn data(text: &str) -> String {
    line(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

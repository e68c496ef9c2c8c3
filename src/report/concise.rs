//! `path:line:column: severity[rule] message`

use std::io::{Result, Write};

use crate::engine::Report;

use super::{Options, escape::line, message};

pub fn write(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> Result<()> {
    for problem in &report.problems {
        let Some(source) = report.source(problem.span.file) else { continue };
        let at = source.position(problem.span.start);
        writeln!(
            out,
            "{}:{}:{}: problem[{}] {}",
            line(&source.path),
            at.line,
            at.column,
            problem.id(),
            line(&problem.message)
        )?;
    }
    for finding in report.findings.iter().filter(|finding| options.shows(finding)) {
        let Some(source) = report.source(finding.primary.span.file) else { continue };
        let at = source.position(finding.primary.span.start);
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            line(&source.path),
            at.line,
            at.column,
            finding.severity.name(),
            finding.rule.id,
            line(&message(finding))
        )?;
    }
    Ok(())
}

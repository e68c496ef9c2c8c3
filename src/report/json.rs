//! The machine format, frozen as `plimsoll.report/1`: lines and columns from 1, columns in characters, offsets in bytes.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use serde_json::{Value, json};

use crate::engine::{Finding, Report, State};
use crate::policy::Severity;
use crate::source::Span;

use super::Options;
use super::escape;

pub fn write(report: &Report, options: &Options<'_>, out: &mut dyn Write) -> Result<()> {
    let mut seen = BTreeMap::new();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .filter(|finding| options.shows(finding))
        .map(|finding| one(report, finding, options, &mut seen))
        .collect();
    let problems: Vec<Value> = report
        .problems
        .iter()
        .map(|problem| {
            json!({
                "id": problem.id(), "aliases": problem.kind.aliases, "message": problem.message, "path": report.path(problem.span.file),
                "start": position(report, problem.span, problem.span.start),
                "end": position(report, problem.span, problem.span.end),
            })
        })
        .collect();
    let mut summary = serde_json::Map::new();
    for severity in Severity::ALL {
        summary.insert(severity.name().to_owned(), report.count(severity).into());
    }
    let ignored = report.findings.iter().filter(|finding| finding.state != State::Active).count();
    summary.insert("ignored".to_owned(), ignored.into());
    summary.insert("problems".to_owned(), report.problems.len().into());
    summary.insert("files".to_owned(), report.checked.len().into());
    let checked: Vec<Value> = report
        .checked
        .iter()
        .map(
            |it| json!({ "path": report.path(it.file), "target": it.target.name(), "dual_use": it.dual_use }),
        )
        .collect();
    let document = json!({
        "schema": "plimsoll.report/1",
        "tool": { "name": "plimsoll", "version": env!("CARGO_PKG_VERSION") },
        "summary": summary,
        "checked": checked,
        "problems": problems,
        "findings": findings,
    });
    writeln!(out, "{}", escape::json(&serde_json::to_string(&document)?))
}

fn one(report: &Report, finding: &Finding, options: &Options<'_>, seen: &mut BTreeMap<u64, u32>) -> Value {
    let span = finding.primary.span;
    let path = report.path(span.file);
    let identity = hash(&[&finding.rule.id, path, &finding.subject]);
    let ordinal = seen.entry(identity).or_default();
    *ordinal += 1;
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|label| {
            json!({
                "path": report.path(label.span.file), "message": label.text,
                "start": position(report, label.span, label.span.start),
                "end": position(report, label.span, label.span.end),
            })
        })
        .collect();
    let mut value = json!({
        "rule": finding.rule.id,
        "title": finding.rule.title,
        "severity": finding.severity.name(),
        "confidence": finding.confidence.name(),
        "message": finding.message,
        "path": path,
        "subject": finding.subject,
        "start": position(report, span, span.start),
        "end": position(report, span, span.end),
        "related": related,
        "fingerprint": format!("{:016x}", hash(&[&format!("{identity:x}"), &ordinal.to_string()])),
        "state": if finding.state == State::Active { "active" } else { "ignored" },
        "aliases": finding.rule.aliases,
    });
    if let Some(refused) = finding.refused {
        value["refused"] = refused.name().into();
    }
    if let State::Ignored { reason } = &finding.state {
        value["ignore"] = json!({ "reason": reason });
    }
    if let Some(repair) = &finding.repair {
        let edits: Vec<Value> = (options.edits)(finding)
            .iter()
            .map(|edit| {
                json!({
                    "path": report.path(edit.span.file), "text": edit.text,
                    "start": position(report, edit.span, edit.span.start),
                    "end": position(report, edit.span, edit.span.end),
                })
            })
            .collect();
        value["fix"] = json!({
            "title": repair.title, "safety": repair.safety.name(), "caveat": repair.caveat, "edits": edits,
        });
    }
    value
}

/// Line, column and offset of a place in a file.
pub fn position(report: &Report, span: Span, offset: u32) -> Value {
    let at = report.source(span.file).map(|source| source.position(offset));
    json!({ "line": at.map_or(1, |at| at.line), "column": at.map_or(1, |at| at.column), "offset": offset })
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

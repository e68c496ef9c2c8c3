//! The load line: how far each service may be loaded.

use std::io::{Result, Write};

use crate::engine::{CONTROLS, Cell, Report};

use super::escape::line;

/// Writes the table; nothing where no service has a control.
pub fn write(report: &Report, color: bool, out: &mut dyn Write) -> Result<()> {
    let rows: Vec<_> = report
        .load_line
        .iter()
        .filter(|row| row.cells.iter().any(|cell| *cell != Cell::NotApplicable))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rows.iter().map(|row| line(&row.name)).collect();
    let width = names.iter().map(|name| columns(name)).chain([9]).max().unwrap_or(9);
    writeln!(out, "\nload line{}  {}", " ".repeat(width - 9), CONTROLS.join("  "))?;
    let mut file = None;
    for (row, name) in rows.iter().zip(&names) {
        if file != Some(row.file) && report.checked.len() > 1 {
            writeln!(out, "{}", line(report.path(row.file)))?;
            file = Some(row.file);
        }
        write!(out, "{name}{}", " ".repeat(width - columns(name)))?;
        let mut gap = 0;
        for (control, cell) in CONTROLS.iter().zip(row.cells) {
            let (mark, style) = match cell {
                Cell::Held => ("✓", "32"),
                Cell::Broken => ("✗", "31"),
                Cell::Unknown => ("?", "33"),
                Cell::NotApplicable => ("·", "2"),
            };
            let left = (control.len() - 1) / 2;
            let before = " ".repeat(gap + 2 + left);
            if color {
                write!(out, "{before}\u{1b}[{style}m{mark}\u{1b}[0m")?;
            } else {
                write!(out, "{before}{mark}")?;
            }
            gap = control.len() - 1 - left;
        }
        writeln!(out)?;
    }
    writeln!(out, "✓ held   ✗ broken   ? unknown   · not applicable")
}

/// How many columns a text takes: wide characters of East Asian scripts and emoji take two.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| match c as u32 {
            0x1100..=0x115f
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x1f300..=0x1faff
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

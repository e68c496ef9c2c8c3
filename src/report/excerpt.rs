//! Excerpts with underlines, drawn by miette. Nothing else knows miette.

use std::collections::BTreeMap;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::engine::Report;
use crate::source::{FileId, Source, Span};

use super::escape;

/// A block to draw.
#[derive(Debug)]
pub struct Block {
    /// The first line.
    pub title: String,
    /// Underlines: where and what to say; the first is the main one.
    pub labels: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Draws blocks of one report.
pub struct Drawer<'r> {
    report: &'r Report,
    shown: BTreeMap<FileId, Vec<u8>>,
    handler: GraphicalReportHandler,
}

impl<'r> Drawer<'r> {
    /// A drawer, with or without colours.
    pub fn new(report: &'r Report, color: bool) -> Self {
        let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_width(110).with_context_lines(0).with_links(false);
        let mut secrets: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
        for span in &report.secrets {
            secrets.entry(span.file).or_default().push(*span);
        }
        let places = report
            .findings
            .iter()
            .flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related));
        let files = places
            .map(|label| label.span.file)
            .chain(report.problems.iter().map(|problem| problem.span.file));
        let mut shown = BTreeMap::new();
        for file in files {
            let own = secrets.get(&file).map(Vec::as_slice).unwrap_or_default();
            if let (Some(source), false) = (report.source(file), shown.contains_key(&file)) {
                shown.insert(file, masked(&source.text, own));
            }
        }
        Self { report, shown, handler }
    }

    /// Draws a block: its title, a frame for each file that has labels, what to do about it.
    pub fn draw(&self, block: &Block) -> String {
        let mut files: Vec<FileId> = Vec::new();
        for (span, _) in &block.labels {
            if !files.contains(&span.file) {
                files.push(span.file);
            }
        }
        let mut out = format!("{}\n", block.title);
        for (index, file) in files.iter().enumerate() {
            let Some(source) = self.report.source(*file) else { continue };
            let labels = block.labels.iter().filter(|(span, _)| span.file == *file);
            let drawn = Drawn {
                code: Code { source, shown: self.shown.get(file).map(Vec::as_slice).unwrap_or_default() },
                labels: labels
                    .enumerate()
                    .map(|(at, (span, text))| {
                        let text = (!text.is_empty()).then(|| escape::line(text));
                        let range = SourceSpan::from((span.start as usize, span.len() as usize));
                        if at == 0 && index == 0 {
                            LabeledSpan::new_primary_with_span(text, range)
                        } else {
                            LabeledSpan::new_with_span(text, range)
                        }
                    })
                    .collect(),
            };
            let mut excerpt = String::new();
            // Drawing into a string cannot fail.
            let _ = self.handler.render_report(&mut excerpt, &drawn);
            out.push_str(&frame(&excerpt));
        }
        for line in block.help.iter().flat_map(|help| help.lines()) {
            out.push_str("  ");
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

/// One frame of the frames that miette draws for places that are far apart, without the title line.
fn frame(excerpt: &str) -> String {
    let frames: Vec<Vec<&str>> =
        excerpt.lines().skip(1).map(str::trim_end).fold(Vec::new(), |mut frames, line| {
            if line.contains("╭─[") || frames.is_empty() {
                frames.push(Vec::new());
            }
            if let Some(frame) = frames.last_mut() {
                frame.push(line);
            }
            frames
        });
    let gutter = |frame: &[&str]| frame.first().and_then(|line| line.find('╭')).unwrap_or(0);
    let widest = frames.iter().map(|frame| gutter(frame)).max().unwrap_or(0);
    let mut out = String::new();
    for (index, frame) in frames.iter().enumerate() {
        let indent = " ".repeat(widest - gutter(frame));
        let last = index + 1 == frames.len();
        for line in frame {
            let opens = line.contains("╭─[");
            let closes = line.trim_start() == "╰────";
            if opens && index > 0 || line.is_empty() {
                continue;
            }
            if closes && !last {
                out.push_str(&" ".repeat(widest));
                out.push_str("⋮\n");
            } else {
                out.push_str(&indent);
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

#[derive(Debug)]
struct Drawn<'s> {
    code: Code<'s>,
    labels: Vec<LabeledSpan>,
}

impl std::fmt::Display for Drawn<'_> {
    /// The title line, which [`frame`] takes away.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("title")
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.code)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A file for miette, found by its line index; secrets and steering characters are masked, byte for byte.
#[derive(Debug)]
struct Code<'s> {
    source: &'s Source,
    shown: &'s [u8],
}

impl SourceCode for Code<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &self.source.text;
        let lines = &self.source.lines;
        let start = span.offset().min(text.len());
        let end = (start + span.len()).min(text.len());
        let first = lines.line(start as u32).saturating_sub(before as u32);
        let last_of_span = if end > start { lines.line(end as u32 - 1) } else { lines.line(end as u32) };
        let last = (last_of_span + after as u32).min(lines.count() - 1);
        let line_start = lines.range(first, text).start;
        let from = boundary(text, start.saturating_sub(REACH).max(line_start));
        let to = boundary(text, (end + REACH).min(lines.range(last, text).end));
        let column = text
            .get(line_start..start)
            .map_or(0, |before| if before.contains('\n') { 0 } else { before.chars().count() });
        let contents = Contents {
            data: self.shown.get(from..to).unwrap_or_default(),
            span: SourceSpan::from((from, to - from)),
            line: first as usize,
            column,
            lines: (last - first + 1) as usize,
            name: escape::line(&self.source.path),
        };
        Ok(Box::new(contents))
    }
}

/// So many bytes beside a place are shown of its line at most.
const REACH: usize = 400;

/// The character boundary at or before an offset.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A text with what must not be shown replaced by as many bytes, so that underlines stay in place.
fn masked(text: &str, secrets: &[Span]) -> Vec<u8> {
    let mut data = text.to_owned();
    for secret in secrets {
        let range = secret.range();
        if let Some(hidden) = data.get(range.clone()).map(|text| "*".repeat(text.len())) {
            data.replace_range(range, &hidden);
        }
    }
    data.split_inclusive('\n')
        .flat_map(|line| {
            let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
            let (body, end) = body.strip_suffix('\r').map_or((body, end), |body| (body, "\r\n"));
            let mut shown = escape::excerpt(body, body.len());
            shown.push_str(end);
            shown.into_bytes()
        })
        .collect()
}

#[derive(Debug)]
struct Contents<'a> {
    data: &'a [u8],
    span: SourceSpan,
    line: usize,
    column: usize,
    lines: usize,
    name: String,
}

impl<'a> SpanContents<'a> for Contents<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }

    fn span(&self) -> &SourceSpan {
        &self.span
    }

    fn line(&self) -> usize {
        self.line
    }

    fn column(&self) -> usize {
        self.column
    }

    fn line_count(&self) -> usize {
        self.lines
    }

    fn name(&self) -> Option<&str> {
        Some(&self.name)
    }
}

//! Comparing texts of which parts are unknown.

use crate::source::Text;

use super::pattern::Pattern;
use super::truth::Truth;

/// Whether the text equals `wanted`.
pub fn equals(text: &Text, wanted: &str) -> Truth {
    if let Some(text) = text.known() {
        return (text == wanted).into();
    }
    if could_be(text, wanted) { Truth::Unknown } else { Truth::False }
}

/// Whether two texts are equal.
pub fn same(a: &Text, b: &Text) -> Truth {
    match (a.known(), b.known()) {
        (Some(a), Some(b)) => (a == b).into(),
        (Some(known), None) => equals(b, known),
        (None, Some(known)) => equals(a, known),
        (None, None) => Truth::Unknown,
    }
}

/// Whether the text holds `wanted`.
pub fn contains(text: &Text, wanted: &str) -> Truth {
    if let Some(text) = text.known() {
        return text.contains(wanted).into();
    }
    if text.pieces().any(|piece| piece.contains(wanted)) { Truth::True } else { Truth::Unknown }
}

/// Whether the text begins with `wanted`.
pub fn starts_with(text: &Text, wanted: &str) -> Truth {
    let value = text.as_str();
    match text.holes().next() {
        None => value.starts_with(wanted).into(),
        Some((hole, _)) => at_edge(value.get(..hole.start).unwrap_or(""), wanted, |a, b| a.starts_with(b)),
    }
}

/// Whether the text ends with `wanted`.
pub fn ends_with(text: &Text, wanted: &str) -> Truth {
    let value = text.as_str();
    match text.holes().last() {
        None => value.ends_with(wanted).into(),
        Some((hole, _)) => at_edge(value.get(hole.end..).unwrap_or(""), wanted, |a, b| a.ends_with(b)),
    }
}

/// Whether a regular expression fits the text: it does where it fits inside of what is known, whatever stands beside it.
pub fn matches(text: &Text, pattern: &Pattern) -> Truth {
    if let Some(text) = text.known() {
        return pattern.fits(text).map_or(Truth::Unknown, Into::into);
    }
    let mut at = 0;
    let ends = text.holes().map(|(hole, _)| hole).chain(std::iter::once(text.len()..text.len()));
    for hole in ends {
        let piece = text.as_str().get(at..hole.start).unwrap_or("");
        if pattern.fits_inside(piece, at == 0, hole.start == text.len()) {
            return Truth::True;
        }
        at = hole.end;
    }
    Truth::Unknown
}

/// The known piece at one end decides, unless it is too short to.
fn at_edge(piece: &str, wanted: &str, test: impl Fn(&str, &str) -> bool) -> Truth {
    if test(piece, wanted) {
        Truth::True
    } else if test(wanted, piece) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// Whether some value of the unknown parts makes the text equal `wanted`.
fn could_be(text: &Text, wanted: &str) -> bool {
    let value = text.as_str();
    let mut at = 0;
    let mut rest = wanted;
    for (index, (hole, _)) in text.holes().enumerate() {
        let piece = value.get(at..hole.start).unwrap_or("");
        at = hole.end;
        rest = if index == 0 {
            match rest.strip_prefix(piece) {
                Some(rest) => rest,
                None => return false,
            }
        } else {
            match rest.find(piece) {
                Some(found) => &rest[found + piece.len()..],
                None => return false,
            }
        };
    }
    rest.ends_with(value.get(at..).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, TextBuilder};

    fn text(parts: &[&str]) -> Text {
        let mut builder = TextBuilder::new(FileId(0));
        for part in parts {
            if part.starts_with('$') { builder.hole(part, 0, "X") } else { builder.linear(part, 0) }
        }
        builder.finish()
    }

    #[test]
    fn known_pieces_decide_where_they_can() {
        let image = text(&["postgres:", "$TAG"]);
        assert_eq!(equals(&image, "postgres:17"), Truth::Unknown);
        assert_eq!(equals(&image, "redis:8"), Truth::False);
        assert_eq!(starts_with(&image, "postgres"), Truth::True);
        assert_eq!(starts_with(&image, "postgres:1"), Truth::Unknown);
        assert_eq!(starts_with(&image, "redis"), Truth::False);
        assert_eq!(ends_with(&image, "alpine"), Truth::Unknown);
        assert_eq!(contains(&image, "gres"), Truth::True);
        assert_eq!(equals(&text(&["a", "$X", "b", "$Y", "c"]), "a1b2c"), Truth::Unknown);
        assert_eq!(equals(&text(&["a", "$X", "b", "$Y", "c"]), "a1c"), Truth::False);
    }

    #[test]
    fn a_regular_expression_fits_inside_of_what_is_known() {
        let url = text(&["http://example.com/", "$X", "-1.tar"]);
        let fits = |pattern: &str| matches(&url, &Pattern::new(pattern));
        assert_eq!(fits("^https?://"), Truth::True);
        assert_eq!(fits(r"\.(tar|zip)$"), Truth::True);
        assert_eq!(fits(r"example\b"), Truth::True);
        // What stands in place of the variable may change these.
        assert_eq!(fits("com/$"), Truth::Unknown);
        assert_eq!(fits("com/"), Truth::Unknown);
        assert_eq!(fits("^-1"), Truth::Unknown);
        assert_eq!(fits(r"\b1[.]tar"), Truth::True);
        assert_eq!(fits(r"\b-1"), Truth::Unknown);
        assert_eq!(fits("ftp"), Truth::Unknown);
    }
}

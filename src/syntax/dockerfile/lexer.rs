//! Whether `BuildKit`'s word reader gets through a line. It reads the line in search of heredocs, and where it stumbles
//! (an open quote, an expansion that it does not know), it finds none.

use std::iter::Peekable;
use std::str::Chars;

/// Expansions in expansions deeper than this are taken as they are.
const DEPTH: u32 = 64;

/// Whether the line can be taken apart into words.
pub fn accepts(line: &str) -> bool {
    let mut rest = line.chars().peekable();
    until(&mut rest, None, 0).is_some()
}

/// Reads up to `stop`, or to the end where there is none.
fn until(rest: &mut Peekable<Chars<'_>>, stop: Option<char>, depth: u32) -> Option<()> {
    while let Some(c) = rest.next() {
        match c {
            c if Some(c) == stop => return Some(()),
            '\'' => {
                rest.find(|&c| c == '\'')?;
            }
            '"' => double(rest, depth)?,
            '$' => dollar(rest, depth)?,
            '\\' => {
                rest.next();
            }
            _ => {}
        }
    }
    stop.is_none().then_some(())
}

fn double(rest: &mut Peekable<Chars<'_>>, depth: u32) -> Option<()> {
    loop {
        match rest.next()? {
            '"' => return Some(()),
            '$' => dollar(rest, depth)?,
            '\\' => {
                rest.next()?;
            }
            _ => {}
        }
    }
}

/// What stands behind a `$`: anything but `{` is fine.
fn dollar(rest: &mut Peekable<Chars<'_>>, depth: u32) -> Option<()> {
    if rest.next_if_eq(&'{').is_none() {
        return Some(());
    }
    if depth >= DEPTH {
        return None;
    }
    name(rest)?;
    match rest.next()? {
        '}' => Some(()),
        ':' => match rest.next()? {
            '-' | '+' | '?' | '#' | '%' => until(rest, Some('}'), depth + 1),
            _ => None,
        },
        '-' | '+' | '?' | '#' | '%' => until(rest, Some('}'), depth + 1),
        '/' => {
            rest.next_if_eq(&'/');
            until(rest, Some('/'), depth + 1)?;
            until(rest, Some('}'), depth + 1)
        }
        _ => None,
    }
}

fn name(rest: &mut Peekable<Chars<'_>>) -> Option<()> {
    let first = *rest.peek()?;
    if matches!(first, '{' | '}' | ':') {
        return None;
    }
    if matches!(first, '@' | '*' | '#' | '?' | '-' | '$' | '!' | '0') {
        rest.next();
    } else if first.is_ascii_digit() {
        while rest.next_if(char::is_ascii_digit).is_some() {}
    } else {
        while rest.next_if(|c| c.is_alphanumeric() || *c == '_').is_some() {}
    }
    Some(())
}

//! Patterns of `${x#...}`, `${x%...}` and `${x/.../...}` as `BuildKit` reads them: `*`, `?` and backslashes, no brackets.

/// Steps that a match may take; where it would take more, its outcome counts as unknown.
const STEPS: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Any,
    One,
    Only(char),
}

/// Which end of a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Front,
    Back,
}

/// The value without what the pattern fits at one end: as little as can be, or as much (`longest`). `None` for a pattern
/// that the builder refuses, or that costs too much.
pub(super) fn trim(value: &str, pattern: &str, end: End, longest: bool) -> Option<String> {
    let mut tokens = tokens(pattern)?;
    if value.len() * (tokens.len() + 1) > STEPS {
        return None;
    }
    let rest = match end {
        End::Front => &value[reach(&tokens, value.chars(), longest).unwrap_or(0)..],
        End::Back => {
            tokens.reverse();
            &value[..value.len() - reach(&tokens, value.chars().rev(), longest).unwrap_or(0)]
        }
    };
    Some(rest.to_owned())
}

/// The value with what the pattern fits replaced, once or wherever it fits. `None` as for [`trim`].
pub(super) fn replace(value: &str, pattern: &str, by: &str, all: bool) -> Option<String> {
    let tokens = tokens(pattern)?;
    if value.len() * value.len() * (tokens.len() + 1) > STEPS || all && by.contains('$') {
        return None;
    }
    if tokens.is_empty() {
        return (!all).then(|| format!("{by}{value}"));
    }
    let mut out = String::new();
    let mut rest = value;
    loop {
        let fits = reach(&tokens, rest.chars(), true);
        if let Some(len) = fits {
            out.push_str(by);
            rest = &rest[len..];
            if !all || rest.is_empty() {
                break;
            }
        }
        // A pattern that fits nothing, as `*` does before a line break, must not be asked there again.
        if fits.is_none_or(|len| len == 0) {
            let Some(c) = rest.chars().next() else { break };
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out.push_str(rest);
    Some(out)
}

fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut all = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        all.push(match c {
            '*' => Token::Any,
            '?' => Token::One,
            // What would end the expansion is written with a backslash, which is no part of the pattern.
            '\\' if matches!(chars.peek(), Some('}' | '/')) => continue,
            '\\' => Token::Only(chars.next().filter(|c| matches!(c, '*' | '?' | '\\'))?),
            c => Token::Only(c),
        });
    }
    Some(all)
}

/// How many bytes the pattern fits from the start on.
fn reach(tokens: &[Token], chars: impl Iterator<Item = char>, longest: bool) -> Option<usize> {
    let mut here = vec![false; tokens.len() + 1];
    here[0] = true;
    pass(tokens, &mut here);
    let mut len = 0;
    let mut found = here[tokens.len()].then_some(0);
    for c in chars {
        if found.is_some() && !longest || !here.contains(&true) {
            break;
        }
        let mut next = vec![false; tokens.len() + 1];
        for (index, token) in tokens.iter().enumerate().filter(|(index, _)| here[*index]) {
            match token {
                Token::Any if c != '\n' => next[index] = true,
                Token::One if c != '\n' => next[index + 1] = true,
                Token::Only(it) if *it == c => next[index + 1] = true,
                _ => {}
            }
        }
        pass(tokens, &mut next);
        here = next;
        len += c.len_utf8();
        if here[tokens.len()] {
            found = Some(len);
        }
    }
    found
}

/// A `*` fits nothing, too.
fn pass(tokens: &[Token], states: &mut [bool]) {
    for (index, token) in tokens.iter().enumerate() {
        states[index + 1] |= states[index] && *token == Token::Any;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_go() {
        for (value, pattern, end, longest, expected) in [
            ("sea/port/dock", "*/", End::Front, false, Some("port/dock")),
            ("sea/port/dock", "*/", End::Front, true, Some("dock")),
            ("sea/port/dock", "/*", End::Back, false, Some("sea/port")),
            ("sea/port/dock", "/*", End::Back, true, Some("sea")),
            ("sea", "?", End::Back, false, Some("se")),
            ("sea", "x*", End::Front, true, Some("sea")),
            ("a*b", "a\\*", End::Front, false, Some("b")),
            ("항구", "?", End::Front, false, Some("구")),
            ("a}b", "a\\}", End::Front, false, Some("b")),
            ("[a]", "[a]", End::Front, false, Some("")),
            ("abc", "\\a", End::Front, false, None),
        ] {
            assert_eq!(trim(value, pattern, end, longest).as_deref(), expected, "{value} {pattern}");
        }
    }

    #[test]
    fn what_fits_is_replaced() {
        for (value, pattern, by, all, expected) in [
            ("1.2.3", ".", "_", false, Some("1_2.3")),
            ("1.2.3", ".", "_", true, Some("1_2_3")),
            ("1.2.3", ".*", "", false, Some("1")),
            ("1.2.3", "x", "y", true, Some("1.2.3")),
            ("abab", "ab", "", true, Some("")),
            ("\nab", "*", "x", true, Some("x\nx")),
            ("ab", "", "x", false, Some("xab")),
            ("ab", "", "x", true, None),
            ("항구", "구", "만", true, Some("항만")),
        ] {
            assert_eq!(replace(value, pattern, by, all).as_deref(), expected, "{value} {pattern}");
        }
    }
}

//! Our own grammar: `plimsoll: ignore[rule, rule] reason` and `plimsoll: ignore-file[rule] reason`.

use super::place::Scope;
use super::{Named, Said};

/// What a comment says; `Err` when it tries to and fails, nothing when it does not try.
pub fn read(comment: &str) -> Option<Result<Said, ()>> {
    let rest =
        comment.get(..8).filter(|word| word.eq_ignore_ascii_case("plimsoll")).map(|_| &comment[8..])?;
    let body = rest.trim_start().strip_prefix(':');
    // Prose may begin with the name; who goes on with `ignore` means it.
    if body.is_none() && !rest.trim_start().starts_with("ignore") {
        return None;
    }
    Some(body.and_then(parse).ok_or(()))
}

fn parse(body: &str) -> Option<Said> {
    let body = body.trim();
    let (scope, rest) = match body.strip_prefix("ignore-file") {
        Some(rest) => (Scope::File, rest),
        None => (Scope::Here, body.strip_prefix("ignore")?),
    };
    let (rules, reason) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let rules: Vec<String> =
        rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    (!rules.is_empty()).then(|| Said { scope, rules: Named::Ours(rules), reason: reason.trim().to_owned() })
}

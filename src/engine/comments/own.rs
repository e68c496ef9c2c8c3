//! Our own grammar: `plimsoll: ignore[rule, rule] reason` and `plimsoll: ignore-file[rule] until 2026-12-31: reason`.

use super::place::Scope;
use super::{Date, Named, Said};

/// What a comment says; what is wrong with it when it tries to and fails, nothing when it does not try.
pub fn read(comment: &str) -> Option<Result<Said, &'static str>> {
    let rest =
        comment.get(..8).filter(|word| word.eq_ignore_ascii_case("plimsoll")).map(|_| &comment[8..])?;
    let body = rest.trim_start().strip_prefix(':');
    // Prose may begin with the name; who goes on with `ignore` means it.
    if body.is_none() && !rest.trim_start().starts_with("ignore") {
        return None;
    }
    Some(body.ok_or("a colon is wanted behind `plimsoll`").and_then(parse))
}

fn parse(body: &str) -> Result<Said, &'static str> {
    let body = body.trim();
    let (scope, rest) = match (body.strip_prefix("ignore-file"), body.strip_prefix("ignore")) {
        (Some(rest), _) => (Scope::File, rest),
        (None, Some(rest)) => (Scope::Here, rest),
        (None, None) => return Err("only `ignore` and `ignore-file` are known"),
    };
    let named = rest.trim_start().strip_prefix('[').ok_or("the rules stand in brackets")?;
    let (rules, reason) = named.split_once(']').ok_or("the bracket is not closed")?;
    let rules: Vec<String> =
        rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    if rules.is_empty() {
        return Err("no rule is named");
    }
    let reason = reason.trim();
    let until = until(reason).map_err(|()| "there is no such day; days are written like 2026-12-31")?;
    Ok(Said { scope, rules: Named::Ours(rules), reason: reason.to_owned(), until })
}

/// The last day, if a reason begins with one; `Err` where it begins with something like a day. `until the release` is a
/// reason like any other.
fn until(reason: &str) -> Result<Option<Date>, ()> {
    let day = reason.strip_prefix("until ").map(str::trim_start);
    let Some(day) = day.filter(|day| day.starts_with(|c: char| c.is_ascii_digit())) else { return Ok(None) };
    let end = day.find([' ', '\t', ':']).unwrap_or(day.len());
    Date::parse(&day[..end]).map(Some).ok_or(())
}

//! The comments of other tools, so that a project need not write them anew.

use crate::policy::trivy_id;

use super::place::Scope;
use super::{Date, Named, Said};

/// What a comment of another tool says.
pub fn read(comment: &str) -> Option<Said> {
    READERS.into_iter().find_map(|read| read(comment))
}

/// Reads a comment of one tool; nothing where it is none.
type Reader = fn(&str) -> Option<Said>;

const READERS: [Reader; 8] = [hadolint, tally, buildkit, checkov, trivy, kics, dclint, semgrep];

fn said(scope: Scope, rules: Named, reason: &str) -> Said {
    Said { scope, rules, reason: reason.trim().to_owned(), until: None }
}

/// Ids between commas or blanks.
fn ids(list: &str) -> Vec<String> {
    list.split([',', ' ', '\t']).map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// `hadolint ignore=A,B # reason`, also `global ignore=` and `stage ignore=`.
fn hadolint(comment: &str) -> Option<Said> {
    let (scope, rest) = scoped(comment.strip_prefix("hadolint")?)?;
    let (list, reason) = rest.split_once('#').unwrap_or((rest, ""));
    Some(said(scope, Named::Theirs("hadolint", ids(list)), reason))
}

/// `tally ignore=a,b;reason=...`, also `global ignore=`; `ignore=all`. It takes the names of other tools, with or without theirs.
fn tally(comment: &str) -> Option<Said> {
    let (scope, rest) = scoped(comment.strip_prefix("tally")?)?;
    let (list, more) = rest.split_once(';').unwrap_or((rest, ""));
    let reason = more.trim().strip_prefix("reason=").unwrap_or("");
    let ids = ids(list);
    if ids.iter().any(|id| id == "all") {
        return Some(said(scope, Named::All("tally"), reason));
    }
    let names = ids
        .into_iter()
        .flat_map(|id| {
            let bare = id.rsplit('/').next().unwrap_or_default().to_owned();
            [format!("tally:{id}"), format!("tally:tally/{id}"), bare]
        })
        .collect();
    Some(said(scope, Named::Anyones(names), reason))
}

/// `ignore=`, `global ignore=` or `stage ignore=`, and what follows.
fn scoped(rest: &str) -> Option<(Scope, &str)> {
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let (scope, rest) = match rest.split_once([' ', '\t']) {
        Some(("global", rest)) => (Scope::File, rest),
        Some(("stage", rest)) => (Scope::Stage, rest),
        _ => (Scope::Next, rest),
    };
    let list = rest.trim_start().strip_prefix("ignore")?.trim_start().strip_prefix('=')?;
    Some((scope, list.trim()))
}

/// `check=skip=A,B;error=true` at the top of a file or above an instruction; `skip=all`.
fn buildkit(comment: &str) -> Option<Said> {
    // Names of directives know no case.
    let (_, value) = comment.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("check"))?;
    let list = value.split(';').find_map(|part| part.trim().strip_prefix("skip="))?;
    let names = ids(list);
    let all = names.iter().any(|name| name.eq_ignore_ascii_case("all"));
    Some(said(Scope::Top, if all { Named::All("buildkit") } else { Named::Theirs("buildkit", names) }, ""))
}

/// `checkov:skip=ID:reason`, for the whole file.
fn checkov(comment: &str) -> Option<Said> {
    let rest = comment.strip_prefix("checkov:skip=").or_else(|| comment.strip_prefix("bridgecrew:skip="))?;
    let (list, reason) = rest.split_once(':').unwrap_or((rest, ""));
    Some(said(Scope::File, Named::Theirs("checkov", ids(list)), reason))
}

/// `trivy:ignore:ID`, several in one comment; `trivy:ignore:*`, `trivy:ignore:ID:exp:2026-12-31`.
fn trivy(comment: &str) -> Option<Said> {
    comment.strip_prefix("trivy:ignore:").or_else(|| comment.strip_prefix("tfsec:ignore:"))?;
    let parts = || comment.split_whitespace().filter_map(|word| word.split_once(":ignore:")).map(|it| it.1);
    let names: Vec<String> =
        parts().filter_map(|part| part.split(':').next()).map(|id| trivy_id(id).into_owned()).collect();
    let until = parts().filter_map(|part| Date::parse(part.split_once(":exp:")?.1)).min();
    let all = names.iter().any(|name| name == "*");
    let rules = if all { Named::All("trivy") } else { Named::Theirs("trivy", names) };
    Some(Said { until, ..said(Scope::Here, rules, "") })
}

/// `kics-scan ignore`, `ignore-line`, `ignore-block`, `disable=a,b`; with `enable=a,b` no other rule counts.
fn kics(comment: &str) -> Option<Said> {
    let body = comment.strip_prefix("kics-scan")?.trim();
    if let Some(list) = body.strip_prefix("disable=") {
        return Some(said(Scope::File, Named::Theirs("kics", ids(list)), ""));
    }
    if let Some(list) = body.strip_prefix("enable=") {
        return Some(said(Scope::File, Named::AllBut("kics", ids(list)), ""));
    }
    let scope = match body {
        "ignore" => Scope::File,
        "ignore-line" => Scope::NextLine,
        "ignore-block" => Scope::Here,
        _ => return None,
    };
    Some(said(scope, Named::All("kics"), ""))
}

/// `dclint disable-file`, `disable-line [rules]`, `disable [rules]`.
fn dclint(comment: &str) -> Option<Said> {
    let body = comment.strip_prefix("dclint")?.trim();
    let (verb, list) = body.split_once([' ', '\t']).unwrap_or((body, ""));
    let scope = match verb {
        "disable-file" | "disable" => Scope::File,
        "disable-line" => Scope::Line,
        _ => return None,
    };
    let names = ids(list);
    Some(said(
        scope,
        if names.is_empty() { Named::All("dclint") } else { Named::Theirs("dclint", names) },
        "",
    ))
}

/// `nosemgrep: a.b.rule, rule`, or for all of them `nosemgrep`.
fn semgrep(comment: &str) -> Option<Said> {
    let rest = comment.strip_prefix("nosemgrep").or_else(|| comment.strip_prefix("nosem"))?;
    if rest.is_empty() {
        return Some(said(Scope::NextLine, Named::All("semgrep"), ""));
    }
    let names = ids(rest.trim_start().strip_prefix(':')?);
    let names = names.iter().filter_map(|name| name.rsplit('.').next()).map(str::to_owned).collect();
    Some(said(Scope::NextLine, Named::Theirs("semgrep", names), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(comment: &str) -> Option<(Scope, Named, String)> {
        read(comment).map(|said| (said.scope, said.rules, said.reason))
    }

    fn theirs(peer: &'static str, names: &[&str]) -> Named {
        Named::Theirs(peer, names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn each_grammar_is_read() {
        for (comment, scope, rules, reason) in [
            (
                "hadolint ignore=DL3006,SC1035 # old base",
                Scope::Next,
                theirs("hadolint", &["DL3006", "SC1035"]),
                "old base",
            ),
            ("hadolint global ignore = DL3006", Scope::File, theirs("hadolint", &["DL3006"]), ""),
            ("hadolint stage ignore=DL3006", Scope::Stage, theirs("hadolint", &["DL3006"]), ""),
            ("check=skip=A,B;error=true", Scope::Top, theirs("buildkit", &["A", "B"]), ""),
            ("check=error=true;skip=all", Scope::Top, Named::All("buildkit"), ""),
            ("CHECK = skip=all", Scope::Top, Named::All("buildkit"), ""),
            ("tally ignore=all;reason=a draft", Scope::Next, Named::All("tally"), "a draft"),
            ("trivy:ignore:*", Scope::Here, Named::All("trivy"), ""),
            (
                "checkov:skip=CKV_DOCKER_3:no user yet",
                Scope::File,
                theirs("checkov", &["CKV_DOCKER_3"]),
                "no user yet",
            ),
            (
                "trivy:ignore:AVD-DS-0002 trivy:ignore:DS026:exp:2030-01-01",
                Scope::Here,
                theirs("trivy", &["DS-0002", "DS-0026"]),
                "",
            ),
            ("kics-scan ignore-line", Scope::NextLine, Named::All("kics"), ""),
            ("kics-scan disable=a1,b2", Scope::File, theirs("kics", &["a1", "b2"]), ""),
            ("kics-scan enable=a1", Scope::File, Named::AllBut("kics", vec!["a1".to_owned()]), ""),
            ("dclint disable-line some-rule", Scope::Line, theirs("dclint", &["some-rule"]), ""),
            ("dclint disable-file", Scope::File, Named::All("dclint"), ""),
            (
                "nosemgrep: dockerfile.security.last-user-is-root",
                Scope::NextLine,
                theirs("semgrep", &["last-user-is-root"]),
                "",
            ),
        ] {
            assert_eq!(heard(comment), Some((scope, rules, reason.to_owned())), "{comment}");
        }
    }

    #[test]
    fn prose_says_nothing() {
        for comment in
            ["hadolint is nice", "tally of ignores", "check = mate", "nosemantics", "kics-scan", "trivy"]
        {
            assert_eq!(heard(comment), None, "{comment}");
        }
    }
}

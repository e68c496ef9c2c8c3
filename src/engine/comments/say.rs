//! What is wrong with ignore comments, as findings like any other.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::{About, Confidence, Policy, Safety};
use crate::source::Span;

use super::super::finding::{Change, Finding, Label, Repair, State};
use super::{Comments, Ignore, Named, Open};

/// The rules about ignore comments, where they are on. They have files like all rules, without conditions.
pub struct Rules<'p> {
    policy: &'p Policy,
    unused: Option<Arc<About>>,
    unknown: Option<Arc<About>>,
    malformed: Option<Arc<About>>,
    lapsed: Option<Arc<About>>,
}

impl<'p> Rules<'p> {
    /// Those of a policy.
    pub fn of(policy: &'p Policy) -> Self {
        let about =
            |id: &str| policy.rules().iter().find(|rule| rule.about.id == id).map(|rule| rule.about.clone());
        Self {
            policy,
            unused: about("unused-ignore"),
            unknown: about("unknown-ignore"),
            malformed: about("malformed-ignore"),
            lapsed: about("lapsed-ignore"),
        }
    }
}

/// For no more unknown names of one file than this is it said what may have been meant.
const HINTS: usize = 64;

/// Findings about the comments of a file; `used` says which of its ignores covered something.
pub fn say(comments: &Comments, used: &[bool], open: &Open, rules: &Rules<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut hints: BTreeMap<&str, String> = BTreeMap::new();
    if let Some(about) = &rules.malformed {
        findings.extend(comments.malformed.iter().map(|(comment, wrong)| {
            let message = format!("this ignores nothing: {wrong}; write `# plimsoll: ignore[rule-id] why`");
            finding(about, *comment, message, "ignore".to_owned(), None)
        }));
    }
    if let Some(about) = &rules.lapsed {
        findings.extend(comments.lapsed.iter().map(|(comment, last)| {
            let message = format!("this ignored something until {last} only: mend it, or set a new day");
            finding(about, *comment, message, "ignore".to_owned(), None)
        }));
    }
    for (ignore, used) in comments.ignores.iter().zip(used) {
        let Named::Ours(names) = &ignore.rules else { continue };
        let subject = format!("ignore[{}]", names.join(", "));
        if let Some(about) = &rules.unknown {
            for name in names.iter().filter(|name| !rules.policy.knows(name)) {
                if !hints.contains_key(name.as_str()) && hints.len() < HINTS {
                    let near = rules.policy.nearest(name);
                    hints.insert(
                        name,
                        near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
                    );
                }
                let hint = hints.get(name.as_str()).map_or("", String::as_str);
                let message = format!("there is no rule `{name}`{hint}");
                findings.push(finding(about, ignore.comment, message, format!("{subject}.{name}"), None));
            }
        }
        if let Some(about) = &rules.unused
            && !used
            && may_be_unused(ignore, names, open, rules.policy)
        {
            let message = "nothing that this could ignore is found here; take it away".to_owned();
            let repair = Repair {
                title: "remove the comment".to_owned(),
                safety: Safety::Safe,
                caveat: None,
                harden_only: false,
                changes: vec![Change::RemoveComment(ignore.comment)],
            };
            findings.push(finding(about, ignore.comment, message, subject, Some(repair)));
        }
    }
    findings
}

/// Only who knows all of the rules and has judged them can say that none of them has found anything.
fn may_be_unused(ignore: &Ignore, names: &[String], open: &Open, policy: &Policy) -> bool {
    let on = |name: &String| policy.rules().iter().any(|rule| rule.about.is_called(name));
    names.iter().all(on) && !open.any(ignore)
}

fn finding(
    about: &Arc<About>,
    comment: Span,
    message: String,
    subject: String,
    repair: Option<Repair>,
) -> Finding {
    Finding {
        refused: None,
        rule: about.clone(),
        severity: about.severity,
        confidence: Confidence::Certain,
        message,
        primary: Label { span: comment, text: String::new() },
        related: Vec::new(),
        via: Vec::new(),
        subject,
        subject_at: comment,
        state: State::Active,
        repair,
        fold: None,
    }
}

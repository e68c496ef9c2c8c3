//! What a rule file says for people, as `explain` and the pages below `docs/rules` show it.

use std::borrow::Cow;

use crate::source::{FileId, Source};
use crate::syntax::{Data, yaml};

use super::library::texts;
use super::reader::{Read, Reader};
use super::severity::Severity;

/// A way to mend what a rule finds, with `{placeholders}` as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// `safe`, `unsafe` or `manual`.
    pub safety: String,
    /// What is done, or is to be done.
    pub title: String,
    /// What could go wrong.
    pub caveat: Option<String>,
}

/// An option of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Its value where the configuration says nothing; the rule is off without one.
    pub default: Option<Vec<String>>,
    /// What it is for.
    pub doc: Option<String>,
}

/// The whole file of a built-in rule.
pub fn written(id: &str) -> Option<Data> {
    let (path, text) = texts().into_iter().find(|(path, _)| path.ends_with(&format!("/{id}.yaml")))?;
    let source = Source::new(FileId(0), path.as_str(), &text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    tree.to_data(tree.root()?, &mut 100_000)
}

/// Every way to mend that the rule or one of its cases has, once.
pub fn remedies(rule: &Reader<'_>) -> Read<Vec<Remedy>> {
    let mut all = Vec::new();
    let written = cases(rule).chain([*rule]).filter_map(|owner| owner.get("fix"));
    for fix in written.flat_map(Reader::items) {
        let remedy = Remedy {
            safety: fix.need("safety")?.text()?.into_owned(),
            title: fix.need("title")?.text()?.into_owned(),
            caveat: fix.get("caveat").map(|caveat| caveat.text()).transpose()?.map(Cow::into_owned),
        };
        if !all.contains(&remedy) {
            all.push(remedy);
        }
    }
    Ok(all)
}

/// The options.
pub fn choices(rule: &Reader<'_>) -> Read<Vec<Choice>> {
    let Some(options) = rule.get("options") else { return Ok(Vec::new()) };
    let one = |(name, option): (&str, Reader<'_>)| {
        Ok(Choice {
            name: name.to_owned(),
            default: option.get("default").map(|list| list.texts()).transpose()?,
            doc: option.get("doc").map(|text| text.text()).transpose()?.map(Cow::into_owned),
        })
    };
    options.entries()?.map(one).collect()
}

/// What the cases say and how bad they are, the worst first; nothing where all are equally bad.
pub fn gradings(rule: &Reader<'_>) -> Read<Vec<(Severity, String)>> {
    let mut all = Vec::new();
    for case in cases(rule) {
        let either = |key: &str| case.get(key).or_else(|| rule.get(key));
        let (Some(severity), Some(message)) = (either("severity"), either("message")) else { continue };
        let graded = (severity.word(&Severity::ALL.map(|it| (it.name(), it)))?, message.text()?.into_owned());
        if !all.contains(&graded) {
            all.push(graded);
        }
    }
    all.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let differ = all.first().map(|(severity, _)| severity) != all.last().map(|(severity, _)| severity);
    Ok(if differ { all } else { Vec::new() })
}

fn cases<'r>(rule: &Reader<'r>) -> impl Iterator<Item = Reader<'r>> + use<'r> {
    rule.get("cases").into_iter().flat_map(Reader::items)
}

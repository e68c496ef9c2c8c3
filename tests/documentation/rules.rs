//! `docs/rules/`: a page a topic and one table of everything, from the rule files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll::policy::{Reader, Remedy, Rule, Safety, all, remedies, texts};
use plimsoll::source::{FileId, PROBLEMS, Source};
use plimsoll::syntax::{Data, yaml};

use super::Pages;

/// A rule with its file.
struct Entry {
    topic: String,
    path: String,
    rule: Rule,
    data: Data,
}

/// Every page about rules, by path.
pub fn pages() -> Pages {
    let mut by_topic: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entries() {
        by_topic.entry(entry.topic.clone()).or_default().push(entry);
    }
    let mut pages = Pages::new();
    pages.insert("docs/rules/README.md".into(), table(&by_topic));
    pages.insert("docs/rules/problems.md".into(), problems());
    for (topic, rules) in &by_topic {
        let mut page = format!(
            "# Rules: {topic}\n\nGenerated from [`rules/{topic}`](../../rules/{topic}). `plimsoll explain RULE` shows the same.\n"
        );
        for entry in rules {
            page.push_str(&section(entry));
        }
        pages.insert(format!("docs/rules/{topic}.md"), page);
    }
    pages
}

/// How many rules there are on each topic, for the README.
pub fn summary() -> String {
    let mut by_topic: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entries() {
        by_topic.entry(entry.topic.clone()).or_default().push(entry);
    }
    let mut out =
        String::from("| topic | rules | in `recommended` | mended mechanically |\n|---|---:|---:|---:|\n");
    let mut sums = [0; 3];
    for (topic, rules) in &by_topic {
        let recommended = rules.iter().filter(|entry| is_recommended(entry)).count();
        let mended = rules.iter().filter(|entry| is_mended(entry)).count();
        for (sum, count) in sums.iter_mut().zip([rules.len(), recommended, mended]) {
            *sum += count;
        }
        out.push_str(&format!(
            "| [{topic}](docs/rules/{topic}.md) | {} | {recommended} | {mended} |\n",
            rules.len()
        ));
    }
    out.push_str(&format!("| [all](docs/rules/README.md) | {} | {} | {} |\n", sums[0], sums[1], sums[2]));
    out
}

fn is_recommended(entry: &Entry) -> bool {
    entry.rule.about.profiles.iter().any(|profile| profile == "recommended")
}

fn is_mended(entry: &Entry) -> bool {
    matches!(entry.rule.best_fix(), Some(Safety::Safe | Safety::Unsafe))
}

fn entries() -> Vec<Entry> {
    let texts = texts();
    let mut entries: Vec<Entry> = all()
        .unwrap()
        .into_iter()
        .map(|rule| {
            let ending = format!("/{}.yaml", rule.about.id);
            let (path, text) = texts.iter().find(|(path, _)| path.ends_with(&ending)).unwrap();
            let source = Source::new(FileId(0), path, text);
            let tree = yaml::parse(&source, yaml::Limits::default());
            let data = tree.to_data(tree.root().unwrap(), &mut 100_000).unwrap();
            let topic = path.split('/').rev().nth(1).unwrap().to_owned();
            Entry { topic, path: path.clone(), rule, data }
        })
        .collect();
    entries.sort_by(|a, b| (&a.topic, &a.rule.about.id).cmp(&(&b.topic, &b.rule.about.id)));
    entries
}

fn table(by_topic: &BTreeMap<String, Vec<Entry>>) -> String {
    let mut out = String::from(
        "# Rules\n\nGenerated from [`rules/`](../../rules). Whatever is not `style` is in `strict` as well. In *fix*, `safe` is done by `plimsoll fix`, `unsafe` by `plimsoll harden` with a \
         caveat; the rest is for a person. What cannot be judged is no finding but a [problem](problems.md).\n\n| rule | | severity | targets | profiles | fix |\n|---|---|---|---|---|---|\n",
    );
    for entry in by_topic.values().flatten() {
        let about = &entry.rule.about;
        out.push_str(&format!(
            "| [{id}]({topic}.md#{id}) | {} | {} | {} | {} | {} |\n",
            about.title.replace('|', "\\|"),
            entry.rule.severities(),
            targets(&entry.rule),
            profiles(&entry.rule),
            if is_mended(entry) { entry.rule.best_fix().unwrap().name() } else { "" },
            id = about.id,
            topic = entry.topic,
        ));
    }
    out
}

fn section(entry: &Entry) -> String {
    let about = &entry.rule.about;
    let data = entry.data.borrowed();
    let reader = Reader::new(&data);
    let mut out = format!("\n## {}\n**{}**\n\n", about.id, about.title);
    out.push_str(&format!(
        "{} · {} · {} · [source](../../{})\n\n",
        entry.rule.severities(),
        targets(&entry.rule),
        profiles(&entry.rule),
        entry.path
    ));
    if let Some(why) = reader.get("why") {
        out.push_str(&format!("{}\n", why.text().unwrap().trim_end()));
    }
    for (key, heading) in [("finds", "Finds"), ("silent", "Is silent on")] {
        if let Some((language, text)) = example(&reader, key) {
            out.push_str(&format!("\n{heading}:\n```{language}\n{}\n```\n", text.trim_end()));
        }
    }
    let fixes = fixes(&reader);
    if !fixes.is_empty() {
        out.push_str(&format!("\nFix:\n{fixes}"));
    }
    if !about.conflicts.is_empty() {
        let opposite: Vec<String> = about.conflicts.iter().map(|id| format!("`{id}`")).collect();
        out.push_str(&format!("\nAdvises the opposite of {}.\n", opposite.join(", ")));
    }
    if !about.aliases.is_empty() {
        let aliases: Vec<String> = about.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        out.push_str(&format!("\nAlso known as {}.\n", aliases.join(", ")));
    }
    out
}

/// The shortest example of a rule: its language and its text, without marks.
fn example(rule: &Reader<'_>, key: &str) -> Option<(&'static str, String)> {
    let examples = rule.get("examples")?.items();
    let texts = examples.filter_map(|example| {
        let body = example.get(key)?;
        let Some(files) = body.get("files") else { return body.text().ok().map(Cow::into_owned) };
        let files = files.entries().unwrap();
        let parts = files.map(|(path, text)| format!("# {path}\n{}", text.text().unwrap()));
        Some(parts.collect::<Vec<_>>().join("\n"))
    });
    let text = texts.min_by_key(String::len)?.replace(['«', '»', '‹', '›'], "");
    let language =
        if text.contains("services:") || text.contains("networks:") { "yaml" } else { "dockerfile" };
    Some((language, text))
}

/// Every way to mend, a line each.
fn fixes(rule: &Reader<'_>) -> String {
    let line = |fix: &Remedy| {
        let caveat = fix.caveat.as_ref().map_or_else(String::new, |caveat| format!(" Caveat: {caveat}."));
        format!("- {}: {}.{caveat}\n", fix.safety, fix.title)
    };
    remedies(rule).unwrap().iter().map(line).collect()
}

/// The kinds of problems.
fn problems() -> String {
    let mut page = String::from(
        "# Problems\n\nWhat could not be judged is a problem: the exit status is 2, and no comment or option ignores it. Generated from \
         [`src/source/problem.rs`](../../src/source/problem.rs). `plimsoll explain ID` shows the same.\n",
    );
    for kind in PROBLEMS {
        page.push_str(&format!("\n## {}\n**{}**\n\n{}\n", kind.id, kind.title, kind.why));
    }
    page
}

fn targets(rule: &Rule) -> String {
    rule.about.targets.iter().map(|target| target.name()).collect::<Vec<_>>().join(", ")
}

fn profiles(rule: &Rule) -> String {
    match rule.about.profiles.as_slice() {
        [] => "strict".to_owned(),
        profiles => profiles.join(", "),
    }
}

//! The built-in rules, and which of them are on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::facts::Target;
use crate::source::{PROBLEMS, nearest};
use crate::syntax::Data;

use super::options::Values;
use super::reader::{Mistake, Reader};
use super::rule::{Rule, is_called};
use super::set::Policy;
use super::severity::Severity;

/// Which rules are on, and with which options.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The profile; `all` is every rule.
    pub profile: String,
    /// Only these rules, whatever the profile says.
    pub select: Vec<String>,
    /// These rules, too.
    pub also: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// Other severities, by rule.
    pub severity: BTreeMap<String, Severity>,
    /// Options, by rule and name.
    pub options: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Only rules for these targets; all of them where none is named. Reading the others would be for nothing.
    pub targets: Vec<Target>,
    /// Rules of the user's own; they take the place of built-in ones of the same id.
    pub own: Vec<Data>,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            profile: "recommended".to_owned(),
            select: Vec::new(),
            also: Vec::new(),
            ignore: Vec::new(),
            severity: BTreeMap::new(),
            options: BTreeMap::new(),
            targets: Vec::new(),
            own: Vec::new(),
        }
    }
}

/// The profiles and what each is for.
pub const PROFILES: [(&str, &str); 6] = [
    ("recommended", "what is precise and worth everybody's time; the default"),
    ("strict", "everything that is not a matter of style"),
    ("cis-docker", "what the CIS Docker Benchmark asks of images and containers"),
    ("owasp", "what the OWASP Docker Security Cheat Sheet asks for"),
    ("style", "matters of taste"),
    ("all", "every rule"),
];

/// A rule: what it can be called, and the rest of its file without what only people read, still encoded. A run reads the
/// rules that it needs and no others.
struct Document<'d> {
    names: Names<'d>,
    body: Body<'d>,
}

/// Where the rest of a rule is.
enum Body<'d> {
    Builtin(&'static [u8]),
    Own(&'d Data),
}

impl Document<'_> {
    fn data(&self) -> Data<&str> {
        match self.body {
            Body::Builtin(bytes) => postcard::from_bytes(bytes).unwrap_or(Data::Null),
            Body::Own(data) => data.borrowed(),
        }
    }

    fn read(&self, values: Values) -> Result<Rule, String> {
        Rule::read(&Reader::new(&self.data()), values).map_err(|mistake| self.explain(&mistake))
    }

    fn explain(&self, mistake: &Mistake) -> String {
        format!("rule {}: {} (at {:?})", self.names.id, mistake.message, mistake.path)
    }
}

fn builtin() -> impl Iterator<Item = Document<'static>> {
    let all: Vec<([&str; 4], &[u8])> =
        postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"))).unwrap_or_default();
    all.into_iter().map(|(names, body)| {
        let [id, profiles, targets, aliases] = names.map(Cow::Borrowed);
        Document { names: Names { id, profiles, targets, aliases }, body: Body::Builtin(body) }
    })
}

/// What the built-in rules can be called: ids and aliases.
pub(super) fn builtin_names() -> Vec<String> {
    builtin().flat_map(|rule| rule.names.all().collect::<Vec<_>>()).collect()
}

/// The built-in rule files as text, with their paths.
pub fn texts() -> Vec<(String, String)> {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"))).unwrap_or_default()
}

/// The shared word lists of `rules/lists.yaml`.
pub fn lists() -> Values {
    let documents: Vec<Data<&str>> =
        postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/lists.bin"))).unwrap_or_default();
    let mut values = Values::default();
    for (name, list) in documents.iter().flat_map(|data| Reader::new(data).entries().into_iter().flatten()) {
        if let Ok(words) = list.texts() {
            values.set(name, words);
        }
    }
    values
}

/// The policy that a selection of the built-in rules makes.
pub fn load(selection: &Selection) -> Result<Policy, String> {
    let catalogue = Catalogue::of(&selection.own);
    let named = selection.select.iter().chain(&selection.also).chain(&selection.ignore);
    for name in named.chain(selection.severity.keys()).chain(selection.options.keys()) {
        catalogue.rule(name)?;
    }
    for (rule, given) in &selection.options {
        for option in given.keys() {
            catalogue.option(rule, option)?;
        }
    }
    if !PROFILES.iter().any(|(name, _)| *name == selection.profile) {
        let names: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
        return Err(format!("there is no profile `{}`; known are {}", selection.profile, names.join(", ")));
    }
    let lists = lists();
    let mut rules = Vec::new();
    for document in &catalogue.0 {
        let names = &document.names;
        if !names.wanted(selection) {
            continue;
        }
        let mut values = lists.clone();
        for (name, list) in
            selection.options.iter().filter(|(rule, _)| names.is(rule)).flat_map(|(_, all)| all)
        {
            values.set(name, list.clone());
        }
        let mut rule = document.read(values)?;
        if let Some((_, severity)) = selection.severity.iter().find(|(name, _)| names.is(name)) {
            for case in &mut rule.cases {
                case.severity = *severity;
            }
        }
        if rule.unconfigured.is_empty() {
            rules.push(rule);
        }
    }
    let policy = Policy::new(without_opposites(rules, selection));
    if selection.own.is_empty() {
        return Ok(policy);
    }
    Ok(policy.knowing(catalogue.0.iter().flat_map(|rule| rule.names.all()).collect()))
}

/// The rules without those whose opposite somebody named; what is named itself stays, and `all` is everything.
fn without_opposites(mut rules: Vec<Rule>, selection: &Selection) -> Vec<Rule> {
    let named = |rule: &Rule| selection.also.iter().any(|name| rule.about.is_called(name));
    let opposed: Vec<(String, Vec<String>)> = rules
        .iter()
        .filter(|rule| named(rule))
        .map(|rule| (rule.about.id.clone(), rule.about.conflicts.clone()))
        .collect();
    if selection.profile != "all" {
        rules.retain(|rule| {
            let opposes = |(id, conflicts): &(String, Vec<String>)| {
                conflicts.contains(&rule.about.id) || rule.about.conflicts.contains(id)
            };
            named(rule) || !opposed.iter().any(opposes)
        });
    }
    rules
}

/// Whether a name means remarks of `ShellCheck`, which come from no rule file: all of them, or those of one code, as in
/// `SC2086` and `hadolint:SC2086`.
pub fn is_shellcheck(name: &str) -> bool {
    let id = name.rsplit([':', '/']).next().unwrap_or(name);
    let tool = name.strip_suffix(id).unwrap_or_default();
    let code = id.strip_prefix("SC").or_else(|| id.strip_prefix("sc")).unwrap_or_default();
    id == "shellcheck-finding" && tool.is_empty()
        || !code.is_empty()
            && code.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(tool, "" | "shellcheck:" | "hadolint:" | "shellcheck/" | "tally:shellcheck/")
}

/// The rules that there are, on or off: what a configuration may name.
pub struct Catalogue<'d>(Vec<Document<'d>>);

impl<'d> Catalogue<'d> {
    /// The built-in rules, and the user's own in their places or behind them.
    pub fn of(own: &'d [Data]) -> Self {
        let mut all: Vec<Document<'d>> = builtin().collect();
        for data in own {
            let rule = Document { names: Names::of(&data.borrowed()), body: Body::Own(data) };
            match all.iter_mut().find(|builtin| builtin.names.id == rule.names.id) {
                Some(place) => *place = rule,
                None => all.push(rule),
            }
        }
        Self(all)
    }

    /// Refuses a name that no rule goes by.
    pub fn rule(&self, name: &str) -> Result<(), String> {
        if self.0.iter().any(|rule| rule.names.is(name)) {
            return Ok(());
        }
        if is_shellcheck(name) {
            return Ok(());
        }
        if PROBLEMS.iter().any(|kind| kind.id == name) {
            return Err(format!(
                "`{name}` is no rule but a problem: what could not be judged is not ignored"
            ));
        }
        let ids = self.0.iter().map(|rule| &*rule.names.id);
        let hint = nearest(name, ids).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(format!("there is no rule `{name}`{hint}"))
    }

    /// Refuses an option that a rule does not have.
    pub fn option(&self, rule: &str, name: &str) -> Result<(), String> {
        for document in self.0.iter().filter(|document| document.names.is(rule)) {
            let data = document.data();
            let options = Reader::new(&data).get("options").and_then(|options| options.entries().ok());
            let known: Vec<&str> = options.into_iter().flatten().map(|(name, _)| name).collect();
            if !known.contains(&name) {
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None if known.is_empty() => "; it has none".to_owned(),
                    None => format!("; it has {}", known.join(", ")),
                };
                return Err(format!("the rule `{}` has no option `{name}`{hint}", document.names.id));
            }
        }
        Ok(())
    }
}

/// Every built-in rule, whether it is on or not.
pub fn all() -> Result<Vec<Rule>, String> {
    let lists = lists();
    builtin().map(|rule| rule.read(lists.clone())).collect()
}

/// What a rule can be called, read before the rule itself is: hundreds of them at every start, so those of the built-in
/// rules stay where `build.rs` wrote them. Lists are lines of one text.
struct Names<'d> {
    id: Cow<'d, str>,
    profiles: Cow<'d, str>,
    targets: Cow<'d, str>,
    aliases: Cow<'d, str>,
}

impl Names<'_> {
    /// Those of a rule of the user's own: whoever writes none about profiles wants it whatever the profile is.
    fn of(data: &Data<&str>) -> Self {
        let reader = Reader::new(data);
        let everywhere = reader.get("profiles").is_none();
        let lines = |key: &str| {
            let texts = reader.get(key).and_then(|list| list.texts().ok()).unwrap_or_default();
            Cow::Owned(texts.join("\n"))
        };
        Self {
            id: lines("id"),
            profiles: if everywhere { Cow::Borrowed("all") } else { lines("profiles") },
            targets: lines("targets"),
            aliases: lines("aliases"),
        }
    }

    /// Its id and its aliases.
    fn all(&self) -> impl Iterator<Item = String> {
        std::iter::once(&*self.id).chain(self.aliases.lines()).map(str::to_owned)
    }

    fn is(&self, name: &str) -> bool {
        is_called(&self.id, self.aliases.lines(), name)
    }

    fn wanted(&self, selection: &Selection) -> bool {
        let applies = |target: &Target| self.targets.lines().any(|own| own == target.name());
        if !selection.targets.is_empty() && !selection.targets.iter().any(applies) {
            return false;
        }
        if selection.ignore.iter().any(|name| self.is(name)) {
            return false;
        }
        if selection.also.iter().any(|name| self.is(name)) {
            return true;
        }
        if !selection.select.is_empty() {
            return selection.select.iter().any(|name| self.is(name));
        }
        match selection.profile.as_str() {
            _ if self.profiles.lines().any(|profile| profile == "all") => true,
            "all" => true,
            "strict" => !self.profiles.lines().any(|profile| profile == "style"),
            profile => self.profiles.lines().any(|own| own == profile),
        }
    }
}

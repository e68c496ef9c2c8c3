//! The built-in rules, and which of them are on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

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

/// A built-in rule: what it can be called, and the rest of its file without what only people read, still encoded. A run
/// reads the rules that it needs and no others.
struct Builtin {
    names: Names,
    body: &'static [u8],
}

impl Builtin {
    fn data(&self) -> Data {
        postcard::from_bytes(self.body).unwrap_or(Data::Null)
    }
}

fn builtin() -> &'static [Builtin] {
    static RULES: OnceLock<Vec<Builtin>> = OnceLock::new();
    RULES.get_or_init(|| {
        let all: Vec<(Data, &[u8])> =
            postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"))).unwrap_or_default();
        all.into_iter().map(|(head, body)| Builtin { names: Names::of(&head), body }).collect()
    })
}

/// What the built-in rules can be called: ids and aliases.
pub(super) fn builtin_names() -> Vec<String> {
    builtin().iter().flat_map(|rule| rule.names.clone().all()).collect()
}

/// The built-in rule files as text, with their paths.
pub fn texts() -> Vec<(String, String)> {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"))).unwrap_or_default()
}

/// The shared word lists of `rules/lists.yaml`.
pub fn lists() -> Values {
    let documents: Vec<Data> =
        postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/lists.bin"))).unwrap_or_default();
    let mut values = Values::default();
    for (name, list) in documents.iter().flat_map(|data| Reader::new(data).entries().unwrap_or_default()) {
        if let Ok(words) = list.texts() {
            values.set(name, words);
        }
    }
    values
}

/// The policy that a selection of the built-in rules makes.
pub fn load(selection: &Selection) -> Result<Policy, String> {
    let catalogue = Catalogue::of(&selection.own);
    let named = selection.select.iter().chain(&selection.ignore);
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
    for (names, body) in &catalogue.0 {
        if !names.wanted(selection) {
            continue;
        }
        let mut values = lists.clone();
        for (name, list) in
            selection.options.iter().filter(|(rule, _)| names.is(rule)).flat_map(|(_, all)| all)
        {
            values.set(name, list.clone());
        }
        let data = body.data();
        let mut rule =
            Rule::read(&Reader::new(&data), values).map_err(|mistake| explain(&names.id, &mistake))?;
        if let Some((_, severity)) = selection.severity.iter().find(|(name, _)| names.is(name)) {
            for case in &mut rule.cases {
                case.severity = *severity;
            }
        }
        if rule.unconfigured.is_empty() {
            rules.push(rule);
        }
    }
    let names = catalogue.0.into_iter().flat_map(|(names, _)| names.all()).collect();
    Ok(Policy::new(rules).knowing(names))
}

/// The rules that there are, on or off: what a configuration may name.
pub struct Catalogue<'d>(Vec<(Names, Body<'d>)>);

impl<'d> Catalogue<'d> {
    /// The built-in rules, and the user's own in their places or behind them.
    pub fn of(own: &'d [Data]) -> Self {
        let mut all: Vec<(Names, Body<'_>)> =
            builtin().iter().map(|rule| (rule.names.clone(), Body::Builtin(rule))).collect();
        for data in own {
            let names = Names::of(data);
            match all.iter_mut().find(|(builtin, _)| builtin.id == names.id) {
                Some(place) => *place = (names, Body::Own(data)),
                None => all.push((names, Body::Own(data))),
            }
        }
        Self(all)
    }

    /// Refuses a name that no rule goes by.
    pub fn rule(&self, name: &str) -> Result<(), String> {
        if self.0.iter().any(|(names, _)| names.is(name)) {
            return Ok(());
        }
        if PROBLEMS.iter().any(|kind| kind.id == name) {
            return Err(format!(
                "`{name}` is no rule but a problem: what could not be judged is not ignored"
            ));
        }
        let ids = self.0.iter().map(|(names, _)| names.id.as_str());
        let hint = nearest(name, ids).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(format!("there is no rule `{name}`{hint}"))
    }

    /// Refuses an option that a rule does not have.
    pub fn option(&self, rule: &str, name: &str) -> Result<(), String> {
        for (names, body) in self.0.iter().filter(|(names, _)| names.is(rule)) {
            let data = body.data();
            let options = Reader::new(&data).get("options").and_then(|options| options.entries().ok());
            let known: Vec<&str> = options.into_iter().flatten().map(|(name, _)| name).collect();
            if !known.contains(&name) {
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None if known.is_empty() => "; it has none".to_owned(),
                    None => format!("; it has {}", known.join(", ")),
                };
                return Err(format!("the rule `{}` has no option `{name}`{hint}", names.id));
            }
        }
        Ok(())
    }
}

/// Where the rest of a rule is.
enum Body<'d> {
    Builtin(&'static Builtin),
    Own(&'d Data),
}

impl Body<'_> {
    fn data(&self) -> Cow<'_, Data> {
        match self {
            Self::Builtin(rule) => Cow::Owned(rule.data()),
            Self::Own(data) => Cow::Borrowed(data),
        }
    }
}

/// Every built-in rule, whether it is on or not.
pub fn all() -> Result<Vec<Rule>, String> {
    let lists = lists();
    let read = |builtin: &Builtin| {
        Rule::read(&Reader::new(&builtin.data()), lists.clone())
            .map_err(|mistake| explain(&builtin.names.id, &mistake))
    };
    builtin().iter().map(read).collect()
}

fn explain(id: &str, mistake: &Mistake) -> String {
    format!("rule {id}: {} (at {:?})", mistake.message, mistake.path)
}

/// What a rule can be called, read before the rule itself is.
#[derive(Clone)]
struct Names {
    id: String,
    profiles: Vec<String>,
    targets: Vec<String>,
    aliases: Vec<String>,
}

impl Names {
    fn of(data: &Data) -> Self {
        let reader = Reader::new(data);
        let texts = |key: &str| reader.get(key).and_then(|list| list.texts().ok()).unwrap_or_default();
        Self {
            id: reader.get("id").and_then(|id| id.text().ok()).unwrap_or_default(),
            profiles: texts("profiles"),
            targets: texts("targets"),
            aliases: texts("aliases"),
        }
    }

    /// Its id and its aliases.
    fn all(self) -> impl Iterator<Item = String> {
        std::iter::once(self.id).chain(self.aliases)
    }

    fn is(&self, name: &str) -> bool {
        is_called(&self.id, &self.aliases, name)
    }

    fn wanted(&self, selection: &Selection) -> bool {
        let applies = |target: &Target| self.targets.iter().any(|own| own == target.name());
        if !selection.targets.is_empty() && !selection.targets.iter().any(applies) {
            return false;
        }
        if selection.ignore.iter().any(|name| self.is(name)) {
            return false;
        }
        if !selection.select.is_empty() {
            return selection.select.iter().any(|name| self.is(name));
        }
        match selection.profile.as_str() {
            "all" => true,
            "strict" => !self.profiles.iter().any(|profile| profile == "style"),
            profile => self.profiles.iter().any(|own| own == profile),
        }
    }
}

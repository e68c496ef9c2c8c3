//! A rule: one file of `rules/`, checked.

use std::borrow::Cow;
use std::sync::Arc;

use crate::facts::{Kind, Target, Type};

use super::fix::{self, Fix};
use super::library::PROFILES;
use super::options::Values;
use super::path::Path;
use super::predicate::{self, Pred, Scope};
use super::reader::{Read, Reader};
use super::severity::Severity;
use super::template::{Places, Template};

/// What people need to know of a rule; findings carry it.
#[derive(Debug)]
pub struct About {
    /// Its id, which states the defect.
    pub id: String,
    /// One line about it.
    pub title: String,
    /// Its severity where a case does not say otherwise.
    pub severity: Severity,
    /// Where it applies.
    pub targets: Vec<Target>,
    /// Profiles that it is in.
    pub profiles: Vec<String>,
    /// Its column in the load line.
    pub control: Option<String>,
    /// Ids of peers' rules, `peer:id`, and former ids of its own.
    pub aliases: Vec<String>,
    /// Rules that advise the opposite: no profile but `all` has both.
    pub conflicts: Vec<String>,
}

impl About {
    /// Whether a name means this rule: its id, an alias, or an alias without its tool. Aliases know no case.
    pub fn is_called(&self, name: &str) -> bool {
        is_called(&self.id, self.aliases.iter().map(String::as_str), name)
    }
}

/// Whether a name means the rule of that id and those aliases, in small or capital letters.
pub fn is_called<'a>(id: &str, mut aliases: impl Iterator<Item = &'a str>, name: &str) -> bool {
    let name = trivy_id(name.trim());
    let is = |alias: &str| alias.eq_ignore_ascii_case(&name);
    is(id) || aliases.any(|alias| is(alias) || alias.split_once(':').is_some_and(|(_, id)| is(id)))
}

/// Trivy's ids as it writes them today: `AVD-DS-0002` and `DS002` are `DS-0002`. Other names stay as they are.
pub fn trivy_id(name: &str) -> Cow<'_, str> {
    let (peer, id) = name.split_at(name.rfind(':').map_or(0, |colon| colon + 1));
    let begins = |id: &str, with: &str| id.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with));
    let short = if begins(id, "AVD-") { &id[4..] } else { id };
    if begins(short, "DS") && short.len() == 5 && short[2..].bytes().all(|byte| byte.is_ascii_digit()) {
        Cow::Owned(format!("{peer}DS-0{}", &short[2..]))
    } else if short.len() < id.len() {
        Cow::Owned(format!("{peer}{short}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// A checked rule.
#[derive(Debug)]
pub struct Rule {
    /// What people need to know of it.
    pub about: Arc<About>,
    /// The value list that it is judged once for each of, and the name of an item.
    pub each: Option<(String, Vec<String>)>,
    /// What is judged, in order; the first case that is true wins. `Fold` joins what they find.
    pub cases: Vec<Case>,
    /// Many findings shown as one.
    pub fold: Option<Template>,
    /// Options without a value: the rule is off until they have one.
    pub unconfigured: Vec<String>,
}

/// One condition of a rule and what it leads to.
#[derive(Debug)]
pub struct Case {
    /// What is judged.
    pub on: Kind,
    /// The value of the kind's index field that the condition begins with, if it does.
    pub index: Option<Vec<String>>,
    /// Fires only when known to be true.
    pub when: Pred,
    /// Excuses only when known to be true.
    pub unless: Option<Pred>,
    /// How bad.
    pub severity: Severity,
    /// When Docker itself refuses what is found, if it does.
    pub refused: Option<Refused>,
    /// What to underline; the node's own place where absent.
    pub at: Option<Path>,
    /// Other places.
    pub related: Vec<Related>,
    /// What is wrong and what to do.
    pub message: Template,
    /// Ways to mend it; the first that fits is the fix.
    pub fixes: Vec<Fix>,
}

/// When Docker refuses a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// As soon as it is read: `docker compose config` and `docker stack config` stop, too.
    Load,
    /// When it is deployed: reading it alone shows nothing.
    Deploy,
}

impl Refused {
    /// The word in rules and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Deploy => "deploy",
        }
    }
}

/// Another place that belongs to a finding.
#[derive(Debug)]
pub struct Related {
    /// Where.
    pub at: Path,
    /// What is there.
    pub say: Template,
}

/// The keys of a rule file.
pub const KEYS: &[&str] = &[
    "id",
    "title",
    "severity",
    "targets",
    "profiles",
    "control",
    "on",
    "when",
    "unless",
    "cases",
    "each",
    "at",
    "related",
    "message",
    "fold",
    "refused",
    "why",
    "fix",
    "options",
    "aliases",
    "conflicts",
    "references",
    "examples",
];

const CASE_KEYS: &[&str] =
    &["on", "when", "unless", "severity", "refused", "at", "related", "message", "fix"];

impl Rule {
    /// Reads and checks a rule. `values` holds the shared lists and the configured options of this rule.
    pub fn read(at: &Reader<'_>, mut values: Values) -> Read<Self> {
        at.only(KEYS)?;
        let unconfigured = options(at, &mut values)?;
        // Only people read these, so a built-in rule comes without them.
        at.get("references").map(|list| list.texts()).transpose()?;
        let each = each(at, &mut values)?;
        let cases = match at.get("cases") {
            Some(cases) => cases.items().map(|case| Case::read(at, &case, &values)).collect::<Read<_>>()?,
            None => vec![Case::read(at, at, &values)?],
        };
        let rule = Self {
            about: Arc::new(About {
                id: at.need("id")?.text()?.into_owned(),
                title: at.need("title")?.text()?.into_owned(),
                severity: severity(&at.need("severity")?)?,
                targets: targets(&at.need("targets")?)?,
                profiles: profiles(at, values.is_strict())?,
                control: at.get("control").map(|text| text.text()).transpose()?.map(Cow::into_owned),
                aliases: at.get("aliases").map(|list| list.texts()).transpose()?.unwrap_or_default(),
                conflicts: at.get("conflicts").map(|list| list.texts()).transpose()?.unwrap_or_default(),
            }),
            fold: fold(at, &cases, &values)?,
            each,
            cases,
            unconfigured,
        };
        if rule.each.is_some() && rule.cases.len() != 1 {
            return at.mistake("`each` and `cases` do not go together");
        }
        Ok(rule)
    }

    /// The worst severity that it can report.
    pub fn worst(&self) -> Severity {
        self.cases.iter().map(|case| case.severity).max().unwrap_or(self.about.severity)
    }

    /// Its severity, from the least to the worst that it can report: `low to high`.
    pub fn severities(&self) -> String {
        let least = self.cases.iter().map(|case| case.severity).min().unwrap_or(self.about.severity);
        let worst = self.worst();
        if least == worst { worst.name().to_owned() } else { format!("{} to {}", least.name(), worst.name()) }
    }

    /// The safety of the best fix that any case has.
    pub fn best_fix(&self) -> Option<fix::Safety> {
        self.cases.iter().flat_map(|case| &case.fixes).map(|fix| fix.safety).min()
    }
}

impl Case {
    /// Whether its condition can be anything but false for a node of this index word.
    pub fn may_be(&self, word: Option<&str>) -> bool {
        self.index.as_ref().zip(word).is_none_or(|(words, word)| words.iter().any(|it| it == word))
    }

    fn read(rule: &Reader<'_>, at: &Reader<'_>, values: &Values) -> Read<Self> {
        let own = !std::ptr::eq(rule.data(), at.data());
        if own {
            at.only(CASE_KEYS)?;
        }
        let either = |key: &str| at.get(key).or_else(|| rule.get(key));
        let Some(on) = either("on") else { return at.mistake("`on` is missing") };
        let name = on.text()?;
        let Some(kind) = Kind::named(&name) else {
            return on.unknown("kind", &name, Kind::ALL.iter().map(|kind| kind.name()));
        };
        let scope = Scope { subject: kind, values };
        let places = Places { subject: kind, it: None, words: &[], values };
        let mut when = Vec::new();
        if own && let Some(guard) = rule.get("when") {
            when.push(predicate::read(&guard, kind, scope)?);
        }
        let index = index_values(at, rule, kind, values);
        if let Some(condition) = at.get("when") {
            when.push(predicate::read(&condition, kind, scope)?);
        }
        let Some(message) = either("message") else { return at.mistake("`message` is missing") };
        let place = either("at").map(|at| label(&at, kind)).transpose()?;
        Ok(Self {
            on: kind,
            index,
            when: if when.len() == 1 { when.remove(0) } else { Pred::All(when) },
            unless: either("unless").map(|it| predicate::read(&it, kind, scope)).transpose()?,
            severity: either("severity").map_or(Ok(Severity::Medium), |text| severity(&text))?,
            refused: either("refused").map(|word| refused(&word)).transpose()?,
            at: place,
            related: related(either("related").as_ref(), kind, values)?,
            message: Template::read(&message, places)?,
            fixes: either("fix").map_or(Ok(Vec::new()), |list| fix::read(&list, kind, scope, places))?,
        })
    }
}

/// What to underline. A list of the subject's own is one thing, its key; a list behind a reference is several.
fn label(at: &Reader<'_>, kind: Kind) -> Read<Path> {
    let written = at.text()?;
    let path = Path::read(at, &written, kind)?;
    if matches!(path.of(), Type::Nodes(_) | Type::Texts) && written.contains('.') {
        return at.mistake("`at` must name one thing; choose the element kind as `on`");
    }
    Ok(path)
}

fn refused(at: &Reader<'_>) -> Read<Refused> {
    at.word(&[Refused::Load, Refused::Deploy].map(|word| (word.name(), word)))
}

fn related(at: Option<&Reader<'_>>, kind: Kind, values: &Values) -> Read<Vec<Related>> {
    let Some(at) = at else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for item in at.items() {
        item.only(&["at", "say"])?;
        let place = item.need("at")?;
        let written = place.text()?;
        if written.starts_with('$') {
            continue;
        }
        let path = Path::read(&place, &written, kind)?;
        let it = match path.of() {
            Type::Node(kind) | Type::Nodes(kind) => Some(kind),
            _ => None,
        };
        let say = Template::read(&item.need("say")?, Places { subject: kind, it, words: &[], values })?;
        all.push(Related { at: path, say });
    }
    Ok(all)
}

/// The values of the kind's index field, when the condition begins with an equality on it.
fn index_values(at: &Reader<'_>, rule: &Reader<'_>, kind: Kind, values: &Values) -> Option<Vec<String>> {
    let field = kind.table().index?;
    let wanted = [at, rule].into_iter().filter_map(|it| it.get("when")).find_map(|when| when.get(field))?;
    if wanted.is_map() {
        return None;
    }
    let mut all = Vec::new();
    for text in wanted.texts().ok()? {
        match text.strip_prefix('$') {
            Some(name) => all.extend(values.get(name)?.iter().cloned()),
            None if text.starts_with('{') => return None,
            None => all.push(text),
        }
    }
    Some(all)
}

fn fold(at: &Reader<'_>, cases: &[Case], values: &Values) -> Read<Option<Template>> {
    let Some(fold) = at.get("fold") else { return Ok(None) };
    fold.only(&["by", "message"])?;
    let Some(case) = cases.first() else { return Ok(None) };
    let places = Places { subject: case.on, it: None, words: &["count", "names"], values };
    Ok(Some(Template::read(&fold.need("message")?, places)?))
}

fn each(at: &Reader<'_>, values: &mut Values) -> Read<Option<(String, Vec<String>)>> {
    let Some(each) = at.get("each") else { return Ok(None) };
    let entries: Vec<_> = each.entries()?.collect();
    let [(name, list)] = entries.as_slice() else { return each.mistake("one name and one list are wanted") };
    let mut items = Vec::new();
    for text in list.texts()? {
        match text.strip_prefix('$') {
            Some(option) => items.extend(values.get(option).unwrap_or_default().iter().cloned()),
            None => items.push(text),
        }
    }
    values.set_item(name);
    Ok(Some(((*name).to_owned(), items)))
}

/// Puts the defaults of options among the values that the configuration has not set; returns those without either.
fn options(at: &Reader<'_>, values: &mut Values) -> Read<Vec<String>> {
    let mut missing = Vec::new();
    let Some(options) = at.get("options") else { return Ok(missing) };
    for (name, option) in options.entries()? {
        option.only(&["type", "default", "doc"])?;
        if values.get(name).is_some() {
            continue;
        }
        if let Some(default) = option.get("default") {
            values.set(name, default.texts()?);
        } else {
            values.set(name, Vec::new());
            missing.push(name.to_owned());
        }
    }
    Ok(missing)
}

fn severity(at: &Reader<'_>) -> Read<Severity> {
    at.word(&Severity::ALL.map(|severity| (severity.name(), severity)))
}

/// The profiles that a rule is in. A misspelt one would leave it off without a word; built-in rules are only tested so.
fn profiles(at: &Reader<'_>, strict: bool) -> Read<Vec<String>> {
    let Some(list) = at.get("profiles") else { return Ok(Vec::new()) };
    for profile in list.items().filter(|_| strict) {
        profile.word(&PROFILES)?;
    }
    list.texts()
}

fn targets(at: &Reader<'_>) -> Read<Vec<Target>> {
    at.items().map(|item| item.word(&Target::ALL.map(|target| (target.name(), target)))).collect()
}

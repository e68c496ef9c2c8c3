//! What a rule says about mending: recipes, checked at load.

use crate::facts::{Kind, Type};
use crate::syntax::Data;

use super::path::Path;
use super::predicate::{self, Pred, Scope};
use super::reader::{Read, Reader};
use super::template::{Filled, Filling, Places, Template};

/// How much a fix may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// What runs stays the same, or was broken.
    Safe,
    /// What runs changes; the caveat says how.
    Unsafe,
    /// Only a person can do it.
    Manual,
}

impl Safety {
    /// Its name in rules and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Manual => "manual",
        }
    }
}

/// A way to mend a finding.
#[derive(Debug)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: Template,
    /// How much it may change.
    pub safety: Safety,
    /// What could go wrong; every unsafe fix has one.
    pub caveat: Option<Template>,
    /// When it is the right one.
    pub when: Option<Pred>,
    /// Whether only `harden` may choose it.
    pub harden_only: bool,
    /// What to do, as one group.
    pub verbs: Vec<Verb>,
}

/// One change. Paths say where it is written; keys say what to write.
#[derive(Debug)]
pub enum Verb {
    /// Create or replace keys of a mapping.
    Set(Path, Vec<(String, Value)>),
    /// Add items to lists of a mapping.
    Append(Path, Vec<(String, Value)>),
    /// Remove what a field names: an entry, an item, an instruction.
    Remove(Path),
    /// Replace a part by a text.
    Replace(Path, Template),
    /// Insert an instruction before the one that a path names.
    InsertBefore(Path, Template),
    /// Insert an instruction after the one that a path names.
    InsertAfter(Path, Template),
    /// Put a command before those of a RUN.
    First(Path, Template),
    /// Put a command after those of a RUN.
    Then(Path, Template),
    /// In a later file, replace an inherited list by its items without one: the later file's mapping, the list, the item.
    Override(Path, String, Path),
    /// Replace words of a command; those that become empty go.
    Words(Path, Vec<(String, Template)>),
    /// Join an instruction with the one that follows it.
    Join(Path),
    /// Begin an instruction of its own with a pair.
    Split(Path),
    /// What only code can do.
    Recipe(Recipe),
}

/// Changes that need more than keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// Move a variable's value to a file of its own, which the image reads through `X_FILE`.
    SecretToFile,
    /// Move a value to `.env`.
    SecretToEnv,
    /// Write the words of a shell form as a JSON list.
    ExecForm,
    /// Write what was meant as a JSON list as one.
    JsonList,
    /// Let the builder fetch the repository that a RUN clones.
    AddRepository,
    /// Declare the default network of a stack, encrypted.
    EncryptDefault,
    /// Ask with wget what curl was to ask.
    ProbeWithWget,
    /// Begin an ignore file for a build context.
    IgnoreFile,
}

impl Recipe {
    /// Every recipe by the name that rules use.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("secret-to-file", Self::SecretToFile),
        ("secret-to-env", Self::SecretToEnv),
        ("exec-form", Self::ExecForm),
        ("json-list", Self::JsonList),
        ("add-repository", Self::AddRepository),
        ("encrypt-default", Self::EncryptDefault),
        ("probe-with-wget", Self::ProbeWithWget),
        ("ignore-file", Self::IgnoreFile),
    ];
}

/// Data with placeholders.
#[derive(Debug)]
pub enum Value {
    /// A text that may have placeholders.
    Text(Template),
    /// A number, `true`, `null`.
    Plain(Data),
    /// A sequence; absent items are left out, list placeholders are spread.
    List(Vec<Value>),
    /// A mapping; absent entries are left out.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Fills in the placeholders.
    pub fn fill(&self, filling: Filling<'_>) -> Filled {
        match self {
            Self::Text(template) => template.value(filling),
            Self::Plain(data) => Filled::Value(data.clone()),
            Self::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    match item.fill(filling) {
                        Filled::Value(Data::List(more)) if matches!(item, Self::Text(_)) => all.extend(more),
                        Filled::Value(Data::Map(entries)) => all.extend(spread(item, entries)),
                        Filled::Value(data) => all.push(data),
                        Filled::Absent => {}
                        Filled::Unknown => return Filled::Unknown,
                    }
                }
                Filled::Value(Data::List(all))
            }
            Self::Map(entries) => {
                let mut all = Vec::new();
                for (key, value) in entries {
                    match value.fill(filling) {
                        Filled::Value(data) => all.push((key.clone(), data)),
                        Filled::Absent => {}
                        Filled::Unknown => return Filled::Unknown,
                    }
                }
                if all.is_empty() && !entries.is_empty() {
                    Filled::Absent
                } else {
                    Filled::Value(Data::Map(all))
                }
            }
        }
    }
}

/// A mapping in a list whose placeholder is a list stands once for each of its items.
fn spread(item: &Value, entries: Vec<(String, Data)>) -> Vec<Data> {
    let Value::Map(written) = item else { return vec![Data::Map(entries)] };
    let listed = entries.iter().position(|(key, data)| {
        let placeholder = written.iter().any(|(name, value)| name == key && matches!(value, Value::Text(_)));
        placeholder && matches!(data, Data::List(_))
    });
    let Some((at, Data::List(items))) = listed.and_then(|at| Some((at, entries.get(at)?.1.clone()))) else {
        return vec![Data::Map(entries)];
    };
    items
        .into_iter()
        .map(|data| {
            let mut one = entries.clone();
            if let Some(entry) = one.get_mut(at) {
                entry.1 = data;
            }
            Data::Map(one)
        })
        .collect()
}

const KEYS: &[&str] = &[
    "title", "safety", "caveat", "when", "in", "harden", "set", "append", "remove", "replace", "insert",
    "first", "then", "override", "words", "join", "split", "recipe",
];

/// Reads a list of fixes.
pub fn read(at: &Reader<'_>, kind: Kind, scope: Scope<'_>, places: Places<'_>) -> Read<Vec<Fix>> {
    at.items().map(|item| one(&item, kind, scope, places)).collect()
}

fn one(at: &Reader<'_>, kind: Kind, scope: Scope<'_>, places: Places<'_>) -> Read<Fix> {
    at.only(KEYS)?;
    let safety = at.need("safety")?.word(&[
        ("safe", Safety::Safe),
        ("unsafe", Safety::Unsafe),
        ("manual", Safety::Manual),
    ])?;
    let caveat = at.get("caveat").map(|caveat| Template::read(&caveat, places)).transpose()?;
    if safety == Safety::Unsafe && caveat.is_none() {
        return at.mistake("an unsafe fix needs a `caveat`");
    }
    let base = match at.get("in") {
        Some(base) => Path::read(&base, &base.text()?, kind)?,
        None => Path::read(at, "self", kind)?,
    };
    let verbs = verbs(at, kind, &base, places)?;
    if (safety == Safety::Manual) != verbs.is_empty() {
        return at.mistake("a manual fix has nothing to do; any other has something");
    }
    Ok(Fix {
        title: Template::read(&at.need("title")?, places)?,
        safety,
        caveat,
        when: at.get("when").map(|when| predicate::read(&when, kind, scope)).transpose()?,
        harden_only: at.get("harden").map(|flag| flag.flag()).transpose()?.unwrap_or(false),
        verbs,
    })
}

fn verbs(at: &Reader<'_>, kind: Kind, base: &Path, places: Places<'_>) -> Read<Vec<Verb>> {
    let mut verbs = Vec::new();
    for (key, value) in at.entries()? {
        match key {
            "remove" => verbs.push(Verb::Remove(Path::read(&value, &value.text()?, kind)?)),
            "set" => verbs.push(Verb::Set(base.clone(), entries(&value, places)?)),
            "append" => verbs.push(Verb::Append(base.clone(), entries(&value, places)?)),
            "replace" => {
                for (part, text) in value.entries()? {
                    verbs.push(Verb::Replace(Path::read(&text, part, kind)?, Template::read(&text, places)?));
                }
            }
            "insert" => match value.data() {
                Data::List(_) => {
                    for one in value.items() {
                        verbs.push(insertion(&one, kind, places)?);
                    }
                }
                _ => verbs.push(insertion(&value, kind, places)?),
            },
            "override" => {
                for (list, kept) in value.entries()? {
                    kept.only(&["without"])?;
                    let item = kept.need("without")?;
                    let path = Path::read(&item, &item.text()?, kind)?;
                    verbs.push(Verb::Override(base.clone(), list.to_owned(), path));
                }
            }
            "words" => {
                let words = value.entries()?;
                let words = words.map(|(word, new)| Ok((word.to_owned(), Template::read(&new, places)?)));
                verbs.push(Verb::Words(base.clone(), words.collect::<Read<_>>()?));
            }
            "join" => verbs.push(Verb::Join(Path::read(&value, &value.text()?, kind)?)),
            "split" => verbs.push(Verb::Split(Path::read(&value, &value.text()?, kind)?)),
            "recipe" => verbs.push(Verb::Recipe(value.word(&Recipe::NAMES)?)),
            "first" => verbs.push(Verb::First(base.clone(), Template::read(&value, places)?)),
            "then" => verbs.push(Verb::Then(base.clone(), Template::read(&value, places)?)),
            _ => {}
        }
    }
    if let Some(Verb::Set(path, _) | Verb::Append(path, _)) = verbs.first()
        && !matches!(path.of(), Type::Node(_))
    {
        return at.mistake("`in` must name a node");
    }
    Ok(verbs)
}

/// `{before or after: path, line: text}`.
fn insertion(at: &Reader<'_>, kind: Kind, places: Places<'_>) -> Read<Verb> {
    at.only(&["before", "after", "line"])?;
    let line = Template::read(&at.need("line")?, places)?;
    let place = |name: &str| -> Read<Option<Path>> {
        at.get(name).map(|path| Path::read(&path, &path.text()?, kind)).transpose()
    };
    match (place("before")?, place("after")?) {
        (Some(path), None) => Ok(Verb::InsertBefore(path, line)),
        (None, Some(path)) => Ok(Verb::InsertAfter(path, line)),
        _ => at.mistake("say either `before` or `after`"),
    }
}

fn entries(at: &Reader<'_>, places: Places<'_>) -> Read<Vec<(String, Value)>> {
    at.entries()?.map(|(key, value)| Ok((key.to_owned(), self::value(&value, places)?))).collect()
}

fn value(at: &Reader<'_>, places: Places<'_>) -> Read<Value> {
    Ok(match at.data() {
        Data::Text(_) => Value::Text(Template::read(at, places)?),
        Data::List(_) => Value::List(at.items().map(|item| value(&item, places)).collect::<Read<_>>()?),
        Data::Map(_) => Value::Map(entries(at, places)?),
        Data::Null => Value::Plain(Data::Null),
        Data::Bool(flag) => Value::Plain(Data::Bool(*flag)),
        Data::Int(number) => Value::Plain(Data::Int(*number)),
        Data::Float(number) => Value::Plain(Data::Float(*number)),
    })
}

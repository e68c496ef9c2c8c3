//! Two values into one, key by key, as each engine merges them.
//!
//! Sources: compose-go's merge table and docker/cli's stack loader, both run (compose-and-swarm.md, 1.4 and 4.4).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::model::{Entry, Item, Shape, Tag, Value};
use crate::source::Span;
use crate::syntax::interpolate::Dialect;
use crate::syntax::yaml::Plain;

use super::keys::{self, Key};

/// How two values are merged.
#[derive(Clone, Copy, Debug)]
pub struct Merge<'n> {
    /// Whose rules hold.
    pub dialect: Dialect,
    /// Through which place the values of the base come to the result (`extends:`).
    pub via: Option<Span>,
    /// Where to note what a stack merges otherwise than Compose would.
    pub notes: Option<&'n RefCell<Vec<Difference>>>,
}

/// Something that the stack loader merges otherwise than Compose, or than its reader would think.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What happens instead.
    pub what: &'static str,
    /// The value in the later file.
    pub at: Span,
    /// The keys that lead to it.
    pub path: Vec<String>,
}

/// What becomes of two values under one key.
#[derive(Clone, Copy)]
enum Join {
    /// The later one counts.
    Replace,
    /// Mappings key by key, anything else as its shape says.
    Mapping,
    /// `KEY=value` lists and mappings, joined by key.
    Pairs,
    /// `depends_on` lists and mappings by name.
    Waits,
    /// Lists of names and mappings by name.
    Names,
    /// `HOST:ADDRESS` lists and mappings, one behind the other.
    Hosts,
    /// The logging block: merged only while the driver stays the same.
    Logging,
    /// Lists one behind the other; an item with the key of an earlier one takes its place.
    Keyed(fn(&Value) -> Option<Key>),
    /// Lists one behind the other, equal texts once.
    Union,
    /// Lists one behind the other.
    Append,
}

impl Merge<'_> {
    fn note(self, what: &'static str, at: Span, path: &[&str]) {
        if let Some(notes) = self.notes.filter(|_| self.dialect == Dialect::Stack) {
            let path = path.iter().map(|key| (*key).to_owned()).collect();
            notes.borrow_mut().push(Difference { what, at, path });
        }
    }

    /// The value of two files at `path`, keys from the document's root.
    pub fn values(self, base: &Arc<Value>, over: &Arc<Value>, path: &[&str]) -> Arc<Value> {
        let stack = self.dialect == Dialect::Stack;
        if !stack && over.tag == Some(Tag::Override) {
            return over.clone();
        }
        if over.tag.is_some() {
            self.note("tag-ignored", over.span, path);
        }
        if is_nothing(over) && (stack || !is_variable(path)) {
            return base.clone();
        }
        if stack && is_unset(over, path) {
            if !is_unset(base, path) {
                self.note("unset-ignored", over.span, path);
            }
            return base.clone();
        }
        if stack && path.ends_with(&["healthcheck", "test"]) && matches!(over.shape, Shape::List(_)) {
            self.note("concatenated", over.span, path);
        }
        match join(path, stack) {
            Join::Replace => {
                if loses_keys(base, over) && !matches!(path, ["services", ..]) {
                    self.note("forgotten", over.span, path);
                }
                over.clone()
            }
            Join::Pairs => self.maps(&keys::pairs(base), &keys::pairs(over), path),
            Join::Waits => self.maps(&keys::waits(base), &keys::waits(over), path),
            Join::Names => self.maps(&keys::names(base), &keys::names(over), path),
            Join::Logging if changes_driver(base, over) => over.clone(),
            Join::Mapping | Join::Logging => match (&base.shape, &over.shape) {
                (Shape::Map(_), Shape::Map(_)) => self.maps(base, over, path),
                (Shape::Scalar(..), Shape::Map(_)) if path.last() == Some(&"build") => {
                    self.maps(&keys::context(base), over, path)
                }
                (Shape::Map(_), Shape::Scalar(..)) if path.last() == Some(&"build") && !stack => {
                    self.maps(base, &keys::context(over), path)
                }
                (Shape::List(_), Shape::List(_)) => self.lists(base, over, Join::Union, path),
                _ => over.clone(),
            },
            Join::Hosts => {
                let how = if stack { Join::Append } else { Join::Union };
                self.lists(&keys::hosts(base), &keys::hosts(over), how, path)
            }
            how => match (&base.shape, &over.shape) {
                (Shape::Null, _) | (_, Shape::Map(_)) => over.clone(),
                _ => self.lists(&keys::listed(base), &keys::listed(over), how, path),
            },
        }
    }

    fn maps(self, base: &Arc<Value>, over: &Arc<Value>, path: &[&str]) -> Arc<Value> {
        let (Shape::Map(old), Shape::Map(new)) = (&base.shape, &over.shape) else { return over.clone() };
        let mut entries: Vec<Option<Entry>> = old.iter().map(|entry| Some(self.inherited(entry))).collect();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, entry) in old.iter().enumerate().filter(|(_, entry)| entry.key.is_known()) {
            places.entry(entry.key.as_str()).or_insert(index);
        }
        for entry in new {
            let name = entry.key.as_str();
            let reset = self.dialect == Dialect::Compose && entry.value.tag == Some(Tag::Reset);
            match places.get(name).copied() {
                Some(at) if reset => {
                    places.remove(name);
                    entries[at] = None;
                }
                None if reset => {}
                Some(at) => {
                    let inner = [path, &[name]].concat();
                    entries[at] = entries[at].as_ref().map(|old| self.entry(old, entry, &inner));
                }
                None => {
                    if entry.key.is_known() {
                        places.insert(name, entries.len());
                    }
                    entries.push(Some(entry.clone()));
                }
            }
        }
        let entries = entries.into_iter().flatten().collect();
        Arc::new(Value { shape: Shape::Map(entries), span: base.span, tag: base.tag, raw: None })
    }

    /// One key that both have.
    fn entry(self, old: &Entry, new: &Entry, path: &[&str]) -> Entry {
        let value = self.values(&old.value, &new.value, path);
        let mut entry = if Arc::ptr_eq(&value, &new.value) { new.clone() } else { old.clone() };
        entry.value = value;
        entry.again.clone_from(&old.again);
        entry.again.push(new.key.clone());
        // Whoever looks at the later file finds the service there; that is where it can be excused, too.
        if let (["services", _], None) = (path, self.via) {
            entry.site = old.site.through(Some(new.key.span()));
        }
        entry
    }

    fn inherited(self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        if entry.site.via.is_none() {
            entry.site = entry.site.through(self.via);
        }
        entry
    }

    fn lists(self, base: &Arc<Value>, over: &Arc<Value>, how: Join, path: &[&str]) -> Arc<Value> {
        let (Shape::List(old), Shape::List(new)) = (&base.shape, &over.shape) else { return over.clone() };
        let key = |value: &Value| match how {
            Join::Keyed(key) => key(value),
            Join::Union => keys::text(value),
            _ => None,
        };
        let keys: Vec<Option<Key>> = old.iter().map(|item| key(&item.value)).collect();
        let last: BTreeMap<&Key, usize> =
            keys.iter().enumerate().filter_map(|(index, key)| Some((key.as_ref()?, index))).collect();
        // Of two items with one key, a stack has lost the earlier one in the first file already.
        let stays = |index: usize| {
            self.dialect != Dialect::Stack
                || keys[index].as_ref().is_none_or(|key| last.get(key) == Some(&index))
        };
        let mut items: Vec<Item> = old
            .iter()
            .enumerate()
            .filter(|(index, _)| stays(*index))
            .map(|(_, item)| {
                let site = if item.site.via.is_none() { item.site.through(self.via) } else { item.site };
                Item { value: item.value.clone(), site }
            })
            .collect();
        let mut places: BTreeMap<Key, usize> =
            items.iter().enumerate().filter_map(|(index, item)| Some((key(&item.value)?, index))).collect();
        // Of no use but for the note.
        let noted = self.notes.is_some() && self.dialect == Dialect::Stack;
        let mut texts: BTreeMap<Key, usize> = BTreeMap::new();
        for text in items.iter().filter(|_| noted).filter_map(|item| keys::text(&item.value)) {
            *texts.entry(text).or_default() += 1;
        }
        for item in new {
            let own = key(&item.value);
            let text = keys::text(&item.value).filter(|_| noted);
            if let Some(index) = own.as_ref().and_then(|key| places.get(key)).copied() {
                let before = keys::text(&items[index].value).filter(|_| noted);
                if before != text {
                    self.note("replaced", item.site.label, path);
                }
                if let Some(count) = before.and_then(|before| texts.get_mut(&before)) {
                    *count -= 1;
                }
                if let Some(text) = text {
                    *texts.entry(text).or_default() += 1;
                }
                items[index] = item.clone();
                continue;
            }
            if let Some(text) = text {
                let count = texts.entry(text).or_default();
                if *count > 0 {
                    self.note("repeated", item.site.label, path);
                }
                *count += 1;
            }
            if let Some(key) = own {
                places.insert(key, items.len());
            }
            items.push(item.clone());
        }
        Arc::new(Value { shape: Shape::List(items), span: base.span, tag: base.tag, raw: None })
    }
}

/// Whether a path leads to a variable. One without a value is taken from whoever starts Compose.
fn is_variable(path: &[&str]) -> bool {
    matches!(path, ["services", _, "environment", _] | ["services", _, "build", "args", _])
}

/// A key without a value changes nothing.
fn is_nothing(value: &Value) -> bool {
    matches!(value.shape, Shape::Null)
}

/// What the stack loader takes for "not set": false, an empty text, an empty list. `replicas: 0` is set.
fn is_unset(value: &Value, path: &[&str]) -> bool {
    match &value.shape {
        Shape::Scalar(text, plain) => {
            matches!(plain, Plain::Bool(false)) || text.is_empty() && path.last() != Some(&"encrypted")
        }
        Shape::List(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether a mapping lacks keys of the one that it replaces.
fn loses_keys(base: &Value, over: &Value) -> bool {
    let (Shape::Map(old), Shape::Map(new)) = (&base.shape, &over.shape) else { return false };
    let kept: BTreeSet<&str> = new.iter().map(|entry| entry.key.as_str()).collect();
    old.iter().any(|entry| !kept.contains(entry.key.as_str()))
}

/// A driver that is written on one side only is that of both.
fn changes_driver(base: &Value, over: &Value) -> bool {
    driver(base).zip(driver(over)).is_some_and(|(old, new)| old != new)
}

fn driver(logging: &Value) -> Option<&str> {
    let Shape::Map(entries) = &logging.shape else { return None };
    let driver = entries.iter().find(|entry| entry.key.as_str() == "driver")?;
    match &driver.value.shape {
        Shape::Scalar(text, _) => text.known(),
        _ => None,
    }
}

fn join(path: &[&str], stack: bool) -> Join {
    let inner = match path {
        ["services", _, inner @ ..] => inner,
        ["networks" | "volumes" | "secrets" | "configs", _] if stack => return Join::Replace,
        ["networks" | "volumes" | "secrets" | "configs", _, "labels"] => return Join::Pairs,
        ["networks", _, "ipam", "config"] => return Join::Keyed(keys::subnet),
        _ => return Join::Mapping,
    };
    match inner {
        ["healthcheck", "test"] if stack => Join::Append,
        ["command" | "entrypoint"] | ["healthcheck", "test"] | ["ulimits", _] => Join::Replace,
        ["environment" | "labels" | "annotations" | "sysctls"]
        | ["build", "args" | "labels" | "additional_contexts"]
        | ["deploy", "labels"] => Join::Pairs,
        ["depends_on"] if stack => Join::Append,
        ["depends_on"] => Join::Waits,
        ["networks"] => Join::Names,
        ["networks", _, "aliases"] if stack => Join::Replace,
        ["logging"] => Join::Logging,
        ["volumes" | "devices"] => Join::Keyed(keys::target),
        ["secrets" | "configs"] if stack => Join::Keyed(keys::source),
        ["secrets" | "configs"] => Join::Keyed(keys::grant),
        ["ports"] if stack => Join::Keyed(keys::published),
        ["ports"] => Join::Keyed(keys::socket),
        ["extra_hosts"] => Join::Hosts,
        ["cap_add" | "tmpfs" | "dns"] if stack => Join::Append,
        ["security_opt" | "group_add" | "volumes_from" | "external_links" | "device_cgroup_rules"]
        | ["deploy", "placement", "constraints" | "preferences"] => Join::Append,
        [
            "cap_add" | "cap_drop" | "dns" | "dns_opt" | "dns_search" | "expose" | "links" | "profiles"
            | "tmpfs",
        ]
        | ["networks", _, "aliases"]
        | ["build", "tags"] => Join::Union,
        ["env_file"] => Join::Keyed(keys::path),
        _ => Join::Mapping,
    }
}

//! Every written key, and what the engines do with it.

use crate::facts::kinds::Setting;
use crate::facts::make::head;
use crate::facts::model::{At, Shape};
use crate::facts::schema::{Cursor, Found};
use crate::facts::{Known, NodeId, Site};
use crate::source::{Origin, Problem, Span, Text};
use crate::syntax::yaml::{self, Plain};

use super::{Filler, ReadFile};

/// More written keys than this in one project are not looked at.
const SETTINGS: usize = 200_000;

#[derive(Clone)]
struct Walk {
    service: Option<NodeId>,
    network: Option<NodeId>,
    parent: Option<NodeId>,
    /// With `*` for names and items.
    path: String,
    /// With their indexes for items, from the service or network on.
    place: String,
}

impl Walk {
    fn step(&self, pattern: &str, exact: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        let place = match (self.place.is_empty(), exact.starts_with('[')) {
            (true, _) => exact.to_owned(),
            (false, true) => format!("{}{exact}", self.place),
            (false, false) => format!("{}.{exact}", self.place),
        };
        Self { path: format!("{}{dot}{pattern}", self.path), place, ..*self }
    }
}

impl Filler<'_> {
    /// Adds a node for every key that is written.
    pub fn settings(&mut self, file: &ReadFile<'_>) -> Vec<Problem> {
        let root = At::root(file.model);
        let walk =
            Walk { service: None, network: None, parent: None, path: String::new(), place: String::new() };
        let complete = self.walk(root, Cursor::root(self.part.target), &walk, 0);
        for yaml::Duplicate { second, name, .. } in &file.tree.duplicates {
            let site = Site::written(*second);
            let mut setting = Setting::new(head(name.clone(), site, format!("duplicate {}", name.as_str())));
            setting.duplicate = Known::Set(true, site);
            self.part.add(setting);
        }
        if complete {
            return Vec::new();
        }
        let message = format!("this project has more than {SETTINGS} keys; the rest is not judged");
        vec![Problem::new(Problem::TOO_MANY_KEYS, message, Span::point(root.file(), 0))]
    }

    fn walk(&mut self, at: At<'_>, cursor: Cursor, walk: &Walk, depth: u32) -> bool {
        for (key, value, entry) in at.entries() {
            if self.part.len() > SETTINGS || depth > 32 {
                return false;
            }
            let (found, below) = cursor.child(key.as_str());
            let pattern = if matches!(found, Found::Name) { "*" } else { key.as_str() };
            let mut inner = walk.step(pattern, key.as_str());
            match walk.path.as_str() {
                "services" => inner.service = self.services.get(key.as_str()).copied(),
                "networks" => inner.network = self.networks.get(key.as_str()).copied(),
                _ => {}
            }
            if walk.parent.is_none() {
                inner.parent = inner.service.or(inner.network);
                if inner.parent.is_some() {
                    inner.place.clear();
                }
            }
            let site = Site { label: entry.site.label, ..value.site };
            let setting = setting(key, value, site, &found, &inner);
            self.part.add(setting);
            if below.goes_on() && !self.below(value, below, &inner, depth + 1) {
                return false;
            }
        }
        true
    }

    /// The keys of a value: of a mapping, or of the mappings in a list.
    fn below(&mut self, at: At<'_>, cursor: Cursor, walk: &Walk, depth: u32) -> bool {
        if !at.is_list() {
            return self.walk(at, cursor, walk, depth);
        }
        let mut items = at.items().enumerate().filter(|(_, item)| item.is_map());
        items.all(|(index, item)| {
            self.walk(item, cursor.item(), &walk.step("*", &format!("[{index}]")), depth)
        })
    }
}

/// A written key.
fn setting(key: &Text, at: At<'_>, site: Site, found: &Found, walk: &Walk) -> Setting {
    let mut setting = Setting::new(head(key.clone(), site, walk.place.clone()));
    setting.head.parent = walk.parent;
    setting.path = Known::Set(Text::made(&walk.path, key.span(), Origin::Written), site);
    setting.r#type = Known::Set(kind(at), site);
    setting.value = at
        .text()
        .map_or(Known::Absent, |text| Known::Set(text.clone(), Site { label: at.value.span, ..at.site }));
    if at.is_list() {
        setting.items = Known::Set(at.items().filter_map(|item| item.text().cloned()).collect(), site);
    }
    setting.known = Known::Set(!matches!(found, Found::Unknown(_)), site);
    setting.service = walk.service.map_or(Known::Absent, |id| Known::Set(id, site));
    setting.network = walk.network.map_or(Known::Absent, |id| Known::Set(id, site));
    match found {
        Found::Known(known) => {
            setting.swarm = Known::Set(known.swarm.name(), site);
            setting.compose = Known::Set(if known.compose_rejects { "rejected" } else { "used" }, site);
            setting.protects = Known::Set(known.protects, site);
            if let Some(instead) = &known.instead {
                setting.instead = Known::Set(Text::made(instead, key.span(), Origin::Written), site);
            }
        }
        Found::Unknown(Some(near)) => {
            setting.nearest = Known::Set(Text::made(near, key.span(), Origin::Guess), site);
        }
        _ => {}
    }
    setting
}

/// What kind of value is written.
pub fn kind(at: At<'_>) -> &'static str {
    match &at.value.shape {
        Shape::Null => "nothing",
        Shape::List(_) => "list",
        Shape::Map(_) => "map",
        Shape::Scalar(text, _) if !text.is_known() => "unknown",
        Shape::Scalar(_, Plain::Bool(_)) => "boolean",
        Shape::Scalar(_, Plain::Int(_) | Plain::Float(_)) => "number",
        Shape::Scalar(..) => "text",
    }
}

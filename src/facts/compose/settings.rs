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

struct Walk {
    service: Option<NodeId>,
    network: Option<NodeId>,
    parent: Option<NodeId>,
    path: String,
}

impl Filler<'_> {
    /// Adds a node for every key that is written.
    pub fn settings(&mut self, file: &ReadFile<'_>) -> Vec<Problem> {
        let root = At::root(file.model);
        let walk = Walk { service: None, network: None, parent: None, path: String::new() };
        let complete = self.walk(root, Cursor::root(), &walk, 0);
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
        vec![Problem::new("too-many-keys", message, Span::point(root.file(), 0))]
    }

    fn walk(&mut self, at: At<'_>, cursor: Cursor, walk: &Walk, depth: u32) -> bool {
        for (key, value, entry) in at.entries() {
            if self.part.len() > SETTINGS || depth > 32 {
                return false;
            }
            let (found, below) = cursor.child(key.as_str());
            let pattern = match found {
                Found::Name => "*",
                _ => key.as_str(),
            };
            let path =
                if walk.path.is_empty() { pattern.to_owned() } else { format!("{}.{pattern}", walk.path) };
            let mut inner = Walk { path, ..*walk };
            match walk.path.as_str() {
                "services" => inner.service = self.services.get(key.as_str()).copied(),
                "networks" => inner.network = self.networks.get(key.as_str()).copied(),
                _ => {}
            }
            inner.parent = inner.service.or(inner.network);
            let site = Site { label: entry.site.label, ..value.site };
            let setting = setting(key, value, site, &found, &inner);
            self.part.add(setting);
            if !matches!(below, Cursor::Open) && !self.walk(value, below, &inner, depth + 1) {
                return false;
            }
        }
        true
    }
}

/// A written key.
fn setting(key: &Text, at: At<'_>, site: Site, found: &Found, walk: &Walk) -> Setting {
    let step = match walk.parent {
        Some(_) => walk.path.splitn(3, '.').nth(2).unwrap_or("").to_owned(),
        None => walk.path.clone(),
    };
    let mut setting = Setting::new(head(key.clone(), site, step));
    setting.head.parent = walk.parent;
    setting.path = Known::Set(Text::made(&walk.path, key.span(), Origin::Written), site);
    setting.r#type = Known::Set(kind(at), site);
    setting.value = at
        .text()
        .map_or(Known::Absent, |text| Known::Set(text.clone(), Site { label: at.value.span, ..at.site }));
    setting.known = Known::Set(!matches!(found, Found::Unknown(_)), site);
    setting.service = walk.service.map_or(Known::Absent, |id| Known::Set(id, site));
    setting.network = walk.network.map_or(Known::Absent, |id| Known::Set(id, site));
    match found {
        Found::Known(known) => {
            setting.swarm = Known::Set(known.swarm, site);
            setting.compose = Known::Set(if known.compose { "used" } else { "rejected" }, site);
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

//! What Docker refuses for its form.

use crate::facts::kinds::Violation;
use crate::facts::make::head;
use crate::facts::model::At;
use crate::facts::schema::{self, Violations};
use crate::facts::{Known, Site};
use crate::source::{Origin, Text};

use super::{Filler, ReadFile};

impl Filler<'_> {
    /// Adds a node for everything that the schemas refuse.
    pub fn violations(&mut self, file: &ReadFile<'_>) {
        let is_base = self.reading.files.first().is_some_and(|first| first.id == file.id);
        for found in schema::check(At::root(file.model), self.part.target, is_base) {
            let violation = self.violation(&found);
            self.part.add(violation);
        }
    }

    fn violation(&self, found: &schema::Violation) -> Violation {
        let site = found.site;
        let name = if found.key.is_empty() {
            Text::made("file", site.label, Origin::Written)
        } else {
            found.key.clone()
        };
        let made = |text: &str| Known::Set(Text::made(text, site.label, Origin::Written), site);
        let parent = match &found.owner {
            Some((section, name)) if section == "services" => self.services.get(name).copied(),
            Some((section, name)) if section == "networks" => self.networks.get(name).copied(),
            _ => None,
        };
        // The steps of a child start below its parent.
        let step = match (&found.owner, parent) {
            (Some((section, name)), Some(_)) => {
                found.place.get(section.len() + name.len() + 2..).unwrap_or_default().to_owned()
            }
            _ => found.place.clone(),
        };
        let mut it = Violation::new(head(name, site, format!("{step} {}", word(&found.what))));
        it.head.parent = parent;
        it.what = Known::Set(word(&found.what), site);
        it.path = made(&found.path);
        it.key = Known::Set(found.key.clone(), Site { label: found.key.span(), ..site });
        if let Some(value) = &found.value {
            it.value = Known::Set(value.clone(), Site { label: value.span(), ..site });
        }
        it.format = found.what.format().map_or(Known::Absent, made);
        it.wanted = found.what.wanted().map_or(Known::Absent, |wanted| made(&wanted));
        match &found.what {
            Violations::UnknownKey(Some(near)) | Violations::Word { nearest: Some(near), .. } => {
                it.nearest = Known::Set(Text::made(near, site.label, Origin::Guess), site);
            }
            Violations::Type { found, .. } => it.found = made(found),
            Violations::TooNew(minor) => it.since = made(&format!("3.{minor}")),
            _ => {}
        }
        if found.owner.as_ref().is_some_and(|(section, _)| section == "services") {
            it.service = parent.map_or(Known::Absent, |id| Known::Set(id, site));
        }
        it
    }
}

const fn word(what: &Violations) -> &'static str {
    match what {
        Violations::UnknownKey(_) => "unknown-key",
        Violations::TooNew(_) => "too-new",
        Violations::Name => "name",
        Violations::KeyType => "key-type",
        Violations::Type { .. } => "type",
        Violations::Word { .. } => "word",
        Violations::Format(_) => "format",
        Violations::Range(_) => "range",
        Violations::Missing(_) => "missing",
        Violations::Duplicate => "duplicate",
    }
}

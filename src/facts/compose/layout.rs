//! How lists and names are written: in which order, with or without quotes.

use crate::facts::kinds::Item;
use crate::facts::make::head;
use crate::facts::model::At;
use crate::facts::{Known, NodeId, Site};
use crate::source::{Span, Text};

use super::{Filler, ReadFile};

/// The lists of a service whose items are looked at.
const LISTS: [&str; 3] = ["depends_on", "ports", "volumes"];

impl Filler<'_> {
    /// Adds the names of services and the items of their short lists.
    pub fn layout(&mut self, file: &ReadFile<'_>) {
        let services: Vec<_> =
            At::root(file.model).get("services").into_iter().flat_map(At::entries).collect();
        let names: Vec<(&Text, Site)> = services
            .iter()
            .map(|(name, at, entry)| (*name, Site { label: entry.key.span(), ..at.site }))
            .collect();
        self.items("services", None, &names);
        for (name, at, _) in services {
            let service = self.services.get(name.as_str()).copied();
            for list in LISTS {
                let Some(at) = at.get(list).filter(|at| at.is_list()) else { continue };
                let items: Vec<(&Text, Site)> =
                    at.items().filter_map(|item| Some((item.text()?, item.site))).collect();
                self.items(list, service, &items);
            }
        }
    }

    fn items(&mut self, list: &'static str, service: Option<NodeId>, items: &[(&Text, Site)]) {
        let mut before: Option<&str> = None;
        for &(text, site) in items {
            if self.is_full() {
                return;
            }
            let step = format!("{list}[\"{}\"] as written", text.as_str());
            let mut item = Item::new(head(text.clone(), site, step));
            item.head.parent = service;
            item.list = Known::Set(list, site);
            item.text = Known::Set(text.clone(), site);
            item.quoted = Known::Set(self.is_quoted(text.span()), site);
            item.in_order = Known::Set(before.is_none_or(|before| before <= text.as_str()), site);
            before = Some(text.as_str());
            item.service = service.map_or(Known::Absent, |id| Known::Set(id, site));
            self.part.add(item);
        }
    }

    /// Whether a quotation mark stands before a span.
    pub fn is_quoted(&self, span: Span) -> bool {
        let source = self.reading.world.source(span.file);
        source
            .and_then(|source| source.text.get(..span.start as usize))
            .is_some_and(|before| before.ends_with(['"', '\'']))
    }
}

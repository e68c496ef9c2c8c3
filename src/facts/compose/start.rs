//! How a service is started: the words of its command and entrypoint, and the name of its container.

use crate::facts::kinds::{Argv, Sysctl};
use crate::facts::make::{head, nodes};
use crate::facts::model::At;
use crate::facts::{Known, List, NodeId, Site, commands};
use crate::source::Text;
use crate::syntax::shell;

use super::Filler;

impl Filler<'_> {
    /// The `command` and `entrypoint` of a service.
    pub fn argvs(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for key in ["entrypoint", "command"] {
            let Some(own) = at.get(key).filter(|own| !own.is_null()) else { continue };
            let texts = own.text().into_iter().chain(own.items().filter_map(At::text));
            for text in texts.filter(|text| text.find('(').or(text.find('`')).is_some()) {
                self.problems.extend(commands::too_deep(&shell::scan(text), text.span()));
            }
            let words: List<Text> = match own.text() {
                Some(text) => shell::split(text).into_iter().collect(),
                None => own.items().filter_map(|item| item.text().cloned()).collect(),
            };
            let mut argv =
                Argv::new(head(Text::written(key, own.file(), own.site.label.start), own.site, key));
            argv.key = Known::Set(key, own.site);
            argv.form = Known::Set(if own.is_list() { "list" } else { "text" }, own.site);
            if let Some(first) = words.items.first() {
                argv.program = Known::Set(first.clone(), Site { label: first.span(), ..own.site });
            }
            argv.words = Known::Set(words, own.site);
            all.push(self.part.add(argv));
        }
        nodes(all, at.site)
    }

    /// The kernel parameters that a service sets.
    pub fn sysctls(&mut self, at: At<'_>) -> Vec<NodeId> {
        let pairs = at.get("sysctls").map(At::pairs).unwrap_or_default();
        let mut all = Vec::new();
        for (pair, site) in pairs {
            let mut sysctl =
                Sysctl::new(head(pair.key.clone(), site, format!("sysctls.{}", pair.key.as_str())));
            sysctl.value = pair.value;
            all.push(self.part.add(sysctl));
        }
        all
    }

    /// Links services that insist on the same container name and can run at the same time.
    pub fn container_names(&mut self) {
        use std::collections::BTreeMap;
        let mut seen: BTreeMap<String, Vec<(NodeId, Vec<String>)>> = BTreeMap::new();
        let ids: Vec<NodeId> = self.part.of(crate::facts::Kind::Service).collect();
        for id in ids {
            let Some(service) = self.service_at(id) else { continue };
            let Known::Set(name, site) = &service.container_name else { continue };
            let (Some(name), site) = (name.known().map(str::to_owned), *site) else { continue };
            let profiles: Vec<String> = service
                .profiles
                .value()
                .map(|list| list.items.iter().map(|item| item.as_str().to_owned()).collect())
                .unwrap_or_default();
            let others = seen.entry(name).or_default();
            let apart = |other: &[String]| {
                !profiles.is_empty() && !other.is_empty() && !other.iter().any(|it| profiles.contains(it))
            };
            // A few suffice: a name that hundreds share is found at each of them all the same.
            let clash = others.iter().take(16).find(|(_, other)| !apart(other)).map(|(id, _)| *id);
            others.push((id, profiles));
            if let (Some(other), Some(service)) = (clash, self.service_mut(id)) {
                service.same_container_name = Known::Set(other, site);
            }
        }
    }
}

//! Which services need which: `depends_on` and the keys that name another service.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::circles::{Needs, circles};
use crate::facts::kinds::Dependency;
use crate::facts::make::{flag, head, nodes};
use crate::facts::model::At;
use crate::facts::{Kind, Known, Node, NodeId, Site};
use crate::source::Text;

use super::Filler;

/// A service that another one names.
struct Named {
    through: &'static str,
    target: Text,
    site: Site,
    condition: Known<&'static str>,
    required: Known<bool>,
}

impl Filler<'_> {
    /// Links services to those that they name, once every service is known.
    pub fn dependencies(&mut self, root: At<'_>) {
        let services: Vec<(Text, At<'_>)> = root
            .get("services")
            .into_iter()
            .flat_map(At::entries)
            .map(|(name, at, _)| (name.clone(), at))
            .collect();
        for (name, at) in services {
            let Some(&service) = self.services.get(name.as_str()) else { continue };
            let waits: Vec<NodeId> =
                waited_for(at).into_iter().map(|named| self.dependency(named, service)).collect();
            for named in shared_with(at) {
                self.dependency(named, service);
            }
            if let (Some(depends_on), Some(service)) = (at.get("depends_on"), self.service_mut(service)) {
                service.depends_on = nodes(waits, depends_on.site);
            }
        }
        self.awaited();
        self.circles();
    }

    fn dependency(&mut self, named: Named, service: NodeId) -> NodeId {
        let Named { through, target, site, condition, required } = named;
        let mut dependency =
            Dependency::new(head(target.clone(), site, format!("{through}.{}", target.as_str())));
        dependency.head.parent = Some(service);
        dependency.through = Known::Set(through, site);
        dependency.condition = condition;
        dependency.required = required;
        dependency.service = Known::Set(service, site);
        dependency.target = match target.known().map(|name| self.services.get(name)) {
            Some(Some(&node)) => Known::Set(node, site),
            Some(None) if self.providers.contains(target.as_str()) => {
                Known::Unknown(site, "a program of the host provides it")
            }
            Some(None) => self.nobody(site),
            None => Known::Unknown(site, "its name comes from a variable"),
        };
        self.part.add(dependency)
    }

    /// Tells each service who waits for it.
    fn awaited(&mut self) {
        let mut by_target: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for id in self.part.of(Kind::Dependency) {
            if let Some(Node::Dependency(it)) = self.part.node(id)
                && it.through.value() == Some(&"depends_on")
                && let Some(&target) = it.target.value()
            {
                by_target.entry(target).or_default().push(id);
            }
        }
        for (target, all) in by_target {
            if let Some(service) = self.service_mut(target) {
                service.awaited_by = nodes(all, service.head.site);
            }
        }
    }

    /// Tells the dependencies that are part of a circle.
    fn circles(&mut self) {
        let edges: Vec<(NodeId, NodeId, NodeId)> = self
            .part
            .of(Kind::Dependency)
            .filter_map(|id| match self.part.node(id) {
                Some(Node::Dependency(it)) => Some((id, *it.service.value()?, *it.target.value()?)),
                _ => None,
            })
            .collect();
        let services: BTreeSet<NodeId> =
            edges.iter().flat_map(|&(_, service, target)| [service, target]).collect();
        let places: BTreeMap<NodeId, usize> = services.into_iter().zip(0..).collect();
        let placed: Vec<(NodeId, usize, usize)> = edges
            .iter()
            .filter_map(|(id, service, target)| Some((*id, *places.get(service)?, *places.get(target)?)))
            .collect();
        let mut needs: Needs = vec![BTreeSet::new(); places.len()];
        for &(_, service, target) in &placed {
            needs[service].insert(target);
        }
        let circles = circles(&needs);
        for (id, service, target) in placed {
            if let Some(Node::Dependency(it)) = self.part.node_mut(id) {
                it.leads_back = flag(circles[service] == circles[target], it.head.site);
            }
        }
    }
}

/// The services of `depends_on` with their conditions; a list waits for the start only.
fn waited_for(service: At<'_>) -> Vec<Named> {
    let Some(at) = service.get("depends_on") else { return Vec::new() };
    let through = "depends_on";
    if at.is_map() {
        return at
            .entries()
            .map(|(name, at, entry)| {
                let site = Site { label: entry.key.span(), ..at.site };
                let condition = match at.get("condition") {
                    Some(condition) => condition.parsed(|text| {
                        Some(match text {
                            "service_started" => "service_started",
                            "service_healthy" => "service_healthy",
                            "service_completed_successfully" => "service_completed_successfully",
                            _ => "other",
                        })
                    }),
                    None => Known::Set("service_started", site),
                };
                let required = match at.get("required") {
                    Some(required) => required.flag(),
                    None => flag(true, site),
                };
                Named { through, target: name.clone(), site, condition, required }
            })
            .collect();
    }
    at.items()
        .filter_map(|item| {
            let condition = Known::Set("service_started", item.site);
            let required = flag(true, item.site);
            Some(Named { through, target: item.text()?.clone(), site: item.site, condition, required })
        })
        .collect()
}

/// The services whose network, volumes or namespaces a service uses.
fn shared_with(service: At<'_>) -> Vec<Named> {
    let named = |through: &'static str, target: Text, at: At<'_>| {
        let site = Site { label: target.span(), ..at.site };
        Named { through, target, site, condition: Known::Absent, required: flag(true, site) }
    };
    let first = |text: &Text| text.split_once(':').map_or_else(|| text.clone(), |(name, _)| name);
    let items = |key: &'static str| {
        service.get(key).into_iter().flat_map(At::items).filter_map(|item| Some((item.text()?.clone(), item)))
    };
    let links = items("links").map(|(text, at)| named("links", first(&text), at));
    let volumes = items("volumes_from")
        .filter(|(text, _)| !text.as_str().starts_with("container:"))
        .map(|(text, at)| named("volumes_from", first(&text), at));
    let namespaces = ["network_mode", "ipc", "pid", "uts"].into_iter().filter_map(|key| {
        let at = service.get(key)?;
        let (kind, name) = at.text()?.split_once(':')?;
        (kind.as_str() == "service").then(|| named(key, name, at))
    });
    links.chain(volumes).chain(namespaces).collect()
}

//! Networks and volumes.

use std::collections::BTreeSet;

use crate::facts::kinds::{Attachment, Network, Volume};
use crate::facts::make::{head, nodes};
use crate::facts::model::{Ask, At};
use crate::facts::{Kind, Known, List, Node, NodeId, Site};
use crate::source::{Origin, Text};

use super::Filler;

impl Filler<'_> {
    /// Adds the networks of the file, and the default one.
    pub fn declare_networks(&mut self, root: At<'_>) {
        for (name, at, entry) in root.get("networks").into_iter().flat_map(At::entries) {
            let site = Site { label: entry.key.span(), ..at.site };
            let mut network = Network::new(head(name.clone(), site, format!("networks.{}", name.as_str())));
            network.driver = driver(at.get("driver"), self.is_stack(), site);
            network.encrypted = match at.get("driver_opts").and_then(|options| options.get("encrypted")) {
                Some(option) => Known::Set(true, option.site),
                None => Known::Set(false, site),
            };
            network.attachable = at.get("attachable").ask(At::flag);
            network.external = external(at, site);
            (network.beside_external, network.external_name) = beside_external(at);
            network.internal = at.get("internal").ask(At::flag);
            network.declared = Known::Set(true, site);
            let id = self.part.add(network);
            self.networks.insert(name.as_str().to_owned(), id);
        }
    }

    /// The networks of a service; without any, the project's default one.
    pub fn service_networks(&mut self, at: At<'_>, key: Site) -> Known<List<NodeId>> {
        let Some(networks) = at.get("networks").filter(|at| !at.is_null()) else {
            if at.get("network_mode").is_some() {
                return Known::Absent;
            }
            let id = match self.networks.get("default") {
                Some(&id) => id,
                None => self.default_network(key),
            };
            return nodes(vec![id], key);
        };
        let names: Vec<Text> = if networks.is_map() {
            networks.entries().map(|(name, _, _)| name.clone()).collect()
        } else {
            networks.items().filter_map(|item| item.text().cloned()).collect()
        };
        let ids = names.iter().filter_map(|name| self.networks.get(name.as_str()).copied()).collect();
        nodes(ids, networks.site)
    }

    /// What a service says of the networks that it wants to be on.
    pub fn attachments(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let Some(networks) = at.get("networks").filter(|at| !at.is_null()) else { return Known::Absent };
        let mapped = networks.entries().map(|(name, at, entry)| {
            let site = Site { label: entry.key.span(), ..at.site };
            (name.clone(), site, at.get("aliases").ask(At::texts))
        });
        let listed =
            networks.items().filter_map(|item| Some((item.text()?.clone(), item.site, Known::Absent)));
        let all: Vec<(Text, Site, Known<List<Text>>)> = mapped.chain(listed).collect();
        let mut ids = Vec::new();
        for (name, site, names) in all {
            if self.is_full() {
                break;
            }
            let mut attachment =
                Attachment::new(head(name.clone(), site, format!("networks.{}", name.as_str())));
            attachment.network = match (name.known(), name.known().and_then(|name| self.networks.get(name))) {
                (_, Some(&id)) => Known::Set(id, site),
                (Some("default"), None) => Known::Set(self.default_network(site), site),
                (Some(_), None) => Known::Absent,
                (None, None) => Known::Unknown(site, "its name comes from a variable"),
            };
            attachment.names = names;
            ids.push(self.part.add(attachment));
        }
        nodes(ids, networks.site)
    }

    fn default_network(&mut self, site: Site) -> NodeId {
        let name = Text::made("default", site.label, Origin::Written);
        let mut network = Network::new(head(name, site, "networks.default"));
        network.driver = driver(None, self.is_stack(), site);
        network.encrypted = Known::Set(false, site);
        network.declared = Known::Set(false, site);
        network.external = Known::Set(false, site);
        let id = self.part.add(network);
        self.networks.insert("default".to_owned(), id);
        id
    }

    /// Tells each network who is on it.
    pub fn finish_networks(&mut self) {
        let mut users: Vec<(NodeId, Vec<NodeId>)> =
            self.networks.values().map(|&id| (id, Vec::new())).collect();
        for &service in self.services.values() {
            let Some(on) = self.service_at(service).and_then(|it| it.networks.value()) else { continue };
            for (network, services) in &mut users {
                if on.items.contains(network) {
                    services.push(service);
                }
            }
        }
        for (id, services) in users {
            if let Some(Node::Network(network)) = self.part.node_mut(id) {
                network.services = nodes(services, network.head.site);
            }
        }
    }

    /// Tells each volume whether anybody mounts it.
    pub fn finish_volumes(&mut self) {
        let used: BTreeSet<NodeId> = self
            .part
            .of(Kind::Mount)
            .filter_map(|id| match self.part.node(id) {
                Some(Node::Mount(mount)) => mount.volume.value().copied(),
                _ => None,
            })
            .collect();
        for id in self.volumes.values().copied().collect::<Vec<_>>() {
            if let Some(Node::Volume(volume)) = self.part.node_mut(id) {
                volume.used = Known::Set(used.contains(&id), volume.head.site);
            }
        }
    }

    /// Adds the volumes of the file.
    pub fn declare_volumes(&mut self, root: At<'_>) {
        for (name, at, entry) in root.get("volumes").into_iter().flat_map(At::entries) {
            let site = Site { label: entry.key.span(), ..at.site };
            let mut volume = Volume::new(head(name.clone(), site, format!("volumes.{}", name.as_str())));
            volume.driver = at.get("driver").ask(At::known);
            volume.options = at.get("driver_opts").ask(At::map);
            volume.external = external(at, site);
            (volume.beside_external, volume.external_name) = beside_external(at);
            volume.declared = Known::Set(true, site);
            let id = self.part.add(volume);
            self.volumes.insert(name.as_str().to_owned(), id);
        }
    }
}

/// Whether something is made elsewhere; `external:` may be a flag or a mapping with a name.
pub fn external(at: At<'_>, site: Site) -> Known<bool> {
    match at.get("external") {
        Some(external) if external.is_map() => Known::Set(true, external.site),
        Some(external) => external.flag(),
        None => Known::Set(false, site),
    }
}

/// The keys beside `external`, and the name in it.
pub fn beside_external(at: At<'_>) -> (Known<List<Text>>, Known<Text>) {
    let Some(external) = at.get("external") else { return (Known::Absent, Known::Absent) };
    let others = at.entries().map(|(key, _, _)| key).filter(|key| {
        let key = key.as_str();
        key != "external" && !key.starts_with("x-")
    });
    (Known::Set(others.cloned().collect(), external.site), external.get("name").ask(At::known))
}

fn driver(at: Option<At<'_>>, stack: bool, site: Site) -> Known<&'static str> {
    let fallback = if stack { "overlay" } else { "bridge" };
    match at {
        Some(at) => at
            .parsed(|text| {
                Some(match text {
                    "bridge" => "bridge",
                    "overlay" => "overlay",
                    "host" => "host",
                    "none" => "none",
                    "macvlan" => "macvlan",
                    "ipvlan" => "ipvlan",
                    "" => fallback,
                    _ => "other",
                })
            })
            .or(Known::Set(fallback, site)),
        None => Known::Set(fallback, site),
    }
}

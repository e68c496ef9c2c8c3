//! Published ports.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::facts::kinds::Port;
use crate::facts::make::{head, nodes};
use crate::facts::model::At;
use crate::facts::{Kind, Known, List, Node, NodeId, Site};
use crate::source::{Origin, Text};

use super::Filler;

/// A port and the address that it listens on; none is every address.
type Listener = (NodeId, Option<String>);

impl Filler<'_> {
    /// The ports of a service.
    pub fn ports(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let Some(ports) = at.get("ports") else { return Known::Absent };
        let stack = self.is_stack();
        let room = if self.is_full() { 0 } else { usize::MAX };
        let all: Vec<Port> = ports
            .items()
            .take(room)
            .filter_map(|item| if item.is_map() { long(item) } else { short(item) })
            .collect();
        let ids = all
            .into_iter()
            .map(|mut port| {
                port.listens_on = listens_on(&port.host_ip, port.head.site);
                port.lowest = lowest(&port.published);
                port.public = public(&port, stack);
                self.part.add(port)
            })
            .collect();
        nodes(ids, ports.site)
    }

    /// Finds ports that use the same address and port of the host. Sorted by port, so pairs are few.
    pub fn sockets(&mut self) {
        let ids: Vec<NodeId> = self.part.of(Kind::Port).collect();
        let mut by_socket: BTreeMap<(u32, &'static str), Vec<Listener>> = BTreeMap::new();
        let mut clashes: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
        for id in ids {
            let Some(port) = self.port_at(id) else { continue };
            let address = match &port.listens_on {
                Known::Set("every", _) => None,
                Known::Set(..) => port.host_ip.value().and_then(Text::known).map(str::to_owned),
                _ => continue,
            };
            let Some(protocol) = port.protocol.value().copied() else { continue };
            let mut earlier = Vec::new();
            for number in published(port) {
                let taken = by_socket.entry((number, protocol)).or_default();
                earlier.extend(
                    taken
                        .iter()
                        .filter(|(_, other)| address.is_none() || other.is_none() || *other == address)
                        .map(|(other, _)| *other),
                );
                // A few are enough to show; all of them against all would be a product.
                if taken.len() < 8 {
                    taken.push((id, address.clone()));
                }
            }
            earlier.retain(|&other| !self.never_together(id, other));
            earlier.sort_unstable();
            earlier.dedup();
            if !earlier.is_empty() {
                clashes.push((id, earlier));
            }
        }
        for (id, earlier) in clashes {
            if let Some(Node::Port(port)) = self.part.node_mut(id) {
                port.earlier_on_same_socket = nodes(earlier, port.head.site);
            }
        }
    }

    /// Services of different profiles need never run at the same time.
    fn never_together(&self, a: NodeId, b: NodeId) -> bool {
        let profiles = |id: NodeId| {
            let service = *self.port_at(id)?.service.value()?;
            let profiles = self.service_at(service)?.profiles.value()?;
            Some(profiles.items.iter().map(|text| text.as_str().to_owned()).collect::<Vec<_>>())
        };
        match (profiles(a), profiles(b)) {
            (Some(a), Some(b)) => !a.iter().any(|profile| b.contains(profile)),
            _ => false,
        }
    }
}

/// The port numbers that are taken for sure; ranges of more than 256 are not compared.
fn published(port: &Port) -> Vec<u32> {
    let Some(text) = port.published.value().and_then(Text::known) else { return Vec::new() };
    let target_is_range = port.target.value().is_some_and(|target| target.as_str().contains('-'));
    if text.contains('-') && !target_is_range {
        // Docker takes any free one of them.
        return Vec::new();
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    match (low.parse::<u32>(), high.parse::<u32>()) {
        (Ok(low), Ok(high)) if low <= high && high - low <= 256 => (low..=high).collect(),
        _ => Vec::new(),
    }
}

fn short(item: At<'_>) -> Option<Port> {
    let text = item.text()?.clone();
    let site = Site { label: text.span(), ..item.site };
    let part = |text: &Text| Known::Set(text.clone(), Site { label: text.span(), ..item.site });
    let mut port = Port::new(head(text.clone(), site, format!("ports[\"{}\"]", text.as_str())));
    port.long = Known::Set(false, site);
    port.text = Known::Set(text.clone(), site);
    let (rest, protocol) = match text.rsplit_once('/') {
        Some((rest, protocol)) => (rest, Some(protocol)),
        None => (text.clone(), None),
    };
    port.protocol = protocol.map_or(Known::Set("tcp", site), |text| word(&text, site));
    let (host, target) = match rest.rsplit_once(':') {
        Some((host, target)) => (Some(host), target),
        None => (None, rest),
    };
    port.target = part(&target);
    if let Some(host) = host {
        let (address, published) = match host.rsplit_once(':') {
            Some((address, published)) => (Some(address), published),
            None => (None, host),
        };
        if !published.is_empty() {
            port.published = part(&published);
        }
        port.host_ip = address.map_or(Known::Absent, |text| part(&unbracket(&text)));
    }
    port.mode = Known::Set(Text::made("ingress", site.label, Origin::Written), site);
    Some(port)
}

fn unbracket(text: &Text) -> Text {
    let value = text.as_str();
    if value.starts_with('[') && value.ends_with(']') { text.slice(1..text.len() - 1) } else { text.clone() }
}

fn word(text: &Text, site: Site) -> Known<&'static str> {
    match text.known() {
        Some("tcp") => Known::Set("tcp", site),
        Some("udp") => Known::Set("udp", site),
        Some("sctp") => Known::Set("sctp", site),
        Some(_) => Known::Set("other", site),
        None => Known::Unknown(site, "the protocol comes from a variable"),
    }
}

fn long(item: At<'_>) -> Option<Port> {
    let field = |key: &str| {
        item.get(key).and_then(|at| Some(Known::Set(at.text()?.clone(), at.site))).unwrap_or(Known::Absent)
    };
    let target = item.get("target")?.text()?.clone();
    let published = item.get("published").and_then(super::super::model::At::text).map_or("", Text::as_str);
    let shown = format!("{published}:{}", target.as_str());
    // The target is the part that every long port has: what is missing is missing from there.
    let site = Site { label: target.span(), ..item.site };
    let mut port =
        Port::new(head(Text::made(&shown, site.label, Origin::Written), site, format!("ports[\"{shown}\"]")));
    port.long = Known::Set(true, site);
    port.text = Known::Set(Text::made(&shown, site.label, Origin::Written), site);
    port.target = field("target");
    port.published = field("published");
    port.host_ip = field("host_ip");
    port.protocol = item
        .get("protocol")
        .and_then(super::super::model::At::text)
        .map_or(Known::Set("tcp", site), |text| word(text, site));
    port.mode = match field("mode") {
        Known::Absent => Known::Set(Text::made("ingress", site.label, Origin::Written), site),
        mode => mode,
    };
    Some(port)
}

/// What the address stands for. No address means every one.
fn listens_on(address: &Known<Text>, site: Site) -> Known<&'static str> {
    const REASON: &str = "the address comes from a variable";
    let (text, site) = match address {
        Known::Set(text, site) => (text, *site),
        Known::Unknown(site, reason) => return Known::Unknown(*site, reason),
        Known::Absent => return Known::Set("every", site),
    };
    let Some(text) = text.known() else { return Known::Unknown(site, REASON) };
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Known::Set(
        match bare.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(address) if address.is_unspecified() => "every",
            Ok(address) if address.is_loopback() => "loopback",
            Ok(_) => "one",
            // An empty address, as in `:80:80`, is no address.
            Err(_) if bare.is_empty() => "every",
            Err(_) => "invalid",
        },
        site,
    )
}

/// Open to other machines? A stack listens on every address whatever is written.
fn public(port: &Port, stack: bool) -> Known<bool> {
    let site = port.head.site;
    match &port.listens_on {
        Known::Set(place, _) => Known::Set(stack || matches!(*place, "every" | "one"), site),
        _ if stack => Known::Set(true, site),
        Known::Unknown(_, reason) => Known::Unknown(site, reason),
        Known::Absent => Known::Absent,
    }
}

/// The first port of a range.
fn lowest(published: &Known<Text>) -> Known<f64> {
    match published {
        Known::Set(text, site) => match text.known() {
            Some(text) => match text.split('-').next().unwrap_or(text).parse::<u16>() {
                Ok(port) => Known::Set(f64::from(port), *site),
                Err(_) => Known::Absent,
            },
            None => Known::Unknown(*site, "the port comes from a variable"),
        },
        Known::Unknown(site, reason) => Known::Unknown(*site, reason),
        Known::Absent => Known::Absent,
    }
}

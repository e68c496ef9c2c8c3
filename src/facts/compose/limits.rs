//! Memory, processors and processes: what a service may use and what is kept for it.

use crate::facts::kinds::{Limit, Service};
use crate::facts::make::{head, nodes};
use crate::facts::model::{Ask, At};
use crate::facts::{Known, List, Node, NodeId, Site};
use crate::source::{Origin, Text};
use crate::syntax::units;

use super::Filler;

/// Of what, which, the key of the service, the keys below `deploy.resources`.
const KEYS: [(&str, &str, Option<&str>, [&str; 2]); 5] = [
    ("memory", "limit", Some("mem_limit"), ["limits", "memory"]),
    ("memory", "reservation", Some("mem_reservation"), ["reservations", "memory"]),
    ("cpus", "limit", Some("cpus"), ["limits", "cpus"]),
    ("cpus", "reservation", None, ["reservations", "cpus"]),
    ("pids", "limit", Some("pids_limit"), ["limits", "pids"]),
];

impl Filler<'_> {
    /// Fills in the limits: `deploy.resources`, and the service-level keys that only Compose reads.
    pub fn limits(&mut self, service: &mut Service, at: At<'_>) {
        let resource = |keys: &[&str]| at.path(&[&["deploy", "resources"], keys].concat());
        let own = |key: &str| if self.is_stack() { None } else { at.get(key) };
        // Docker cuts fractions of a byte, and takes 0 and less for "no limit".
        let bytes = |at: At<'_>| effective(at.size(), 1.0);
        let some = |at: At<'_>| effective(at.number(), f64::MIN_POSITIVE);
        service.memory_limit = resource(&["limits", "memory"]).ask(bytes).or(own("mem_limit").ask(bytes));
        service.cpu_limit =
            resource(&["limits", "cpus"]).ask(some).or(own("cpus").ask(some)).or(own("cpu_quota").ask(some));
        service.pids_limit = resource(&["limits", "pids"]).ask(some).or(own("pids_limit").ask(some));
        service.memory_reservation =
            resource(&["reservations", "memory"]).ask(bytes).or(own("mem_reservation").ask(bytes));
        service.oom_kill_disable = at.get("oom_kill_disable").ask(At::flag);
        service.oom_score_adj = at.get("oom_score_adj").ask(At::number);
        service.memswap_limit = at.get("memswap_limit").ask(At::known);
        if let Some(ulimits) = at.get("ulimits") {
            let names = ulimits.entries().map(|(name, _, _)| name.clone()).collect();
            service.ulimits = Known::Set(names, ulimits.site);
        }
        service.limits = self.written_limits(at);
    }

    fn written_limits(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all: Vec<(usize, NodeId)> = Vec::new();
        for (index, (resource, purpose, own, below)) in KEYS.into_iter().enumerate() {
            let section = at.path(&["deploy", "resources", below[0]]);
            let mut pair = Vec::new();
            let places = [(
                "deploy",
                section.and_then(|at| at.get(below[1])),
                format!("deploy.resources.{}", below.join(".")),
            )]
            .into_iter()
            .chain(own.map(|own| ("service", at.get(own), own.to_owned())));
            for (written_in, value, step) in places {
                let Some(value) = value else { continue };
                let Some(text) = value.text() else { continue };
                let site = value.site;
                let mut limit = Limit::new(head(Text::made(&step, site.label, Origin::Written), site, step));
                limit.resource = Known::Set(resource, site);
                limit.purpose = Known::Set(purpose, site);
                limit.written_in = Known::Set(written_in, site);
                limit.text = Known::Set(text.clone(), Site { label: text.span(), ..site });
                limit.amount = value.parsed(|text| amount(resource, text));
                limit.unit = value.known().map(|text| unit(&text));
                limit.deploy_decides = Known::Set(section.is_some_and(At::is_map), site);
                pair.push(self.part.add(limit));
            }
            if let [deploy, service] = pair[..] {
                self.link(deploy, |limit, site| limit.twin = Known::Set(service, site));
                self.link(service, |limit, site| limit.twin = Known::Set(deploy, site));
            }
            all.extend(pair.into_iter().map(|id| (index, id)));
        }
        // A reservation follows its limit in the table.
        for ids in [[0, 1], [2, 3]] {
            let of = |wanted: usize| all.iter().find(|(index, _)| *index == wanted).map(|(_, id)| *id);
            if let (Some(ceiling), Some(reservation)) = (of(ids[0]), of(ids[1])) {
                self.link(reservation, |limit, site| limit.ceiling = Known::Set(ceiling, site));
            }
        }
        nodes(all.into_iter().map(|(_, id)| id).collect(), at.site)
    }

    fn link(&mut self, id: NodeId, fill: impl FnOnce(&mut Limit, Site)) {
        if let Some(Node::Limit(limit)) = self.part.node_mut(id) {
            let site = limit.head.site;
            fill(limit, site);
        }
    }
}

/// A limit that limits, or nothing.
fn effective(limit: Known<f64>, least: f64) -> Known<f64> {
    if limit.value().is_some_and(|value| *value < least) { Known::Absent } else { limit }
}

fn amount(resource: &str, text: &str) -> Option<f64> {
    if resource == "memory" { units::size(text) } else { text.parse().ok() }
}

fn unit(text: &Text) -> Text {
    let start = text.as_str().trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    text.slice(start..text.len())
}

//! Replicas, updates, placement.

use crate::facts::kinds::{Service, Update};
use crate::facts::make::{flag, head};
use crate::facts::model::{Ask, At};
use crate::facts::{Known, NodeId, Site};
use crate::source::{Origin, Text};

use super::Filler;

impl Filler<'_> {
    /// What `deploy:` and `restart:` say.
    pub fn deployment(&mut self, service: &mut Service, at: At<'_>) {
        let deploy = |keys: &[&str]| at.path(&[&["deploy"], keys].concat());
        service.restart = at.get("restart").ask(At::known);
        service.mode = deploy(&["mode"]).ask(At::known);
        service.scale = at.get("scale").ask(At::number);
        service.replicas = deploy(&["replicas"]).ask(At::number).or(service.scale.clone());
        service.stop_grace_period = at.get("stop_grace_period").ask(At::duration);
        service.tty = at.get("tty").ask(At::flag);
        service.stdin_open = at.get("stdin_open").ask(At::flag);
        let policy = deploy(&["restart_policy"]).filter(|policy| policy.is_map());
        service.has_restart_policy = flag(policy.is_some(), policy.map_or(at.site, |policy| policy.site));
        service.restart_condition = deploy(&["restart_policy", "condition"]).ask(At::known);
        if let Some(policy) = policy
            && service.restart_condition.is_absent()
        {
            service.restart_condition = by_engine("any", policy.site);
        }
        service.restart_attempts = deploy(&["restart_policy", "max_attempts"]).ask(At::number);
        service.restart_window = deploy(&["restart_policy", "window"]).ask(At::duration);
        service.constraints = deploy(&["placement", "constraints"]).ask(At::texts);
        service.spread = deploy(&["placement", "preferences"]).ask(|preferences| {
            let spread = preferences.items().filter_map(|item| item.get("spread")?.text().cloned());
            Known::Set(spread.collect(), preferences.site)
        });
        service.max_replicas_per_node = deploy(&["placement", "max_replicas_per_node"]).ask(At::number);
        service.endpoint_mode = deploy(&["endpoint_mode"]).ask(At::known);
        service.update = self.update(deploy(&["update_config"]), "update_config");
        service.rollback = self.update(deploy(&["rollback_config"]), "rollback_config");
    }

    fn update(&mut self, at: Option<At<'_>>, place: &'static str) -> Known<NodeId> {
        let Some(at) = at else { return Known::Absent };
        let name = Text::written(place, at.file(), at.site.label.start);
        let mut update = Update::new(head(name, at.site, format!("deploy.{place}")));
        update.place = Known::Set(place, at.site);
        update.failure_action = at.get("failure_action").ask(At::known);
        update.order = at.get("order").ask(At::known);
        update.parallelism = at.get("parallelism").ask(At::number);
        update.delay = at.get("delay").ask(At::duration);
        update.monitor = match at.get("monitor") {
            Some(monitor) => monitor.duration(),
            None => Known::Set(MONITOR, Site { origin: Origin::Engine, ..at.site }),
        };
        Known::Set(self.part.add(update), at.site)
    }
}

/// How long swarm watches a new task where nothing is said, in seconds.
const MONITOR: f64 = 5.0;

/// A text that the engine supplies for what stands at `site`.
fn by_engine(value: &str, site: Site) -> Known<Text> {
    let site = Site { origin: Origin::Engine, ..site };
    Known::Set(Text::made(value, site.label, Origin::Engine), site)
}

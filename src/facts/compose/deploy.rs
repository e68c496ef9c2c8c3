//! Replicas, updates, placement.

use crate::facts::kinds::{Service, Update};
use crate::facts::make::head;
use crate::facts::model::{Ask, At};
use crate::facts::{Known, NodeId};
use crate::source::Text;

use super::Filler;

impl Filler<'_> {
    /// What `deploy:` and `restart:` say.
    pub fn deployment(&mut self, service: &mut Service, at: At<'_>) {
        let deploy = |keys: &[&str]| at.path(&[&["deploy"], keys].concat());
        service.restart = at.get("restart").ask(At::known);
        service.mode = deploy(&["mode"]).ask(At::known);
        service.replicas = deploy(&["replicas"]).ask(At::number).or(at.get("scale").ask(At::number));
        service.restart_condition = deploy(&["restart_policy", "condition"]).ask(At::known);
        service.restart_attempts = deploy(&["restart_policy", "max_attempts"]).ask(At::number);
        service.restart_window = deploy(&["restart_policy", "window"]).ask(At::duration);
        service.constraints = deploy(&["placement", "constraints"]).ask(At::texts);
        service.endpoint_mode = deploy(&["endpoint_mode"]).ask(At::known);
        service.update = self.update(deploy(&["update_config"]), "update_config");
        service.rollback = self.update(deploy(&["rollback_config"]), "rollback_config");
    }

    fn update(&mut self, at: Option<At<'_>>, name: &str) -> Known<NodeId> {
        let Some(at) = at else { return Known::Absent };
        let mut update = Update::new(head(
            Text::written(name, at.file(), at.site.label.start),
            at.site,
            format!("deploy.{name}"),
        ));
        update.failure_action = at.get("failure_action").ask(At::known);
        update.order = at.get("order").ask(At::known);
        update.parallelism = at.get("parallelism").ask(At::number);
        update.monitor = at.get("monitor").ask(At::duration);
        Known::Set(self.part.add(update), at.site)
    }
}

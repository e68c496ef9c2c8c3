//! Healthchecks: the service's own, its Dockerfile's, its image's.

use crate::facts::kinds::{Healthcheck, Image, Service};
use crate::facts::make::head;
use crate::facts::model::{Ask, At};
use crate::facts::{Known, Node, NodeId, Site, commands};
use crate::source::{Origin, Text};
use crate::syntax::shell;

use super::Filler;

impl Filler<'_> {
    /// How Docker finds out whether the service works.
    pub fn effective_healthcheck(&mut self, at: At<'_>, service: &Service) -> Known<NodeId> {
        if let Some(own) = at.get("healthcheck").filter(|at| at.is_map()) {
            return self.own_healthcheck(own, service);
        }
        if let Some(stage) = self.stage_of(service) {
            return stage.healthcheck.clone();
        }
        if service.builds.value() == Some(&true) {
            return Known::Unknown(service.head.site, "its Dockerfile is not known");
        }
        match self.image_of(service).map(|image| image.has_healthcheck.clone()) {
            Some(Known::Set(true, site)) => {
                let mut check = Healthcheck::new(head(
                    Text::made("HEALTHCHECK", site.label, Origin::Table),
                    site,
                    "healthcheck",
                ));
                check.disabled = Known::Set(false, site);
                check.set_by = Known::Set("image", site);
                Known::Set(self.part.add(check), site)
            }
            Some(Known::Set(false, _)) => Known::Absent,
            // Nobody listed the image. Most have none, and a reader of the file cannot tell either.
            _ if service.image.value().is_some() && !matches!(service.image, Known::Unknown(..)) => {
                Known::Absent
            }
            _ => Known::Unknown(service.head.site, "its image is not known"),
        }
    }

    fn own_healthcheck(&mut self, at: At<'_>, service: &Service) -> Known<NodeId> {
        let site = at.site;
        let mut check = Healthcheck::new(head(
            Text::made("healthcheck", site.label, Origin::Written),
            site,
            "healthcheck",
        ));
        check.set_by = Known::Set("service", site);
        check.interval = at.get("interval").ask(At::duration);
        check.timeout = at.get("timeout").ask(At::duration);
        check.start_period = at.get("start_period").ask(At::duration);
        check.start_interval = at.get("start_interval").ask(At::duration);
        check.retries = at.get("retries").ask(At::number);
        check.settles_after = settles_after(&check, site);
        let test = at.get("test");
        check.words = test.filter(|test| test.is_list()).ask(At::texts);
        let (form, script) = test.map_or((Known::Absent, None), |test| probe(test));
        let none = form.value() == Some(&"NONE");
        check.disabled = match at.get("disable").ask(At::flag) {
            Known::Set(true, site) => Known::Set(true, site),
            Known::Unknown(site, reason) => Known::Unknown(site, reason),
            _ => Known::Set(none, site),
        };
        check.form = form;
        check.test = test.ask(|test| match test.text() {
            Some(text) => Known::Set(text.clone(), test.site),
            None => Known::Absent,
        });
        if let Some(script) = &script {
            let at = test.map_or(site, |test| test.site);
            self.problems.extend(commands::too_deep(script, at.label));
            check.cannot_fail = Known::Set(commands::cannot_fail(script), at);
            let image = service.image.value().copied();
            let ids = commands::add(&mut self.part, script, "healthcheck", |part, command| {
                if let Some(image) = image {
                    command.in_image = commands::in_image(part, image, command);
                    command.base = Known::Set(image, service.image.site().unwrap_or_default());
                }
            });
            let stage = service.stage.value().copied();
            if let Some(stage) = stage {
                for &id in &ids {
                    let present = commands::in_stage(self.reading.world, stage, &self.part, id);
                    if let Some(Node::Command(command)) = self.part.node_mut(id) {
                        command.in_image = present;
                    }
                }
            }
            check.commands = crate::facts::make::nodes(ids, site);
        }
        let id = self.part.add(check);
        self.adopt_commands(id);
        Known::Set(id, site)
    }

    fn adopt_commands(&mut self, check: NodeId) {
        let Some(Node::Healthcheck(node)) = self.part.node(check) else { return };
        let ids: Vec<NodeId> = node.commands.value().map(|list| list.items.clone()).unwrap_or_default();
        for id in ids {
            self.part.adopt(check, id);
        }
    }

    /// The image node of a service that is not built.
    pub fn image_of(&self, service: &Service) -> Option<&Image> {
        match self.part.node(*service.image.value()?) {
            Some(Node::Image(image)) => Some(image),
            _ => None,
        }
    }
}

/// The form of a test and what it runs.
fn probe(test: At<'_>) -> (Known<&'static str>, Option<shell::Script>) {
    if let Some(text) = test.text() {
        return (Known::Set("CMD-SHELL", test.site), Some(shell::scan(text)));
    }
    let words: Vec<Text> = test.items().filter_map(|item| item.text().cloned()).collect();
    // Both engines drop an empty list, so that the image's own probe counts.
    let Some(first) = words.first() else { return (Known::Absent, None) };
    match first.known() {
        Some("NONE") => (Known::Set("NONE", test.site), None),
        Some("CMD-SHELL") => (Known::Set("CMD-SHELL", test.site), words.get(1).map(shell::scan)),
        Some("CMD") => (Known::Set("CMD", test.site), Some(shell::scan_exec(&words[1..]))),
        Some(_) => (Known::Set("invalid", test.site), None),
        None => (Known::Unknown(test.site, "its first word comes from a variable"), None),
    }
}

/// How long a program that never works can go unnoticed. What is not written is the engine's: 30 s, 30 s, none, 3.
fn settles_after(check: &Healthcheck, site: Site) -> Known<f64> {
    let mut origin = Origin::Written;
    let mut value = |field: &Known<f64>, default: f64| match field {
        Known::Set(value, at) => {
            origin = origin.max(at.origin);
            Some(*value)
        }
        Known::Absent => {
            origin = origin.max(Origin::Engine);
            Some(default)
        }
        Known::Unknown(..) => None,
    };
    let parts = (
        value(&check.start_period, 0.0),
        value(&check.interval, 30.0),
        value(&check.retries, 3.0),
        value(&check.timeout, 30.0),
    );
    match parts {
        (Some(start), Some(interval), Some(retries), Some(timeout)) => {
            Known::Set(start + interval * retries + timeout, Site { origin, ..site })
        }
        _ => Known::Unknown(site, "a duration of the healthcheck comes from a variable"),
    }
}

//! Where a service's output goes.

use crate::facts::kinds::{Log, LogOption};
use crate::facts::make::head;
use crate::facts::model::{Ask, At};
use crate::facts::{Known, NodeId, Site};
use crate::source::{Origin, Text};

use super::Filler;
use super::settings::kind;

impl Filler<'_> {
    /// Adds the log settings of a service.
    pub fn log(&mut self, at: At<'_>, key: Site) -> Known<NodeId> {
        let Some(logging) = at.get("logging").filter(|at| at.is_map()) else {
            // Which driver is the default is the daemon's choice; json-file unless somebody changed it.
            let mut log = Log::new(head(Text::made("logging", key.label, Origin::Engine), key, "logging"));
            log.driver = Known::Set(Text::made("json-file", key.label, Origin::Engine), key);
            return Known::Set(self.part.add(log), key);
        };
        let mut log = Log::new(head(
            Text::made("logging", logging.site.label, Origin::Written),
            logging.site,
            "logging",
        ));
        log.driver = match logging.get("driver") {
            Some(driver) => driver.known(),
            None => Known::Set(Text::made("json-file", logging.site.label, Origin::Engine), logging.site),
        };
        log.options = logging.get("options").ask(At::map);
        Known::Set(self.part.add(log), logging.site)
    }

    /// Adds the options of its log driver.
    pub fn log_options(&mut self, at: At<'_>) -> Vec<NodeId> {
        let Some(logging) = at.get("logging").filter(|at| at.is_map()) else { return Vec::new() };
        let driver = match logging.get("driver") {
            Some(driver) => driver.known(),
            None => Known::Set(Text::made("json-file", logging.site.label, Origin::Engine), logging.site),
        };
        let mut all = Vec::new();
        for (name, at, entry) in logging.get("options").into_iter().flat_map(At::entries) {
            if self.is_full() {
                break;
            }
            let site = Site { label: entry.site.label, ..at.site };
            let mut option =
                LogOption::new(head(name.clone(), site, format!("logging.options.{}", name.as_str())));
            option.value = at.known();
            option.r#type = Known::Set(kind(at), site);
            option.driver = driver.clone();
            all.push(self.part.add(option));
        }
        all
    }
}

//! Pairs of services that stand for one: the version that runs, and the one that is tried out beside it.

use std::collections::BTreeMap;

use crate::facts::{Kind, Known, Node, NodeId};

use super::Filler;

/// How the one that is tried out is called, and how the one beside it.
const NAMES: [(&str, &str); 4] =
    [("canary", "stable"), ("green", "blue"), ("next", "current"), ("preview", "live")];

impl Filler<'_> {
    /// Tells each service that is tried out which one it stands beside, where both run the same repository.
    pub fn counterparts(&mut self) {
        let mut by_name: BTreeMap<String, NodeId> = BTreeMap::new();
        for id in self.part.of(Kind::Service) {
            if let Some(service) = self.service_at(id) {
                by_name.insert(service.head.name.as_str().to_owned(), id);
            }
        }
        let ids: Vec<NodeId> = by_name.values().copied().collect();
        for id in ids {
            let Some(service) = self.service_at(id) else { continue };
            let name = service.head.name.as_str();
            let site = service.head.site;
            let beside = names_beside(name).into_iter().find_map(|name| by_name.get(&name).copied());
            let Some(other) = beside.filter(|&other| self.same_repository(id, other)) else { continue };
            if let Some(service) = self.service_mut(id) {
                service.counterpart = Known::Set(other, site);
            }
        }
    }

    fn same_repository(&self, a: NodeId, b: NodeId) -> bool {
        let repository = |id: NodeId| {
            let image = *self.service_at(id)?.image.value()?;
            match self.part.node(image) {
                Some(Node::Image(image)) => image.repository.value()?.known(),
                _ => None,
            }
        };
        repository(a).is_some_and(|name| repository(b) == Some(name))
    }
}

/// The names that the service beside this one may have.
fn names_beside(name: &str) -> Vec<String> {
    let mut names = Vec::new();
    for separator in ["-", "_"] {
        for (tried, beside) in NAMES {
            if let Some(stem) = name.strip_suffix(tried).and_then(|stem| stem.strip_suffix(separator)) {
                names.push(format!("{stem}{separator}{beside}"));
                names.push(stem.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::names_beside;

    #[test]
    fn pairs_have_names_of_pairs() {
        assert_eq!(names_beside("web-canary"), ["web-stable", "web"]);
        assert_eq!(names_beside("web_green"), ["web_blue", "web"]);
        assert!(names_beside("web-blue").is_empty() && names_beside("evergreen").is_empty());
    }
}

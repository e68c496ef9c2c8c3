//! Secrets and configs.

use crate::facts::kinds::{Grant, Secret};
use crate::facts::make::{head, nodes};
use crate::facts::model::{Ask, At};
use crate::facts::{Kind, Known, List, Node, NodeId, Site};
use crate::source::Text;

use super::Filler;
use super::networks::external;

const KINDS: [(&str, &str); 2] = [("secret", "secrets"), ("config", "configs")];

impl Filler<'_> {
    /// Adds the secrets and configs of the file.
    pub fn declare_secrets(&mut self, root: At<'_>) {
        for (kind, key) in KINDS {
            for (name, at, entry) in root.get(key).into_iter().flat_map(At::entries) {
                let site = Site { label: entry.key.span(), ..at.site };
                let mut secret = Secret::new(head(name.clone(), site, format!("{key}.{}", name.as_str())));
                secret.kind = Known::Set(kind, site);
                secret.file = at.get("file").ask(At::known);
                secret.environment = at.get("environment").ask(At::known);
                secret.content = at.get("content").ask(At::known);
                secret.external = external(at, site);
                secret.custom_name = at.get("name").ask(At::known);
                let id = self.part.add(secret);
                self.secrets.insert((kind, name.as_str().to_owned()), id);
            }
        }
    }

    /// The secrets and configs that a service is given.
    pub fn grants(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for (kind, key) in KINDS {
            for item in at.get(key).into_iter().flat_map(At::items) {
                let source = if item.is_map() { item.get("source") } else { Some(item) };
                let Some((name, source)) = source.and_then(|at| Some((at.text()?.clone(), at))) else {
                    continue;
                };
                let site = Site { label: name.span(), ..source.site };
                let mut grant = Grant::new(head(name.clone(), site, format!("{key}.{}", name.as_str())));
                grant.kind = Known::Set(kind, site);
                grant.secret = match name.known() {
                    Some(known) => self
                        .secrets
                        .get(&(kind, known.to_owned()))
                        .map_or(Known::Absent, |&id| Known::Set(id, site)),
                    None => Known::Unknown(site, "its name comes from a variable"),
                };
                grant.target = match item.get("target") {
                    Some(target) => target.known(),
                    None if kind == "secret" => Known::Set(
                        Text::made(&format!("/run/secrets/{}", name.as_str()), site.label, name.origin()),
                        site,
                    ),
                    None => Known::Set(
                        Text::made(&format!("/{}", name.as_str()), site.label, name.origin()),
                        site,
                    ),
                };
                grant.mode = item.get("mode").ask(At::known);
                all.push(self.part.add(grant));
            }
        }
        nodes(all, at.site)
    }

    /// Tells each secret whether anybody uses it.
    pub fn finish_secrets(&mut self) {
        let used: Vec<NodeId> = self
            .part
            .of(Kind::Grant)
            .filter_map(|id| match self.part.node(id) {
                Some(Node::Grant(grant)) => grant.secret.value().copied(),
                _ => None,
            })
            .collect();
        for id in self.secrets.values().copied().collect::<Vec<_>>() {
            if let Some(Node::Secret(secret)) = self.part.node_mut(id) {
                secret.used = Known::Set(used.contains(&id), secret.head.site);
            }
        }
    }
}

//! Secrets and configs.

use std::collections::BTreeSet;

use crate::facts::kinds::{Grant, Secret};
use crate::facts::make::{head, nodes};
use crate::facts::model::{Ask, At, Shape};
use crate::facts::{Kind, Known, List, Node, NodeId, Site};
use crate::source::{Origin, Text, git_ignores};
use crate::syntax::yaml::Plain;

use super::Filler;
use super::networks::{beside_external, external};

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
                (secret.beside_external, secret.external_name) = beside_external(at);
                secret.sources = sources(at, site);
                secret.driver = at.get("driver").ask(At::known);
                secret.template_driver = at.get("template_driver").ask(At::known);
                self.on_disk(&mut secret, site);
                secret.custom_name = at.get("name").ask(At::known);
                let id = self.part.add(secret);
                self.secrets.insert((kind, name.as_str().to_owned()), id);
            }
        }
    }

    /// Whether the file of a secret is there, and whether git leaves it alone.
    fn on_disk(&self, secret: &mut Secret, site: Site) {
        let Some(path) =
            secret.file.value().and_then(Text::known).and_then(|path| self.beside(path, site.label.file))
        else {
            return;
        };
        let files = self.reading.around.files;
        let exists = files.is_file(&path);
        secret.file_exists = Known::Set(exists, site);
        if exists {
            secret.git_ignores = match git_ignores(files, &path) {
                Some(ignored) => Known::Set(ignored, site),
                None => Known::Unknown(site, "there is no git repository here"),
            };
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
                    None if !name.is_known() => Known::Unknown(site, "its name comes from a variable"),
                    Some(target) => target.known().map(|target| absolute(kind, target)),
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
                grant.uid = item.get("uid").ask(At::known);
                grant.gid = item.get("gid").ask(At::known);
                mode(&mut grant, item.get("mode"), site);
                all.push(self.part.add(grant));
            }
        }
        nodes(all, at.site)
    }

    /// The secrets that builds are given.
    fn built_with(&self, root: At<'_>) -> Vec<NodeId> {
        let services = root.get("services").into_iter().flat_map(At::entries);
        let items = services.filter_map(|(_, at, _)| at.path(&["build", "secrets"])).flat_map(At::items);
        let names =
            items.filter_map(|item| if item.is_map() { item.get("source")?.text() } else { item.text() });
        names.filter_map(|name| self.secrets.get(&("secret", name.as_str().to_owned())).copied()).collect()
    }

    /// Tells each secret whether anybody uses it.
    pub fn finish_secrets(&mut self, root: At<'_>) {
        let mut used: BTreeSet<NodeId> = self
            .part
            .of(Kind::Grant)
            .filter_map(|id| match self.part.node(id) {
                Some(Node::Grant(grant)) => grant.secret.value().copied(),
                _ => None,
            })
            .collect();
        used.extend(self.built_with(root));
        for id in self.secrets.values().copied().collect::<Vec<_>>() {
            if let Some(Node::Secret(secret)) = self.part.node_mut(id) {
                secret.used = Known::Set(used.contains(&id), secret.head.site);
            }
        }
    }
}

/// What a secret or config is made from. `external: false` makes nothing.
fn sources(at: At<'_>, site: Site) -> Known<List<Text>> {
    let written = |key: &&str| match at.get(key) {
        Some(at) if *key == "external" => at.is_map() || at.flag().value() == Some(&true),
        Some(at) => !at.is_null(),
        None => false,
    };
    let keys = ["file", "environment", "content", "external", "driver"].into_iter().filter(written);
    Known::Set(keys.map(|key| Text::made(key, site.label, Origin::Written)).collect(), site)
}

/// A target that is no path from the root is one below `/run/secrets` or `/`.
fn absolute(kind: &str, target: Text) -> Text {
    if target.as_str().starts_with('/') {
        return target;
    }
    let base = if kind == "secret" { "/run/secrets/" } else { "/" };
    Text::made(&format!("{base}{}", target.as_str()), target.span(), target.origin())
}

/// The mode: a plain `440` is a decimal number to YAML, whatever its writer meant (run: it gives 0670).
fn mode(grant: &mut Grant, at: Option<At<'_>>, site: Site) {
    let Some(at) = at else {
        grant.others_read = Known::Set(true, Site { origin: Origin::Engine, ..site });
        return;
    };
    let Some(text) = at.text() else { return };
    let Some(known) = text.known() else {
        grant.mode_is_decimal = Known::Unknown(at.site, "the mode comes from a variable");
        grant.others_read = Known::Unknown(at.site, "the mode comes from a variable");
        return;
    };
    let number = matches!(at.value.shape, Shape::Scalar(_, Plain::Int(_)));
    let digits = known.strip_prefix("0o").or_else(|| known.strip_prefix('0')).or((!number).then_some(known));
    let bits = match digits {
        Some(digits) => i64::from_str_radix(if digits.is_empty() { "0" } else { digits }, 8).ok(),
        None => known.parse().ok(),
    };
    grant.mode_is_decimal = Known::Set(number && digits.is_none(), at.site);
    if let Some(bits) = bits {
        grant.others_read = Known::Set(bits & 0o4 != 0, at.site);
    }
}

//! Mounts that meet: at one path of a container, or at one source.

use std::collections::BTreeMap;

use crate::facts::kinds::{Mount, Service};
use crate::facts::make::nodes;
use crate::facts::{Kind, Known, List, Node, NodeId, Site};
use crate::source::{Text, is_under};

use super::Filler;

impl Filler<'_> {
    /// Tells each mount which ones before it have its target, and which ones of other services have its source.
    pub fn meeting_mounts(&mut self) {
        let mut targets: BTreeMap<(NodeId, String), Vec<NodeId>> = BTreeMap::new();
        let mut sources: BTreeMap<(bool, String), Vec<(NodeId, NodeId)>> = BTreeMap::new();
        for id in self.part.of(Kind::Mount).collect::<Vec<_>>() {
            let Some(mount) = self.mount_at(id) else { continue };
            let Some(&service) = mount.service.value() else { continue };
            let site = mount.head.site;
            let (target, source) = (known_target(mount), known_source(mount));
            let mut same_target = Vec::new();
            if let Some(target) = target {
                let before = targets.entry((service, target)).or_default();
                same_target.clone_from(before);
                if before.len() < SHOWN {
                    before.push(id);
                }
            }
            if let Some(source) = source {
                sources.entry(source).or_default().push((id, service));
            }
            if let Some(Node::Mount(mount)) = self.part.node_mut(id) {
                mount.earlier_at_same_target = nodes(same_target, site);
            }
        }
        for users in sources.values() {
            let few = few(users);
            for &(id, service) in users {
                let others = few.iter().filter(|(_, other)| *other != service).map(|(id, _)| *id);
                let others = others.take(SHOWN).collect();
                if let Some(Node::Mount(mount)) = self.part.node_mut(id) {
                    mount.others_of_same_source = nodes(others, mount.head.site);
                }
            }
        }
    }

    /// Whether a volume or memory file system covers a path where the image of a service keeps its data.
    pub fn data_mounted(&self, service: &Service, key: Site) -> Known<bool> {
        let Some(image) = self.image_of(service) else { return Known::Absent };
        let paths = match &image.data_paths {
            Known::Set(paths, _) => paths,
            Known::Unknown(site, reason) => return Known::Unknown(*site, reason),
            Known::Absent => return Known::Absent,
        };
        let mounts = service.mounts.value().map(|list| list.items.as_slice()).unwrap_or_default();
        let mut unknown = false;
        for target in mounts.iter().filter_map(|id| self.mount_at(*id)?.target.value()) {
            let Some(target) = target.known() else {
                unknown = true;
                continue;
            };
            if paths.items.iter().any(|path| meet(path.as_str(), target)) {
                return Known::Set(true, key);
            }
        }
        if unknown {
            return Known::Unknown(key, "the path of a mount comes from a variable");
        }
        Known::Set(false, key)
    }

    /// Tells each bind of a service what of its stage's dependencies it hides: what lies below it, and not in a mount
    /// that is nearer.
    pub fn hidden_dependencies(&mut self, service: &Service) {
        let Some(stage) = self.stage_of(service) else { return };
        let Some(dependencies) = stage.dependency_paths.value().cloned() else { return };
        let mounts = service.mounts.value().map(|list| list.items.clone()).unwrap_or_default();
        if dependencies.items.is_empty() {
            return;
        }
        let mut hidden: BTreeMap<String, Vec<Text>> = mounts
            .iter()
            .filter_map(|id| Some((self.mount_at(*id).and_then(known_target)?, Vec::new())))
            .collect();
        for path in &dependencies.items {
            let nearest = folders(path.as_str()).find(|folder| hidden.contains_key(*folder));
            let below = nearest.filter(|folder| *folder != path.as_str());
            if let Some(all) = below.and_then(|folder| hidden.get_mut(folder)) {
                all.push(path.clone());
            }
        }
        for id in mounts {
            let Some(mount) = self.mount_at(id) else { continue };
            let (Some(target), Some(&"bind")) = (known_target(mount), mount.r#type.value()) else { continue };
            let paths = hidden.get(&target).cloned().unwrap_or_default();
            if let Some(Node::Mount(mount)) = self.part.node_mut(id) {
                mount.hides = Known::Set(List::closed(paths), mount.head.site);
            }
        }
    }

    fn mount_at(&self, id: NodeId) -> Option<&Mount> {
        match self.part.node(id) {
            Some(Node::Mount(mount)) => Some(mount),
            _ => None,
        }
    }
}

/// More mounts than this of one source or at one path are not named to each other.
const SHOWN: usize = 8;

/// The first users of a source, so many that whatever service is left out, those that are shown are among them.
fn few(users: &[(NodeId, NodeId)]) -> Vec<(NodeId, NodeId)> {
    let mut of_service: BTreeMap<NodeId, usize> = BTreeMap::new();
    let first = users.iter().filter(|(_, service)| {
        let count = of_service.entry(*service).or_default();
        *count += 1;
        *count <= SHOWN
    });
    first.take(2 * SHOWN).copied().collect()
}

/// A path and the folders that it lies in, the nearest first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| match path.rsplit_once('/')? {
        ("", "") => None,
        ("", _) => Some("/"),
        (folder, _) => Some(folder),
    })
}

fn known_target(mount: &Mount) -> Option<String> {
    let target = mount.target.value()?.known()?;
    let target = if target.len() > 1 { target.trim_end_matches('/') } else { target };
    Some(target.to_owned())
}

/// Whether it is a path, and which; a secret or config is meant to be shared.
fn known_source(mount: &Mount) -> Option<(bool, String)> {
    if matches!(mount.written_in.value(), Some(&("secrets" | "configs"))) {
        return None;
    }
    match (mount.host_path.value(), mount.source.value()) {
        (Some(path), _) => Some((true, path.known()?.to_owned())),
        (None, Some(name)) if mount.r#type.value() == Some(&"volume") => {
            Some((false, name.known()?.to_owned()))
        }
        _ => None,
    }
}

/// Whether one path is the other or lies below it.
fn meet(a: &str, b: &str) -> bool {
    is_under(a, b) || is_under(b, a)
}

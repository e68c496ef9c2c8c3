//! What is mounted into a service.

use crate::facts::kinds::{Mount, Service};
use crate::facts::make::{head, mount_parts, nodes};
use crate::facts::model::{Ask, At};
use crate::facts::{Known, List, Node, NodeId, Site};
use crate::source::{Origin, Text, clean_path, git_ignores};

use super::Filler;

impl Filler<'_> {
    /// The mounts of a service: `volumes:`, `tmpfs:`, and the files of its secrets and configs.
    pub fn mounts(&mut self, at: At<'_>, service: &Service) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        let volumes = at.get("volumes");
        let room = if self.is_full() { 0 } else { usize::MAX };
        for item in volumes.into_iter().flat_map(At::items).take(room) {
            let mount = if item.is_map() { self.long(item) } else { self.short(item) };
            all.extend(mount.map(|mount| self.part.add(mount)));
        }
        let tmpfs = at.get("tmpfs").filter(|at| !at.is_null());
        if let Some(at) = tmpfs {
            let items: Vec<At<'_>> = if at.is_list() { at.items().collect() } else { vec![at] };
            for item in items {
                all.extend(memory(item).map(|mount| self.part.add(mount)));
            }
        }
        all.extend(self.granted_files(service));
        nodes(all, volumes.or(tmpfs).map_or(at.site, |at| at.site))
    }

    /// Compose binds the files of secrets and configs; a stack sends what is in them.
    fn granted_files(&mut self, service: &Service) -> Vec<NodeId> {
        if self.is_stack() {
            return Vec::new();
        }
        let grants = service.grants.value().map(|list| list.items.clone()).unwrap_or_default();
        let mounts: Vec<Mount> = grants.into_iter().filter_map(|id| self.granted_file(id)).collect();
        mounts.into_iter().map(|mount| self.part.add(mount)).collect()
    }

    fn granted_file(&self, id: NodeId) -> Option<Mount> {
        let Some(Node::Grant(grant)) = self.part.node(id) else { return None };
        let Some(Node::Secret(secret)) = self.part.node(*grant.secret.value()?) else { return None };
        let (file, site) = (secret.file.value()?, grant.head.site);
        let key = if grant.kind.value() == Some(&"secret") { "secrets" } else { "configs" };
        let name = grant.head.name.clone();
        let mut mount = Mount::new(head(name.clone(), site, format!("{key}.{} (file)", name.as_str())));
        mount.r#type = Known::Set("bind", site);
        mount.written_in = Known::Set(key, site);
        mount.target = grant.target.clone();
        mount.read_only = Known::Set(true, site);
        mount.target_is_file = Known::Set(true, site);
        mount.options = Known::Set(List::default(), site);
        self.source(&mut mount, Known::Set(file.clone(), site));
        Some(mount)
    }

    fn short(&self, item: At<'_>) -> Option<Mount> {
        let text = item.text()?.clone();
        let (source, target, options) = match mount_parts(&text).as_slice() {
            [target] => (None, target.clone(), None),
            [source, target] => (Some(source.clone()), target.clone(), None),
            [source, target, options] => (Some(source.clone()), target.clone(), Some(options.clone())),
            _ => return None,
        };
        let site = item.site;
        let mut mount = Mount::new(head(text.clone(), site, format!("volumes[\"{}\"]", text.as_str())));
        mount.short = Known::Set(true, site);
        mount.written_in = Known::Set("volumes", site);
        let part = |text: &Text| Known::Set(text.clone(), Site { label: text.span(), ..item.site });
        mount.target = part(&cleaned(&target));
        mount.r#type = match &source {
            None => Known::Set("volume", site),
            Some(source) => match source.as_str().chars().next() {
                Some('.' | '/' | '~' | '\\') => Known::Set("bind", site),
                _ if source.as_str().get(1..2) == Some(":") => Known::Set("bind", site),
                // No volume has a slash in its name.
                Some('$') if source.pieces().any(|piece| piece.contains('/')) => Known::Set("bind", site),
                Some('$') if !source.is_known() => Known::Unknown(site, "its source comes from a variable"),
                _ => Known::Set("volume", site),
            },
        };
        let words: Vec<Text> = options.iter().flat_map(|options| options.split(',')).collect();
        mount.read_only = if words.iter().any(|word| !word.is_known()) {
            Known::Unknown(site, "an option comes from a variable")
        } else {
            Known::Set(words.iter().any(|word| word.as_str() == "ro"), site)
        };
        mount.propagation = words
            .iter()
            .find(|word| PROPAGATION.contains(&word.as_str()))
            .map_or(Known::Absent, |word| Known::Set(word.clone(), Site { label: word.span(), ..item.site }));
        mount.unknown_option = words
            .iter()
            .find(|word| word.known().is_some_and(|word| !is_option(word)))
            .map_or(Known::Absent, |word| Known::Set(word.clone(), Site { label: word.span(), ..item.site }));
        mount.options = Known::Set(List::closed(words), site);
        if let Some(source) = source {
            self.source(&mut mount, part(&source));
        }
        mount.creates_source = Known::Set(mount.r#type.value() == Some(&"bind"), site);
        finish(&mut mount, &target);
        Some(mount)
    }

    fn long(&self, item: At<'_>) -> Option<Mount> {
        let kind = item.get("type");
        let target = item.get("target").and_then(super::super::model::At::text)?.clone();
        let source = item.get("source").or_else(|| item.get("src"));
        let label = source.and_then(super::super::model::At::text).unwrap_or(&target).span();
        let site = Site { label, ..item.site };
        let shown = source
            .and_then(super::super::model::At::text)
            .map_or_else(String::new, |text| format!("{}:", text.as_str()));
        let shown = format!("{shown}{}", target.as_str());
        let mut mount = Mount::new(head(
            Text::made(&shown, site.label, Origin::Written),
            site,
            format!("volumes[\"{shown}\"]"),
        ));
        mount.written_in = Known::Set("volumes", site);
        let absolute = source
            .and_then(super::super::model::At::text)
            .is_some_and(|text| text.as_str().starts_with(['/', '.']));
        mount.r#type = match kind {
            Some(kind) => kind.parsed(|text| {
                Some(match text {
                    "bind" => "bind",
                    "tmpfs" => "tmpfs",
                    "npipe" => "npipe",
                    "cluster" => "cluster",
                    "image" => "image",
                    _ => "volume",
                })
            }),
            None => Known::Set(if absolute { "bind" } else { "volume" }, site),
        };
        mount.target = Known::Set(cleaned(&target), Site { label: target.span(), ..item.site });
        mount.read_only = item.get("read_only").ask(At::flag).or(Known::Set(false, site));
        mount.size = item.path(&["tmpfs", "size"]).ask(At::known);
        mount.propagation = item.path(&["bind", "propagation"]).ask(At::known);
        mount.options = Known::Set(List::default(), site);
        if let Some(source) = source {
            self.source(&mut mount, source.known());
        }
        // Compose makes it unless told otherwise; a stack never does for the long form.
        mount.creates_source = if self.is_stack() || mount.r#type.value() != Some(&"bind") {
            Known::Set(false, site)
        } else {
            item.path(&["bind", "create_host_path"]).ask(At::flag).or(Known::Set(true, site))
        };
        finish(&mut mount, &target);
        Some(mount)
    }

    fn source(&self, mount: &mut Mount, source: Known<Text>) {
        let bind = mount.r#type.value() == Some(&"bind");
        if let (Known::Set(text, site), true) = (&source, bind) {
            if let Some(path) = text.known() {
                let clean = clean_path(path);
                let inside = !clean.starts_with(['/', '~']) && !clean.starts_with("..");
                mount.source_in_project = Known::Set(inside, *site);
                mount.host_path = Known::Set(Text::made(&clean, text.span(), text.origin()), *site);
                mount.source_is_file = Known::Set(has_ending(&clean), *site);
                if inside {
                    self.source_on_disk(mount, path, *site);
                }
            } else {
                mount.host_path = Known::Set(text.clone(), *site);
                mount.source_in_project = Known::Unknown(*site, "the path comes from a variable");
            }
        }
        if let (Some(name), false) = (source.value().and_then(Text::known), bind)
            && let Some(&volume) = self.volumes.get(name)
        {
            mount.volume = Known::Set(volume, source.site().unwrap_or_default());
            self.directory_in_disguise(mount, volume);
        }
        mount.source = source;
    }

    /// Whether the source of a bind is there, and whether git leaves it alone.
    fn source_on_disk(&self, mount: &mut Mount, path: &str, site: Site) {
        let files = self.reading.around.files;
        let Some(path) = self.beside(path, site.label.file) else {
            mount.source_exists = Known::Unknown(site, "it lies outside of the project");
            return;
        };
        mount.source_exists = Known::Set(files.exists(&path), site);
        mount.git_ignores = match git_ignores(files, &path) {
            Some(ignored) => Known::Set(ignored, site),
            None => Known::Unknown(site, "there is no git repository here"),
        };
    }

    /// A named volume of the local driver may be nothing but a bind of a directory of the host.
    fn directory_in_disguise(&self, mount: &mut Mount, volume: NodeId) {
        let Some(Node::Volume(volume)) = self.part.node(volume) else { return };
        if volume.driver.value().is_some_and(|driver| !matches!(driver.as_str(), "" | "local")) {
            return;
        }
        let options = volume.options.value().map(|list| list.items.as_slice()).unwrap_or_default();
        let option = |name: &str| {
            options.iter().find(|pair| pair.key.as_str() == name).and_then(|pair| pair.value.value())
        };
        let words = option("o").map(|text| text.split(',')).unwrap_or_default();
        let binds = words.iter().any(|word| matches!(word.as_str().trim(), "bind" | "rbind"));
        let Some(device) = option("device").filter(|_| binds) else { return };
        let site = mount.head.site;
        let path = match device.known() {
            Some(path) => Text::made(&clean_path(path), device.span(), device.origin()),
            None => device.clone(),
        };
        mount.host_path = Known::Set(path, Site { label: device.span(), ..site });
        mount.r#type = Known::Set("bind", site);
        mount.written_in = Known::Set("volume-device", site);
        if words.iter().any(|word| word.as_str().trim() == "ro") {
            mount.read_only = Known::Set(true, site);
        }
    }

    /// Paths that a read-only root leaves writable. A stack drops `tmpfs:` and so leaves nothing there.
    pub fn writable_paths(&self, service: &Service, key: Site) -> Known<List<Text>> {
        let Some(mounts) = service.mounts.value() else { return Known::Set(List::default(), key) };
        let mut paths = Vec::new();
        for &id in &mounts.items {
            let Some(crate::facts::Node::Mount(mount)) = self.part.node(id) else { continue };
            let dropped = self.is_stack() && mount.written_in.value() == Some(&"tmpfs");
            if dropped
                || mount.read_only.value() == Some(&true)
                || mount.target_is_file.value() == Some(&true)
            {
                continue;
            }
            paths.extend(mount.target.value().cloned());
        }
        Known::Set(List::closed(paths), key)
    }
}

/// Words that say how mounts travel between host and container.
const PROPAGATION: [&str; 6] = ["shared", "rshared", "slave", "rslave", "private", "rprivate"];

/// Options of a short mount that a loader does something with (compose-go `format/volume.go`, docker/cli
/// `compose/loader/volume.go`).
fn is_option(word: &str) -> bool {
    const OTHERS: [&str; 9] = ["ro", "rw", "z", "Z", "nocopy", "copy", "consistent", "cached", "delegated"];
    OTHERS.contains(&word) || PROPAGATION.contains(&word)
}

fn cleaned(target: &Text) -> Text {
    match target.known() {
        Some(path) if path.starts_with('/') => {
            let clean = clean_path(path);
            if clean == path { target.clone() } else { Text::made(&clean, target.span(), target.origin()) }
        }
        _ => target.clone(),
    }
}

fn finish(mount: &mut Mount, target: &Text) {
    let site = mount.head.site;
    mount.target_is_file = Known::Set(has_ending(target.as_str()), site);
}

/// Whether the last part of a path looks like the name of a file: `app.conf`, but not `conf.d`.
fn has_ending(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or("");
    let file = last.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && !ending.is_empty()
            && ending.len() <= 5
            && ending != "d"
            && ending.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    file || last.ends_with(".sock")
}

/// An entry of `tmpfs:`.
fn memory(item: At<'_>) -> Option<Mount> {
    let text = item.text()?.clone();
    let (path, options) = match text.split_once(':') {
        Some((path, options)) => (path, options.split(',')),
        None => (text.clone(), Vec::new()),
    };
    let site = Site { label: text.span(), ..item.site };
    let mut mount = Mount::new(head(path.clone(), site, format!("tmpfs[\"{}\"]", path.as_str())));
    mount.r#type = Known::Set("tmpfs", site);
    mount.written_in = Known::Set("tmpfs", site);
    mount.target = Known::Set(path, site);
    mount.read_only = Known::Set(false, site);
    mount.target_is_file = Known::Set(false, site);
    let size = options.iter().find_map(|option| {
        let (name, value) = option.split_once('=')?;
        (name.as_str() == "size").then_some(value)
    });
    mount.size = size.map_or(Known::Absent, |size| Known::Set(size, site));
    mount.options = Known::Set(List::closed(options), site);
    Some(mount)
}

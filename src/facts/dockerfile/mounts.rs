//! Mounts of RUN.

use crate::facts::kinds::RunMount;
use crate::facts::make::head;
use crate::facts::{Known, List, NodeId, Site};
use crate::source::{Origin, Text};
use crate::syntax::dockerfile as syntax;

use super::Filler;
use super::permissions::bits;

/// The options of mounts (Dockerfile reference, `RUN --mount`), by their first names.
const OPTIONS: [&str; 14] = [
    "type",
    "from",
    "source",
    "target",
    "readonly",
    "readwrite",
    "id",
    "sharing",
    "required",
    "size",
    "mode",
    "uid",
    "gid",
    "env",
];

impl Filler<'_> {
    /// Adds the mounts of a RUN.
    pub fn mounts(&mut self, it: &syntax::Instruction, run: NodeId, instruction: NodeId) -> Vec<NodeId> {
        let mut ids = Vec::new();
        for flag in it.flags.iter().filter(|flag| flag.name.as_str() == "mount") {
            let Some(written) = &flag.value else { continue };
            let site = Site::written(flag.span);
            let mut mount = RunMount::new(head(written.clone(), site, " / mount"));
            mount.head.parent = Some(instruction);
            mount.r#type = Known::Set(Text::made("bind", flag.span, Origin::Written), site);
            let mut keys = Vec::new();
            for part in written.split(',') {
                let (key, value) = match part.split_once('=') {
                    Some((key, value)) => (key, Some(value)),
                    None => (part.clone(), None),
                };
                let name = canonical(&key.as_str().trim().to_ascii_lowercase());
                if let Some(value) = value {
                    self.option(&mut mount, &name, &value, instruction);
                }
                let name = Text::made(&name, key.span(), Origin::Written);
                if !OPTIONS.contains(&name.as_str()) && mount.unknown_option.is_absent() {
                    mount.unknown_option = Known::Set(name.clone(), Site::written(key.span()));
                }
                keys.push(name);
            }
            mount.keys = Known::Set(List::closed(keys), site);
            mount.run = Known::Set(run, site);
            mount.instruction = Known::Set(instruction, site);
            mount.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
            defaults(&mut mount);
            ids.push(self.part.add(mount));
        }
        ids
    }

    fn option(&mut self, mount: &mut RunMount, name: &str, value: &Text, instruction: NodeId) {
        let at = Site::written(value.span());
        if name == "from" && !value.is_empty() {
            let id = self.origin(value, instruction, "mount-from");
            mount.from = Known::Set(id, at);
            return;
        }
        let field = match name {
            "type" => &mut mount.r#type,
            "target" => &mut mount.target,
            "source" => &mut mount.source,
            "id" => &mut mount.id,
            "env" => &mut mount.env,
            "mode" => &mut mount.mode,
            "uid" => &mut mount.uid,
            "gid" => &mut mount.gid,
            "sharing" => &mut mount.sharing,
            "required" => &mut mount.required,
            _ => return,
        };
        // Types and most other options are not expanded; the paths and the id are.
        let value = if matches!(name, "type" | "sharing" | "required") {
            value.clone()
        } else {
            self.expanded(value)
        };
        *field = Known::Set(value, at);
    }
}

/// What holds where nothing is written (Dockerfile reference, `RUN --mount=type=secret`).
fn defaults(mount: &mut RunMount) {
    let site = mount.head.site;
    let kind = mount.r#type.value().map_or("", Text::as_str);
    mount.others_read = match &mount.mode {
        Known::Set(mode, at) => match mode.known().and_then(bits) {
            Some(bits) => Known::Set(bits & 0o004 != 0, *at),
            None => Known::Unknown(*at, "the mode comes from a variable"),
        },
        _ => Known::Set(!matches!(kind, "secret" | "ssh"), site),
    };
    if kind != "secret" {
        return;
    }
    mount.secret_file = match (&mount.target, &mount.id) {
        (Known::Absent, Known::Set(id, _)) if mount.env.is_absent() => {
            let path = format!("/run/secrets/{}", id.as_str());
            Known::Set(Text::made(&path, id.span(), Origin::Engine), site)
        }
        (target, _) => target.clone(),
    };
}

/// The name that an option goes by where it has several.
fn canonical(name: &str) -> String {
    match name {
        "src" => "source",
        "dst" | "destination" => "target",
        "ro" => "readonly",
        "rw" => "readwrite",
        other => other,
    }
    .to_owned()
}

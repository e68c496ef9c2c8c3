//! What a service may do besides its own work: capabilities, security options, namespaces, devices, hooks.

use crate::facts::kinds::{Capability, Device, Hook, SecurityOption, Service};
use crate::facts::make::{head, nodes};
use crate::facts::model::{Ask, At};
use crate::facts::{Known, List, NodeId, Site, describe};
use crate::source::{Origin, Text, clean_path, nearest};

use super::Filler;

/// Capabilities that Docker gives to every container (moby, `oci/caps/defaults.go`).
const DEFAULT: [&str; 14] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SYS_CHROOT",
    "MKNOD",
    "AUDIT_WRITE",
    "SETFCAP",
];

/// The others (Linux, `include/uapi/linux/capability.h`), and the word for all of them.
const MORE: [&str; 28] = [
    "ALL",
    "DAC_READ_SEARCH",
    "LINUX_IMMUTABLE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "LEASE",
    "AUDIT_CONTROL",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

impl Filler<'_> {
    /// Fills in what the service may do.
    pub fn privileges(&mut self, service: &mut Service, at: At<'_>) {
        service.privileged = at.get("privileged").ask(At::flag);
        service.cap_add = at.get("cap_add").ask(At::texts).map(capability_names);
        service.cap_drop = at.get("cap_drop").ask(At::texts).map(capability_names);
        service.capabilities = self.capabilities(at);
        service.security_opt = at.get("security_opt").ask(At::texts).map(|list| List {
            items: list.items.into_iter().map(security_option).collect(),
            open: list.open,
        });
        service.security_options = self.security_options(at);
        service.gains_privileges = gains_privileges(service);
        service.read_only = at.get("read_only").ask(At::flag);
        service.network_mode = at.get("network_mode").ask(At::known);
        service.pid = at.get("pid").ask(At::known);
        service.ipc = at.get("ipc").ask(At::known);
        service.uts = at.get("uts").ask(At::known);
        service.userns_mode = at.get("userns_mode").ask(At::known);
        service.cgroup = at.get("cgroup").or_else(|| at.get("cgroupns_mode")).ask(At::known);
        service.cgroup_parent = at.get("cgroup_parent").ask(At::known);
        service.group_add = at.get("group_add").ask(At::texts);
        service.sysctls = at.get("sysctls").ask(At::map);
        service.use_api_socket = at.get("use_api_socket").ask(At::flag);
        service.devices = self.devices(at);
        service.device_rules = at.get("device_cgroup_rules").ask(At::texts);
        service.volumes_from = at.get("volumes_from").ask(At::texts);
        service.hooks = self.hooks(at);
    }

    fn capabilities(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for list in ["cap_add", "cap_drop"] {
            for item in at.get(list).into_iter().flat_map(At::items) {
                let Some(text) = item.text() else { continue };
                let name = capability_name(text);
                let mut capability =
                    Capability::new(head(name.clone(), item.site, format!("{list}.{}", name.as_str())));
                capability.list = Known::Set(list, item.site);
                if let Some(name) = name.known() {
                    let known = DEFAULT.contains(&name) || MORE.contains(&name);
                    capability.known = Known::Set(known, item.site);
                    capability.default = Known::Set(DEFAULT.contains(&name), item.site);
                    let near = nearest(name, DEFAULT.into_iter().chain(MORE)).filter(|_| !known);
                    if let Some(near) = near {
                        capability.nearest =
                            Known::Set(Text::made(near, text.span(), Origin::Guess), item.site);
                    }
                } else {
                    capability.known = Known::Unknown(item.site, "its name comes from a variable");
                    capability.default = Known::Unknown(item.site, "its name comes from a variable");
                }
                all.push(self.part.add(capability));
            }
        }
        nodes(all, at.site)
    }

    fn security_options(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for item in at.get("security_opt").into_iter().flat_map(At::items) {
            let Some(text) = item.text() else { continue };
            let name = security_option(text.clone());
            let subject = format!("security_opt.{}", name.as_str());
            all.push(self.part.add(SecurityOption::new(head(name, item.site, subject))));
        }
        nodes(all, at.site)
    }

    fn devices(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let Some(devices) = at.get("devices") else { return Known::Absent };
        let mut all = Vec::new();
        for item in devices.items() {
            let (source, target, permissions) = if item.is_map() {
                let part = |key: &str| item.get(key).and_then(At::text).cloned();
                (part("source"), part("target"), part("permissions"))
            } else {
                let mut parts = item.text().map(|text| text.split(':')).unwrap_or_default().into_iter();
                (parts.next(), parts.next(), parts.next())
            };
            let Some(source) = source else { continue };
            // `/dev/sda:r` is a device and what may be done with it.
            let (target, permissions) = match target {
                Some(letters) if permissions.is_none() && is_permissions(&letters) => (None, Some(letters)),
                target => (target, permissions),
            };
            let label = if item.is_map() { source.span() } else { item.site.label };
            let site = Site { label, ..item.site };
            let mut device =
                Device::new(head(source.clone(), site, format!("devices[\"{}\"]", source.as_str())));
            let path = match source.known() {
                Some(path) => Text::made(&clean_path(path), source.span(), source.origin()),
                None => source.clone(),
            };
            device.host_path = Known::Set(path, site);
            device.target = Known::Set(target.unwrap_or(source), site);
            device.permissions = match permissions {
                Some(letters) => Known::Set(letters, site),
                None => Known::Set(Text::made("rwm", label, Origin::Engine), site),
            };
            all.push(self.part.add(device));
        }
        nodes(all, devices.site)
    }

    fn hooks(&mut self, at: At<'_>) -> Known<List<NodeId>> {
        let mut all = Vec::new();
        for moment in ["pre_start", "post_start", "pre_stop"] {
            let items = at.get(moment).into_iter().flat_map(At::items).enumerate();
            for (index, item) in items.filter(|(_, item)| item.is_map()) {
                let name = Text::made(moment, item.site.label, Origin::Written);
                let mut hook = Hook::new(head(name, item.site, format!("{moment}[{index}]")));
                hook.moment = Known::Set(moment, item.site);
                hook.privileged = item.get("privileged").ask(At::flag);
                if let Some(user) = item.get("user")
                    && let Some(text) = user.text()
                {
                    let id = self.part.add(describe::user(text, user.site, "service"));
                    hook.user = Known::Set(id, user.site);
                }
                all.push(self.part.add(hook));
            }
        }
        nodes(all, at.site)
    }
}

fn is_permissions(text: &Text) -> bool {
    !text.is_empty() && text.as_str().bytes().all(|byte| matches!(byte, b'r' | b'w' | b'm'))
}

fn capability_names(list: List<Text>) -> List<Text> {
    List { items: list.items.into_iter().map(|name| capability_name(&name)).collect(), open: list.open }
}

/// A capability in one spelling: capitals, without `CAP_`. Docker knows no `CAP_ALL`.
fn capability_name(text: &Text) -> Text {
    let Some(name) = text.known() else { return text.clone() };
    let upper = name.trim().to_ascii_uppercase();
    let short = upper.strip_prefix("CAP_").filter(|short| *short != "ALL").unwrap_or(&upper);
    if short == name { text.clone() } else { Text::made(short, text.span(), text.origin()) }
}

/// Security options in one spelling: `a=b` is `a:b`, as both engines read it. Paths and labels keep their case.
fn security_option(item: Text) -> Text {
    let Some((name, value)) = item.known().and_then(|text| text.split_once([':', '='])) else {
        return item;
    };
    let word = value.to_ascii_lowercase();
    let value = if matches!(word.as_str(), "unconfined" | "disable") { &word } else { value };
    Text::made(&format!("{}:{value}", name.to_ascii_lowercase()), item.span(), item.origin())
}

/// `no-new-privileges` in any of its spellings decides; the last one wins.
fn gains_privileges(service: &Service) -> Known<bool> {
    let Known::Set(options, site) = &service.security_opt else { return Known::Absent };
    let mut gains = Known::Absent;
    for option in &options.items {
        let Some(text) = option.known() else {
            return Known::Unknown(*site, "a security option comes from a variable");
        };
        let (name, value) = text.split_once(':').unwrap_or((text, "true"));
        if name == "no-new-privileges" {
            let site = Site { label: option.span(), ..*site };
            gains = Known::Set(!value.eq_ignore_ascii_case("true"), site);
        }
    }
    gains
}

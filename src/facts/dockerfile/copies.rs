//! COPY and ADD.

use crate::facts::kinds::{Copy, StageRef};
use crate::facts::make::head;
use crate::facts::{Known, List, NodeId, Site};
use crate::source::{Origin, Text, nearest};
use crate::syntax::dockerfile as syntax;

use super::copied::absolute_destination;
use super::runtime::is_brought_dropper;
use super::{Filler, is_relative};

/// Only so many stages before a `--from` are looked at for a name that was meant.
const NEAR: usize = 128;

impl Filler<'_> {
    /// Adds a COPY or ADD.
    pub fn copy(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let site = Site::written(it.head);
        let parsed = syntax::copy(it);
        let keyword = if it.keyword == syntax::Keyword::Add { "ADD" } else { "COPY" };
        let mut copy = Copy::new(head(it.word.clone(), site, keyword));
        copy.head.parent = Some(instruction);
        copy.keyword = Known::Set(keyword, Site::written(it.word.span()));
        let sources: Vec<Text> = parsed.sources.iter().map(|source| self.expanded(source)).collect();
        let any = |test: fn(&str) -> bool| {
            if sources.iter().any(|source| test(source.as_str())) {
                Known::Set(true, site)
            } else if sources.iter().all(Text::is_known) {
                Known::Set(false, site)
            } else {
                Known::Unknown(site, "a source comes from a variable")
            }
        };
        copy.remote = any(is_remote);
        copy.archive = any(is_archive);
        copy.sources = Known::Set(List::closed(sources), site);
        copy.heredocs = Known::Set(List::closed(parsed.heredocs), site);
        if let Some(destination) = &parsed.destination {
            let to = self.expanded(destination);
            let at = Site::written(destination.span());
            copy.relative = is_relative(destination, &to, at);
            copy.destination = Known::Set(to, at);
        }
        let flag = |name: &str| {
            it.flag(name).map_or(Known::Absent, |flag| match &flag.value {
                Some(value) => Known::Set(value.clone(), Site::written(flag.span)),
                None => Known::Absent,
            })
        };
        copy.chown = flag("chown");
        copy.user = self.scope.user.clone();
        copy.chowned_later = Known::Set(false, site);
        if let Known::Set(owner, at) = &copy.chown {
            copy.owner = Known::Set(self.owner(&owner.clone(), instruction), *at);
        }
        copy.chmod = flag("chmod");
        copy.checksum = flag("checksum");
        copy.workdir = match &self.scope.workdir {
            Some(path) => Known::Set(path.clone(), site),
            None => Known::Absent,
        };
        self.scope.vacant = false;
        self.scope.bare &= !may_bring_shell(&copy);
        self.follows(&mut copy, instruction);
        copy.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        copy.instruction = Known::Set(instruction, site);
        // `--from=` without a value is the build context, for the builder as well.
        let from = it.flag("from").and_then(|flag| flag.value.clone());
        if let Some(value) = from.filter(|value| !value.is_empty()) {
            let id = self.origin(&value, instruction, "copy-from");
            copy.from = Known::Set(id, Site::written(value.span()));
        }
        self.part.add(copy);
    }

    /// Notes what a COPY or ADD means for what follows: paths, modes, accounts, downloads.
    fn follows(&mut self, copy: &mut Copy, instruction: NodeId) {
        let (Some(to), Some(sources), Some(&keyword)) =
            (copy.destination.value().cloned(), copy.sources.value().cloned(), copy.keyword.value())
        else {
            return;
        };
        self.scope.made_paths.push(to.clone());
        self.scope.has_dropper |= sources.items.iter().chain([&to]).any(is_brought_dropper);
        let unpacks = keyword == "ADD" && copy.archive.value() != Some(&false);
        self.brings_accounts(&sources.items, &to, unpacks);
        self.may_bring_accounts(&to, unpacks);
        copy.volume = self.copied_to(&sources.items, &to, instruction);
        if let Known::Set(mode, _) = &copy.chmod {
            self.copied_permission(keyword, &mode.clone(), &to, instruction);
        }
        if keyword != "ADD" {
            return;
        }
        let web = |source: &&Text| {
            let value = source.as_str();
            ["http://", "https://", "ftp://"].iter().any(|scheme| value.starts_with(scheme))
                && !value.split('#').next().unwrap_or(value).ends_with(".git")
        };
        for url in sources.items.iter().filter(web) {
            self.added(url, &to, !copy.checksum.is_absent(), instruction);
        }
    }

    /// What a `--from`, or a `from=` of a mount, names.
    pub fn origin(&mut self, value: &Text, instruction: NodeId, place: &'static str) -> NodeId {
        let site = Site::written(value.span());
        let name = self.expanded(value);
        let mut origin = StageRef::new(head(value.clone(), site, " / from"));
        origin.head.parent = Some(instruction);
        origin.instruction = Known::Set(instruction, site);
        let earlier = self.stages.len().saturating_sub(1);
        let index = name.known().and_then(|text| text.parse::<usize>().ok());
        let found = match index {
            Some(index) => self.stages.iter().take(earlier).nth(index),
            None => self.last_named(&name, earlier),
        };
        origin.stage = match found {
            Some(open) => Known::Set(open.id, site),
            None if !name.is_known() => Known::Unknown(site, "the name comes from a variable"),
            None => Known::Absent,
        };
        let text = name.as_str();
        let image = text.contains(['/', ':', '@', '.']);
        origin.names = if !name.is_known() {
            Known::Unknown(site, "the name comes from a variable")
        } else if index.is_some() {
            Known::Set("index", site)
        } else if image {
            Known::Set("image", site)
        } else {
            Known::Set("stage", site)
        };
        let near = self.stages.iter().take(earlier).skip(earlier.saturating_sub(NEAR));
        let names: Vec<String> = near.map(|open| open.node.head.name.as_str().to_owned()).collect();
        if let Some(near) = nearest(text, names.iter().map(String::as_str)) {
            origin.nearest = Known::Set(Text::made(near, value.span(), Origin::Guess), site);
        }
        if image && found.is_none() && name.is_known() {
            let id = crate::facts::describe::image(&mut self.part, &name, site, place);
            self.part.adopt(instruction, id);
            origin.image = Known::Set(id, site);
        }
        self.part.add(origin)
    }
}

fn is_remote(source: &str) -> bool {
    ["http://", "https://", "ftp://", "git@", "git://", "ssh://"]
        .iter()
        .any(|scheme| source.starts_with(scheme))
}

/// Archives that ADD unpacks (Dockerfile reference: identity, gzip, bzip2, xz, zstd tars).
fn is_archive(source: &str) -> bool {
    let name = source.to_ascii_lowercase();
    [
        ".tar",
        ".tar.gz",
        ".tgz",
        ".tar.bz2",
        ".tbz2",
        ".tbz",
        ".tar.xz",
        ".txz",
        ".tar.zst",
        ".tzst",
        ".tar.lzma",
        ".tlz",
        ".tar.z",
        ".tz",
        ".gz",
        ".bz2",
        ".xz",
        ".z",
        ".lz",
        ".lzma",
    ]
    .iter()
    .any(|ending| name.ends_with(ending))
}

/// Whether a shell may be among what is copied: it goes to where programs are, or nobody can know where to.
fn may_bring_shell(copy: &Copy) -> bool {
    let unpacks = copy.keyword.value() == Some(&"ADD") && copy.archive.value() != Some(&false);
    let Some(to) = absolute_destination(copy) else { return true };
    let program_folder = ["/bin", "/sbin", "/usr", "/lib"].iter().any(|folder| to.starts_with(folder));
    unpacks || program_folder || to.trim_end_matches(['/', '.']).is_empty()
}

//! What several files say together: later words on a service, lists with repetitions, merges that surprise.

use std::collections::BTreeMap;

use crate::facts::kinds::{Difference, Piece, Repetition};
use crate::facts::make::head;
use crate::facts::model::{At, Entry};
use crate::facts::{Known, NodeId, Site};
use crate::source::{FileId, Origin, Text};

use super::Filler;

impl Filler<'_> {
    /// What the last file that was merged over the definition says.
    pub fn piece(&mut self, entry: &Entry) -> Known<NodeId> {
        let Some(key) = entry.again.last() else { return Known::Absent };
        let site = Site::written(key.span());
        let mut piece = Piece::new(head(key.clone(), site, format!("services.{}", key.as_str())));
        let first = entry.key.span().file;
        let overlay = self.reading.files.iter().any(|file| file.id == first);
        piece.way = Known::Set(if overlay { "overlay" } else { "include" }, site);
        Known::Set(self.part.add(piece), site)
    }

    /// Items that stand twice in lists which Docker merges without looking and then refuses.
    pub fn repetitions(&mut self, at: At<'_>, service: NodeId) {
        const KEYS: [&str; 5] =
            ["security_opt", "group_add", "volumes_from", "external_links", "device_cgroup_rules"];
        if self.is_stack() {
            return;
        }
        for key in KEYS {
            let mut seen: BTreeMap<&str, FileId> = BTreeMap::new();
            for item in at.get(key).into_iter().flat_map(At::items) {
                let Some((text, known)) = item.text().and_then(|text| Some((text, text.known()?))) else {
                    continue;
                };
                let file = text.span().file;
                if let Some(earlier) = seen.insert(known, file) {
                    let mut node =
                        Repetition::new(head(text.clone(), item.site, format!("{key}[\"{known}\"]")));
                    node.head.parent = Some(service);
                    node.key = Known::Set(Text::made(key, text.span(), Origin::Written), item.site);
                    node.same_file = Known::Set(earlier == file, item.site);
                    node.service = Known::Set(service, item.site);
                    self.part.add(node);
                }
            }
        }
    }

    /// What the stack loader merges otherwise than one would think.
    pub fn differences(&mut self) {
        for found in &self.reading.project.differences {
            let site = Site::written(found.at);
            let key = found.path.last().map_or("", String::as_str);
            let name = Text::made(key, found.at, Origin::Written);
            let step = found.path.get(2..).unwrap_or_default().join(".");
            let mut node = Difference::new(head(name.clone(), site, format!("{step} / {}", found.what)));
            node.what = Known::Set(found.what, site);
            node.key = Known::Set(name, site);
            if let ["services", service, ..] =
                found.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
                && let Some(&service) = self.services.get(*service)
            {
                node.head.parent = Some(service);
                node.service = Known::Set(service, site);
            }
            self.part.add(node);
        }
    }
}

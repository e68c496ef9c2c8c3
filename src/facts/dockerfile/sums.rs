//! Checksums that come from where the file comes from.

use std::collections::BTreeMap;

use crate::facts::{Kind, Known, Node, NodeId};
use crate::source::Text;

use super::Filler;

/// Endings of a file that holds the checksum of another.
const ENDINGS: [&str; 9] =
    [".sha256", ".sha512", ".sha1", ".md5", ".sha256sum", ".sha512sum", ".sha1sum", ".md5sum", ".sha256.txt"];

/// Words in the names of files that list checksums.
const LISTS: [&str; 5] = ["sha256sums", "sha512sums", "sha1sums", "md5sums", "checksums"];

impl Filler<'_> {
    /// Links the downloads of checksums with those of the files that they are for.
    pub fn sums(&mut self) {
        let mut files: BTreeMap<(NodeId, String), NodeId> = BTreeMap::new();
        let mut folders: BTreeMap<(NodeId, String), NodeId> = BTreeMap::new();
        let mut sums = Vec::new();
        for id in self.part.of(Kind::Download) {
            let Some(Node::Download(download)) = self.part.node(id) else { continue };
            let (Some(&stage), Some(url)) = (download.stage.value(), download.url.value().map(Text::as_str))
            else {
                continue;
            };
            let (folder, name) = url.rsplit_once('/').unwrap_or(("", url));
            let small = name.to_ascii_lowercase();
            if let Some(ending) = ENDINGS.iter().find(|ending| small.ends_with(*ending)) {
                let file = url.get(..url.len() - ending.len()).unwrap_or_default();
                sums.push((id, (stage, file.to_owned()), false));
            } else if LISTS.iter().any(|word| small.contains(word)) {
                sums.push((id, (stage, folder.to_owned()), true));
            } else {
                files.entry((stage, url.to_owned())).or_insert(id);
                folders.entry((stage, folder.to_owned())).or_insert(id);
            }
        }
        for (id, key, list) in sums {
            let file = if list { folders.get(&key) } else { files.get(&key) };
            let site = file.and_then(|file| self.part.node(*file)).map(|node| node.head().site);
            if let (Some(&file), Some(site), Some(Node::Download(sum))) = (file, site, self.part.node_mut(id))
            {
                sum.sums = Known::Set(file, site);
            }
        }
    }
}

//! LABEL and EXPOSE.

use std::collections::BTreeMap;

use crate::facts::kinds::{ExposedPort, Label};
use crate::facts::make::head;
use crate::facts::{Kind, Known, Node, NodeId, Site};
use crate::source::{Origin, Text};
use crate::syntax::dockerfile as syntax;

use super::Filler;

impl Filler<'_> {
    /// LABEL.
    pub fn labels(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        for pair in syntax::pairs(it) {
            let site = Site::written(pair.span);
            let mut label =
                Label::new(head(pair.key.clone(), site, format!(" / label {}", pair.key.as_str())));
            label.head.parent = self.stages.last().map(|stage| stage.id);
            label.value = match pair.raw {
                Some(value) => {
                    let value = self.expanded(&value);
                    let at = Site::written(value.span());
                    Known::Set(value, at)
                }
                None => Known::Absent,
            };
            label.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
            label.instruction = Known::Set(instruction, site);
            self.scope.labels.push(pair.key);
            self.part.add(label);
        }
    }

    /// Says of each label which one of its stage takes its place.
    pub fn link_labels(&mut self) {
        let labels: Vec<NodeId> = self.part.of(Kind::Label).collect();
        // A trigger sets the label of another image, behind everything that stands here.
        let mut later: BTreeMap<(Option<NodeId>, bool, String), (NodeId, Site)> = BTreeMap::new();
        for id in labels.into_iter().rev() {
            let Some(Node::Label(label)) = self.part.node(id) else { continue };
            let trigger = label.instruction.value().is_some_and(|&instruction| self.is_trigger(instruction));
            let Some(Node::Label(label)) = self.part.node_mut(id) else { continue };
            // A variable in a key may make two of one or one of two.
            let name = label.head.name.as_str();
            if name.contains('$') {
                continue;
            }
            let key = (label.stage.value().copied(), trigger, name.to_owned());
            let site = label.head.site;
            if let Some((next, at)) = later.insert(key, (id, site)) {
                label.replaced_by = Known::Set(next, at);
            }
        }
    }

    /// EXPOSE.
    pub fn expose(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        for (raw, word) in syntax::raw_operands(it).iter().zip(syntax::operands(it)) {
            let text = self.expanded(raw);
            // A variable may hold several ports.
            let texts = if text.is_known() { text.split(' ') } else { vec![text] };
            let several = texts.len() > 1;
            for text in texts.into_iter().filter(|text| !several || !text.is_empty()) {
                let name = if several { text.clone() } else { word.clone() };
                self.exposed(&name, text, Site::written(word.span()), instruction);
            }
        }
    }

    fn exposed(&mut self, name: &Text, text: Text, site: Site, instruction: NodeId) {
        let mut node = ExposedPort::new(head(name.clone(), site, format!(" / {}", name.as_str())));
        node.head.parent = Some(instruction);
        ports(&mut node, &text, site);
        node.text = Known::Set(text.clone(), site);
        node.instruction = Known::Set(instruction, site);
        node.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, site));
        self.part.add(node);
        self.scope.exposes.push(text);
    }
}

/// Takes a word of EXPOSE apart.
fn ports(node: &mut ExposedPort, text: &Text, site: Site) {
    let (ports, protocol) = match text.rsplit_once('/') {
        Some((ports, protocol)) => (ports, Some(protocol)),
        None => (text.clone(), None),
    };
    node.protocol = match protocol {
        Some(protocol) => {
            let at = Site::written(protocol.span());
            Known::Set(protocol, at)
        }
        None if text.is_known() => Known::Absent,
        None => Known::Unknown(site, "it comes from a variable"),
    };
    let Some(written) = ports.known() else {
        let reason = "the port comes from a variable";
        node.form = Known::Unknown(site, reason);
        node.first = Known::Unknown(site, reason);
        node.last = Known::Unknown(site, reason);
        return;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<f64>().ok().filter(|_| digits)
    };
    if text.as_str() == node.head.name.as_str() {
        let protocol = text.as_str().rsplit_once('/').map(|(_, protocol)| protocol.to_ascii_lowercase());
        let own = written.rsplit(':').next().unwrap_or(written);
        let plain = protocol.map_or_else(|| own.to_owned(), |protocol| format!("{own}/{protocol}"));
        node.plain = Known::Set(Text::made(&plain, site.label, Origin::Written), site);
    }
    // Behind the address and the host's port stands the container's.
    let own = written.rsplit(':').next().unwrap_or(written);
    let (first, last) = own.split_once('-').map_or((own, own), |range| range);
    node.form = Known::Set(
        match (number(first), number(last)) {
            _ if written.contains(':') => "mapping",
            (Some(_), Some(_)) if own.contains('-') => "range",
            (Some(_), Some(_)) => "port",
            _ => "other",
        },
        site,
    );
    node.first = number(first).map_or(Known::Absent, |it| Known::Set(it, site));
    node.last = number(last).map_or(Known::Absent, |it| Known::Set(it, site));
}

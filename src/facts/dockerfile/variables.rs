//! ARG, ENV, and who uses them.

use crate::facts::compose::variable;
use crate::facts::kinds::Reference;
use crate::facts::make::head;
use crate::facts::{Known, Node, NodeId, Pair, Site};
use crate::source::{Origin, Text, nearest};
use crate::syntax::dockerfile::{self as syntax, Keyword, Lookup};

use super::Filler;

/// Flags whose values are expanded.
const EXPANDED: [&str; 4] = ["platform", "chown", "chmod", "checksum"];

/// No more names than this are looked at for the one that was meant.
const NAMES: usize = 256;

impl Filler<'_> {
    /// Adds the variables of an ARG or ENV.
    pub fn variables(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let before = self.stages.is_empty();
        let place = match (it.keyword, before) {
            (Keyword::Arg, true) => "global-arg",
            (Keyword::Arg, false) => "arg",
            _ => "env",
        };
        let mut set = Vec::new();
        for pair in syntax::pairs(it) {
            let at = Site::written(pair.span);
            let value = pair.raw.as_ref().map(|value| self.expanded(value));
            let known = match &value {
                Some(value) => Known::Set(value.clone(), at),
                None => Known::Absent,
            };
            let mut node = variable(&Pair { key: pair.key.clone(), value: known }, at, place);
            // A name is what one points at: the value may be long, or a secret.
            node.head.site.label = pair.key.span();
            node.head.parent = Some(instruction);
            node.stage = self.stages.last().map_or(Known::Absent, |stage| Known::Set(stage.id, at));
            let id = self.part.add(node);
            let name = pair.key.as_str().to_owned();
            let lookup = match (it.keyword, &value) {
                (Keyword::Arg, Some(value)) if value.is_known() => Lookup::Default(value.as_str().to_owned()),
                (Keyword::Arg, None) => match self.global.variables.get(&name) {
                    Some((known, _)) if !before => known.clone(),
                    _ => Lookup::Unknown,
                },
                (_, Some(value)) if value.is_known() => Lookup::Value(value.as_str().to_owned()),
                _ => Lookup::Unknown,
            };
            if before && let Some(value) = &pair.raw {
                let default =
                    syntax::expand(value, self.file.escape, &mut |name| self.scope.by_default(name));
                self.scope.defaults.extend(default.known().map(|text| (name.clone(), text.to_owned())));
            }
            // The pairs of one ENV do not see each other; those of one ARG do.
            if it.keyword == Keyword::Arg {
                self.scope.variables.insert(name, (lookup, Some(id)));
            } else {
                set.push((name, (lookup, Some(id))));
            }
        }
        self.scope.variables.extend(set);
    }

    /// Adds the uses of variables in an instruction that the builder expands.
    pub fn references(&mut self, it: &syntax::Instruction, instruction: NodeId, pairs: &[NodeId]) {
        let expanded = matches!(
            it.keyword,
            Keyword::From
                | Keyword::Add
                | Keyword::Copy
                | Keyword::Env
                | Keyword::Expose
                | Keyword::Label
                | Keyword::Stopsignal
                | Keyword::User
                | Keyword::Volume
                | Keyword::Workdir
                | Keyword::Arg
        );
        if !expanded {
            return;
        }
        // Of flags, those that name a platform, an owner or permissions are expanded.
        let flags = it.flags.iter().filter(|flag| EXPANDED.contains(&flag.name.as_str()));
        let texts = flags.filter_map(|flag| flag.value.as_ref()).chain([&it.arguments]);
        let uses: Vec<syntax::Use> = texts.flat_map(|text| syntax::uses(text, self.file.escape)).collect();
        for found in uses {
            let site = Site::written(found.written.span());
            let name = found.name.as_str();
            if !found.is_named() && found.operator.is_none() {
                continue;
            }
            let mut node = Reference::new(head(found.name.clone(), site, format!(" / ${name}")));
            node.head.parent = Some(instruction);
            node.instruction = Known::Set(instruction, site);
            let scope = &self.scope;
            let defined = scope.variables.get(name);
            node.definition = match defined {
                Some((_, Some(id))) => Known::Set(*id, site),
                Some((_, None)) => Known::Unknown(site, "the base image sets it"),
                _ if scope.sets_itself(name) => Known::Unknown(site, "the builder sets it"),
                _ if it.keyword == Keyword::Arg && is_set_before(it, &found) => {
                    Known::Unknown(site, "the same ARG sets it")
                }
                _ => Known::Absent,
            };
            node.global = match self.global.variables.get(name) {
                Some((_, Some(id))) if it.keyword != Keyword::From => Known::Set(*id, site),
                _ => Known::Absent,
            };
            node.expanded_by = Known::Set("builder", site);
            node.sibling = match self.sibling(pairs, &found) {
                Some(id) if it.keyword == Keyword::Env => Known::Set(id, site),
                _ => Known::Absent,
            };
            if let Some(operator) = &found.operator {
                node.operator = Known::Set(operator.clone(), site);
            }
            let operator = found.operator.as_ref().map(Text::as_str).unwrap_or_default();
            node.has_default = Known::Set(matches!(operator, ":-" | "-" | ":+" | "+" | ":?" | "?"), site);
            node.may_be_inherited =
                Known::Set(it.keyword != Keyword::From && scope.inherits && !scope.inherits_only, site);
            let names = scope.variables.keys().map(String::as_str).take(NAMES);
            if let Some(near) = defined.is_none().then(|| nearest(name, names)).flatten() {
                node.nearest = Known::Set(Text::made(near, site.label, Origin::Guess), site);
            }
            self.part.add(node);
        }
    }

    /// Another of these pairs that sets the variable.
    fn sibling(&self, pairs: &[NodeId], found: &syntax::Use) -> Option<NodeId> {
        let at = found.written.span();
        pairs.iter().copied().find(|&id| match self.part.node(id) {
            Some(Node::Pair(pair)) => {
                pair.head.name.as_str() == found.name.as_str() && !pair.head.site.label.contains(at)
            }
            _ => false,
        })
    }
}

/// Whether a pair of an ARG that stands before a use sets its variable.
fn is_set_before(it: &syntax::Instruction, found: &syntax::Use) -> bool {
    let at = found.written.span().start;
    syntax::pairs(it).iter().any(|pair| pair.span.end <= at && pair.key.as_str() == found.name.as_str())
}

//! ARG, ENV, and who uses them.

use crate::facts::compose::variable;
use crate::facts::kinds::Reference;
use crate::facts::make::head;
use crate::facts::{Known, NodeId, Pair, Site};
use crate::source::{Origin, Text, nearest};
use crate::syntax::dockerfile::{self as syntax, Keyword, Lookup};

use super::Filler;
use super::scope::{is_platform, is_predefined};

impl Filler<'_> {
    /// Adds the variables of an ARG or ENV.
    pub fn variables(&mut self, it: &syntax::Instruction, instruction: NodeId) {
        let before = self.stages.is_empty();
        let place = match (it.keyword, before) {
            (Keyword::Arg, true) => "global-arg",
            (Keyword::Arg, false) => "arg",
            _ => "env",
        };
        for pair in syntax::pairs(it) {
            let at = Site::written(pair.span);
            let value = pair.value.as_ref().map(|value| self.expanded(value));
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
            self.scope.variables.insert(name, (lookup, Some(id)));
        }
    }

    /// Adds the uses of variables in an instruction that the builder expands.
    pub fn references(&mut self, it: &syntax::Instruction, instruction: NodeId) {
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
        let uses: Vec<syntax::Use> = syntax::uses(&it.arguments, self.file.escape);
        for found in uses {
            let site = Site::written(found.written.span());
            let name = found.name.as_str();
            if name.is_empty() {
                continue;
            }
            let mut node = Reference::new(head(found.name.clone(), site, format!(" / ${name}")));
            if instruction.index != u32::MAX {
                node.head.parent = Some(instruction);
                node.instruction = Known::Set(instruction, site);
            }
            let scope = &self.scope;
            // An ENV does not see the variables that it sets itself.
            let own = it.keyword == Keyword::Env;
            let defined = scope
                .variables
                .get(name)
                .filter(|_| !own || !sets_itself(it, name) || self.defined_before(it, name));
            node.definition = match defined {
                Some((_, Some(id))) => Known::Set(*id, site),
                _ if is_predefined(name) || (it.keyword == Keyword::From && is_platform(name)) => {
                    Known::Unknown(site, "the builder sets it")
                }
                _ => Known::Absent,
            };
            node.global = match self.global.variables.get(name) {
                Some((_, Some(id))) if it.keyword != Keyword::From => Known::Set(*id, site),
                _ => Known::Absent,
            };
            node.expanded_by = Known::Set("builder", site);
            let operator = found.operator.as_ref().map(Text::as_str).unwrap_or_default();
            node.has_default = Known::Set(matches!(operator, ":-" | "-" | ":+" | "+" | ":?" | "?"), site);
            node.may_be_inherited = Known::Set(it.keyword != Keyword::From && scope.inherits, site);
            let names: Vec<&str> = scope.variables.keys().map(String::as_str).collect();
            if let Some(near) = nearest(name, names) {
                node.nearest = Known::Set(Text::made(near, site.label, Origin::Guess), site);
            }
            self.part.add(node);
        }
    }

    /// Whether the variable that an ENV sets was set before it, too.
    fn defined_before(&self, it: &syntax::Instruction, name: &str) -> bool {
        let Some((_, Some(id))) = self.scope.variables.get(name) else { return false };
        let start = self.part.node(*id).map_or(u32::MAX, |node| node.head().site.label.start);
        start < it.head.start
    }
}

/// Whether an ENV sets the variable that it uses.
fn sets_itself(it: &syntax::Instruction, name: &str) -> bool {
    syntax::pairs(it).iter().any(|pair| pair.key.as_str() == name)
}

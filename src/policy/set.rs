//! The rules that are on, found by the kind of node that they judge.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::facts::{Kind, Target};

use super::library::{builtin_names, is_shellcheck};
use super::rule::{Rule, is_called};
use crate::source::nearest;

/// Rules, indexed by kind and by the kind's index word.
#[derive(Debug, Default)]
pub struct Policy {
    rules: Vec<Rule>,
    kinds: Vec<Index>,
    /// Ids and aliases of rules that exist, on or off; those of the built-in ones unless somebody says more.
    names: OnceLock<Vec<String>>,
}

#[derive(Debug, Default)]
struct Index {
    general: Vec<u32>,
    by_word: BTreeMap<String, Vec<u32>>,
}

impl Policy {
    /// A policy of these rules. Their order is the order in which rules of one node are judged.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.about.id.cmp(&b.about.id));
        let mut kinds: Vec<Index> = Kind::ALL.iter().map(|_| Index::default()).collect();
        for (number, rule) in rules.iter().enumerate() {
            for (nth, case) in rule.cases.iter().enumerate() {
                let first = !rule.cases.iter().take(nth).any(|before| before.on == case.on);
                if let Some(index) = kinds.get_mut(case.on as usize).filter(|_| first) {
                    index.add(number as u32, rule, case.on);
                }
            }
        }
        Self { rules, kinds, names: OnceLock::new() }
    }

    /// The same policy, which also knows these ids and aliases of rules that may be off.
    #[must_use]
    pub fn knowing(self, names: Vec<String>) -> Self {
        Self { names: names.into(), ..self }
    }

    fn names(&self) -> &[String] {
        self.names.get_or_init(builtin_names)
    }

    /// Whether there is a rule of that name, on or off.
    pub fn knows(&self, name: &str) -> bool {
        self.rules.iter().any(|rule| rule.about.is_called(name))
            || is_shellcheck(name)
            || is_called("", self.names().iter().map(String::as_str), name)
    }

    /// The id of the rule that was probably meant.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let ids: Vec<&str> = self
            .names()
            .iter()
            .map(String::as_str)
            .chain(self.rules.iter().map(|rule| rule.about.id.as_str()))
            .filter(|id| !id.contains(':'))
            .collect();
        nearest(name, ids.iter().copied()).map(str::to_owned)
    }

    /// Every rule, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether any rule judges nodes of this kind.
    pub fn judges(&self, kind: Kind) -> bool {
        self.kinds
            .get(kind as usize)
            .is_some_and(|index| !index.general.is_empty() || !index.by_word.is_empty())
    }

    /// The rules that may have something to say about a node of this kind with this index word.
    pub fn about(
        &self,
        kind: Kind,
        word: Option<&str>,
        target: Target,
        dual: bool,
    ) -> impl Iterator<Item = &Rule> {
        let index = self.kinds.get(kind as usize);
        let general = index.map(|index| index.general.as_slice()).unwrap_or_default();
        let special = index.zip(word).and_then(|(index, word)| index.by_word.get(word)).map(Vec::as_slice);
        general
            .iter()
            .chain(special.unwrap_or_default())
            .filter_map(|&number| self.rules.get(number as usize))
            .filter(move |rule| {
                rule.about.targets.contains(&target) || dual && rule.about.targets.contains(&Target::Stack)
            })
    }
}

impl Index {
    fn add(&mut self, number: u32, rule: &Rule, kind: Kind) {
        let cases = rule.cases.iter().filter(|case| case.on == kind);
        match cases.map(|case| case.index.as_ref()).collect::<Option<Vec<_>>>() {
            None => self.general.push(number),
            Some(words) => {
                for word in words.into_iter().flatten() {
                    let rules = self.by_word.entry(word.clone()).or_default();
                    if rules.last() != Some(&number) {
                        rules.push(number);
                    }
                }
            }
        }
    }
}

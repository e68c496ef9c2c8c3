//! The values that rules refer to as `$name`: options of the rule, shared word lists, the item of `each`.

use std::collections::BTreeMap;
use std::rc::Rc;

/// Values by name.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Copied when a rule adds to them: most do not.
    lists: Rc<BTreeMap<Rc<str>, Rc<[String]>>>,
    item: Option<String>,
    strict: bool,
}

impl Values {
    /// Sets a list.
    pub fn set(&mut self, name: &str, values: Vec<String>) {
        Rc::make_mut(&mut self.lists).insert(name.into(), values.into());
    }

    /// The list of that name.
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.lists.get(name).map(|list| &**list)
    }

    /// Says that `$name` is the item of the rule's `each`.
    pub fn set_item(&mut self, name: &str) {
        self.item = Some(name.to_owned());
    }

    /// Whether `$name` is the item of the rule's `each`.
    pub fn is_item(&self, name: &str) -> bool {
        self.item.as_deref() == Some(name)
    }

    /// Has regular expressions built while rules are read, to find mistakes in them; that is slow, so built-in rules are
    /// only tested so.
    pub fn set_strict(&mut self) {
        self.strict = true;
    }

    /// Whether regular expressions are built while rules are read.
    pub const fn is_strict(&self) -> bool {
        self.strict
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.keys().map(|name| &**name).chain(self.item.as_deref())
    }
}

//! Values that stand at an anchor and are used elsewhere.

use crate::engine::Change;
use crate::syntax::yaml::Tree;

/// What stands at an anchor is changed only for those that use it all: where it is used once, from a key that is nothing
/// else. A value that moves to a file is the same for everybody.
pub fn shared(tree: &Tree, change: &Change) -> Result<(), String> {
    let at = match change {
        Change::Remove(at) | Change::Replace(at, _) | Change::Set(at, _) | Change::Append(at, _) => *at,
        _ => return Ok(()),
    };
    let around = tree.around(at.start);
    let template = around.iter().any(|&id| {
        let key = tree.root().and_then(|root| tree.entries(root).iter().find(|entry| entry.value == id));
        key.and_then(|entry| tree.scalar(entry.key)).is_some_and(|key| key.text.as_str().starts_with("x-"))
    });
    let allowed = usize::from(template);
    let anchor = around.iter().find(|&&id| tree.anchor_users(id) > allowed);
    match anchor.and_then(|&id| tree.node(id).anchor.as_ref()) {
        Some(name) => Err(format!("it stands at the anchor `&{}`, which others use", name.as_str())),
        None => Ok(()),
    }
}

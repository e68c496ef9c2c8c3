//! `.env` files. The environment of this process is never asked: results must not depend on it.

use crate::facts::model::Env;
use crate::source::{Files, decode};
use crate::syntax::dotenv;

/// The variables of the `.env` in a directory.
pub fn beside(files: &dyn Files, directory: &str) -> Env {
    let path = if directory.is_empty() { ".env".to_owned() } else { format!("{directory}/.env") };
    if !files.is_file(&path) {
        return Env::new();
    }
    let text = files.read(&path).and_then(|bytes| decode(bytes, true)).unwrap_or_default();
    dotenv::values(&text)
}

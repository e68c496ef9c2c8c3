//! `extends:`: a service over another one, of this file or of another.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::facts::model::{At, Entry, Shape, Value};
use crate::source::{FileId, Problem, Span, Text};
use crate::syntax::interpolate::Dialect;

use super::include::is_remote;
use super::merge::Merge;
use super::{Assembler, DEPTH};

/// What a service extends.
struct Base {
    service: String,
    file: FileId,
    span: Span,
}

impl Assembler<'_> {
    /// A file's model with its services over those that they extend.
    pub(super) fn extended(&mut self, file: FileId, model: &Arc<Value>) -> Arc<Value> {
        let Shape::Map(entries) = &model.shape else { return model.clone() };
        let at = entries.iter().position(|entry| entry.key.as_str() == "services");
        let Some((at, Shape::Map(services))) = at.map(|at| (at, &entries[at].value.shape)) else {
            return model.clone();
        };
        if !services.iter().any(|service| At::root(&service.value).get("extends").is_some()) {
            return model.clone();
        }
        let services = services
            .iter()
            .map(|service| Entry {
                value: self.over_its_base(file, service, &mut Vec::new()),
                ..service.clone()
            })
            .collect();
        let services =
            Value { shape: Shape::Map(services), span: entries[at].value.span, tag: None, raw: None };
        let mut entries = entries.clone();
        entries[at].value = Arc::new(services);
        Arc::new(Value { shape: Shape::Map(entries), span: model.span, tag: model.tag, raw: None })
    }

    /// A service of a file, merged over the one that it extends. What cannot be resolved keeps its `extends`.
    fn over_its_base(
        &mut self,
        file: FileId,
        service: &Entry,
        chain: &mut Vec<(FileId, String)>,
    ) -> Arc<Value> {
        let Some(extends) = At::root(&service.value).get("extends") else { return service.value.clone() };
        let step = (file, service.key.as_str().to_owned());
        let circular = chain.contains(&step);
        if circular || chain.len() > DEPTH {
            let name = service.key.as_str();
            let message = if circular {
                format!("`{name}` extends itself")
            } else {
                format!(
                    "`{name}` is the last of {DEPTH} services that extend each other; no more are followed"
                )
            };
            let span = extends.site.label;
            self.out.problems.push(Problem::new(Problem::INCLUDE_OR_EXTENDS_UNRESOLVABLE, message, span));
            return service.value.clone();
        }
        let Some(base) = self.base(file, extends) else { return service.value.clone() };
        let Some(found) = self.service(&base) else {
            let message = format!("there is no service `{}` to extend", base.service);
            self.out.problems.push(Problem::new(
                Problem::INCLUDE_OR_EXTENDS_UNRESOLVABLE,
                message,
                base.span,
            ));
            return service.value.clone();
        };
        chain.push(step);
        let below = self.over_its_base(base.file, &found, chain);
        chain.pop();
        let own = without(&service.value, "extends");
        let merge = Merge { dialect: Dialect::Compose, via: Some(extends.site.label), notes: None };
        merge.values(&below, &own, &["services", service.key.as_str()])
    }

    fn base(&mut self, file: FileId, extends: At<'_>) -> Option<Base> {
        let name = if extends.is_map() { extends.get("service")? } else { extends };
        let text = name.text()?;
        let Some(service) = text.known() else {
            self.out.open = Some("the name of a service that is extended comes from a variable");
            return None;
        };
        let file = match extends.get("file").and_then(At::text) {
            None => file,
            Some(path) => self.extended_file(file, path)?,
        };
        Some(Base { service: service.to_owned(), file, span: text.span() })
    }

    fn extended_file(&mut self, file: FileId, path: &Text) -> Option<FileId> {
        let Some(known) = path.known().filter(|path| !is_remote(path)) else {
            self.out.open = Some("a file with a service that is extended is not at hand");
            return None;
        };
        let directory = self.directory(file);
        let found = self.find(&directory, known);
        if found.is_none() {
            self.missing(&directory, known, path.span());
        }
        found
    }

    fn service(&mut self, base: &Base) -> Option<Entry> {
        if !self.services.contains_key(&base.file) {
            let model = self.model(base.file)?;
            let services = At::root(&model).get("services").into_iter().flat_map(At::entries);
            let mut by_name = BTreeMap::new();
            for (name, _, entry) in services {
                by_name.entry(name.as_str().to_owned()).or_insert_with(|| entry.clone());
            }
            self.services.insert(base.file, by_name);
        }
        self.services.get(&base.file)?.get(&base.service).cloned()
    }
}

fn without(value: &Arc<Value>, key: &str) -> Arc<Value> {
    let Shape::Map(entries) = &value.shape else { return value.clone() };
    let kept = entries.iter().filter(|entry| entry.key.as_str() != key).cloned().collect();
    Arc::new(Value { shape: Shape::Map(kept), span: value.span, tag: value.tag, raw: None })
}

//! By what items of lists are the same, and one form for what may be written in two.

use std::sync::Arc;

use crate::facts::make::mount_parts;
use crate::facts::model::{At, Entry, Item, Shape, Value};
use crate::facts::{Known, Pair, Site};
use crate::source::clean_path;
use crate::source::{Origin, Span, Text, TextBuilder};
use crate::syntax::yaml::Plain;

/// What makes two items the same.
pub type Key = String;

/// A `KEY=value` list as a mapping; mappings stay.
pub fn pairs(value: &Arc<Value>) -> Arc<Value> {
    if !matches!(value.shape, Shape::List(_)) {
        return value.clone();
    }
    let entries = At::root(value).pairs().into_iter().map(|(pair, site)| entry(pair, site)).collect();
    Arc::new(Value { shape: Shape::Map(entries), span: value.span, tag: value.tag, raw: None })
}

fn entry(Pair { key, value }: Pair, site: Site) -> Entry {
    let span = site.label;
    let shape = match value {
        Known::Set(text, _) => Shape::Scalar(text, Plain::Text),
        _ => Shape::Null,
    };
    Entry {
        key,
        value: Arc::new(Value { shape, span, tag: None, raw: None }),
        site,
        text_key: true,
        again: Vec::new(),
    }
}

/// A list of names as a mapping whose values are nothing; mappings stay.
pub fn names(value: &Arc<Value>) -> Arc<Value> {
    let Shape::List(items) = &value.shape else { return value.clone() };
    let entries = items
        .iter()
        .filter_map(|item| {
            let Shape::Scalar(key, _) = &item.value.shape else { return None };
            let nothing = Value { shape: Shape::Null, span: item.value.span, tag: None, raw: None };
            let value = Arc::new(nothing);
            Some(Entry { key: key.clone(), value, site: item.site, text_key: true, again: Vec::new() })
        })
        .collect();
    Arc::new(Value { shape: Shape::Map(entries), span: value.span, tag: value.tag, raw: None })
}

/// A `depends_on` list as the mapping that Compose makes of it: each waits for the start.
pub fn waits(value: &Arc<Value>) -> Arc<Value> {
    let named = names(value);
    let (Shape::List(_), Shape::Map(entries)) = (&value.shape, &named.shape) else { return named };
    let made = |text: &str, span: Span| Text::made(text, span, Origin::Written);
    let started = |mut entry: Entry| {
        let span = entry.value.span;
        let word = Shape::Scalar(made("service_started", span), Plain::Text);
        let condition = Entry {
            key: made("condition", span),
            value: Arc::new(Value { shape: word, span, tag: None, raw: None }),
            site: entry.site,
            text_key: true,
            again: Vec::new(),
        };
        entry.value = Arc::new(Value { shape: Shape::Map(vec![condition]), span, tag: None, raw: None });
        entry
    };
    let entries = entries.iter().cloned().map(started).collect();
    Arc::new(Value { shape: Shape::Map(entries), span: value.span, tag: value.tag, raw: None })
}

/// `build: path` as `build: { context: path }`.
pub fn context(value: &Arc<Value>) -> Arc<Value> {
    let key = Text::made("context", value.span, Origin::Written);
    let entry = Entry {
        key,
        value: value.clone(),
        site: Site::written(value.span),
        text_key: true,
        again: Vec::new(),
    };
    Arc::new(Value { shape: Shape::Map(vec![entry]), span: value.span, tag: value.tag, raw: None })
}

/// A lone text as a list of one; lists stay.
pub fn listed(value: &Arc<Value>) -> Arc<Value> {
    if !matches!(value.shape, Shape::Scalar(..)) {
        return value.clone();
    }
    let item = Item { value: value.clone(), site: Site::written(value.span) };
    Arc::new(Value { shape: Shape::List(vec![item]), span: value.span, tag: value.tag, raw: None })
}

/// A mapping of host names as a list of `HOST:ADDRESS`; a lone text as a list of one.
pub fn hosts(value: &Arc<Value>) -> Arc<Value> {
    let Shape::Map(entries) = &value.shape else { return listed(value) };
    let line = |entry: &Entry| {
        let Shape::Scalar(address, _) = &entry.value.shape else { return None };
        let mut line = TextBuilder::new(entry.key.span().file);
        line.text(&entry.key);
        line.atom(":", entry.key.span().end..address.span().start.max(entry.key.span().end));
        line.text(address);
        let shape = Shape::Scalar(line.finish(), Plain::Text);
        let value = Arc::new(Value { shape, span: entry.value.span, tag: None, raw: None });
        Some(Item { value, site: entry.site })
    };
    let items = entries.iter().filter_map(line).collect();
    Arc::new(Value { shape: Shape::List(items), span: value.span, tag: value.tag, raw: None })
}

fn known(value: &Value) -> Option<&str> {
    if let Shape::Scalar(text, _) = &value.shape { text.known() } else { None }
}

fn field<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    let Shape::Map(entries) = &value.shape else { return None };
    known(&entries.iter().find(|entry| entry.key.as_str() == key)?.value)
}

/// The text itself.
pub fn text(value: &Value) -> Option<Key> {
    known(value).map(str::to_owned)
}

/// Where a mount or device appears in the container.
pub fn target(value: &Value) -> Option<Key> {
    if let Some(target) = field(value, "target") {
        return Some(clean_path(target));
    }
    let Shape::Scalar(text, _) = &value.shape else { return None };
    let parts = mount_parts(text);
    let target = parts.get(1).or_else(|| parts.first())?;
    target.known().map(clean_path)
}

/// Where a secret or config appears: its target, by default its name.
pub fn grant(value: &Value) -> Option<Key> {
    let name = known(value).or_else(|| field(value, "target")).or_else(|| field(value, "source"))?;
    Some(name.strip_prefix("/run/secrets/").unwrap_or(name).to_owned())
}

/// Which secret or config it is.
pub fn source(value: &Value) -> Option<Key> {
    known(value).or_else(|| field(value, "source")).map(str::to_owned)
}

/// The path of an env file.
pub fn path(value: &Value) -> Option<Key> {
    known(value).or_else(|| field(value, "path")).map(str::to_owned)
}

/// The subnet of an address pool.
pub fn subnet(value: &Value) -> Option<Key> {
    field(value, "subnet").map(str::to_owned)
}

/// A port as `[address:]published:target/protocol`, taken apart.
fn port(value: &Value) -> Option<[String; 4]> {
    let own = |key: &str| field(value, key).unwrap_or("").to_owned();
    if matches!(value.shape, Shape::Map(_)) {
        let protocol = field(value, "protocol").unwrap_or("tcp").to_owned();
        return Some([own("host_ip"), own("published"), own("target"), protocol]);
    }
    let text = known(value)?;
    let (rest, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let (host, target) = rest.rsplit_once(':').unwrap_or(("", rest));
    let (address, published) = host.rsplit_once(':').unwrap_or(("", host));
    Some([address, published, target, protocol].map(str::to_owned))
}

/// What Compose takes for the same port: address, published port, target and protocol.
pub fn socket(value: &Value) -> Option<Key> {
    let [address, published, target, protocol] = port(value)?;
    let address = if address.is_empty() { "0.0.0.0".to_owned() } else { address };
    Some(format!("{address} {published} {target} {protocol}"))
}

/// What the stack loader takes for the same port: the published number alone.
pub fn published(value: &Value) -> Option<Key> {
    port(value).map(|[_, published, ..]| published)
}

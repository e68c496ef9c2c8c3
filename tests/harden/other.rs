//! Another reader than ours, which shares no line with it (libyaml's parser): what we write it reads as we do.

use serde_yaml::Value;

use plimsoll::source::{FileId, Source};
use plimsoll::syntax::{Data, yaml};

use super::promises::{alone, everything, mend};

/// The first document of a file, aliases and merge keys resolved; nothing where this reader refuses it.
fn theirs(text: &str) -> Option<Data> {
    use serde::Deserialize;
    // It takes the mark for a column of the first line.
    let first = serde_yaml::Deserializer::from_str(text.trim_start_matches('\u{feff}')).next()?;
    let mut value = Value::deserialize(first).ok()?;
    value.apply_merge().ok()?;
    Some(sorted(data(value)))
}

fn data(value: Value) -> Data {
    match value {
        Value::Null => Data::Null,
        Value::Bool(flag) => Data::Bool(flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Data::Int(whole),
            None => Data::Float(number.as_f64().unwrap_or_default()),
        },
        // Docker reads YAML 1.1 here, this reader 1.2.
        Value::String(text) => match text.strip_prefix('0').and_then(|it| i64::from_str_radix(it, 8).ok()) {
            Some(octal) => Data::Int(octal),
            None => Data::Text(text),
        },
        Value::Sequence(items) => Data::List(items.into_iter().map(data).collect()),
        Value::Mapping(entries) => Data::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    (key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned), data(value))
                })
                .collect(),
        ),
        Value::Tagged(tagged) => data(tagged.value),
    }
}

fn ours(text: &str) -> Option<Data> {
    let source = Source::new(FileId(0), "compose.yaml", text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    tree.root().and_then(|root| tree.to_data(root, &mut 100_000)).map(sorted)
}

/// Merged keys stand in another order there.
fn sorted(data: Data) -> Data {
    match data {
        Data::List(items) => Data::List(items.into_iter().map(sorted).collect()),
        Data::Map(entries) => {
            let mut entries: Vec<_> = entries.into_iter().map(|(key, data)| (key, sorted(data))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Data::Map(entries)
        }
        other => other,
    }
}

/// Where both read the old text alike, both read the new one, and alike: what was proved of our model holds for theirs.
/// Returns whether there was anything to compare.
pub fn agrees(name: &str, text: &str, new: &str) -> bool {
    let Some(before) = theirs(text).filter(|theirs| ours(text).as_ref() == Some(theirs)) else {
        return false;
    };
    let after = theirs(new);
    assert!(after.is_some(), "{name}: another reader refuses it\n{text}\n=====\n{new}");
    let (theirs, ours) = (format!("{after:#?}"), format!("{:#?}", ours(new)));
    let differs = theirs.lines().zip(ours.lines()).find(|(theirs, ours)| theirs != ours);
    assert!(theirs == ours, "{name}: another reader reads {differs:?}\n{text}\n=====\n{new}");
    before != Data::Null
}

/// The comparison is one: most files are read alike before, and rewrites of them are compared.
#[test]
fn another_reader_takes_part() {
    let policy = everything();
    let text = "x: &a { restart: always }\nservices:\n  web: { <<: *a, image: 'nginx:1.29', user: '0' }\n";
    let plan = mend(&alone("compose.yaml", text), &policy);
    assert!(agrees("compose.yaml", text, &plan.files[0].after));
    let spoilt = plan.files[0].after.replacen("image", " image: [", 1);
    assert!(std::panic::catch_unwind(|| agrees("compose.yaml", text, &spoilt)).is_err());
}

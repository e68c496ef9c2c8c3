//! Dockerfiles are read as `BuildKit` reads them: `fixtures/syntax/record.py` asked it.

use plimsoll::source::{FileId, Source, Text};
use plimsoll::syntax::dockerfile::{Dockerfile, Flag, Instruction, Keyword, Lookup, expand, parse};
use serde_json::{Value, json};

fn read(name: &str) -> (Source, Dockerfile) {
    let path = format!("{}/fixtures/syntax/{name}", env!("CARGO_MANIFEST_DIR"));
    let source = Source::new(FileId(0), name, &std::fs::read_to_string(path).unwrap());
    let parsed = parse(&source);
    (source, parsed)
}

fn recorded() -> serde_json::Map<String, Value> {
    let path = format!("{}/fixtures/syntax/expected.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn flag(flag: &Flag) -> String {
    let value = flag.value.as_ref().map_or_else(String::new, |value| format!("={}", value.as_str()));
    format!("--{}{value}", flag.name.as_str())
}

/// The instruction that takes the operands: that of ONBUILD is inside of it.
fn inner(instruction: &Instruction) -> &Instruction {
    instruction.trigger.as_deref().unwrap_or(instruction)
}

/// What the recording says of an instruction, as far as both say it.
fn seen(source: &Source, it: &Instruction) -> Value {
    let line = |offset: u32| source.position(offset).line;
    json!({
        "keyword": it.word.as_str().to_lowercase(),
        "trigger": it.trigger.as_ref().map(|it| it.word.as_str().to_lowercase()),
        "lines": [line(it.span.start), line(it.span.end)],
        "flags": it.flags.iter().map(flag).collect::<Vec<_>>(),
        "exec": inner(it).exec().is_some(),
    })
}

fn lowered(value: &Value) -> Value {
    value.as_str().map_or(Value::Null, |text| text.to_lowercase().into())
}

#[test]
fn the_builder_agrees_on_every_fixture() {
    let mut instructions = 0;
    for (name, expected) in recorded() {
        let (source, parsed) = read(&name);
        let Value::Array(expected) = expected else {
            // What the builder refuses is never silently fine.
            let refused = !parsed.problems.is_empty() || parsed.instructions.iter().any(|it| it.broken_json);
            assert!(refused, "{name}: {expected}");
            assert!(!parsed.instructions.is_empty(), "{name}: the rest is still read");
            continue;
        };
        assert!(parsed.problems.is_empty(), "{name}: {:?}", parsed.problems);
        let ours: Vec<Value> = parsed.instructions.iter().map(|it| seen(&source, it)).collect();
        let theirs: Vec<Value> = expected
            .iter()
            .map(|it| {
                json!({
                    "keyword": lowered(&it["keyword"]), "trigger": lowered(&it["trigger"]),
                    "lines": it["lines"], "flags": it["flags"], "exec": it["exec"],
                })
            })
            .collect();
        assert_eq!(ours, theirs, "{name}");
        for (it, expected) in parsed.instructions.iter().zip(&expected) {
            operands_agree(&name, it, expected);
            heredocs_agree(&name, it, &expected["heredocs"]);
            instructions += 1;
        }
    }
    assert!(instructions > 120, "only {instructions} instructions were compared");
}

fn operands_agree(name: &str, it: &Instruction, expected: &Value) {
    let value: Vec<&str> = expected["value"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let it = inner(it);
    if let Some(words) = it.exec() {
        let words: Vec<&str> = words.iter().map(Text::as_str).collect();
        let value = if it.keyword == Keyword::Healthcheck { &value[1..] } else { &value[..] };
        assert_eq!(words, value, "{name}: {it:?}");
        return;
    }
    let arguments = it.arguments.as_str();
    match it.keyword {
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::User | Keyword::Workdir => {
            assert_eq!(arguments, value.first().copied().unwrap_or(""), "{name}");
        }
        Keyword::Copy | Keyword::Add | Keyword::From | Keyword::Expose | Keyword::Volume => {
            let words: Vec<&str> = arguments.split_ascii_whitespace().collect();
            assert_eq!(words, value, "{name}");
        }
        _ => {}
    }
}

fn heredocs_agree(name: &str, it: &Instruction, expected: &Value) {
    if it.trigger.is_some() {
        return;
    }
    let expected = expected.as_array().unwrap();
    assert_eq!(it.heredocs.len(), expected.len(), "{name}");
    for (ours, theirs) in it.heredocs.iter().zip(expected) {
        assert_eq!(ours.name.as_str(), theirs[0].as_str().unwrap(), "{name}");
        let body = theirs[1].as_str().unwrap();
        if ours.strip_tabs {
            // The recording keeps the tabs that `<<-` takes away later.
            let lines: String =
                body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect();
            assert_eq!(ours.body.as_str(), lines, "{name}");
        } else {
            assert_eq!(ours.body.as_str(), body, "{name}");
        }
    }
}

#[test]
fn directives_point_at_their_lines() {
    let (source, parsed) = read("directives.Dockerfile");
    let shown: Vec<_> = parsed
        .directives
        .iter()
        .map(|it| (it.name.as_str(), it.value.as_str(), source.slice(it.span)))
        .collect();
    assert_eq!(
        shown,
        [
            ("syntax", "docker.io/docker/dockerfile:1.9", "# syntax=docker.io/docker/dockerfile:1.9"),
            ("Escape", "`", "#  Escape = `"),
        ]
    );
    assert_eq!(parsed.escape, '`');
    let (_, parsed) = read("directive-check.Dockerfile");
    assert_eq!(parsed.directives[0].name.as_str(), "check");
    for late in ["directive-late.Dockerfile", "no-newline.Dockerfile"] {
        let (_, parsed) = read(late);
        assert_eq!((parsed.directives.len(), parsed.escape), (0, '\\'), "{late}");
    }
}

#[test]
fn continuations_keep_their_comments_and_blank_lines() {
    let (source, parsed) = read("continuations.Dockerfile");
    let inside: Vec<_> = parsed.comments.iter().map(|it| (it.inside, it.text.as_str())).collect();
    let expected = [(Some(1), "the shell"), (Some(1), "한국어 주석"), (Some(3), "one more"), (Some(6), "c")];
    assert_eq!(inside, expected);
    assert_eq!(parsed.instructions[1].blank_lines.len(), 2);
    // A word that a continuation cuts in two is underlined from its first to its last character.
    let run = &parsed.instructions[6];
    let at = run.arguments.as_str().find("ab;").unwrap();
    assert_eq!(source.slice(run.arguments.slice(at..at + 2).span()), "a\\\nb");
}

#[test]
fn heredocs_are_found_where_they_are_announced() {
    let (source, parsed) = read("heredocs.Dockerfile");
    let openers: Vec<&str> =
        parsed.instructions.iter().flat_map(|it| &it.heredocs).map(|doc| source.slice(doc.opener)).collect();
    assert_eq!(
        openers,
        [
            "<<EOF",
            "<<-SCRIPT",
            "<<'ONE'",
            "<<\"TWO\"",
            "<<PY",
            "3<<FD",
            "<<a.txt",
            "<<b.txt",
            "<<-'cfg'",
            "<<EOF",
            "<<EOF",
            "<<EOF",
            "<<EMPTY"
        ]
    );
    let quoted: Vec<bool> =
        parsed.instructions.iter().flat_map(|it| &it.heredocs).map(|doc| !doc.expand).collect();
    assert_eq!(quoted.iter().filter(|it| **it).count(), 3);
    let (_, parsed) = read("onbuild.Dockerfile");
    let bodies: Vec<&str> =
        parsed.instructions.iter().flat_map(|it| &inner(it).heredocs).map(|doc| doc.body.as_str()).collect();
    assert_eq!(bodies, ["npm run build\n", "1\n", "2\n"]);
}

#[test]
fn one_bad_line_costs_one_line() {
    use Keyword::{Cmd, Env, From, Run, Unknown, User};
    let (_, parsed) = read("one-bad-line.Dockerfile");
    let keywords: Vec<Keyword> = parsed.instructions.iter().map(|it| it.keyword).collect();
    assert_eq!(keywords, [From, User, Unknown, Env, Run, Cmd]);
    let (_, parsed) = read("heredoc-open.Dockerfile");
    assert_eq!(parsed.problems.len(), 1);
    assert!(parsed.problems[0].message.contains("EOF"), "{:?}", parsed.problems);
}

#[test]
fn flags_are_underlined_whole() {
    let (source, parsed) = read("flags.Dockerfile");
    let run = &parsed.instructions[2];
    let written: Vec<&str> = run.flags.iter().map(|it| source.slice(it.span)).collect();
    assert_eq!(
        written,
        ["--mount=type=secret,id=token", "--mount=type=bind,source=.,target=/src", "--security=sandbox"]
    );
    let exclude = &parsed.instructions[4].flags[1];
    assert_eq!(source.slice(exclude.span), "--exclude=\"*.log\"");
    assert_eq!(exclude.value.as_ref().map(|value| source.slice(value.span())), Some("*.log"));
}

#[test]
fn the_escape_character_of_the_file_is_the_one_in_values() {
    let (_, parsed) = read("directives.Dockerfile");
    let pairs: Vec<_> = parsed
        .instructions
        .iter()
        .filter(|it| it.keyword == Keyword::Env)
        .flat_map(plimsoll::syntax::dockerfile::pairs)
        .map(|pair| (pair.key.as_str().to_owned(), pair.value.unwrap().as_str().to_owned()))
        .collect();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        pairs,
        [pair("ROOT", "C:\\site"), pair("GREETING", "say \"hi\""), pair("PLAIN", "C:\\Program Files\\app"),]
    );
}

/// Words as the builder takes them, next to what they are written as.
#[test]
fn words_are_expanded_as_the_builder_expands_them() {
    let known = |name: &str| match name {
        "PATH_" => Lookup::Value("/usr/local/bin".to_owned()),
        "V" => Lookup::Value("3.14.1-rc2".to_owned()),
        "EMPTY" => Lookup::Value(String::new()),
        "HIDDEN" => Lookup::Unknown,
        _ => Lookup::Unset,
    };
    for (written, expected) in [
        ("'$V'", Some("$V")),
        ("\\$V \"\\$V\" \"\\n\" \\n", Some("$V $V \\n n")),
        ("a'b'\"c\"", Some("abc")),
        ("$V.x", Some("3.14.1-rc2.x")),
        ("$1$@$$", Some("")),
        ("${NO:-'$V' \"$V\"}", Some("$V 3.14.1-rc2")),
        ("${EMPTY:-d}${EMPTY-d}${EMPTY+e}${EMPTY:+f}", Some("de")),
        ("${NO:-${V%%-*}}", Some("3.14.1")),
        ("${V#*.} ${V##*.} ${V%.*} ${V%%.*}", Some("14.1-rc2 1-rc2 3.14 3")),
        ("${V/./_} ${V//./_} ${V/-*/}", Some("3_14.1-rc2 3_14_1-rc2 3.14.1")),
        ("${PATH_//\\//-} ${PATH_##*/}", Some("-usr-local-bin bin")),
        ("${NO#x}${NO//a/b}", Some("")),
        ("${HIDDEN#x}", None),
        ("${V#$HIDDEN}", None),
        ("${V:?} ${V?}", Some("3.14.1-rc2 3.14.1-rc2")),
        ("${NO:?}", None),
        ("${V:0:1}", None),
        ("${V", None),
        ("\"$V", None),
    ] {
        let text = Text::written(written, FileId(0), 0);
        let made = expand(&text, '\\', &mut |name| known(name));
        assert_eq!(made.known(), expected, "{written}");
    }
    let text = Text::written("`$V ${V%`}} C:\\x", FileId(0), 0);
    let made = expand(&text, '`', &mut |name| known(name));
    assert_eq!(made.known(), Some("$V 3.14.1-rc2 C:\\x"));
}

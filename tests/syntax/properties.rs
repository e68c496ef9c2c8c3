//! For any text at all: no panic, and every span lies where it should.

use plimsoll::source::{Edit, FileId, Source, Span, Text, apply};
use plimsoll::syntax::interpolate::{Dialect, Value, resolve};
use plimsoll::syntax::{dockerfile, shell, yaml};
use proptest::prelude::*;

/// Pieces that mean something to one of the parsers.
const PIECES: &[&str] = &[
    "FROM x",
    "RUN ",
    "COPY ",
    "ONBUILD ",
    "HEALTHCHECK CMD ",
    "<<EOF",
    "<<-E",
    "EOF",
    "\\\n",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "[\"a\"]",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "$(",
    "${X:-",
    "$X",
    "`",
    "\"",
    "'",
    "\\",
    "#",
    "# c",
    "&&",
    "||",
    "|",
    ";",
    ";;",
    "&",
    "case x in ",
    "esac",
    "if ",
    "fi",
    "a: ",
    "- ",
    "&a ",
    "*a",
    "<<: ",
    "!reset ",
    "|+\n",
    ">-\n",
    "---\n",
    "? ",
    ":",
    ",",
    "한국",
    "😀",
    "\u{feff}",
    "\u{a0}",
    "--x=",
    "2>&1",
    "<(",
    "$((",
    "sh -c '",
    "eval ",
    "# escape=`\n",
    "\0",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![8 => proptest::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn fixtures() -> Vec<String> {
    let folder = format!("{}/fixtures/syntax", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "Dockerfile" || it == "yaml"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// A fixture with some characters taken out, doubled or put elsewhere.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0usize..12, 0u8..3, any::<prop::sample::Index>());
    let changes = proptest::collection::vec(change, 0..6);
    (proptest::sample::select(fixtures()), changes).prop_map(|(text, changes)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, len, kind, to) in changes {
            if chars.is_empty() {
                break;
            }
            let start = at.index(chars.len());
            let end = (start + len).min(chars.len());
            let cut: Vec<char> = chars[start..end].to_vec();
            if kind != 1 {
                chars.drain(start..end);
            }
            if kind != 0 {
                let to = to.index(chars.len() + 1);
                chars.splice(to..to, cut);
            }
        }
        chars.into_iter().collect()
    })
}

fn inside(source: &Source, span: Span) {
    assert!(span.start <= span.end, "{span:?}");
    assert!(source.text.get(span.range()).is_some(), "{span:?} does not fit {:?}", source.text);
}

fn check_script(source: &Source, text: &Text) {
    let script = shell::scan(text);
    let whole = text.span();
    for command in &script.commands {
        for part in command.words.iter().flat_map(|word| [&word.text, &word.raw]).chain([&command.text]) {
            inside(source, part.span());
            assert!(whole.contains(part.span()), "{:?} leaves {whole:?} of {:?}", part, source.text);
        }
        assert!(command.start < command.words.len() || command.words.is_empty());
        assert!(command.pipeline < script.pipelines.len());
    }
    // A command stands in its own pipeline, and once more in that of a group which it ends.
    for (index, command) in script.commands.iter().enumerate() {
        let own = &script.pipelines[command.pipeline].commands;
        assert_eq!(own.iter().filter(|&&at| at == index).count(), 1);
    }
    for pipeline in &script.pipelines {
        assert!(
            pipeline.commands.is_sorted() && pipeline.commands.iter().all(|&at| at < script.commands.len())
        );
    }
}

fn check_dockerfile(text: &str) {
    let source = Source::new(FileId(0), "Dockerfile", text);
    let parsed = dockerfile::parse(&source);
    let mut end = 0;
    for it in &parsed.instructions {
        inside(&source, it.span);
        assert!(it.span.start >= end, "instructions overlap in {text:?}");
        end = it.span.end;
        let it = it.trigger.as_deref().unwrap_or(it);
        for span in
            it.flags.iter().map(|flag| flag.span).chain([it.head, it.word.span(), it.arguments.span()])
        {
            inside(&source, span);
        }
        for heredoc in &it.heredocs {
            inside(&source, heredoc.opener);
            inside(&source, heredoc.body.span());
        }
        for word in dockerfile::operands(it) {
            inside(&source, word.span());
        }
        for pair in dockerfile::pairs(it) {
            inside(&source, pair.span);
        }
        dockerfile::uses(&it.arguments, parsed.escape);
        if let Some(script) = dockerfile::script(it) {
            check_script(&source, &script);
        }
    }
    for comment in &parsed.comments {
        assert!(source.slice(comment.span).starts_with('#'));
    }
}

fn check_yaml(text: &str) {
    let source = Source::new(FileId(0), "compose.yaml", text);
    let tree = yaml::parse(&source, yaml::Limits::default());
    for (id, node) in tree.nodes() {
        inside(&source, node.span);
        match &node.shape {
            yaml::Shape::Scalar(scalar) => inside(&source, scalar.text.span()),
            yaml::Shape::Mapping { entries, .. } => {
                for entry in entries {
                    inside(&source, entry.span);
                    assert!(entry.span.contains(tree.node(entry.key).span), "{text:?}");
                }
            }
            yaml::Shape::Sequence { items, .. } => {
                for item in items {
                    inside(&source, item.span);
                    assert!(item.span.contains(tree.node(item.node).span), "{text:?}");
                }
            }
            yaml::Shape::Alias { name, .. } => inside(&source, name.span()),
        }
        tree.effective(id);
    }
    for comment in &tree.comments {
        assert!(source.slice(comment.span).starts_with('#'), "{text:?}");
    }
    for problem in &tree.problems {
        inside(&source, problem.span);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_dockerfile(text in any_text()) {
        check_dockerfile(&text);
    }

    #[test]
    fn any_text_is_yaml(text in any_text()) {
        check_yaml(&text);
    }

    #[test]
    fn any_text_is_a_script(text in any_text()) {
        let source = Source::new(FileId(0), "script", &text);
        check_script(&source, &Text::written(&text, FileId(0), 0));
    }

    #[test]
    fn spoilt_fixtures_are_read(text in mutated()) {
        check_dockerfile(&text);
        check_yaml(&text);
    }

    #[test]
    fn any_text_can_hold_variables(text in any_text()) {
        for dialect in [Dialect::Compose, Dialect::Stack] {
            let text = Text::written(&text, FileId(0), 0);
            if let Ok(resolved) = resolve(&text, dialect, &|_| Value::Unset) {
                assert!(resolved.span().end as usize <= text.len());
            }
        }
    }

    #[test]
    fn edits_leave_the_rest_alone(text in "[a-z한 \n]{0,60}", cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let bounds: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
        let mut at: Vec<usize> = cuts.iter().map(|cut| bounds[cut.index(bounds.len())]).collect();
        at.sort_unstable();
        at.dedup();
        let edits: Vec<Edit> = at.chunks_exact(2)
            .map(|pair| Edit::replace(Span::new(FileId(0), pair[0] as u32, pair[1] as u32), "<X>"))
            .collect();
        let mut expected = String::new();
        let mut from = 0;
        for pair in at.chunks_exact(2) {
            expected += &text[from..pair[0]];
            expected += "<X>";
            from = pair[1];
        }
        expected += &text[from..];
        prop_assert_eq!(apply(&text, &edits), Some(expected));
    }
}

//! Shell scripts: which commands there are, where they stand, and that every word points at its own characters.

use plimsoll::source::{FileId, Source, Text};
use plimsoll::syntax::dockerfile;
use plimsoll::syntax::shell::{Command, Join, Place, Script, scan, scan_exec};

/// A command in one line: how it follows, where it stands, its words, its wrappers, what it redirects.
fn shown(command: &Command) -> String {
    let join = match command.joined {
        Join::First => "",
        Join::And => "&& ",
        Join::Or => "|| ",
        Join::Then => "; ",
        Join::Pipe => "| ",
        Join::Background => "& ",
    };
    let place = match command.place {
        Place::Top => "",
        Place::Subshell => "( ) ",
        Place::Substitution => "$( ) ",
        Place::Heredoc => "<< ",
        Place::Unwrapped => "-c ",
    };
    let set: Vec<String> =
        command.assignments.iter().map(|it| format!("{}={} ", it.name.as_str(), it.value.as_str())).collect();
    let words: Vec<&str> = command.words[command.start..].iter().map(|word| word.text.as_str()).collect();
    let wrappers: Vec<String> = command.wrappers.iter().map(|it| format!(" by {}", it.as_str())).collect();
    let redirects: Vec<String> = command
        .redirects
        .iter()
        .map(|it| {
            let body = it.body.as_ref().map_or_else(String::new, |body| format!(":{:?}", body.as_str()));
            format!(" [{}{}{body}]", it.operator.as_str(), it.target.as_str())
        })
        .collect();
    format!("{join}{place}{}{}{}{}", set.concat(), words.join(" "), wrappers.concat(), redirects.concat())
}

fn commands(script: &str) -> Vec<String> {
    let text = Text::written(script, FileId(0), 0);
    scan(&text).commands.iter().map(shown).collect()
}

/// Script and commands.
const TABLE: &[(&str, &[&str])] = &[
    ("a b", &["a b"]),
    ("a && b || c; d & e", &["a", "&& b", "|| c", "; d", "& e"]),
    ("a | b |& c\nd", &["a", "| b", "| c", "; d"]),
    ("! a && ! b", &["a", "&& b"]),
    ("(cd x && make) && y", &["( ) cd x", "&& ( ) make", "&& y"]),
    ("{ a; b; } > out 2>&1", &["a", "; b", ";  [>out] [2>&1]"]),
    ("if a; then b; elif c; then d; else e; fi; f", &["a", "; b", "; c", "; d", "; e", "; f"]),
    ("if [ -n \"$X\" ]; then a \"$X\"; fi", &["[ -n $X ]", "; a $X"]),
    ("for i in 1 2 $(seq 3); do a \"$i\"; done", &["$( ) seq 3", "; a $i"]),
    ("while read -r x; do a $x; done < in", &["read -r x", "; a $x", ";  [<in]"]),
    ("until a; do sleep 1; done", &["a", "; sleep 1"]),
    ("case \"$X\" in a|b) one ;; (c) two;; *) three ;; esac; four", &["; one", "; two", "; three", "; four"]),
    (
        "case $(uname -m) in\n  x86_64) A=1;;\n  *) exit 1;;\nesac && run",
        &["$( ) uname -m", "; exit 1", "&& run"],
    ),
    ("case a in a) case b in b) x;; esac;; c) y;; esac", &["; x", "; y"]),
    ("f() { a; }; f", &["; a", "; f"]),
    ("function f { a; }\nf", &["; a", "; f"]),
    ("x=$(a | b) y=`c d` e", &["x=$(a | b) y=`c d` e", "$( ) a", "| $( ) b", "$( ) c d"]),
    ("echo \"$(a \"$(b)\")\"", &["echo $(a \"$(b)\")", "$( ) a $(b)", "$( ) b"]),
    ("echo `a \\`b\\``", &["echo `a \\`b\\``", "$( ) a `b`"]),
    ("diff <(a) <(b)", &["diff <(a) <(b)", "$( ) a", "$( ) b"]),
    ("sh -c 'a && b'", &["sh -c a && b", "-c a", "&& -c b"]),
    ("bash -euxo pipefail -c \"a | b\"", &["bash -euxo pipefail -c a | b", "-c a", "| -c b"]),
    (
        "sudo -u app env A=1 nice -n 5 /usr/bin/apt-get install x",
        &["A=1 /usr/bin/apt-get install x by sudo by env by nice"],
    ),
    ("/usr/bin/sudo -E A=1 B=2 a C=3", &["A=1 B=2 a C=3 by sudo"]),
    ("xargs -n 1 rm -f", &["rm -f by xargs"]),
    ("timeout 5 a", &["a by timeout"]),
    ("exec gosu app a", &["a by exec by gosu"]),
    ("cat <<EOF > out && b\nbody $X\nEOF\nc", &["cat [<<EOF:\"body $X\\n\"] [>out]", "&& b", "; c"]),
    ("sh <<'EOF'\na | b\nEOF", &["sh [<<EOF:\"a | b\\n\"]", "<< a", "| << b"]),
    ("cat <<-A <<B\n\t1\n\tA\n2\nB\nc", &["cat [<<-A:\"\\t1\\n\"] [<<B:\"2\\n\"]", "; c"]),
    ("a > out 2> err < in >> more &> all", &["a [>out] [2>err] [<in] [>>more] [&>all]"]),
    ("a 2>&1 | b", &["a [2>&1]", "| b"]),
    ("A=1 B=\"x y\" c", &["A=1 B=x y c"]),
    ("A=1", &[]),
    ("a # b && c\nd", &["a", "; d"]),
    ("a 'x y' \"p q\" r\\ s 'it'\\''s'", &["a x y p q r s it's"]),
    ("a \"x\\\"y\" $'t\\n'", &["a x\"y t\\n"]),
    ("[[ a == b && -f c ]] && d", &["[[ a == b -f c ]]", "&& d"]),
    ("(( i++ )) && echo $((1 + 2))", &["&& echo $((1 + 2))"]),
    ("a ${X:-$(b)} ${Y:-}}", &["a ${X:-$(b)} ${Y:-}}"]),
    ("eval 'a; b'", &["eval a; b", "-c a", "; -c b"]),
    ("a=(1 2) b", &["a= b", "( ) 1 2"]),
    ("set -o pipefail; a | b", &["set -o pipefail", "; a", "| b"]),
    ("a;;b", &["a", "; b"]),
    (")", &[]),
    ("'open", &["open"]),
    ("\"open $(a", &["open $(a", "$( ) a"]),
    ("a \\\n  b", &["a b"]),
    ("", &[]),
    ("# only a comment", &[]),
    ("select x in a; do b; done", &["; b"]),
    ("if a\nthen\n  b\nfi", &["a", "; b"]),
    ("a &&\n  b", &["a", "&& b"]),
    ("a |\n  # why\n  b", &["a", "| b"]),
    ("a\r\nb", &["a", "; b"]),
    ("한글 '명령' && 😀", &["한글 명령", "&& 😀"]),
];

#[test]
fn commands_are_found_wherever_they_stand() {
    for (script, expected) in TABLE {
        assert_eq!(commands(script), *expected, "{script}");
    }
}

/// The script of the first RUN of a Dockerfile, and the file.
fn run(dockerfile: &str) -> (Source, Script) {
    let source = Source::new(FileId(0), "Dockerfile", dockerfile);
    let parsed = dockerfile::parse(&source);
    let text = dockerfile::script(&parsed.instructions[0]).unwrap();
    let script = scan(&text);
    (source, script)
}

#[test]
fn words_point_at_their_characters_across_continuations() {
    let (source, script) = run(
        "RUN set -e; \\\n  # 주석\n  if apt-get upd\\\nate; then \\\n\n    sh -c 'echo \"한국\"' | tee /x; \\\n  fi\n",
    );
    let texts: Vec<&str> = script.commands.iter().map(|it| source.slice(it.text.span())).collect();
    assert_eq!(texts, ["set -e", "apt-get upd\\\nate", "sh -c 'echo \"한국\"'", "tee /x", "echo \"한국\""]);
    let update = &script.commands[1].words[1];
    assert_eq!((update.text.as_str(), source.slice(update.text.span())), ("update", "upd\\\nate"));
    let said = &script.commands[4].words[1];
    assert_eq!((said.text.as_str(), source.slice(said.text.span())), ("한국", "한국"));
}

#[test]
fn a_heredoc_is_a_script_of_its_own() {
    let (source, script) = run("RUN <<EOF\r\napk add curl\r\ncurl x | sh\r\nEOF\r\n");
    let texts: Vec<&str> = script.commands.iter().map(|it| source.slice(it.text.span())).collect();
    assert_eq!(texts, ["apk add curl", "curl x", "sh"]);
    assert_eq!(script.pipelines.iter().map(|it| it.commands.len()).max(), Some(2));
}

#[test]
fn pipelines_name_their_commands() {
    let text = Text::written("a | b && c | d | e", FileId(0), 0);
    let script = scan(&text);
    let pipelines: Vec<&[usize]> = script.pipelines.iter().map(|it| it.commands.as_slice()).collect();
    assert_eq!(pipelines, [&[0, 1][..], &[2, 3, 4]]);
}

#[test]
fn nesting_ends_somewhere() {
    let deep = format!("echo {}x{}", "$(echo ".repeat(3000), ")".repeat(3000));
    let script = scan(&Text::written(&deep, FileId(0), 0));
    assert!(script.truncated);
    assert!(script.commands.len() > 32);
}

#[test]
fn exec_forms_are_one_command_and_the_script_in_it() {
    let words: Vec<Text> =
        ["sh", "-c", "a && b"].iter().map(|word| Text::written(word, FileId(0), 0)).collect();
    let shown: Vec<String> = scan_exec(&words).commands.iter().map(shown).collect();
    assert_eq!(shown, ["sh -c a && b", "-c a", "&& -c b"]);
}

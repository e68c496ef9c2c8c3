//! Writes data as YAML in odd but legal ways: no two files that it writes look alike.

use std::fmt::Write as _;

use plimsoll::syntax::Data;

/// Chance from a number, the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides` (splitmix64).
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    pub fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

/// What is said in comments.
const REMARKS: [&str; 6] = ["note", "항구", "⚓ {", "a: b", "- x", "\"'"];

/// Keys whose values may be shared through an anchor.
const SHARED: [&str; 7] = ["service", "environment", "ports", "logging", "deploy", "healthcheck", "cap_add"];

pub struct Pen<'d> {
    dice: &'d mut Dice,
    out: String,
    step: usize,
    dash: usize,
    plain: bool,
    /// Keys and the anchors of their values.
    anchors: Vec<(String, String)>,
    count: usize,
}

impl<'d> Pen<'d> {
    pub fn new(dice: &'d mut Dice) -> Self {
        let (step, dash) = (dice.pick(&[2, 2, 2, 4, 3, 1]), dice.pick(&[0, 2, 2, 1]));
        // A file that is written like others is the usual case.
        let plain = dice.one_in(4);
        Self { dice, out: String::new(), step, dash, plain, anchors: Vec::new(), count: 0 }
    }

    fn odd(&mut self, sides: usize) -> bool {
        !self.plain && self.dice.one_in(sides)
    }

    /// A document, from its first comment to its last line.
    pub fn document(mut self, data: &Data) -> String {
        if self.odd(4) {
            self.comment(0);
        }
        if self.odd(30) {
            self.out.push_str("%YAML 1.2\n---\n");
        } else if self.odd(4) {
            self.out.push_str("---");
            self.end();
        }
        let Data::Map(entries) = data else { panic!("a document is a mapping") };
        self.mapping(entries, 0);
        if self.odd(6) {
            self.out.push_str(self.dice.pick(&["...\n", "---\nx-more: 1\n", "---\n", "\n\n", "  \n"]));
        }
        if self.odd(5) {
            self.comment(0);
        }
        let mut text = self.out;
        if self.dice.one_in(5) {
            text.truncate(text.trim_end_matches('\n').len());
        }
        text
    }

    fn comment(&mut self, column: usize) {
        self.count += 1;
        let remark = self.dice.pick(&REMARKS);
        let _ = writeln!(self.out, "{}# {remark} {}", " ".repeat(column), self.count);
    }

    /// What stands between two entries.
    fn between(&mut self, column: usize) {
        for at in [column, 0, column + 4] {
            if self.odd(if at == column { 6 } else { 25 }) {
                self.comment(at);
            }
        }
        if self.odd(10) {
            self.out.push_str(self.dice.pick(&["\n", "   \n", "\n\n"]));
        }
    }

    /// The end of a line.
    fn end(&mut self) {
        if self.odd(9) {
            let before = self.dice.pick(&[" ", "\t", "   "]);
            self.out.push_str(before);
            self.comment(0);
        } else {
            let blanks = if self.odd(20) { self.dice.pick(&[" ", "\t", "  "]) } else { "" };
            self.out.push_str(blanks);
            self.out.push('\n');
        }
    }

    fn mapping(&mut self, entries: &[(String, Data)], column: usize) {
        for (key, value) in entries {
            self.between(column);
            self.out.push_str(&" ".repeat(column));
            self.entry(key, value, column);
        }
    }

    fn entry(&mut self, key: &str, value: &Data, column: usize) {
        if key == "services"
            && let Data::Map(services) = value
        {
            self.out.push_str("services:");
            self.end();
            for (name, service) in services {
                self.between(column + self.step);
                self.out.push_str(&" ".repeat(column + self.step));
                self.key(name);
                self.value("service", service, column + self.step);
            }
            return;
        }
        if self.odd(150) {
            let _ = write!(self.out, "? {key}\n{}:", " ".repeat(column));
        } else {
            self.key(key);
        }
        self.value(key, value, column);
    }

    fn key(&mut self, key: &str) {
        match self.dice.roll(if self.plain { 1 } else { 12 }) {
            10 => _ = write!(self.out, "\"{key}\":"),
            11 => _ = write!(self.out, "'{key}' :"),
            _ => _ = write!(self.out, "{key}:"),
        }
    }

    /// What stands behind a colon, to the end of its last line.
    fn value(&mut self, key: &str, value: &Data, column: usize) {
        let shared = SHARED.contains(&key) && !matches!(value, Data::Text(_));
        if shared && self.odd(4) && key != "service" {
            let of_key: Vec<String> =
                self.anchors.iter().filter(|it| it.0 == key).map(|it| it.1.clone()).collect();
            if let Some(anchor) = of_key.last() {
                let _ = write!(self.out, " *{anchor}");
                return self.end();
            }
        }
        let mut anchor = None;
        if shared && self.odd(5) {
            self.count += 1;
            let name = format!("a{}", self.count);
            let _ = write!(self.out, " &{name}");
            anchor = Some(name);
        }
        match value {
            Data::Map(entries) if !entries.is_empty() && !self.odd(6) => {
                self.end();
                let column = column + self.step;
                if key == "service" {
                    self.merge(column);
                }
                self.mapping(entries, column);
            }
            Data::List(items) if !items.is_empty() && !self.odd(3) => {
                self.end();
                self.list(items, column + self.dash);
            }
            Data::Text(text) if self.odd(12) && is_line(text) => self.block(text, column),
            other => {
                let blanks = if self.odd(12) { "   " } else { " " };
                self.out.push_str(blanks);
                self.flow(other, column);
                self.end();
            }
        }
        self.anchors.extend(anchor.map(|name| (key.to_owned(), name)));
    }

    fn merge(&mut self, column: usize) {
        let services: Vec<String> =
            self.anchors.iter().filter(|it| it.0 == "service").map(|it| it.1.clone()).collect();
        let Some(last) = services.last() else { return };
        if self.odd(2) {
            let several = services.len() > 1 && self.dice.one_in(3);
            let what = if several { format!("[*{}, *{last}]", services[0]) } else { format!("*{last}") };
            let _ = write!(self.out, "{}<<: {what}", " ".repeat(column));
            self.end();
        }
    }

    fn list(&mut self, items: &[Data], column: usize) {
        for item in items {
            self.between(column);
            let dash = if self.odd(20) { "-   " } else { "- " };
            let _ = write!(self.out, "{}{dash}", " ".repeat(column));
            match item {
                Data::Map(entries) if !entries.is_empty() && !self.odd(4) => {
                    let inner = column + dash.len();
                    let (key, value) = &entries[0];
                    self.entry(key, value, inner);
                    self.mapping(&entries[1..], inner);
                }
                other => {
                    self.flow(other, column);
                    self.end();
                }
            }
        }
    }

    /// A text as a block scalar.
    fn block(&mut self, text: &str, column: usize) {
        let head = self.dice.pick(&["|", "|-", "|+", ">", ">-", ">+", "|2-"]);
        let deeper = if head == "|2-" { column + 2 } else { column + self.step };
        let _ = write!(self.out, " {head}");
        self.end();
        let lines = if head.starts_with('>') {
            text.replace(' ', &format!("\n{}", " ".repeat(deeper)))
        } else {
            text.to_owned()
        };
        let _ = writeln!(self.out, "{}{lines}", " ".repeat(deeper));
        if self.dice.one_in(3) {
            self.out.push('\n');
        }
    }

    /// On one line, or on several between brackets.
    fn flow(&mut self, data: &Data, column: usize) {
        match data {
            Data::List(items) => {
                self.out.push('[');
                let broken = self.brackets(column);
                for (at, item) in items.iter().enumerate() {
                    self.flow(item, column + 2);
                    self.comma(at + 1 == items.len(), broken, column);
                }
                self.out.push(']');
            }
            Data::Map(entries) => {
                self.out.push('{');
                let broken = self.brackets(column);
                for (at, (key, value)) in entries.iter().enumerate() {
                    let _ = write!(self.out, "{key}: ");
                    self.flow(value, column + 2);
                    self.comma(at + 1 == entries.len(), broken, column);
                }
                self.out.push('}');
            }
            other => self.scalar(other, column),
        }
    }

    /// The start of a collection in brackets: whether it has lines of its own.
    fn brackets(&mut self, column: usize) -> bool {
        let broken = self.odd(5);
        if broken {
            self.end();
            self.out.push_str(&" ".repeat(column + 2));
        } else if self.odd(3) {
            self.out.push(' ');
        }
        broken
    }

    fn comma(&mut self, last: bool, broken: bool, column: usize) {
        if !last || self.odd(8) {
            self.out.push(',');
        }
        if broken {
            self.end();
            self.out.push_str(&" ".repeat(column + if last { 1 } else { 2 }));
        } else if !last {
            let blank = if self.odd(6) { "" } else { " " };
            self.out.push_str(blank);
        } else if self.odd(3) {
            self.out.push(' ');
        }
    }

    fn scalar(&mut self, data: &Data, column: usize) {
        let Data::Text(text) = data else {
            let text = plimsoll_scalar(data);
            self.out.push_str(&text);
            return;
        };
        let style = self.dice.roll(if self.plain { 3 } else { 6 });
        let written = match style {
            0..=2 if is_plain(text) => text.clone(),
            3 => format!("'{}'", text.replace('\'', "''")),
            _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")),
        };
        // A text may go on in the next line.
        if self.odd(8) && text.contains(' ') && !text.contains(['#', ':', '-']) {
            let (before, behind) = written.split_once(' ').unwrap();
            let _ = write!(self.out, "{before}\n{}{behind}", " ".repeat(column + self.step + 2));
        } else {
            self.out.push_str(&written);
        }
    }
}

fn plimsoll_scalar(data: &Data) -> String {
    match data {
        Data::Bool(flag) => flag.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        _ => "null".to_owned(),
    }
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains('\n') && !text.starts_with(['#', '-'])
}

/// Whether a text means itself without quotes, also between brackets.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c == '/' || c == '.')
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text)
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(['"', '\'', '\\', ',', '[', ']', '{', '}', '\n'])
}

//! Words without which a regular expression fits no text: most texts have none of them, and then neither engine is built.

/// Words one of which is in every text that fits.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needed {
    words: Vec<String>,
    /// Whether capital letters count as small ones.
    any_case: bool,
}

impl Needed {
    /// The words of a regular expression; `None` where it can fit without any, or is written in a way not read here.
    pub fn of(pattern: &str) -> Option<Self> {
        let mut scanner = Scanner { pattern, at: 0, any_case: false };
        let words = scanner.alternatives(0).ok()??;
        let read =
            scanner.rest().is_empty() && !(scanner.any_case && words.iter().any(|word| !word.is_ascii()));
        let words = words.into_iter().map(str::to_owned).collect();
        read.then_some(Self { words, any_case: scanner.any_case })
    }

    /// Whether a text has none of them.
    pub fn misses(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        if self.any_case {
            // Letters beyond ASCII can stand for ASCII ones: the sign for kelvin is a k.
            text.is_ascii()
                && !self.words.iter().any(|word| {
                    bytes.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
                })
        } else {
            !self.words.iter().any(|word| text.contains(word))
        }
    }
}

/// Written in a way that is not read here.
struct Foreign;

/// What a part of an expression needs; `None` for nothing.
type Words<'p> = Option<Vec<&'p str>>;

/// A part of an expression.
enum Part<'p> {
    /// One character that stands for itself, and where it stands.
    Letter(usize),
    /// Anything else.
    Other(Words<'p>),
}

struct Scanner<'p> {
    pattern: &'p str,
    at: usize,
    any_case: bool,
}

/// Groups nested deeper are not read.
const DEPTH: u32 = 16;

impl<'p> Scanner<'p> {
    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Result<char, Foreign> {
        let c = self.rest().chars().next().ok_or(Foreign)?;
        self.at += c.len_utf8();
        Ok(c)
    }

    /// Takes a text if it is the next.
    fn take(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        self.at += if there { text.len() } else { 0 };
        there
    }

    /// `a|b|c`, up to the end or a closing parenthesis: what the one or the other needs.
    fn alternatives(&mut self, depth: u32) -> Result<Words<'p>, Foreign> {
        if depth > DEPTH {
            return Err(Foreign);
        }
        let mut all = self.sequence(depth)?;
        while self.take("|") {
            let more = self.sequence(depth)?;
            all = all.zip(more).map(|(mut all, more)| {
                all.extend(more);
                all
            });
        }
        Ok(all)
    }

    /// Parts behind each other: each of them is needed, the one that says most is enough.
    fn sequence(&mut self, depth: u32) -> Result<Words<'p>, Foreign> {
        let mut best = None;
        // The letters that stand together.
        let mut word = self.at..self.at;
        while !self.rest().is_empty() && !self.rest().starts_with(['|', ')']) {
            let part = self.part(depth)?;
            let after = self.at;
            let (optional, repeated) = self.quantifier()?;
            let needs = match part {
                Part::Letter(at) if !optional && !repeated && at == word.end => {
                    word.end = after;
                    continue;
                }
                Part::Letter(at) if !optional => Some(vec![self.pattern.get(at..after).ok_or(Foreign)?]),
                Part::Letter(_) => None,
                Part::Other(words) => words.filter(|_| !optional),
            };
            best = better(best, self.word(word));
            best = better(best, needs);
            word = self.at..self.at;
        }
        Ok(better(best, self.word(word)))
    }

    fn word(&self, range: std::ops::Range<usize>) -> Words<'p> {
        self.pattern.get(range).map(|word| vec![word])
    }

    /// One character, class, group or assertion: the character that it is, or the words that it needs.
    fn part(&mut self, depth: u32) -> Result<Part<'p>, Foreign> {
        let at = self.at;
        Ok(match self.next()? {
            '\\' => match self.next()? {
                'b' | 'B' | 'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'n' | 't' | 'r' => Part::Other(None),
                c if c.is_ascii_punctuation() && !matches!(c, '<' | '>') => Part::Letter(at + 1),
                _ => return Err(Foreign),
            },
            '[' => {
                self.class()?;
                Part::Other(None)
            }
            '(' if !self.take("?") || self.take(":") => Part::Other(self.group(depth)?),
            '(' => Part::Other(self.flags(depth)?),
            '.' | '^' | '$' => Part::Other(None),
            '?' | '*' | '+' | '{' => return Err(Foreign),
            _ => Part::Letter(at),
        })
    }

    fn group(&mut self, depth: u32) -> Result<Words<'p>, Foreign> {
        let words = self.alternatives(depth + 1)?;
        if self.take(")") { Ok(words) } else { Err(Foreign) }
    }

    /// `(?i)` and `(?i:...)`; from then on, case matters nowhere: that needs less, never too much.
    fn flags(&mut self, depth: u32) -> Result<Words<'p>, Foreign> {
        loop {
            match self.next()? {
                'i' => self.any_case = true,
                's' | 'm' => {}
                ':' => return self.group(depth),
                ')' => return Ok(None),
                _ => return Err(Foreign),
            }
        }
    }

    /// The rest of `[...]`.
    fn class(&mut self) -> Result<(), Foreign> {
        self.take("^");
        self.take("]");
        loop {
            match self.next()? {
                ']' => return Ok(()),
                '\\' => drop(self.next()?),
                '[' => return Err(Foreign),
                _ => {}
            }
        }
    }

    /// How often the part before may be there: whether not at all, and whether more than once.
    fn quantifier(&mut self) -> Result<(bool, bool), Foreign> {
        let how = if self.take("?") || self.take("*") {
            (true, true)
        } else if self.take("+") {
            (false, true)
        } else if self.take("{") {
            let (times, _) = self.rest().split_once('}').ok_or(Foreign)?;
            self.at += times.len() + 1;
            (times.starts_with('0') || times.starts_with(','), true)
        } else {
            return Ok((false, false));
        };
        self.take("?");
        Ok(how)
    }
}

/// The words that say more: whose shortest is longest.
fn better<'p>(one: Words<'p>, other: Words<'p>) -> Words<'p> {
    let shortest = |words: &Words| words.as_ref().and_then(|words| words.iter().map(|word| word.len()).min());
    let (one, other) = if shortest(&one) < shortest(&other) { (other, one) } else { (one, other) };
    drop(other);
    one.filter(|words| words.iter().all(|word| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> Vec<String> {
        Needed::of(pattern).unwrap_or_default().words
    }

    #[test]
    fn what_must_be_there() {
        assert_eq!(words(r"(^|\s)PIP_TRUSTED_HOST=[^ ]"), ["PIP_TRUSTED_HOST="]);
        assert_eq!(words(r"(?i)\bdeb(-src)?\s+x"), ["deb"]);
        assert_eq!(words(r"\b(curl|wget)\b[^|]*\|\s*sh"), ["curl", "wget"]);
        assert_eq!(words(r"https?://"), ["http"]);
        assert_eq!(words(r"abb+c{2}d*e"), ["ab"]);
        assert_eq!(words(r"(?i:CMD|none)\s"), ["CMD", "none"]);
        assert_eq!(words(r"\.git/?$"), ["git"]);
    }

    #[test]
    fn what_needs_nothing_or_is_not_read() {
        for pattern in [
            "^[0-9]+$",
            "(a|b?)",
            "a|",
            "",
            "(a)?",
            r"\p{L}a",
            "[[:alpha:]]b",
            "(?x) a",
            "(?P<n>a)",
            "a(",
            "é(?i)",
            r"\<a",
        ] {
            assert_eq!(Needed::of(pattern), None, "{pattern}");
        }
    }
}

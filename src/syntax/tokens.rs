//! The written forms of credentials: how tokens of known services begin, of which characters they are and how long.

use crate::source::Text;

use super::reference;

/// A credential in a text.
#[derive(Clone, Debug)]
pub struct Token {
    /// Whose it is and what.
    pub format: &'static str,
    /// Its characters.
    pub value: Text,
}

/// Characters that a token consists of.
#[derive(Clone, Copy)]
enum Set {
    Upper,
    Hex,
    Alnum,
    Word,
    Dotted,
}

impl Set {
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
        }
    }
}

struct Format {
    name: &'static str,
    prefix: &'static str,
    /// How the prefix begins: most words are no token by this alone.
    first: [u8; 2],
    set: Set,
    /// How many characters follow the prefix, at least and at most.
    least: usize,
    most: usize,
}

const fn format(name: &'static str, prefix: &'static str, set: Set, least: usize, most: usize) -> Format {
    // All are in the table below, and a shorter prefix would not compile.
    let bytes = prefix.as_bytes();
    Format { name, prefix, first: [bytes[0], bytes[1]], set, least, most }
}

const ANY: usize = 4096;

/// How each part of a JSON web token begins that is JSON: `{"` in Base64 (RFC 7519).
const WEB_TOKEN: &str = "eyJ";

/// Sources: the services' own pages about their tokens, which name prefix and length so that they can be found.
const FORMATS: &[Format] = &[
    format("AWS access key", "AKIA", Set::Upper, 16, 16),
    format("AWS access key", "ASIA", Set::Upper, 16, 16),
    format("AWS access key", "ABIA", Set::Upper, 16, 16),
    format("AWS access key", "ACCA", Set::Upper, 16, 16),
    format("GitHub token", "ghp_", Set::Alnum, 36, 251),
    format("GitHub token", "gho_", Set::Alnum, 36, 251),
    format("GitHub token", "ghu_", Set::Alnum, 36, 251),
    format("GitHub token", "ghs_", Set::Alnum, 36, 251),
    format("GitHub token", "ghr_", Set::Alnum, 36, 251),
    format("GitHub token", "github_pat_", Set::Word, 36, 251),
    format("GitLab token", "glpat-", Set::Dotted, 20, 300),
    format("GitLab token", "gldt-", Set::Word, 20, 300),
    format("GitLab token", "glrt-", Set::Dotted, 20, 300),
    format("GitLab token", "glptt-", Set::Word, 40, 40),
    format("Slack token", "xoxb-", Set::Word, 20, 255),
    format("Slack token", "xoxp-", Set::Word, 20, 255),
    format("Slack token", "xoxa-", Set::Word, 20, 255),
    format("Slack token", "xoxr-", Set::Word, 20, 255),
    format("Slack token", "xapp-", Set::Word, 20, 255),
    format("Stripe key", "sk_live_", Set::Alnum, 16, 247),
    format("Stripe key", "rk_live_", Set::Alnum, 16, 247),
    format("Google API key", "AIza", Set::Word, 35, 35),
    format("Google OAuth secret", "GOCSPX-", Set::Word, 28, 28),
    format("npm token", "npm_", Set::Alnum, 36, 36),
    format("PyPI token", "pypi-AgEIcHlwaS5vcmc", Set::Word, 50, ANY),
    format("RubyGems key", "rubygems_", Set::Hex, 48, 48),
    format("Docker Hub token", "dckr_pat_", Set::Word, 27, 27),
    format("Docker Hub token", "dckr_oat_", Set::Word, 32, 32),
    format("SendGrid key", "SG.", Set::Dotted, 60, 70),
    format("Twilio key", "SK", Set::Hex, 32, 32),
    format("Mailgun key", "key-", Set::Hex, 32, 32),
    format("Square token", "sq0atp-", Set::Word, 22, 22),
    format("Square secret", "sq0csp-", Set::Word, 43, 43),
    format("Shopify token", "shpat_", Set::Hex, 32, 32),
    format("Shopify secret", "shpss_", Set::Hex, 32, 32),
    format("Anthropic key", "sk-ant-", Set::Word, 80, 200),
    format("OpenAI key", "sk-proj-", Set::Word, 40, 300),
    format("OpenAI key", "sk-", Set::Alnum, 48, 48),
    format("Hugging Face token", "hf_", Set::Alnum, 34, 40),
    format("DigitalOcean token", "dop_v1_", Set::Hex, 64, 64),
    format("DigitalOcean token", "doo_v1_", Set::Hex, 64, 64),
    format("Vault token", "hvs.", Set::Word, 90, 300),
    format("Databricks token", "dapi", Set::Hex, 32, 34),
    format("Linear key", "lin_api_", Set::Alnum, 40, 40),
    format("Grafana token", "glsa_", Set::Word, 41, 41),
    format("New Relic key", "NRAK-", Set::Upper, 27, 27),
    format("Sentry token", "sntrys_", Set::Word, 60, ANY),
    format("Supabase token", "sbp_", Set::Hex, 40, 40),
    format("age secret key", "AGE-SECRET-KEY-1", Set::Upper, 58, 58),
    format("JSON web token", WEB_TOKEN, Set::Dotted, 60, ANY),
];

/// The credentials in a text, in one pass over it.
pub fn find(text: &Text) -> Vec<Token> {
    let value = text.as_str();
    let bytes = value.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins = at == 0 || !Set::Word.has(bytes[at - 1]);
        let hit = match bytes[at] {
            b'-' => private_key(value, at),
            b':' => url_password(value, at),
            _ if begins => token(bytes, at).or_else(|| webhook(value, at)),
            _ => None,
        };
        if let Some((format, from, to)) = hit {
            found.push(Token { format, value: text.slice(from..to) });
            at = to.max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

/// A text with `dots` in the place of each credential in it.
pub fn masked(text: &Text, dots: &str) -> String {
    let mut out = text.as_str().to_owned();
    let tokens = find(text).into_iter().map(|token| token.value);
    for secret in tokens.chain(reference::password(text)).collect::<Vec<_>>().iter().rev() {
        if let Some(at) = out.rfind(secret.as_str()) {
            out.replace_range(at..at + secret.len(), dots);
        }
    }
    out
}

type Hit = (&'static str, usize, usize);

fn token(bytes: &[u8], at: usize) -> Option<Hit> {
    let rest = bytes.get(at..)?;
    let first = [*rest.first()?, *rest.get(1)?];
    // Behind a dot it is the second part of one; whoever began there again would read a long row of parts many times.
    let is_part = at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'.');
    let begins = |format: &&Format| format.first == first && !(format.prefix == WEB_TOKEN && is_part);
    FORMATS.iter().filter(begins).find_map(|format| {
        let body = rest.strip_prefix(format.prefix.as_bytes())?;
        let len = body.iter().take(format.most + 1).take_while(|byte| format.set.has(**byte)).count();
        let ends = body.get(len).is_none_or(|byte| !Set::Word.has(*byte));
        let fits = len >= format.least && len <= format.most && ends;
        let fits = fits && (format.prefix != WEB_TOKEN || is_web_token(body.get(..len)?));
        fits.then(|| (format.name, at, at + format.prefix.len() + len))
    })
}

/// Whether it has the three parts of a JSON web token, the second of which is JSON, too.
fn is_web_token(body: &[u8]) -> bool {
    let mut parts = body.split(|byte| *byte == b'.').skip(1);
    parts.next().is_some_and(|part| part.starts_with(WEB_TOKEN.as_bytes())) && parts.next().is_some()
}

/// URLs that are secrets themselves: whoever has one may post.
fn webhook(value: &str, at: usize) -> Option<Hit> {
    let rest = value.get(at..)?;
    let prefix = ["hooks.slack.com/services/T", "outlook.office.com/webhook/"]
        .into_iter()
        .find(|prefix| rest.starts_with(prefix))?;
    let body = rest.get(prefix.len()..)?;
    let len = body.bytes().take_while(|byte| Set::Word.has(*byte) || matches!(byte, b'/' | b'@')).count();
    (len >= 20).then(|| ("webhook", at + prefix.len(), at + prefix.len() + len))
}

/// A private key, up to its last line.
fn private_key(value: &str, at: usize) -> Option<Hit> {
    const END: &str = "PRIVATE KEY-----";
    let rest = value.get(at..)?.strip_prefix("-----BEGIN ")?;
    let kind = rest.find("-----")?;
    rest.get(..kind + 5)?.ends_with(END).then_some(())?;
    let after = rest.get(kind + 5..)?;
    let end = after.find("-----END").unwrap_or(after.len());
    let from = value.len() - after.len();
    let has_key = after.get(..end)?.bytes().filter(u8::is_ascii_alphanumeric).count() >= 32;
    has_key.then_some(("private key", from, from + end))
}

/// What stands for the password where a token is the user's name, as GitHub takes it.
const NO_PASSWORD: [&str; 2] = ["x-oauth-basic", "x"];

/// The password of `scheme://user:password@host`, whose colon before `//` is at `at`.
fn url_password(value: &str, at: usize) -> Option<Hit> {
    let rest = value.get(at..)?.strip_prefix("://")?;
    let scheme = value.get(..at)?.bytes().last()?;
    if !scheme.is_ascii_alphanumeric() {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'<>|\\`".contains(c)).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let (user_info, host) = authority.rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let (secret, from) = match password {
        word if NO_PASSWORD.contains(&word) => (user, at + 3),
        password => (password, at + 3 + user_info.len() - password.len()),
    };
    let known = !secret.is_empty() && !host.is_empty() && !secret.contains(['$', '{', '%', '(']);
    known.then_some(("password in a URL", from, from + secret.len()))
}

impl Token {
    /// Whether it says itself that it is none.
    pub fn is_placeholder(&self) -> bool {
        let value = self.value.as_str();
        let lower = value.to_ascii_lowercase();
        let says =
            ["example", "changeme", "placeholder", "your", "xxxx", "****", "....", "redacted", "dummy"];
        let body = value.rsplit(['_', '-']).next().unwrap_or(value);
        let mut seen = [false; 256];
        for byte in body.bytes() {
            seen[usize::from(byte)] = true;
        }
        let distinct = seen.iter().filter(|seen| **seen).count();
        let stands_for_one = matches!(lower.as_str(), "pass" | "password" | "pwd" | "secret" | "token");
        stands_for_one || says.iter().any(|word| lower.contains(word)) || value.len() >= 16 && distinct <= 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn formats(text: &str) -> Vec<&'static str> {
        find(&Text::written(text, FileId::default(), 0)).iter().map(|token| token.format).collect()
    }

    #[test]
    fn tokens_have_a_beginning_a_length_and_an_end() {
        assert_eq!(formats(&format!("A=ghp_{} b", "a1B2c3".repeat(6))), ["GitHub token"]);
        assert_eq!(formats(&format!("A=xghp_{}", "a1B2c3".repeat(6))), [""; 0]);
        assert_eq!(formats(&format!("A=ghp_{}", "a1B2c3".repeat(5))), [""; 0]);
        assert_eq!(formats("key AKIAQ2WERTY5UIOP7ASD."), ["AWS access key"]);
        assert_eq!(formats("key AKIAQ2WERTY5UIOP7ASDF"), [""; 0]);
        assert_eq!(
            formats(&format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END", "aB3".repeat(20))),
            ["private key"]
        );
        assert_eq!(formats("-----BEGIN PUBLIC KEY-----"), [""; 0]);
    }

    #[test]
    fn passwords_in_urls() {
        assert_eq!(formats("git clone https://me:hunter2@example.com/x"), ["password in a URL"]);
        assert_eq!(formats("git clone https://${TOKEN}:x-oauth-basic@example.com/x"), [""; 0]);
        assert_eq!(
            formats("git clone https://0f9e8d7c6b5a:x-oauth-basic@example.com/x"),
            ["password in a URL"]
        );
        assert_eq!(
            formats("https://me:${TOKEN}@example.com https://me@example.com http://a:80/b@c"),
            [""; 0]
        );
    }

    #[test]
    fn examples_say_so() {
        let token = |text: &str| find(&Text::written(text, FileId::default(), 0)).pop().unwrap();
        assert!(token("https://user:pass@example.com/x").is_placeholder());
        assert!(token("AKIAIOSFODNN7EXAMPLE").is_placeholder());
        assert!(token(&format!("ghp_{}", "x".repeat(36))).is_placeholder());
        assert!(!token("AKIAQ2WERTY5UIOP7ASD").is_placeholder());
    }
}

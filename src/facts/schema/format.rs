//! Forms of texts that a schema names: `format: duration`.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::facts::make::mount_parts;
use crate::source::{FileId, Text};
use crate::syntax::units;

use super::read::minor;

/// A form of a text, by its name in `rules/schemas/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A word that Compose reads as true or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A number of bytes.
    Size,
    /// A duration; Compose knows days and weeks.
    Duration,
    /// A duration as Go reads it.
    GoDuration,
    /// `[ADDRESS:][PUBLISHED:]TARGET[/PROTOCOL]`.
    Port,
    /// A port or a range of ports.
    PortRange,
    /// A port or a range of ports and a protocol.
    Expose,
    /// An IP address.
    Ip,
    /// `[SOURCE:]TARGET[:OPTIONS]`.
    Mount,
    /// `NAME:ADDRESS` or `NAME=ADDRESS`.
    Host,
    /// `HOST[:CONTAINER[:PERMISSIONS]]`.
    Device,
    /// When an image is pulled.
    PullPolicy,
    /// A version of the stack format.
    StackVersion,
}

impl Format {
    const ALL: [(Self, &'static str); 15] = [
        (Self::Boolean, "boolean"),
        (Self::Integer, "integer"),
        (Self::Number, "number"),
        (Self::Size, "size"),
        (Self::Duration, "duration"),
        (Self::GoDuration, "go-duration"),
        (Self::Port, "port"),
        (Self::PortRange, "port-range"),
        (Self::Expose, "expose"),
        (Self::Ip, "ip"),
        (Self::Mount, "mount"),
        (Self::Host, "host"),
        (Self::Device, "device"),
        (Self::PullPolicy, "pull-policy"),
        (Self::StackVersion, "stack-version"),
    ];

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, it)| *it == name).map(|(format, _)| *format)
    }

    /// Its name in `rules/schemas/`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// What it is, for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Size => "a size such as 512m",
            Self::Duration | Self::GoDuration => "a duration such as 1m30s",
            Self::Port => "a port such as 127.0.0.1:8080:80/tcp",
            Self::PortRange | Self::Expose => "a port or a range of ports",
            Self::Ip => "an IP address",
            Self::Mount => "a mount such as ./data:/data:ro",
            Self::Host => "a host and its address such as db:10.0.0.2",
            Self::Device => "a device such as /dev/ttyUSB0:/dev/ttyUSB0:rw",
            Self::PullPolicy => "always, never, missing, build, daily, weekly or every_12h",
            Self::StackVersion => "a version from 3.0 to 3.13",
        }
    }

    /// Whether a text has this form.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Boolean => is_boolean(text),
            Self::Integer => text.trim().parse::<i64>().is_ok() || octal(text),
            Self::Number => text.trim().parse::<f64>().is_ok(),
            Self::Size => units::size(text).is_some() || text.trim() == "-1",
            Self::Duration => units::duration(text).is_some() || weeks(text) || signed(text),
            Self::GoDuration => !text.contains('d') && (units::duration(text).is_some() || signed(text)),
            Self::Port => port(text),
            Self::PortRange => text.is_empty() || range(text).is_some(),
            Self::Expose => range(without_protocol(text)).is_some() && !text.ends_with('/'),
            Self::Ip => text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok(),
            Self::Mount => mount(text),
            Self::Host => text.split_once(['=', ':']).is_some_and(|(name, _)| !name.is_empty()),
            Self::Device => text.split(':').count() <= 3,
            Self::PullPolicy => pull_policy(text),
            Self::StackVersion => matches!(text, "" | "3") || minor(text).is_some_and(|minor| minor <= 13),
        }
    }
}

/// The words that Compose takes for true or false.
pub fn is_boolean(text: &str) -> bool {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "y", "n", "1", "0"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn octal(text: &str) -> bool {
    text.strip_prefix("0o").is_some_and(|digits| i64::from_str_radix(digits, 8).is_ok())
}

fn signed(text: &str) -> bool {
    text.strip_prefix(['-', '+']).is_some_and(|rest| units::duration(rest).is_some())
}

fn weeks(text: &str) -> bool {
    text.split_once('w').is_some_and(|(weeks, rest)| {
        weeks.parse::<f64>().is_ok() && (rest.is_empty() || units::duration(rest).is_some())
    })
}

fn pull_policy(text: &str) -> bool {
    const WORDS: [&str; 8] =
        ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    WORDS.contains(&text) || text.strip_prefix("every_").is_some_and(|every| Format::Duration.accepts(every))
}

/// A port in short syntax. Addresses are IP addresses; ranges of equal length, or a range for one port.
fn port(text: &str) -> bool {
    let spec = without_protocol(text);
    if let Some((_, protocol)) = text.split_once('/')
        && !["tcp", "udp", "sctp"].iter().any(|word| protocol.eq_ignore_ascii_case(word))
    {
        return false;
    }
    let (host, target) = match spec.rsplit_once(':') {
        Some((host, target)) => (Some(host), target),
        None => (None, spec),
    };
    let Some(target) = range(target) else { return false };
    let Some(host) = host else { return true };
    let (address, published) = match host.rsplit_once(':') {
        Some((address, published)) => (Some(address), published),
        None => (None, host),
    };
    if address.is_some_and(|address| !address.is_empty() && !Format::Ip.accepts(address)) {
        return false;
    }
    if published.is_empty() {
        return true;
    }
    let length = |range: &RangeInclusive<u16>| range.end() - range.start();
    range(published).is_some_and(|published| length(&published) == length(&target) || length(&target) == 0)
}

/// A mount in short syntax: up to three parts, none of them empty, except where there are two characters at most.
/// Source: what `docker stack config` refuses, tried part by part.
fn mount(text: &str) -> bool {
    let parts = mount_parts(&Text::written(text, FileId(0), 0));
    !text.is_empty() && (text.len() <= 2 || parts.len() <= 3 && parts.iter().all(|part| !part.is_empty()))
}

fn without_protocol(text: &str) -> &str {
    text.split_once('/').map_or(text, |(spec, _)| spec)
}

/// A port or a range of ports.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some(first..=last)
}

fn number(text: &str) -> Option<u16> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_as_docker_reads_them() {
        for good in [
            "80",
            "80:80",
            "127.0.0.1::80",
            "127.0.0.1:80:80/udp",
            "[::1]:80:80",
            "::1:80:80",
            "1-3:4-6",
            "80-90:80",
        ] {
            assert!(port(good), "{good}");
        }
        for bad in ["", "80:", "70000", "1-3:4-7", "localhost:80:80", "80/http", "90-80:80", "a"] {
            assert!(!port(bad), "{bad}");
        }
    }

    #[test]
    fn mounts_as_docker_reads_them() {
        for good in ["/a", ":", "ab", "a::b", "a:b:c:d", "/a:/b:ro", r"C:\x:/y", "x:", "./a:/b:,"] {
            assert!(mount(good), "{good}");
        }
        for bad in ["", ":/media/", "/a:", "abc:", "::1", ":::", "/a:/b:", "/aa:/bb:ro:x"] {
            assert!(!mount(bad), "{bad}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert!(Format::Duration.accepts("1d") && !Format::GoDuration.accepts("1d"));
        assert!(Format::Duration.accepts("1w2d") && Format::GoDuration.accepts("-5s"));
        assert!(!Format::Duration.accepts("30") && !Format::GoDuration.accepts(""));
    }
}

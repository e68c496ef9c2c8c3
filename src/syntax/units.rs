//! Sizes and durations as Docker reads them.

/// Bytes of `512m`, `1.5g`, `512MiB`, `1024`. The units are binary, as in Docker's own reading (go-units `RAMInBytes`).
pub fn size(text: &str) -> Option<f64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text.get(..split)?.parse().ok()?;
    let unit = text.get(split..)?.trim().to_ascii_lowercase();
    let power = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" if unit.is_empty() || unit == "b" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    Some(number * 1024f64.powi(power))
}

/// Seconds of `1m30s`, `500ms`, `1h`, `1d`: a Go duration, with the day that Compose adds.
pub fn duration(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(0.0);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest.get(..digits)?.parse().ok()?;
        let after = rest.get(digits..)?;
        let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        total += number
            * match after.get(..letters)? {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = after.get(letters..)?;
    }
    (!text.trim().is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_binary() {
        assert_eq!(size("512m"), Some(512.0 * 1024.0 * 1024.0));
        assert_eq!(size("512MiB"), size("512mb"));
        assert_eq!(size("0.5g"), size("512M"));
        assert_eq!(size("100"), Some(100.0));
        assert_eq!(size("512Mi"), None);
        assert_eq!(size("lots"), None);
        assert_eq!(size("ib"), None);
    }

    #[test]
    fn durations_need_units() {
        assert_eq!(duration("1m30s"), Some(90.0));
        assert_eq!(duration("500ms"), Some(0.5));
        assert_eq!(duration("30"), None);
        assert_eq!(duration(""), None);
    }
}

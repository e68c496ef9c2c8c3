//! Paths by their text alone.

/// A path with `//`, `/.` and `..` resolved by its text alone. Relative paths stay relative.
pub fn clean_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if absolute => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::clean_path;

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(clean_path("/etc/.."), "/");
        assert_eq!(clean_path("//a/./b/"), "/a/b");
        assert_eq!(clean_path("./x/../y"), "y");
        assert_eq!(clean_path("../x"), "../x");
        assert_eq!(clean_path("."), ".");
    }
}

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

/// Whether a path is a folder or lies below it, by their texts alone.
pub fn is_under(path: &str, folder: &str) -> bool {
    let below = path.strip_prefix(folder.trim_end_matches('/'));
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{clean_path, is_under};

    #[test]
    fn paths_are_cleaned() {
        assert_eq!(clean_path("/etc/.."), "/");
        assert_eq!(clean_path("//a/./b/"), "/a/b");
        assert_eq!(clean_path("./x/../y"), "y");
        assert_eq!(clean_path("../x"), "../x");
        assert_eq!(clean_path("."), ".");
    }

    #[test]
    fn what_is_under_what() {
        assert!(is_under("/etc/app/config", "/etc") && is_under("/app", "/app/") && is_under("/app", "/"));
        assert!(
            !is_under("/app", "/opt") && !is_under("/application", "/app") && !is_under("/app", "/app/x")
        );
    }
}

//! Did you mean?

/// The candidate that `name` is most likely a misspelling of, if one is close enough: at most two edits, and at most a
/// third of the name, begun thirds counted; a single letter is like every other. Of equals, the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 2.min(name.chars().count().div_ceil(3));
    let name = letters(name);
    if name.len() < 2 {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Most are too long or too short, and told apart by that alone.
        if candidate.is_ascii() && candidate.len().min(LETTERS).abs_diff(name.len()) > limit {
            continue;
        }
        if let Some(distance) = distance(&name, &letters(candidate), limit)
            && distance > 0
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What stands behind so many letters is not looked at.
const LETTERS: usize = 64;

fn letters(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).take(LETTERS).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours; `None` where there are more than `limit`.
fn distance(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut row = above.clone();
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().chain(&above).all(|edits| *edits > limit) {
            return None;
        }
        // The row before this one is no longer needed; it becomes the next one.
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    Some(above[b.len()]).filter(|edits| *edits <= limit)
}

/// Whether one letter more, less or else, or the order of two neighbours, is all that keeps two texts apart. Linear.
pub fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same_start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same_start..).unwrap_or_default(), b.get(same_start..).unwrap_or_default());
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let rest = |text: &[u8]| text.get(..text.len() - same_end).unwrap_or_default().to_vec();
    match (rest(a).as_slice(), rest(b).as_slice()) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_one_edit, nearest};

    #[test]
    fn finds_misspellings_and_nothing_else() {
        assert_eq!(nearest("biulder", ["base", "builder"]), Some("builder"));
        assert_eq!(nearest("enviroment", ["environment", "env_file"]), Some("environment"));
        assert_eq!(nearest("foo", ["bar", "image"]), None);
        assert_eq!(nearest("image", ["image"]), None);
        assert_eq!(nearest("Q", ["A"]), None);
    }

    #[test]
    fn one_edit_is_one_letter_or_one_swap() {
        assert!(
            is_one_edit("ngnix", "nginx")
                && is_one_edit("postgress", "postgres")
                && is_one_edit("redi", "redis")
        );
        assert!(is_one_edit("nodejs", "nodejz") && is_one_edit("aab", "ab"));
        assert!(!is_one_edit("nginx", "nginx") && !is_one_edit("", "") && !is_one_edit("ngnxi", "nginx"));
    }
}

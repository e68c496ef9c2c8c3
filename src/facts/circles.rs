//! Circles in what needs what: stages of a Dockerfile, services of a project.

use std::collections::BTreeSet;

/// What each thing needs, by their places in a row of them.
pub type Needs = Vec<BTreeSet<usize>>;

/// A number for each thing; things that need each other have the same (Kosaraju).
pub fn circles(needs: &Needs) -> Vec<usize> {
    let mut needed_by: Needs = vec![BTreeSet::new(); needs.len()];
    for (place, nexts) in needs.iter().enumerate() {
        for &next in nexts {
            needed_by[next].insert(place);
        }
    }
    let mut circle = vec![usize::MAX; needs.len()];
    for place in finished(needs).into_iter().rev() {
        let mut open = vec![place];
        while let Some(member) = open.pop() {
            if circle[member] == usize::MAX {
                circle[member] = place;
                open.extend(&needed_by[member]);
            }
        }
    }
    circle
}

/// The things in the order in which a walk along their needs leaves them.
fn finished(needs: &Needs) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for start in 0..needs.len() {
        let mut open = vec![(start, false)];
        while let Some((place, done)) = open.pop() {
            if done {
                order.push(place);
            } else if seen.insert(place) {
                open.push((place, true));
                open.extend(
                    needs[place].iter().filter(|next| !seen.contains(next)).map(|&next| (next, false)),
                );
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_told_from_chains() {
        let needs: Needs = [vec![1], vec![2], vec![0], vec![2], vec![4, 0], vec![]]
            .into_iter()
            .map(|all: Vec<usize>| all.into_iter().collect())
            .collect();
        let circle = circles(&needs);
        assert_eq!(circle[0], circle[1]);
        assert_eq!(circle[1], circle[2]);
        assert_ne!(circle[3], circle[2]);
        assert_ne!(circle[4], circle[3]);
        assert_ne!(circle[4], circle[0]);
        assert_ne!(circle[5], circle[0]);
    }
}

//! Finds names similar to an unknown one.

/// Returns the names most similar to `name`, most similar first, without dissimilar ones.
pub(crate) fn nearest(
    name: &str,
    names: impl Iterator<Item = &'static str>,
    most: usize,
) -> Vec<&'static str> {
    let wanted = plain(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut near: Vec<(usize, &'static str)> = names
        .filter_map(|candidate| {
            let plain = plain(candidate);
            let distance =
                if holds(&plain, &wanted) || holds(&wanted, &plain) { 0 } else { distance(&wanted, &plain) };
            (distance <= wanted.len().max(3) / 3).then_some((distance, candidate))
        })
        .collect();
    near.sort_by_key(|&(distance, candidate)| (distance, candidate.len().abs_diff(name.len()), candidate));
    near.into_iter().take(most).map(|(_, candidate)| candidate).collect()
}

/// Letters and digits only, lower case: `get-zone`, `get_zone` and `GetZoneCommand` all mean `GetZone`.
fn plain(name: &str) -> Vec<u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).take(64).collect()
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    part.len() > 3 && text.windows(part.len()).any(|window| window == part)
}

/// Edit distance: the number of letters to add, remove or change to turn one text into the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(from != to)).min(row[j] + 1).min(above + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["GetZone", "ListZone", "GetApplication", "ListLogDrain", "Set", "GetAddon"];

    fn near(name: &str) -> Vec<&'static str> {
        nearest(name, NAMES.into_iter(), 2)
    }

    #[test]
    fn names_in_another_notation_or_with_a_slip_are_near() {
        assert_eq!(near("get_zone"), ["GetZone"]);
        assert_eq!(near("GetZoneCommand"), ["GetZone"]);
        assert_eq!(near("GetAplication"), ["GetApplication"]);
        assert_eq!(near("ListZones"), ["ListZone"]);
    }

    #[test]
    fn unrelated_names_are_not_suggested() {
        assert!(near("Xyzzy").is_empty());
        assert!(near("").is_empty());
    }
}

//! The plan of a release: which crates get which version, in the order of publication. No input but its arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use semver::{Comparator, Op, Version, VersionReq};

use crate::diff::rules::Level;

/// A crate that is published, and its changes since the last release.
#[derive(Debug, Clone)]
pub struct Crate {
    pub name: String,
    /// Version in the manifest.
    pub version: Version,
    /// Version of the last release, by its tag. `None`: never released.
    pub released: Option<Version>,
    /// Published crates of the workspace that this one needs, those of its tests included.
    pub dependencies: Vec<String>,
    /// The dependencies whose types may appear in its own interface: all but those of its tests.
    pub public: Vec<String>,
    /// A crate without a library: no code depends on it.
    pub is_program: bool,
    /// Changes since the last release.
    pub reasons: Vec<(Level, String)>,
}

/// A crate to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// Version of the last release. `None`: this is the first.
    pub from: Option<Version>,
    pub to: Version,
    /// `None` for a first release.
    pub level: Option<Level>,
    pub why: Vec<String>,
}

/// Plans a release: a crate without changes keeps its version, unless it must require an incompatible version of another.
///
/// The plan is the same before and after the versions are written, so that a release can be prepared in one change and
/// published from the next.
///
/// # Errors
/// The crates that depend on each other in a circle.
pub fn plan(crates: &[Crate]) -> Result<Vec<Row>, String> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut order = Vec::new();
    for krate in in_order(crates)? {
        let mut reasons = krate.reasons.clone();
        for name in &krate.public {
            if let Some(Row { from: Some(from), to, .. }) = rows.get(name.as_str())
                && !is_compatible(from, to)
            {
                // Types of a dependency are part of the interface of a library.
                let level = if krate.is_program { Level::Patch } else { Level::Major };
                reasons.push((level, format!("requires {name} {to}")));
            }
        }
        let row = match &krate.released {
            None => Row {
                name: krate.name.clone(),
                from: None,
                to: krate.version.clone(),
                level: None,
                why: vec!["first release".to_owned()],
            },
            Some(released) => {
                let raised = krate.version > *released;
                if raised && reasons.is_empty() {
                    reasons.push((Level::Patch, "its manifest has a new version".to_owned()));
                }
                let Some(level) = reasons.iter().map(|(level, _)| *level).max() else { continue };
                // The first reasons are those of the level.
                reasons.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
                Row {
                    name: krate.name.clone(),
                    from: Some(released.clone()),
                    to: next(released, level).max(krate.version.clone()),
                    level: Some(level),
                    why: reasons.into_iter().map(|(_, why)| why).collect(),
                }
            }
        };
        order.push(krate.name.as_str());
        rows.insert(&krate.name, row);
    }
    Ok(order.into_iter().filter_map(|name| rows.remove(name)).collect())
}

/// The next version after a change. Before 1.0.0 the minor number is what cargo compares first, and below 0.1.0 the patch number.
fn next(version: &Version, level: Level) -> Version {
    let Version { major, minor, patch, .. } = *version;
    match (major, minor, level) {
        (0, 0, _) => Version::new(0, 0, patch + 1),
        (0, _, Level::Major) => Version::new(0, minor + 1, 0),
        (0, ..) => Version::new(0, minor, patch + 1),
        (_, _, Level::Major) => Version::new(major + 1, 0, 0),
        (_, _, Level::Minor) => Version::new(major, minor + 1, 0),
        (_, _, Level::Patch | Level::None) => Version::new(major, minor, patch + 1),
    }
}

/// Returns `true` if a requirement on `from` accepts `to`.
fn is_compatible(from: &Version, to: &Version) -> bool {
    let comparator = Comparator {
        op: Op::Caret,
        major: from.major,
        minor: Some(from.minor),
        patch: Some(from.patch),
        pre: from.pre.clone(),
    };
    VersionReq { comparators: vec![comparator] }.matches(to)
}

/// Crates after their dependencies, by name where the dependencies leave a choice.
fn in_order(crates: &[Crate]) -> Result<Vec<&Crate>, String> {
    let mut left: BTreeMap<&str, &Crate> = crates.iter().map(|krate| (krate.name.as_str(), krate)).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let is_free =
            |krate: &&Crate| krate.dependencies.iter().all(|name| !left.contains_key(name.as_str()));
        let free: BTreeSet<&str> =
            left.values().copied().filter(is_free).map(|krate| krate.name.as_str()).collect();
        if free.is_empty() {
            let names: Vec<&str> = left.keys().copied().collect();
            return Err(format!("these crates depend on each other in a circle: {}", names.join(", ")));
        }
        order.extend(free.iter().filter_map(|name| left.remove(name)));
    }
    Ok(order)
}

/// The plan as a table: crate, from, to, level, reasons.
pub fn table(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "no crate changed since its last release\n".to_owned();
    }
    let head = ["crate", "from", "to", "level", "why"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        // A table has room for the first reasons.
        let more = row.why.len().saturating_sub(2);
        let mut why = row.why.iter().take(2).map(|why| short(why)).collect::<Vec<_>>().join("; ");
        if more > 0 {
            let _ = write!(why, "; and {more} more");
        }
        [
            row.name.clone(),
            row.from.as_ref().map_or_else(|| "-".to_owned(), Version::to_string),
            row.to.to_string(),
            row.level.map_or("first", Level::word).to_owned(),
            why,
        ]
    });
    let lines: Vec<[String; 5]> = std::iter::once(head).chain(cells).collect();
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3].map(width);
    lines.iter().fold(String::new(), |mut text, line| {
        for (cell, width) in line.iter().zip(widths) {
            let _ = write!(text, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line[4]);
        text
    })
}

/// The first sentence of a reason, cut to the width of a table.
fn short(why: &str) -> String {
    const WIDTH: usize = 120;
    let sentence = why.split(". ").next().unwrap_or_default().trim_end_matches('.');
    if sentence.chars().count() <= WIDTH {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(WIDTH).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    /// A library at a version, released at the same one.
    fn krate(name: &str, at: &str, dependencies: &[&str], reasons: &[(Level, &str)]) -> Crate {
        let dependencies: Vec<String> = dependencies.iter().map(|name| (*name).to_owned()).collect();
        Crate {
            name: name.to_owned(),
            version: version(at),
            released: Some(version(at)),
            public: dependencies.clone(),
            dependencies,
            is_program: false,
            reasons: reasons.iter().map(|(level, why)| (*level, (*why).to_owned())).collect(),
        }
    }

    fn shown(crates: &[Crate]) -> Vec<String> {
        plan(crates).unwrap().iter().map(|row| format!("{} {}", row.name, row.to)).collect()
    }

    #[test]
    fn the_table_shows_first_why_a_crate_has_its_level() {
        let long = format!("changelog: {}. And more.", "word ".repeat(60).trim_end());
        let reasons =
            [(Level::Minor, "changelog: One. Two."), (Level::Patch, "fix"), (Level::Major, long.as_str())];
        let rows = plan(&[krate("a", "0.1.0", &[], &reasons)]).unwrap();
        let table = table(&rows);
        let why = table.lines().nth(1).unwrap();
        assert!(
            why.contains("  major  changelog: word word")
                && why.ends_with("word…; changelog: One; and 1 more"),
            "{why}"
        );
    }

    #[test]
    fn a_first_release_has_the_version_of_the_manifest_after_its_dependencies() {
        let first =
            |name, dependencies: &[&str]| Crate { released: None, ..krate(name, "0.1.0", dependencies, &[]) };
        let rows = plan(&[first("a", &["c"]), first("b", &[]), first("c", &["b"])]).unwrap();
        assert_eq!(
            table(&rows),
            "crate  from  to     level  why\n\
             b      -     0.1.0  first  first release\n\
             c      -     0.1.0  first  first release\n\
             a      -     0.1.0  first  first release\n"
        );
    }

    #[test]
    fn a_crate_without_a_change_is_not_released() {
        let crates =
            [krate("a", "0.1.0", &[], &[(Level::Patch, "mended")]), krate("b", "0.1.0", &["a"], &[])];
        assert_eq!(shown(&crates), ["a 0.1.1"]);
        assert_eq!(table(&plan(&crates[1..]).unwrap()), "no crate changed since its last release\n");
    }

    #[test]
    fn a_breaking_change_reaches_every_crate_that_depends_on_it() {
        let mut crates = [
            krate("runtime", "0.1.3", &[], &[(Level::Minor, "more"), (Level::Major, "less")]),
            krate("api", "0.2.0", &["runtime"], &[]),
            krate("program", "1.0.0", &["api"], &[]),
            krate("other", "0.1.0", &[], &[]),
        ];
        crates[2].is_program = true;
        assert_eq!(
            table(&plan(&crates).unwrap()),
            "crate    from   to     level  why\n\
             runtime  0.1.3  0.2.0  major  less; more\n\
             api      0.2.0  0.3.0  major  requires runtime 0.2.0\n\
             program  1.0.0  1.0.1  patch  requires api 0.3.0\n"
        );
    }

    #[test]
    fn a_dependency_of_tests_moves_the_order_and_no_version() {
        let mut client = krate("client", "0.1.0", &["sandbox"], &[(Level::Patch, "mended")]);
        client.public.clear();
        let sandbox = krate("sandbox", "0.1.0", &[], &[(Level::Major, "less")]);
        assert_eq!(shown(&[client, sandbox]), ["sandbox 0.2.0", "client 0.1.1"]);
    }

    #[test]
    fn the_level_raises_the_number_that_cargo_compares() {
        let after = |from: &str| {
            [Level::Patch, Level::Minor, Level::Major].map(|level| next(&version(from), level).to_string())
        };
        assert_eq!(after("0.0.4"), ["0.0.5", "0.0.5", "0.0.5"]);
        assert_eq!(after("0.1.4"), ["0.1.5", "0.1.5", "0.2.0"]);
        assert_eq!(after("2.1.4"), ["2.1.5", "2.2.0", "3.0.0"]);
    }

    #[test]
    fn the_plan_is_the_same_after_its_versions_are_written() {
        let mut crates = [
            krate("runtime", "0.1.3", &[], &[(Level::Major, "less")]),
            krate("api", "0.2.0", &["runtime"], &[]),
        ];
        let before = plan(&crates).unwrap();
        for (krate, row) in crates.iter_mut().zip(&before) {
            krate.version = row.to.clone();
        }
        assert_eq!(plan(&crates).unwrap(), before);
    }

    #[test]
    fn a_version_that_was_raised_by_hand_is_kept() {
        let mut raised = krate("a", "0.1.0", &[], &[(Level::Patch, "mended")]);
        raised.version = version("0.5.0");
        assert_eq!(shown(&[raised.clone()]), ["a 0.5.0"]);
        raised.reasons.clear();
        assert_eq!(shown(&[raised]), ["a 0.5.0"]);
    }

    #[test]
    fn crates_in_a_circle_are_an_error_that_names_them() {
        let error = plan(&[krate("a", "0.1.0", &["b"], &[]), krate("b", "0.1.0", &["a"], &[])]).unwrap_err();
        assert_eq!(error, "these crates depend on each other in a circle: a, b");
    }
}

//! Changelogs: the level that the entries since a release ask for, and the cut of the section Unreleased.

use semver::Version;

use crate::diff::rules::Level;

const UNRELEASED: &str = "## Unreleased";

/// Changelog of a crate that had none.
pub fn empty(krate: &str) -> String {
    format!("# Changelog of {krate}\n\n{UNRELEASED}\n")
}

/// Entries above the section of the last release: their level, and their text on one line.
pub fn entries(text: &str, released: &Version) -> Vec<(Level, String)> {
    let mut level = Level::Patch;
    let mut found = Vec::new();
    for line in text.lines().skip_while(|line| !line.starts_with("## ")) {
        if let Some(version) = line.strip_prefix("## ") {
            if version.split_whitespace().next() == Some(released.to_string().as_str()) {
                break;
            }
            level = Level::Patch;
        } else if let Some(section) = line.strip_prefix("### ") {
            level = match section.trim() {
                "Breaking" | "Removed" => Level::Major,
                "Added" | "Changed" | "Deprecated" => Level::Minor,
                _ => Level::Patch,
            };
        } else if let Some(entry) = line.strip_prefix("- ") {
            let own = if entry.starts_with("**Breaking") { Level::Major } else { level };
            found.push((own, format!("changelog: {entry}")));
        } else if let (Some(rest), Some((_, entry))) = (line.strip_prefix("  "), found.last_mut()) {
            entry.push_str(&format!(" {}", rest.trim()));
        }
    }
    found
}

/// Gives the section Unreleased a version and a date, and opens an empty one above it. A section that is cut stays as it is.
///
/// `lines` are changes of the API: those that the section does not have become entries of it.
///
/// # Errors
/// The section is missing.
pub fn cut(
    text: &str,
    version: &Version,
    date: &str,
    why: &[String],
    lines: &[String],
) -> Result<String, String> {
    let heading = format!("## {version} - {date}");
    let is_cut = |line: &str| {
        line.strip_prefix("## ").and_then(|rest| rest.split(" - ").next()) == Some(&version.to_string())
    };
    if text.lines().any(is_cut) {
        return Ok(text.to_owned());
    }
    let (before, after) =
        text.split_once(UNRELEASED).ok_or_else(|| format!("the line `{UNRELEASED}` is missing"))?;
    let own = after.split("\n## ").next().unwrap_or_default();
    let rest = &after[own.len()..];
    let mut section = own.trim_end().to_owned();
    let is_new = |line: &&String| !own.contains(line.as_str());
    let entries: String = lines.iter().filter(is_new).map(|line| format!("- {line}\n")).collect();
    if !entries.is_empty() {
        let entries = entries.trim_end();
        section.push_str(&format!("\n\n### API\n{entries}"));
    } else if section.is_empty() {
        section = format!("\n\nNo entry: {}.", why.join(", "));
    }
    Ok(format!("{before}{UNRELEASED}\n\n{heading}{section}\n{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changelog of cc-x\n\n## Unreleased\n\n### Breaking\n- `Zone::area` is gone.\n\n### Added\n- `Zone::name`,\n  in full.\n\n\
                        ### Fixed\n- A fault.\n- **Breaking**: another.\n\n## 0.1.0 - 2026-01-02\n\n### Removed\n- Old.\n";

    #[test]
    fn the_section_of_an_entry_gives_its_level() {
        let told: Vec<(Level, String)> = entries(TEXT, &Version::new(0, 1, 0));
        assert_eq!(
            told,
            [
                (Level::Major, "changelog: `Zone::area` is gone.".to_owned()),
                (Level::Minor, "changelog: `Zone::name`, in full.".to_owned()),
                (Level::Patch, "changelog: A fault.".to_owned()),
                (Level::Major, "changelog: **Breaking**: another.".to_owned()),
            ]
        );
    }

    #[test]
    fn a_section_is_cut_once_and_its_entries_still_count() {
        let version = Version::new(0, 2, 0);
        let once = cut(TEXT, &version, "2026-02-03", &[], &[]).unwrap();
        assert!(once.contains("\n## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n### Breaking\n"), "{once}");
        assert_eq!(cut(&once, &version, "2026-02-04", &[], &[]).unwrap(), once);
        assert_eq!(entries(&once, &Version::new(0, 1, 0)), entries(TEXT, &Version::new(0, 1, 0)));
        assert_eq!(entries(&once, &version), []);
    }

    #[test]
    fn changes_of_the_api_become_entries_once() {
        let lines =
            ["`cc_api_zone::Zone` has a field `area`.".to_owned(), "`Zone::area` is gone.".to_owned()];
        let new = cut(TEXT, &Version::new(0, 2, 0), "2026-02-03", &[], &lines).unwrap();
        assert!(
            new.contains("another.\n\n### API\n- `cc_api_zone::Zone` has a field `area`.\n\n## 0.1.0 - "),
            "{new}"
        );
    }

    #[test]
    fn a_release_without_entries_says_why_it_is_there() {
        let text = "# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-02\n\n### Added\n- All.\n";
        let why = ["requires cc-runtime 0.2.0".to_owned()];
        let cut_text = cut(text, &Version::new(0, 2, 0), "2026-02-03", &why, &[]).unwrap();
        assert!(
            cut_text.contains("## 0.2.0 - 2026-02-03\n\nNo entry: requires cc-runtime 0.2.0.\n\n## 0.1.0"),
            "{cut_text}"
        );
        assert!(cut("# Changelog\n", &Version::new(0, 2, 0), "2026-02-03", &[], &[]).is_err());
    }
}

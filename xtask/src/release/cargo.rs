//! `cargo` at work on a clean copy of the workspace: packages with each set of features, and publication.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::plan::Row;
use super::publish::{Clock, Outcome, Refusal, Registry};
use crate::diff::rules::Level;
use crate::git::git;

/// Folder of a release below the root: the copy, the record and the bill of materials.
pub const FOLDER: &str = "target/release-of-crates";

/// Feature sets that each package is built with from its archive.
const FEATURES: [&[&str]; 3] = [&["--no-default-features"], &[], &["--all-features"]];

/// Clones the last commit, so that no file that is not committed can hide a fault.
pub fn clean_copy(root: &Path) -> Result<PathBuf, String> {
    let copy = root.join(FOLDER).join("copy");
    if copy.exists() {
        std::fs::remove_dir_all(&copy)
            .map_err(|error| format!("could not remove {}: {error}", copy.display()))?;
    }
    let to = copy.to_string_lossy().into_owned();
    git(root, &["clone", "--quiet", "--shared", "--no-tags", ".", &to])?;
    Ok(copy)
}

/// Packages and builds the crates of a plan from their archives, with no, the default and all features.
///
/// Cargo orders the crates, and lets each find those before it. No network is needed once the dependencies are there. A commit
/// that was packaged is not packaged again, so that the short-lived token of a publication is not spent on it.
pub fn package(root: &Path, copy: &Path, rows: &[Row]) -> Result<(), String> {
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let stamp = format!("{}{}\n", git(root, &["rev-parse", "HEAD"])?, names.join("\n"));
    let file = root.join(FOLDER).join("packaged.txt");
    if std::fs::read_to_string(&file).is_ok_and(|packaged| packaged == stamp) {
        return Ok(());
    }
    for features in FEATURES {
        let mut command = Command::new("cargo");
        command.args(["package", "--locked", "--quiet"]).args(features).current_dir(copy);
        command.args(names.iter().flat_map(|name| ["-p", name]));
        command.env("CARGO_TARGET_DIR", root.join(FOLDER).join("target")).env("CARGO_NET_OFFLINE", "true");
        let status = command.status().map_err(|error| format!("could not run cargo package: {error}"))?;
        if !status.success() {
            let features = features.first().unwrap_or(&"the default features");
            return Err(format!("cargo package with {features} failed: {status}"));
        }
    }
    std::fs::write(&file, stamp).map_err(|error| format!("could not write {}: {error}", file.display()))
}

/// Compares the crates that have a release with it: their next version must allow every change.
pub fn semver(root: &Path, rows: &[Row]) -> Result<String, String> {
    let released: Vec<(&Row, String)> =
        rows.iter().filter_map(|row| Some((row, format!("{}-v{}", row.name, row.from.as_ref()?)))).collect();
    // Without the tool, cargo fails as if each crate had a fault.
    let version = Command::new("cargo").args(["semver-checks", "--version"]).output();
    if !released.is_empty() && !version.is_ok_and(|output| output.status.success()) {
        return Err(
            "cargo-semver-checks is not installed: cargo install cargo-semver-checks --locked".to_owned()
        );
    }
    for (row, tag) in &released {
        let level = row.level.unwrap_or(Level::Patch).word();
        let status = Command::new("cargo")
            .args(["semver-checks", "--package", &row.name, "--baseline-rev", tag, "--release-type", level])
            .current_dir(root)
            .status()
            .map_err(|error| format!("could not run cargo semver-checks: {error}"))?;
        if !status.success() {
            return Err(format!(
                "{}: its changes since {tag} need more than a {level} version: {status}",
                row.name
            ));
        }
    }
    Ok(format!("crates compared with their last release: {}\n", released.len()))
}

/// The registry that cargo is configured for, which is crates.io by default.
pub struct Crates<'a> {
    pub root: &'a Path,
    pub copy: &'a Path,
    /// All crates of the workspace that are published at all.
    pub published: Vec<String>,
}

impl Registry for Crates<'_> {
    fn publish(&mut self, rows: &[&Row]) -> Outcome {
        // Cargo orders the crates, and waits until the registry lists what others need. `package` built the archives.
        let output = Command::new("cargo")
            .args(["publish", "--workspace", "--locked", "--no-verify"])
            .args(
                self.published
                    .iter()
                    .filter(|name| !rows.iter().any(|row| row.name == **name))
                    .flat_map(|name| ["--exclude", name]),
            )
            .current_dir(self.copy)
            .env("CARGO_TARGET_DIR", self.root.join(FOLDER).join("target"))
            .output();
        let output = match output {
            Ok(output) => output,
            Err(error) => {
                let refusal = Some(Refusal::Failed(format!("could not run cargo publish: {error}")));
                return Outcome { refusal, ..Outcome::default() };
            }
        };
        let told = String::from_utf8_lossy(&output.stderr);
        let mut outcome = Outcome {
            published: if output.status.success() {
                rows.iter().map(|row| row.name.clone()).collect()
            } else {
                uploaded(&told)
            },
            refusal: (!output.status.success()).then(|| refusal(&told, now())),
        };
        let exists = match &outcome.refusal {
            Some(Refusal::Exists(name)) => Some(name),
            _ => None,
        };
        for row in
            rows.iter().filter(|row| outcome.published.contains(&row.name) || exists == Some(&row.name))
        {
            let tag = format!("{}-v{}", row.name, row.to);
            if git(self.root, &["rev-parse", "--quiet", "--verify", &format!("refs/tags/{tag}")]).is_err()
                && let Err(error) = git(self.root, &["tag", &tag])
            {
                outcome.refusal = Some(Refusal::Failed(error));
                break;
            }
        }
        outcome
    }
}

/// The crates that a failed `cargo publish` uploaded before it failed: `Uploaded cc-runtime v0.1.0 to registry`.
fn uploaded(told: &str) -> Vec<String> {
    let names = told.lines().filter_map(|line| line.trim().strip_prefix("Uploaded ")?.split(' ').next());
    names.map(str::to_owned).collect()
}

/// Reads the reason of a failed `cargo publish`.
fn refusal(told: &str, now: Duration) -> Refusal {
    if let Some(line) =
        told.lines().find(|line| line.contains("already exists on") || line.contains("is already uploaded"))
    {
        // "error: crate cc-a@0.1.0 already exists on crates.io index", "crate version `0.1.0` of `cc-a` is already uploaded".
        let words = line.split([' ', '@', '`']);
        let name = words.clone().zip(words.skip(1)).find_map(|(word, next)| match word {
            "crate" if next != "version" => Some(next),
            _ => None,
        });
        let named = || line.split("of `").nth(1).and_then(|rest| rest.split('`').next());
        if let Some(name) = name.or_else(named) {
            return Refusal::Exists(name.to_owned());
        }
    }
    if told.contains("429") || told.contains("Too Many Requests") {
        let date = told.split_once("try again after ").map(|(_, rest)| rest);
        // "Sat, 28 Nov 2026 16:45:00 GMT and see …" of crates.io.
        let date = date.and_then(|rest| rest.split_inclusive("GMT").next());
        let until = date.and_then(|date| jiff::fmt::rfc2822::parse(&date.replace("GMT", "+0000")).ok());
        let until = until.and_then(|until| u64::try_from(until.timestamp().as_second()).ok());
        // One more second: the date has no fraction.
        let wait = until.map(|until| Duration::from_secs(until + 1).saturating_sub(now));
        return Refusal::TooMany(wait);
    }
    let reason =
        told.lines().map(str::trim).filter(|line| line.starts_with("error")).collect::<Vec<_>>().join(" ");
    Refusal::Failed(if reason.is_empty() { told.trim().replace('\n', " ") } else { reason })
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The clock of the machine.
pub struct Wall;

impl Clock for Wall {
    fn now(&self) -> Duration {
        now()
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_cargo_tell_a_limit_from_a_version_that_exists_and_from_a_failure() {
        let limit = "error: failed to publish to registry at https://crates.io\n\nCaused by:\n  the remote server responded with an error \
                     (status 429 Too Many Requests): You have published too many new crates in a short period of time. Please try \
                     again after Sat, 28 Nov 2026 16:45:00 GMT and see https://crates.io/docs/rate-limits for more details.";
        let now = Duration::from_secs(1_795_884_240);
        assert!(
            matches!(refusal(limit, now), Refusal::TooMany(Some(wait)) if wait.as_secs() == 61),
            "{:?}",
            refusal(limit, now)
        );
        assert!(matches!(refusal("status 429", now), Refusal::TooMany(None)));
        for told in [
            "error: crate cc-a@0.1.0 already exists on crates.io index",
            "Caused by:\n  the remote server responded with an error: crate version `0.1.0` of `cc-a` is already uploaded",
        ] {
            assert!(matches!(refusal(told, now), Refusal::Exists(name) if name == "cc-a"), "{told}");
        }
        let told = refusal("    Updating index\nerror: no token found, please run `cargo login`\n", now);
        assert!(
            matches!(told, Refusal::Failed(reason) if reason == "error: no token found, please run `cargo login`")
        );
    }

    #[test]
    fn what_a_failed_publication_uploaded_is_read_from_its_words() {
        let told = "   Uploading cc-a v0.1.0 (/x)\n    Uploaded cc-a v0.1.0 to registry `crates-io`\n   Uploading cc-b v0.1.0 (/y)\nerror: failed";
        assert_eq!(uploaded(told), ["cc-a"]);
    }
}

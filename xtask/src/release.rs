//! `cargo xtask release`: plans, prepares, verifies and publishes the crates that changed since their last release.

mod cargo;
mod changelog;
mod plan;
mod publish;
mod read;
mod sbom;
mod write;

use std::path::Path;

use plan::{Crate, Row};
use publish::State;
use read::Member;

use crate::Outcome;
use crate::git::git;

/// Parts of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Prints the plan and changes no file.
    Plan,
    /// Writes versions and changelogs, to be reviewed and merged.
    Prepare,
    /// Compares each crate with its last release by `cargo semver-checks`.
    Semver,
    /// Builds the packages of a release and writes its bill of materials, without a network.
    Package,
    /// All of it: packages and publishes a prepared release.
    Publish { resumes: bool },
}

pub fn release(options: &[&str], root: &Path) -> Outcome {
    let part = match options {
        ["--dry-run"] => Part::Plan,
        ["--prepare"] => Part::Prepare,
        ["--semver"] => Part::Semver,
        ["--package"] => Part::Package,
        [] => Part::Publish { resumes: false },
        ["--resume"] => Part::Publish { resumes: true },
        _ => {
            return crate::help::misused("release", &crate::unknown_options(options));
        }
    };
    match run(part, root) {
        Ok(text) => Outcome::ok(text),
        Err(error) => Outcome::failed(format!("error: {error}\n")),
    }
}

fn run(part: Part, root: &Path) -> Result<String, String> {
    let members = read::members(root)?;
    let crates: Vec<Crate> = members.iter().map(|member| member.krate.clone()).collect();
    let rows = plan::plan(&crates)?;
    let table = plan::table(&rows);
    if part == Part::Plan || rows.is_empty() {
        return Ok(table);
    }
    if part == Part::Semver {
        // Nothing depends on the code of a program.
        let is_program = |row: &Row| crates.iter().any(|krate| krate.name == row.name && krate.is_program);
        let libraries: Vec<Row> = rows.into_iter().filter(|row| !is_program(row)).collect();
        return cargo::semver(root, &libraries);
    }
    let changes = git(root, &["status", "--porcelain"])?;
    if !changes.is_empty() {
        let count = changes.lines().count();
        let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
        return Err(format!("the working tree has {changes}: commit first, so that the release is a commit"));
    }
    if part == Part::Prepare {
        return prepare(root, &rows, &members, &table);
    }
    let file = root.join(cargo::FOLDER).join("state.json");
    if let Part::Publish { resumes } = part {
        let unprepared = unprepared(root, &rows, &members);
        if !unprepared.is_empty() {
            let names = unprepared.join(", ");
            return Err(format!(
                "not prepared: {names}: run `cargo xtask release --prepare` and merge its change"
            ));
        }
        let state = State::read(&file)?;
        if !resumes && rows.iter().any(|row| state.has(row)) {
            let told = "an earlier run published a part of this release: continue it with `cargo xtask release --resume`";
            return Err(told.to_owned());
        }
    }
    eprint!("{table}");
    let copy = cargo::clean_copy(root)?;
    let bill = bill_of_materials(root, &rows)?;
    cargo::package(root, &copy, &rows)?;
    if part == Part::Package {
        return Ok(format!(
            "packages: {} in {}/target/package\nbill of materials: {bill}\n",
            rows.len(),
            cargo::FOLDER
        ));
    }
    let published = members.iter().map(|member| member.krate.name.clone()).collect();
    let mut registry = cargo::Crates { root, copy: &copy, published };
    let told = publish::publish(&rows, &file, &mut registry, &mut cargo::Wall, &mut std::io::stdout())?;
    Ok(format!("{told}bill of materials: {bill}\nnow push the tags: git push origin --tags\n"))
}

fn prepare(root: &Path, rows: &[Row], members: &[Member], table: &str) -> Result<String, String> {
    let mut changed = write::write(root, rows, members, &crate::import::source::today())?;
    // The lock file has the versions of the workspace.
    read::metadata(root, &["--no-deps"])?;
    let lock = std::process::Command::new("cargo")
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(root)
        .status()
        .map_err(|error| format!("could not run cargo update: {error}"))?;
    if !lock.success() {
        return Err(format!("`cargo update --workspace --offline` failed: {lock}"));
    }
    if !git(root, &["status", "--porcelain", "--", "Cargo.lock"])?.is_empty() {
        changed.push("Cargo.lock".to_owned());
    }
    Ok(format!(
        "{table}\n{} files changed: review and merge them, then run `cargo xtask release`\n",
        changed.len()
    ))
}

/// The crates of a plan whose manifest has another version, or whose changelog has no section for it.
fn unprepared(root: &Path, rows: &[Row], members: &[Member]) -> Vec<String> {
    let is_unprepared = |row: &&Row| {
        members.iter().filter(|member| member.krate.name == row.name).any(|member| {
            let log = std::fs::read_to_string(root.join(&member.folder).join("CHANGELOG.md"));
            let heading = format!("## {} - ", row.to);
            member.krate.version != row.to
                || !log.is_ok_and(|log| log.lines().any(|line| line.starts_with(&heading)))
        })
    };
    rows.iter().filter(is_unprepared).map(|row| row.name.clone()).collect()
}

/// Writes the bill of materials, and returns its path.
fn bill_of_materials(root: &Path, rows: &[Row]) -> Result<String, String> {
    // Packages of other systems may not have been downloaded: those of this one were, or nothing could be built.
    let metadata = match read::metadata(root, &["--locked"]) {
        Ok(metadata) => metadata,
        Err(_) => read::metadata(root, &["--locked", "--filter-platform", &host()?])?,
    };
    let lock = std::fs::read_to_string(root.join("Cargo.lock"))
        .map_err(|error| format!("could not read Cargo.lock: {error}"))?;
    let published: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let path = format!("{}/sbom.cdx.json", cargo::FOLDER);
    let file = root.join(&path);
    let text = format!("{:#}\n", sbom::sbom(&metadata, &lock, &published));
    let written =
        std::fs::create_dir_all(root.join(cargo::FOLDER)).and_then(|()| std::fs::write(&file, text));
    written.map_err(|error| format!("could not write {path}: {error}"))?;
    Ok(path)
}

fn host() -> Result<String, String> {
    let output = std::process::Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| format!("could not run rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "`rustc -vV` names no host".to_owned())
}

#[cfg(test)]
mod tests;

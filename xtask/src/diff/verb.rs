//! The command line of `cargo xtask diff`.

use std::path::Path;

use super::program::Program;
use super::rules::{Rust, Wire};
use super::source::Side;
use super::work::Tree;
use super::{Change, Report, compare, markdown};
use crate::Outcome;
use crate::git::git;

/// Options and sides, as given.
#[derive(Debug, Default)]
struct Options<'a> {
    json: bool,
    fail_on: FailOn,
    program: Option<&'a str>,
    sides: Vec<&'a str>,
}

/// Changes that make the verb fail.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum FailOn {
    #[default]
    Never,
    Breaking,
    Wire,
    Addition,
    Any,
}

impl FailOn {
    const ALL: [(&'static str, Self); 5] = [
        ("never", Self::Never),
        ("breaking", Self::Breaking),
        ("wire", Self::Wire),
        ("addition", Self::Addition),
        ("any", Self::Any),
    ];

    fn matches(self, change: &Change) -> bool {
        match self {
            Self::Never => false,
            Self::Breaking => change.breaks_programs(),
            Self::Wire => change.breaks_programs() || change.wire() == Wire::Breaking,
            Self::Addition => change.rust >= Rust::Addition || change.wire() == Wire::Breaking,
            Self::Any => true,
        }
    }
}

/// Runs the verb.
pub fn run(words: &[&str], root: &Path) -> Outcome {
    let result = match words {
        // git: path, old file, old hex, old mode, new file, new hex, new mode.
        ["--driver", path, old, _, _, new, ..] => driver(path, old, new, root),
        _ => match options(words) {
            Ok(options) => diff(&options, root),
            Err(message) => return crate::help::misused("diff", &message),
        },
    };
    result.unwrap_or_else(|error| Outcome::failed(format!("error: {error}\n")))
}

/// The changes of the API from a revision to the working tree.
///
/// # Errors
/// When the revision has no spec, or one side makes no surface.
pub fn since(revision: &str, root: &Path) -> Result<Report, String> {
    let (before, after) = (Side::revision(revision, root)?, Side::working_tree(root)?);
    Ok(compare(&before.surface()?, &after.surface()?))
}

fn options<'a>(words: &[&'a str]) -> Result<Options<'a>, String> {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--json" => options.json = true,
            "--for" => {
                options.program =
                    Some(words.next().ok_or("`--for` needs the path of a file, a folder or a package")?);
            }
            "--fail-on" => {
                let known = FailOn::ALL.map(|(name, _)| name).join(", ");
                let given = words.next().ok_or_else(|| format!("`--fail-on` needs one of {known}"))?;
                let found = FailOn::ALL.iter().find(|(name, _)| name == given);
                options.fail_on =
                    found.ok_or_else(|| format!("unknown `--fail-on {given}`: known are {known}"))?.1;
            }
            option if option.starts_with('-') => return Err(format!("unknown option `{option}`")),
            side => options.sides.push(side),
        }
    }
    if options.sides.is_empty() || options.sides.len() > 2 {
        return Err("`diff` needs a revision, a file or a folder, or two of them".to_owned());
    }
    Ok(options)
}

fn diff(options: &Options<'_>, root: &Path) -> Result<Outcome, String> {
    let (before, after) = match options.sides.as_slice() {
        [range] if range.contains("..") && !Path::new(range).exists() => {
            let is_fork = range.contains("...");
            let (before, after) = range.split_once(if is_fork { "..." } else { ".." }).unwrap_or_default();
            let before = if before.is_empty() { "HEAD" } else { before };
            let after = if after.is_empty() && is_fork { "HEAD" } else { after };
            // As for git: what changed on one branch since it left the other.
            let before = if is_fork {
                git(root, &["merge-base", before, after])?.trim().to_owned()
            } else {
                before.to_owned()
            };
            (before, Some(after).filter(|after| !after.is_empty()))
        }
        [before] => ((*before).to_owned(), None),
        [before, after] => ((*before).to_owned(), Some(*after)),
        _ => return Err("`diff` needs a revision, a file or a folder, or two of them".to_owned()),
    };
    let mut before = Side::read(&before, root)?;
    let mut after = match after {
        Some(after) => Side::read(after, root)?,
        None => Side::working_tree(root)?,
    };
    match (before.is_bundle, after.is_bundle) {
        (true, false) => after.bundle()?,
        (false, true) => before.bundle()?,
        _ => {}
    }
    match (before.only.clone(), after.only.clone()) {
        (Some(was), Some(is)) if was != is => before.rename(&is),
        (Some(was), None) => after.reduce_to(&was),
        (None, Some(is)) => before.reduce_to(&is),
        _ => {}
    }
    let surfaces = (before.surface()?, after.surface()?);
    let mut report = compare(&surfaces.0, &surfaces.1);
    match options.program {
        Some(path) => {
            let program = Program::read(Path::new(path))?;
            program.keep_used(&mut report, &surfaces.0, &surfaces.1);
        }
        None => Tree::read(root).add_work(&mut report),
    }
    let failing = report.changes.iter().filter(|change| options.fail_on.matches(change)).count();
    let text = if options.json {
        json(&report, &before.label, &after.label)
    } else {
        markdown::render(&report, &before.label, &after.label, options.program)
    };
    let mut errors = String::new();
    if !report.unexplained.is_empty() {
        errors = format!(
            "error: no rule explains {} differences: add a rule to xtask/src/diff/rules/table.rs\n",
            report.unexplained.len()
        );
    } else if failing > 0 {
        errors = format!("error: {failing} changes that `--fail-on` names\n");
    }
    Ok(Outcome { success: errors.is_empty(), text, errors })
}

fn json(report: &Report, before: &str, after: &str) -> String {
    let value = serde_json::json!({
        "before": before,
        "after": after,
        "levels": report.levels(),
        "changes": report.changes,
        "changelogs": report.changelogs(),
        "unexplained": report.unexplained,
    });
    format!("{value:#}\n")
}

/// The report that `git diff` shows in the place of the lines of a domain file.
fn driver(path: &str, old: &str, new: &str, root: &Path) -> Result<Outcome, String> {
    let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let side = |file: &str| -> Result<crate::surface::Surface, String> {
        // git names a file that is not there `/dev/null`.
        let is_there = std::fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() > 0);
        if !is_there {
            return Ok(crate::surface::Surface::default());
        }
        Side::file(path, Path::new(file), Some(&stem), root)?.surface()
    };
    let report = compare(&side(old)?, &side(new)?);
    Ok(Outcome::ok(markdown::render(&report, &format!("a/{path}"), &format!("b/{path}"), None)))
}

//! `cargo xtask drift`: reports of differences between answers and the spec, as a proposal of changes to the spec.

mod place;
mod proposal;
mod reports;
mod write;

use std::path::{Path, PathBuf};

use proposal::Proposal;

use crate::import::source;
use crate::spec::Documents;
use crate::{Outcome, help};

/// Name of the overlay that keeps the proposals, and of the document that it corrects: the bundle of the spec.
pub const OVERLAY: &str = "spec/overlays/drift.yaml";

#[derive(Debug, Default)]
struct Options {
    files: Vec<PathBuf>,
    is_json: bool,
    write: bool,
    apply: bool,
    /// Values of enums that a person saw: schema and value.
    values: Vec<(String, String)>,
    seen: String,
}

impl Options {
    fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self { seen: source::today(), ..Self::default() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().copied().ok_or(format!("`{word}` needs a value"));
            match *word {
                "--json" => options.is_json = true,
                "--write" => options.write = true,
                "--apply" => options.apply = true,
                "--value" => {
                    let text = value()?;
                    let (schema, value) = text
                        .split_once('=')
                        .filter(|(schema, value)| !schema.is_empty() && !value.is_empty())
                        .ok_or(format!(
                            "`--value` takes a schema and a value, such as `DrainKind=AUDIT`, not `{text}`"
                        ))?;
                    options.values.push((schema.to_owned(), value.to_owned()));
                }
                "--seen" => {
                    let text = value()?;
                    if !source::is_date(text) {
                        return Err(format!("`{text}` is not a date such as 2026-01-31"));
                    }
                    text.clone_into(&mut options.seen);
                }
                other if other.starts_with('-') => {
                    return Err(format!("unknown option `{other}`"));
                }
                file => options.files.push(PathBuf::from(file)),
            }
        }
        if options.files.is_empty() {
            return Err("`drift` needs a file of reports, a JSON object a line".to_owned());
        }
        Ok(options)
    }
}

/// Runs the verb.
pub fn drift(words: &[&str], root: &Path) -> Outcome {
    match Options::read(words) {
        Ok(options) => run(&options, root),
        Err(message) => help::misused("drift", &message),
    }
}

fn run(options: &Options, root: &Path) -> Outcome {
    let reports = match reports::read(&options.files) {
        Ok(reports) => reports,
        Err(message) => return Outcome::failed(format!("error: {message}\n")),
    };
    let documents = match Documents::read(&root.join("spec")) {
        Ok(documents) => documents,
        Err(problems) => return crate::problems(problems),
    };
    let proposal = Proposal::new(&documents, &reports, &options.values);
    let mut written = Vec::new();
    if options.write {
        match write::overlay(&proposal, root, &options.seen) {
            Ok(text) => written.push(text),
            Err(message) => return Outcome::failed(format!("error: {message}\n")),
        }
    }
    if options.apply {
        match write::spec(&proposal, root) {
            Ok(mut lines) => written.append(&mut lines),
            Err(message) => return Outcome::failed(format!("error: {message}\n")),
        }
    }
    let text = match options.is_json {
        true => format!("{:#}\n", proposal.json(&reports, &options.seen, &written)),
        false => proposal.markdown(&reports, &options.seen, &written),
    };
    let mut outcome = Outcome::ok(text);
    outcome.errors = reports.bad.iter().map(|line| format!("warning: {line}\n")).collect();
    if options.apply {
        let found = crate::check_all(root);
        if !found.is_empty() {
            let checked = crate::problems(found);
            outcome.success = false;
            outcome.errors.push_str(&checked.text);
            outcome.errors.push_str("error: the written spec needs a person: see the list\n");
        }
    }
    outcome
}

//! The generator as a library, so that its tests can drive it.

pub mod bundle;
mod ci;
mod compile;
pub mod diff;
mod drift;
mod fuzz;
pub mod generate;
mod git;
mod help;
pub mod import;
mod js;
mod prove;
mod release;
mod report;
mod snapshots;
pub mod spec;
pub mod surface;
mod targets;
mod tidy;
mod wasm;

use std::fmt::Write;
use std::path::Path;

use generate::tree::Difference;
use import::lint::{self, Options};
use spec::model::Spec;
use spec::{Documents, Problem, check};

/// Output and success of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    pub text: String,
    pub errors: String,
    pub success: bool,
}

impl Outcome {
    fn ok(text: impl Into<String>) -> Self {
        Self { text: text.into(), errors: String::new(), success: true }
    }

    fn failed(errors: impl Into<String>) -> Self {
        Self { text: String::new(), errors: errors.into(), success: false }
    }
}

/// Runs one command line in a workspace.
pub fn run(arguments: &[String], root: &Path) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => Outcome::failed(help::all()),
        ["help" | "--help" | "-h"] => Outcome::ok(help::all()),
        ["help" | "--help" | "-h", verb] => help::of(verb),
        [verb, options @ ..] if options.iter().any(|word| matches!(*word, "--help" | "-h")) => help::of(verb),
        [verb, options @ ..] => match run_verb(verb, options, root) {
            Ok(outcome) => outcome,
            Err(message) => help::misused(verb, &message),
        },
    }
}

/// Runs a verb.
///
/// # Errors
/// When the words after the verb are not its options.
fn run_verb(verb: &str, options: &[&str], root: &Path) -> Result<Outcome, String> {
    Ok(match (verb, options) {
        ("generate", _) => {
            let (check, domain) = generate_options(options)?;
            generate(root, check, domain)
        }
        ("bundle", []) => bundle_to(root, None),
        ("bundle", [file]) if !file.starts_with('-') => bundle_to(root, Some(Path::new(file))),
        ("check", _) => {
            let options = Options::read(options)?;
            let found = match &options.file {
                Some(file) => lint::check_file(file, &options),
                None => in_spec(check_all(root)),
            };
            lint::show(found, &options)
        }
        ("import", _) => import::import(root, &import::Options::of_import(options)?),
        ("sources", _) => import::sources::sources(root, &import::Options::of_sources(options)?),
        ("coverage", []) => report::coverage(root, None),
        ("coverage", ["--against"]) => return Err("`--against` needs a CSV file".to_owned()),
        ("coverage", ["--against", file]) => report::coverage(root, Some(Path::new(file))),
        ("diff", _) => diff::run(options, root),
        ("drift", _) => drift::drift(options, root),
        ("ci", _) => ci::ci(options, root),
        ("fuzz", _) => fuzz::fuzz(options, root),
        ("prove", _) => prove::prove(options, root),
        ("release", _) => release::release(options, root),
        ("snapshots", _) => snapshots::snapshots(options, root),
        ("targets", []) => targets::targets(root),
        ("js", _) => js::js(options, root)?,
        ("wasm", _) => wasm::wasm(options, root)?,
        ("tidy", []) => tidy::tidy(root),
        ("bundle", [_, _, ..]) => return Err("`bundle` takes one file".to_owned()),
        ("bundle" | "coverage" | "targets" | "tidy", _) => return Err(unknown_options(options)),
        _ => help::unknown(verb),
    })
}

/// Options that take a number each.
fn numbers<'a>(words: &[&'a str], known: &[&str]) -> Result<Vec<(&'a str, u64)>, String> {
    let mut words = words.iter();
    let mut found = Vec::new();
    while let Some(name) = words.next() {
        if !known.contains(name) {
            return Err(unknown_options(&[name]));
        }
        let value = words.next().ok_or_else(|| format!("`{name}` needs a number"))?;
        found.push((*name, value.parse().map_err(|_| format!("`{name}` takes a number, not `{value}`"))?));
    }
    Ok(found)
}

/// The message about words that a verb does not take.
fn unknown_options(words: &[&str]) -> String {
    let plural = if words.len() == 1 { "" } else { "s" };
    format!("unknown option{plural} `{}`", words.join(" "))
}

/// Every problem of a workspace's spec. What only a file that cannot be read would tell is not missed.
fn check_all(root: &Path) -> Vec<Problem> {
    let (documents, mut found) = Documents::read_what_can_be(&root.join("spec"));
    if found.iter().any(|unread| unread.file == "shared.yaml" || unread.file == "spec") {
        return found;
    }
    let mut others = check::check(&documents);
    others.append(&mut check::check_surface(&documents, &root.join("spec/surface")));
    if found.is_empty() {
        others.append(&mut check::unused::of_shared(&documents));
        others.sort();
    } else {
        // What only a file that cannot be read would tell is not missed.
        others.retain(|problem| problem.rule != "unknown-operation");
    }
    found.append(&mut others);
    found.append(&mut import::overlay::check_all(&root.join("spec/overlays")));
    found
}

/// Writes or prints the bundle of a spec that keeps every rule.
fn bundle_to(root: &Path, file: Option<&Path>) -> Outcome {
    let found = check_all(root);
    if !found.is_empty() {
        return problems(found);
    }
    let (documents, _) = Documents::read_what_can_be(&root.join("spec"));
    let text = format!("{:#}\n", bundle::bundle(&documents));
    let Some(file) = file else { return Outcome::ok(text) };
    match std::fs::write(file, text) {
        Ok(()) => Outcome::ok(format!("wrote {}\n", file.display())),
        Err(error) => Outcome::failed(format!("error: cannot write {}: {error}\n", file.display())),
    }
}

/// Problems with their files as seen from the workspace's root, where an editor finds them.
fn in_spec(mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in problems.iter_mut().filter(|problem| problem.file != "spec") {
        problem.file.insert_str(0, "spec/");
    }
    problems
}

fn problems(found: Vec<Problem>) -> Outcome {
    lint::show(in_spec(found), &Options::default())
}

fn generate_options<'a>(options: &[&'a str]) -> Result<(bool, Option<&'a str>), String> {
    let (mut check, mut domain) = (false, None);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--check" => check = true,
            "--domain" => domain = Some(*options.next().ok_or("`--domain` needs the name of a domain")?),
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok((check, domain))
}

/// Reads and checks the spec of a workspace.
pub fn read_spec(root: &Path) -> Result<Spec, Outcome> {
    let documents = Documents::read(&root.join("spec")).map_err(problems)?;
    // A command that names an operation which is not there yet is wrong, and keeps nothing else from being made.
    let mut found = check::check(&documents);
    found.append(&mut check::check_surface(&documents, &root.join("spec/surface")));
    found.retain(|problem| problem.rule != "unknown-operation");
    if found.is_empty() { Ok(Spec::read(&documents)) } else { Err(problems(found)) }
}

/// Generates, and fails after it if a model misses a field: the generated types are there to write the model with.
fn generate(root: &Path, check: bool, domain: Option<&str>) -> Outcome {
    let generated = match generated(root, domain) {
        Ok(generated) => generated,
        Err(outcome) => return outcome,
    };
    let unread: String = generated.unread.iter().map(|error| format!("error: {error}\n")).collect();
    let mut outcome = write_or_compare(root, check, domain, generated);
    outcome.success &= unread.is_empty();
    outcome.errors.push_str(&unread);
    outcome
}

fn generated(root: &Path, domain: Option<&str>) -> Result<generate::Output, Outcome> {
    let spec = read_spec(root)?;
    if let Some(domain) = domain.filter(|domain| !spec.domains.iter().any(|known| known.name == *domain)) {
        let known: Vec<&str> = spec.domains.iter().map(|domain| domain.name.as_str()).collect();
        return Err(Outcome::failed(format!(
            "error: unknown domain `{domain}`: known are {}\n",
            known.join(", ")
        )));
    }
    generate::generate(&spec, root).map_err(|errors| {
        Outcome::failed(errors.iter().map(|error| format!("error: {error}\n")).collect::<String>())
    })
}

fn write_or_compare(root: &Path, check: bool, domain: Option<&str>, generated: generate::Output) -> Outcome {
    let generate::Output { mut tree, notes, .. } = generated;
    if let Some(domain) = domain {
        tree = tree.only(domain);
    }
    let notes: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
    if !check {
        return match tree.write(root) {
            Ok(0) => Outcome {
                text: "every generated file is up to date\n".to_owned(),
                errors: notes,
                success: true,
            },
            Ok(count) => Outcome {
                text: format!("{count} {} changed\n", if count == 1 { "file" } else { "files" }),
                errors: notes,
                success: true,
            },
            Err(error) => Outcome::failed(format!("error: could not write a file: {error}\n")),
        };
    }
    match tree.compare(root) {
        Ok(differences) if differences.is_empty() && domain.is_none() && !notes.is_empty() => {
            Outcome::failed(format!("{notes}error: some commands are not generated, see the notes\n"))
        }
        Ok(differences) if differences.is_empty() => {
            Outcome { text: "every generated file is up to date\n".to_owned(), errors: notes, success: true }
        }
        Ok(differences) => {
            let mut text = String::new();
            for (path, difference) in &differences {
                let _ = match difference {
                    Difference::Changed(diff) => writeln!(text, "changed: {}\n{diff}", path.display()),
                    Difference::Missing => writeln!(text, "missing: {}", path.display()),
                    Difference::Stray => writeln!(text, "stray: {}", path.display()),
                };
            }
            let command = domain.map_or_else(
                || "cargo xtask generate".to_owned(),
                |domain| format!("cargo xtask generate --domain {domain}"),
            );
            let errors = format!("error: {} files are out of date: run `{command}`\n", differences.len());
            Outcome { text, errors, success: false }
        }
        Err(error) => Outcome::failed(format!("error: could not read a file: {error}\n")),
    }
}

//! Table of the operations of each domain: specified, generated, sent by a command, served by the sandbox, tried by the generated
//! trials, and tested by a test that was written for them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use crate::generate::homes::HOMES;
use crate::spec::check::normalized;
use crate::spec::declared::Declared;
use crate::spec::model::{Operation, Spec};
use crate::{Outcome, read_spec};

#[derive(Default)]
struct Row {
    specified: usize,
    generated: usize,
    by_command: usize,
    served: usize,
    tried: usize,
    tested: usize,
}

pub fn coverage(root: &Path, against: Option<&Path>) -> Outcome {
    let spec = match read_spec(root) {
        Ok(spec) => spec,
        Err(outcome) => return outcome,
    };
    let served =
        std::fs::read_to_string(root.join("crates/cc-sandbox/src/generated/routes.json")).unwrap_or_default();
    let catalog: String = HOMES
        .iter()
        .filter_map(|home| std::fs::read_to_string(root.join(home.src()).join("generated/catalog.rs")).ok())
        .collect();
    let tests = Tests::read(root);
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for domain in &spec.domains {
        let requests = root.join(format!("crates/generated/cc-api-{}/src/requests.rs", domain.name));
        let requests = std::fs::read_to_string(requests).unwrap_or_default();
        let row = rows.entry(&domain.name).or_default();
        for operation in &domain.operations {
            let quoted = format!("\"{}\"", operation.id);
            row.specified += 1;
            row.generated += usize::from(requests.contains(&quoted));
            row.by_command += usize::from(catalog.contains(&quoted));
            row.served += usize::from(served.contains(&quoted));
            row.tried += usize::from(is_tested(&tests.generated, operation, &[]));
            row.tested += usize::from(is_tested(&tests.written, operation, &domain.commands));
        }
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<22} {:>9} {:>9} {:>10} {:>7} {:>7} {:>7}",
        "domain", "specified", "generated", "by command", "served", "tried", "tested"
    );
    let mut total = Row::default();
    for (name, row) in &rows {
        line(&mut text, name, row);
        total.specified += row.specified;
        total.generated += row.generated;
        total.by_command += row.by_command;
        total.served += row.served;
        total.tried += row.tried;
        total.tested += row.tested;
    }
    line(&mut text, "all", &total);
    match against {
        None => Outcome::ok(text),
        Some(file) => match std::fs::read_to_string(file) {
            Ok(table) => compare(&spec, &table, text),
            Err(error) => Outcome::failed(format!("error: could not read {}: {error}\n", file.display())),
        },
    }
}

fn line(text: &mut String, name: &str, row: &Row) {
    let _ = writeln!(
        text,
        "{name:<22} {:>9} {:>9} {:>10} {:>7} {:>7} {:>7}",
        row.specified, row.generated, row.by_command, row.served, row.tried, row.tested
    );
}

/// The texts of all tests and examples.
struct Tests {
    /// The generated trials, which send each operation and check no more than its schema.
    generated: String,
    /// What was written by hand, and asserts something of its own.
    written: String,
}

impl Tests {
    fn read(root: &Path) -> Self {
        let mut tests = Self { generated: String::new(), written: String::new() };
        let skipped = |entry: &walkdir::DirEntry| {
            let name = entry.file_name();
            name == "target" || name == "src" || entry.path() == root.join("crates/generated")
        };
        let files = walkdir::WalkDir::new(root.join("crates"))
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| !skipped(entry))
            .flatten();
        for entry in files {
            let path = entry.path();
            let has = |part: &str| path.components().any(|component| component.as_os_str() == part);
            // Snapshots and tables list all operations, whatever a test asserts of them.
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            if !is_rust || !(has("tests") || has("examples")) {
                continue;
            }
            let text = if has("generated") { &mut tests.generated } else { &mut tests.written };
            text.push_str(&std::fs::read_to_string(path).unwrap_or_default());
            text.push('\n');
        }
        tests
    }
}

/// Returns `true` if a test names the operation, its request or its command.
fn is_tested(tests: &str, operation: &Operation, declared: &[Declared]) -> bool {
    let request = crate::generate::rust::type_name(&operation.id);
    // A declared command of this one operation.
    let own = declared
        .iter()
        .filter(|command| command.operations == [operation.id.as_str()])
        .map(|command| command.name.as_str());
    let names = [
        Some(operation.id.as_str()),
        Some(request.as_str()),
        operation.command.as_ref().map(|command| command.name.as_str()),
    ];
    names.into_iter().flatten().chain(own).any(|name| contains_word(tests, name))
}

fn contains_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// Every row of a table of endpoints (columns `method`, `path`, `internal`, `used_by`) against the spec.
fn compare(spec: &Spec, table: &str, mut text: String) -> Outcome {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| header.iter().position(|column| *column == name);
    let (Some(method), Some(path)) = (column("method"), column("path")) else {
        return Outcome::failed("error: the table has no columns `method` and `path`\n");
    };
    let (internal, used_by) = (column("internal"), column("used_by"));
    let mut known = BTreeSet::new();
    for operation in spec.domains.iter().flat_map(|domain| &domain.operations) {
        known.insert(format!("{} {}", operation.method, normalized(&operation.path)));
        known.extend(operation.aliases.iter().map(|alias| normalized(alias)));
    }
    let (mut wanted, mut found, mut used, mut used_found) = (0, 0, 0, 0);
    let mut missing = String::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let cells = csv_cells(line);
        let cell = |index: Option<usize>| index.and_then(|index| cells.get(index)).map_or("", String::as_str);
        if cell(internal) == "true" {
            continue;
        }
        let route = format!("{} {}", cell(Some(method)), normalized(cell(Some(path))));
        let is_used = !cell(used_by).is_empty();
        wanted += 1;
        used += usize::from(is_used);
        if known.contains(&route) {
            found += 1;
            used_found += usize::from(is_used);
        } else {
            let _ = writeln!(missing, "missing: {} {}", cell(Some(method)), cell(Some(path)));
        }
    }
    let _ =
        writeln!(text, "\n{found}/{wanted} rows specified; {used_found}/{used} of those that somebody uses");
    text.push_str(&missing);
    Outcome { text, errors: String::new(), success: found == wanted }
}

/// The cells of a line; quotes hold commas.
fn csv_cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for character in line.trim_end_matches('\r').chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(other);
                }
            }
        }
    }
    cells
}

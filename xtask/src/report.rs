//! Coverage of the platform: operations that are specified, generated, reachable by a command, served by the
//! sandbox and tested.

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
    let tests = test_texts(root);
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
            row.tested += usize::from(is_tested(&tests, operation, &domain.commands));
        }
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<22} {:>9} {:>9} {:>10} {:>7} {:>7}",
        "domain", "specified", "generated", "by command", "served", "tested"
    );
    let mut total = Row::default();
    for (name, row) in &rows {
        line(&mut text, name, row);
        total.specified += row.specified;
        total.generated += row.generated;
        total.by_command += row.by_command;
        total.served += row.served;
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
        "{name:<22} {:>9} {:>9} {:>10} {:>7} {:>7}",
        row.specified, row.generated, row.by_command, row.served, row.tested
    );
}

/// Text of the tests, their snapshots and the examples.
fn test_texts(root: &Path) -> String {
    let mut out = String::new();
    let mut open = vec![root.join("crates")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let skip = path.file_name().is_some_and(|name| name == "target" || name == "src")
                || path == root.join("crates/generated");
            if !skip {
                open.extend(
                    std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()),
                );
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "snap" || extension == "rs" || extension == "json")
            && path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "examples")
        {
            out.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
            out.push('\n');
        }
    }
    out
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

//! `cargo xtask targets`: the table of targets in `README.md`, from the results of the contract suite.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use crate::Outcome;

/// The list of cases, by group.
const LIST: &str = "crates/cc-contract/src/cases.rs";

/// The targets, in the order of the columns: the file of their results, and the head of the column.
const TARGETS: [(&str, &str); 6] = [
    ("tokio-multi-thread", "tokio, several threads"),
    ("tokio-current-thread", "tokio, one thread"),
    ("blocking", "without async"),
    ("blocking-in-multi-thread", "without async, in a worker of tokio"),
    ("blocking-in-current-thread", "without async, in a runtime of one thread"),
    ("browser", "Chromium"),
];

const BEGIN: &str = "<!-- begin: targets, by `cargo xtask targets` -->\n";
const END: &str = "<!-- end: targets -->";

/// Outcomes of cases by their name: `true` if it passed.
type Results = BTreeMap<String, bool>;

/// Writes the table into `README.md`.
pub fn targets(root: &Path) -> Outcome {
    match write(root) {
        Ok(()) => Outcome::ok(String::new()),
        Err(problem) => Outcome::failed(format!("error: {problem}\n")),
    }
}

fn write(root: &Path) -> Result<(), String> {
    let read =
        |path: &str| std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"));
    let groups = groups(&read(LIST)?)?;
    let mut columns = Vec::new();
    for (target, _) in TARGETS {
        let file = format!("target/contract/{target}.jsonl");
        let lines =
            read(&file).map_err(|error| format!("{error}: run the contract suite on this target first"))?;
        columns.push(results(&lines).map_err(|error| format!("{file}: {error}"))?);
    }
    let readme = filled(&read("README.md")?, &shown(&groups, &columns)?)?;
    std::fs::write(root.join("README.md"), readme).map_err(|error| format!("README.md: {error}"))
}

/// The names of the cases of each group, from the list in the source of the suite.
fn groups(source: &str) -> Result<Vec<(String, Vec<String>)>, String> {
    let list = source.split("$each! {\n").nth(1).and_then(|rest| rest.split("};\n").next());
    let list = list.ok_or_else(|| format!("{LIST}: no list of cases in it"))?;
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in list.lines().map(str::trim) {
        if let Some(group) = line.strip_suffix(" {") {
            groups.push((group.to_owned(), Vec::new()));
        } else if let (Some(case), Some((_, cases))) = (line.strip_suffix(','), groups.last_mut()) {
            cases.push(case.to_owned());
        }
    }
    if groups.is_empty() { Err(format!("{LIST}: the list of cases is empty")) } else { Ok(groups) }
}

/// How each case of a target ended the last time it ran.
fn results(lines: &str) -> Result<Results, String> {
    let mut results = Results::new();
    for (number, line) in lines.lines().enumerate() {
        let line: Value =
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
        let (Some(case), Some(outcome)) = (line["case"].as_str(), line["outcome"].as_str()) else {
            return Err(format!("line {}: no `case` or no `outcome`", number + 1));
        };
        results.insert(case.to_owned(), outcome == "passed");
    }
    Ok(results)
}

/// The table: passed cases of all cases, for each group and each target.
fn shown(groups: &[(String, Vec<String>)], columns: &[Results]) -> Result<String, String> {
    let heads: Vec<&str> = TARGETS.iter().map(|(_, head)| *head).collect();
    let mut text = format!("| | {} |\n|---{}|\n", heads.join(" | "), "|---:".repeat(heads.len()));
    let mut sums = vec![0; columns.len()];
    for (group, cases) in groups {
        let _ = write!(text, "| {} ", group.replace('_', "-"));
        for ((results, sum), (target, _)) in columns.iter().zip(&mut sums).zip(TARGETS) {
            let mut passed = 0;
            for case in cases {
                match results.get(case) {
                    Some(true) => passed += 1,
                    Some(false) => {}
                    None => {
                        return Err(format!("{target} has no result of `{case}`: run the suite on it again"));
                    }
                }
            }
            *sum += passed;
            let _ = write!(text, "| {passed}/{} ", cases.len());
        }
        text.push_str("|\n");
    }
    let all: usize = groups.iter().map(|(_, cases)| cases.len()).sum();
    text.push_str("| all ");
    for sum in sums {
        let _ = write!(text, "| {sum}/{all} ");
    }
    text.push_str("|\n");
    Ok(text)
}

/// The page with the table between its marks.
fn filled(page: &str, table: &str) -> Result<String, String> {
    let places =
        page.find(BEGIN).map(|at| at + BEGIN.len()).zip(page.find(END)).filter(|(from, to)| from <= to);
    let (from, to) =
        places.ok_or_else(|| format!("README.md: `{}` and `{END}` are not in it", BEGIN.trim_end()))?;
    Ok(format!("{}{table}{}", &page[..from], &page[to..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn known() -> Vec<(String, Vec<String>)> {
        groups(&std::fs::read_to_string(root().join(LIST)).unwrap()).unwrap()
    }

    #[test]
    fn the_list_of_cases_is_read_from_the_suite() {
        let groups = known();
        assert!(groups.len() > 10 && groups.iter().all(|(_, cases)| !cases.is_empty()), "{groups:?}");
        assert!(groups[0].0 == "requests" && groups[0].1[0] == "an_api_token_is_sent_with_each_request");
    }

    #[test]
    fn the_table_of_targets_has_every_case_of_every_group() {
        let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
        let table = readme.split(BEGIN).nth(1).unwrap().split(END).next().unwrap();
        for (group, cases) in known() {
            let row = table.lines().find(|row| row.starts_with(&format!("| {} |", group.replace('_', "-"))));
            let row = row.unwrap_or_else(|| panic!("no row of {group}: run `cargo xtask targets`"));
            let all = format!("/{} ", cases.len());
            assert_eq!(row.matches(&all).count(), TARGETS.len(), "{row}: run `cargo xtask targets`");
        }
    }

    #[test]
    fn the_last_line_of_a_case_counts_and_a_case_without_a_line_is_an_error() {
        let groups = [("one".to_owned(), vec!["a".to_owned(), "b".to_owned()])];
        let lines = "{\"case\":\"a\",\"outcome\":\"failed\"}\n{\"case\":\"a\",\"outcome\":\"passed\"}\n";
        let results = || results(lines).unwrap();
        let columns: Vec<Results> = TARGETS.iter().map(|_| results()).collect();
        let error = shown(&groups, &columns).unwrap_err();
        assert_eq!(error, "tokio-multi-thread has no result of `b`: run the suite on it again");
        let groups = [("one".to_owned(), vec!["a".to_owned()])];
        assert!(shown(&groups, &columns).unwrap().contains("| one | 1/1 "));
    }

    #[test]
    fn a_page_without_marks_is_an_error() {
        assert!(filled("nothing", "").is_err());
        assert_eq!(
            filled(&format!("a {BEGIN}old {END} z"), "new\n").unwrap(),
            format!("a {BEGIN}new\n{END} z")
        );
    }
}

//! The book in `docs/`: its links lead somewhere, its contents are complete, its search finds answers, its plots show
//! the figures that the READMEs state.

mod markdown;
mod search;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use markdown::Page;

const REPOSITORY: &str = "https://github.com/CleverCloud/clevercloud-sdk-rust/";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Markdown files below a folder, by their paths from the root.
fn files_below(folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            found.extend(files_below(&path));
        } else if path.ends_with(".md") {
            found.insert(path);
        }
    }
    found
}

/// The pages of the book in the order of its contents: their titles there, after that of the page above, and paths below `docs`.
fn contents() -> Vec<(String, String)> {
    let mut above = String::new();
    let mut pages = Vec::new();
    for line in read("docs/SUMMARY.md").lines() {
        let Some(link) = Page::read(line.trim_start()).links.pop() else { continue };
        let title =
            if line.starts_with(' ') { format!("{above} » {}", link.text) } else { link.text.clone() };
        if !line.starts_with(' ') {
            above = link.text;
        }
        pages.push((title, link.target));
    }
    pages
}

/// `folder/../file` without the dots; `None` if it leaves the repository.
fn normal(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The problem of a link in this file, if there is one.
fn problem(file: &str, target: &str) -> Option<String> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let in_book = file.starts_with("docs/");
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let linked = if let Some(below) = path.strip_prefix(REPOSITORY) {
        let below = below.strip_prefix("blob/main/").or_else(|| below.strip_prefix("tree/main/"));
        below.map(str::to_owned)?
    } else if path.contains("://") || path.starts_with("mailto:") {
        return None;
    } else if path.is_empty() {
        file.to_owned()
    } else {
        let Some(linked) = normal(folder, path) else { return Some("leaves the repository".to_owned()) };
        if in_book && !linked.starts_with("docs/") {
            return Some(format!("leaves the book: write {REPOSITORY}blob/main/{linked}"));
        }
        if in_book && file != "docs/SUMMARY.md" && linked.ends_with("/README.md") {
            return Some(
                "leads to a page that mdBook calls `index.html`: name the file `index.md`".to_owned(),
            );
        }
        if in_book && root().join(&linked).is_dir() {
            return Some("leads to a folder, which a book cannot show".to_owned());
        }
        linked
    };
    if !root().join(&linked).exists() {
        return Some(format!("`{linked}` does not exist"));
    }
    let anchor = anchor.filter(|_| linked.ends_with(".md"))?;
    let has_it = Page::read(&read(&linked)).anchors().iter().any(|known| known == anchor);
    (!has_it).then(|| format!("`{linked}` has no heading `#{anchor}`"))
}

#[test]
fn every_link_of_the_documentation_leads_to_a_file_and_a_heading() {
    let mut files = files_below("docs");
    files.extend(["README.md", "CONTRIBUTING.md"].map(str::to_owned));
    for folder in ["crates", "packages"] {
        files.extend(files_below(folder).into_iter().filter(|path| path.ends_with("/README.md")));
    }
    let mut problems = Vec::new();
    let mut count = 0;
    for file in &files {
        for link in Page::read(&read(file)).links {
            count += 1;
            problems
                .extend(problem(file, &link.target).map(|what| format!("{file}: {}: {what}", link.target)));
        }
    }
    assert!(count > 200, "{count} links were found");
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    for target in [
        "no-such-page.md",
        "tasks.md#no-such-heading",
        "adr",
        "README.md",
        "../README.md",
        "../../elsewhere.md",
    ] {
        assert!(problem("docs/spec.md", target).is_some(), "{target}");
    }
    let elsewhere = format!("{REPOSITORY}blob/main/no-such-file.md");
    assert!(problem("docs/spec.md", &elsewhere).is_some());
    for target in ["tasks.md", "tasks.md#logs-and-drains", "#types", "https://docs.rs/tower"] {
        assert_eq!(problem("docs/spec.md", target), None, "{target}");
    }
}

#[test]
fn the_contents_of_the_book_list_every_page() {
    let listed: BTreeSet<String> = contents().into_iter().map(|(_, path)| format!("docs/{path}")).collect();
    let mut there = files_below("docs");
    there.remove("docs/SUMMARY.md");
    assert_eq!(listed, there);
}

#[test]
fn the_search_of_the_book_answers_what_people_ask() {
    let index = search::Index::of(contents().into_iter().map(|(title, path)| {
        let page = Page::read(&read(&format!("docs/{path}")));
        (title, path, page)
    }));
    let text = read("docs/questions.txt");
    let questions: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(": ").unwrap_or_else(|| panic!("no page: {line}")))
        .collect();
    assert!(questions.len() >= 50, "{} questions", questions.len());
    let mut missed = Vec::new();
    for (question, page) in questions {
        let found = index.search(question);
        if !found.iter().take(3).any(|found| *found == page) {
            missed.push(format!("{question}: {page} is not among {:?}", &found[..found.len().min(3)]));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// The fields of a line of CSV, whose quotes hold no quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

#[test]
fn the_plots_show_the_figures_that_the_readmes_state() {
    let table = read("docs/figures.csv");
    let performance = read("docs/guide/performance.md");
    let texts: Vec<String> = table.lines().skip(1).map(|line| fields(line)[6].clone()).collect();
    for (at, _) in performance.match_indices(" ×") {
        let known = texts.iter().any(|text| performance[..at].ends_with(text.trim_end_matches(" ×")));
        assert!(known, "no row of docs/figures.csv has the figure that ends here: {}", &performance[..at]);
    }
    assert!(table.starts_with("plot,label,low,high,page,row,text,date,machine\n"));
    for line in table.lines().skip(1) {
        let fields = fields(line);
        let [plot, label, low, high, page, row, text, ..] = fields.as_slice() else { panic!("{line}") };
        let stated = read(page);
        let stated = stated.lines().find(|line| line.starts_with('|') && line.contains(row.as_str()));
        let stated = stated.unwrap_or_else(|| panic!("{page} has no row `{row}`"));
        let cells: Vec<&str> = stated.trim_matches('|').split('|').map(str::trim).collect();
        assert!(
            cells.iter().any(|cell| cell.starts_with(text.as_str())),
            "{page}: {text} is not in {stated}"
        );
        let range = if low == high { low.clone() } else { format!("{low} to {high}") };
        assert!(text.starts_with(&range), "{text} is not {range}");
        let picture = read(&format!("docs/figures/plot-{plot}.svg"));
        assert!(picture.contains(&format!("{label}: {range}")), "run python3 benches/pictures.py: {label}");
    }
}

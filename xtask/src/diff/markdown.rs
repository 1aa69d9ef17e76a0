//! A report as Markdown, for a comment in a review.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::rules::{Rust, Wire};
use super::{Change, Report, Work};

/// Sections by the effect on programs, the strongest first.
const SECTIONS: [(&str, &[Rust]); 4] = [
    ("Breaking in Rust", &[Rust::Breaking, Rust::Silent]),
    ("New", &[Rust::Addition]),
    ("The same Rust, another behaviour", &[Rust::Behaviour]),
    ("Documentation and facts without code", &[Rust::Docs, Rust::Nothing]),
];

/// The report of a comparison. `program` is the label of the program that it is for.
pub fn render(report: &Report, before: &str, after: &str, program: Option<&str>) -> String {
    let mut out = format!("# API changes: {before} → {after}\n\n");
    if let Some(program) = program {
        let _ = writeln!(out, "Only changes that `{program}` uses, or may use.\n");
    }
    for difference in &report.unexplained {
        let _ = writeln!(out, "**No rule explains the change of {difference}.**\n");
    }
    if report.changes.is_empty() {
        out.push_str(if program.is_some() { "No change touches it.\n" } else { "No changes.\n" });
        return out;
    }
    let count = |what: fn(&Change) -> bool| report.changes.iter().filter(|change| what(change)).count();
    let all = report.changes.len();
    let _ = writeln!(
        out,
        "{all} {}. Break programs: {}. Break the wire: {}. New: {}.\n",
        if all == 1 { "change" } else { "changes" },
        count(Change::breaks_programs),
        count(|change| change.wire() == Wire::Breaking),
        count(|change| change.rust == Rust::Addition),
    );
    let levels = report.levels();
    if !levels.is_empty() {
        out.push_str("| crate | level |\n|---|---|\n");
        for (krate, level) in &levels {
            let _ = writeln!(out, "| {krate} | {} |", level.word());
        }
    }
    for (title, effects) in SECTIONS {
        let changes: Vec<&Change> =
            report.changes.iter().filter(|change| effects.contains(&change.rust)).collect();
        if !changes.is_empty() {
            let _ = writeln!(out, "\n## {title}\n");
            changes.iter().for_each(|change| render_change(&mut out, change));
        }
    }
    if program.is_none() {
        changelogs(&mut out, report);
        work(&mut out, report);
    }
    out
}

fn render_change(out: &mut String, change: &Change) {
    let subject = &change.subject;
    let _ = write!(out, "- {}", change.changelog);
    // A value that stands in the sentence is not said again.
    let unsaid = |text: &Option<String>| {
        let text = text.as_ref().filter(|text| !change.changelog.contains(text.as_str()));
        text.map(|text| format!("`{text}`"))
    };
    let _ = match (unsaid(&change.before), unsaid(&change.after)) {
        (Some(before), Some(after)) => write!(out, ": {before} → {after}"),
        (Some(text), None) | (None, Some(text)) => write!(out, " ({text})"),
        (None, None) => Ok(()),
    };
    let _ = writeln!(out, " <br> `{}` {}:{} {}", change.rule, subject.file, subject.line, change.fingerprint);
    let mut facts = Vec::new();
    for (wire, place) in [(change.request, "requests"), (change.response, "answers")] {
        if wire == Wire::Breaking {
            facts.push(format!("breaks {place} on the wire"));
        }
    }
    match change.rust {
        Rust::Breaking => facts.push(format!("breaks {}: {}", listed(&change.callers), change.why)),
        Rust::Silent => facts.push(format!("compiles, and means something else: {}", change.why)),
        _ if change.wire() == Wire::Breaking => facts.push(change.why.to_owned()),
        _ => {}
    }
    for fact in facts {
        let _ = writeln!(out, "  - {fact}");
    }
    for place in &change.uses {
        let verb = if place.certain { "uses it" } else { "may use it" };
        let _ = writeln!(out, "  - {}:{} {verb}: `{}`", place.file, place.line, place.code);
    }
}

fn listed(callers: &[&str]) -> String {
    if callers.is_empty() { "programs".to_owned() } else { callers.join(", ") }
}

fn changelogs(out: &mut String, report: &Report) {
    let crates = report.changelogs();
    if !crates.is_empty() {
        out.push_str("\n## Changelogs\n");
    }
    for (krate, lines) in crates {
        let _ = writeln!(out, "\n### {krate}\n");
        lines.iter().for_each(|line| {
            let _ = writeln!(out, "- {line}");
        });
    }
}

/// The work of a maintainer, by file.
fn work(out: &mut String, report: &Report) {
    let mut files: BTreeMap<(&str, usize), Vec<&Work>> = BTreeMap::new();
    for work in report.changes.iter().flat_map(|change| &change.work) {
        files.entry((&work.file, work.line)).or_default().push(work);
    }
    if files.is_empty() {
        return;
    }
    out.push_str("\n## By hand\n\n");
    for ((file, line), mut all) in files {
        all.sort();
        all.dedup();
        let what: Vec<&str> = all.iter().map(|work| work.what.as_str()).collect();
        let _ = writeln!(out, "- [ ] {file}:{line}: {}", what.join("; "));
    }
}

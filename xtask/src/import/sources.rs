//! `cargo xtask sources`: what a document changed since each of its operations was last seen, and what nobody has looked at for long.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::compare::{Comparison, spec_files};
use super::{Corrected, Options, corrected, source};
use crate::Outcome;
use crate::spec::Documents;
use crate::spec::check::operations;

/// Without a document: the dates at which operations were last seen. With documents: what changed in them since.
pub fn sources(root: &Path, options: &Options) -> Outcome {
    let (documents, unread) = Documents::read_what_can_be(&root.join("spec"));
    if !unread.is_empty() {
        return crate::problems(unread);
    }
    if options.documents.is_empty() {
        return seen(&documents, options.since.as_deref());
    }
    let spec = spec_files(documents);
    let mut text = String::new();
    for document in &options.documents {
        let word = options.source(document);
        let Corrected { files, .. } = match corrected(document, &word, root) {
            Ok(corrected) => corrected,
            Err(outcome) => return outcome,
        };
        let comparison = Comparison::new(&spec, &files, &word, &options.seen);
        changes(&mut text, &comparison, options.since.as_deref());
    }
    Outcome::ok(text)
}

fn changes(text: &mut String, comparison: &Comparison<'_>, since: Option<&str>) {
    let mut lines = Vec::new();
    let (mut same, mut unseen) = (0, 0);
    for found in comparison.matched.values().filter(|found| found.is_canonical) {
        let id = found.operation.id.unwrap_or_default();
        let place = comparison.ours.place(found.file, found.operation.at.node.line);
        match &found.before {
            Some(before) if before.state == found.now.state => same += 1,
            Some(before) => {
                // A change since an earlier day may be one since that date or one before.
                let may = since.is_some_and(|since| before.seen.as_str() < since);
                let word = if may { ", perhaps before" } else { "" };
                lines.push(format!("changed since {}{word}: {id} ({place})", before.seen));
            }
            None => unseen += 1,
        }
    }
    let of_rule = |rule: &'static str| comparison.findings.iter().filter(move |finding| finding.rule == rule);
    for finding in of_rule("gone-operation").filter(|finding| finding.accepted.is_none()) {
        lines.push(format!("gone: {} ({})", finding.subject, finding.ours.as_deref().unwrap_or_default()));
    }
    for finding in of_rule("new-operation") {
        lines.push(format!("new: {} ({})", finding.subject, finding.theirs));
    }
    lines.sort();
    let _ = writeln!(text, "{}: {same} operations unchanged, {unseen} never seen before", comparison.source);
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
}

fn seen(documents: &Documents, since: Option<&str>) -> Outcome {
    let mut dates: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut without = 0;
    for (name, document) in &documents.domains {
        for (_, _, operation) in operations(document) {
            let identities = source::identities(operation);
            without += usize::from(identities.is_empty());
            let id = operation.str_at("operationId").unwrap_or_default();
            for identity in identities {
                let line =
                    format!("{id} (spec/{name}.yaml:{}), {} there", operation.line, identity.operation);
                dates.entry((identity.document, identity.seen)).or_default().push(line);
            }
        }
    }
    let mut text = String::new();
    for ((document, seen), operations) in dates {
        let _ = writeln!(text, "{document} {seen}: {} operations", operations.len());
        if since.is_some_and(|since| seen.as_str() < since) {
            for line in operations {
                let _ = writeln!(text, "  not seen since: {line}");
            }
        }
    }
    let _ = writeln!(text, "without an upstream operation: {without} operations");
    Outcome::ok(text)
}

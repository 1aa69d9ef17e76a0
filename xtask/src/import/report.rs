//! What an import found, as Markdown for people and JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::Options;
use super::compare::{Change, Comparison, Finding, RULES};
use super::overlay::Applied;
use super::plan::{Plan, Step};

pub struct Report<'r, 'a> {
    pub comparison: &'r Comparison<'a>,
    pub plan: &'r Plan,
    pub applied: &'r Applied,
    pub document: &'r Path,
    /// Changed files, and what could not be written.
    pub written: Option<(Vec<String>, Vec<String>)>,
    pub options: &'r Options,
}

impl Report<'_, '_> {
    fn shown(&self, finding: &Finding) -> bool {
        finding.accepted.is_none() || self.options.all
    }

    /// Steps by their findings.
    fn steps(&self) -> BTreeMap<usize, &Step> {
        self.plan.steps.iter().map(|step| (step.finding, step)).collect()
    }

    pub fn markdown(&self) -> String {
        let comparison = self.comparison;
        let mut text = String::new();
        let _ = writeln!(text, "# {} ({})\n", self.document.display(), comparison.source);
        let (matched, all) = (comparison.matched.len(), comparison.operations.len());
        let operations = if all == 1 { "operation" } else { "operations" };
        let _ = writeln!(text, "{all} {operations}, {matched} of them in the spec.\n");
        self.counts(&mut text);
        let steps = self.steps();
        for (rule, meaning) in RULES {
            let mut found = comparison
                .findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| finding.rule == rule && self.shown(finding))
                .peekable();
            if found.peek().is_none() {
                continue;
            }
            let _ = writeln!(text, "## {rule}: {meaning}\n");
            let mut hidden = 0;
            for (shown, (index, finding)) in found.enumerate() {
                if self.options.limit > 0 && shown >= self.options.limit {
                    hidden += 1;
                    continue;
                }
                Self::line(&mut text, finding, steps.get(&index).copied());
            }
            if hidden > 0 {
                let _ = writeln!(text, "- … and {hidden} more: `--limit 0` shows all");
            }
            text.push('\n');
        }
        self.rest(&mut text);
        text
    }

    fn counts(&self, text: &mut String) {
        let _ = writeln!(text, "| rule | found | on purpose |\n|---|---|---|");
        for (rule, _) in RULES {
            let of_rule = || self.comparison.findings.iter().filter(|finding| finding.rule == rule);
            let accepted = of_rule().filter(|finding| finding.accepted.is_some()).count();
            let found = of_rule().count() - accepted;
            if found + accepted > 0 {
                let _ = writeln!(text, "| {rule} | {found} | {accepted} |");
            }
        }
        text.push('\n');
    }

    fn line(text: &mut String, finding: &Finding, step: Option<&Step>) {
        let place = finding.ours.as_deref().map(|place| format!("{place} ← ")).unwrap_or_default();
        let _ = write!(text, "- `{}`: {} ({place}{}", finding.subject, finding.says, finding.theirs);
        if !finding.operation.is_empty() && !finding.subject.starts_with(&finding.operation) {
            let _ = write!(text, ", first in `{}`", finding.operation);
        }
        text.push(')');
        if let Some(reason) = finding.accepted {
            let _ = write!(text, ", on purpose: {reason}");
        }
        text.push('\n');
        let Some(step) = step else { return };
        if let Some(why) = &step.why {
            let _ = writeln!(text, "  Domain `{}`: {why}.", step.domain);
        }
        text.push_str("  ```yaml\n");
        for line in Plan::yaml(step).lines() {
            let _ = writeln!(text, "{}{line}", if line.is_empty() { "" } else { "  " });
        }
        text.push_str("  ```\n");
    }

    fn rest(&self, text: &mut String) {
        let section = |text: &mut String, title: &str, lines: &[String]| {
            if !lines.is_empty() {
                let _ = writeln!(text, "## {title}\n");
                for line in lines {
                    let _ = writeln!(text, "- {line}");
                }
                text.push('\n');
            }
        };
        if self.applied.changed > 0 {
            let line = match self.applied.changed {
                1 => "1 action corrects the document before it is compared".to_owned(),
                count => format!("{count} actions correct the document before it is compared"),
            };
            section(text, "Overlay", &[line]);
        }
        section(text, "No longer needed", &self.applied.needless);
        let uncompared: Vec<String> =
            self.comparison.uncompared.iter().map(|(why, count)| format!("{count} × {why}")).collect();
        section(text, "Not compared", &uncompared);
        let odd: Vec<String> = self
            .comparison
            .theirs
            .odd()
            .into_iter()
            .map(|(rule, odd)| {
                format!("{rule}: {} × , such as {}", odd.count, odd.first.join("; ")).replace(" × ,", " ×,")
            })
            .collect();
        section(text, "Odd in the document", &odd);
        let Some((changed, failed)) = &self.written else { return };
        section(text, "Written", changed);
        section(text, "Not written: paste by hand", failed);
        if self.options.write {
            section(text, "Left for a person", &self.plan.asks);
        }
        if changed.is_empty() {
            text.push_str("The spec is up to date: nothing is written.\n");
        }
    }

    pub fn json(&self) -> Value {
        let steps = self.steps();
        let findings = self.comparison.findings.iter().enumerate().filter(|(_, finding)| self.shown(finding));
        let findings: Vec<Value> = findings
            .map(|(index, finding)| {
                let step = steps.get(&index);
                let line = step.map(|step| format!("{}: {}: ", step.domain, finding.subject));
                let mut failed = self.written.iter().flat_map(|(_, failed)| failed);
                let has_failed = line.is_some_and(|line| failed.any(|failed| failed.starts_with(&line)));
                json!({
                    "rule": finding.rule,
                    "domain": step.map_or(&finding.domain, |step| &step.domain),
                    "why": step.and_then(|step| step.why.clone()),
                    "subject": finding.subject,
                    "operation": finding.operation,
                    "says": finding.says,
                    "ours": finding.ours,
                    "theirs": finding.theirs,
                    "onPurpose": finding.accepted,
                    "yaml": step.map(|step| Plan::yaml(step)),
                    "isWritten": self.options.write && finding.change != Change::None && step.is_some() && !has_failed,
                })
            })
            .collect();
        json!({
            "document": self.document.display().to_string(),
            "source": self.comparison.source,
            "operations": self.comparison.operations.len(),
            "matched": self.comparison.matched.len(),
            "findings": findings,
            "noLongerNeeded": self.applied.needless,
            "notCompared": self.comparison.uncompared,
            "odd": self.comparison.theirs.odd().into_iter().map(|(rule, odd)| (rule.to_owned(), json!({"count": odd.count, "first": odd.first}))).collect::<serde_json::Map<_, _>>(),
            "changedFiles": self.written.as_ref().map(|(changed, _)| changed),
            "notWritten": self.written.as_ref().map(|(_, failed)| failed),
            "leftForAPerson": self.plan.asks,
        })
    }
}

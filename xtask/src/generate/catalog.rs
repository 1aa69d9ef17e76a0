//! The catalogue: every command by its name, those written by hand included.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::commands::{HandWritten, module};
use super::rust::literal;
use super::{Decided, HEADER_TEXT};

pub struct Rendered {
    pub text: String,
    /// Paths below `commands` of the commands that answer once.
    pub once: Vec<String>,
    pub notes: Vec<String>,
}

pub fn render(decided: &[Decided<'_>], hand: &HandWritten, generated: &BTreeSet<String>) -> Rendered {
    // Domain of the spec of each operation, which is the feature that its crate needs.
    let features: BTreeMap<&str, &str> = decided
        .iter()
        .flat_map(|domain| {
            domain
                .domain
                .operations
                .iter()
                .map(|operation| (operation.id.as_str(), domain.domain.name.as_str()))
        })
        .collect();
    let mut entries: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut notes = Vec::new();
    let mut once = BTreeSet::new();
    for domain in decided {
        for operation in &domain.domain.operations {
            if let Some(command) =
                operation.command.as_ref().filter(|command| generated.contains(&command.name))
            {
                let summary = command.summary.as_ref().unwrap_or(&operation.summary);
                let needed = BTreeSet::from([domain.domain.name.as_str()]);
                let text = entry(
                    "entry",
                    &command.domain,
                    &command.name,
                    summary,
                    std::slice::from_ref(&operation.id),
                    &needed,
                );
                entries.insert((command.domain.clone(), command.name.clone()), text);
                once.insert(format!("{}::{}", module(&command.domain), command.name));
            }
        }
        for composite in &domain.domain.composites {
            let module = module(&composite.domain);
            if !hand.has_command(&module, &composite.name) {
                notes.push(format!(
                    "{} is not in the catalogue: commands/{module}/ has no such struct",
                    composite.name
                ));
                continue;
            }
            let mut needed: BTreeSet<&str> = composite
                .operations
                .iter()
                .filter_map(|operation| features.get(operation.as_str()).copied())
                .collect();
            needed.insert(&domain.domain.name);
            needed.extend(composite.requires.iter().map(String::as_str));
            if composite.kind == "stream" {
                needed.insert("stream");
            }
            let function = match composite.kind.as_str() {
                "stream" => "stream_entry",
                "url" => "url_entry",
                _ => {
                    once.insert(format!("{module}::{}", composite.name));
                    "entry"
                }
            };
            let text = entry(
                function,
                &composite.domain,
                &composite.name,
                &composite.summary,
                &composite.operations,
                &needed,
            );
            entries.insert((composite.domain.clone(), composite.name.clone()), text);
        }
    }
    let streams = entries.values().any(|entry| entry.contains("        stream_entry::<"));
    let used: Vec<&str> = ["entry", "url_entry"]
        .into_iter()
        .filter(|function| entries.values().any(|entry| entry.contains(&format!("        {function}::<"))))
        .collect();
    let imports: String = used.iter().map(|function| format!(", {function}")).collect();
    let mut text = format!(
        "// {HEADER_TEXT}\n//! Every command, in the order of their domains and names.\n\n#[allow(unused_imports)]\n\
         use crate::catalog::{{CommandInfo{imports}}};\n{}\n\
         pub(crate) fn entries() -> Vec<CommandInfo> {{\n    vec![\n",
        if streams {
            "#[cfg(feature = \"stream\")]\n#[allow(unused_imports)]\nuse crate::catalog::stream_entry;\n"
        } else {
            ""
        }
    );
    for entry in entries.values() {
        text.push_str(entry);
    }
    text.push_str("    ]\n}\n");
    Rendered { text, once: once.into_iter().collect(), notes }
}

fn entry(
    function: &str,
    domain: &str,
    name: &str,
    summary: &str,
    operations: &[String],
    features: &BTreeSet<&str>,
) -> String {
    let mut out = String::new();
    let conditions: Vec<String> = features.iter().map(|feature| format!("feature = {feature:?}")).collect();
    let condition = match conditions.as_slice() {
        [one] => one.clone(),
        many => format!("all({})", many.join(", ")),
    };
    let operations: Vec<String> = operations.iter().map(|operation| literal(operation)).collect();
    let _ = writeln!(
        out,
        "        #[cfg({condition})]\n        {function}::<crate::commands::{}::{name}>({}, {}, &[{}]),",
        module(domain),
        literal(domain),
        literal(summary),
        operations.join(", ")
    );
    out
}

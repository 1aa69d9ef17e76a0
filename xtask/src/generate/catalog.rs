//! The catalogue: every command by its name, those written by hand included.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::commands::{self, module};
use super::homes::Home;
use super::rust::literal;
use super::{Decided, HEADER_TEXT};
use crate::spec::declared::CommandKind;
use crate::spec::effect::{self, Effect};
use crate::spec::model::Operation;

pub struct Rendered {
    pub text: String,
    /// Paths below `commands` of the commands that answer once.
    pub once: Vec<String>,
}

/// The catalogue of one crate.
pub fn render(home: &'static Home, decided: &[Decided<'_>], generated: &BTreeSet<String>) -> Rendered {
    let mut entries: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut once = BTreeSet::new();
    let operations: BTreeMap<&str, &Operation> = decided
        .iter()
        .flat_map(|domain| &domain.domain.operations)
        .map(|operation| (operation.id.as_str(), operation))
        .collect();
    for domain in decided.iter().filter(|domain| home.holds(&domain.domain.name)) {
        for operation in &domain.domain.operations {
            if let Some(command) =
                operation.command.as_ref().filter(|command| generated.contains(&command.name))
            {
                let summary = command.summary.as_ref().unwrap_or(&operation.summary);
                let needed = BTreeSet::from([domain.domain.name.as_str()]);
                let text = entry(
                    home,
                    "entry",
                    &domain.domain.name,
                    &command.name,
                    summary,
                    std::slice::from_ref(&operation.id),
                    &effect(command.effect, &[operation]),
                    &needed,
                );
                entries.insert((domain.domain.name.clone(), command.name.clone()), text);
                once.insert(format!("{}::{}", module(&domain.domain.name), command.name));
            }
        }
        for command in domain.domain.commands.iter().filter(|command| generated.contains(&command.name)) {
            let function = match command.kind {
                CommandKind::Stream => "stream_entry",
                CommandKind::Url => "url_entry",
                CommandKind::Once => {
                    once.insert(format!("{}::{}", module(&domain.domain.name), command.name));
                    "entry"
                }
            };
            let needed = commands::features(&domain.domain.name, command);
            let called: Vec<&Operation> =
                command.operations.iter().filter_map(|id| operations.get(id.as_str()).copied()).collect();
            let text = entry(
                home,
                function,
                &domain.domain.name,
                &command.name,
                &command.summary,
                &command.operations,
                &effect(command.effect, &called),
                &needed,
            );
            entries.insert((domain.domain.name.clone(), command.name.clone()), text);
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
         use crate::catalog::{{CommandInfo, Effect{imports}}};\n{}\n\
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
    Rendered { text, once: once.into_iter().collect() }
}

/// The constant of `cc_runtime::catalog::Effect`: the effect that the spec gives, or that of the methods.
fn effect(given: Option<Effect>, operations: &[&Operation]) -> String {
    let derived = Effect::derived(operations.iter().map(|one| (one.method.as_str(), one.one_shot)));
    let constant = match given.unwrap_or(derived) {
        Effect::ReadOnly => return "Effect::READ_ONLY".to_owned(),
        Effect::Additive => "Effect::ADDITIVE",
        Effect::Destructive => "Effect::DESTRUCTIVE",
    };
    let is_idempotent =
        operations.iter().all(|one| effect::is_idempotent(&one.method, one.one_shot, one.idempotent));
    format!("{constant}{}", if is_idempotent { ".idempotent()" } else { "" })
}

#[allow(clippy::too_many_arguments)]
fn entry(
    home: &Home,
    function: &str,
    domain: &str,
    name: &str,
    summary: &str,
    operations: &[String],
    effect: &str,
    features: &BTreeSet<&str>,
) -> String {
    let mut out = String::new();
    let condition = home.condition(features.iter().copied());
    let condition = if condition.is_empty() { condition } else { format!("        {condition}") };
    let operations: Vec<String> = operations.iter().map(|operation| literal(operation)).collect();
    let _ = writeln!(
        out,
        "{condition}        {function}::<crate::{}>({}, {}, &[{}], {effect}),",
        home.path(&module(domain), name),
        literal(domain),
        literal(summary),
        operations.join(", ")
    );
    out
}

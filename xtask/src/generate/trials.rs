//! Trial of every operation: requests with the required inputs, and with all inputs.
//!
//! `crates/cc-trials/tests/it/trial.rs` runs them against the sandbox and keeps the requests as snapshots.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use super::homes::Home;
use super::requests::{Input, inputs};
use super::rust::{Ty, field_name, literal, type_name};
use super::{Decided, header};
use crate::spec::model::Operation;

/// The folder that holds them, and nothing else.
pub const FOLDER: &str = "crates/cc-trials/tests/it/generated";

pub fn render(decided: &[Decided<'_>], commands: &[String]) -> Result<BTreeMap<PathBuf, String>, String> {
    let mut files = BTreeMap::new();
    let mut index = format!(
        "// {}\n//! A trial for each operation, a module for each domain, and every command and every type.\n\npub mod all_commands;\npub mod all_types;\n",
        super::HEADER_TEXT
    );
    let mut all = format!(
        "// {}\n//! Every command that answers once.\n\nuse crate::sweep::Sweep;\n\npub async fn each(sweep: &mut impl Sweep) {{\n",
        super::HEADER_TEXT
    );
    for command in commands {
        let _ = writeln!(all, "    sweep.command::<cc_client::commands::{command}>().await;");
    }
    all.push_str("}\n");
    files.insert(PathBuf::from(FOLDER).join("all_commands.rs"), all);
    files.insert(PathBuf::from(FOLDER).join("all_types.rs"), render_types(decided));
    for Decided { domain, front, .. } in decided {
        let tried: Vec<&Operation> =
            domain.operations.iter().filter(|operation| !operation.wildcard).collect();
        if tried.is_empty() {
            continue;
        }
        let module = field_name(&domain.name);
        let _ = writeln!(index, "mod {module};");
        let mut text = header(domain);
        let _ = writeln!(
            text,
            "//! The operations of the domain `{}`.\n\nuse {}::*;\n\nuse crate::trial::Trial;\n",
            domain.name,
            Home::of(&domain.name).api(&domain.name)
        );
        if tried.iter().any(|operation| operation.deprecated) {
            text.push_str("#[allow(deprecated)] // They work as long as the platform keeps them.\n");
        }
        let _ = writeln!(
            text,
            "#[tokio::test]\nasync fn operations() {{\n    let mut trial = Trial::new({});",
            literal(&domain.name)
        );
        for operation in tried {
            let method = front
                .methods
                .get(&operation.id)
                .ok_or_else(|| format!("progenitor generated no method for operation `{}`", operation.id))?;
            text.push_str(&render_trial(operation, &inputs(operation, method)?));
        }
        text.push_str("    trial.end();\n}\n");
        files.insert(PathBuf::from(FOLDER).join(format!("{module}.rs")), text);
    }
    files.insert(PathBuf::from(FOLDER).join("mod.rs"), index);
    Ok(files)
}

/// Every struct and union of every domain. What the shared schemas become stands in each domain that uses it.
fn render_types(decided: &[Decided<'_>]) -> String {
    let mut text = format!(
        "// {}\n//! Every struct and every union of the domains.\n\nuse crate::schemas::Types;\n\npub fn each(types: &mut Types) {{\n",
        super::HEADER_TEXT
    );
    for Decided { domain, types, .. } in decided {
        let api = Home::of(&domain.name).api(&domain.name);
        for name in types.names(domain) {
            let _ = writeln!(
                text,
                "    types.one::<{api}::types::{name}>({});",
                literal(&format!("{}::{name}", domain.name))
            );
        }
    }
    text.push_str("}\n");
    text
}

fn render_trial(operation: &Operation, inputs: &[Input]) -> String {
    let name = type_name(&operation.id);
    let of = |input: &Input| value(input).replace("cc_runtime::", "cc_client::runtime::");
    let required: Vec<String> = inputs.iter().filter(|input| input.required).map(of).collect();
    let optional: Vec<String> = inputs
        .iter()
        .filter(|input| !input.required)
        .map(|input| format!(".{}({})", input.ident, of(input)))
        .collect();
    let function = if operation.is_stream() { "stream" } else { "operation" };
    let mut out = format!(
        "    trial\n        .{function}(\n            |{}| {name}::new(",
        if required.is_empty() { "_" } else { "of" }
    );
    let _ = write!(out, "{}),\n            ", required.join(", "));
    if optional.is_empty() {
        out.push_str("|request, _| request");
    } else {
        let _ = write!(out, "|request, of| request{}", optional.concat());
    }
    out.push_str(",\n        )\n        .await;\n");
    out
}

fn value(input: &Input) -> String {
    let name = literal(&input.name);
    match (input.place, input.ty.bare()) {
        ("body", Ty::Bytes) => "of.bytes()".to_owned(),
        ("body", Ty::String) if input.ident == "content_type" => "of.media()".to_owned(),
        ("body", Ty::String) => "of.text()".to_owned(),
        ("body", ty) => format!("of.body::<{}>()", ty.rust("types::")),
        (_, Ty::List(item)) => format!("of.each::<{}>({name})", item.rust("types::")),
        (_, ty) => format!("of.value::<{}>({name})", ty.rust("types::")),
    }
}

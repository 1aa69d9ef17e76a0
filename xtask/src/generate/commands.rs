//! The commands: whole from `x-command`, where one request does it, and their declarations from `x-commands`.

mod declared;
mod fields;
mod hand;
mod output;
mod page;
mod request;
mod reread;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use heck::ToSnakeCase;

use self::declared::Known;
pub use self::fields::{Field, Target};
pub use self::hand::HandWritten;
use self::output::Output;
use self::shape::Shape;
use super::homes::{Home, all_of};
use super::requests::{inputs, output};
use super::rust::{Ty, literal};
use super::{Decided, HEADER_TEXT, pretty};
use crate::spec::declared::{CommandKind, Declared};
use crate::spec::model::{Command, Operation};

/// The files below `generated/`, the commands in them, and what could not be made.
pub struct Rendered {
    pub files: BTreeMap<PathBuf, String>,
    pub names: BTreeSet<String>,
    pub notes: Vec<String>,
}

/// The module of a domain of commands.
pub fn module(domain: &str) -> String {
    domain.to_snake_case()
}

/// The features that a declared command needs: that of its domain, which switches on all that its commands need, and `stream`.
pub fn features<'a>(domain: &'a str, command: &Declared) -> BTreeSet<&'a str> {
    let stream = (command.kind == CommandKind::Stream).then_some("stream");
    stream.into_iter().chain([domain]).collect()
}

/// The commands of one crate.
pub fn render(home: &'static Home, decided: &[Decided<'_>], hand: &HandWritten) -> Result<Rendered, String> {
    // Domain → code.
    let mut domains: BTreeMap<&str, String> = BTreeMap::new();
    let mut names = BTreeSet::new();
    let mut notes = Vec::new();
    for domain in decided.iter().filter(|domain| home.holds(&domain.domain.name)) {
        for operation in &domain.domain.operations {
            let Some(command) = &operation.command else { continue };
            let module = module(&domain.domain.name);
            if let Some(model) = command.output.as_deref().filter(|output| *output != "void")
                && !hand.has_model(&module, model)
            {
                let document = &domain.domain.document;
                let method = operation.method.to_lowercase();
                let node = document.at(&["paths", &operation.path, &method, "x-command"]);
                notes.push(format!(
                    "spec/{}.yaml:{}: {} is not generated: commands/{module}/model.rs has no `{model}`",
                    domain.domain.name,
                    node.map_or(1, |node| node.line),
                    command.name
                ));
                continue;
            }
            let code = render_command(domain, operation, command)?;
            let _ = write!(domains.entry(&domain.domain.name).or_default(), "\n{code}");
            names.insert(command.name.clone());
        }
    }
    let known = Known::new(home, decided, hand);
    for (domain, command) in declared::all(home, decided) {
        let code = match declared::render(&known, domain, command) {
            Ok(code) => code,
            Err(why) => {
                notes.push(format!(
                    "spec/{domain}.yaml:{}: {} is not generated: {why}",
                    command.line, command.name
                ));
                continue;
            }
        };
        let _ = write!(domains.entry(domain).or_default(), "\n{code}");
        names.insert(command.name.clone());
    }
    let mut files = BTreeMap::new();
    let mut index = format!(
        "// {HEADER_TEXT}\n//! The declarations of all commands, a module for each domain.\n\n#![allow(unused_braces, deprecated, clippy::clone_on_copy, clippy::should_implement_trait, clippy::too_many_arguments, clippy::unnecessary_sort_by)]\n\n\
         {}#[cfg(feature = \"catalog\")]\npub(crate) mod catalog;\n\n/// The generated part of each domain.\npub mod commands {{\n",
        if home.has_features() { "pub(crate) mod api;\n" } else { "" }
    );
    for (domain, code) in &domains {
        let (name, condition) = (module(domain), all_of([domain]));
        let (attribute, ids) = if home.has_features() {
            (format!("    #[cfg({condition})]\n"), "#[allow(unused_imports)]\nuse crate::resolve::Ids;\n")
        } else {
            (String::new(), "")
        };
        let _ = writeln!(index, "{attribute}    pub mod {name};");
        let has_structs = code.contains("pub struct ");
        let serde = if has_structs { "use serde::{Deserialize, Serialize};\n" } else { "" };
        let text = format!(
            "//! Commands of the domain `{domain}`.\n\nuse cc_runtime::Result;\n{serde}\n#[allow(unused_imports)]\nuse crate::{{Command, Context}};\n{ids}{code}"
        );
        files.insert(
            PathBuf::from(format!("commands/{name}.rs")),
            pretty(&format!("// {HEADER_TEXT}\n"), &text)?,
        );
    }
    index.push_str("}\n");
    files.insert("mod.rs".into(), index);
    Ok(Rendered { files, names, notes })
}

/// A command of one request, as the surface lists it.
pub struct Described {
    /// Each with its place in the request, if it is sent.
    pub fields: Vec<(Field, Option<String>)>,
    pub output: String,
}

/// The fields of a command of one request, each with its place in the request if it is sent, and the output.
pub fn described(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
) -> Result<Described, String> {
    let method = decided.front.methods.get(&operation.id);
    let method = method.ok_or_else(|| format!("no method `{}`", operation.id))?;
    let inputs = inputs(operation, method)?;
    let place = |field: &Field| match &field.target {
        Target::Input(ident) => {
            let input = inputs.iter().find(|input| input.ident == *ident)?;
            let is_body = input.place == "body" && input.name == "body";
            Some(if is_body { "body".to_owned() } else { format!("{}.{}", input.place, input.name) })
        }
        Target::Property(ident) => {
            let Ty::Local(body) = &inputs.iter().find(|input| input.name == "body")?.ty else { return None };
            let property =
                decided.types.structs.get(body)?.fields.iter().find(|field| field.ident == *ident)?;
            Some(format!("body.{}", property.property))
        }
        Target::Nowhere => None,
    };
    let fields = fields::fields(decided, operation, command, &inputs)?;
    let fields = fields.into_iter().map(|field| {
        let place = place(&field);
        (field, place)
    });
    let output = Output::of(&decided.domain.name, operation, command, &output(operation, method), "");
    Ok(Described { fields: fields.collect(), output: output.surface() })
}

fn render_command(decided: &Decided<'_>, operation: &Operation, command: &Command) -> Result<String, String> {
    let domain = &decided.domain.name;
    let krate = format!("cc_api_{}", domain.to_snake_case());
    let types = format!("{krate}::types::");
    let method =
        decided.front.methods.get(&operation.id).ok_or_else(|| format!("no method `{}`", operation.id))?;
    let inputs = inputs(operation, method)?;
    let fields = fields::fields(decided, operation, command, &inputs)?;
    let module = module(domain);
    let output = Output::of(domain, operation, command, &output(operation, method), &types);
    let home = Home::of(domain);
    let mut shape = Shape {
        home,
        name: &command.name,
        module: &module,
        condition: "",
        types: &types,
        page: page::page(operation, command),
        example: String::new(),
        fields: fields.iter().map(Field::shape).collect(),
        constructors: &[],
        is_stream: false,
        cli: &command.cli,
        routes: vec![&operation.path],
    };
    shape.example = shape.made_up_example(output.void);
    let mut out = shape.render();
    let _ = writeln!(
        out,
        "\nimpl Command for {name} {{\n    const NAME: &'static str = {literal};\n    type Output = {};\n    type Context = Context;\n\n    \
         async fn run(self, cx: &Context) -> Result<Self::Output> {{",
        output.ty(),
        name = command.name,
        literal = literal(&command.name),
    );
    // The request knows them by the names of the operation.
    for check in request::checks(&fields, &inputs) {
        let _ = writeln!(out, "{check}");
    }
    let request =
        output.request(&request::render_build(decided, operation, command, &inputs, &fields, &krate)?);
    let ids = request::ids(operation, command, &fields);
    let called = |request: &str| match &ids {
        Some(ids) => format!("cx.resolved({ids}, |ids| {{ {request} }}).await"),
        None => format!("cx.call({{ {request} }}).await"),
    };
    let reread = match &command.reread {
        Some(reread) => Some(reread::render(decided, operation, command, reread, &fields, &output, &called)?),
        None => None,
    };
    out.push_str(&output.render(&called(&request), reread.as_deref()));
    out.push_str("    }\n}\n");
    Ok(out)
}

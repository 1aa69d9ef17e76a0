//! The declarations of the commands whose logic is written by hand, from `x-commands`.

use std::fmt::Write;

use super::hand::HandWritten;
use super::module;
use super::shape::{Shape, ShapeField};
use crate::generate::Decided;
use crate::generate::homes::Home;
use crate::generate::rust::{RUNTIME_TYPES, Ty, doc, field_name, literal, type_name};
use crate::spec::declared::{CommandKind, Declared, TypeText};

/// Context in which declarations are resolved.
pub(super) struct Known<'a> {
    pub(super) home: &'static Home,
    pub(super) hand: &'a HandWritten,
    decided: &'a [Decided<'a>],
}

impl<'a> Known<'a> {
    pub(super) fn new(home: &'static Home, decided: &'a [Decided<'a>], hand: &'a HandWritten) -> Self {
        Self { home, hand, decided }
    }

    /// The routes of the operations of a command, without repetitions.
    fn routes(&self, command: &Declared) -> Vec<&'a str> {
        let route = |id: &String| {
            let mut operations = self.decided.iter().flat_map(|one| &one.domain.operations);
            operations.find(|operation| operation.id == *id).map(|operation| operation.path.as_str())
        };
        let mut routes = Vec::new();
        for route in command.operations.iter().filter_map(route) {
            if !routes.contains(&route) {
                routes.push(route);
            }
        }
        routes
    }

    /// The path of the operation that a stream asks.
    fn stream_operation(&self, command: &Declared) -> Result<String, String> {
        let all = self.decided.iter().flat_map(|one| {
            one.domain.operations.iter().map(|operation| (one.domain.name.as_str(), operation))
        });
        let mut streams =
            all.filter(|(_, operation)| operation.is_stream() && command.operations.contains(&operation.id));
        match streams.next() {
            Some((domain, operation)) => {
                Ok(format!("cc_api_{}::{}", domain.replace('-', "_"), type_name(&operation.id)))
            }
            None => Err("`kind: stream` needs an operation that answers `text/event-stream`".to_owned()),
        }
    }

    /// Rust type for a type name of the spec.
    fn ty(&self, module: &str, text: &TypeText) -> Result<Ty, String> {
        let name = match text {
            TypeText::List(item) => return Ok(Ty::List(Box::new(self.ty(module, item)?))),
            TypeText::Name(name) => name.as_str(),
        };
        let plain = match name {
            "string" => Some(Ty::String),
            "boolean" => Some(Ty::Bool),
            "integer" => Some(Ty::I64),
            "int32" => Some(Ty::I32),
            "uint64" => Some(Ty::U64),
            "number" => Some(Ty::F64),
            "json" => Some(Ty::Json),
            "seconds" => Some(Ty::Seconds),
            "void" => Some(Ty::Unit),
            _ => None,
        };
        if let Some(plain) = plain {
            return Ok(plain);
        }
        if let Some((domain, name)) = name.split_once('.') {
            let known = self.decided.iter().find(|one| one.domain.name == domain);
            let schema = known
                .filter(|one| one.domain.schemas.contains_key(name) || one.domain.shared.contains_key(name));
            return match schema {
                Some(_) => Ok(Ty::Path(format!("cc_api_{}::types::{name}", domain.replace('-', "_")))),
                None => Err(format!("spec/{domain}.yaml has no schema `{name}`")),
            };
        }
        if RUNTIME_TYPES.contains(&name) {
            return Ok(Ty::Core(name.to_owned()));
        }
        match self.hand.path(module, name) {
            Some(path) => Ok(Ty::Path(path)),
            None => Err(format!(
                "there is no type `{name}` below {}: a wire type is `domain.{name}`",
                self.home.src()
            )),
        }
    }
}

/// The struct of a command, and the implementation of its trait, which calls the logic.
pub(super) fn render(known: &Known<'_>, domain: &str, command: &Declared) -> Result<String, String> {
    let module = module(domain);
    // The module has the feature of its domain.
    let condition = match command.kind {
        CommandKind::Stream => known.home.condition(["stream"]),
        _ => String::new(),
    };
    let output = match &command.output {
        Some(output) => known.ty(&module, output)?.rust(""),
        None => "()".to_owned(),
    };
    let output = if command.may_be_empty { format!("Option<{output}>") } else { output };
    let mut out = String::new();
    if !command.input_by_hand {
        let mut shape = Shape {
            home: known.home,
            name: &command.name,
            module: &module,
            condition: &condition,
            types: "",
            page: page(command),
            example: String::new(),
            fields: fields(known, &module, command)?,
            constructors: &command.constructors,
            is_stream: command.kind == CommandKind::Stream,
            cli: &command.cli,
            routes: known.routes(command),
        };
        shape.example = match &command.example {
            Some(code) => written_example(code),
            None => shape.made_up_example(output == "()"),
        };
        out.push_str(&shape.render());
    }
    let name = if command.input_by_hand {
        format!("crate::{}", known.home.path(&module, &command.name))
    } else {
        command.name.clone()
    };
    let literal = literal(&command.name);
    let clean_up = command.clean_up.map_or_else(String::new, |seconds| {
        format!("    const CLEAN_UP: std::time::Duration = std::time::Duration::from_secs({seconds});\n")
    });
    let _ = match command.kind {
        CommandKind::Once => writeln!(
            out,
            "\n{condition}impl Command for {name} {{\n    const NAME: &'static str = {literal};\n{clean_up}    type Output = {output};\n    type Context = Context;\n\n    \
             async fn run(self, cx: &Context) -> Result<Self::Output> {{\n        crate::command::Run::run(self, cx).await\n    }}\n}}"
        ),
        CommandKind::Stream => writeln!(
            out,
            "\n{condition}impl crate::stream::StreamCommand for {name} {{\n    const NAME: &'static str = {literal};\n    \
             const HEARTBEAT_MS: u64 = <{} as cc_runtime::StreamOperation>::HEARTBEAT_MS;\n    type Item = {output};\n\n    \
             fn ids(&self) -> Ids<'_> {{\n        crate::stream::Follow::ids(self)\n    }}\n\n    \
             fn request(&self, ids: &crate::resolve::ResolvedIds, attempt: &cc_stream::Attempt) -> Result<cc_runtime::Request> {{\n        crate::stream::Follow::request(self, ids, attempt)\n    }}\n\n    \
             fn format(reader: &crate::stream::EventReader) -> cc_stream::Format<Self::Item> {{\n        <Self as crate::stream::Follow>::format(reader)\n    }}\n\n    \
             fn limit(&self) -> Option<u64> {{\n        crate::stream::Follow::limit(self)\n    }}\n\n    \
             fn has_fixed_start(&self) -> bool {{\n        crate::stream::Follow::has_fixed_start(self)\n    }}\n}}",
            known.stream_operation(command)?
        ),
        CommandKind::Url => writeln!(
            out,
            "\n{condition}impl crate::command::UrlCommand for {name} {{\n    const NAME: &'static str = {literal};\n\n    \
             fn request(&self) -> Result<cc_runtime::Request> {{\n        crate::command::Locate::locate(self)\n    }}\n}}"
        ),
    };
    Ok(out)
}

fn fields(known: &Known<'_>, module: &str, command: &Declared) -> Result<Vec<ShapeField>, String> {
    let mut fields = Vec::new();
    for field in &command.fields {
        let ty = known.ty(module, &field.ty).map_err(|why| format!("`{}`: {why}", field.name))?;
        let description = match &field.default {
            Some(default) => format!("{} Default: {default}.", field.description),
            None => field.description.clone(),
        };
        fields.push(ShapeField {
            ident: field_name(&field.name),
            name: field.name.clone(),
            ty: if field.required { ty } else { ty.optional() },
            required: field.required,
            description,
        });
    }
    Ok(fields)
}

fn page(command: &Declared) -> String {
    let mut text = command.summary.clone();
    if !command.description.is_empty() {
        let _ = write!(text, "\n\n{}", command.description);
    }
    let operations: Vec<String> =
        command.operations.iter().map(|operation| format!("`{operation}`")).collect();
    if !operations.is_empty() {
        let word = if operations.len() == 1 { "Operation" } else { "Operations" };
        let _ = write!(text, "\n\n{word}: {}.", operations.join(", "));
    }
    if !command.errors.is_empty() {
        text.push_str("\n\n# Errors");
        for error in &command.errors {
            let _ = write!(text, "\n- {error}");
        }
    }
    linked(&doc("", &text))
}

/// `ErrorKind::X` at the start of an error becomes a link.
fn linked(page: &str) -> String {
    page.lines()
        .map(|line| match line.strip_prefix("/// - `ErrorKind::").and_then(|rest| rest.split_once('`')) {
            Some((kind, rest)) => format!("/// - [`{kind}`](cc_runtime::ErrorKind::{kind}){rest}\n"),
            None => format!("{line}\n"),
        })
        .collect()
}

fn written_example(code: &str) -> String {
    let mut out = "///\n/// # Example\n/// ```\n".to_owned();
    for line in code.lines() {
        let _ = writeln!(out, "///{}{line}", if line.is_empty() { "" } else { " " });
    }
    out.push_str("/// ```\n");
    out
}

/// Every declared command of a crate with the domain of the spec that declares it.
pub(super) fn all<'a>(
    home: &'static Home,
    decided: &'a [Decided<'a>],
) -> impl Iterator<Item = (&'a str, &'a Declared)> {
    decided
        .iter()
        .filter(|one| home.holds(&one.domain.name))
        .flat_map(|one| one.domain.commands.iter().map(|command| (one.domain.name.as_str(), command)))
}

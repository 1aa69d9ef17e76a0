//! How the answer of a request becomes the output of a command.

use std::fmt::Write;

use super::module;
use crate::generate::rust::{Ty, field_name};
use crate::spec::model::{Command, Operation};

/// How the answer becomes the output.
pub(super) struct Output {
    /// The type of one thing.
    pub(super) one: String,
    pub(super) list: bool,
    /// Whether each thing is turned into a model.
    pub(super) model: bool,
    pub(super) void: bool,
    pub(super) binary: bool,
    pub(super) empty: Option<String>,
    pub(super) sort: Option<String>,
}

impl Output {
    pub(super) fn of(operation: &Operation, command: &Command, ty: &Ty, types: &str) -> Self {
        let void = command.output.as_deref() == Some("void") || *ty == Ty::Unit;
        let model = command.output.is_some() && !void;
        let (list, one) = match ty {
            Ty::List(item) => (true, &**item),
            other => (false, other),
        };
        let module = module(&command.domain);
        let one = match &command.output {
            Some(model) if !void => format!("crate::commands::{module}::model::{model}"),
            _ => one.rust(types),
        };
        let binary = *ty == Ty::Bytes;
        debug_assert!(!operation.id.is_empty());
        Self { one, list, model, void, binary, empty: command.empty.clone(), sort: command.sort.clone() }
    }

    pub(super) fn ty(&self) -> String {
        let ty = if self.void {
            "()".to_owned()
        } else if self.binary {
            "crate::Binary".to_owned()
        } else if self.list {
            format!("Vec<{}>", self.one)
        } else {
            self.one.clone()
        };
        if self.empty.as_deref() == Some("null") { format!("Option<{ty}>") } else { ty }
    }

    pub(super) fn render(&self, call: &str) -> String {
        let mut out = String::new();
        match self.empty.as_deref() {
            Some(kind) => {
                let nothing = if kind == "list" { "Vec::new()" } else { "None" };
                let _ = writeln!(
                    out,
                    "let answer = match {call} {{ Ok(answer) => answer, Err(error) if error.is_not_found() => return Ok({nothing}), Err(error) => return Err(error) }};"
                );
            }
            None if self.void => {
                let _ = writeln!(out, "{call}?;\nOk(())");
                return out;
            }
            None => {
                let _ = writeln!(out, "let answer = {call}?;");
            }
        }
        if self.void {
            out.push_str("drop(answer);\nOk(Some(()))\n");
            return out;
        }
        let mut value = "answer.into_inner()".to_owned();
        if self.binary {
            value = format!("crate::Binary::from({value})");
        } else if self.model && self.list {
            value = format!("{value}.into_iter().map(Into::into).collect()");
        } else if self.model {
            value = format!("{value}.into()");
        }
        if let (Some(sort), true) = (&self.sort, self.list) {
            let (field, descending) = match sort.strip_prefix('-') {
                Some(field) => (field_name(field), true),
                None => (field_name(sort), false),
            };
            let (a, b) = if descending { ("b", "a") } else { ("a", "b") };
            let sort = match (field.as_str(), descending) {
                // `self` sorts things that have no fields, such as texts.
                ("self_", false) => "list.sort();".to_owned(),
                ("self_", true) => "list.sort_by(|a, b| b.cmp(a));".to_owned(),
                _ => format!("list.sort_by(|a, b| {a}.{field}.cmp(&{b}.{field}));"),
            };
            let _ = writeln!(out, "let mut list: Vec<{}> = {value};\n{sort}", self.one);
            value = "list".to_owned();
        }
        if self.empty.as_deref() == Some("null") {
            let _ = writeln!(out, "Ok(Some({value}))");
        } else {
            let _ = writeln!(out, "Ok({value})");
        }
        out
    }
}

//! Conversion of the answer of a request to the output of a command.

use std::fmt::Write;

use heck::ToSnakeCase;

use crate::generate::rust::{Ty, field_name};
use crate::spec::model::{Command, Operation};

/// Conversion of the answer to the output.
pub(super) struct Output {
    /// The type of one thing.
    pub(super) one: String,
    /// The same for the surface.
    short: String,
    pub(super) list: bool,
    /// `true` if each item is converted to a model.
    pub(super) model: bool,
    pub(super) void: bool,
    pub(super) binary: bool,
    /// `true` if 404 is the empty list.
    or_empty: bool,
    /// `true` if a success without a body means that nothing is there.
    present: bool,
    pub(super) sort: Option<String>,
    /// `true` if the platform may omit the answer, because it belongs to a change.
    pub(super) change: bool,
    /// `true` if the resolver learns the owner of the resource.
    pub(super) teaches: bool,
}

impl Output {
    pub(super) fn of(domain: &str, operation: &Operation, command: &Command, ty: &Ty, types: &str) -> Self {
        let module = super::module(domain);
        let void = command.output.as_deref() == Some("void") || *ty == Ty::Unit;
        let model = command.output.is_some() && !void;
        let change = ty.is_option() && operation.is_change();
        let ty = if change { ty.bare() } else { ty };
        let (list, one) = match ty {
            Ty::List(item) => (true, &**item),
            other => (false, other),
        };
        let short = command.output.clone().unwrap_or_else(|| one.surface_in(&format!("{domain}.")));
        let one = match &command.output {
            Some(model) if !void => format!("crate::commands::{module}::model::{model}"),
            _ => one.rust(types),
        };
        let binary = *ty == Ty::Bytes;
        let present = !(void || binary || list || operation.is_change());
        Self {
            one,
            short,
            list,
            model,
            void,
            binary,
            or_empty: command.or_empty,
            present,
            sort: command.sort.clone(),
            change,
            teaches: command.teaches,
        }
    }

    pub(super) fn ty(&self) -> String {
        if self.void {
            "()".to_owned()
        } else if self.binary {
            "crate::Binary".to_owned()
        } else if self.list {
            format!("Vec<{}>", self.one)
        } else {
            self.one.clone()
        }
    }

    /// The output for the surface.
    pub(super) fn surface(&self) -> String {
        match (self.void, self.binary, self.list) {
            (true, ..) => "void".to_owned(),
            (_, true, _) => "bytes".to_owned(),
            (_, _, true) => format!("[{}]", self.short),
            _ => self.short.clone(),
        }
    }

    /// The request as it is called: an answer that is not used is not read, and one that a read needs must not be empty.
    pub(super) fn request(&self, request: &str) -> String {
        if self.void {
            format!("cc_runtime::Discard({{ {request} }})")
        } else if self.present {
            format!("cc_runtime::OrNotFound({{ {request} }})")
        } else {
            request.to_owned()
        }
    }

    /// The output in words, for the error that says that it was not answered.
    pub(super) fn what(&self) -> String {
        let name = self.one.rsplit("::").next().unwrap_or_default().to_snake_case().replace('_', " ");
        let name = name.replace("addon", "add-on");
        if self.list { format!("the list of {name}s") } else { format!("the {name}") }
    }

    /// The expression that turns a value of the wire type into one of the output type.
    pub(super) fn converted(&self, value: &str) -> String {
        if self.binary {
            format!("crate::Binary::from({value})")
        } else if self.model && self.list {
            format!("{value}.into_iter().map(Into::into).collect()")
        } else if self.model {
            format!("{value}.into()")
        } else {
            value.to_owned()
        }
    }

    /// The statements that turn the answer of `call` into the output. `reread` is the expression of the output of a change that
    /// may be answered without one.
    pub(super) fn render(&self, call: &str, reread: Option<&str>) -> String {
        let mut out = String::new();
        if self.void {
            let _ = writeln!(out, "{call}?;\nOk(())");
            return out;
        }
        if self.or_empty {
            let _ = writeln!(
                out,
                "let answer = match {call} {{ Ok(answer) => answer, Err(error) if error.is_not_found() => return Ok(Vec::new()), Err(error) => return Err(error) }};"
            );
        } else {
            let _ = writeln!(out, "let answer = {call}?;");
        }
        let mut value = if let (true, Some(reread)) = (self.change, reread) {
            let _ = writeln!(out, "let value: {} = {reread};", self.ty());
            "value".to_owned()
        } else if self.change {
            self.converted(&format!("answer.required({:?})?.into_inner()", self.what()))
        } else {
            self.converted("answer.into_inner()")
        };
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
        if self.teaches {
            let each = if self.list { "&output" } else { "[&output]" };
            let _ = writeln!(out, "let output: {} = {value};\ncx.learn(&self.owner_id, {each});", self.ty());
            value = "output".to_owned();
        }
        let _ = writeln!(out, "Ok({value})");
        out
    }
}

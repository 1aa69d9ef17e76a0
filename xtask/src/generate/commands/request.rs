//! Conversion of the fields of a command to its request.

use std::fmt::Write;

use serde_json::Value;

use super::fields::{Field, Target};
use crate::generate::Decided;
use crate::generate::requests::Input;
use crate::generate::rust::{Ty, field_name, literal, type_name};
use crate::spec::model::{Command, Operation};

/// The statements that refuse an input which no request can hold, for those that the command calls by another name than the
/// operation: the error of the request would name one that the caller does not know.
pub(super) fn checks(fields: &[Field], inputs: &[Input]) -> Vec<String> {
    let renamed = inputs.iter().filter_map(|input| {
        let target = Target::Input(input.ident.clone());
        let field = fields.iter().find(|field| field.target == target && field.name != input.name)?;
        let check = match input.place {
            "path" => "check_path",
            "query" if !matches!(field.ty.bare(), Ty::List(_)) => "check_query",
            _ => return None,
        };
        let (ident, own, wire) = (&field.ident, literal(&field.name), literal(&input.name));
        Some(if field.ty.is_option() {
            format!("if let Some({ident}) = &self.{ident} {{ cc_runtime::__private::{check}({wire}, {own}, {ident})?; }}")
        } else {
            format!("cc_runtime::__private::{check}({wire}, {own}, &self.{ident})?;")
        })
    });
    renamed.collect()
}

/// The ids that are resolved before the request is made.
pub(super) fn ids(operation: &Operation, command: &Command, fields: &[Field]) -> Option<String> {
    let mut ids = String::from("Ids::new()");
    let mut any = false;
    if let Some(owner) = &command.owner
        && let Some(field) = fields.iter().find(|field| field.name == *owner)
    {
        let explicit =
            if operation.path.contains("{ownerId}") || fields.iter().any(|field| field.ident == "owner_id") {
                "self.owner_id.clone()"
            } else {
                "None"
            };
        let _ = write!(ids, ".owner({explicit}, &self.{})", field.ident);
        any = true;
    }
    for (name, kind) in &command.addon {
        if let Some(field) = fields.iter().find(|field| field.name == *name) {
            let _ = match kind.as_str() {
                "RESOURCE" => {
                    write!(ids, ".resource(&cc_runtime::ResourceId::from(self.{}.as_str()))", field.ident)
                }
                "REAL" => write!(ids, ".real_addon(&self.{})", field.ident),
                _ => write!(ids, ".addon(&self.{})", field.ident),
            };
            any = true;
        }
    }
    any.then_some(ids)
}

/// The expression that makes the request.
///
/// # Errors
/// When a required input is neither a field of the command nor a constant.
pub(super) fn render_build(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
    inputs: &[Input],
    fields: &[Field],
    krate: &str,
) -> Result<String, String> {
    let types = format!("{krate}::types::");
    let of_input = |ident: &str| fields.iter().find(|field| field.target == Target::Input(ident.to_owned()));
    let constant = |place: &str, name: &str| {
        let target = format!("{place}.{name}");
        command.constants.iter().find(|(place, _)| *place == target).map(|(_, value)| value_literal(value))
    };
    let missing = |name: &str| {
        format!("{}: the required input `{name}` of `{}` is not given", command.name, operation.id)
    };
    let value = |input: &Input| -> Result<String, String> {
        if let Some(field) = of_input(&input.ident) {
            if command.owner.is_some() && input.name == "ownerId" && input.place == "path" {
                return Ok("ids.owner_id()".to_owned());
            }
            if let Some((_, kind)) = command.addon.iter().find(|(name, _)| *name == field.name) {
                let id = match kind.as_str() {
                    "RESOURCE" => "ids.resource_id().as_str()",
                    "REAL" => "ids.real_addon_id()",
                    _ => "ids.addon_id()",
                };
                return Ok(id.to_owned());
            }
            return Ok(format!("self.{}.clone()", field.ident));
        }
        let given = constant(input.place, &input.name);
        given.ok_or_else(|| missing(&input.name))
    };
    let mut out = String::new();
    // The body first: its parts are fields of the command.
    let body = inputs.iter().find(|input| input.place == "body" && input.name == "body");
    let flattened = fields.iter().any(|field| matches!(field.target, Target::Property(_)))
        || command.constants.iter().any(|(place, _)| place.starts_with("body."));
    if let (Some(body), true) = (body, flattened) {
        let struct_name = if let Ty::Local(name) = &body.ty { name.as_str() } else { "" };
        let properties = decided.types.structs.get(struct_name).map(|body| body.fields.as_slice());
        let given = |property: &str| {
            fields.iter().find(|field| field.target == Target::Property(property.to_owned()))
        };
        let required = properties
            .unwrap_or_default()
            .iter()
            .filter(|property| property.required)
            .map(|property| match given(&property.ident) {
                Some(field) => Ok(format!("self.{}.clone()", field.ident)),
                None => constant("body", &property.property).ok_or_else(|| missing(&property.property)),
            })
            .collect::<Result<Vec<String>, String>>()?;
        let _ = writeln!(
            out,
            "#[allow(unused_mut)]\nlet mut body = {}::new({});",
            body.ty.rust(&types),
            required.join(", ")
        );
        for field in fields.iter().filter(|field| !field.required) {
            if let Target::Property(property) = &field.target {
                let _ = writeln!(out, "body.{property} = self.{}.clone();", field.ident);
                if command.sent_empty.iter().any(|name| field_name(name) == *property) {
                    let _ = writeln!(out, "body.{property}.get_or_insert_default();");
                }
            }
        }
        for property in properties.unwrap_or_default().iter().filter(|property| !property.required) {
            if let Some(value) = constant("body", &property.property) {
                let _ = writeln!(out, "body.{} = Some({});", property.ident, owned(value));
            }
        }
    }
    let arguments = inputs
        .iter()
        .filter(|input| input.required)
        .map(|input| if input.ident == "body" && flattened { Ok("body".to_owned()) } else { value(input) })
        .collect::<Result<Vec<String>, String>>()?;
    let optional: Vec<&Input> = inputs.iter().filter(|input| !input.required).collect();
    let name = type_name(&operation.id);
    if optional.is_empty() {
        let _ = write!(out, "{krate}::{name}::new({})", arguments.join(", "));
    } else {
        let _ = writeln!(out, "let mut request = {krate}::{name}::new({});", arguments.join(", "));
        for input in optional {
            match constant(input.place, &input.name) {
                Some(value) => {
                    let _ = writeln!(out, "request.{} = Some({});", input.ident, owned(value));
                }
                None => {
                    // Of an operation that is read again, an optional input stays absent.
                    if of_input(&input.ident).is_some() {
                        let _ = writeln!(out, "request.{} = {};", input.ident, value(input)?);
                    }
                }
            }
        }
        out.push_str("request");
    }
    Ok(out)
}

/// A literal as the value of a field.
fn owned(literal: String) -> String {
    if literal.starts_with('"') { format!("{literal}.into()") } else { literal }
}

fn value_literal(value: &Value) -> String {
    match value {
        Value::String(text) => literal(text),
        other => other.to_string(),
    }
}

//! The fields of a command that is one request: which there are, and where each one goes.

use super::shape::ShapeField;
use crate::generate::Decided;
use crate::generate::requests::Input;
use crate::generate::rust::{Ty, camel_name, field_name};
use crate::spec::check::command::RESOLVABLE;
use crate::spec::model::{Command, Operation};

/// A field of a command.
pub struct Field {
    /// Name of the field in JSON.
    pub name: String,
    pub ident: String,
    pub ty: Ty,
    pub required: bool,
    pub description: String,
    /// Destination of the field.
    pub target: Target,
}

impl Field {
    pub(super) fn shape(&self) -> ShapeField {
        ShapeField {
            name: self.name.clone(),
            ident: self.ident.clone(),
            ty: self.ty.clone(),
            required: self.required,
            description: self.description.clone(),
        }
    }
}

#[derive(PartialEq)]
pub enum Target {
    /// An input of the operation, by its identifier.
    Input(String),
    /// A property of the body, by its field.
    Property(String),
    /// Only resolved from, not sent itself.
    Nowhere,
}

/// All fields, the required ones first.
pub(super) fn fields(
    decided: &Decided<'_>,
    operation: &Operation,
    command: &Command,
    inputs: &[Input],
) -> Result<Vec<Field>, String> {
    let named = |target: &str| {
        command.fields.iter().find(|(_, place)| place == target).map(|(field, _)| field.clone())
    };
    let constant = |target: &str| command.constants.iter().any(|(place, _)| place == target);
    let mut fields = Vec::new();
    for input in inputs {
        let target = format!("{}.{}", input.place, input.name);
        let whole = named("body").filter(|_| input.place == "body" && input.name == "body");
        if constant(&target) {
            continue;
        }
        if input.place == "body"
            && whole.is_none()
            && let Ty::Local(name) = &input.ty
            && let Some(body) = decided.types.structs.get(name)
        {
            for property in &body.fields {
                let target = format!("body.{}", property.property);
                if constant(&target) {
                    continue;
                }
                let name = named(&target).unwrap_or_else(|| camel_name(&property.property));
                fields.push(Field {
                    ident: field_name(&name),
                    name,
                    ty: property.ty.clone(),
                    required: property.required,
                    description: property.description.clone(),
                    target: Target::Property(property.ident.clone()),
                });
            }
            continue;
        }
        let name = whole.or_else(|| named(&target)).unwrap_or_else(|| camel_name(&input.name));
        let mut field = Field {
            ident: field_name(&name),
            ty: input.ty.clone(),
            required: input.required,
            description: input.description.clone(),
            target: Target::Input(input.ident.clone()),
            name,
        };
        if command.addon.iter().any(|(addon, kind)| *addon == field.name && kind != "RESOURCE") {
            let any = Ty::Core("AnyAddonId".to_owned());
            field.ty = if field.required { any } else { any.optional() };
        }
        if command.owner.is_some() && input.place == "path" && input.name == "ownerId" {
            field.required = false;
            field.ty = field.ty.optional();
            field.description = "Id of the owner. Default: resolved.".to_owned();
        }
        fields.push(field);
    }
    // Inputs that the official client accepts without sending them.
    for (name, _) in command.fields.iter().filter(|(_, place)| place == "nowhere") {
        fields.push(Field {
            name: name.clone(),
            ident: field_name(name),
            ty: if name == "ownerId" { Ty::Core("OwnerId".to_owned()) } else { Ty::String }.optional(),
            required: false,
            description: "Accepted for compatibility with the official client. It is not sent.".to_owned(),
            target: Target::Nowhere,
        });
    }
    // The id from which the owner is resolved need not be an input of the operation.
    if let Some(owner) = &command.owner
        && !fields.iter().any(|field| field.name == *owner)
    {
        let Some((_, ty)) = RESOLVABLE.iter().find(|(name, _)| name == owner) else {
            return Err(format!(
                "{}: the owner cannot be resolved from `{owner}` of `{}`",
                command.name, operation.id
            ));
        };
        fields.push(Field {
            name: owner.clone(),
            ident: field_name(owner),
            ty: Ty::Core((*ty).to_owned()),
            required: true,
            description: "Id from which the owner is resolved.".to_owned(),
            target: Target::Nowhere,
        });
    }
    fields.sort_by_key(|field| !field.required);
    Ok(fields)
}

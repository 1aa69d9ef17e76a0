//! What progenitor makes of a domain: the type of every property, parameter, body and answer.
//!
//! Progenitor (positional style) is the judge of how a schema becomes a Rust type. Its functions are not kept: one request
//! type an operation, built by plain functions and carried by one runtime, stands in their place (`docs/adr/0001-…`).

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use progenitor::{GenerationSettings, Generator, TypeImpl};
use serde_json::{Map, Value, json};

use super::rust::{Ty, type_name};
use crate::spec::model::{Domain, Operation};

/// The types of one domain.
#[derive(Debug, Default)]
pub struct Front {
    /// Struct name → property → type.
    pub structs: BTreeMap<String, BTreeMap<String, Ty>>,
    /// Named schemas that are neither struct, enum nor union → what they wrap.
    pub wrappers: BTreeMap<String, Ty>,
    pub methods: BTreeMap<String, Method>,
}

/// The types of one operation.
#[derive(Debug, Default)]
pub struct Method {
    /// Argument (progenitor's name) → type.
    pub arguments: BTreeMap<String, Ty>,
    /// The answer's JSON.
    pub output: Option<Ty>,
}

/// What kind of type a named schema becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Struct,
    Enum,
    Union,
    Wrapper,
    /// A type of `cc-runtime`.
    Core,
}

pub fn shape(schema: &Value) -> Shape {
    if schema.get("x-rust-type").is_some() {
        Shape::Core
    } else if schema.get("enum").is_some() {
        Shape::Enum
    } else if schema.get("oneOf").is_some() {
        Shape::Union
    } else if schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty()) {
        Shape::Struct
    } else {
        Shape::Wrapper
    }
}

/// Runs progenitor over a domain.
pub fn read(domain: &Domain) -> Result<Front, String> {
    let document = document(domain);
    let spec: openapiv3::OpenAPI = serde_json::from_value(document)
        .map_err(|error| format!("the bundled document of `{}` is not OpenAPI: {error}", domain.name))?;
    let settings = settings(domain);
    // Progenitor panics on some constructs that the rules do not know yet: name the domain instead of losing the run.
    let tokens = catch_unwind(AssertUnwindSafe(|| Generator::new(&settings).generate_tokens(&spec)))
        .map_err(|_| format!("progenitor panicked on the domain `{}`", domain.name))?
        .map_err(|error| format!("progenitor refused the domain `{}`: {error}", domain.name))?;
    let file: syn::File =
        syn::parse2(tokens).map_err(|error| format!("progenitor's output does not parse: {error}"))?;
    let mut front = Front::default();
    for item in file.items {
        match item {
            syn::Item::Mod(module) if module.ident == "types" => {
                for item in module.content.map(|(_, items)| items).unwrap_or_default() {
                    if let syn::Item::Struct(item) = item {
                        read_struct(&item, &mut front)?;
                    }
                }
            }
            syn::Item::Impl(implementation) if implementation.trait_.is_none() => {
                for item in implementation.items {
                    if let syn::ImplItem::Fn(function) = item
                        && function.sig.asyncness.is_some()
                    {
                        let method = read_method(&function.sig)?;
                        front.methods.insert(function.sig.ident.to_string(), method);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(front)
}

fn settings(domain: &Domain) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap");
    for (name, schema) in domain.schemas.iter().chain(&domain.shared) {
        let rust = match shape(schema) {
            Shape::Core => schema["x-rust-type"].as_str().unwrap_or_default().to_owned(),
            Shape::Enum | Shape::Union => format!("crate::types::{}", type_name(name)),
            Shape::Struct | Shape::Wrapper => continue,
        };
        settings.with_replacement(type_name(name), rust, [TypeImpl::Display, TypeImpl::Default].into_iter());
    }
    settings
}

/// The document that progenitor gets: what it needs for types, and nothing that it stumbles over.
fn document(domain: &Domain) -> Value {
    let mut paths = Map::new();
    for operation in &domain.operations {
        let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        item[operation.method.to_lowercase()] = operation_document(operation);
    }
    let schemas: Map<String, Value> = domain
        .schemas
        .iter()
        .chain(&domain.shared)
        .map(|(name, schema)| (name.clone(), plain(schema)))
        .collect();
    json!({
        "openapi": "3.0.3",
        "info": { "title": domain.title, "version": "0" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn operation_document(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.required,
                "schema": plain(&parameter.schema),
            })
        })
        .collect();
    let json_answer = operation.success.media.as_deref().is_some_and(is_json) || operation.is_stream();
    let content = match &operation.success.schema {
        Some(schema) if json_answer => json!({ "application/json": { "schema": plain(schema) } }),
        _ => json!({}),
    };
    let mut document = json!({
        "operationId": operation.id,
        "parameters": parameters,
        "responses": { "200": { "description": "-", "content": content } },
    });
    if let Some(body) = &operation.body
        && (is_json(&body.media) || body.media == "application/x-www-form-urlencoded")
    {
        document["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": plain(&body.schema) } } });
    }
    document
}

pub fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

/// A schema without what only validates or explains.
fn plain(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    if let Some(reference) = map.get("$ref") {
        return json!({ "$ref": reference });
    }
    if map.contains_key("x-rust-type") || map.contains_key("oneOf") || map.contains_key("enum") {
        // Replaced by name: the shape does not matter.
        return json!({ "type": "string" });
    }
    let mut out = Map::new();
    for key in ["type", "required", "nullable"] {
        if let Some(value) = map.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(format @ ("int32" | "int64")) = map.get("format").and_then(Value::as_str) {
        out.insert("format".to_owned(), json!(format));
    }
    if let Some(items) = map.get("items") {
        out.insert("items".to_owned(), plain(items));
    }
    if let Some(properties) = map.get("properties").and_then(Value::as_object) {
        let properties: Map<String, Value> =
            properties.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        out.insert("properties".to_owned(), properties.into());
    }
    if let Some(values) = map.get("additionalProperties") {
        out.insert("additionalProperties".to_owned(), plain(values));
    }
    out.into()
}

fn read_struct(item: &syn::ItemStruct, front: &mut Front) -> Result<(), String> {
    let name = item.ident.to_string();
    match &item.fields {
        syn::Fields::Named(fields) => {
            let mut properties = BTreeMap::new();
            for field in &fields.named {
                let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                let property =
                    renamed(&field.attrs).unwrap_or_else(|| ident.trim_start_matches("r#").to_owned());
                properties.insert(property, ty(&field.ty)?);
            }
            front.structs.insert(name, properties);
        }
        syn::Fields::Unnamed(fields) => {
            if let Some(field) = fields.unnamed.first() {
                front.wrappers.insert(name, ty(&field.ty)?);
            }
        }
        syn::Fields::Unit => {}
    }
    Ok(())
}

/// The value of `#[serde(rename = "…")]`.
fn renamed(attributes: &[syn::Attribute]) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    found
}

fn read_method(signature: &syn::Signature) -> Result<Method, String> {
    let mut method = Method::default();
    for input in &signature.inputs {
        if let syn::FnArg::Typed(argument) = input
            && let syn::Pat::Ident(ident) = &*argument.pat
        {
            let name = ident.ident.to_string().trim_start_matches("r#").trim_end_matches('_').to_owned();
            method.arguments.insert(name, ty(&argument.ty)?);
        }
    }
    if let syn::ReturnType::Type(_, result) = &signature.output {
        // `Result<ResponseValue<T>, Error<…>>`
        let answer =
            arguments(result).into_iter().next().map(arguments).and_then(|inner| inner.into_iter().next());
        method.output = answer.filter(|answer| !is_named(answer, "ByteStream")).map(ty).transpose()?;
    }
    Ok(method)
}

fn is_named(ty: &syn::Type, name: &str) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == name))
}

/// The generic arguments of a path.
fn arguments(ty: &syn::Type) -> Vec<&syn::Type> {
    let syn::Type::Path(path) = ty else { return Vec::new() };
    let Some(syn::PathArguments::AngleBracketed(arguments)) = path.path.segments.last().map(|s| &s.arguments)
    else {
        return Vec::new();
    };
    arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

fn ty(ty: &syn::Type) -> Result<Ty, String> {
    match ty {
        syn::Type::Reference(reference) => self::ty(&reference.elem),
        syn::Type::Slice(slice) => Ok(Ty::List(Box::new(self::ty(&slice.elem)?))),
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Ty::Unit),
        syn::Type::Path(path) => {
            let segments: Vec<String> =
                path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let inner = arguments(ty);
            let one = |index: usize| {
                let inner = inner
                    .get(index)
                    .ok_or_else(|| format!("`{}` has no type argument", segments.join("::")))?;
                self::ty(inner).map(Box::new)
            };
            Ok(match segments.last().map(String::as_str).unwrap_or_default() {
                "String" | "str" => Ty::String,
                "bool" => Ty::Bool,
                "i32" => Ty::I32,
                "i64" | "u64" | "NonZeroU64" => Ty::I64,
                "f64" | "f32" => Ty::F64,
                "Value" => Ty::Json,
                "Option" => Ty::Option(one(0)?),
                "Vec" => Ty::List(one(0)?),
                "Box" => Ty::Boxed(one(0)?),
                "BTreeMap" => Ty::Map(one(1)?),
                "Map" => Ty::JsonMap,
                name if segments.first().is_some_and(|first| first == "cc_runtime") => {
                    Ty::Core(name.to_owned())
                }
                name => Ty::Local(name.to_owned()),
            })
        }
        _ => Err("progenitor generated a type that xtask cannot read".to_owned()),
    }
}

//! Calls progenitor for a domain: names, optionality, variants, formats and boxes of its types.
//!
//! Progenitor (positional style) gets the schemas as they stand in the spec and is the judge of how they become Rust. The table in
//! `overrides/table.rs` lists what is decided otherwise. Progenitor's functions are not kept: one request type an operation, built by plain
//! functions and carried by one runtime, stands in their place (`docs/adr/0001-…`).

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use progenitor::{GenerationSettings, Generator, TypeImpl};
use serde_json::{Map, Value, json};

use super::overrides::{self, foreign, given};
use super::rust::{self, Ty, snake_name, type_name};
use crate::spec::model::{Domain, Operation};

/// The types of one domain.
#[derive(Debug, Default)]
pub struct Front {
    /// Struct name → property → field.
    pub structs: BTreeMap<String, BTreeMap<String, Named>>,
    /// Enum name → value → variant.
    pub enums: BTreeMap<String, BTreeMap<String, String>>,
    /// Union name → name of the struct of a variant → its type, in a box where it would be of endless size otherwise.
    pub unions: BTreeMap<String, BTreeMap<String, Ty>>,
    /// Named schemas that are neither struct, enum nor union → what they wrap.
    pub wrappers: BTreeMap<String, Ty>,
    pub methods: BTreeMap<String, Method>,
}

impl Front {
    /// The variant of a value of an enum.
    pub fn variant(&self, name: &str, schema: &Value, value: &str) -> String {
        let variant = self.enums.get(name).and_then(|variants| variants.get(value)).cloned();
        variant.unwrap_or_else(|| rust::variant(schema, value))
    }
}

/// A field or an argument: its name in Rust, and its type.
#[derive(Debug)]
pub struct Named {
    pub ident: String,
    pub ty: Ty,
}

/// The types of one operation.
#[derive(Debug, Default)]
pub struct Method {
    /// Argument (its name without the mark that keeps it from being a keyword or a number) → progenitor's name and its type.
    pub arguments: BTreeMap<String, Named>,
    /// The answer's JSON.
    pub output: Option<Ty>,
}

/// Kind of the Rust type of a named schema.
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
    let settings = settings(domain)?;
    // Progenitor panics on some constructs that the rules do not know yet: name the domain instead of losing the run.
    let tokens = catch_unwind(AssertUnwindSafe(|| Generator::new(&settings).generate_tokens(&spec)))
        .map_err(|_| format!("progenitor panicked on the domain `{}`", domain.name))?
        .map_err(|error| format!("progenitor refused the domain `{}`: {error}", domain.name))?;
    let file: syn::File =
        syn::parse2(tokens).map_err(|error| format!("progenitor's output does not parse: {error}"))?;
    let mut items = BTreeMap::new();
    let mut methods = BTreeMap::new();
    let known = domain.pinned.keys().map(|name| type_name(name)).collect();
    for item in file.items {
        match item {
            syn::Item::Mod(module) if module.ident == "types" => {
                for item in module.content.map(|(_, items)| items).unwrap_or_default() {
                    let name = match &item {
                        syn::Item::Struct(item) => item.ident.to_string(),
                        syn::Item::Enum(item) => item.ident.to_string(),
                        _ => continue,
                    };
                    if items.insert(name.clone(), item).is_some() {
                        return Err(format!(
                            "progenitor generated two types `{name}` in the domain `{}`: rename the schema",
                            domain.name
                        ));
                    }
                }
            }
            syn::Item::Impl(implementation) if implementation.trait_.is_none() => {
                for item in implementation.items {
                    if let syn::ImplItem::Fn(function) = item
                        && function.sig.asyncness.is_some()
                    {
                        let method = read_method(&function.sig, &known)?;
                        methods.insert(function.sig.ident.to_string(), method);
                    }
                }
            }
            _ => {}
        }
    }
    let mut front = Front { methods, ..Front::default() };
    for (name, schema) in domain.schemas.iter().chain(&domain.shared) {
        read_type(name, schema, &items, &known, &mut front)
            .map_err(|error| format!("schema `{name}` of the domain `{}`: {error}", domain.name))?;
    }
    Ok(front)
}

fn settings(domain: &Domain) -> Result<GenerationSettings, String> {
    let mut settings = GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap");
    for (name, schema) in &domain.pinned {
        if let Some(rust) = schema["x-rust-type"].as_str() {
            let traits = [TypeImpl::Display, TypeImpl::Default].into_iter();
            settings.with_replacement(type_name(name), rust, traits);
        }
    }
    let decimal = serde_json::from_value(json!({ "type": "number", "format": "decimal" }))
        .map_err(|error| format!("progenitor does not take the format `decimal`: {error}"))?;
    let traits = [TypeImpl::Display, TypeImpl::Default].into_iter();
    settings.with_conversion(decimal, "cc_runtime::Decimal", traits);
    Ok(settings)
}

/// The document that progenitor gets.
fn document(domain: &Domain) -> Value {
    let mut paths = Map::new();
    for operation in &domain.operations {
        let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        item[operation.method.to_lowercase()] = operation_document(operation);
    }
    let schemas: Map<String, Value> =
        domain.pinned.iter().map(|(name, schema)| (name.clone(), component(domain, name, schema))).collect();
    json!({
        "openapi": "3.0.3",
        "info": { "title": domain.title, "version": "0" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// A named schema as progenitor gets it.
fn component(domain: &Domain, name: &str, schema: &Value) -> Value {
    let mut out = given(schema);
    let read = domain.schemas.get(name).or_else(|| domain.shared.get(name)).unwrap_or(&Value::Null);
    for (property, schema) in out.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        // Progenitor calls the enum of a pinned tag so, even if a schema is called so.
        let of_tag = type_name(&format!("{name} {property}"));
        let is_pin = read["properties"].get(property).is_none();
        if is_pin && domain.pinned.keys().any(|name| type_name(name) == of_tag) {
            *schema = json!({ "type": "string" });
        }
    }
    out
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
                "schema": given(&parameter.schema),
            })
        })
        .collect();
    let json_answer = operation.success.media.as_deref().is_some_and(is_json) || operation.is_stream();
    let content = match &operation.success.schema {
        Some(schema) if json_answer => json!({ "application/json": { "schema": given(schema) } }),
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
            json!({ "required": true, "content": { "application/json": { "schema": given(&body.schema) } } });
    }
    document
}

pub fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

type Items = BTreeMap<String, syn::Item>;

fn read_type(
    name: &str,
    schema: &Value,
    items: &Items,
    known: &BTreeSet<String>,
    front: &mut Front,
) -> Result<(), String> {
    let name = type_name(name);
    let item = items.get(&name);
    match (shape(schema), item) {
        (Shape::Core, _) => {}
        (Shape::Struct, Some(syn::Item::Struct(item))) => {
            let fields = read_struct(schema, item, known)?;
            front.structs.insert(name, fields);
        }
        (Shape::Enum, Some(syn::Item::Enum(item))) => {
            front.enums.insert(name, read_enum(schema, item)?);
        }
        // Its values have no names of progenitor's.
        (Shape::Enum, Some(syn::Item::Struct(_))) => {
            front.enums.insert(name, BTreeMap::new());
        }
        (Shape::Union, Some(item)) => {
            front.unions.insert(name, read_union(item, known)?);
        }
        (Shape::Wrapper, Some(syn::Item::Struct(item))) => {
            front.wrappers.insert(name, read_wrapper(item, known)?);
        }
        (Shape::Struct | Shape::Enum | Shape::Union | Shape::Wrapper, _) => {
            return Err("progenitor generated no type for it".to_owned());
        }
    }
    Ok(())
}

fn read_struct(
    schema: &Value,
    item: &syn::ItemStruct,
    known: &BTreeSet<String>,
) -> Result<BTreeMap<String, Named>, String> {
    let mut fields = BTreeMap::new();
    for field in &item.fields {
        let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let ident = ident.trim_start_matches("r#").to_owned();
        let property = renamed(&field.attrs).unwrap_or_else(|| ident.clone());
        // The schema of a variant is without its tag.
        if schema["properties"].get(&property).is_some() {
            let ident = overrides::field(&property, &ident)?;
            fields.insert(property, Named { ident, ty: ty(&field.ty, known)? });
        }
    }
    Ok(fields)
}

fn read_enum(schema: &Value, item: &syn::ItemEnum) -> Result<BTreeMap<String, String>, String> {
    let mut variants = BTreeMap::new();
    for variant in &item.variants {
        let ident = variant.ident.to_string();
        let value = renamed(&variant.attrs).unwrap_or_else(|| ident.clone());
        let name = overrides::variant(schema, &value, &ident)?;
        variants.insert(value, name);
    }
    let values = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    match values.into_iter().find(|value| !variants.contains_key(*value)) {
        Some(value) => Err(format!("progenitor generated no variant for the value `{value}`")),
        None => Ok(variants),
    }
}

fn read_union(item: &syn::Item, known: &BTreeSet<String>) -> Result<BTreeMap<String, Ty>, String> {
    let fields = match item {
        syn::Item::Enum(item) => item.variants.iter().flat_map(|variant| &variant.fields).collect(),
        // A union of one variant wraps it.
        syn::Item::Struct(item) => item.fields.iter().collect(),
        _ => Vec::new(),
    };
    let mut variants = BTreeMap::new();
    for field in fields {
        let ty = ty(&field.ty, known)?;
        if let Ty::Local(name) = ty.unboxed() {
            variants.insert(name.clone(), ty);
        }
    }
    Ok(variants)
}

fn read_wrapper(item: &syn::ItemStruct, known: &BTreeSet<String>) -> Result<Ty, String> {
    match (&item.fields, item.fields.iter().next()) {
        (syn::Fields::Unnamed(_), Some(field)) => ty(&field.ty, known),
        // A variant that has nothing but its tag.
        _ => Ok(Ty::JsonMap),
    }
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

fn read_method(signature: &syn::Signature, known: &BTreeSet<String>) -> Result<Method, String> {
    let mut method = Method::default();
    for input in &signature.inputs {
        if let syn::FnArg::Typed(argument) = input
            && let syn::Pat::Ident(ident) = &*argument.pat
        {
            let ident = ident.ident.to_string().trim_start_matches("r#").to_owned();
            let name = snake_name(ident.trim_matches('_'));
            method.arguments.insert(name, Named { ident, ty: ty(&argument.ty, known)? });
        }
    }
    if let syn::ReturnType::Type(_, result) = &signature.output {
        // `Result<ResponseValue<T>, Error<…>>`
        let answer =
            arguments(result).into_iter().next().map(arguments).and_then(|inner| inner.into_iter().next());
        let answer = answer.filter(|answer| !is_named(answer, "ByteStream"));
        method.output = answer.map(|answer| ty(answer, known)).transpose()?;
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

/// A type of progenitor's output. `known` are the names of the schemas.
fn ty(ty: &syn::Type, known: &BTreeSet<String>) -> Result<Ty, String> {
    let unread = |name: &str| {
        format!("progenitor generated the type `{name}`: add a row to xtask/src/generate/overrides/table.rs")
    };
    match ty {
        syn::Type::Reference(reference) => self::ty(&reference.elem, known),
        syn::Type::Slice(slice) => Ok(Ty::List(Box::new(self::ty(&slice.elem, known)?))),
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Ty::Unit),
        syn::Type::Path(path) => {
            let segments: Vec<String> =
                path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if let Some(ty) = foreign(&segments) {
                return Ok(ty);
            }
            let inner = arguments(ty);
            let one = |index: usize| {
                let inner = inner
                    .get(index)
                    .ok_or_else(|| format!("`{}` has no type argument", segments.join("::")))?;
                self::ty(inner, known).map(Box::new)
            };
            Ok(match segments.last().map(String::as_str).unwrap_or_default() {
                "String" | "str" => Ty::String,
                "bool" => Ty::Bool,
                "i32" => Ty::I32,
                "i64" => Ty::I64,
                "f64" => Ty::F64,
                "Value" => Ty::Json,
                "Option" => Ty::Option(one(0)?),
                "Vec" => Ty::List(one(0)?),
                "Box" => Ty::Boxed(one(0)?),
                "BTreeMap" => Ty::Map(one(1)?),
                "Map" => Ty::JsonMap,
                name if segments.first().is_some_and(|first| first == "cc_runtime") => {
                    Ty::Core(name.to_owned())
                }
                name if known.contains(name) => Ty::Local(name.to_owned()),
                _ => return Err(unread(&segments.join("::"))),
            })
        }
        _ => Err(unread("without a path")),
    }
}

//! The programs for one item.

use std::collections::BTreeSet;

use proc_macro2::TokenTree;
use syn::{
    FnArg, GenericArgument, ImplItem, Item, PathArguments, ReceiverKind, ReturnType, Type, TypeParamBound,
    UseTree, Visibility,
};

use super::Caller;
use super::names::{Names, declared, variants};

/// Traits that the compiler gives a type because of its fields.
const AUTO: &str = "Send + Sync + Unpin + 'static";

/// Those of data: a client holds more.
const AUTO_OF_DATA: &str = "std::panic::UnwindSafe + std::panic::RefUnwindSafe";

struct Writer<'a> {
    /// Path of the item.
    path: String,
    callers: &'a mut BTreeSet<Caller>,
}

impl Writer<'_> {
    fn add(&mut self, member: &str, way: &'static str, code: String) {
        let item = if member.is_empty() { self.path.clone() } else { format!("{}::{member}", self.path) };
        self.callers.insert(Caller { item, way, code: code.replace('\n', " ") });
    }

    /// Programs that need a trait of the type.
    fn bounds(&mut self, traits: &[&str]) {
        for bound in traits {
            let code = format!("pub fn f() {{ fn is<T: {bound}>() {{}} is::<{}>() }}", self.path);
            self.add("", "trait", code);
        }
    }

    fn named(&mut self) {
        let code = format!("use {} as Named; pub fn f(_: &Named) {{}}", self.path);
        self.add("", "import", code);
        self.bounds(&[AUTO]);
        if self.path.contains("::types::") {
            self.bounds(&[AUTO_OF_DATA]);
        }
    }
}

pub fn read(item: &Item, names: &Names, callers: &mut BTreeSet<Caller>) -> Result<(), String> {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    match item {
        Item::Struct(item) if is_public(&item.vis) => structure(item, names, callers),
        Item::Type(item) if is_public(&item.vis) => {
            let path = names.path(&item.ident.to_string());
            let of = names.text(&item.ty, &path);
            let mut out = Writer { path, callers };
            out.named();
            let code = format!("pub fn f(value: {}) -> {of} {{ value }}", out.path);
            out.add("", "type of an alias", code);
        }
        Item::Impl(item) => return implementation(item, names, callers),
        Item::Macro(item) => return declaration(item, names, callers),
        Item::Use(item) if is_public(&item.vis) => shown(&item.tree, "", names, callers),
        Item::Use(_) | Item::Static(_) | Item::Struct(_) | Item::Type(_) => {}
        _ => return Err("an item of an unknown kind".to_owned()),
    }
    Ok(())
}

fn structure(item: &syn::ItemStruct, names: &Names, callers: &mut BTreeSet<Caller>) {
    let mut out = Writer { path: names.path(&item.ident.to_string()), callers };
    out.named();
    for attribute in item.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            let name = meta.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            let bound = match name.as_str() {
                "Debug" => "std::fmt::Debug",
                "Serialize" => "serde::Serialize",
                "Deserialize" => "serde::de::DeserializeOwned",
                "Hash" => "std::hash::Hash",
                other => other,
            };
            out.bounds(&[bound]);
            Ok(())
        });
    }
    let path = out.path.clone();
    for field in item.fields.iter().filter(|field| matches!(field.vis, Visibility::Public(_))) {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let ty = names.text(&field.ty, &path);
        let pattern = format!("let {path} {{ {name}, .. }} = value; {name}");
        for (way, code) in [
            ("field", format!("pub fn f(value: &{path}) -> &{ty} {{ &value.{name} }}")),
            ("field set", format!("pub fn f(value: &mut {path}, new: {ty}) {{ value.{name} = new; }}")),
            ("pattern", format!("pub fn f(value: {path}) -> {ty} {{ {pattern} }}")),
        ] {
            out.add(&name, way, code);
        }
    }
}

fn implementation(item: &syn::ItemImpl, names: &Names, callers: &mut BTreeSet<Caller>) -> Result<(), String> {
    let path = names.text(&*item.self_ty, "");
    let mut out = Writer { path: path.clone(), callers };
    let Some((of, _)) = &item.trait_ else {
        for item in &item.items {
            if let ImplItem::Fn(function) = item
                && matches!(function.vis, Visibility::Public(_))
            {
                call(&function.sig, names, &mut out)?;
            }
        }
        return Ok(());
    };
    let of = names.text(of, &path);
    if let Some(from) = of.strip_prefix("From<").and_then(|rest| rest.strip_suffix('>')) {
        out.add("", "conversion", format!("pub fn f(value: {from}) -> {path} {{ value.into() }}"));
        return Ok(());
    }
    out.bounds(&[&of]);
    for item in &item.items {
        match item {
            ImplItem::Type(item) => {
                let ty = names.text(&item.ty, &path);
                let code = format!("pub fn f(value: <{path} as {of}>::{}) -> {ty} {{ value }}", item.ident);
                out.add("", "output", code);
            }
            ImplItem::Const(item) => {
                let ty = names.text(&item.ty, &path);
                let code = format!("pub fn f() -> {ty} {{ <{path} as {of}>::{} }}", item.ident);
                out.add("", "constant of a trait", code);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Calls of a function or method: with values of the types into which it converts, and with texts.
fn call(signature: &syn::Signature, names: &Names, out: &mut Writer<'_>) -> Result<(), String> {
    let path = out.path.clone();
    let name = signature.ident.to_string();
    let mut receiver = None;
    let mut types: Vec<String> = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(it) => {
                receiver = Some(if matches!(it.kind, ReceiverKind::Reference(..)) { "&" } else { "" })
            }
            FnArg::Typed(it) => types.push(value(&it.ty, names, &path)?),
        }
    }
    let output = match &signature.output {
        ReturnType::Default => "()".to_owned(),
        ReturnType::Type(_, ty) => names.text(&**ty, &path),
    };
    let (start, end) = if signature.asyncness.is_some() { ("async ", ".await") } else { ("", "") };
    let mut write = |are_texts: bool| {
        let mut parameters: Vec<String> = receiver.iter().map(|by| format!("value: {by}{path}")).collect();
        let mut arguments = Vec::new();
        for (at, ty) in types.iter().enumerate() {
            if are_texts && takes_text(ty) {
                arguments.push("\"a\"".to_owned());
            } else {
                parameters.push(format!("a{at}: {ty}"));
                arguments.push(format!("a{at}"));
            }
        }
        let callee = if receiver.is_some() { format!("value.{name}") } else { format!("{path}::{name}") };
        let (parameters, arguments) = (parameters.join(", "), arguments.join(", "));
        let code = format!("pub {start}fn f({parameters}) -> {output} {{ {callee}({arguments}){end} }}");
        out.add(&name, if are_texts { "call with texts" } else { "call" }, code);
    };
    write(false);
    if types.iter().any(|ty| takes_text(ty)) {
        write(true);
    }
    Ok(())
}

/// Returns `true` for a text, and for an id.
fn takes_text(ty: &str) -> bool {
    ty == "String" || ty == "cc_runtime::Secret" || ty.starts_with("cc_runtime::") && ty.ends_with("Id")
}

/// The type of a value for a parameter: that into which the parameter converts.
fn value(ty: &Type, names: &Names, own: &str) -> Result<String, String> {
    let Type::ImplTrait(converted) = ty else { return Ok(names.text(ty, own)) };
    let Some(TypeParamBound::Trait(bound)) = converted.bounds.first() else {
        return Err("a parameter of an unknown kind".to_owned());
    };
    let last = bound.path.segments.last().ok_or("a parameter without a trait")?;
    let mut found = Vec::new();
    if let PathArguments::AngleBracketed(generic) = &last.arguments {
        for argument in &generic.args {
            match argument {
                GenericArgument::Type(ty) => found.push(value(ty, names, own)?),
                GenericArgument::AssocType(item) => found.push(value(&item.ty, names, own)?),
                _ => {}
            }
        }
    }
    let first = found.first().ok_or("a parameter whose trait has no type")?;
    Ok(match last.ident.to_string().as_str() {
        "Into" | "IntoOption" | "IntoPatch" => {
            let inner = first.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>'));
            inner.unwrap_or(first).to_owned()
        }
        "IntoOptionalList" | "IntoIterator" => format!("Vec<{first}>"),
        "IntoOptionalMap" => format!("std::collections::BTreeMap<String, {first}>"),
        other => return Err(format!("a parameter of the unknown trait `{other}`")),
    })
}

fn declaration(item: &syn::ItemMacro, names: &Names, callers: &mut BTreeSet<Caller>) -> Result<(), String> {
    let called = item.mac.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    if called == "__ids_of" {
        return ids(item, names, callers);
    }
    if called == "__fields_of" {
        let name = item.mac.tokens.clone().into_iter().next().map(|name| name.to_string());
        let path = names.path(&name.unwrap_or_default());
        Writer { path, callers }.bounds(&["serde::de::DeserializeOwned"]);
        return Ok(());
    }
    let (name, body) = declared(&item.mac.tokens).ok_or_else(|| format!("the unknown macro `{called}`"))?;
    let mut out = Writer { path: names.path(&name), callers };
    let path = out.path.clone();
    out.named();
    out.bounds(&["std::fmt::Debug", "Clone", "PartialEq", "Default"]);
    out.bounds(&["serde::Serialize", "serde::de::DeserializeOwned"]);
    let matched = |pattern: &str, some: &str, none: &str| {
        format!("match value {{ {path}::{pattern} => {some}, _ => {none} }}")
    };
    if called == "open_enum" {
        out.bounds(&["Eq", "Ord", "std::hash::Hash", "std::fmt::Display", "std::str::FromStr", "AsRef<str>"]);
        let unknown = matched("Unknown(text)", "text", "String::new()");
        for (way, code) in [
            ("values", format!("pub fn f() -> &'static [{path}] {{ {path}::ALL }}")),
            ("values", format!("pub fn f() -> &'static [&'static str] {{ {path}::VALUES }}")),
            ("text", format!("pub fn f(value: &{path}) -> &str {{ value.as_str() }}")),
            ("unknown value", format!("pub fn f() -> {path} {{ {path}::other(\"a\") }}")),
            ("unknown value", format!("pub fn f(value: {path}) -> String {{ {unknown} }}")),
        ] {
            out.add("", way, code);
        }
    } else {
        let unknown = matched("Unknown(of)", "Some(of)", "None");
        let code = format!("pub fn f(value: {path}) -> Option<cc_runtime::UnknownVariant> {{ {unknown} }}");
        out.add("", "unknown value", code);
        out.add("", "tag", format!("pub fn f(value: &{path}) -> &str {{ value.tag() }}"));
    }
    for (variant, of) in variants(body) {
        let (made, read) = match of {
            None => {
                let read = matched(&variant, "1", "0");
                (
                    format!("pub fn f() -> {path} {{ {path}::{variant} }}"),
                    format!("pub fn f(value: {path}) -> u8 {{ {read} }}"),
                )
            }
            Some(of) => {
                let of = names.whole(&of.to_string(), &path);
                let read = matched(&format!("{variant}(of)"), "Some(of)", "None");
                (
                    format!("pub fn f(value: {of}) -> {path} {{ {path}::{variant}(value) }}"),
                    format!("pub fn f(value: {path}) -> Option<{of}> {{ {read} }}"),
                )
            }
        };
        out.add(&variant, "value", made);
        out.add(&variant, "match", read);
    }
    Ok(())
}

/// `__ids_of! { Drain { id => DrainId, ResourceId; key => ConsumerKey } }`
fn ids(item: &syn::ItemMacro, names: &Names, callers: &mut BTreeSet<Caller>) -> Result<(), String> {
    let tokens: Vec<TokenTree> = item.mac.tokens.clone().into_iter().collect();
    let [TokenTree::Ident(name), TokenTree::Group(body)] = tokens.as_slice() else {
        return Err("ids of an unknown form".to_owned());
    };
    let mut out = Writer { path: names.path(&name.to_string()), callers };
    let path = out.path.clone();
    let text = body.stream().to_string();
    for (field, ids) in text.split(';').filter_map(|row| row.split_once("=>")) {
        for id in ids.split(',').map(str::trim) {
            for by in ["", "&"] {
                let code = format!("pub fn f(value: {by}{path}) -> cc_runtime::{id} {{ value.into() }}");
                out.add(field.trim(), "conversion into an id", code);
            }
        }
    }
    Ok(())
}

/// Programs that import what a file shows of other crates.
fn shown(tree: &UseTree, from: &str, names: &Names, callers: &mut BTreeSet<Caller>) {
    match tree {
        UseTree::Path(path) => {
            let from =
                if from.is_empty() { path.ident.to_string() } else { format!("{from}::{}", path.ident) };
            shown(&path.tree, &from, names, callers);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| shown(tree, from, names, callers)),
        UseTree::Name(name) => {
            let mut out = Writer { path: names.path(&name.ident.to_string()), callers };
            out.named();
            let code = format!("pub fn f(value: {}) -> {from}::{} {{ value }}", out.path, name.ident);
            out.add("", "type of another crate", code);
        }
        // A module.
        UseTree::Rename(name) => {
            let path = names.path(&name.rename.to_string());
            let code = format!("pub use {path} as named;");
            callers.insert(Caller { item: path, way: "import", code });
        }
        UseTree::Glob(_) => {}
    }
}

//! Programs that use generated crates: one for each way of using each public item, read from the generated code.
//!
//! Nothing here knows the surface or the rules of `cargo xtask diff`, so that the verdict of the compiler is independent of them.

mod items;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use names::Names;

/// A program of one use, as a function in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// Path of the item that it uses, such as `cc_api_boats::types::Boat::name`.
    pub item: String,
    /// The way of using it.
    pub way: &'static str,
    pub code: String,
}

impl Caller {
    /// The generated items whose paths the program names.
    pub fn paths(&self) -> BTreeSet<String> {
        let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let words = self.code.split(|c: char| !is_of_path(c));
        let ours = words.filter(|word| word.starts_with("cc_api_") || word.starts_with("cc_client::"));
        ours.map(str::to_owned).collect()
    }
}

/// Every program for the generated files of some crates and of the client.
///
/// # Errors
/// When a file is not Rust, or an item of it is of a kind that nobody has written programs for.
pub fn read(files: &BTreeMap<PathBuf, String>) -> Result<BTreeSet<Caller>, String> {
    let mut callers = BTreeSet::new();
    let mut types = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "rs")) {
        let Some((krate, module)) = module(path) else { continue };
        let file = syn::parse_file(text).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut names = Names::of(&krate, &module, &file);
        // `use crate::requests::*;` in the client of a domain.
        if path.ends_with("client.rs") {
            let requests = files.get(&path.with_file_name("requests.rs"));
            let requests =
                syn::parse_file(requests.map_or("", String::as_str)).map_err(|error| error.to_string())?;
            names.add_items(&requests);
        }
        for item in &file.items {
            items::read(item, &names, &mut callers)
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        if krate.starts_with("cc_api_") && module.ends_with("::types") && krate != "cc_api_shared" {
            types.extend(names.own().map(|name| (krate.clone(), name.to_owned())));
        }
    }
    // The client shows the crates of its domains.
    let has_client = files.keys().any(|path| path.ends_with("cc-client/src/generated/api.rs"));
    for (krate, name) in types.into_iter().filter(|_| has_client) {
        let path = format!("cc_client::api::{}::types::{name}", krate.trim_start_matches("cc_api_"));
        let code = format!("use {path} as Named; pub fn f(_: &Named) {{}}");
        callers.insert(Caller { item: path, way: "import through the client", code });
    }
    Ok(callers)
}

/// The functions without a receiver, each with the names and types of its arguments.
///
/// # Errors
/// When a file is not Rust.
pub fn arguments(
    files: &BTreeMap<PathBuf, String>,
) -> Result<BTreeMap<String, Vec<(String, String)>>, String> {
    let mut found = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "rs")) {
        let Some((krate, module)) = module(path) else { continue };
        let file = syn::parse_file(text).map_err(|error| format!("{}: {error}", path.display()))?;
        let names = Names::of(&krate, &module, &file);
        let implementations = file.items.iter().filter_map(|item| match item {
            syn::Item::Impl(item) if item.trait_.is_none() => Some(item),
            _ => None,
        });
        for item in implementations {
            let path = names.text(&*item.self_ty, "");
            for function in &item.items {
                let syn::ImplItem::Fn(function) = function else { continue };
                if function.sig.receiver().is_none() {
                    let inputs = function.sig.inputs.iter().map(|input| match input {
                        syn::FnArg::Typed(input) => {
                            (names.text(&*input.pat, &path), names.text(&*input.ty, &path))
                        }
                        syn::FnArg::Receiver(_) => (String::new(), String::new()),
                    });
                    found.insert(format!("{path}::{}", function.sig.ident), inputs.collect());
                }
            }
        }
    }
    Ok(found)
}

/// Crate and path of the module whose items a generated file shows.
fn module(path: &Path) -> Option<(String, String)> {
    let text = path.to_string_lossy().replace('\\', "/");
    if let Some(rest) = text.strip_prefix("crates/generated/") {
        let (krate, file) = rest.split_once("/src/")?;
        let krate = krate.replace('-', "_");
        let module = match file {
            "types.rs" => format!("{krate}::types"),
            "requests.rs" | "client.rs" => krate.clone(),
            _ => return None,
        };
        return Some((krate, module));
    }
    let file = text.strip_prefix("crates/cc-client/src/generated/")?;
    let krate = "cc_client".to_owned();
    if file == "api.rs" {
        return Some((krate, "cc_client::api".to_owned()));
    }
    let domain = file.strip_prefix("commands/")?.strip_suffix(".rs")?;
    Some((krate, format!("cc_client::commands::{domain}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_of_each_item_is_a_program() {
        let types = "use serde::{Deserialize, Serialize};\n\
            #[derive(Debug, Clone, Deserialize)] #[non_exhaustive] pub struct Boat { pub id: cc_runtime::OwnerId, pub kind: Option<Kind>, hidden: u8 }\n\
            impl Boat { pub fn new(id: impl Into<cc_runtime::OwnerId>) -> Self { Self { id: id.into(), kind: None, hidden: 0 } } pub fn kind<K>(mut self, kind: impl cc_runtime::input::IntoOption<Kind, K>) -> Self { self } }\n\
            cc_runtime::open_enum! { pub enum Kind { Sail = \"SAIL\", } }\n\
            pub type Boats = Vec<Boat>;";
        let files =
            BTreeMap::from([(PathBuf::from("crates/generated/cc-api-sea/src/types.rs"), types.to_owned())]);
        let codes: Vec<String> = read(&files).unwrap().into_iter().map(|caller| caller.code).collect();
        for code in [
            "pub fn f(value: &cc_api_sea::types::Boat) -> &Option<cc_api_sea::types::Kind> { &value.kind }",
            "pub fn f(a0: cc_runtime::OwnerId) -> cc_api_sea::types::Boat { cc_api_sea::types::Boat::new(a0) }",
            "pub fn f() -> cc_api_sea::types::Boat { cc_api_sea::types::Boat::new(\"a\") }",
            "pub fn f(value: cc_api_sea::types::Boat, a0: cc_api_sea::types::Kind) -> cc_api_sea::types::Boat { value.kind(a0) }",
            "pub fn f(value: cc_api_sea::types::Kind) -> u8 { match value { cc_api_sea::types::Kind::Sail => 1, _ => 0 } }",
            "pub fn f(value: cc_api_sea::types::Boats) -> Vec<cc_api_sea::types::Boat> { value }",
        ] {
            assert!(codes.contains(&code.to_owned()), "{code}\n{}", codes.join("\n"));
        }
        assert!(!codes.iter().any(|code| code.contains("hidden")));
    }
}

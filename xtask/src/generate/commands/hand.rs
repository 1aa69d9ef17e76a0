//! The types that are written by hand: where each one is, and by which path generated code reaches it.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, UseTree, Visibility};

use crate::generate::homes::HOMES;

/// The public types in the hand-written part of a crate.
#[derive(Debug, Default)]
pub struct HandWritten {
    /// Name of the type → its places.
    types: BTreeMap<String, Vec<Place>>,
}

/// Location of a type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Module of commands, or nothing for a file beside `commands/`.
    module: String,
    /// Path of the module that shows it, such as `crate::commands::drain::model`.
    path: String,
    is_model: bool,
}

impl HandWritten {
    /// Reads the crates of commands of a workspace, in the order of [`HOMES`].
    ///
    /// # Errors
    /// When a file is not Rust.
    pub fn of_homes(root: &Path) -> Result<Vec<Self>, String> {
        HOMES.iter().map(|home| Self::read(&root.join(home.src()))).collect()
    }

    /// Reads all files below the folder `src` of a crate but the generated ones.
    ///
    /// # Errors
    /// When a file is not Rust: its types would be missed.
    pub fn read(src: &Path) -> Result<Self, String> {
        let mut hand = Self::default();
        for entry in walkdir::WalkDir::new(src).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let path = entry.path();
            let Ok(inside) = path.strip_prefix(src) else { continue };
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            if !is_rust || inside.starts_with("generated") {
                continue;
            }
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let file = syn::parse_file(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            let place = Place::of(inside);
            for name in names(&file.items) {
                hand.types.entry(name).or_default().push(place.clone());
            }
        }
        Ok(hand)
    }

    /// Returns `true` if the module of commands has a model of this name.
    pub fn has_model(&self, module: &str, name: &str) -> bool {
        self.places(name).any(|place| place.is_model && place.module == module)
    }

    /// The path of a type, as seen from a module of commands: its own types go before those of the whole crate.
    pub fn path(&self, module: &str, name: &str) -> Option<String> {
        let own = self.places(name).find(|place| place.module == module);
        let of_crate = || {
            let places = self.places(name).filter(|place| place.module.is_empty());
            // A type that is shown again further up is reached there.
            places.min_by_key(|place| place.path.len())
        };
        let elsewhere = || self.places(name).next();
        let place = own.or_else(of_crate).or_else(elsewhere)?;
        Some(format!("{}::{name}", place.path))
    }

    fn places(&self, name: &str) -> impl Iterator<Item = &Place> {
        self.types.get(name).into_iter().flatten()
    }
}

impl Place {
    fn of(inside: &Path) -> Self {
        let parts: Vec<String> =
            inside.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["commands", module, rest @ ..] => {
                let is_model = rest.contains(&"model");
                let path = format!("crate::commands::{module}{}", if is_model { "::model" } else { "" });
                Self { module: (*module).to_owned(), path, is_model }
            }
            all => {
                let path = all
                    .iter()
                    .filter(|part| **part != "lib")
                    .fold("crate".to_owned(), |path, part| format!("{path}::{part}"));
                Self { module: String::new(), path, is_model: false }
            }
        }
    }
}

/// The names of the public types of a file, those within the calls of macros included.
fn names(items: &[Item]) -> Vec<String> {
    let public = |vis: &Visibility| matches!(vis, Visibility::Public(_));
    let mut names = Vec::new();
    for item in items {
        match item {
            Item::Struct(item) if public(&item.vis) => names.push(item.ident.to_string()),
            Item::Enum(item) if public(&item.vis) => names.push(item.ident.to_string()),
            Item::Type(item) if public(&item.vis) => names.push(item.ident.to_string()),
            Item::Use(item) if public(&item.vis) => shown(&item.tree, &mut names),
            Item::Macro(item) => in_tokens(item.mac.tokens.clone(), &mut names),
            _ => {}
        }
    }
    names
}

/// The names that a `pub use` shows, but for those of a glob.
fn shown(tree: &UseTree, names: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => shown(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| shown(tree, names)),
        UseTree::Name(name) => names.push(name.ident.to_string()),
        UseTree::Rename(rename) => names.push(rename.rename.to_string()),
        UseTree::Glob(_) => {}
    }
}

/// Finds `pub struct Name`, `pub enum Name` and `pub type Name`, but not the `pub struct $name` of a macro.
fn in_tokens(tokens: TokenStream, names: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for token in &tokens {
        if let TokenTree::Group(group) = token {
            in_tokens(group.stream(), names);
        }
    }
    for window in tokens.windows(3) {
        if let [TokenTree::Ident(public), TokenTree::Ident(keyword), TokenTree::Ident(name)] = window
            && public == "pub"
            && ["struct", "enum", "type"].iter().any(|known| keyword == known)
        {
            names.push(name.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(text: &str) -> Vec<String> {
        names(&syn::parse_file(text).unwrap().items)
    }

    #[test]
    fn types_are_found_as_items_and_within_macro_calls() {
        assert_eq!(
            names_of(
                "pub struct A; struct B; pub(crate) enum C {} open_enum! { /// x\n pub enum D { E = \"e\" } }"
            ),
            ["A", "D"]
        );
        assert_eq!(names_of("macro_rules! make { ($b:ident) => { pub struct A; pub struct $b; } }"), ["A"]);
        assert_eq!(names_of("pub use a::{B, C as D, e::*};"), ["B", "D"]);
        assert!(names_of("/* pub struct A; */ const X: &str = \"pub struct B;\";").is_empty());
    }

    #[test]
    fn a_type_is_reached_by_the_module_that_shows_it() {
        let place = |path: &str| Place::of(Path::new(path)).path;
        assert_eq!(place("commands/drain/model/target.rs"), "crate::commands::drain::model");
        assert_eq!(place("commands/application/create.rs"), "crate::commands::application");
        assert_eq!(place("commands/tag.rs"), "crate::commands::tag");
        assert_eq!((place("env.rs").as_str(), place("lib.rs").as_str()), ("crate::env", "crate"));
    }
}

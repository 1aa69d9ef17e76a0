//! Wire types in the models of commands: a model may have one in its public fields only if it shows the type with `pub use`, so that
//! a user can name it and a reader sees at the top of the file which types of the answer are passed on as they are.

use std::collections::BTreeSet;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, UseTree, Visibility};

/// Reports every public field of a model whose type is a wire type that the file does not show.
pub fn models(root: &Path, found: &mut Vec<String>) {
    for krate in ["cc-bridge", "cc-client", "cc-redis-http"] {
        let src = root.join("crates").join(krate).join("src");
        for entry in walkdir::WalkDir::new(&src).sort_by_file_name().into_iter().flatten() {
            let path = entry.path();
            let is_model = path.strip_prefix(&src).is_ok_and(|inside| {
                !inside.starts_with("generated")
                    && inside.iter().any(|part| part == "model" || part == "model.rs")
            });
            if !is_model || path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let Ok(file) = syn::parse_file(&text) else { continue };
            let shown = path.strip_prefix(root).unwrap_or(path).display();
            found.extend(unmarked(&file.items).into_iter().map(|name| {
                format!("{shown}: a public field has the wire type `{name}`: show it with `pub use wire::{name};` and use its bare name")
            }));
        }
    }
}

/// The wire types in public fields that are not shown.
fn unmarked(items: &[Item]) -> BTreeSet<String> {
    let mut wire = Wire::default();
    for item in items {
        if let Item::Use(item) = item {
            let is_public = matches!(item.vis, Visibility::Public(_));
            wire.read(&item.tree, false, is_public);
        }
    }
    let mut found = Found { wire: &wire, names: BTreeSet::new() };
    for item in items {
        match item {
            Item::Struct(item) if is_public(&item.vis) => {
                item.fields
                    .iter()
                    .filter(|field| is_public(&field.vis))
                    .for_each(|field| found.visit_type(&field.ty));
            }
            Item::Enum(item) if is_public(&item.vis) => {
                item.variants
                    .iter()
                    .flat_map(|variant| &variant.fields)
                    .for_each(|field| found.visit_type(&field.ty));
            }
            Item::Macro(item) => found.tokens(item.mac.tokens.clone()),
            _ => {}
        }
    }
    found.names
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The wire types that a file imports for itself.
#[derive(Default)]
struct Wire {
    private: BTreeSet<String>,
}

impl Wire {
    /// Reads a `use`: `is_wire` is `true` below `cc_api_….types` and its alias `wire`.
    fn read(&mut self, tree: &UseTree, is_wire: bool, is_public: bool) {
        match tree {
            UseTree::Path(path) => {
                let is_wire = is_wire || is_wire_name(&path.ident.to_string());
                self.read(&path.tree, is_wire, is_public);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.read(tree, is_wire, is_public)),
            UseTree::Name(name) if is_wire && !is_public => {
                self.private.insert(name.ident.to_string());
            }
            UseTree::Rename(rename) if is_wire && !is_public => {
                self.private.insert(rename.rename.to_string());
            }
            _ => {}
        }
    }
}

fn is_wire_name(name: &str) -> bool {
    name == "wire" || name.starts_with("cc_api_")
}

struct Found<'a> {
    wire: &'a Wire,
    names: BTreeSet<String>,
}

impl Found<'_> {
    /// The fields within the call of a macro, such as `model!`: `name: Type = value`.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                // The colon of a field, and not one of `::`.
                TokenTree::Punct(punct)
                    if punct.as_char() == ':' && !is(at + 1, ':') && (at == 0 || !is(at - 1, ':')) =>
                {
                    let ty: TokenStream = tokens[at + 1..]
                        .iter()
                        .take_while(
                            |token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == '='),
                        )
                        .cloned()
                        .collect();
                    let has_value = tokens[at + 1..]
                        .iter()
                        .any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '='));
                    if let (true, Ok(ty)) = (has_value, syn::parse2::<syn::Type>(ty)) {
                        self.visit_type(&ty);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Found<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let last = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let is_private = path.segments.len() == 1 && self.wire.private.contains(&first);
        if (path.segments.len() > 1 && is_wire_name(&first)) || is_private {
            self.names.insert(last);
        }
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        unmarked(&syn::parse_file(text).unwrap().items).into_iter().collect()
    }

    #[test]
    fn a_wire_type_in_a_public_field_must_be_shown() {
        assert_eq!(of("pub struct A { pub b: Option<wire::B>, c: wire::C }"), ["B"]);
        assert_eq!(of("use cc_api_x::types::{B, C}; pub struct A { pub b: Vec<B> }"), ["B"]);
        assert_eq!(
            of("model! { pub struct A: |wire: wire::A| { b: Vec<wire::B> = wire.b, d: D = x(wire.d), } }"),
            ["B"]
        );
        assert_eq!(of("pub enum A { B(wire::B), C { d: wire::D } }"), ["B", "D"]);
        assert!(
            of("pub use wire::{B, C}; pub struct A { pub b: Vec<B> } struct D { pub e: wire::E }").is_empty()
        );
        assert!(of("impl From<wire::A> for A { fn from(wire: wire::A) -> Self { todo() } }").is_empty());
    }
}

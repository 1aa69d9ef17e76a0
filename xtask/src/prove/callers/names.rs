//! Whole paths of the names in a generated file.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Item, UseTree, Visibility};

/// The names that a generated file knows.
pub struct Names {
    krate: String,
    module: String,
    /// Name → whole path.
    known: BTreeMap<String, String>,
    own: Vec<String>,
}

impl Names {
    pub fn of(krate: &str, module: &str, file: &syn::File) -> Self {
        let known = BTreeMap::from([("crate".to_owned(), krate.to_owned())]);
        let mut names = Self { krate: krate.to_owned(), module: module.to_owned(), known, own: Vec::new() };
        names.add_items(file);
        names
    }

    /// Adds the items and imports of a file.
    pub fn add_items(&mut self, file: &syn::File) {
        for item in &file.items {
            match item {
                Item::Struct(item) => self.add_own(&item.ident.to_string()),
                Item::Type(item) => self.add_own(&item.ident.to_string()),
                Item::Macro(item) => {
                    if let Some((name, _)) = declared(&item.mac.tokens) {
                        self.add_own(&name);
                    }
                }
                Item::Use(item) => self.import(&item.tree, "", matches!(item.vis, Visibility::Public(_))),
                _ => {}
            }
        }
    }

    fn add_own(&mut self, name: &str) {
        self.known.insert(name.to_owned(), self.path(name));
        self.own.push(name.to_owned());
    }

    fn import(&mut self, tree: &UseTree, prefix: &str, is_shown: bool) {
        let join = |name: &syn::Ident| {
            let name = if name == "crate" { self.krate.clone() } else { name.to_string() };
            if prefix.is_empty() { name } else { format!("{prefix}::{name}") }
        };
        match tree {
            UseTree::Path(path) => {
                let prefix = join(&path.ident);
                self.import(&path.tree, &prefix, is_shown);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix, is_shown)),
            UseTree::Name(name) if is_shown => self.add_own(&name.ident.to_string()),
            UseTree::Rename(name) if is_shown => self.add_own(&name.rename.to_string()),
            UseTree::Name(name) => {
                let path = join(&name.ident);
                self.known.insert(name.ident.to_string(), path);
            }
            UseTree::Rename(name) => {
                let path = join(&name.ident);
                self.known.insert(name.rename.to_string(), path);
            }
            UseTree::Glob(_) => {}
        }
    }

    /// The path of an item of the file.
    pub fn path(&self, name: &str) -> String {
        format!("{}::{name}", self.module)
    }

    /// The public items of the file.
    pub fn own(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(String::as_str)
    }

    /// The text of a part of the file with whole paths. `own` is the path of `Self`.
    pub fn text(&self, part: &impl Spanned, own: &str) -> String {
        let text = part.span().source_text().unwrap_or_default();
        self.whole(&text, own)
    }

    /// A text of the file with whole paths.
    pub fn whole(&self, text: &str, own: &str) -> String {
        let tokens: TokenStream = text.parse().unwrap_or_default();
        let mut out = String::new();
        self.write(tokens, own, &mut out);
        out.trim().to_owned()
    }

    fn write(&self, tokens: TokenStream, own: &str, out: &mut String) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::None => ("", ""),
                    };
                    out.push_str(open);
                    self.write(group.stream(), own, out);
                    out.push_str(close);
                }
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let is_first = !out.ends_with(':') && !out.ends_with('\'');
                    let known = self.known.get(&name).map(String::as_str);
                    let whole = if name == "Self" { Some(own) } else { known };
                    if is_first && !out.is_empty() && !out.ends_with([' ', '&', '(', '[', '<']) {
                        out.push(' ');
                    }
                    out.push_str(whole.filter(|_| is_first).unwrap_or(&name));
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    ',' => out.push_str(", "),
                    other => out.push(other),
                },
                TokenTree::Literal(literal) => out.push_str(&literal.to_string()),
            }
        }
    }
}

/// Name and body of the type that a macro declares, such as `open_enum! { pub enum Kind { … } }`.
pub fn declared(tokens: &TokenStream) -> Option<(String, TokenStream)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let at = tokens.iter().position(|token| matches!(token, TokenTree::Ident(ident) if ident == "enum"))?;
    match (tokens.get(at + 1)?, tokens.get(at + 2)?) {
        (TokenTree::Ident(name), TokenTree::Group(body)) => Some((name.to_string(), body.stream())),
        _ => None,
    }
}

/// The variants of such a body, each with the type that it holds.
pub fn variants(body: TokenStream) -> Vec<(String, Option<TokenStream>)> {
    let mut found: Vec<(String, Option<TokenStream>)> = Vec::new();
    let mut is_open = true;
    for token in body {
        match token {
            TokenTree::Ident(name) if is_open => {
                found.push((name.to_string(), None));
                is_open = false;
            }
            TokenTree::Group(group) if !is_open && group.delimiter() == Delimiter::Parenthesis => {
                if let Some((_, of)) = found.last_mut() {
                    *of = Some(group.stream());
                }
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => is_open = true,
            _ => {}
        }
    }
    found
}

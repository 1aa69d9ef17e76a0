//! The names of one file: imports, paths, calls, fields, and the types of values where the text tells them.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, Member, Pat, Token, Type, UseTree};

use super::{Name, Place};

/// The names of a file.
pub fn places(file: &str, parsed: &syn::File, renamed: &BTreeMap<String, String>) -> Vec<Place> {
    let mut imports = Imports { names: renamed.clone(), globs: Vec::new() };
    // Imports and other names of types hold in the whole file, wherever they stand: two of one name in different modules are rare.
    struct Uses<'a>(&'a mut Imports);
    impl<'ast> Visit<'ast> for Uses<'_> {
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            self.0.add(&item.tree, "");
        }

        fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
            if let Type::Path(path) = &*item.ty {
                self.0.names.insert(item.ident.to_string(), text(&path.path));
            }
        }
    }
    Uses(&mut imports).visit_file(parsed);
    let mut reader = Reader { file, imports, types: BTreeMap::new(), places: Vec::new() };
    reader.visit_file(parsed);
    reader.places
}

#[derive(Debug, Default)]
struct Imports {
    /// Name in the file → path.
    names: BTreeMap<String, String>,
    /// Modules of which all names are imported.
    globs: Vec<String>,
}

impl Imports {
    fn add(&mut self, tree: &UseTree, prefix: &str) {
        let join = |name: &syn::Ident| {
            let name = name.to_string();
            if prefix.is_empty() { name } else { format!("{prefix}::{name}") }
        };
        match tree {
            UseTree::Path(path) => self.add(&path.tree, &join(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, prefix)),
            UseTree::Name(name) if name.ident == "self" => {
                let last = prefix.rsplit("::").next().unwrap_or(prefix);
                self.names.insert(last.to_owned(), prefix.to_owned());
            }
            UseTree::Name(name) => {
                // `use cc_client;` names nothing else, and a crate that the manifest renames keeps its own name.
                let path = join(&name.ident);
                self.names.entry(name.ident.to_string()).or_insert(path);
            }
            UseTree::Rename(rename) => {
                let path = if rename.ident == "self" { prefix.to_owned() } else { join(&rename.ident) };
                self.names.insert(rename.rename.to_string(), path);
            }
            UseTree::Glob(_) => self.globs.push(prefix.to_owned()),
        }
    }

    /// The whole paths that a path may stand for, each with `true` if it is certain.
    fn resolve(&self, path: &str) -> Vec<(String, bool)> {
        let mut path = path.trim_start_matches("::").to_owned();
        let mut is_own = true;
        // An import may name another import.
        for _ in 0..4 {
            let (first, rest) =
                path.split_once("::").map_or((path.as_str(), ""), |(first, rest)| (first, rest));
            let Some(import) = self.names.get(first).filter(|import| *import != first) else { break };
            path = if rest.is_empty() { import.clone() } else { format!("{import}::{rest}") };
            is_own = false;
        }
        if is_own && !is_ours(&path) && !path.starts_with("std::") {
            let globs = self.globs.iter().map(|glob| self.resolve_glob(glob));
            let found = globs.filter(|glob| is_ours(glob)).map(|glob| (format!("{glob}::{path}"), false));
            return found.chain([(path.clone(), true)]).collect();
        }
        vec![(path, true)]
    }

    fn resolve_glob(&self, glob: &str) -> String {
        let (first, rest) = glob.split_once("::").map_or((glob, ""), |(first, rest)| (first, rest));
        match self.names.get(first) {
            Some(import) if rest.is_empty() => import.clone(),
            Some(import) => format!("{import}::{rest}"),
            None => glob.to_owned(),
        }
    }
}

fn is_ours(path: &str) -> bool {
    let first = path.split("::").next().unwrap_or_default();
    first.starts_with("cc_api_")
        || matches!(first, "cc_client" | "cc_bridge" | "cc_redis_http" | "cc_runtime")
}

struct Reader<'a> {
    file: &'a str,
    imports: Imports,
    /// Variable → path of its type, where the text tells it.
    types: BTreeMap<String, String>,
    places: Vec<Place>,
}

impl Reader<'_> {
    fn add(&mut self, line: usize, name: Name) {
        self.places.push(Place { file: self.file.to_owned(), line, name });
    }

    fn member(&mut self, line: usize, name: &syn::Ident, of: Option<String>) {
        self.add(line, Name::Member { name: name.to_string().trim_start_matches("r#").to_owned(), of });
    }

    /// The type of an expression, if the text tells it: a constructor, its setters, a variable.
    fn type_of(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    let text = text(&path.path);
                    let (ty, _) = text.rsplit_once("::")?;
                    self.known(ty)
                }
                _ => None,
            },
            // A setter returns its own type. Anything else is not known.
            Expr::MethodCall(call) => self.type_of(&call.receiver),
            Expr::Path(path) => self.types.get(&path.path.get_ident()?.to_string()).cloned(),
            Expr::Struct(literal) => self.known(&text(&literal.path)),
            Expr::Reference(inner) => self.type_of(&inner.expr),
            Expr::Paren(inner) => self.type_of(&inner.expr),
            _ => None,
        }
    }

    /// The path of a type. A name that a glob import or the program itself may give tells nothing.
    fn known(&self, path: &str) -> Option<String> {
        let resolved = self.imports.resolve(path);
        resolved.into_iter().find(|(path, certain)| *certain && is_ours(path)).map(|(path, _)| path)
    }

    /// Reads a scope: the variables of the scope around it have their types again after it.
    fn scoped(&mut self, read: impl FnOnce(&mut Self)) {
        let around = self.types.clone();
        read(self);
        self.types = around;
    }

    /// The type of a declaration such as `&Drain`.
    fn declared(&self, ty: &Type) -> Option<String> {
        match ty {
            Type::Reference(inner) => self.declared(&inner.elem),
            Type::Path(path) => self.known(&text(&path.path)),
            _ => None,
        }
    }

    /// Names in the tokens of a macro that are no list of expressions.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                    let is_member = matches!(before, Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
                    if is_member {
                        self.member(ident.span().start().line, ident, None);
                    } else if let Ok(path) = syn::parse_str::<syn::Path>(&joined(&tokens[at..])) {
                        self.path_at(&path, ident.span().start().line);
                    }
                }
                _ => {}
            }
        }
    }

    fn path_at(&mut self, path: &syn::Path, line: usize) {
        for (path, certain) in self.imports.resolve(&text(path)) {
            self.add(line, Name::Path { path, certain });
        }
    }
}

/// The path at the start of tokens: `a::b::C`.
fn joined(tokens: &[TokenTree]) -> String {
    let mut out = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if out.is_empty() || out.ends_with("::") => {
                out.push_str(&ident.to_string())
            }
            TokenTree::Punct(colon) if colon.as_char() == ':' => out.push(':'),
            _ => break,
        }
    }
    out.trim_end_matches(':').to_owned()
}

/// A path without generic arguments.
fn text(path: &syn::Path) -> String {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    segments.join("::")
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut imports = Imports::default();
        imports.add(&item.tree, "");
        let line = item.span().start().line;
        for path in imports.names.into_values() {
            let resolved = self.imports.resolve(&path);
            resolved.into_iter().for_each(|(path, certain)| self.add(line, Name::Path { path, certain }));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path_at(path, path.span().start().line);
        syn::visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.scoped(|this| {
            this.types.clear();
            syn::visit::visit_item_fn(this, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.scoped(|this| syn::visit::visit_impl_item_fn(this, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.scoped(|this| syn::visit::visit_trait_item_fn(this, item));
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.scoped(|this| syn::visit::visit_block(this, block));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.scoped(|this| syn::visit::visit_arm(this, arm));
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.scoped(|this| syn::visit::visit_expr_closure(this, closure));
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.scoped(|this| syn::visit::visit_expr_for_loop(this, expr));
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        self.scoped(|this| syn::visit::visit_expr_if(this, expr));
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.scoped(|this| syn::visit::visit_expr_while(this, expr));
    }

    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        // A new variable, which may hide one of a known type.
        self.types.remove(&name.ident.to_string());
        syn::visit::visit_pat_ident(self, name);
    }

    fn visit_pat_type(&mut self, pattern: &'ast syn::PatType) {
        syn::visit::visit_pat_type(self, pattern);
        if let (Pat::Ident(name), Some(ty)) = (&*pattern.pat, self.declared(&pattern.ty)) {
            self.types.insert(name.ident.to_string(), ty);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        // The value is read before the variable is there: it may use another one of the same name.
        let ty = local.init.as_ref().and_then(|init| self.type_of(&init.expr));
        if let Some(init) = &local.init {
            self.visit_local_init(init);
        }
        self.visit_pat(&local.pat);
        if let (Pat::Ident(name), Some(ty)) = (&local.pat, ty) {
            self.types.insert(name.ident.to_string(), ty);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let of = self.type_of(&call.receiver);
        self.member(call.method.span().start().line, &call.method, of);
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_field(&mut self, field: &'ast syn::ExprField) {
        if let Member::Named(name) = &field.member {
            // After a setter or a constructor only: the answer of a call is of another type.
            let of = match &*field.base {
                Expr::Path(_) | Expr::Reference(_) | Expr::Paren(_) => self.type_of(&field.base),
                _ => None,
            };
            self.member(name.span().start().line, name, of);
        }
        syn::visit::visit_expr_field(self, field);
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        let of = self.known(&text(&pattern.path));
        for field in &pattern.fields {
            if let Member::Named(name) = &field.member {
                self.member(name.span().start().line, name, of.clone());
            }
        }
        syn::visit::visit_pat_struct(self, pattern);
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        let of = self.known(&text(&literal.path));
        for field in &literal.fields {
            if let Member::Named(name) = &field.member {
                self.member(name.span().start().line, name, of.clone());
            }
        }
        syn::visit::visit_expr_struct(self, literal);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        match parser.parse2(call.tokens.clone()) {
            Ok(expressions) => expressions.iter().for_each(|expr| self.visit_expr(expr)),
            Err(_) => self.tokens(call.tokens.clone()),
        }
        // `{name}` and `{value.field}` in a format are variables, never fields.
    }
}

//! Fields of wire types that no hand-written model reads: a new field of an answer must reach the user of a command, or be marked
//! with `x-left-out` in the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::rust::Ty;
use super::{Decided, Decisions};
use crate::spec::model::SHARED;

/// The wire types that the macro of operators converts: it names them by its parameter `$wire`.
const OF_A_MACRO: [(&str, &[&str]); 1] = [("$wire", &["Keycloak", "Matomo", "Metabase", "Otoroshi"])];

/// Returns one error for each field that no model reads, and for each mark that is not needed.
pub fn unread(decisions: &Decisions<'_>, root: &Path, sources: &[String]) -> Result<Vec<String>, String> {
    let wire = wire_types(decisions);
    let mut read = Read::default();
    for folder in sources {
        let folder = root.join(folder);
        for path in crate::tidy::source::files(&folder) {
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let tokens: TokenStream = text.parse().map_err(|error| format!("{shown}: {error}"))?;
            let tokens: Vec<TokenTree> = tokens.into_iter().collect();
            let mut file =
                File { wire: &wire, read: &mut read, shown, names: BTreeMap::new(), words: BTreeSet::new() };
            file.imports(&tokens);
            file.words(&tokens);
            file.scan(&tokens, &Scope::new());
        }
    }
    let mut errors = Vec::new();
    for (name, fields) in &wire {
        let (domain, schema) = name.split_once("::").unwrap_or(("", name));
        let file = format!("spec/{}.yaml", domain.replace('_', "-"));
        let Some(place) = read.models.get(name).filter(|_| !read.outputs.contains(name)) else {
            // Where a spec stands alone, such as in a copy of the folder, no mark can be compared with a model.
            let has_models = !read.models.is_empty();
            let marked = fields.values().filter(|known| has_models && known.left_out.is_some());
            errors.extend(marked.map(|known| {
                format!(
                    "{file}: `x-left-out` at `{schema}.{}` is not needed: no model stands in the place of the wire type",
                    known.property
                )
            }));
            continue;
        };
        for (field, known) in fields {
            let is_read = read.fields.contains(&(name.clone(), field.clone()));
            match &known.left_out {
                None if !is_read => errors.push(format!(
                    "{place}: no model reads the field `{field}` of the wire type `{schema}` ({file}, property `{}`): read it, or mark \
                     the property with `x-left-out: REASON`",
                    known.property
                )),
                Some(_) if is_read => errors.push(format!(
                    "{file}: `x-left-out` at `{schema}.{}` is not needed: a model reads the field ({place})",
                    known.property
                )),
                _ => {}
            }
        }
    }
    Ok(errors)
}

/// A field of a wire type.
struct Known {
    property: String,
    left_out: Option<String>,
    /// The wire type inside it.
    inner: Option<String>,
}

type Wire = BTreeMap<String, BTreeMap<String, Known>>;

/// The structs of all domains, by `domain::Name`.
fn wire_types(decisions: &Decisions<'_>) -> Wire {
    let mut wire = Wire::new();
    for Decided { domain, types, .. } in decisions.domains.iter().chain([&decisions.shared]) {
        let module = |name: &str| match domain.shared.keys().any(|key| super::rust::type_name(key) == name) {
            true => format!("{SHARED}::{name}"),
            false => format!("{}::{name}", domain.name.replace('-', "_")),
        };
        for (name, item) in &types.structs {
            let schema = domain.schemas.iter().find(|(key, _)| super::rust::type_name(key) == *name);
            let Some((_, schema)) = schema else { continue };
            let fields = item.fields.iter().map(|field| {
                let left_out =
                    schema["properties"][&field.property]["x-left-out"].as_str().map(str::to_owned);
                let inner = inner(&field.ty).map(module);
                (field.ident.clone(), Known { property: field.property.clone(), left_out, inner })
            });
            wire.insert(module(name), fields.collect());
        }
    }
    wire
}

/// The name of the type inside options, lists, maps and boxes.
fn inner(ty: &Ty) -> Option<&str> {
    match ty {
        Ty::Local(name) => Some(name),
        Ty::Option(inner) | Ty::List(inner) | Ty::Map(inner) | Ty::Boxed(inner) | Ty::Patch(inner) => {
            self::inner(inner)
        }
        _ => None,
    }
}

#[derive(Default)]
struct Read {
    fields: BTreeSet<(String, String)>,
    /// Wire types that a model is made of, with the place of the first.
    models: BTreeMap<String, String>,
    /// Wire types that are outputs as they are: every field of them reaches the user.
    outputs: BTreeSet<String>,
}

/// Variables that contain a wire type, or options, lists and maps of it.
type Scope = BTreeMap<String, Vec<String>>;

struct File<'a> {
    wire: &'a Wire,
    read: &'a mut Read,
    shown: String,
    /// Imported names and their paths.
    names: BTreeMap<String, String>,
    /// All identifiers of the file: the fields that a macro of it may be given.
    words: BTreeSet<String>,
}

impl File<'_> {
    fn words(&mut self, tokens: &[TokenTree]) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.words.insert(ident.to_string());
                }
                TokenTree::Group(group) => self.words(&trees(group)),
                _ => {}
            }
        }
    }

    fn imports(&mut self, tokens: &[TokenTree]) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(ident) if ident == "use" => {
                    let known: BTreeSet<String> = self.names.keys().cloned().collect();
                    self.import(&tokens[at + 1..], "");
                    // A wire type that is exported is an output as it is.
                    if at > 0 && matches!(&tokens[at - 1], TokenTree::Ident(word) if word == "pub") {
                        let new: Vec<String> =
                            self.names.keys().filter(|name| !known.contains(*name)).cloned().collect();
                        for name in new {
                            let types = self.resolve(&name);
                            self.read.outputs.extend(types);
                        }
                    }
                }
                TokenTree::Group(group) => self.imports(&trees(group)),
                _ => {}
            }
        }
    }

    /// One tree of imports, up to a comma or the end of the statement.
    fn import(&mut self, tokens: &[TokenTree], prefix: &str) {
        let (mut path, mut at) = (prefix.to_owned(), 0);
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(ident) if ident == "as" => {
                    if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                        let path = path.trim_end_matches("::self").to_owned();
                        self.names.insert(name.to_string(), path);
                    }
                    return;
                }
                TokenTree::Ident(ident) => {
                    if !path.is_empty() {
                        path.push_str("::");
                    }
                    path.push_str(&ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                TokenTree::Group(group) => {
                    let inner = trees(group);
                    // A comma may stand behind the last part.
                    for part in inner.split(|token| is(token, ',')).filter(|part| !part.is_empty()) {
                        self.import(part, &path);
                    }
                    return;
                }
                _ => break,
            }
            at += 1;
        }
        if let Some(name) = path.rsplit("::").next().filter(|name| !name.is_empty()) {
            self.names.insert(name.to_owned(), path.clone());
        }
    }

    /// The wire types of a path.
    fn resolve(&self, path: &str) -> Vec<String> {
        let mut path = path.to_owned();
        for _ in 0..4 {
            if path.starts_with("cc_api_") {
                break;
            }
            let (first, rest) =
                path.split_once("::").map_or((path.as_str(), None), |(first, rest)| (first, Some(rest)));
            let Some(full) = self.names.get(first).filter(|full| *full != first) else { return Vec::new() };
            path = rest.map_or_else(|| full.clone(), |rest| format!("{full}::{rest}"));
        }
        let Some((domain, name)) = path.strip_prefix("cc_api_").and_then(|path| path.split_once("::types::"))
        else {
            return Vec::new();
        };
        let several = OF_A_MACRO.iter().find(|(parameter, _)| *parameter == name);
        let names = several.map_or(std::slice::from_ref(&name), |(_, names)| names);
        let full = names.iter().filter_map(|name| {
            [format!("{domain}::{name}"), format!("{SHARED}::{name}")]
                .into_iter()
                .find(|full| self.wire.contains_key(full))
        });
        full.collect()
    }

    fn scan(&mut self, tokens: &[TokenTree], scope: &Scope) {
        let mut scope = scope.clone();
        let mut parameters = Scope::new();
        let (mut at, mut pending) = (0, Vec::new());
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => {
                    let inner = trees(group);
                    let mut within = scope.clone();
                    if group.delimiter() == Delimiter::Parenthesis {
                        parameters = self.parameters(&inner);
                        within.extend(parameters.clone());
                    } else if group.delimiter() == Delimiter::Brace {
                        within.append(&mut parameters);
                    }
                    self.scan(&inner, &within);
                    at += 1;
                }
                TokenTree::Punct(punct) if punct.as_char() == '|' => {
                    if let Some(end) = tokens[at + 1..].iter().position(|token| is(token, '|')) {
                        scope.extend(self.parameters(&tokens[at + 1..at + 1 + end]));
                    }
                    at += 1;
                }
                TokenTree::Ident(word) if word == "let" || word == "for" => {
                    let end = tokens[at..].iter().position(|token| {
                        is(token, '=') || matches!(token, TokenTree::Ident(word) if word == "in")
                    });
                    let Some(end) = end.map(|end| at + end) else {
                        at += 1;
                        continue;
                    };
                    let mut names = Vec::new();
                    variables(&tokens[at + 1..end], &mut names);
                    at = end + 1;
                    while tokens.get(at).is_some_and(|token| is(token, '&')) {
                        at += 1;
                    }
                    pending = names;
                    if !matches!(tokens.get(at), Some(TokenTree::Ident(_))) {
                        pending.clear();
                    }
                    if let Some(TokenTree::Ident(word)) = tokens.get(at)
                        && !scope.contains_key(&word.to_string())
                    {
                        pending.clear();
                    }
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let is_member = at > 0 && is(&tokens[at - 1], '.');
                    match scope.get(&word).filter(|_| !is_member).cloned() {
                        Some(types) => {
                            let (next, result) = self.chain(tokens, at + 1, types, &scope);
                            at = next;
                            for name in pending.drain(..) {
                                scope.insert(name, result.clone());
                            }
                        }
                        None => at += 1,
                    }
                }
                _ => at += 1,
            }
        }
    }

    /// Follows fields and methods behind a variable. Returns the place behind them, and the wire types of the result.
    fn chain(
        &mut self,
        tokens: &[TokenTree],
        mut at: usize,
        mut types: Vec<String>,
        scope: &Scope,
    ) -> (usize, Vec<String>) {
        while tokens.get(at).is_some_and(|token| is(token, '.')) {
            match (tokens.get(at + 1), tokens.get(at + 2)) {
                (Some(TokenTree::Ident(_)), Some(TokenTree::Group(arguments)))
                    if arguments.delimiter() == Delimiter::Parenthesis =>
                {
                    let inner = trees(arguments);
                    let mut within = scope.clone();
                    let closure = inner.first().is_some_and(|token| is(token, '|'));
                    if closure && let Some(end) = inner[1..].iter().position(|token| is(token, '|')) {
                        let mut names = Vec::new();
                        variables(&inner[1..1 + end], &mut names);
                        within.extend(names.into_iter().map(|name| (name, types.clone())));
                    }
                    self.scan(&inner, &within);
                    if closure || !inner.is_empty() {
                        types.clear();
                    }
                    at += 3;
                }
                (Some(TokenTree::Ident(field)), _) => {
                    let field = field.to_string();
                    types = self.field(&types, &field, tokens[at + 1].span().start().line);
                    at += 2;
                }
                (Some(dollar), Some(TokenTree::Ident(_))) if is(dollar, '$') => {
                    let given: Vec<String> = self.words.iter().cloned().collect();
                    let line = dollar.span().start().line;
                    given.iter().for_each(|field| drop(self.field(&types, field, line)));
                    types.clear();
                    at += 3;
                }
                _ => break,
            }
        }
        (at, types)
    }

    /// Notes that a field of these types is read, and returns the wire types inside it.
    fn field(&mut self, types: &[String], field: &str, line: usize) -> Vec<String> {
        let mut inner = Vec::new();
        for name in types {
            if let Some(known) = self.wire.get(name).and_then(|fields| fields.get(field)) {
                self.read.fields.insert((name.clone(), field.to_owned()));
                self.read.models.entry(name.clone()).or_insert_with(|| format!("{}:{line}", self.shown));
                inner.extend(known.inner.clone());
            }
        }
        inner
    }

    /// The parameters of wire types in a list of parameters.
    fn parameters(&mut self, tokens: &[TokenTree]) -> Scope {
        let mut scope = Scope::new();
        for parameter in tokens.split(|token| is(token, ',')) {
            let Some(colon) = parameter.iter().position(|token| is(token, ':')) else { continue };
            let Some(TokenTree::Ident(name)) = colon.checked_sub(1).and_then(|at| parameter.get(at)) else {
                continue;
            };
            let mut path = String::new();
            for token in &parameter[colon + 1..] {
                match token {
                    TokenTree::Ident(ident) if ident == "mut" => {}
                    TokenTree::Ident(ident) => path.push_str(&ident.to_string()),
                    TokenTree::Punct(punct) if punct.as_char() == ':' || punct.as_char() == '$' => {
                        path.push(punct.as_char())
                    }
                    TokenTree::Punct(punct) if punct.as_char() == '&' => {}
                    _ => {
                        path.clear();
                        break;
                    }
                }
            }
            let types = self.resolve(&path);
            let line = name.span().start().line;
            for name in &types {
                self.read.models.entry(name.clone()).or_insert_with(|| format!("{}:{line}", self.shown));
            }
            if !types.is_empty() {
                scope.insert(name.to_string(), types);
            }
        }
        scope
    }
}

/// The variables that a pattern binds.
fn variables(pattern: &[TokenTree], found: &mut Vec<String>) {
    for token in pattern {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                if name.starts_with(|first: char| first.is_ascii_lowercase())
                    && !matches!(name.as_str(), "mut" | "ref")
                {
                    found.push(name);
                }
            }
            TokenTree::Group(group) => variables(&trees(group), found),
            // A type follows.
            TokenTree::Punct(punct) if punct.as_char() == ':' => return,
            _ => {}
        }
    }
}

fn trees(group: &proc_macro2::Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

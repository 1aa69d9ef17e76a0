//! OpenAPI documents from elsewhere, 3.0 or 3.1, read as they are: what is odd is counted by rule, and nothing ends the reading.

mod view;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

pub use view::{Shape, View};

use crate::spec::node::{Kind, Node, parse_foreign, references};
use crate::spec::{METHODS, Problem};

/// Files that one document consists of.
#[derive(Debug, Default)]
pub struct Files {
    /// The document itself, then the files beside it that it refers to.
    pub files: Vec<File>,
    /// Oddities of the syntax: file, line and message.
    pub odd: Vec<(usize, usize, String)>,
}

/// One file, as the program was asked for it or as a `$ref` names it.
#[derive(Debug)]
pub struct File {
    pub path: PathBuf,
    pub root: Node,
}

impl Files {
    /// Reads a document and the files beside it that its references name. Only the document itself must be readable.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let mut files = Self::default();
        let mut open = vec![(path.to_owned(), 0)];
        let mut known: BTreeSet<PathBuf> = [path.to_owned()].into();
        while let Some((path, from)) = open.pop() {
            match crate::spec::read_text(&path)
                .and_then(|text| parse_foreign(&text).map_err(|error| crate::spec::syntax(&path, error)))
            {
                Ok((root, odd)) => {
                    let at = files.files.len();
                    files.odd.extend(odd.into_iter().map(|odd| (at, odd.line, odd.message)));
                    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
                    let mut names = BTreeSet::new();
                    references(&root, &mut |reference| {
                        let name = reference.split('#').next().unwrap_or_default();
                        if !name.is_empty() && !names.contains(name) {
                            names.insert(name.to_owned());
                        }
                    });
                    // What lies elsewhere is not read: a reference then leads nowhere, which is counted.
                    for target in names.iter().filter_map(|name| beside(&folder, name)) {
                        if known.insert(target.clone()) {
                            open.push((target, at));
                        }
                    }
                    files.files.push(File { path, root });
                }
                Err(problem) if files.files.is_empty() => return Err(problem),
                Err(problem) => files.odd.push((from, 0, problem.to_string())),
            }
        }
        Ok(files)
    }

    /// Wraps a document that is already parsed.
    pub fn of(path: &Path, root: Node) -> Self {
        Self { files: vec![File { path: path.to_owned(), root }], odd: Vec::new() }
    }
}

/// Path of a file that a reference names, if it lies in the folder of the document or below.
fn beside(folder: &Path, name: &str) -> Option<PathBuf> {
    let name = unescaped(name);
    let path = Path::new(&name);
    let stays = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (stays && !name.contains("://")).then(|| {
        folder.join(path.components().filter(|part| *part != Component::CurDir).collect::<PathBuf>())
    })
}

/// Replaces the percent escapes of a text.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A value of one of the files.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    pub file: usize,
    pub node: &'a Node,
}

impl<'a> At<'a> {
    pub fn with(self, node: &'a Node) -> Self {
        At { file: self.file, node }
    }
}

/// Follows references, merges `allOf`, and counts what is odd.
#[derive(Debug)]
pub struct Reader<'a> {
    pub files: &'a Files,
    indexes: RefCell<HashMap<*const Node, HashMap<&'a str, &'a Node>>>,
    paths: HashMap<&'a Path, usize>,
    odd: RefCell<BTreeMap<&'static str, Odd>>,
    /// The schemas that are being read: one that is among its own parts ends there.
    open: RefCell<Vec<*const Node>>,
}

/// Occurrences of one oddity.
#[derive(Debug, Default, Clone)]
pub struct Odd {
    pub count: usize,
    /// First places, as `file:line: message`.
    pub first: Vec<String>,
}

/// Length from which the members of a map are found by an index.
const LARGE: usize = 16;

/// Length of a chain of references, and depth of nested `allOf`, beyond which they are taken for circular.
pub const DEEP: usize = 32;

impl<'a> Reader<'a> {
    pub fn new(files: &'a Files) -> Self {
        let paths = files.files.iter().enumerate().map(|(at, file)| (file.path.as_path(), at)).collect();
        let reader = Self {
            files,
            indexes: RefCell::default(),
            paths,
            odd: RefCell::default(),
            open: RefCell::default(),
        };
        for (file, line, message) in &files.odd {
            reader.note("syntax", *file, *line, || message.clone());
        }
        reader
    }

    /// The document itself.
    pub fn root(&self) -> Option<At<'a>> {
        self.files.files.first().map(|file| At { file: 0, node: &file.root })
    }

    /// Place of a line, for people and editors.
    pub fn place(&self, file: usize, line: usize) -> String {
        let path = self.files.files.get(file).map(|file| file.path.display().to_string()).unwrap_or_default();
        // A file that could not be read has no lines.
        if line == 0 { path } else { format!("{path}:{line}") }
    }

    /// Counts an oddity.
    pub fn note(&self, rule: &'static str, file: usize, line: usize, message: impl FnOnce() -> String) {
        let mut all = self.odd.borrow_mut();
        let odd = all.entry(rule).or_default();
        odd.count += 1;
        if odd.first.len() < 3 {
            odd.first.push(format!("{}: {}", self.place(file, line), message()));
        }
    }

    /// Everything odd so far, by rule.
    pub fn odd(&self) -> BTreeMap<&'static str, Odd> {
        self.odd.borrow().clone()
    }

    /// A member of a map.
    pub fn get(&self, node: &'a Node, key: &str) -> Option<&'a Node> {
        let entries = node.entries();
        if entries.len() < LARGE {
            return node.get(key);
        }
        let mut indexes = self.indexes.borrow_mut();
        let index = indexes
            .entry(std::ptr::from_ref(node))
            .or_insert_with(|| entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect());
        index.get(key).copied()
    }

    /// Target of a reference from this file.
    pub fn resolve(&self, file: usize, reference: &str) -> Option<At<'a>> {
        let (name, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if name.is_empty() {
            file
        } else {
            let folder = self.files.files.get(file)?.path.parent()?;
            *self.paths.get(beside(folder, name)?.as_path())?
        };
        let mut node = &self.files.files.get(file)?.root;
        for key in pointer.split('/').skip(1) {
            let key = unescaped(key).replace("~1", "/").replace("~0", "~");
            node = match &node.kind {
                Kind::List(items) => items.get(key.parse::<usize>().ok()?)?,
                _ => self.get(node, &key)?,
            };
        }
        Some(At { file, node })
    }

    /// Follows `$ref` to what it names. A reference that leads nowhere, or in a circle, is counted and gives nothing.
    pub fn follow(&self, mut at: At<'a>) -> Option<At<'a>> {
        for _ in 0..DEEP {
            let Some(reference) = at.node.str_at("$ref") else { return Some(at) };
            match self.resolve(at.file, reference) {
                Some(next) => at = next,
                None => {
                    self.note("reference", at.file, at.node.line, || format!("`{reference}` leads nowhere"));
                    return None;
                }
            }
        }
        self.note("circular", at.file, at.node.line, || "the reference leads in a circle".to_owned());
        None
    }

    /// Members of a map, with their places; nothing of anything else.
    fn members(&self, at: At<'a>, key: &str) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
        let entries = at.node.get(key).map(Node::entries).unwrap_or_default();
        entries.iter().map(move |entry| (entry.key.as_str(), at.with(&entry.value)))
    }
}

/// One operation of a document.
#[derive(Debug, Clone)]
pub struct Operation<'a> {
    pub at: At<'a>,
    pub method: &'a str,
    /// Path in the document.
    pub path: &'a str,
    /// Path from the root of the host: with the path of the document's server.
    pub route: String,
    pub id: Option<&'a str>,
    pub tags: Vec<&'a str>,
    pub summary: Option<&'a str>,
    pub description: Option<&'a str>,
    pub is_deprecated: bool,
    pub parameters: Vec<Parameter<'a>>,
    pub body: Option<Body<'a>>,
    /// The success with the lowest status. `None` if the document has none.
    pub success: Option<Answer<'a>>,
    /// Statuses that are no success.
    pub errors: Vec<&'a str>,
}

#[derive(Debug, Clone)]
pub struct Parameter<'a> {
    pub at: At<'a>,
    pub name: &'a str,
    pub place: &'a str,
    pub is_required: bool,
    pub description: Option<&'a str>,
    pub schema: Option<At<'a>>,
}

#[derive(Debug, Clone)]
pub struct Body<'a> {
    pub at: At<'a>,
    pub is_required: bool,
    pub media: Option<&'a str>,
    pub schema: Option<At<'a>>,
}

#[derive(Debug, Clone)]
pub struct Answer<'a> {
    pub at: At<'a>,
    pub status: &'a str,
    pub description: Option<&'a str>,
    pub media: Option<&'a str>,
    pub schema: Option<At<'a>>,
}

impl<'a> Reader<'a> {
    /// Path of the server, which stands before each path: `/v2` of `https://api.example.org/v2`.
    fn base(&self, at: At<'a>) -> Option<String> {
        let server = at.node.get("servers")?.items().first()?;
        let mut url = server.str_at("url")?.to_owned();
        for variable in server.get("variables").map(Node::entries).unwrap_or_default() {
            let default = variable.value.str_at("default").unwrap_or_default();
            url = url.replace(&format!("{{{}}}", variable.key), default);
        }
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
        Some(path.trim_end_matches('/').to_owned())
    }

    /// Every operation of the document, in its order.
    pub fn operations(&self) -> Vec<Operation<'a>> {
        let version = self.root().and_then(|root| root.node.str_at("openapi"));
        if version.is_none_or(|version| !version.starts_with("3.0") && !version.starts_with("3.1")) {
            let version = version.map_or("missing".to_owned(), |version| format!("`{version}`"));
            self.note("version", 0, 1, || format!("`openapi` is {version}, and the document is read as 3.1"));
        }
        self.operations_of(0)
    }

    /// Every operation of one file.
    pub fn operations_of(&self, file: usize) -> Vec<Operation<'a>> {
        let Some(root) = self.files.files.get(file).map(|root| At { file, node: &root.root }) else {
            return Vec::new();
        };
        let base = self.base(root).unwrap_or_default();
        if let Some(webhooks) = root.node.get("webhooks").filter(|node| !node.entries().is_empty()) {
            self.note("webhooks", file, webhooks.line, || {
                "`webhooks` are requests of the server, and are ignored".to_owned()
            });
        }
        let mut operations = Vec::new();
        for (path, item) in self.members(root, "paths") {
            if path.starts_with("x-") {
                continue;
            }
            let Some(item) = self.follow(item).filter(|item| item.node.is_map()) else {
                self.note("path-item", item.file, item.node.line, || format!("`{path}` is not a map"));
                continue;
            };
            let common = item.node.get("parameters").map(Node::items).unwrap_or_default();
            for entry in item.node.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str())) {
                let at = item.with(&entry.value);
                if !entry.value.is_map() {
                    self.note("operation", at.file, entry.line, || {
                        format!("{} {path} is not a map", entry.key.to_uppercase())
                    });
                    continue;
                }
                let base = self.base(at).or_else(|| self.base(item)).unwrap_or_else(|| base.clone());
                let slash = if path.starts_with('/') { "" } else { "/" };
                let route = format!("{base}{slash}{path}");
                operations.push(self.operation(at, &entry.key, path, route, item.file, common));
            }
        }
        operations
    }

    fn operation(
        &self,
        at: At<'a>,
        method: &'a str,
        path: &'a str,
        route: String,
        file: usize,
        common: &'a [Node],
    ) -> Operation<'a> {
        let node = at.node;
        let own = node.get("parameters").map(Node::items).unwrap_or_default();
        let own = own.iter().map(|node| At { file: at.file, node });
        let mut parameters: Vec<Parameter<'a>> = own.filter_map(|at| self.parameter(at)).collect();
        for parameter in common.iter().filter_map(|node| self.parameter(At { file, node })) {
            let is = |own: &Parameter<'_>| own.name == parameter.name && own.place == parameter.place;
            if !parameters.iter().any(is) {
                parameters.push(parameter);
            }
        }
        let mut errors = Vec::new();
        let mut success: Option<Answer<'a>> = None;
        let mut default = None;
        for (status, answer) in self.members(at, "responses") {
            if status == "default" {
                default = Some((status, answer));
            } else if status.starts_with(['1', '2']) {
                let is_first = success.as_ref().is_none_or(|known| status < known.status);
                if let Some(answer) = is_first.then(|| self.answer(status, answer)).flatten() {
                    success = Some(answer);
                }
            } else if !status.starts_with("x-") {
                errors.push(status);
            }
        }
        // `default` is the success of documents that list only errors beside it.
        if success.is_none() {
            success = default.and_then(|(status, answer)| self.answer(status, answer));
        }
        if node.get("callbacks").is_some() {
            self.note("callbacks", at.file, node.line, || {
                "`callbacks` are requests of the server, and are ignored".to_owned()
            });
        }
        Operation {
            at,
            method,
            path,
            route,
            id: node.str_at("operationId"),
            tags: node
                .get("tags")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(Node::as_str)
                .collect(),
            summary: node.str_at("summary"),
            description: node.str_at("description"),
            is_deprecated: node.is_true_at("deprecated"),
            parameters,
            body: node.get("requestBody").and_then(|body| self.body(at.with(body))),
            success,
            errors,
        }
    }

    fn parameter(&self, at: At<'a>) -> Option<Parameter<'a>> {
        let at = self.follow(at)?;
        let (Some(name), Some(place)) = (at.node.str_at("name"), at.node.str_at("in")) else {
            self.note("parameter", at.file, at.node.line, || {
                "a parameter has no `name` or no `in`".to_owned()
            });
            return None;
        };
        let schema = at.node.get("schema").map(|schema| at.with(schema));
        Some(Parameter {
            at,
            name,
            place,
            is_required: at.node.is_true_at("required") || place == "path",
            description: at.node.str_at("description"),
            schema: schema.or_else(|| self.content(at).1),
        })
    }

    /// Returns `true` if the elements of a list are one text, such as `a,b`, and do not repeat the parameter.
    pub fn is_joined(&self, parameter: &Parameter<'a>) -> bool {
        let is_list = parameter.schema.is_some_and(|schema| self.view(schema).shape() == Shape::List);
        let repeats = match parameter.at.node.get("explode").map(|node| &node.kind) {
            Some(Kind::Bool(explode)) => *explode,
            _ => parameter.at.node.str_at("style").is_none_or(|style| style == "form"),
        };
        is_list && parameter.place == "query" && !repeats
    }

    fn body(&self, at: At<'a>) -> Option<Body<'a>> {
        let at = self.follow(at)?;
        let (media, schema) = self.content(at);
        Some(Body { at, is_required: at.node.is_true_at("required"), media, schema })
    }

    fn answer(&self, status: &'a str, at: At<'a>) -> Option<Answer<'a>> {
        let at = self.follow(at)?;
        let (media, schema) = self.content(at);
        Some(Answer { at, status, description: at.node.str_at("description"), media, schema })
    }

    /// The media type of a body, JSON if there is a choice, and its schema.
    fn content(&self, at: At<'a>) -> (Option<&'a str>, Option<At<'a>>) {
        let mut media: Vec<(&'a str, At<'a>)> = self.members(at, "content").collect();
        media.sort_by_key(|(name, _)| !name.contains("json"));
        let Some((name, value)) = media.first() else { return (None, None) };
        let name = name.split(';').next().map(str::trim);
        (name, value.node.get("schema").map(|schema| value.with(schema)))
    }
}

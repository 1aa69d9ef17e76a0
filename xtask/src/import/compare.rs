//! Differences between a document from elsewhere and the spec: operations by their routes, then everything that they send and answer.

mod schema;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use super::document::{At, File, Files, Operation, Parameter, Reader};
use super::source::{self, Identity};
use crate::spec::Documents;
use crate::spec::check::normalized;
use crate::spec::node::Node;

/// One difference.
#[derive(Debug, Clone)]
pub struct Finding {
    /// `new-operation`, `gone-field`, `type` …: [`RULES`].
    pub rule: &'static str,
    /// Domain of the spec.
    pub domain: String,
    /// What differs: `create_drain`, `Drain.backlog`, `create_drain query limit`.
    pub subject: String,
    /// First operation that has it.
    pub operation: String,
    /// Place in the spec, as `spec/drain.yaml:12`.
    pub ours: Option<String>,
    /// Place in the document.
    pub theirs: String,
    pub says: String,
    /// Reason why the spec differs on purpose.
    pub accepted: Option<&'static str>,
    pub change: Change,
}

/// The edit of the spec that takes over a difference, by index or name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing that a program could do without a decision.
    None,
    /// Index of an operation of the document.
    Operation(usize),
    /// Index of the document's operation and its parameter, the spec's route.
    Parameter {
        operation: usize,
        parameter: usize,
        path: String,
        method: String,
    },
    /// File and schema of the spec, and the name of the property.
    Field {
        file: usize,
        schema: String,
        name: String,
    },
    Value {
        file: usize,
        schema: String,
        value: String,
    },
    Variant {
        file: usize,
        schema: String,
        value: String,
    },
}

/// The rules of the comparison, and their meaning.
pub const RULES: [(&str, &str); 18] = [
    ("new-operation", "operations that the spec does not have"),
    ("new-parameter", "parameters that the spec does not have"),
    ("new-field", "fields of bodies and answers that the spec does not have"),
    ("new-value", "values of enums that the spec does not have"),
    ("new-variant", "variants of unions that the spec does not have"),
    ("gone-operation", "operations of this source that the document no longer has"),
    ("gone-parameter", "parameters that only the spec has"),
    ("gone-field", "fields that only the spec has"),
    ("gone-value", "values of enums that only the spec has"),
    ("gone-variant", "variants of unions that only the spec has"),
    ("type", "other types"),
    ("format", "other formats"),
    ("required", "required here, optional there"),
    ("nullable", "null is allowed there only"),
    ("status", "other status of the success"),
    ("media", "other media types"),
    ("body", "a body on one side only"),
    ("deprecated", "deprecated there only"),
];

/// A document and the spec side by side.
pub struct Comparison<'a> {
    pub ours: Reader<'a>,
    pub theirs: Reader<'a>,
    /// Word by which `x-source` names the document.
    pub source: String,
    pub operations: Vec<Operation<'a>>,
    pub findings: Vec<Finding>,
    /// Why something was not compared, and how often.
    pub uncompared: BTreeMap<&'static str, usize>,
    /// Schema of the document → file and name in the spec.
    pub names: HashMap<*const Node, (usize, &'a str)>,
    /// Field of a change → its schema in the document.
    pub fields: HashMap<(usize, String, String), At<'a>>,
    /// Index of the document's operation → file, path and method in the spec, and its identity now.
    pub matched: BTreeMap<usize, Match<'a>>,
    seen: HashSet<(*const Node, *const Node)>,
    context: Context,
}

/// An operation that both have.
#[derive(Debug, Clone)]
pub struct Match<'a> {
    pub file: usize,
    pub operation: Operation<'a>,
    /// `false` if the route of the document is another route of the operation.
    pub is_canonical: bool,
    pub now: Identity,
    pub before: Option<Identity>,
}

/// The operation under comparison.
#[derive(Debug, Default)]
struct Context {
    domain: String,
    id: String,
    /// Reason why deviations of this operation are deliberate.
    accepted: Option<&'static str>,
    place: Place,
    /// Reason why the next deviation breaks nothing, whatever the sources say.
    harmless: Option<&'static str>,
}

/// Part of an operation.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Its parameters, its body, or the operation itself.
    #[default]
    Request,
    Parameter,
    Answer,
}

/// The documents of the spec as files that refer to each other.
pub fn spec_files(documents: Documents) -> Files {
    let file = |name: &str, root| File { path: PathBuf::from(format!("spec/{name}.yaml")), root };
    let mut files: Vec<File> = documents.domains.into_iter().map(|(name, root)| file(&name, root)).collect();
    files.push(file("shared", documents.shared));
    Files { files, odd: Vec::new() }
}

/// Name of a file of the spec.
pub fn domain(files: &Files, file: usize) -> String {
    let path = files.files.get(file).map(|file| file.path.file_stem().unwrap_or_default());
    path.unwrap_or_default().to_string_lossy().into_owned()
}

impl<'a> Comparison<'a> {
    /// Compares. `today` is the date at which the document is seen.
    pub fn new(spec: &'a Files, document: &'a Files, source: &str, today: &str) -> Self {
        let (ours, theirs) = (Reader::new(spec), Reader::new(document));
        let operations = theirs.operations();
        let mut comparison = Self {
            ours,
            theirs,
            source: source.to_owned(),
            operations,
            findings: Vec::new(),
            uncompared: BTreeMap::new(),
            names: HashMap::new(),
            fields: HashMap::new(),
            matched: BTreeMap::new(),
            seen: HashSet::new(),
            context: Context::default(),
        };
        comparison.all(today);
        comparison
    }

    fn all(&mut self, today: &str) {
        let mut routes: HashMap<String, (usize, usize, bool)> = HashMap::new();
        let own: Vec<Vec<Operation<'a>>> =
            (0..self.ours.files.files.len()).map(|file| self.ours.operations_of(file)).collect();
        for (file, operations) in own.iter().enumerate() {
            for (index, operation) in operations.iter().enumerate() {
                routes.insert(route(operation.method, &operation.route), (file, index, true));
                for alias in operation.at.node.strings_at("x-aliases") {
                    let alias = alias.split_once(' ').map(|(method, path)| route(method, path));
                    routes.entry(alias.unwrap_or_default()).or_insert((file, index, false));
                }
            }
        }
        let theirs = std::mem::take(&mut self.operations);
        for (index, operation) in theirs.iter().enumerate() {
            let known = routes
                .get(&route(operation.method, &operation.route))
                .or_else(|| routes.get(&route(operation.method, operation.path)));
            let Some((file, at, is_canonical)) = known.copied() else { continue };
            let Some(mine) = own.get(file).and_then(|operations| operations.get(at)) else { continue };
            let now = source::identity(&self.theirs, operation, &self.source, today);
            let before =
                source::identities(mine.at.node).into_iter().find(|known| known.document == self.source);
            let found = Match { file, operation: mine.clone(), is_canonical, now, before };
            self.matched.insert(index, found);
        }
        // The route of an operation decides before its other routes, which may be documented less well.
        let mut order: Vec<usize> = self.matched.keys().copied().collect();
        order.sort_by_key(|index| self.matched.get(index).is_some_and(|found| !found.is_canonical));
        for index in order {
            let (Some(found), Some(operation)) = (self.matched.get(&index).cloned(), theirs.get(index))
            else {
                continue;
            };
            if found.is_canonical {
                self.operation(&found, operation, index);
            } else {
                *self.uncompared.entry("other routes of an operation").or_default() += 1;
            }
        }
        for (index, operation) in theirs.iter().enumerate() {
            if !self.matched.contains_key(&index) {
                self.context = Context { id: title(operation), ..Context::default() };
                let says = format!("{} {}", operation.method.to_uppercase(), operation.route);
                self.add(
                    "new-operation",
                    title(operation),
                    None,
                    operation.at,
                    says,
                    Change::Operation(index),
                );
            }
        }
        self.gone(&own);
        self.operations = theirs;
    }

    /// Operations that are known from this document, and are no longer in it.
    fn gone(&mut self, own: &[Vec<Operation<'a>>]) {
        let matched: HashSet<*const Node> =
            self.matched.values().map(|found| std::ptr::from_ref(found.operation.at.node)).collect();
        let Some(root) = self.theirs.root() else { return };
        for (file, operations) in own.iter().enumerate() {
            for operation in operations
                .iter()
                .filter(|operation| !matched.contains(&std::ptr::from_ref(operation.at.node)))
            {
                let words = operation.at.node.strings_at("x-source");
                let is_seen =
                    source::identities(operation.at.node).iter().any(|known| known.document == self.source);
                if !is_seen && !words.contains(&self.source) {
                    continue;
                }
                let accepted = (!is_seen && words.len() > 1).then_some("other sources");
                let id = operation.id.unwrap_or_default().to_owned();
                let domain = domain(self.ours.files, file);
                self.context = Context { domain, id: id.clone(), accepted, ..Context::default() };
                let says = format!("{} {}", operation.method.to_uppercase(), operation.route);
                self.add("gone-operation", id, Some(operation.at), root, says, Change::None);
            }
        }
    }

    fn add(
        &mut self,
        rule: &'static str,
        subject: String,
        ours: Option<At<'a>>,
        theirs: At<'a>,
        says: String,
        change: Change,
    ) {
        // What the document adds is news whatever the spec was made from.
        let accepted = self.context.harmless.take().or(self.context.accepted);
        let accepted = accepted.filter(|_| !rule.starts_with("new-"));
        self.findings.push(Finding {
            rule,
            domain: self.context.domain.clone(),
            subject,
            operation: self.context.id.clone(),
            ours: ours.map(|at| self.ours.place(at.file, at.node.line)),
            theirs: self.theirs.place(theirs.file, theirs.node.line),
            says,
            accepted,
            change,
        });
    }

    fn operation(&mut self, found: &Match<'a>, theirs: &Operation<'a>, index: usize) {
        let ours = &found.operation;
        let words = ours.at.node.strings_at("x-source");
        let accepted = match &found.before {
            Some(before) if before.state != found.now.state => None,
            _ if words.iter().any(|word| *word != self.source) => Some("other sources"),
            before => before.as_ref().map(|_| "as last seen"),
        };
        let id = ours.id.unwrap_or_default().to_owned();
        let domain = domain(self.ours.files, found.file);
        self.context = Context { domain, id: id.clone(), accepted, ..Context::default() };
        if theirs.is_deprecated && !ours.is_deprecated {
            self.add(
                "deprecated",
                id.clone(),
                Some(ours.at),
                theirs.at,
                "deprecated".to_owned(),
                Change::None,
            );
        }
        self.context.place = Place::Parameter;
        self.parameters(ours, theirs, index);
        self.context.place = Place::Request;
        match (&ours.body, &theirs.body) {
            (Some(mine), Some(other)) => {
                let subject = format!("{id} body");
                self.content(
                    subject,
                    (mine.at, mine.media, mine.schema),
                    (other.at, other.media, other.schema),
                );
            }
            (None, None) => {}
            (None, Some(other)) => {
                self.add("body", id.clone(), Some(ours.at), other.at, "has a body".to_owned(), Change::None);
            }
            (Some(mine), None) => {
                self.add(
                    "body",
                    id.clone(),
                    Some(mine.at),
                    theirs.at,
                    "has no body".to_owned(),
                    Change::None,
                );
            }
        }
        match (&ours.success, &theirs.success) {
            (Some(mine), Some(other)) if other.status != "default" => {
                if mine.status != other.status {
                    let says = format!("{} here, {} there", mine.status, other.status);
                    self.add("status", id.clone(), Some(mine.at), other.at, says, Change::None);
                }
                self.context.place = Place::Answer;
                let subject = format!("{id} answer");
                self.content(
                    subject,
                    (mine.at, mine.media, mine.schema),
                    (other.at, other.media, other.schema),
                );
            }
            _ => *self.uncompared.entry("answers without a status").or_default() += 1,
        }
    }

    fn content(
        &mut self,
        subject: String,
        ours: (At<'a>, Option<&'a str>, Option<At<'a>>),
        theirs: (At<'a>, Option<&'a str>, Option<At<'a>>),
    ) {
        if let (Some(mine), Some(other)) = (ours.1, theirs.1)
            && mine != other
            && other != "*/*"
        {
            let says = format!("`{mine}` here, `{other}` there");
            self.add("media", subject.clone(), Some(ours.0), theirs.0, says, Change::None);
            return;
        }
        match (ours.2, theirs.2) {
            (Some(mine), Some(other)) => self.schemas(&subject, mine, other, None),
            _ => *self.uncompared.entry("bodies and answers without a schema").or_default() += 1,
        }
    }

    fn parameters(&mut self, ours: &Operation<'a>, theirs: &Operation<'a>, index: usize) {
        let id = ours.id.unwrap_or_default();
        let is = |one: &Parameter<'_>, other: &Parameter<'_>| {
            one.place == other.place
                && (one.name == other.name
                    || one.place == "header" && one.name.eq_ignore_ascii_case(other.name))
        };
        let sent =
            |parameter: &&Parameter<'a>| ["query", "header"].contains(&parameter.place) && !is_own(parameter);
        for (at, other) in theirs.parameters.iter().enumerate().filter(|(_, parameter)| sent(parameter)) {
            let subject = format!("{id} {} {}", other.place, other.name);
            match ours.parameters.iter().find(|mine| is(mine, other)) {
                None => {
                    let says = if other.is_required { "required" } else { "optional" };
                    let (path, method) = (ours.path.to_owned(), ours.method.to_owned());
                    let change = Change::Parameter { operation: index, parameter: at, path, method };
                    self.add("new-parameter", subject, Some(ours.at), other.at, says.to_owned(), change);
                }
                Some(mine) => {
                    if mine.is_required != other.is_required {
                        let says = required(mine.is_required, other.is_required);
                        self.add("required", subject.clone(), Some(mine.at), other.at, says, Change::None);
                    }
                    if self.theirs.is_joined(other) && !self.ours.is_joined(mine) {
                        let says = "a repeated parameter here, elements in one text there".to_owned();
                        self.add("type", subject.clone(), Some(mine.at), other.at, says, Change::None);
                    }
                    if let (Some(mine), Some(other)) = (mine.schema, other.schema) {
                        self.schemas(&subject, mine, other, None);
                    }
                }
            }
        }
        for mine in ours.parameters.iter().filter(sent) {
            if !theirs.parameters.iter().any(|other| is(mine, other)) {
                let subject = format!("{id} {} {}", mine.place, mine.name);
                self.add(
                    "gone-parameter",
                    subject,
                    Some(mine.at),
                    theirs.at,
                    "not there".to_owned(),
                    Change::None,
                );
            }
        }
    }
}

/// Headers that a client sets itself.
pub fn is_own(parameter: &Parameter<'_>) -> bool {
    let own =
        ["authorization", "accept", "content-type", "content-length", "host", "last-event-id", "user-agent"];
    parameter.place == "header" && own.contains(&&*parameter.name.to_ascii_lowercase())
}

fn required(ours: bool, theirs: bool) -> String {
    let word = |is_required| if is_required { "required" } else { "optional" };
    format!("{} here, {} there", word(ours), word(theirs))
}

/// An operation by its method and its path without the names of parameters.
pub fn route(method: &str, path: &str) -> String {
    format!("{} {}", method.to_uppercase(), normalized(path.trim_end_matches('/')))
}

/// Name of an operation of the document.
pub fn title(operation: &Operation<'_>) -> String {
    let route = || format!("{} {}", operation.method.to_uppercase(), operation.path);
    operation.id.map_or_else(route, str::to_owned)
}

//! Finds the place of the spec that a JSON pointer into an answer is about.

use crate::spec::Documents;
use crate::spec::check::operations;
use crate::spec::node::Node;

/// A schema of the spec.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Domain, or `shared`.
    pub file: String,
    /// Keys from the document to the schema.
    pub path: Vec<String>,
    pub node: &'a Node,
}

/// Result of a search.
#[derive(Debug, Clone)]
pub enum Found<'a> {
    /// The schema of the value at the pointer.
    Schema(Place<'a>),
    /// A field that the schema does not have.
    NoField(Place<'a>, String),
    /// A variant of a union, which the pointer does not name: the union and the rest of the pointer.
    Variants(Place<'a>, String),
    /// Anything else, with the reason.
    Nowhere(String),
}

/// A step through references ends after so many of them.
const MOST_REFERENCES: usize = 32;

impl<'a> Place<'a> {
    fn below(&self, keys: &[&str]) -> Option<Self> {
        let node = self.node.at(keys)?;
        let path = self.path.iter().cloned().chain(keys.iter().map(|key| (*key).to_owned())).collect();
        Some(Self { file: self.file.clone(), path, node })
    }

    /// Follows references.
    fn resolved(mut self, documents: &'a Documents) -> Option<Self> {
        for _ in 0..MOST_REFERENCES {
            let Some(reference) = self.node.str_at("$ref") else { return Some(self) };
            let (file, pointer) = reference.split_once("#/")?;
            if file == "shared.yaml" {
                "shared".clone_into(&mut self.file);
            }
            self.path = pointer.split('/').map(str::to_owned).collect();
            let keys: Vec<&str> = self.path.iter().map(String::as_str).collect();
            self.node = document(documents, &self.file)?.at(&keys)?;
        }
        None
    }

    /// The name of the schema, or the keys that lead to it.
    pub fn name(&self) -> String {
        match self.path.as_slice() {
            [components, schemas, name] if components == "components" && schemas == "schemas" => name.clone(),
            [components, schemas, rest @ ..] if components == "components" && schemas == "schemas" => {
                rest.iter().filter(|key| *key != "properties").cloned().collect::<Vec<_>>().join(".")
            }
            // The schema of an answer, which has no name.
            [_, _, _, _, _, _, _, _, rest @ ..] => {
                let keys = rest.iter().filter(|key| *key != "properties").map(String::as_str);
                ["answer"].into_iter().chain(keys).collect::<Vec<_>>().join(".")
            }
            path => path.join("."),
        }
    }

    /// File and line, as editors know them.
    pub fn line(&self) -> String {
        format!("spec/{}.yaml:{}", self.file, self.node.line)
    }

    /// JSONPath of the schema in the bundle of the spec.
    pub fn target(&self) -> String {
        let mut keys = self.path.clone();
        if let [components, schemas, name, ..] = keys.as_mut_slice()
            && components == "components"
            && schemas == "schemas"
            && self.file != "shared"
        {
            *name = format!("{}.{name}", self.file);
        }
        keys.iter().fold("$".to_owned(), |target, key| target + &step(key))
    }
}

/// A step of a JSONPath to a member.
pub fn step(key: &str) -> String {
    let is_plain = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_plain {
        true => format!(".{key}"),
        false => format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

fn document<'a>(documents: &'a Documents, file: &str) -> Option<&'a Node> {
    if file == "shared" { Some(&documents.shared) } else { documents.domains.get(file) }
}

/// The schema of an operation's successful answer.
fn answer<'a>(documents: &'a Documents, id: &str) -> Result<Place<'a>, String> {
    let of = |(domain, document): (&String, &'a Node)| {
        let (path, method, operation) =
            operations(document).find(|(.., operation)| operation.str_at("operationId") == Some(id))?;
        Some((domain.clone(), path, method, operation))
    };
    let Some((domain, path, method, operation)) = documents.domains.iter().find_map(of) else {
        return Err(format!("the spec has no operation `{id}`"));
    };
    let responses = operation.get("responses").map(Node::entries).unwrap_or_default();
    for response in responses.iter().filter(|response| response.key.starts_with('2')) {
        for media in response.value.get("content").map(Node::entries).unwrap_or_default() {
            if let Some(node) = media.value.get("schema") {
                let keys =
                    ["paths", path, method, "responses", &response.key, "content", &media.key, "schema"];
                let path = keys.iter().map(|key| (*key).to_owned()).collect();
                return Ok(Place { file: domain, path, node });
            }
        }
    }
    Err(format!("`{id}` has no answer with a schema"))
}

/// Follows a pointer from the answer of an operation.
pub fn find<'a>(documents: &'a Documents, operation: &str, pointer: &str) -> Found<'a> {
    let place = match answer(documents, operation) {
        Ok(place) => place,
        Err(why) => return Found::Nowhere(why),
    };
    follow(documents, place, pointer)
}

/// Follows a pointer from a schema.
pub fn follow<'a>(documents: &'a Documents, mut place: Place<'a>, pointer: &str) -> Found<'a> {
    let mut rest = pointer;
    loop {
        let line = place.line();
        // A reference to a scalar is a place of its own: its type is changed where it is used.
        let Some(resolved) = place.clone().resolved(documents) else {
            return Found::Nowhere(format!("{line}: the reference leads nowhere"));
        };
        let Some((key, after)) =
            rest.strip_prefix('/').map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        else {
            return Found::Schema(resolved);
        };
        place = resolved;
        let here = rest;
        rest = here.get(1 + key.len()..).unwrap_or_default();
        let name = key.replace("~1", "/").replace("~0", "~");
        let is_last = rest.is_empty();
        if place.node.get("oneOf").is_some() {
            let tag = place.node.at(&["discriminator", "propertyName"]).and_then(Node::as_str);
            if is_last && tag == Some(&name) {
                return Found::Schema(place);
            }
            return Found::Variants(place, here.to_owned());
        }
        let next = match place.node.str_at("type") {
            Some("array") => place.below(&["items"]).filter(|_| key == "*"),
            _ => match place.below(&["properties", &name]) {
                Some(property) => Some(property),
                None if key == "*" && place.node.get("properties").is_none() => {
                    place.below(&["additionalProperties"])
                }
                None if is_last && place.node.get("properties").is_some() => {
                    return Found::NoField(place, name);
                }
                None => None,
            },
        };
        let Some(next) = next else {
            return Found::Nowhere(format!("{line}: the schema has no `{key}` ({after})").replace(" ()", ""));
        };
        place = next;
    }
}

/// The variants of a union.
pub fn variants<'a>(documents: &'a Documents, union: &Place<'a>) -> Vec<Place<'a>> {
    let items = union.node.get("oneOf").map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|node| {
            Place { file: union.file.clone(), path: union.path.clone(), node }.resolved(documents)
        })
        .collect()
}

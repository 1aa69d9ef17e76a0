//! The surface: everything of the spec that callers can notice, as a value. Its text is `spec/surface/<domain>.txt`.
//!
//! A reviewer reads the text in the diff of a change, `cargo xtask check` reads names and orders back from it, and
//! `cargo xtask diff` compares two values. Documentation and lines of the spec belong to the value, but not to the text.

mod build;
mod commands;
pub mod read;
mod schema;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// Facts of the spec that have no place of their own in the value: the key in the spec, and its value.
pub type Others = BTreeMap<String, Value>;

/// Documentation: the key in the spec, and the text.
pub type Docs = BTreeMap<String, String>;

/// All domains by their names; the shared types are the domain `shared`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Surface {
    pub domains: BTreeMap<String, Domain>,
}

/// One file of the spec.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Domain {
    pub name: String,
    /// Crate of its requests and types.
    #[serde(rename = "crate")]
    pub krate: String,
    /// Crate of its commands. The shared types have none.
    pub home: Option<&'static str>,
    /// Other domains that the feature of this one switches on.
    pub enables: BTreeSet<String>,
    /// Shared types that its module of types re-exports.
    pub shared: BTreeSet<String>,
    /// By id.
    pub operations: BTreeMap<String, Operation>,
    /// By their names in Rust.
    pub types: BTreeMap<String, Type>,
    /// By name.
    pub commands: BTreeMap<String, Command>,
    pub others: Others,
    pub docs: Docs,
}

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct Operation {
    /// Name of the request type.
    pub rust: String,
    pub method: String,
    pub path: String,
    /// Other routes of the same operation, such as `GET /v2/self/addons`.
    pub aliases: Vec<String>,
    /// Required ones first, each group in the order of the spec. `new` takes the arguments in this order.
    pub inputs: Vec<Input>,
    /// In the order of the spec.
    pub answers: Vec<Answer>,
    /// Type of a successful answer in Rust.
    pub output: String,
    pub is_stream: bool,
    pub deprecated: bool,
    pub successor: Option<String>,
    /// Command that sends only this request.
    pub command: Option<String>,
    pub others: Others,
    pub docs: Docs,
    #[serde(skip)]
    pub line: usize,
}

/// A parameter or a body.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// `path`, `query`, `header` or `body`.
    pub place: String,
    /// Name in the request.
    pub name: String,
    /// Name in Rust.
    pub ident: String,
    /// Type in Rust.
    #[serde(rename = "type")]
    pub ty: String,
    /// `true` if the spec requires it.
    pub required: bool,
    /// `true` if `new` takes it.
    pub argument: bool,
    /// Media type of a body.
    pub media: Option<String>,
    pub others: Others,
    pub docs: Docs,
    #[serde(skip)]
    pub line: usize,
}

/// One status that an operation answers.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub status: String,
    /// Media type and type on the wire of each representation.
    pub content: Vec<(String, String)>,
    pub others: Others,
    pub docs: Docs,
}

impl Answer {
    /// Returns `true` for 1xx and 2xx.
    pub fn is_success(&self) -> bool {
        self.status.starts_with(['1', '2'])
    }
}

/// A schema as a type.
#[derive(Debug, Clone, Serialize)]
pub struct Type {
    #[serde(flatten)]
    pub kind: Kind,
    /// `true` if a request holds it.
    pub requests: bool,
    /// `true` if an answer holds it.
    pub answers: bool,
    pub others: Others,
    pub docs: Docs,
    #[serde(skip)]
    pub line: usize,
}

/// Kind of a type.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Kind {
    Struct {
        /// `true` if it has `new` and setters, because a body is made of it.
        constructor: bool,
        /// `true` if it implements `Default`.
        default: bool,
        fields: Vec<Field>,
    },
    Enum {
        values: Vec<Variant>,
    },
    Union {
        tag: String,
        variants: Vec<Variant>,
    },
    Alias {
        of: String,
    },
}

impl Kind {
    /// The word of the text.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Struct { .. } => "struct",
            Self::Enum { .. } => "enum",
            Self::Union { .. } => "union",
            Self::Alias { .. } => "alias",
        }
    }
}

/// A property of a struct.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Name in JSON.
    pub name: String,
    /// Name in Rust.
    pub ident: String,
    #[serde(rename = "type")]
    pub ty: String,
    /// `true` if the spec requires it.
    pub required: bool,
    /// `true` if `new` takes it.
    pub argument: bool,
    /// `true` if an answer without it reads as if it were empty.
    #[serde(skip)]
    pub lenient: bool,
    pub others: Others,
    pub docs: Docs,
    #[serde(skip)]
    pub line: usize,
}

/// A value of an enum, or of the tag of a union.
#[derive(Debug, Clone, Serialize)]
pub struct Variant {
    /// Name in Rust.
    pub name: String,
    /// Value in JSON.
    pub value: String,
    /// Type that a variant of a union holds.
    pub of: Option<String>,
    /// `true` if the union implements `From` for this type.
    pub from: bool,
    pub docs: Docs,
}

/// A command of `cc-client` or of another crate of commands.
#[derive(Debug, Clone, Serialize)]
pub struct Command {
    /// `command`, `stream` or `url`.
    pub kind: &'static str,
    /// `true` if its logic is written by hand.
    pub by_hand: bool,
    /// `true` if its struct is written by hand too. The inputs are then those that the catalogue lists.
    pub input_by_hand: bool,
    /// Required ones first where the struct is generated from one operation, else in the order of the spec.
    pub inputs: Vec<CommandInput>,
    /// Constructors other than `new`, each with the inputs that it takes.
    pub constructors: BTreeMap<String, Vec<String>>,
    pub output: String,
    /// Operations that it calls.
    pub operations: Vec<String>,
    /// Operations among them that are deprecated, each with its successor if it has one.
    pub deprecated: BTreeMap<String, Option<String>>,
    /// Effect on the platform, as the catalogue lists it.
    pub effect: String,
    pub others: Others,
    pub docs: Docs,
    #[serde(skip)]
    pub line: usize,
}

impl Command {
    /// Returns `true` if the generated struct implements `Default`.
    pub fn has_default(&self) -> bool {
        !self.input_by_hand && self.inputs.iter().all(|input| !input.required)
    }

    /// Returns `true` if the generated struct has a setter for an input: no constructor takes it.
    pub fn has_setter(&self, input: &CommandInput) -> bool {
        let is_taken = self.constructors.values().any(|taken| taken.contains(&input.name));
        // An owner may be given beside the input from which it would be resolved.
        !self.input_by_hand && !input.required && (!is_taken || input.name == "ownerId")
    }
}

/// An input of a command.
#[derive(Debug, Clone, Serialize)]
pub struct CommandInput {
    /// Name in JSON.
    pub name: String,
    /// Name in Rust.
    pub ident: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub required: bool,
    /// Place in the request, such as `body.region`; none where the logic is written by hand.
    pub target: Option<String>,
    pub docs: Docs,
}

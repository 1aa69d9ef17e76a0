//! The commands whose logic is written by hand, as `x-commands` declares them.

use super::effect::Effect;
use super::node::{Kind, Node};

/// An entry of `x-commands`.
#[derive(Debug, Clone)]
pub struct Declared {
    pub name: String,
    /// Line of its entry in the document.
    pub line: usize,
    /// Commands of the command-line client that do the same, without `clever`.
    pub cli: Vec<String>,
    pub summary: String,
    /// More about the command, in Markdown.
    pub description: String,
    /// One error a line, such as `NotFound: the application is unknown`.
    pub errors: Vec<String>,
    pub kind: CommandKind,
    /// `true` if the struct is written by hand too, because its inputs are alternatives.
    pub input_by_hand: bool,
    pub fields: Vec<DeclaredField>,
    /// Constructors other than `new`, each with the fields that it takes.
    pub constructors: Vec<(String, Vec<String>)>,
    pub output: Option<TypeText>,
    /// `true` if there may be no output: `empty: 'null'`.
    pub may_be_empty: bool,
    pub operations: Vec<String>,
    /// Domains whose models the logic uses, beside those of its operations: the feature of its domain switches theirs on.
    pub requires: Vec<String>,
    /// Seconds that the command may take after its deadline, to undo an incomplete change.
    pub clean_up: Option<u64>,
    /// Code of the example in the documentation. Default: made from the required inputs.
    pub example: Option<String>,
    /// Effect on the platform, where the methods of its operations do not tell it.
    pub effect: Option<Effect>,
}

/// Way in which a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandKind {
    /// The command has one output.
    Once,
    /// The command returns a stream.
    Stream,
    /// The command builds a URL and sends nothing.
    Url,
}

impl CommandKind {
    /// The word of the spec and of the surface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Once => "command",
            Self::Stream => "stream",
            Self::Url => "url",
        }
    }
}

/// An input of a declared command.
#[derive(Debug, Clone)]
pub struct DeclaredField {
    /// Name in JSON.
    pub name: String,
    pub ty: TypeText,
    pub required: bool,
    /// The default, as the documentation says it.
    pub default: Option<String>,
    pub description: String,
}

/// A type by its name in the spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeText {
    /// `string`, `ApplicationId`, a model written by hand, or `log.AccessLog` for a wire type.
    Name(String),
    /// `[string]`
    List(Box<TypeText>),
}

impl TypeText {
    /// Reads `name` or `[name]`.
    pub fn read(node: &Node) -> Option<Self> {
        match &node.kind {
            Kind::String(name) => Some(Self::Name(name.clone())),
            Kind::List(items) => match items.as_slice() {
                [item] => Some(Self::List(Box::new(Self::read(item)?))),
                _ => None,
            },
            _ => None,
        }
    }

    /// The name inside all lists.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::List(item) => item.name(),
        }
    }
}

/// The commands of one document, in their order.
pub fn read(document: &Node) -> Vec<Declared> {
    let commands = document.get("x-commands").map(Node::items).unwrap_or_default();
    commands.iter().map(declared).collect()
}

fn declared(node: &Node) -> Declared {
    let text = |key: &str| node.str_at(key).unwrap_or_default().trim().to_owned();
    let constructors = node.get("constructors").map(Node::entries).unwrap_or_default();
    Declared {
        name: text("name"),
        line: node.line,
        cli: node.strings_at("cli"),
        summary: text("summary"),
        description: text("description"),
        errors: node.strings_at("errors"),
        kind: match node.str_at("kind") {
            Some("stream") => CommandKind::Stream,
            Some("url") => CommandKind::Url,
            _ => CommandKind::Once,
        },
        input_by_hand: node.str_at("input") == Some("hand"),
        fields: node
            .get("fields")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| field(&entry.key, &entry.value))
            .collect(),
        constructors: constructors.iter().map(|entry| (entry.key.clone(), names(&entry.value))).collect(),
        output: node.get("output").and_then(TypeText::read),
        may_be_empty: node.get("empty").is_some(),
        operations: node.strings_at("operations"),
        requires: node.strings_at("requires"),
        clean_up: node.get("clean-up").and_then(|node| node.to_json().as_u64()),
        example: node.str_at("example").map(|code| code.trim_end().to_owned()),
        effect: node.str_at("effect").and_then(Effect::read),
    }
}

fn names(list: &Node) -> Vec<String> {
    list.items().iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn field(name: &str, node: &Node) -> DeclaredField {
    let text = |key: &str| node.str_at(key).map(|text| text.trim().to_owned());
    if let Some(from) = node.get("owner") {
        return owner(name, from);
    }
    DeclaredField {
        name: name.to_owned(),
        ty: node.get("type").and_then(TypeText::read).unwrap_or(TypeText::Name("string".to_owned())),
        required: node.is_true_at("required"),
        default: text("default"),
        description: text("description").unwrap_or_default(),
    }
}

/// An owner that is resolved from other inputs if it is absent.
fn owner(name: &str, from: &Node) -> DeclaredField {
    let from = if let Some(one) = from.as_str() { vec![one.to_owned()] } else { names(from) };
    let from: Vec<String> =
        from.iter().map(|field| format!("`{}`", crate::generate::rust::field_name(field))).collect();
    DeclaredField {
        name: name.to_owned(),
        ty: TypeText::Name("OwnerId".to_owned()),
        required: false,
        default: Some(format!("resolved from {}", from.join(" or "))),
        description: "Id of the owner.".to_owned(),
    }
}

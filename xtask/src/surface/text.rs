//! The text of the surface: an entry for each operation, type and command, and a line for each fact.

use std::fmt::{Display, Formatter, Result};

use serde_json::Value;

use super::{Answer, Command, CommandInput, Domain, Field, Input, Kind, Operation, Others, Type, Variant};

impl Display for Domain {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let head = Head(self).to_string();
        f.write_str(&head)?;
        let mut is_first = head.is_empty();
        for entry in self.entries() {
            write!(f, "{}{}", if std::mem::take(&mut is_first) { "" } else { "\n" }, entry.text)?;
        }
        Ok(())
    }
}

/// What holds for the whole domain.
struct Head<'a>(&'a Domain);

impl Display for Head<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.enables.iter().try_for_each(|domain| writeln!(f, "enables {domain}"))?;
        self.0.shared.iter().try_for_each(|name| writeln!(f, "shared {name}"))?;
        others(f, "", &self.0.others)
    }
}

/// One subject of the surface, and its lines.
pub struct Entry<'a> {
    /// `domain`, `operation`, `type` or `command`.
    pub kind: &'static str,
    pub name: &'a str,
    pub text: String,
}

impl Domain {
    /// The facts of the domain itself, as one entry.
    pub fn head(&self) -> Entry<'_> {
        Entry { kind: "domain", name: &self.name, text: Head(self).to_string() }
    }

    /// The operations, types and commands, each with its text.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let operations = self.operations.iter().map(|(name, operation)| Entry {
            kind: "operation",
            name,
            text: format!("operation {name}\n{operation}"),
        });
        let types = self.types.iter().map(|(name, item)| Entry {
            kind: "type",
            name,
            text: format!("{} {name}{item}", item.kind.word()),
        });
        let commands = self.commands.iter().map(|(name, command)| Entry {
            kind: "command",
            name,
            text: format!("{} {name}\n{command}", command.kind),
        });
        operations.chain(types).chain(commands).collect()
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "  route {} {}", self.method, self.path)?;
        self.aliases.iter().try_for_each(|alias| writeln!(f, "  alias {alias}"))?;
        self.inputs.iter().try_for_each(|input| writeln!(f, "  {input}"))?;
        self.answers.iter().try_for_each(|answer| write!(f, "{answer}"))?;
        writeln!(f, "  {} {}", if self.is_stream { "events" } else { "output" }, self.output)?;
        if self.deprecated {
            writeln!(f, "  deprecated")?;
        }
        if let Some(successor) = &self.successor {
            writeln!(f, "  successor {successor}")?;
        }
        others(f, "  ", &self.others)?;
        if let Some(command) = &self.command {
            writeln!(f, "  command {command}")?;
        }
        Ok(())
    }
}

impl Display for Input {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.media {
            Some(media) => write!(f, "body {media}: {}", self.ty)?,
            None => write!(f, "{} {}: {}", self.place, self.name, self.ty)?,
        }
        renamed(f, &self.name, &self.ident)?;
        marks(f, self.required, &self.others)
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.content.is_empty() {
            write!(f, "  answer {}", self.status)?;
            marks(f, false, &self.others)?;
            return writeln!(f);
        }
        for (media, ty) in &self.content {
            write!(f, "  answer {} {media}: {ty}", self.status)?;
            marks(f, false, &self.others)?;
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            Kind::Union { tag, .. } => writeln!(f, " by {tag}")?,
            Kind::Alias { of } => writeln!(f, " = {of}")?,
            Kind::Struct { .. } | Kind::Enum { .. } => writeln!(f)?,
        }
        // A line that no property can be taken for, because it has no colon.
        let places = [("requests", self.requests), ("answers", self.answers)];
        places.iter().filter(|(_, used)| *used).try_for_each(|(place, _)| writeln!(f, "  in {place}"))?;
        match &self.kind {
            Kind::Struct { constructor, default, fields } => {
                let traits = [("has new", *constructor), ("has Default", *default)];
                traits.iter().filter(|(_, has)| *has).try_for_each(|(line, _)| writeln!(f, "  {line}"))?;
                others(f, "  ", &self.others)?;
                fields.iter().try_for_each(|field| writeln!(f, "  {field}"))
            }
            Kind::Enum { values: variants } | Kind::Union { variants, .. } => {
                others(f, "  ", &self.others)?;
                variants.iter().try_for_each(|variant| writeln!(f, "  {variant}"))
            }
            Kind::Alias { .. } => others(f, "  ", &self.others),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}: {}", self.name, self.ty)?;
        renamed(f, &self.name, &self.ident)?;
        marks(f, self.required, &self.others)
    }
}

impl Display for Variant {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.name)?;
        if let Some(of) = &self.of {
            write!(f, "({of})")?;
        }
        write!(f, " = {}", self.value)?;
        f.write_str(if self.of.is_some() && !self.from { ", without From" } else { "" })
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.input_by_hand {
            writeln!(f, "  input by hand")?;
        }
        self.inputs.iter().try_for_each(|input| writeln!(f, "  {input}"))?;
        for (name, inputs) in &self.constructors {
            writeln!(f, "  constructor {name}({})", inputs.join(", "))?;
        }
        writeln!(f, "  output {}", self.output)?;
        writeln!(f, "  effect {}", self.effect)?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "  calls {operation}"))?;
        for (operation, successor) in &self.deprecated {
            let instead = successor.as_ref().map_or_else(String::new, |id| format!(", successor {id}"));
            writeln!(f, "  deprecated {operation}{instead}")?;
        }
        if self.by_hand {
            writeln!(f, "  logic by hand")?;
        }
        others(f, "  ", &self.others)
    }
}

impl Display for CommandInput {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "input {}: {}", self.name, self.ty)?;
        renamed(f, &self.name, &self.ident)?;
        f.write_str(if self.required { ", required" } else { "" })?;
        match &self.target {
            Some(target) => write!(f, ", sent as {target}"),
            None => Ok(()),
        }
    }
}

fn renamed(f: &mut Formatter<'_>, name: &str, ident: &str) -> Result {
    if name == ident { Ok(()) } else { write!(f, " as {ident}") }
}

/// The facts of one line.
fn marks(f: &mut Formatter<'_>, required: bool, others: &Others) -> Result {
    f.write_str(if required { ", required" } else { "" })?;
    others.iter().try_for_each(|(key, value)| write!(f, ", {}", fact(key, value)))
}

/// The facts that have a line of their own.
fn others(f: &mut Formatter<'_>, indent: &str, others: &Others) -> Result {
    for (key, value) in others {
        match value {
            // One line for each, so that a new one shows as one line.
            Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
                items.iter().try_for_each(|item| writeln!(f, "{indent}{}", fact(key, item)))?;
            }
            Value::Object(map) if !map.is_empty() => {
                map.iter()
                    .try_for_each(|(name, value)| writeln!(f, "{indent}{} {}", key, fact(name, value)))?;
            }
            value => writeln!(f, "{indent}{}", fact(key, value))?,
        }
    }
    Ok(())
}

/// `key`, `key text` or `key {"json":1}`, on one line.
pub fn fact(key: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => key.to_owned(),
        Value::String(text) if !text.contains('\n') => format!("{key} {text}"),
        value => format!("{key} {value}"),
    }
}

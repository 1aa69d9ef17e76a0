//! What makes two things the same one.

use std::fmt;

use serde_json::Value;

/// Natural key of a thing: its kind, and the inputs that make it the only one of its kind, such as owner and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NaturalKey {
    kind: &'static str,
    parts: Vec<(&'static str, String)>,
}

impl NaturalKey {
    /// A key of a thing of this kind, such as `add-on`.
    #[must_use]
    pub fn new(kind: &'static str) -> Self {
        Self { kind, parts: Vec::new() }
    }

    /// Adds an input that the key consists of, by its name and its value. It must not be a secret.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.parts.push((field, value.into()));
        self
    }

    /// Returns the kind of the thing, such as `add-on`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Returns the text that stands for the key in locks: different keys never give the same text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let parts = self.parts.iter().flat_map(|(field, value)| [Value::from(*field), value.as_str().into()]);
        std::iter::once(Value::from(self.kind)).chain(parts).collect::<Value>().to_string()
    }
}

/// The inputs and their values, such as `ownerId orga_…, name db`.
impl fmt::Display for NaturalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (field, value)) in self.parts.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{field} {}", crate::one_line(value, 200))?;
        }
        Ok(())
    }
}

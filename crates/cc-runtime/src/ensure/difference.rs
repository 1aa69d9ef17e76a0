//! How a found thing differs from the inputs of a command.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;
use serde_json::Value;

/// A field of a found thing whose value is not the one that the command asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// Name of the input, as the catalogue has it: `minInstances`.
    pub field: String,
    /// Value that the thing has; `"***"` for a secret.
    pub found: Value,
    /// Value that the command asks for; `"***"` for a secret.
    pub wanted: Value,
    /// `true` if `ensure` can change it ([`EnsureCall::update`](super::EnsureCall::update)). The others, such as the plan of an
    /// add-on, need another command.
    pub can_change: bool,
}

/// `minInstances is 1 instead of 2`, or `value differs (a secret)`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, found, wanted, .. } = self;
        if found == wanted {
            // Both are masked.
            return write!(f, "{field} differs (a secret)");
        }
        write!(f, "{field} is {} instead of {}", text(found), text(wanted))
    }
}

fn text(value: &Value) -> String {
    crate::one_line(&value.to_string(), 100).to_string()
}

/// The fields in which a found thing differs from the inputs of a command. It derefs to a slice of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Differences(Vec<Difference>);

impl Differences {
    /// No differences.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the names of the fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|difference| difference.field.as_str())
    }

    /// Returns `true` if some of them can be changed.
    #[must_use]
    pub fn can_change(&self) -> bool {
        self.0.iter().any(|difference| difference.can_change)
    }

    /// Compares a field that an update can change. An input that is not set (`None`) is not compared.
    #[must_use]
    pub fn changeable<T: Serialize + ?Sized>(self, field: &str, found: &T, wanted: Option<&T>) -> Self {
        self.compared(field, found, wanted, true)
    }

    /// Compares a field that no update can change. An input that is not set (`None`) is not compared.
    #[must_use]
    pub fn fixed<T: Serialize + ?Sized>(self, field: &str, found: &T, wanted: Option<&T>) -> Self {
        self.compared(field, found, wanted, false)
    }

    /// Adds a difference in a secret, whose values are not shown, if there is one.
    #[must_use]
    pub fn secret(mut self, field: impl Into<String>, differs: bool, can_change: bool) -> Self {
        if differs {
            let (found, wanted) = ("***".into(), "***".into());
            self.0.push(Difference { field: field.into(), found, wanted, can_change });
        }
        self
    }

    fn compared<T: Serialize + ?Sized>(
        mut self,
        field: &str,
        found: &T,
        wanted: Option<&T>,
        can_change: bool,
    ) -> Self {
        let Some(wanted) = wanted else { return self };
        let json = |value: &T| serde_json::to_value(value).unwrap_or_default();
        // Secrets are compared as they are, and shown as `***`.
        let differ = crate::expose_secrets(|| json(found) != json(wanted));
        if differ {
            let (found, wanted) = (json(found), json(wanted));
            self.0.push(Difference { field: field.to_owned(), found, wanted, can_change });
        }
        self
    }
}

impl Deref for Differences {
    type Target = [Difference];

    fn deref(&self) -> &[Difference] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Differences {
    type Item = &'a Difference;
    type IntoIter = std::slice::Iter<'a, Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// One after the other, with semicolons between them.
impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, difference) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{difference}")?;
        }
        Ok(())
    }
}

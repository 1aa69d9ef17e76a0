//! Which commands may run.

use std::collections::BTreeSet;
use std::fmt;

use cc_client::catalog::{self, CommandInfo};

/// The commands that a server may run. Default: those that are read-only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    names: BTreeSet<String>,
}

impl Access {
    /// Read-only commands only.
    #[must_use]
    pub fn read_only() -> Self {
        Self::default()
    }

    /// Also allows the commands of a domain (`drain`), or one command (`DeleteLogDrain`), that change something.
    ///
    /// # Errors
    /// [`UnknownName`] if there is neither a domain nor a command of this name.
    pub fn allow(mut self, name: impl Into<String>) -> Result<Self, UnknownName> {
        let name = name.into();
        if catalog::commands().iter().any(|command| command.domain() == name || command.name() == name) {
            self.names.insert(name);
            Ok(self)
        } else {
            Err(UnknownName(name))
        }
    }

    /// Returns `true` if the command may run.
    #[must_use]
    pub fn allows(&self, command: &CommandInfo) -> bool {
        command.is_read_only() || self.names.contains(command.domain()) || self.names.contains(command.name())
    }
}

/// A name that is neither a domain nor a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName(String);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown domain or command `{}`: `cc-call --list` shows them", self.0.escape_debug())
    }
}

impl std::error::Error for UnknownName {}

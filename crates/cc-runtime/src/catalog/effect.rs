//! The effect of a command on the platform.

/// The effect that a call of a command may have on the platform.
///
/// It follows from the methods of its operations: a command that only sends GETs is read-only, one that sends POSTs adds
/// something, and one that sends a PUT, PATCH or DELETE may be destructive. Where the methods do not tell, the spec does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Effect {
    kind: Kind,
    is_idempotent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    ReadOnly,
    Additive,
    Destructive,
}

impl Effect {
    /// Nothing changes, however often the command is sent.
    pub const READ_ONLY: Self = Self { kind: Kind::ReadOnly, is_idempotent: true };
    /// Something is added, and nothing that exists is changed.
    pub const ADDITIVE: Self = Self { kind: Kind::Additive, is_idempotent: false };
    /// Something that exists may be deleted, replaced or interrupted.
    pub const DESTRUCTIVE: Self = Self { kind: Kind::Destructive, is_idempotent: false };

    /// Returns the same effect of a command that may be sent twice without a further effect.
    #[must_use]
    pub const fn idempotent(self) -> Self {
        Self { kind: self.kind, is_idempotent: true }
    }

    /// Returns `true` if nothing changes.
    #[must_use]
    pub const fn is_read_only(self) -> bool {
        matches!(self.kind, Kind::ReadOnly)
    }

    /// Returns `true` if something that exists may be deleted, replaced or interrupted.
    #[must_use]
    pub const fn is_destructive(self) -> bool {
        matches!(self.kind, Kind::Destructive)
    }

    /// Returns `true` if a second call with the same inputs has no further effect.
    #[must_use]
    pub const fn is_idempotent(self) -> bool {
        self.is_idempotent
    }

    /// Returns `read-only`, `additive` or `destructive`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.kind {
            Kind::ReadOnly => "read-only",
            Kind::Additive => "additive",
            Kind::Destructive => "destructive",
        }
    }
}

impl std::fmt::Display for Effect {
    /// Writes `read-only`, `additive` or `destructive`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

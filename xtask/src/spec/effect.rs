//! The effect of commands on the platform, from the methods of their operations.

/// What a command does to the platform, from the mildest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    ReadOnly,
    Additive,
    Destructive,
}

impl Effect {
    pub const ALL: [Self; 3] = [Self::ReadOnly, Self::Additive, Self::Destructive];

    /// The word of the spec.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Additive => "additive",
            Self::Destructive => "destructive",
        }
    }

    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.word() == word)
    }

    /// The effect that follows from the operations of a command: method in any case, and `x-one-shot`.
    pub fn derived<'a>(operations: impl Iterator<Item = (&'a str, bool)>) -> Self {
        let of_one = |(method, one_shot): (&str, bool)| match method.to_ascii_uppercase().as_str() {
            "GET" | "HEAD" | "OPTIONS" if !one_shot => Self::ReadOnly,
            "GET" | "HEAD" | "OPTIONS" | "POST" => Self::Additive,
            _ => Self::Destructive,
        };
        operations.map(of_one).max().unwrap_or(Self::ReadOnly)
    }
}

/// Returns `true` if a second call has no further effect.
pub fn is_idempotent(method: &str, one_shot: bool, declared: bool) -> bool {
    declared || matches!(method, "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE") && !one_shot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_method_decides() {
        for (operations, effect) in [
            (&[("get", false)][..], Effect::ReadOnly),
            (&[("get", true)], Effect::Additive),
            (&[("GET", false), ("POST", false)], Effect::Additive),
            (&[("POST", false), ("DELETE", false)], Effect::Destructive),
            (&[("PATCH", false)], Effect::Destructive),
            (&[], Effect::ReadOnly),
        ] {
            assert_eq!(Effect::derived(operations.iter().copied()), effect, "{operations:?}");
        }
    }
}

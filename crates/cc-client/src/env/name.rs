//! Rules for the names of variables.

/// Rule for the names of variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum NameRule {
    /// Names that the platform accepts: ASCII letters, digits, `-`, `_` and `.`.
    #[default]
    Simple,
    /// Names that a shell accepts: ASCII letters, digits and `_`, not starting with a digit.
    Strict,
}

impl NameRule {
    /// Returns `true` if a variable may have this name.
    #[must_use]
    pub fn allows(self, name: &str) -> bool {
        match self {
            Self::Simple => {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            }
            Self::Strict => {
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_less_than_the_platform() {
        for (name, simple, strict) in [
            ("A_1", true, true),
            ("_", true, true),
            ("A.B", true, false),
            ("a-b", true, false),
            ("1A", true, false),
            ("", false, false),
            ("A B", false, false),
            (" A", false, false),
            ("É", false, false),
            ("A|B", false, false),
        ] {
            assert_eq!(NameRule::Simple.allows(name), simple, "{name}");
            assert_eq!(NameRule::Strict.allows(name), strict, "{name}");
        }
    }
}

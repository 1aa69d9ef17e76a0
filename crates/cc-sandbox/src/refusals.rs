//! Every refusal of the sandbox, as data: which operations refuse what, with which status, id and message.

mod table;

use std::fmt;

use http::StatusCode;

use crate::engine::reply::Refusal;
pub(crate) use table::*;

/// Number of characters of a client's text that a message shows.
const SHOWN: usize = 200;

/// A refusal of the sandbox: see [`refusals`].
///
/// An answer that refuses a request has the header `x-sandbox-refusal` with the [id](Self::id) of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownRefusal {
    /// Name of the refusal, such as `unknown-zone`. It is the sandbox's own.
    pub id: &'static str,
    /// Subject, such as `Applications`.
    pub subject: &'static str,
    /// Ids of the operations that refuse, as in the spec. Empty if `when` says which.
    pub operations: &'static [&'static str],
    /// Condition, as a sentence.
    pub when: &'static str,
    /// HTTP status.
    pub status: u16,
    /// `id` in the body of an answer of v2.
    pub number: i64,
    /// `code` in the body of any other answer.
    pub code: &'static str,
    /// Message, with `{}` in the place of each value.
    pub message: &'static str,
    /// Source of the status, the id or the message. `None` if no source is known: they are plausible then, and the sandbox's own.
    pub source: Option<&'static str>,
}

/// Returns every refusal of the sandbox, by subject. `cc-sandbox --refusals` prints them.
///
/// ```
/// let zone = cc_sandbox::refusals().find(|refusal| refusal.id == "unknown-zone").unwrap();
/// assert_eq!((zone.status, zone.message), (400, "{} is not a zone"));
/// ```
pub fn refusals() -> impl Iterator<Item = &'static KnownRefusal> {
    ALL.iter().copied()
}

/// Returns the rights of members by role: what can be done, and the roles that may do it.
///
/// A role that is in none of the rows reads like a `DEVELOPER`, and changes nothing.
///
/// ```
/// let (_, roles) = cc_sandbox::rights().find(|(what, _)| *what == "see and pay bills").unwrap();
/// assert_eq!(roles, ["ADMIN", "ACCOUNTING"]);
/// ```
pub fn rights() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    crate::engine::rights::rows()
}

impl KnownRefusal {
    /// The refusal with these values in its message.
    pub(crate) fn with<const N: usize>(&'static self, values: [&str; N]) -> Refusal {
        let mut message = String::with_capacity(self.message.len() + 64);
        let mut parts = self.message.split("{}");
        message.push_str(parts.next().unwrap_or_default());
        for (value, part) in values.into_iter().zip(parts) {
            message.extend(value.chars().take(SHOWN));
            message.push_str(part);
        }
        Refusal::of(self, message)
    }

    /// The status as a type.
    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST)
    }
}

impl fmt::Display for KnownRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, when, status, number, code, message, .. } = self;
        writeln!(f, "{id}: {status}, id {number}, code {code}")?;
        writeln!(f, "  {when}")?;
        if !self.operations.is_empty() {
            writeln!(f, "  operations: {}", self.operations.join(", "))?;
        }
        writeln!(f, "  message: {message}")?;
        write!(f, "  source: {}", self.source.unwrap_or("none known, plausible values"))
    }
}

/// `id` in a body of v2 for a status, if no other is known.
const fn number(status: u16, known: &[i64]) -> i64 {
    match (known, status) {
        ([number, ..], _) => *number,
        (_, 400) => 500,
        (_, 401) => 2_001,
        (_, 403) => 2_002,
        (_, 404) => 4_004,
        (_, 409) => 4_009,
        (_, status) => status as i64,
    }
}

/// `code` in any other body for a status, if no other is known.
const fn code(status: u16, known: &[&'static str]) -> &'static str {
    match (known, status) {
        ([code, ..], _) => code,
        (_, 401) => "clever.core.unauthorized",
        (_, 402) => "clever.core.payment-required",
        (_, 403) => "clever.core.forbidden",
        (_, 404) => "clever.core.not-found",
        (_, 408) => "clever.core.request-timeout",
        (_, 409) => "clever.core.conflict",
        (_, 413) => "clever.core.payload-too-large",
        (_, 500) => "clever.core.internal-error",
        (_, 502) => "clever.core.bad-gateway",
        _ => "clever.core.bad-request",
    }
}

const fn source(known: &[&'static str]) -> Option<&'static str> {
    match known {
        [source, ..] => Some(source),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Sandbox;

    #[test]
    fn each_refusal_has_an_id_of_its_own_and_a_whole_sentence_for_its_condition() {
        let mut ids = BTreeSet::new();
        for row in refusals() {
            assert!(ids.insert(row.id), "{} is there twice", row.id);
            assert!(row.id.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{}", row.id);
            assert!(row.when.ends_with('.') && !row.message.ends_with('.'), "{}", row.id);
            assert!((400..=599).contains(&row.status), "{}", row.id);
        }
    }

    #[test]
    fn the_operations_of_a_refusal_are_those_of_the_spec_and_know_its_status() {
        let sandbox = Sandbox::builder().in_memory();
        for row in refusals() {
            for id in row.operations {
                let operation = sandbox.table().operations.iter().find(|operation| operation.id == *id);
                let operation = operation.unwrap_or_else(|| panic!("{}: no operation {id}", row.id));
                assert!(
                    operation.may_refuse(row.status) || row.status == 502,
                    "{}: {id} has no error {}",
                    row.id,
                    row.status
                );
            }
        }
    }

    #[test]
    fn a_message_shows_no_more_than_a_part_of_a_long_text() {
        let refusal = UNKNOWN_ZONE.with([&"x".repeat(1_000_000)]);
        assert!(refusal.message.len() < 300);
        assert_eq!(UNKNOWN_ZONE.with(["mars"]).message, "mars is not a zone");
    }
}

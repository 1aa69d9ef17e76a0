//! Result of a comparison.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// How the answers of a sandbox differ from recorded ones, by operation: from
/// [`Recording::compare`](crate::Recording::compare).
///
/// `Display` is the report that `cc-sandbox --compare` prints, `Serialize` the one of `--json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Comparison {
    /// Number of operations that were compared.
    pub compared: usize,
    /// Number of operations whose answers did not differ.
    pub equal: usize,
    /// Percentage of the compared operations without a difference. It is rounded down, so that 100 means no difference at all, and is 0
    /// if nothing was compared.
    pub percent: u8,
    /// The operations, in the order of their names.
    pub operations: Vec<ComparedOperation>,
}

/// Comparison of the answers of one operation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ComparedOperation {
    /// Id of the operation in the specification, or `METHOD /path` of a route that it does not have.
    pub operation: String,
    /// Number of exchanges that were compared.
    pub exchanges: usize,
    /// `true` if the sandbox answered with a sample of the schema, not from its state.
    pub is_sample: bool,
    /// Differences, each once.
    pub differences: Vec<Difference>,
    /// Reasons for which exchanges were not compared, with their numbers.
    pub skipped: BTreeMap<String, usize>,
}

/// Something in which answers differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// Kind of the difference.
    pub kind: DifferenceKind,
    /// Place in the answer, such as `[].vhosts[].fqdn`. Empty for the answer as a whole.
    pub place: String,
    /// Status, type, code or content as it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// The same of the sandbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<String>,
    /// Number of answers with this difference.
    pub answers: usize,
    /// The first request with it, as in the recording.
    pub request: String,
}

/// Kind of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// Another status.
    Status,
    /// Another code of an error.
    Code,
    /// Another kind of body, such as text in the place of JSON.
    Content,
    /// A field, an item that was made before, or an event that the sandbox does not have.
    Missing,
    /// A field, or an item that was deleted before, that only the sandbox has.
    Additional,
    /// A value of another type.
    Type,
    /// Items in another order.
    Order,
}

impl Comparison {
    pub(super) fn new(operations: Vec<ComparedOperation>) -> Self {
        let compared = operations.iter().filter(|operation| operation.exchanges > 0);
        let equal = compared.clone().filter(|operation| operation.differences.is_empty()).count();
        let compared = compared.count();
        let percent = u8::try_from((100 * equal).checked_div(compared).unwrap_or_default()).unwrap_or(100);
        Self { compared, equal, percent, operations }
    }

    /// Returns `true` if something was compared and nothing differs.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.compared > 0 && self.equal == self.compared
    }

    /// Returns the differences with the operations in which they are.
    pub fn differences(&self) -> impl Iterator<Item = (&str, &Difference)> {
        self.operations.iter().flat_map(|operation| {
            operation.differences.iter().map(|difference| (operation.operation.as_str(), difference))
        })
    }
}

impl ComparedOperation {
    pub(super) fn new(operation: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            exchanges: 0,
            is_sample: false,
            differences: Vec::new(),
            skipped: BTreeMap::new(),
        }
    }

    /// Adds the differences of one answer.
    pub(super) fn add(&mut self, request: &str, differences: Vec<Found>) {
        self.exchanges += 1;
        let mut counted: Vec<&Found> = Vec::new();
        for found in &differences {
            // In a list, the same difference may be in many items.
            if counted.contains(&found) {
                continue;
            }
            counted.push(found);
            let known = self.differences.iter_mut().find(|known| found.is(known));
            match known {
                Some(known) => known.answers += 1,
                None => self.differences.push(Difference {
                    kind: found.kind,
                    place: found.place.clone(),
                    recorded: found.recorded.clone(),
                    sandbox: found.sandbox.clone(),
                    answers: 1,
                    request: request.to_owned(),
                }),
            }
        }
    }
}

/// A difference in one answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) kind: DifferenceKind,
    pub(super) place: String,
    pub(super) recorded: Option<String>,
    pub(super) sandbox: Option<String>,
}

impl Found {
    pub(super) fn new(kind: DifferenceKind, place: &str) -> Self {
        Self { kind, place: place.to_owned(), recorded: None, sandbox: None }
    }

    /// Adds how it was recorded, and how the sandbox has it.
    pub(super) fn of(self, recorded: impl ToString, sandbox: impl ToString) -> Self {
        Self { recorded: Some(recorded.to_string()), sandbox: Some(sandbox.to_string()), ..self }
    }

    fn is(&self, known: &Difference) -> bool {
        (self.kind, &self.place, &self.recorded, &self.sandbox)
            == (known.kind, &known.place, &known.recorded, &known.sandbox)
    }
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status => "status",
            Self::Code => "code",
            Self::Content => "content",
            Self::Missing => "missing",
            Self::Additional => "additional",
            Self::Type => "type",
            Self::Order => "order",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if !self.place.is_empty() {
            write!(f, " {}", self.place)?;
        }
        if let (Some(recorded), Some(sandbox)) = (&self.recorded, &self.sandbox) {
            write!(f, ": recorded {recorded}, sandbox {sandbox}")?;
        }
        let many =
            if self.answers == 1 { String::new() } else { format!("{} answers, first ", self.answers) };
        write!(f, " ({many}{})", self.request)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for operation in &self.operations {
            let counted = match operation.exchanges {
                1 => "1 exchange".to_owned(),
                count => format!("{count} exchanges"),
            };
            let state = match (operation.exchanges, operation.differences.len()) {
                (0, _) => "skipped",
                (_, 0) => "equal",
                _ => "differs",
            };
            let sample = if operation.is_sample { ", sample" } else { "" };
            writeln!(f, "{state:<8}{}  {counted}{sample}", operation.operation)?;
            for difference in &operation.differences {
                writeln!(f, "          {difference}")?;
            }
            for (reason, count) in &operation.skipped {
                writeln!(f, "          {count} not compared: {reason}")?;
            }
        }
        let differing = self.compared - self.equal;
        let skipped: usize = self.operations.iter().flat_map(|operation| operation.skipped.values()).sum();
        write!(
            f,
            "\n{} operations compared, {} equal, {differing} differing: {} %",
            self.compared, self.equal, self.percent
        )?;
        let samples = self.operations.iter().filter(|operation| operation.is_sample).count();
        if samples > 0 {
            write!(
                f,
                "\n{samples} operations answered with samples of their schemas, not from the state of the sandbox"
            )?;
        }
        if skipped > 0 { write!(f, "\n{skipped} exchanges not compared") } else { Ok(()) }
    }
}

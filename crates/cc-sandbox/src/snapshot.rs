//! Everything that a sandbox is at a moment, as a value.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::faults::Plan;
use crate::kv::Spaces;
use crate::world::{World, stored};

/// Version of the format. A change that older snapshots do not fit needs the next number.
const FORMAT: u32 = 1;

/// The state of a sandbox at a moment: its world with everything that is still to happen, its time, its faults, the keys
/// of its Redis, and the counters that ids follow from. Made by [`Sandbox::snapshot`](crate::Sandbox::snapshot).
///
/// The same requests after the same snapshot have the same answers, byte for byte, if the clock is moved by hand
/// ([`Pace::Manual`](crate::Pace::Manual)). The journal, the violations, the pace of the clock and the options of the builder
/// belong to the sandbox, and are not part of it. Nor are the git repositories of applications, which are empty after a restore. It
/// contains the credentials and the passwords of the sandbox, which are fake unless you gave it others.
///
/// ```
/// use cc_sandbox::{Sandbox, Snapshot};
///
/// let sandbox = Sandbox::builder().seed(7).in_memory();
/// sandbox.add_organisation("Acme");
/// let file = sandbox.snapshot().to_json();
///
/// let other = Sandbox::builder().in_memory();
/// other.restore(&Snapshot::from_json(file)?);
/// assert_eq!(other.ids(), sandbox.ids());
/// # Ok::<(), cc_sandbox::SnapshotError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Snapshot(pub(crate) Contents);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Contents {
    /// First, so that a format that this version cannot read is named before its fields are.
    format: Format,
    /// Start of the sandbox, from which generated dates follow.
    #[serde(with = "stored::date")]
    pub(crate) start: Timestamp,
    #[serde(with = "stored::date")]
    pub(crate) now: Timestamp,
    /// Number of requests so far, from which the ids of answers follow.
    pub(crate) requests: u64,
    pub(crate) faults: Plan,
    pub(crate) spaces: Spaces,
    pub(crate) world: World,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Format;

impl From<Format> for u32 {
    fn from(_: Format) -> Self {
        FORMAT
    }
}

impl TryFrom<u32> for Format {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        let wrong = || format!("format {number} is not supported, this version reads format {FORMAT}");
        (number == FORMAT).then_some(Self).ok_or_else(wrong)
    }
}

impl Snapshot {
    pub(crate) fn new(
        [start, now]: [Timestamp; 2],
        requests: u64,
        faults: Plan,
        spaces: Spaces,
        world: World,
    ) -> Self {
        Self(Contents { format: Format, start, now, requests, faults, spaces, world })
    }

    /// Returns the snapshot as JSON, as `GET /_sandbox/snapshot` answers it.
    pub fn to_json(&self) -> String {
        // All keys are texts and no value fails, so that writing it cannot fail.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Reads a snapshot that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`SnapshotError`] if it is not JSON, if a part is missing, unknown or of another type, or if a part of the world does not fit
    /// the others, such as an application whose owner does not exist. It names the place.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, SnapshotError> {
        let mut reader = serde_json::Deserializer::from_slice(json.as_ref());
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| SnapshotError {
            place: Some(error.path().to_string()).filter(|path| path != "."),
            reason: error.inner().to_string(),
        });
        let contents: Contents = read?;
        let end = |error: serde_json::Error| SnapshotError { place: None, reason: error.to_string() };
        reader.end().map_err(end)?;
        let senseless = |(place, reason)| SnapshotError { place: Some(format!("world.{place}")), reason };
        contents.world.check().map_err(senseless)?;
        Ok(Self(contents))
    }
}

/// A snapshot that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotError {
    /// Path of the value in the document, such as `world.owners[0][1].wire`.
    place: Option<String>,
    reason: String,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.place {
            Some(place) => format!("could not read the snapshot: {place}: {}", self.reason),
            None => format!("could not read the snapshot: {}", self.reason),
        };
        write!(f, "{}", cc_one_line::one_line(&text, 1_000))
    }
}

impl std::error::Error for SnapshotError {}

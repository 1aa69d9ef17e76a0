//! Recordings: exchanges with the platform, written without secrets, ids and personal data.

mod compare;
mod conceal;
mod disguise;
mod events;
mod format;
mod place;
mod recorder;
mod replay;
mod safe;
mod watch;

pub use compare::{ComparedOperation, Comparison, Difference, DifferenceKind};
pub use format::{Recording, RecordingError};
pub use recorder::{Recorder, RecordingService};
pub(crate) use replay::{Replay, Replaying};
pub use watch::{BodyWatch, RecordableBody};

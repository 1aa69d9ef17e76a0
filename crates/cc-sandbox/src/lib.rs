//! The Clever Cloud platform in a process, for tests and examples.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]

#[cfg(feature = "client")]
mod client;
mod delivery;
mod domains;
mod engine;
mod git;
mod identity;
mod initial_world;
mod kv;
mod record;
mod refusals;
mod routes;
mod samples;
mod sandbox;
mod seeding;
mod service;
mod snapshot;
mod stage;
mod stream;
mod world;

pub use engine::auth::Credentials;
pub use engine::body::{Body, ConnectionReset};
pub use engine::clock::Pace;
pub use engine::deployment_fault::DeploymentFault;
pub use engine::faults::{Fault, Faults};
pub use engine::journal::Exchange;
pub use engine::limits::Limits;
pub use engine::validate::{Side, Violation};
pub use identity::Identity;
pub use record::{
    BodyWatch, ComparedOperation, Comparison, Difference, DifferenceKind, RecordableBody, Recorder,
    Recording, RecordingError, RecordingService,
};
pub use refusals::{KnownRefusal, refusals, rights};
pub use routes::Route;
pub use samples::{Extent, Samples};
pub use sandbox::{Builder, Sandbox};
pub use service::{RequestBody, SandboxService};
pub use snapshot::{Snapshot, SnapshotError};
pub use stream::fault::{StreamEnd, StreamFault};
pub use world::{Ids, Quota};

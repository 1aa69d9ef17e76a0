//! The Clever Cloud platform in a process, for examples, for tests, and for trying a client without an account.
//!
//! It answers every operation of the spec over real HTTP. The parts that people use most keep state and have a life of
//! their own: an application is deployed in a while, a drain becomes enabled, an invoice can be read as a PDF. Every
//! other operation answers what its schema says, always the same for the same request. Every request and every answer
//! is checked against the spec.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use cc_sandbox::{Fault, Sandbox};
//!
//! let sandbox = Sandbox::start().await;
//! sandbox.faults().add(Fault::unavailable().on("get_zone").times(1));
//! // … point a client at `sandbox.url()` with `sandbox.api_token()`, and then
//! assert_eq!(sandbox.journal(), "");
//! # }
//! ```
#![deny(missing_docs)]

mod domains;
mod engine;
mod kv;
mod samples;
mod sandbox;
mod seeding;
mod stream;
mod world;

pub use domains::deployment::DeploymentFault;
pub use engine::auth::Credentials;
pub use engine::body::{Body, ConnectionReset};
pub use engine::clock::Pace;
pub use engine::faults::{Fault, Faults};
pub use engine::journal::Exchange;
pub use engine::validate::{Side, Violation};
pub use samples::{Extent, Samples};
pub use sandbox::{Builder, Sandbox};
pub use stream::fault::{StreamEnd, StreamFault};
pub use world::Ids;

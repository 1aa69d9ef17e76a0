//! Applications: programs that the platform builds and runs.

pub use crate::generated::commands::application::*;

mod branches;
#[cfg(feature = "product")]
mod create;
#[cfg(feature = "deployment")]
mod deploy;
mod get;
mod list;
pub mod model;
mod settings;
mod update;

#[cfg(feature = "product")]
pub use create::{GithubRepository, InstanceChoice};
#[cfg(feature = "deployment")]
pub use deploy::StartedDeployment;

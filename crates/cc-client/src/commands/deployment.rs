//! Deployments: how an application goes live.

pub use crate::generated::commands::deployment::*;

pub(crate) mod ask;
mod deploy;
#[cfg(all(feature = "log", feature = "stream"))]
mod follow;
#[cfg(all(feature = "log", feature = "stream"))]
mod journal;
mod judge;
mod legacy;
mod list;
mod look;
pub mod model;
mod pace;
mod progress;
#[cfg(all(feature = "log", feature = "stream"))]
mod tail;
mod timer;
mod wait;
mod watch;

#[cfg(all(feature = "log", feature = "stream"))]
pub use follow::{DeployEvent, Deploying};
pub use progress::DeploymentProgress;

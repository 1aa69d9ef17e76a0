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
mod seconds;
#[cfg(all(feature = "log", feature = "stream"))]
mod tail;
mod timer;
mod wait;
mod watch;

pub use deploy::DeployAndWait;
#[cfg(all(feature = "log", feature = "stream"))]
pub use follow::{DeployEvent, Deploying};
pub use legacy::GetDeploymentLegacy;
pub use list::ListDeployment;
pub use progress::DeploymentProgress;
pub use wait::WaitForDeployment;

//! Deployments: how an application goes live.

pub use crate::generated::commands::deployment::*;

mod deploy;
#[cfg(all(feature = "log", feature = "stream"))]
mod follow;
mod legacy;
mod link;
mod list;
pub mod model;
mod seconds;
mod wait;

pub use deploy::{DeployAndWait, DeploymentProgress};
#[cfg(all(feature = "log", feature = "stream"))]
pub use follow::{DeployEvent, Deploying};
pub use legacy::GetDeploymentLegacy;
pub use list::ListDeployment;
pub use wait::WaitForDeployment;

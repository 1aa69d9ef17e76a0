//! Deployments: how an application goes live.

pub use crate::generated::commands::deployment::*;

mod legacy;
mod list;
pub mod model;
mod seconds;
mod wait;

pub use legacy::GetDeploymentLegacy;
pub use list::ListDeployment;
pub use wait::WaitForDeployment;

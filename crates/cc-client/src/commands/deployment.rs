//! Deployments: how an application goes live.

pub use crate::generated::commands::deployment::*;

mod ask;
mod begin;
#[cfg(feature = "stream")]
mod cancel;
mod deploy;
mod deploy_application;
#[cfg(feature = "stream")]
mod follow;
mod instance;
#[cfg(feature = "stream")]
mod journal;
mod judge;
mod legacy;
mod list;
mod look;
pub mod model;
mod pace;
mod progress;
#[cfg(feature = "stream")]
mod tail;
mod timer;
mod wait;
mod watch;

#[cfg(feature = "stream")]
pub use cancel::StillRunning;
pub use deploy_application::StartedDeployment;
#[cfg(feature = "stream")]
pub use follow::{DeployEvent, Deploying};
pub use progress::DeploymentProgress;

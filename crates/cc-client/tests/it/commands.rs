//! Commands, by what they ask of the platform and what they give back.

pub mod harness;

#[cfg(feature = "deployment")]
mod deployment;
#[cfg(feature = "deployment")]
mod instance;
#[cfg(feature = "deployment")]
mod wait_for_deployment;

//! Instances: the virtual machines that build and run applications.

pub use crate::generated::commands::instance::*;

mod list;
pub mod model;

//! Environment variables of applications and add-ons.

mod get;
pub mod model;
mod one;
mod replace;

pub use get::{GetEnvironment, GetExposedEnvironment};
pub use one::{CreateOrUpdateEnvironmentVariable, DeleteEnvironmentVariable};
pub use replace::{UpdateEnvironment, UpdateExposedEnvironment};

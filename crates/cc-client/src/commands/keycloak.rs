//! Keycloak, as an operator of the platform runs it.

pub use crate::generated::commands::keycloak::*;

pub mod model;

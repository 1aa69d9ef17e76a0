//! Services that an operator of the platform runs: Keycloak, Matomo, Metabase and Otoroshi.

pub use crate::generated::commands::operator::*;

pub mod model;

//! Outputs of the commands of Keycloak.

use cc_api_operator::types::Keycloak;
use serde::{Deserialize, Serialize};

use super::operator_info;
use crate::lists::by_name;
use crate::model::EnvironmentVariable;

use super::{Features, InitialCredentials};

pub use cc_api_operator::types::KeycloakResources;

operator_info! {
    /// A Keycloak.
    pub struct KeycloakInfo of Keycloak {
        /// Version of Java that it runs on.
        java_version: String = |wire: &Keycloak| wire.java_version.clone(),
        /// Resources of the Keycloak.
        resources: KeycloakResources = |wire: &Keycloak| wire.resources.clone(),
        /// Enabled features.
        features: Features = |wire: &Keycloak| wire.features.clone().map(Features::from).unwrap_or_default(),
        /// Credentials of the first sign-in.
        initial_credentials: InitialCredentials = |wire: &Keycloak| wire.initial_credentials.clone().into(),
        /// Environment variables, sorted by name.
        environment: Vec<EnvironmentVariable> = |wire: &Keycloak| by_name(wire.env_vars.clone()),
    }
}

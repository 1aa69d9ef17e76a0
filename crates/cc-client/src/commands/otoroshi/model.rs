//! What the commands of Otoroshi give back.

use cc_api_operator::types::{Otoroshi, OtoroshiApi, OtoroshiResources};
use serde::{Deserialize, Serialize};

use crate::commands::operator::operator_info;

pub use crate::commands::operator::{Features, InitialCredentials, NetworkGroupFeature};

operator_info! {
    /// An Otoroshi.
    pub struct OtoroshiInfo of Otoroshi {
        /// Version of Java that it runs on.
        java_version: String = |wire: &Otoroshi| wire.java_version.clone(),
        /// What it is made of.
        resources: OtoroshiResources = |wire: &Otoroshi| wire.resources.clone(),
        /// What is turned on.
        features: Features = |wire: &Otoroshi| wire.features.clone().map(Features::from).unwrap_or_default(),
        /// Its programming interface.
        api: OtoroshiApi = |wire: &Otoroshi| wire.api.clone(),
        /// Who may sign in at the start.
        initial_credentials: InitialCredentials = |wire: &Otoroshi| wire.initial_credentials.clone().into(),
    }
}

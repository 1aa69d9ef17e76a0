//! Outputs of the commands of Otoroshi.

use cc_api_operator::types::Otoroshi;
use serde::{Deserialize, Serialize};

use super::operator_info;

use super::{Features, InitialCredentials};

pub use cc_api_operator::types::{OtoroshiApi, OtoroshiResources};

operator_info! {
    /// An Otoroshi.
    pub struct OtoroshiInfo of Otoroshi {
        /// Version of Java that it runs on.
        java_version: String = |wire: &Otoroshi| wire.java_version.clone(),
        /// Resources of the Otoroshi.
        resources: OtoroshiResources = |wire: &Otoroshi| wire.resources.clone(),
        /// Enabled features.
        features: Features = |wire: &Otoroshi| wire.features.clone().map(Features::from).unwrap_or_default(),
        /// API of the Otoroshi.
        api: OtoroshiApi = |wire: &Otoroshi| wire.api.clone(),
        /// Credentials of the first sign-in.
        initial_credentials: InitialCredentials = |wire: &Otoroshi| wire.initial_credentials.clone().into(),
    }
}

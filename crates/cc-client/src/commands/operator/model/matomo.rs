//! Outputs of the commands of Matomo.

use cc_api_operator::types::Matomo;
use serde::{Deserialize, Serialize};

use super::operator_info;
use crate::lists::by_name;
use crate::model::EnvironmentVariable;

pub use cc_api_operator::types::MatomoResources;

operator_info! {
    /// A Matomo.
    pub struct MatomoInfo of Matomo {
        /// Version of PHP that it runs on.
        php_version: String = |wire: &Matomo| wire.php_version.clone(),
        /// Resources of the Matomo.
        resources: MatomoResources = |wire: &Matomo| wire.resources.clone(),
        /// Environment variables, sorted by name.
        environment: Vec<EnvironmentVariable> = |wire: &Matomo| by_name(wire.env_vars.clone()),
    }
}

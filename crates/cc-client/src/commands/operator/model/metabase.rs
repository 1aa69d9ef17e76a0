//! Outputs of the commands of Metabase.

use cc_api_operator::types::Metabase;
use serde::{Deserialize, Serialize};

use super::operator_info;
use crate::lists::by_name;
use crate::model::EnvironmentVariable;

pub use cc_api_operator::types::MetabaseResources;

operator_info! {
    /// A Metabase.
    pub struct MetabaseInfo of Metabase {
        /// Version of Java that it runs on.
        java_version: String = |wire: &Metabase| wire.java_version.clone(),
        /// Resources of the Metabase.
        resources: MetabaseResources = |wire: &Metabase| wire.resources.clone(),
        /// Environment variables, sorted by name.
        environment: Vec<EnvironmentVariable> = |wire: &Metabase| by_name(wire.env_vars.clone()),
    }
}

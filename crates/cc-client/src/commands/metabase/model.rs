//! What the commands of Metabase give back.

use cc_api_operator::types::{Metabase, MetabaseResources};
use serde::{Deserialize, Serialize};

use crate::commands::operator::operator_info;
use crate::model::{EnvironmentVariable, by_name};

operator_info! {
    /// A Metabase.
    pub struct MetabaseInfo of Metabase {
        /// Version of Java that it runs on.
        java_version: String = |wire: &Metabase| wire.java_version.clone(),
        /// What it is made of.
        resources: MetabaseResources = |wire: &Metabase| wire.resources.clone(),
        /// Its environment variables, sorted by name.
        environment: Vec<EnvironmentVariable> = |wire: &Metabase| by_name(wire.env_vars.clone()),
    }
}

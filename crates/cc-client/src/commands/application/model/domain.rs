//! Outputs of the commands of domains.

use serde::{Deserialize, Serialize};

/// A domain of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Domain {
    /// The domain, with its path: `example.org/`.
    pub domain: String,
    /// `true` for the primary domain.
    pub is_primary: bool,
}

/// The primary domain of an application.
pub type PrimaryDomain = Domain;

impl From<cc_api_application::types::Vhost> for Domain {
    /// Of the route that answers the primary domain.
    fn from(wire: cc_api_application::types::Vhost) -> Self {
        Self { domain: wire.fqdn, is_primary: true }
    }
}

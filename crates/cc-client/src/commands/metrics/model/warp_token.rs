//! Outputs of the commands of Warp 10 tokens.

use cc_api_metrics::types as wire;
use cc_runtime::{Secret, Timestamp};

use crate::declare::model;

pub use wire::{StatsApplication, StatsTokenScope};

model! {
    /// A token that reads Warp 10.
    pub struct WarpToken: |wire: wire::StatsToken| {
        /// The token.
        token: Secret = wire.token,
        /// Expiration date.
        expires_at: Option<Timestamp> = wire.expires_at,
        /// Creation date.
        created_at: Option<Timestamp> = wire.created_at,
        /// Rights of the token.
        scope: StatsTokenScope = wire.scope,
        /// Statistics that the token can read.
        applications: Vec<StatsApplication> = wire.applications,
    }
}

//! What the commands of Warp 10 tokens give back.

use cc_api_metrics::types as wire;
use cc_runtime::{Secret, Timestamp};

use crate::model::model;

pub use wire::{StatsApplication, StatsTokenScope};

model! {
    /// A token that reads Warp 10.
    pub struct WarpToken: |wire: wire::StatsToken| {
        /// The token.
        token: Secret = wire.token,
        /// When it stops working.
        expires_at: Option<Timestamp> = wire.expires_at,
        /// When it was created.
        created_at: Option<Timestamp> = wire.created_at,
        /// What it allows.
        scope: StatsTokenScope = wire.scope,
        /// What it reads.
        applications: Vec<StatsApplication> = wire.applications,
    }
}

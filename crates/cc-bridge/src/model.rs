//! Outputs of commands.

pub use cc_api_bridge::types::{ApiToken, ApiTokenState, CreatedApiToken};

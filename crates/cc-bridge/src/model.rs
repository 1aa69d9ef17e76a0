//! What commands give back.

pub use cc_api_bridge::types::{ApiToken, ApiTokenState, CreatedApiToken};

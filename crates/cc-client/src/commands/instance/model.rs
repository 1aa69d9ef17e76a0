//! What the commands of instances give back.

pub use cc_api_deployment::types::{DateOrder, Instance, InstanceNetwork, InstanceState};

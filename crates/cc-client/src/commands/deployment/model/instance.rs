//! Outputs of the commands of instances.

pub use cc_api_deployment::types::{DateOrder, Instance, InstanceNetwork, InstanceState};

//! Sends a request again.

mod policy;

pub use policy::RetryPolicy;

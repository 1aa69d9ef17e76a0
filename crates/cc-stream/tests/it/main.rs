//! Everything the crate promises, from outside.

mod decoder;
mod faults;
mod general;
mod health;
#[cfg(feature = "reqwest")]
mod http;
#[cfg(feature = "reqwest")]
mod http2;
mod ids;
mod lifecycle;
mod overflow;
mod payloads;
mod resume;
mod retries;
mod runtime;
mod support;

//! The transport as its callers see it, on a clock that stands still and on real sockets.

#[cfg(feature = "blocking")]
mod blocking;
mod bodies;
mod body;
mod cache;
#[cfg(feature = "drift")]
mod drift;
mod errors;
mod flight;
mod harmless;
mod hooks;
#[cfg(feature = "http2")]
mod http2;
mod layers;
mod oauth1;
mod plain;
mod progress;
mod reader;
mod redact;
mod redirect;
mod retry;
mod runtime;
mod spans;
mod stream;
mod support;
mod telemetry;
mod time;
mod trace;
mod wire;

//! External behaviour of the client: the requests that it sends, and their results.

#[cfg(all(
    feature = "blocking",
    feature = "deployment",
    feature = "log",
    feature = "stream",
    feature = "zone"
))]
mod blocking;
mod catalog;
mod command;
mod commands;
#[cfg(all(feature = "deployment", feature = "log", feature = "stream"))]
mod deployments;
#[cfg(all(
    feature = "addon",
    feature = "application",
    feature = "drain",
    feature = "network-group",
    feature = "organisation"
))]
mod examples;
mod identities;
mod kills;
#[cfg(all(feature = "log", feature = "stream"))]
mod one_error;
#[cfg(all(feature = "deployment", feature = "log", feature = "stream"))]
mod programs;
#[cfg(all(unix, feature = "redis"))]
mod redis;
mod resolve;
mod runtime;
#[cfg(all(
    feature = "account",
    feature = "addon",
    feature = "application",
    feature = "cellar",
    feature = "network-group",
    feature = "oauth",
    feature = "payment",
    feature = "product"
))]
mod shared_types;
mod sign_in;
#[cfg(all(feature = "deployment", feature = "log", feature = "stream", feature = "zone"))]
#[path = "../../../cc-runtime/tests/it/spans.rs"]
#[allow(dead_code)] // The tests of cc-runtime use the rest.
mod spans;
mod store;
#[cfg(all(feature = "deployment", feature = "log", feature = "metrics", feature = "stream"))]
mod streams;
mod support;
#[cfg(all(feature = "deployment", feature = "log", feature = "stream", feature = "zone"))]
mod telemetry;

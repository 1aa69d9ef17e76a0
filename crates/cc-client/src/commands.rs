//! The commands, a module per domain: domain, feature and module have the same name.
//!
//! A command is a value: build it, [send](crate::Client::send) it. A domain whose commands are not all of one request has
//! a hand-written module here, which takes the place of the generated one and shows it too.

#[allow(unused_imports)] // With no domain feature on, there is nothing.
pub use crate::generated::commands::*;

#[cfg(feature = "account")]
pub mod account;
#[cfg(feature = "addon")]
pub mod addon;
#[cfg(feature = "addon-provider")]
pub mod addon_provider;
#[cfg(feature = "application")]
pub mod application;
#[cfg(feature = "billing")]
pub mod billing;
#[cfg(feature = "database")]
pub mod database;
#[cfg(feature = "deployment")]
pub mod deployment;
#[cfg(feature = "drain")]
pub mod drain;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "load-balancer")]
pub mod load_balancer;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "network-group")]
pub mod network_group;
#[cfg(feature = "notification")]
pub mod notification;
#[cfg(feature = "oauth")]
pub mod oauth;
#[cfg(feature = "operator")]
pub mod operator;
#[cfg(feature = "organisation")]
pub mod organisation;
#[cfg(feature = "payment")]
pub mod payment;
#[cfg(feature = "product")]
pub mod product;
#[cfg(feature = "pulsar")]
pub mod pulsar;
#[cfg(feature = "redirection")]
pub mod redirection;
#[cfg(any(
    feature = "application",
    feature = "deployment",
    feature = "drain",
    feature = "load-balancer",
    feature = "metrics"
))]
mod target;
#[cfg(feature = "zone")]
pub mod zone;

//! The commands, a module per domain.
//!
//! A command is a value: build it, [send](crate::Client::send) it. A domain whose commands are not all of one request has
//! a hand-written module here, which takes the place of the generated one and shows it too.

#[allow(unused_imports)] // With no domain feature on, there is nothing.
pub use crate::generated::commands::*;

#[cfg(any(feature = "addon", feature = "addon-provider", feature = "product"))]
pub mod addon;
#[cfg(feature = "addon-provider")]
pub mod addon_provider;
#[cfg(feature = "application")]
pub mod application;
#[cfg(feature = "account")]
pub mod auth;
#[cfg(all(feature = "addon", feature = "addon-provider"))]
pub mod backup;
#[cfg(feature = "billing")]
pub mod credits;
#[cfg(feature = "deployment")]
pub mod deployment;
#[cfg(feature = "application")]
pub mod domain;
#[cfg(feature = "database")]
pub mod elasticsearch;
#[cfg(feature = "application")]
pub mod environment;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "metrics")]
pub mod grafana;
#[cfg(feature = "product")]
pub mod heptapod;
#[cfg(feature = "deployment")]
pub mod instance;
#[cfg(feature = "billing")]
pub mod invoice;
#[cfg(feature = "database")]
pub mod jenkins;
#[cfg(feature = "operator")]
pub mod keycloak;
#[cfg(all(feature = "addon", feature = "application"))]
pub mod link;
#[cfg(feature = "load-balancer")]
pub mod load_balancer;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "drain")]
pub mod log_drain;
#[cfg(feature = "operator")]
pub mod matomo;
#[cfg(feature = "operator")]
pub mod metabase;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "addon")]
pub mod migration;
#[cfg(feature = "network-group")]
pub mod network_group;
#[cfg(feature = "notification")]
pub mod notification;
#[cfg(feature = "oauth")]
pub mod oauth_consumer;
#[cfg(feature = "account")]
pub mod oauth_token;
#[cfg(feature = "operator")]
mod operator;
#[cfg(any(feature = "account", feature = "organisation"))]
pub mod organisation;
#[cfg(feature = "operator")]
pub mod otoroshi;
#[cfg(any(feature = "billing", feature = "payment"))]
pub mod payment;
#[cfg(feature = "payment")]
pub mod payment_method;
#[cfg(feature = "billing")]
pub mod price_system;
#[cfg(any(feature = "addon-provider", feature = "database", feature = "product"))]
pub mod product;
#[cfg(feature = "account")]
pub mod profile;
#[cfg(feature = "pulsar")]
pub mod pulsar;
#[cfg(any(feature = "account", feature = "github"))]
pub mod ssh_key;
#[cfg(feature = "application")]
pub mod tag;
#[cfg(any(
    feature = "application",
    feature = "deployment",
    feature = "drain",
    feature = "load-balancer",
    feature = "metrics"
))]
mod target;
#[cfg(feature = "redirection")]
pub mod tcp_redirection;
#[cfg(feature = "account")]
pub mod user_setting;
#[cfg(feature = "billing")]
pub mod vat_number;
#[cfg(feature = "metrics")]
pub mod warp_token;
#[cfg(feature = "zone")]
pub mod zone;

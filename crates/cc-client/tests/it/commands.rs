//! Commands, by what they ask of the platform and what they give back.

#[cfg(feature = "account")]
mod account;
#[cfg(feature = "addon")]
mod addon;
#[cfg(feature = "addon-provider")]
mod addon_provider;
#[cfg(all(feature = "application", feature = "deployment", feature = "product"))]
mod application;
#[cfg(all(feature = "addon", feature = "addon-provider"))]
mod backup;
#[cfg(feature = "billing")]
mod credits;
#[cfg(feature = "database")]
mod database;
#[cfg(feature = "deployment")]
mod deployment;
#[cfg(feature = "application")]
mod domain;
#[cfg(feature = "application")]
mod environment;
#[cfg(feature = "github")]
mod github;
#[cfg(feature = "metrics")]
mod grafana;
pub mod harness;
#[cfg(feature = "product")]
mod heptapod;
#[cfg(all(feature = "application", feature = "deployment", feature = "product"))]
mod ids;
#[cfg(feature = "deployment")]
mod instance;
#[cfg(feature = "billing")]
mod invoice;
#[cfg(all(feature = "addon", feature = "application"))]
mod link;
#[cfg(feature = "load-balancer")]
mod load_balancer;
#[cfg(feature = "log")]
mod log;
#[cfg(feature = "drain")]
mod log_drain;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "addon")]
mod migration;
#[cfg(feature = "network-group")]
mod network_group;
#[cfg(feature = "notification")]
mod notification;
#[cfg(feature = "oauth")]
mod oauth_consumer;
#[cfg(feature = "operator")]
mod operator;
#[cfg(all(feature = "account", feature = "organisation"))]
mod organisation;
#[cfg(all(feature = "billing", feature = "payment"))]
mod payment;
#[cfg(feature = "payment")]
mod payment_method;
#[cfg(feature = "billing")]
mod price_system;
#[cfg(all(feature = "addon-provider", feature = "database", feature = "product"))]
mod product;
#[cfg(feature = "account")]
mod profile;
#[cfg(feature = "pulsar")]
mod pulsar;
#[cfg(all(feature = "config-provider", feature = "materia", feature = "zone"))]
mod resource;
#[cfg(feature = "application")]
mod tag;
#[cfg(feature = "redirection")]
mod tcp_redirection;
#[cfg(all(feature = "addon", feature = "application", feature = "deployment", feature = "product"))]
mod values;
#[cfg(feature = "billing")]
mod vat_number;
#[cfg(feature = "deployment")]
mod wait_for_deployment;
#[cfg(feature = "metrics")]
mod warp_token;

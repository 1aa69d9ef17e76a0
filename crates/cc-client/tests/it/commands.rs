//! Commands, by what they ask of the platform and what they give back.

#[cfg(feature = "billing")]
mod credits;
#[cfg(feature = "deployment")]
mod deployment;
#[cfg(feature = "github")]
mod github;
#[cfg(feature = "metrics")]
mod grafana;
pub mod harness;
#[cfg(feature = "product")]
mod heptapod;
#[cfg(feature = "deployment")]
mod instance;
#[cfg(feature = "billing")]
mod invoice;
#[cfg(feature = "load-balancer")]
mod load_balancer;
#[cfg(feature = "log")]
mod log;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "network-group")]
mod network_group;
#[cfg(feature = "notification")]
mod notification;
#[cfg(feature = "oauth")]
mod oauth_consumer;
#[cfg(all(feature = "billing", feature = "payment"))]
mod payment;
#[cfg(feature = "payment")]
mod payment_method;
#[cfg(feature = "billing")]
mod price_system;
#[cfg(all(feature = "addon-provider", feature = "database", feature = "product"))]
mod product;
#[cfg(feature = "redirection")]
mod tcp_redirection;
#[cfg(feature = "billing")]
mod vat_number;
#[cfg(feature = "deployment")]
mod wait_for_deployment;
#[cfg(feature = "metrics")]
mod warp_token;

//! Outputs of the commands of products, by domain of the API.

#[cfg(feature = "addon-provider")]
mod addon;
#[cfg(feature = "database")]
mod elasticsearch;
#[cfg(feature = "product")]
mod runtime;

#[cfg(all(feature = "addon-provider", feature = "product"))]
pub use addon::ProductAddon;
#[cfg(feature = "addon-provider")]
pub use addon::{
    ProductAddonCluster, ProductAddonDedicatedVersion, ProductAddonFeature, ProductAddonVersions,
};
#[cfg(feature = "database")]
pub use elasticsearch::{ElasticsearchService, ElasticsearchServices, ProductElasticsearchInfo};
#[cfg(feature = "product")]
pub use runtime::{ProductRuntime, RuntimeVariant};

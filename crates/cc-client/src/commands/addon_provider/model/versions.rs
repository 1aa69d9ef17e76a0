//! Versions that an add-on provider offers.

use std::collections::BTreeMap;

use cc_api_shared::types as wire;

use crate::declare::model;
use crate::lists::each;

pub use wire::FeatureFlag as ProductAddonFeature;

model! {
    /// The versions of an add-on provider, on shared clusters and on machines of its own.
    pub struct ProductAddonVersions: |wire: wire::ProviderVersions| {
        /// The shared clusters, by label.
        clusters: Vec<ProductAddonCluster> = {
            let mut clusters: Vec<ProductAddonCluster> = each(wire.clusters);
            clusters.sort_by(|a, b| a.label.cmp(&b.label));
            clusters
        },
        /// Versions for dedicated add-ons, with their features.
        dedicated: BTreeMap<String, ProductAddonDedicatedVersion> =
            wire.dedicated.into_iter().map(|(version, offer)| (version, offer.into())).collect(),
        /// Version that a dedicated add-on gets when none is asked for.
        default_dedicated_version: String = wire.default_dedicated_version,
    }
}

model! {
    /// A cluster that add-ons of a provider share.
    pub struct ProductAddonCluster: |wire: wire::ProviderCluster| {
        /// Id of the cluster.
        id: String = wire.id,
        /// Name to show to a person.
        label: String = wire.label,
        /// Short name of the zone it is in.
        zone: String = wire.zone,
        /// Version it runs.
        version: String = wire.version,
        /// Features, sorted by name.
        features: Vec<ProductAddonFeature> = by_name(wire.features),
    }
}

model! {
    /// Features of a version for dedicated add-ons.
    pub struct ProductAddonDedicatedVersion: |wire: wire::ProviderDedicatedVersion| {
        /// Features, sorted by name.
        features: Vec<ProductAddonFeature> = by_name(wire.features),
    }
}

fn by_name(mut features: Vec<ProductAddonFeature>) -> Vec<ProductAddonFeature> {
    features.sort_by(|a, b| a.name.cmp(&b.name));
    features
}

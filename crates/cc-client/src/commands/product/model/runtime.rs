//! Runtimes for applications.

use cc_api_product::types as wire;

use crate::declare::model;
use crate::lists::each;
use crate::model::Flavor;

pub use wire::RuntimeVariant;

model! {
    /// Something that an application can run on.
    pub struct ProductRuntime: |wire: wire::Runtime| {
        /// Kind of runtime, such as `node`.
        #[serde(rename = "type")]
        kind: String = wire.type_,
        /// Version of the runtime.
        version: String = wire.version,
        /// Name to show to a person.
        name: String = wire.name,
        /// Language or framework that it is made for.
        variant: Option<RuntimeVariant> = wire.variant,
        /// Description of the runtime.
        description: String = wire.description,
        /// `true` if the runtime can be chosen.
        enabled: bool = wire.enabled,
        /// `true` if the runtime will be available soon.
        coming_soon: bool = wire.coming_soon,
        /// Maximum number of instances of an application.
        max_instances: i64 = wire.max_instances,
        /// Tags of the runtime, sorted.
        tags: Vec<String> = sorted(wire.tags),
        /// Ways to deploy, such as `git`, sorted.
        deployments: Vec<String> = sorted(wire.deployments),
        /// Sizes it can have, the cheapest first.
        flavors: Vec<Flavor> = {
            let mut flavors: Vec<Flavor> = each(wire.flavors);
            flavors.sort_by_key(|flavor| flavor.price);
            flavors
        },
        /// Size it has when none is chosen.
        default_flavor: Option<Flavor> = wire.default_flavor.map(Into::into),
        /// Size that builds have when none is chosen.
        build_flavor: Option<Flavor> = wire.build_flavor.map(Into::into),
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

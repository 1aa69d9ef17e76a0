//! The services that come with Elasticsearch.

use cc_api_database::types as wire;
use cc_runtime::Decimal;

use crate::declare::model;

model! {
    /// The sizes of the services that come with Elasticsearch.
    pub struct ProductElasticsearchInfo: |wire: wire::ElasticsearchServiceFlavors| {
        /// The sizes, by service.
        services: Option<ElasticsearchServices> = wire.services.map(Into::into),
    }
}

model! {
    /// The sizes of the services that come with Elasticsearch, by service.
    pub struct ElasticsearchServices: |wire: wire::ElasticsearchServices| {
        /// Size of APM.
        apm: Option<ElasticsearchService> = wire.apm.map(Into::into),
        /// Size of Kibana.
        kibana: Option<ElasticsearchService> = wire.kibana.map(Into::into),
    }
}

model! {
    /// The size of a service that comes with Elasticsearch.
    pub struct ElasticsearchService: |wire: wire::ElasticsearchServiceFlavor| {
        /// Name of the size, such as `XS`.
        name: String = wire.name,
        /// Memory, in MiB.
        mem: i64 = wire.mem,
        /// Number of processors.
        cpus: i64 = wire.cpus,
        /// Number of graphics processors.
        gpus: i64 = wire.gpus,
        /// Price of the service; no source states its currency nor its period.
        price: Decimal = wire.price,
        /// `true` if the flavor can be chosen.
        available: bool = wire.available,
        /// `true` if the flavor is too small for most uses.
        microservice: bool = wire.microservice,
        /// Priority of its processes.
        nice: i64 = wire.nice,
        /// Name of its price in the price system, in lower case.
        price_id: String = wire.price_id.to_ascii_lowercase(),
    }
}

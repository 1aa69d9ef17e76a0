//! Outputs of the commands of Elasticsearch.

use cc_api_database::types as wire;
use cc_runtime::{AddonId, ApplicationId, OwnerId, RealAddonId, Secret};

use crate::declare::model;

pub use wire::FeatureFlag;

model! {
    /// An Elasticsearch, and the services around it.
    pub struct ElasticsearchInfo: |wire: wire::ElasticsearchInfo| {
        /// Id of the Elasticsearch as its provider knows it.
        id: RealAddonId = wire.id,
        /// Owner of the Elasticsearch.
        owner_id: OwnerId = wire.owner_id,
        /// Id of the Elasticsearch as the platform lists it.
        addon_id: AddonId = wire.app_id,
        /// The plan it is on.
        plan: String = wire.plan,
        /// Short name of its zone, such as `par`.
        zone: String = wire.zone,
        /// Connection data.
        config: Option<ElasticsearchConfig> = wire.config.map(Into::into),
        /// Version that runs.
        version: String = wire.version,
        /// Location of the backups.
        backups: Option<ElasticsearchBackups> = wire.backups.map(Into::into),
        /// Application that runs Kibana.
        kibana_application: ApplicationId = wire.kibana_application,
        /// Application that runs APM.
        apm_application: ApplicationId = wire.apm_application,
        /// The services around it, by name.
        services: Vec<FeatureFlag> = by_name(wire.services),
        /// Features, sorted by name.
        features: Vec<FeatureFlag> = by_name(wire.features),
    }
}

crate::declare::ids_of! { ElasticsearchInfo { id => RealAddonId, AnyAddonId, ResourceId; addon_id => AddonId } }

model! {
    /// Connection data of an Elasticsearch and its services.
    pub struct ElasticsearchConfig: |wire: wire::ElasticsearchConfiguration| {
        /// Host name.
        host: String = wire.host,
        /// User of Elasticsearch.
        user: String = wire.user,
        /// Password of that user.
        password: Secret = wire.password,
        /// User of APM.
        apm_user: String = wire.apm_user,
        /// Password of that user.
        apm_password: Secret = wire.apm_password,
        /// Token of APM.
        apm_auth_token: Secret = wire.apm_auth_token,
        /// User of Kibana.
        kibana_user: String = wire.kibana_user,
        /// Password of that user.
        kibana_password: Secret = wire.kibana_password,
    }
}

model! {
    /// Location of the backups of an Elasticsearch.
    pub struct ElasticsearchBackups: |wire: wire::ElasticsearchBackups| {
        /// Address of its snapshots in Kibana.
        kibana_snapshots_url: Option<String> = wire.kibana_snapshots_url,
    }
}

fn by_name(mut flags: Vec<FeatureFlag>) -> Vec<FeatureFlag> {
    flags.sort_by(|a, b| a.name.cmp(&b.name));
    flags
}

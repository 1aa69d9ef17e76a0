//! Add-on providers and their plans: a fixed list.

use serde_json::{Value, json};

use super::Handler;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::World;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_product_addon_providers", list),
    ("get_product_addon_provider", get),
    ("get_addon_provider_versions", versions),
    ("get_elasticsearch_versions", versions),
    ("get_mongodb_versions", versions),
    ("get_mysql_versions", versions),
    ("get_postgresql_versions", versions),
    ("get_redis_versions", versions),
    ("get_materia_kv_versions", versions),
    ("get_pulsar_versions", versions),
    ("get_keycloak_versions", versions),
    ("get_matomo_versions", versions),
    ("get_metabase_versions", versions),
    ("get_otoroshi_versions", versions),
];

/// A provider of add-ons.
#[derive(Debug)]
pub(crate) struct Provider {
    /// Id on the platform, such as `postgresql-addon`.
    pub(crate) id: &'static str,
    name: &'static str,
    /// Prefix of the real ids of the provider's add-ons.
    pub(crate) prefix: &'static str,
    /// Slugs of its plans, from the smallest on.
    pub(crate) plans: &'static [&'static str],
    /// Names of the environment variables that its add-ons give.
    pub(crate) variables: &'static [&'static str],
}

macro_rules! providers {
    ($($id:literal $name:literal $prefix:literal [$($plan:literal)*] [$($variable:literal)*])*) => {
        &[$(Provider { id: $id, name: $name, prefix: $prefix, plans: &[$($plan),*], variables: &[$($variable),*] }),*]
    };
}

const PROVIDERS: &[Provider] = providers! {
    "addon-ai" "AI" "ai" ["alpha"] ["AI_ENDPOINT"]
    "addon-matomo" "Matomo" "matomo" ["beta"] ["MATOMO_URL"]
    "addon-pulsar" "Pulsar" "pulsar" ["beta"] ["ADDON_PULSAR_BINARY_URL" "ADDON_PULSAR_TENANT" "ADDON_PULSAR_NAMESPACE" "ADDON_PULSAR_TOKEN"]
    "addon-cumulocity" "Cumulocity" "cumulocity" ["base"] ["CUMULOCITY_URL"]
    "addon-tardis" "Tardis" "tardis" ["base"] ["TARDIS_URL"]
    "addon-ts" "Materia TS" "ts" ["alpha"] ["TS_HOST" "TS_TOKEN"]
    "cellar-addon" "Cellar S3 storage" "cellar" ["s"] ["CELLAR_ADDON_HOST" "CELLAR_ADDON_KEY_ID" "CELLAR_ADDON_KEY_SECRET"]
    "config-provider" "Configuration provider" "config" ["std"] []
    "es-addon" "Elastic Stack" "elasticsearch" ["xs" "s"] ["ES_ADDON_HOST" "ES_ADDON_USER" "ES_ADDON_PASSWORD"]
    "fs-bucket" "FS Bucket" "bucket" ["s"] ["BUCKET_HOST" "BUCKET_FTP_USERNAME" "BUCKET_FTP_PASSWORD"]
    "jenkins" "Jenkins" "jenkins" ["xs"] ["JENKINS_URL"]
    "keycloak" "Keycloak" "keycloak" ["base"] ["CC_KEYCLOAK_URL"]
    "kv" "Materia KV" "kv" ["alpha"] ["KV_HOST" "KV_PORT" "KV_TOKEN" "REDIS_HOST" "REDIS_PORT" "REDIS_PASSWORD" "REDIS_URL" "REDIS_CLI_URL" "REDISCLI_AUTH"]
    "metabase" "Metabase" "metabase" ["base"] ["METABASE_URL"]
    "mongodb-addon" "MongoDB" "mongodb" ["dev" "xs_sml"] ["MONGODB_ADDON_URI" "MONGODB_ADDON_USER" "MONGODB_ADDON_PASSWORD"]
    "mysql-addon" "MySQL" "mysql" ["dev" "xs_sml" "s_sml"] ["MYSQL_ADDON_HOST" "MYSQL_ADDON_DB" "MYSQL_ADDON_USER" "MYSQL_ADDON_PASSWORD" "MYSQL_ADDON_URI"]
    "otoroshi" "Otoroshi" "otoroshi" ["base"] ["CC_OTOROSHI_URL"]
    "postgresql-addon" "PostgreSQL" "postgresql" ["dev" "xs_sml" "s_sml" "m_med"] ["POSTGRESQL_ADDON_HOST" "POSTGRESQL_ADDON_DB" "POSTGRESQL_ADDON_USER" "POSTGRESQL_ADDON_PASSWORD" "POSTGRESQL_ADDON_URI"]
    "redis-addon" "Redis" "redis" ["s_mono" "m_mono"] ["REDIS_HOST" "REDIS_PORT" "REDIS_PASSWORD" "REDIS_URL" "REDIS_CLI_URL"]
};

/// The one plan of the configuration provider. Source: the official Rust SDK, which does not look it up.
const CONFIG_PLAN: &str = "plan_5d8e9596-dd73-4b73-84d9-e165372c5324";

/// The plan whose add-ons share a machine with others.
const SHARED: &str = "dev";

/// Name, kind and code of the features by which plans differ. `Type` tells plans on a machine of their own from others, and
/// the official command line creates no add-on on a plan without it.
const FEATURES: [[&str; 3]; 4] = [
    ["Type", "BOOLEAN_SHARED", "dedicated"],
    ["Max DB size", "BYTES", "max-db-size"],
    ["vCPUS", "NUMBER", "cpu"],
    ["Memory", "BYTES", "memory"],
];

fn list(world: &mut World, _: &Request<'_>) -> Outcome {
    json_of(PROVIDERS.iter().map(|provider| provider.details(world)).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("providerId");
    let provider = find(id).ok_or_else(|| Refusal::not_found("Add-on provider", id))?;
    json_of(provider.details(world))
}

/// Versions of the software of a provider, the newest first, by the prefix of the real ids.
const VERSIONS: [(&str, &[&str]); 7] = [
    ("elasticsearch", &["8", "7"]),
    ("keycloak", &["26.3.5", "26.3.4"]),
    ("mongodb", &["4.0.3"]),
    ("mysql", &["8.4", "8.0"]),
    ("postgresql", &["17", "16", "15", "14"]),
    ("pulsar", &["4.0.1"]),
    ("redis", &["7.2.4"]),
];

/// Versions of the software behind a real id or its prefix, the newest first.
fn versions_of(id: &str) -> &'static [&'static str] {
    let prefix = id.split('_').next().unwrap_or_default();
    VERSIONS.iter().find(|(own, _)| *own == prefix).map_or(&["1.1.0", "1.0.0"], |(_, versions)| versions)
}

/// Version of the software of an add-on.
pub(super) fn version(real_id: &str) -> &'static str {
    versions_of(real_id)[0]
}

/// The versions of a provider, and the clusters of its shared plans.
fn versions(world: &mut World, request: &Request<'_>) -> Outcome {
    let last = request.operation.path.rsplit('/').next().unwrap_or_default();
    let id = if last.starts_with('{') { request.param("addonProviderId") } else { last };
    let provider = find(id).ok_or_else(|| Refusal::not_found("Add-on provider", id))?;
    let known = versions_of(provider.prefix);
    let cluster = |zone: &str| {
        json!({
            "id": world.fixed_uuid(&["provider-cluster", id, zone]),
            "label": format!("{} {zone}", provider.name),
            "zone": zone,
            "version": known[0],
            "features": [],
        })
    };
    let dedicated: serde_json::Map<String, Value> =
        known.iter().map(|version| ((*version).to_owned(), json!({ "features": [] }))).collect();
    json_of(json!({
        "providerId": id,
        "clusters": [cluster("par"), cluster("rbx")],
        "dedicated": dedicated,
        "defaultDedicatedVersion": known[0],
    }))
}

/// Returns `true` if a provider has this version of its software.
pub(super) fn has_version(provider: &Provider, version: &str) -> bool {
    versions_of(provider.prefix).contains(&version)
}

/// Returns `true` if the add-ons of a plan share a machine: only dedicated ones can have everything.
pub(super) fn is_shared(plan: &Value) -> bool {
    plan["slug"] == SHARED
}

/// The provider with this id.
pub(crate) fn find(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.id == id)
}

impl Provider {
    /// Summary without plans and features, as add-ons name their provider.
    pub(crate) fn summary(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "shortDesc": format!("{} in the sandbox", self.name),
            "longDesc": format!("{} as a service of the sandbox, which stores nothing", self.name),
            "website": "https://sandbox.example",
            "supportEmail": "support@sandbox.example",
            "googlePlusName": "",
            "twitterName": "sandbox",
            "analyticsId": "",
            "logoUrl": format!("https://assets.sandbox.example/{}.svg", self.id),
            "status": "RELEASE",
            "openInNewTab": true,
            "canUpgrade": self.plans.len() > 1,
            "regions": ["par", "rbx"],
        })
    }

    fn details(&self, world: &World) -> Value {
        let mut details = self.summary();
        details["plans"] = (0..self.plans.len()).map(|index| self.plan(world, index)).collect();
        details["features"] = FEATURES
            .iter()
            .map(|[name, kind, code]| json!({ "name": name, "type": kind, "name_code": code }))
            .collect();
        details
    }

    /// The plan with this id or slug.
    pub(crate) fn find_plan(&self, world: &World, id: &str) -> Option<Value> {
        let index = self.plans.iter().position(|slug| *slug == id || self.plan_id(world, slug) == id)?;
        Some(self.plan(world, index))
    }

    fn plan_id(&self, world: &World, slug: &str) -> String {
        match self.id {
            "config-provider" => CONFIG_PLAN.to_owned(),
            id => format!("plan_{}", world.fixed_uuid(&["plan", id, slug])),
        }
    }

    fn plan(&self, world: &World, index: usize) -> Value {
        let slug = self.plans[index];
        let gibibytes = 1_u64 << (2 * index);
        let values = [
            if slug == SHARED { ["Shared", "shared"] } else { ["Dedicated", "dedicated"] }.map(str::to_owned),
            [format!("{gibibytes} GB"), (gibibytes << 30).to_string()],
            [(1 + index).to_string(), (1 + index).to_string()],
            [format!("{gibibytes} GB"), (gibibytes << 30).to_string()],
        ];
        let feature = |([name, kind, code], [value, computable]): (&[&str; 3], [String; 2])| json!({ "name": name, "type": kind, "name_code": code, "value": value, "computable_value": computable });
        json!({
            "id": self.plan_id(world, slug),
            "name": slug.to_uppercase().replace('_', " "),
            "slug": slug,
            "price": 5.0 * index as f64,
            "price_id": format!("{}.{slug}", self.id),
            "features": FEATURES.iter().zip(values).map(feature).collect::<Value>(),
            "zones": ["par", "rbx"],
        })
    }
}

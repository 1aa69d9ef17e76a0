//! What the commands of applications give back.

use cc_api_application::types as wire;
use cc_runtime::{ApplicationId, OwnerId, Secret, Timestamp, ZoneId};
use serde::{Deserialize, Serialize};

use crate::model::{EnvironmentVariable, Flavor, by_name, from_environment_variable, from_flavor};
use crate::resolve::{Lesson, Owned};

pub use wire::{ApplicationState, DeploymentKind, InstanceLifetime, RepositoryState};

from_flavor!(cc_api_application);
from_environment_variable!(cc_api_application);

/// An application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its owner.
    pub owner_id: OwnerId,
    /// Name that its owner gave it.
    pub name: String,
    /// What its owner says of it.
    pub description: Option<String>,
    /// Short name of the zone it runs in, such as `par`.
    pub zone: String,
    /// Id of that zone.
    pub zone_id: Option<ZoneId>,
    /// What its instances are like.
    pub instance: Option<Instance>,
    /// How its code gets to the platform.
    pub deployment: Option<Deployment>,
    /// Its domains, sorted.
    pub domains: Vec<ApplicationDomain>,
    /// When it was created.
    pub creation_date: Option<Timestamp>,
    /// Number of its latest deployment.
    pub last_deploy: Option<i64>,
    /// Whether it is put away.
    pub archived: bool,
    /// Whether a visitor stays with one instance.
    pub sticky_sessions: bool,
    /// Whether old instances stop before new ones start.
    pub homogeneous: bool,
    /// Whether its owner marked it.
    pub favourite: bool,
    /// Whether a push cancels a deployment that is under way.
    pub cancel_on_push: bool,
    /// Whether it is built on an instance of its own.
    pub separate_build: bool,
    /// Size of that instance.
    pub build_flavor: Option<Flavor>,
    /// What the platform wants of it.
    pub state: ApplicationState,
    /// Commit that is deployed.
    pub commit_id: Option<String>,
    /// Id of the appliance it was made from.
    pub appliance: Option<String>,
    /// Branch it is deployed from.
    pub branch: Option<String>,
    /// Branches of its repository, sorted, when they were asked for or the platform told them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branches: Option<Vec<String>>,
    /// Whether HTTP is redirected to HTTPS.
    pub force_https: bool,
    /// Its environment variables, sorted by name.
    pub environment: Vec<EnvironmentVariable>,
    /// Its GitHub repository's webhook, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_app: Option<GithubWebhook>,
}

/// What the instances of an application are like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Instance {
    /// Type of the runtime, such as `node`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the runtime.
    pub version: String,
    /// Variant of the runtime.
    pub variant: Option<Variant>,
    /// Number of instances at least.
    pub min_instances: i64,
    /// Number of instances at most.
    pub max_instances: i64,
    /// Number of instances that the owner may ask for at most.
    pub max_allowed_instances: i64,
    /// Size of an instance at least.
    pub min_flavor: Option<Flavor>,
    /// Size of an instance at most.
    pub max_flavor: Option<Flavor>,
    /// Sizes to choose from, the cheapest first.
    pub flavors: Vec<Flavor>,
    /// Environment variables that the runtime sets, sorted by name.
    pub default_environment: Vec<EnvironmentVariable>,
    /// How long instances live.
    pub lifetime: InstanceLifetime,
}

/// A variant of a runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Variant {
    /// Its id (a UUID).
    pub id: String,
    /// Short name, such as `node`.
    pub slug: String,
    /// Name to show to a person.
    pub name: String,
    /// How code is sent to it.
    pub deploy_type: Option<String>,
    /// Address of its logo.
    pub logo: Option<String>,
}

/// How the code of an application gets to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Deployment {
    /// Whether the platform may stop the application when nobody uses it.
    pub shutdownable: bool,
    /// How code is sent.
    #[serde(rename = "type")]
    pub kind: DeploymentKind,
    /// State of the repository.
    pub repo_state: RepositoryState,
    /// Where code is pushed to, over SSH.
    pub url: String,
    /// Where the code is, over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url: Option<String>,
}

/// A domain of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ApplicationDomain {
    /// The domain, with its path: `example.org/`.
    pub domain: String,
}

/// The webhook by which GitHub tells of pushes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GithubWebhook {
    /// Always `github`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Secret that GitHub signs with.
    pub secret: Option<Secret>,
    /// Where GitHub tells of pushes.
    pub webhook_url: Option<String>,
}

impl Application {
    /// Whether its code is in a repository on GitHub.
    #[must_use]
    pub fn is_github(&self) -> bool {
        self.oauth_app.is_some()
    }
}

impl Owned for Application {
    fn lesson(&self) -> Lesson<'_> {
        Lesson::Application(self.id.as_str())
    }
}

impl From<wire::Application> for Application {
    fn from(wire: wire::Application) -> Self {
        let github = wire
            .deployment
            .as_ref()
            .and_then(|deployment| deployment.http_url.as_deref())
            .is_some_and(|url| url.starts_with("https://github.com"));
        let oauth_app = github.then(|| GithubWebhook {
            kind: "github".to_owned(),
            secret: wire.webhook_secret,
            webhook_url: wire.webhook_url,
        });
        let mut domains: Vec<_> =
            wire.vhosts.into_iter().map(|vhost| ApplicationDomain { domain: vhost.fqdn }).collect();
        domains.sort_by(|a, b| a.domain.cmp(&b.domain));
        let mut branches = wire.branches;
        branches.sort();
        Self {
            id: wire.id,
            owner_id: wire.owner_id,
            name: wire.name,
            description: wire.description,
            zone: wire.zone,
            zone_id: wire.zone_id,
            instance: wire.instance.map(Into::into),
            deployment: wire.deployment.map(Into::into),
            domains,
            creation_date: wire.creation_date,
            last_deploy: wire.last_deploy,
            archived: wire.archived,
            sticky_sessions: wire.sticky_sessions,
            homogeneous: wire.homogeneous,
            favourite: wire.favourite,
            cancel_on_push: wire.cancel_on_push,
            separate_build: wire.separate_build,
            build_flavor: wire.build_flavor.map(Into::into),
            state: wire.state,
            commit_id: wire.commit_id,
            appliance: wire.appliance,
            branch: wire.branch,
            branches: (!branches.is_empty()).then_some(branches),
            force_https: wire.force_https == wire::HttpsSetting::Enabled,
            environment: by_name(wire.env),
            oauth_app,
        }
    }
}

impl From<wire::InstanceSettings> for Instance {
    fn from(wire: wire::InstanceSettings) -> Self {
        let mut flavors: Vec<Flavor> = wire.flavors.into_iter().map(Into::into).collect();
        flavors.sort_by(|a, b| a.price.total_cmp(&b.price));
        Self {
            kind: wire.type_,
            version: wire.version,
            variant: wire.variant.map(|variant| Variant {
                id: variant.id,
                slug: variant.slug,
                name: variant.name,
                deploy_type: variant.deploy_type,
                logo: variant.logo,
            }),
            min_instances: wire.min_instances,
            max_instances: wire.max_instances,
            max_allowed_instances: wire.max_allowed_instances,
            min_flavor: wire.min_flavor.map(Into::into),
            max_flavor: wire.max_flavor.map(Into::into),
            flavors,
            default_environment: by_name(wire.default_env),
            lifetime: wire.lifetime,
        }
    }
}

impl From<wire::DeploymentSettings> for Deployment {
    fn from(wire: wire::DeploymentSettings) -> Self {
        Self {
            shutdownable: wire.shutdownable,
            kind: wire.type_,
            repo_state: wire.repo_state,
            url: wire.url,
            http_url: wire.http_url,
        }
    }
}

//! Outputs of the commands of applications.

mod domain;
mod environment;
mod link;

use cc_api_application::types as wire;
use cc_runtime::{ApplicationId, OwnerId, Secret, Timestamp, ZoneId};
use serde::{Deserialize, Serialize};

use crate::declare::model;
use crate::lists::{by_name, each, sorted_by};
use crate::model::Flavor;
use crate::resolve::{Lesson, Owned};

pub use domain::*;
pub use environment::*;
pub use link::*;
pub use wire::{ApplicationState, DeploymentKind, DeploymentMethod, InstanceLifetime, RepositoryState};

/// An application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Application {
    /// Id of the application.
    pub id: ApplicationId,
    /// Owner of the application.
    pub owner_id: OwnerId,
    /// Name that its owner gave it.
    pub name: String,
    /// Description by the owner.
    pub description: Option<String>,
    /// Short name of the zone it runs in, such as `par`.
    pub zone: String,
    /// Id of that zone.
    pub zone_id: Option<ZoneId>,
    /// Settings of the instances.
    pub instance: Option<Instance>,
    /// Deployment settings.
    pub deployment: Option<Deployment>,
    /// Domains of the application, sorted.
    pub domains: Vec<ApplicationDomain>,
    /// Creation date.
    pub creation_date: Option<Timestamp>,
    /// Number of its latest deployment.
    pub last_deploy: Option<i64>,
    /// `true` if the application is archived.
    pub archived: bool,
    /// `true` if the requests of a visitor always reach the same instance.
    pub sticky_sessions: bool,
    /// `true` if the old instances stop before the new ones start.
    pub homogeneous: bool,
    /// `true` if its owner marked the application as a favourite.
    pub favourite: bool,
    /// `true` if a push cancels a deployment in progress.
    pub cancel_on_push: bool,
    /// `true` if the application is built on an instance of its own.
    pub separate_build: bool,
    /// Size of that instance.
    pub build_flavor: Option<Flavor>,
    /// Target state of the application.
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
    /// `true` if HTTP is redirected to HTTPS.
    pub force_https: bool,
    /// Environment variables, sorted by name.
    pub environment: Vec<EnvironmentVariable>,
    /// Webhook of the GitHub repository, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_app: Option<GithubWebhook>,
}

crate::declare::ids_of! { Application { id => ApplicationId, ResourceId } }

model! {
    /// Settings of the instances of an application.
    pub struct Instance: |wire: wire::InstanceSettings| {
        /// Type of the runtime, such as `node`.
        #[serde(rename = "type")]
        kind: String = wire.type_,
        /// Version of the runtime.
        version: String = wire.version,
        /// Variant of the runtime.
        variant: Option<Variant> = wire.variant.map(|variant| Variant {
                id: variant.id,
                slug: variant.slug,
                name: variant.name,
                deploy_type: variant.deploy_type,
                logo: variant.logo,
            }),
        /// Number of instances at least.
        min_instances: i64 = wire.min_instances,
        /// Number of instances at most.
        max_instances: i64 = wire.max_instances,
        /// Number of instances that the owner may ask for at most.
        max_allowed_instances: i64 = wire.max_allowed_instances,
        /// Size of an instance at least.
        min_flavor: Option<Flavor> = wire.min_flavor.map(Into::into),
        /// Size of an instance at most.
        max_flavor: Option<Flavor> = wire.max_flavor.map(Into::into),
        /// Sizes to choose from, the cheapest first.
        flavors: Vec<Flavor> = sorted_by(each(wire.flavors), |a: &Flavor, b| a.price.cmp(&b.price)),
        /// Environment variables that the runtime sets, sorted by name.
        default_environment: Vec<EnvironmentVariable> = by_name(wire.default_env),
        /// Lifetime of the instances.
        lifetime: InstanceLifetime = wire.lifetime,
    }
}

/// A variant of a runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Variant {
    /// Id of the variant (a UUID).
    pub id: String,
    /// Short name, such as `node`.
    pub slug: String,
    /// Name to show to a person.
    pub name: String,
    /// Deployment method.
    pub deploy_type: Option<String>,
    /// Address of its logo.
    pub logo: Option<String>,
}

model! {
    /// Deployment settings of an application.
    #[derive(Eq)]
    pub struct Deployment: |wire: wire::DeploymentSettings| {
        /// `true` if the platform may stop the application while it has no traffic.
        shutdownable: bool = wire.shutdownable,
        /// Deployment method.
        #[serde(rename = "type")]
        kind: DeploymentKind = wire.type_,
        /// State of the repository.
        repo_state: RepositoryState = wire.repo_state,
        /// SSH address to push code to.
        url: String = wire.url,
        /// HTTP address of the code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        http_url: Option<String> = wire.http_url,
    }
}

/// A domain of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ApplicationDomain {
    /// The domain, with its path: `example.org/`.
    pub domain: String,
}

/// Webhook with which GitHub reports pushes.
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
    /// Address to which GitHub reports pushes.
    pub webhook_url: Option<String>,
}

impl Application {
    /// Returns `true` if the code is in a repository on GitHub.
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

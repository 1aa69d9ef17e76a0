//! Creating an application.

use cc_api_application::types::{self as wire, InstanceLifetime};
use cc_core::{Error, ErrorKind, OwnerId, Result};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::branches::with_branches_if_readable;
use super::model::Application;
use super::settings::{copy_settings, https};
use crate::command::Command;
use crate::context::Context;
use crate::env::EnvironmentMap;
use crate::model::setters;

/// The runtime of an application that is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum InstanceChoice {
    /// The newest enabled version of the variant with this slug, such as `node`. It costs a request.
    Slug {
        /// The slug of the variant.
        slug: String,
    },
    /// A runtime in full.
    Exact {
        /// Type of the runtime.
        #[serde(rename = "type")]
        kind: String,
        /// Version of the runtime.
        version: String,
        /// Id of the variant.
        variant: String,
    },
}

impl InstanceChoice {
    /// The newest enabled version of the variant with this slug.
    pub fn slug(slug: impl Into<String>) -> Self {
        Self::Slug { slug: slug.into() }
    }
}

impl<'de> Deserialize<'de> for InstanceChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "InstanceChoice", deny_unknown_fields)]
        struct Given {
            slug: Option<String>,
            #[serde(rename = "type")]
            kind: Option<String>,
            version: Option<String>,
            variant: Option<String>,
        }
        match Given::deserialize(deserializer)? {
            Given { slug: Some(slug), kind: None, version: None, variant: None } => Ok(Self::Slug { slug }),
            Given { slug: None, kind: Some(kind), version: Some(version), variant: Some(variant) } => {
                Ok(Self::Exact { kind, version, variant })
            }
            _ => Err(D::Error::custom("give `slug`, or all of `type`, `version` and `variant`")),
        }
    }
}

impl From<&str> for InstanceChoice {
    fn from(slug: &str) -> Self {
        Self::slug(slug)
    }
}

/// A repository on GitHub that an application is deployed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum GithubRepository {
    /// On GitHub.
    Github {
        /// Id of the repository there.
        id: String,
    },
}

// By hand: what `serde` derives for a tag takes lists for objects, and loses the name of the field that does not fit.
impl<'de> Deserialize<'de> for GithubRepository {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Host {
            Github,
        }
        #[derive(Deserialize)]
        #[serde(rename = "GithubRepository", deny_unknown_fields)]
        struct Given {
            #[serde(rename = "type")]
            host: Host,
            id: String,
        }
        let Given { host: Host::Github, id } = Given::deserialize(deserializer)?;
        Ok(Self::Github { id })
    }
}

/// Creates an application, from a runtime named by its slug or in full.
///
/// Operations: `list_runtimes` for a slug, `create_application`, and `list_application_branches` for code on GitHub. The
/// application is not deployed yet. Its `branches` are `None` when they cannot be read: it is there all the same.
///
/// # Errors
/// - [`ErrorKind::CannotResolveProduct`] when no enabled runtime has the slug.
/// - [`ErrorKind::InvalidInput`] when the platform does not take the name of an environment variable.
/// - 402: the owner has to add a means of payment first.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::application::CreateApplication;
///
/// let application = client.send(CreateApplication::new(ids.organisation, "shop", "node", "XS")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateApplication {
    /// The owner.
    pub owner_id: OwnerId,
    /// Name.
    pub name: String,
    /// The runtime.
    pub instance: InstanceChoice,
    /// Name of the smallest size, such as `XS`.
    pub min_flavor: String,
    /// Name of the largest size. Default: the smallest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_flavor: Option<String>,
    /// Number of instances at least. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_instances: Option<i64>,
    /// Number of instances at most. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_instances: Option<i64>,
    /// Name of the size that it is built on. Default: built where it runs. It turns `separate_build` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_flavor: Option<String>,
    /// Branch to deploy from. Default: `master`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// How code is sent: `git` or `ftp`. Default: `git`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy: Option<String>,
    /// Short name of the zone. Default: `par`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Its environment variables. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentMap>,
    /// Appliance to make it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appliance_id: Option<String>,
    /// Whether it is put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Whether a push cancels a deployment that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_on_push: Option<bool>,
    /// What to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourite: Option<bool>,
    /// Whether HTTP is redirected to HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_https: Option<bool>,
    /// Whether old instances stop before new ones start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homogeneous: Option<bool>,
    /// How long instances live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_lifetime: Option<InstanceLifetime>,
    /// The repository on GitHub that it is deployed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_app: Option<GithubRepository>,
    /// Public repository to take the code from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_git_repository_url: Option<String>,
    /// Whether it is built on an instance of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separate_build: Option<bool>,
    /// Whether the platform may stop it when nobody uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shutdownable: Option<bool>,
    /// Whether a visitor stays with one instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky_sessions: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateApplication {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        name: impl Into<String>,
        instance: impl Into<InstanceChoice>,
        min_flavor: impl Into<String>,
    ) -> Self {
        Self {
            owner_id: owner_id.into(),
            name: name.into(),
            instance: instance.into(),
            min_flavor: min_flavor.into(),
            max_flavor: None,
            min_instances: None,
            max_instances: None,
            build_flavor: None,
            branch: None,
            deploy: None,
            zone: None,
            environment: None,
            appliance_id: None,
            archived: None,
            cancel_on_push: None,
            description: None,
            favourite: None,
            force_https: None,
            homogeneous: None,
            instance_lifetime: None,
            oauth_app: None,
            public_git_repository_url: None,
            separate_build: None,
            shutdownable: None,
            sticky_sessions: None,
            tags: None,
        }
    }

    setters! {
        /// Name of the largest size. Default: the smallest.
        max_flavor: String,
        /// Number of instances at least. Default: 1.
        min_instances: i64,
        /// Number of instances at most. Default: 1.
        max_instances: i64,
        /// Name of the size that it is built on. It turns `separate_build` on.
        build_flavor: String,
        /// Branch to deploy from. Default: `master`.
        branch: String,
        /// How code is sent: `git` or `ftp`. Default: `git`.
        deploy: String,
        /// Short name of the zone. Default: `par`.
        zone: String,
        /// Its environment variables. Default: none.
        environment: EnvironmentMap,
        /// Appliance to make it from.
        appliance_id: String,
        /// Whether it is put away.
        archived: bool,
        /// Whether a push cancels a deployment that is under way.
        cancel_on_push: bool,
        /// What to say of it.
        description: String,
        /// Whether it is marked.
        favourite: bool,
        /// Whether HTTP is redirected to HTTPS.
        force_https: bool,
        /// Whether old instances stop before new ones start.
        homogeneous: bool,
        /// How long instances live.
        instance_lifetime: InstanceLifetime,
        /// The repository on GitHub that it is deployed from.
        oauth_app: GithubRepository,
        /// Public repository to take the code from.
        public_git_repository_url: String,
        /// Whether it is built on an instance of its own.
        separate_build: bool,
        /// Whether the platform may stop it when nobody uses it.
        shutdownable: bool,
        /// Whether a visitor stays with one instance.
        sticky_sessions: bool,
        /// Tags.
        tags: Vec<String>,
    }

    fn body(self, runtime: Runtime) -> wire::ApplicationCreation {
        let mut body = wire::ApplicationCreation::new(
            self.name.clone(),
            self.zone.clone().unwrap_or_else(|| "par".to_owned()),
            self.deploy.clone().unwrap_or_else(|| "git".to_owned()),
            self.min_instances.unwrap_or(1),
            self.max_instances.unwrap_or(1),
            self.min_flavor.clone(),
            self.max_flavor.clone().unwrap_or_else(|| self.min_flavor.clone()),
            runtime.kind.clone(),
            runtime.version.clone(),
            runtime.variant.clone(),
        );
        copy_settings!(self => body; appliance_id, archived, cancel_on_push, description, favourite, homogeneous,
            instance_lifetime, public_git_repository_url, shutdownable, sticky_sessions, tags);
        body.branch = Some(self.branch.clone().unwrap_or_else(|| "master".to_owned()));
        let builds_apart = self.build_flavor.as_ref().is_some_and(|flavor| !flavor.is_empty());
        body.build_flavor = Some(self.build_flavor.clone().unwrap_or_default());
        body.separate_build = if builds_apart { Some(true) } else { self.separate_build };
        body.force_https = https(self.force_https);
        body.env = Some(self.environment.map(EnvironmentMap::into_map).unwrap_or_default());
        body.instance = Some(wire::InstanceChoice::new(runtime.kind, runtime.version, runtime.variant));
        body.owner_id = Some(self.owner_id);
        if let Some(GithubRepository::Github { id }) = self.oauth_app {
            body.oauth_service = Some("github".to_owned());
            body.oauth_app_id = Some(id);
        }
        body
    }
}

impl Command for CreateApplication {
    const NAME: &'static str = "CreateApplication";
    type Output = Application;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let runtime = match self.instance.clone() {
            InstanceChoice::Exact { kind, version, variant } => Runtime { kind, version, variant },
            InstanceChoice::Slug { slug } => find_runtime(cx, &slug).await?,
        };
        let owner = self.owner_id.clone();
        let request = cc_api_application::CreateApplication::new(&owner, self.body(runtime));
        let created = Application::from(cx.call(request).await?.required()?.into_inner());
        cx.learn(&owner, [&created]);
        Ok(with_branches_if_readable(cx, created).await)
    }
}

struct Runtime {
    kind: String,
    version: String,
    variant: String,
}

/// The newest enabled runtime whose variant has this slug. Versions are compared number by number: 20 is newer than 8.
async fn find_runtime(cx: &Context, slug: &str) -> Result<Runtime> {
    let runtimes = cx.call(cc_api_product::ListRuntimes::new()).await?.into_inner();
    let mut slugs = Vec::new();
    let mut found: Option<Runtime> = None;
    for runtime in runtimes.into_iter().filter(|runtime| runtime.enabled) {
        let Some(variant) = runtime.variant else { continue };
        if variant.slug == slug {
            let newer =
                found.as_ref().is_none_or(|found| version(&runtime.version) > version(&found.version));
            if newer {
                found = Some(Runtime { kind: runtime.type_, version: runtime.version, variant: variant.id });
            }
        }
        slugs.push(variant.slug);
    }
    found.ok_or_else(|| {
        slugs.sort();
        slugs.dedup();
        let there_are = if slugs.is_empty() { "none".to_owned() } else { slugs.join(", ") };
        Error::new(ErrorKind::CannotResolveProduct)
            .with_message(format!("no enabled runtime is called `{slug}`: there are {there_are}"))
    })
}

/// A version as its numbers and the text between them, so that it compares as people read it.
fn version(text: &str) -> Vec<(u64, String)> {
    text.split(['.', '-', '_', '+'])
        .map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            (part[..digits].parse().unwrap_or(0), part[digits..].to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_number_by_number() {
        assert!(version("20") > version("8"));
        assert!(version("3.11") > version("3.9"));
        assert!(version("20240101") > version("8"));
    }
}

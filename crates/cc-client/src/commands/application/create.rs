//! Creating an application.

use cc_api_application::types::{self as wire};
use cc_runtime::{Answer, Error, ErrorKind, Result};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::CreateApplication;
use super::branches::with_branches_if_readable;
use super::model::Application;
use super::settings::{copy_settings, https};
use crate::command::Run;
use crate::context::Context;
use crate::env::EnvironmentMap;

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
            _ => Err(D::Error::custom("set `slug`, or all of `type`, `version` and `variant`")),
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
    /// A repository on GitHub.
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

impl CreateApplication {
    fn body(self, runtime: Runtime) -> wire::ApplicationCreation {
        let mut body = wire::ApplicationCreation::new(
            self.name.clone(),
            self.zone.clone().unwrap_or_else(|| "par".to_owned()),
            self.deploy.clone().unwrap_or(wire::DeploymentMethod::Git),
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
        body.env = Some(self.environment.map(Into::into).unwrap_or_default());
        body.instance = Some(wire::InstanceChoice::new(runtime.kind, runtime.version, runtime.variant));
        body.owner_id = Some(self.owner_id);
        if let Some(GithubRepository::Github { id }) = self.oauth_app {
            body.oauth_service = Some("github".to_owned());
            body.oauth_app_id = Some(id);
        }
        body
    }
}

impl Run for CreateApplication {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        self.environment.iter().try_for_each(EnvironmentMap::check)?;
        let runtime = match self.instance.clone() {
            InstanceChoice::Exact { kind, version, variant } => Runtime { kind, version, variant },
            InstanceChoice::Slug { slug } => find_runtime(cx, &slug).await?,
        };
        let (owner, name) = (self.owner_id.clone(), self.name.clone());
        let request = cc_api_application::CreateApplication::new(&owner, self.body(runtime));
        let answer = cx.call(request).await?;
        let read = cx.reloading();
        let list = async {
            let list = read.call(cc_api_application::ListApplications::new(&owner));
            list.await.map(Answer::into_inner)
        };
        let created = cx.created(answer, "the application", list, |found| found.name == name).await?;
        let created = Application::from(created);
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
            .with_message(format!("no enabled runtime has the slug `{slug}`: available are {there_are}"))
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

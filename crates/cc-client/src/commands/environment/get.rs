//! Reading environments.

use cc_api_application::types::ApplicationEnvironment;
use cc_core::{Answer, AnyAddonId, ApplicationId, OwnerId, Result};
use futures_util::future;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::model::{Environment, EnvironmentVariable, LinkedAddonEnvironment, LinkedApplicationEnvironment};
use crate::command::Command;
use crate::commands::target::Target;
use crate::context::Context;
use crate::model::{by_name, setters};
use crate::resolve::Ids;

/// Reads the environment variables of an application or an add-on, and on demand those of what is linked to it.
///
/// Operations: `list_environment`, `list_dependencies_environment`, `list_linked_addons_environment` at the same time;
/// `list_addon_environment` for an add-on. Where there is nothing, the list is empty.
///
/// # Errors
/// - [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given.
/// - [`CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when the application or the add-on is unknown. Where an
///   owner is given and nothing has to be resolved, a 404 of the platform is an empty list, as for the official client.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetEnvironment", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::environment::GetEnvironment;
///
/// let environment = client.send(GetEnvironment::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetEnvironment {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Whether the variables of the applications it depends on are read too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_linked_applications: Option<bool>,
    /// Whether the variables of the add-ons it is linked to are read too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_linked_addons: Option<bool>,
}

impl GetEnvironment {
    /// Of an application.
    pub fn of_application(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: Some(application_id.into()), ..Self::default() }
    }

    /// Of an add-on, by either id.
    pub fn of_addon(addon_id: impl Into<AnyAddonId>) -> Self {
        Self { addon_id: Some(addon_id.into()), ..Self::default() }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Whether the variables of the applications it depends on are read too. Default: no.
        include_linked_applications: bool,
        /// Whether the variables of the add-ons it is linked to are read too. Default: no.
        include_linked_addons: bool,
    }
}

impl Command for GetEnvironment {
    const NAME: &'static str = "GetEnvironment";
    type Output = Environment;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        match Target::of(&self.application_id, &self.addon_id, ["applicationId", "addonId"])? {
            Target::Application(application) => self.of(application, cx).await,
            Target::Addon(addon) => {
                let ids = Ids::new().owner(self.owner_id.clone(), addon).addon(addon);
                let answer = cx
                    .resolved(ids, |ids| {
                        cc_api_application::ListAddonEnvironment::new(ids.owner_id(), ids.addon_id())
                    })
                    .await;
                let variables = or_empty(answer.map(Answer::into_inner))?;
                Ok(Environment { environment: by_name(variables), ..Environment::default() })
            }
        }
    }
}

impl GetEnvironment {
    async fn of(&self, application: &ApplicationId, cx: &Context) -> Result<Environment> {
        let ids = || Ids::new().owner(self.owner_id.clone(), application);
        let own = async {
            let answer = cx
                .resolved(ids(), |ids| cc_api_application::ListEnvironment::new(ids.owner_id(), application));
            or_empty(answer.await.map(Answer::into_inner))
        };
        let applications = async {
            if self.include_linked_applications != Some(true) {
                return Ok(None);
            }
            let answer = cx.resolved(ids(), |ids| {
                cc_api_application::ListDependenciesEnvironment::new(ids.owner_id(), application)
            });
            or_empty(answer.await.map(Answer::into_inner)).map(Some)
        };
        let addons = async {
            if self.include_linked_addons != Some(true) {
                return Ok(None);
            }
            let answer = cx.resolved(ids(), |ids| {
                cc_api_application::ListLinkedAddonsEnvironment::new(ids.owner_id(), application)
            });
            or_empty(answer.await.map(Answer::into_inner)).map(Some)
        };
        let (own, applications, addons) = future::try_join3(own, applications, addons).await?;
        Ok(Environment {
            environment: by_name(own),
            linked_applications_environment: applications.map(|list| {
                let mut list: Vec<LinkedApplicationEnvironment> = list.into_iter().map(Into::into).collect();
                list.sort_by(|a, b| a.application_name.cmp(&b.application_name));
                list
            }),
            linked_addons_environment: addons.map(|list| {
                let mut list: Vec<LinkedAddonEnvironment> = list.into_iter().map(Into::into).collect();
                list.sort_by(|a, b| a.addon_name.cmp(&b.addon_name));
                list
            }),
        })
    }
}

/// Returns the environment of an application after a change, sorted by name: from the answer of the change, or read again
/// where that is empty.
pub(super) async fn changed(
    cx: &Context,
    answer: Answer<Option<ApplicationEnvironment>>,
    application: &ApplicationId,
    owner: &Option<OwnerId>,
) -> Result<Vec<EnvironmentVariable>> {
    let answer = answer.map(|answer| answer.map(|application| by_name(application.env)));
    let read = cx.reloading();
    cx.changed(answer, async {
        let ids = Ids::new().owner(owner.clone(), application);
        let found =
            read.resolved(ids, |ids| cc_api_application::ListEnvironment::new(ids.owner_id(), application));
        Ok(by_name(found.await?.into_inner()))
    })
    .await
}

/// Nothing where the platform says that there is none. An id that nobody knows is not that.
fn or_empty<T: Default>(result: Result<T>) -> Result<T> {
    match result {
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(T::default()),
        other => other,
    }
}

/// Reads the environment variables that an application gives to those which depend on it, sorted by name. `None` when there
/// is no such application, or none the caller may see.
///
/// Operation: `get_exposed_environment`. The owner, when it is not given, is resolved from `application_id`.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetExposedEnvironment", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::environment::GetExposedEnvironment;
///
/// let exposed_environment = client.send(GetExposedEnvironment::new(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetExposedEnvironment {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl GetExposedEnvironment {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: application_id.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for GetExposedEnvironment {
    const NAME: &'static str = "GetExposedEnvironment";
    type Output = Option<Vec<EnvironmentVariable>>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            cc_api_application::GetExposedEnvironment::new(ids.owner_id(), &self.application_id)
        });
        match answer.await {
            Ok(answer) => Ok(Some(by_name(answer.into_inner()))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

//! Replacing environments as a whole.

use cc_core::{ApplicationId, Discard, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::get::changed;
use super::model::EnvironmentVariable;
use crate::command::Command;
use crate::context::Context;
use crate::env::EnvironmentMap;
use crate::model::setters;
use crate::resolve::Ids;

/// Replaces all environment variables of an application. A running application sees the change after its next deployment.
///
/// Operation: `update_environment`. The owner, when it is not given, is resolved from `application_id`. What is not in
/// `environment` is gone afterwards; a name that the platform does not take is refused before anything is sent, so that
/// nothing is lost on the way.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::environment::UpdateEnvironment;
/// use cc_client::env::EnvironmentMap;
///
/// let environment = EnvironmentMap::from_pairs([("GREETING", "hello")])?;
/// let environment = client.send(UpdateEnvironment::new(ids.application, environment)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateEnvironment {
    /// The application.
    pub application_id: ApplicationId,
    /// All variables.
    pub environment: EnvironmentMap,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl UpdateEnvironment {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>, environment: EnvironmentMap) -> Self {
        Self { application_id: application_id.into(), environment, owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for UpdateEnvironment {
    const NAME: &'static str = "UpdateEnvironment";
    type Output = Vec<EnvironmentVariable>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = self.environment.into_map();
        let answer = cx.resolved(Ids::new().owner(self.owner_id.clone(), &self.application_id), |ids| {
            cc_api_application::UpdateEnvironment::new(ids.owner_id(), &self.application_id, body.clone())
        });
        changed(cx, answer.await?, &self.application_id, &self.owner_id).await
    }
}

/// Replaces the environment variables that an application gives to those which depend on it.
///
/// Operation: `update_exposed_environment`. The owner, when it is not given, is resolved from `application_id`. What is not
/// in `environment` is gone afterwards; a name that the platform does not take is refused before anything is sent.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::environment::UpdateExposedEnvironment;
/// use cc_client::env::EnvironmentMap;
///
/// let environment = EnvironmentMap::from_pairs([("API_URL", "https://api.example.org")])?;
/// client.send(UpdateExposedEnvironment::new(ids.application, environment)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateExposedEnvironment {
    /// The application.
    pub application_id: ApplicationId,
    /// All variables.
    pub environment: EnvironmentMap,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl UpdateExposedEnvironment {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>, environment: EnvironmentMap) -> Self {
        Self { application_id: application_id.into(), environment, owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for UpdateExposedEnvironment {
    const NAME: &'static str = "UpdateExposedEnvironment";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = self.environment.into_map();
        let answer = cx.resolved(Ids::new().owner(self.owner_id, &self.application_id), |ids| {
            Discard(cc_api_application::UpdateExposedEnvironment::new(
                ids.owner_id(),
                &self.application_id,
                body.clone(),
            ))
        });
        answer.await?;
        Ok(())
    }
}

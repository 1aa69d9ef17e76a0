//! Listing deployments.

use cc_core::{ApplicationId, Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{DeploymentAction, DeploymentLegacy};
use crate::command::Command;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Lists the deployments of one application, or the latest ones of every application of an owner, by the ids of the
/// applications. Where there is nothing, the list is empty.
///
/// Operation: `list_legacy_deployments` with an application, `list_owner_deployments` without. The owner, when it is not
/// given, is resolved from the application.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when neither an application nor an owner is given, and when `offset` or
/// `action` is given without an application: the platform has neither for all of an owner.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListDeployment", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::deployment::ListDeployment;
///
/// let deployments = client.send(ListDeployment::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListDeployment {
    /// The application. Default: every one of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The owner. Default: resolved from the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Number of deployments at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Number of deployments to leave out, from the latest on. Only with an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// Keeps the deployments that do this. Only with an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<DeploymentAction>,
}

impl ListDeployment {
    /// Of an application.
    pub fn of_application(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: Some(application_id.into()), ..Self::default() }
    }

    /// Of every application of an owner.
    pub fn of_owner(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: Some(owner_id.into()), ..Self::default() }
    }

    setters! {
        /// The owner. Default: resolved from the application.
        owner_id: OwnerId,
        /// Number of deployments at most.
        limit: i64,
        /// Number of deployments to leave out, from the latest on. Only with an application.
        offset: i64,
        /// Keeps the deployments that do this. Only with an application.
        action: DeploymentAction,
    }

    async fn of_one(&self, application: &ApplicationId, cx: &Context) -> Result<Vec<DeploymentLegacy>> {
        let ids = Ids::new().owner(self.owner_id.clone(), application);
        let answer = cx.resolved(ids, |ids| {
            let mut request = cc_api_deployment::ListLegacyDeployments::new(ids.owner_id(), application);
            request.limit = self.limit;
            request.offset = self.offset;
            request.action = self.action.clone();
            request
        });
        let deployments = answer.await?.into_inner().into_iter();
        Ok(deployments.map(|deployment| DeploymentLegacy::of(application.clone(), deployment)).collect())
    }

    async fn of_all(&self, owner: &OwnerId, cx: &Context) -> Result<Vec<DeploymentLegacy>> {
        if self.offset.is_some() || self.action.is_some() {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_message("`offset` and `action` need `applicationId`"));
        }
        let mut request = cc_api_deployment::ListOwnerDeployments::new(owner);
        request.limit = self.limit;
        let applications = cx.call(request).await?.into_inner().into_iter();
        let deployments = applications.flat_map(|(application, deployments)| {
            let application = ApplicationId::from(application);
            deployments
                .into_iter()
                .map(move |deployment| DeploymentLegacy::of(application.clone(), deployment))
        });
        Ok(deployments.collect())
    }
}

impl Command for ListDeployment {
    const NAME: &'static str = "ListDeployment";
    type Output = Vec<DeploymentLegacy>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let listed = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => self.of_one(application, cx).await,
            Scope::Owner(owner) => self.of_all(owner, cx).await,
        };
        match listed {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            listed => listed,
        }
    }
}

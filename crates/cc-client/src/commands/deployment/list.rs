//! Listing deployments.

use cc_runtime::{ApplicationId, Error, ErrorKind, OwnerId, Result};

use super::ListDeployment;
use super::model::DeploymentLegacy;
use crate::command::Run;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::resolve::Ids;

impl ListDeployment {
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

impl Run for ListDeployment {
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

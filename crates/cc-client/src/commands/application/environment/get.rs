//! Reading environments.

use cc_api_application::types::ApplicationEnvironment;
use cc_runtime::{Answer, ApplicationId, OwnerId, Result};
use futures_util::future;
use http::StatusCode;

use crate::command::Run;
use crate::commands::application::model::{
    Environment, EnvironmentVariable, LinkedAddonEnvironment, LinkedApplicationEnvironment,
};
use crate::commands::application::{GetEnvironment, GetExposedEnvironment};
use crate::commands::target::Target;
use crate::context::Context;
use crate::lists::by_name;
use crate::resolve::Ids;

impl Run for GetEnvironment {
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

/// Returns the default if the platform answers that there is nothing. An unknown id is still an error.
fn or_empty<T: Default>(result: Result<T>) -> Result<T> {
    match result {
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(T::default()),
        other => other,
    }
}

impl Run for GetExposedEnvironment {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            cc_api_application::GetExposedEnvironment::new(ids.owner_id(), &self.application_id)
        });
        Ok(by_name(answer.await?.into_inner()))
    }
}

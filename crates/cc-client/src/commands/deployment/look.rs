//! One look at the platform: the requests that it takes, and what they see.

use std::time::Duration;

use bytes::Bytes;
use cc_api_deployment::types::DateOrder;
use cc_runtime::{
    Answer, ApplicationId, DeploymentId, Error, Operation, OperationInfo, OwnerId, Request, Result,
    RetryPolicy,
};
use http::StatusCode;

use super::judge::{Plan, Sight, decides};
use super::model::Deployment;
use crate::context::Context;
use crate::resolve::{Found, Ids};

/// Number of latest deployments to examine.
const LATEST: i64 = 20;

/// Time limit of one request of a poll: a hanging poll delays the next one.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// Application and deployment to poll.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) application_id: ApplicationId,
    pub(super) owner_id: Option<OwnerId>,
}

/// The outcome of a look.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The requests that it took.
    pub(super) requests: usize,
    pub(super) sight: Sight,
    /// Error of the poll, if any.
    pub(super) error: Option<Error>,
    /// `true` if the index of ids was refreshed and the owner changed.
    pub(super) renewed: bool,
    pub(super) moved: bool,
}

/// Looks once. `renew`: whether the owner may be looked up anew when the platform refuses it.
pub(super) async fn look(
    cx: Context,
    target: Target,
    id: Option<DeploymentId>,
    plan: Plan,
    renew: bool,
) -> Looked {
    let mut looked = Looked::default();
    let ids = Ids::new().owner(target.owner_id.clone(), &target.application_id);
    let found = match cx.find(&ids).await {
        Ok(found) => found,
        Err(error) => return Looked { error: Some(error), ..looked },
    };
    looked.requests += usize::from(target.owner_id.is_none() && !found.from_before);
    let Err(error) = look_with(&cx, &target, id, plan, &found, &mut looked).await else { return looked };
    // A missing deployment does not mean that its application moved: it may not be visible yet.
    if renew && found.from_before && (error.is_forbidden() || error.is_not_found()) {
        looked.requests += 1;
        looked.renewed = true;
        match cx.resolver().refresh().await {
            Ok(_) => {
                let now = cx.find(&ids).await;
                looked.moved = now.is_ok_and(|now| now.ids != found.ids);
            }
            Err(error) => tracing::debug!(%error, "could not look up the owner again"),
        }
    }
    Looked { error: Some(error), ..looked }
}

async fn look_with(
    cx: &Context,
    target: &Target,
    id: Option<DeploymentId>,
    plan: Plan,
    found: &Found,
    looked: &mut Looked,
) -> Result<()> {
    let (owner, application) = (found.ids.owner_id(), &target.application_id);
    let mut needs_list = plan == Plan::List || id.is_none();
    if let Some(id) = id.filter(|_| !needs_list) {
        looked.requests += 1;
        let read = cc_api_deployment::GetDeployment::new(&owner, application, &id);
        let row = match call(cx, read).await {
            Ok(answer) => {
                looked.sight.date = answer.date();
                Some(answer.into_inner())
            }
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => None,
            Err(error) => return Err(error),
        };
        let is_clear = row.as_ref().is_some_and(|row| row.id == id && decides(&row.state));
        needs_list = plan == Plan::Row && !is_clear;
        looked.sight.read = Some(row);
    }
    if needs_list {
        looked.requests += 1;
        let list =
            cc_api_deployment::ListDeployments::new(&owner, application).limit(LATEST).order(DateOrder::Desc);
        let answer = call(cx, Rows(list)).await?;
        looked.sight.date = answer.date().or(looked.sight.date);
        looked.sight.listed = Some(answer.into_inner());
    }
    Ok(())
}

/// Sends a request of a look once: the next look is the retry, at its own time.
async fn call<O: Operation + 'static>(cx: &Context, operation: O) -> Result<Answer<O::Output>> {
    cx.call(operation).retry(RetryPolicy::none()).attempt_timeout(REQUEST_TIME).await
}

/// The list of deployments without the rows that cannot be read: they do not keep the others from being seen.
#[derive(Debug)]
struct Rows(cc_api_deployment::ListDeployments);

impl Operation for Rows {
    const INFO: &'static OperationInfo = cc_api_deployment::ListDeployments::INFO;
    type Output = Vec<Deployment>;

    fn request(&self) -> Result<Request> {
        self.0.request()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>> {
        let rows = answer.json::<Vec<serde_json::Value>>()?;
        Ok(rows.map(|rows| rows.iter().filter_map(cc_runtime::__private::from_tree).collect()))
    }
}

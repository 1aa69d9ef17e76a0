//! Requests a deployment once, and distinguishes certain from uncertain outcomes.

use cc_api_deployment::DeployApplication;
use cc_api_deployment::types::BuildCache;
use cc_runtime::tasks::{self, Instant};
use cc_runtime::{ApplicationId, DeploymentId, Error, ErrorKind, OwnerId, Result, Timestamp};

use super::begin::SentAt;
use crate::context::Context;
use crate::resolve::{Ids, ResolvedIds};

/// Deployment to request.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub(super) application_id: &'a ApplicationId,
    pub(super) owner_id: Option<&'a OwnerId>,
    pub(super) commit: Option<&'a str>,
    pub(super) use_cache: Option<bool>,
}

/// A deployment that the platform has accepted.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) deployment_id: DeploymentId,
    /// Time of the request by the clock of the platform, if known.
    pub(super) date: Option<Timestamp>,
}

/// Advice after a request whose deployment is not known.
const LOOK: &str = "check with ListDeployment before you deploy again";

/// Requests a deployment, and never a second time: a request that was refused because of a wrong owner is
/// sent again for the new owner, and the transport retries a request that was refused with 429.
///
/// # Errors
/// - [`Indeterminate`](ErrorKind::Indeterminate) when the request left and its answer does not tell which deployment runs, if any:
///   the answer was lost, came too late, is an error of a gateway, or names no deployment.
/// - [`DeadlineExceeded`](ErrorKind::DeadlineExceeded) when the time was over before the request left: nothing is deployed.
/// - Any other error says that nothing is deployed.
pub(super) async fn ask(
    cx: &Context,
    wish: &Wish<'_>,
    deadline: Option<Instant>,
    sent: &SentAt,
) -> Result<Accepted> {
    let deadline = [deadline, cx.deadline()].into_iter().flatten().min();
    let ids = Ids::new().owner(wish.owner_id.cloned(), wish.application_id);
    let found = tasks::until(deadline, cx.find(&ids)).await;
    let found = found.ok_or_else(too_early)?.map_err(Error::not_sent)?;
    let refused = match post(cx, wish, &found.ids, deadline, sent).await {
        Err(error) if found.from_before && (error.is_forbidden() || error.is_not_found()) => error,
        done => return done,
    };
    match tasks::until(deadline, cx.find_anew(&ids, &found)).await.flatten() {
        Some(ids) => post(cx, wish, &ids, deadline, sent).await,
        None => Err(refused),
    }
}

async fn post(
    cx: &Context,
    wish: &Wish<'_>,
    ids: &ResolvedIds,
    deadline: Option<Instant>,
    sent: &SentAt,
) -> Result<Accepted> {
    sent.get_or_init(Instant::now);
    let mut request = DeployApplication::new(ids.owner_id(), wish.application_id);
    request.commit = wish.commit.map(str::to_owned);
    request.use_cache = (wish.use_cache == Some(false)).then_some(BuildCache::No);
    let answer = cx.call(request).deadline(deadline).await.map_err(|error| explained(error, deadline))?;
    let date = answer.date();
    let deployment_id =
        answer.required("the id of the deployment").map_err(nameless)?.into_inner().deployment_id;
    if deployment_id.as_str().is_empty() {
        return Err(nameless(Error::new(ErrorKind::Undecodable).with_message("`deploymentId` is empty")));
    }
    Ok(Accepted { deployment_id, date })
}

/// Adds the meaning of a failed request for the deployment.
fn explained(error: Error, deadline: Option<Instant>) -> Error {
    let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
    match error.kind() {
        // The status is a success: it was accepted.
        ErrorKind::Undecodable | ErrorKind::TooLarge => nameless(error),
        _ if error.may_be_done() => {
            let why = if is_over && error.is_timeout() {
                "the deadline passed before the platform answered".to_owned()
            } else {
                error.message().map_or_else(|| error.kind().to_string(), str::to_owned)
            };
            error.indeterminate().with_message(format!("may be running: {why}")).with_next_step(LOOK)
        }
        _ if is_over && error.is_timeout() => too_early(),
        _ => error,
    }
}

fn nameless(error: Error) -> Error {
    let why = error.message().unwrap_or("could not read the answer").to_owned();
    error
        .indeterminate()
        .with_message(format!(
            "may be running: the platform accepted the deployment, and its id could not be read ({why})"
        ))
        .with_next_step(LOOK)
}

/// The time was over before anything was deployed.
pub(super) fn too_early() -> Error {
    Error::new(ErrorKind::DeadlineExceeded)
        .with_message("the deadline passed before the deployment was requested: nothing is deployed")
        .not_sent()
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::*;

    #[test]
    fn an_answer_that_is_a_success_and_cannot_be_read_means_an_accepted_deployment() {
        for kind in [ErrorKind::Undecodable, ErrorKind::TooLarge] {
            let error = Error::new(kind)
                .with_request(&Method::POST, "https://api.test/v2")
                .with_status(StatusCode::OK)
                .with_attempts(1);
            assert!(error.may_be_done());
            let error = explained(error, None);
            assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::Indeterminate, false));
            assert!(error.message().unwrap().contains("accepted the deployment"), "{error}");
        }
        let refused = Error::new(ErrorKind::Refused).with_status(StatusCode::FORBIDDEN);
        assert_eq!(explained(refused, None).kind(), ErrorKind::Refused);
    }
}

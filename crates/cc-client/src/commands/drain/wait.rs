//! Target of a drain command, and the wait for a state of a drain.

use std::time::Duration;

use cc_runtime::{AnyAddonId, ApplicationId, DrainId, Error, OwnerId, Result};

use super::model::{DrainState, LogDrain};
use crate::commands::target::Target;
use crate::context::Context;
use crate::poll::Polling;
use crate::resolve::{Ids, ResolvedIds};

/// Time between two looks at a drain. Source: the official client.
const EVERY: Duration = Duration::from_secs(1);

/// Maximum time of a state change. Source: the official client.
const AT_MOST: Duration = Duration::from_secs(30);

/// The application or the add-on of a command, with its owner.
#[derive(Clone, Copy)]
pub(super) struct Resource<'a> {
    pub(super) owner: &'a Option<OwnerId>,
    pub(super) application: &'a Option<ApplicationId>,
    pub(super) addon: &'a Option<AnyAddonId>,
}

impl<'a> Resource<'a> {
    pub(super) fn target(self) -> Result<Target<'a>> {
        Target::of(self.application, self.addon, ["applicationId", "addonId"])
    }
}

impl<'a> Target<'a> {
    /// Returns the ids to resolve before a request about this resource.
    pub(super) fn drain_ids(&self, owner: &Option<OwnerId>) -> Ids<'a> {
        match *self {
            Self::Application(application) => Ids::new().owner(owner.clone(), application),
            Self::Addon(addon) => Ids::new().owner(owner.clone(), addon).real_addon(addon),
        }
    }

    /// The id that the routes of drains take.
    pub(super) fn resource_id(&self, ids: &ResolvedIds) -> cc_runtime::ResourceId {
        match *self {
            Self::Application(application) => application.into(),
            Self::Addon(_) => ids.real_addon_id().into(),
        }
    }
}

/// Reads one drain.
pub(super) async fn read(cx: &Context, resource: Resource<'_>, drain: &DrainId) -> Result<LogDrain> {
    let target = resource.target()?;
    let answer = cx
        .resolved(target.drain_ids(resource.owner), |ids| {
            cc_api_drain::GetDrain::new(ids.owner_id(), target.resource_id(ids), drain)
        })
        .await?;
    Ok(answer.into_inner().into())
}

/// Looks at a drain until it has this state. The looks pass by the response cache: they wait for a change.
///
/// # Errors
/// [`DeadlineExceeded`](cc_runtime::ErrorKind::DeadlineExceeded) after 30 s: the change may still happen. Each error says that the
/// change was requested.
pub(super) async fn wait(
    cx: &Context,
    resource: Resource<'_>,
    drain: &DrainId,
    state: &DrainState,
) -> Result<LogDrain> {
    let cx = &cx.reloading();
    let found = Polling::new(EVERY, AT_MOST)
        .run(|| async move {
            let found = read(cx, resource, drain).await?;
            Ok((found.status == *state).then_some(found))
        })
        .await;
    found.map_err(|error: Error| {
        let error = if error.is_timeout() && error.status().is_none() {
            let seconds = AT_MOST.as_secs();
            error.with_message(format!(
                "the drain `{drain}` is not {state} after {seconds} s: the change may still happen"
            ))
        } else {
            error
        };
        error.with_effect("the change was requested")
    })
}

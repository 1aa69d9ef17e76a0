//! Where requests come from.

use bytes::Bytes;
use cc_api_metrics::ListRequestLocations;
use cc_api_metrics::types::RequestLocation;
use cc_core::{Answer, ApplicationId, Operation, OperationInfo, OwnerId, Request, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::model::HeatMapPoint;
use crate::command::Command;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::model::{each, setters};
use crate::resolve::Ids;

/// Counts the requests to an application, or to every one of an owner, by where they came from.
///
/// Operation: `list_request_locations`. The owner, when it is not given, is resolved from the application.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when neither an application nor an owner is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetHeatMap", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::metrics::GetHeatMap;
///
/// let heat_map = client.send(GetHeatMap::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetHeatMap {
    /// The application. Default: every one of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The owner. Default: resolved from the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Start of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// End of the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

impl GetHeatMap {
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
        /// Start of the period.
        from: Timestamp,
        /// End of the period.
        to: Timestamp,
    }

    fn request(&self, owner: OwnerId) -> Locations {
        let mut request = ListRequestLocations::new(owner);
        request.application_id = self.application_id.clone();
        request.from = self.from;
        request.to = self.to;
        Locations(request)
    }
}

impl Command for GetHeatMap {
    const NAME: &'static str = "GetHeatMap";
    type Output = Vec<HeatMapPoint>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => {
                let ids = Ids::new().owner(self.owner_id.clone(), application);
                cx.resolved(ids, |ids| self.request(ids.owner_id())).await?
            }
            Scope::Owner(owner) => cx.call(self.request(owner.clone())).await?,
        };
        Ok(each(answer.into_inner().unwrap_or_default()))
    }
}

/// The operation, whose answer is null where there were no requests.
struct Locations(ListRequestLocations);

impl Operation for Locations {
    const INFO: &'static OperationInfo = ListRequestLocations::INFO;
    type Output = Option<Vec<RequestLocation>>;

    fn request(&self) -> Result<Request> {
        self.0.request()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>> {
        answer.json()
    }
}

//! Creating a token that reads metrics.

use cc_api_metrics::types::StatsTokenCreation;
use cc_core::{ApplicationId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{StatsApplication, WarpToken};
use crate::command::Command;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Creates a token that reads the Warp 10 metrics of an application, or of all that an owner has.
///
/// Operation: `create_resource_stats_token` with an application, `create_owner_stats_token` without. The owner, when it is
/// not given, is resolved from the application.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when neither an application nor an owner is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetWarpToken", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::warp_token::GetWarpToken;
///
/// let warp_token = client.send(GetWarpToken::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetWarpToken {
    /// The application. Default: all that the owner has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The owner. Default: resolved from the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// What it reads. Default: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<StatsApplication>>,
    /// How long it lives, as an ISO 8601 duration, such as `P5D`. Default: the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<String>,
}

impl GetWarpToken {
    /// For an application.
    pub fn of_application(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: Some(application_id.into()), ..Self::default() }
    }

    /// For all that an owner has.
    pub fn of_owner(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: Some(owner_id.into()), ..Self::default() }
    }

    setters! {
        /// The owner. Default: resolved from the application.
        owner_id: OwnerId,
        /// What it reads. Default: all of it.
        applications: Vec<StatsApplication>,
        /// How long it lives, as an ISO 8601 duration, such as `P5D`. Default: the platform's.
        ttl: String,
    }
}

impl Command for GetWarpToken {
    const NAME: &'static str = "GetWarpToken";
    type Output = WarpToken;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut body = StatsTokenCreation::new();
        body.applications = self.applications.clone().filter(|applications| !applications.is_empty());
        body.ttl = self.ttl.clone();
        let token = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => {
                cx.resolved(Ids::new().owner(self.owner_id.clone(), application), |ids| {
                    cc_api_metrics::CreateResourceStatsToken::new(ids.owner_id(), application, body.clone())
                })
                .await?
            }
            Scope::Owner(owner) => cx.call(cc_api_metrics::CreateOwnerStatsToken::new(owner, body)).await?,
        };
        Ok(token.required()?.into_inner().into())
    }
}

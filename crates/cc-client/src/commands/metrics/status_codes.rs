//! Which HTTP statuses applications answer.

use cc_api_metrics::types::StatusCodeSlice;
use cc_core::{ApplicationId, OwnerId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::model::{StatusCodeDistribution, StatusCodesAt};
use crate::command::Command;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// What is below is no status of HTTP.
const FIRST_STANDARD_CODE: i64 = 100;

/// Counts the answers of an application, or of every one of an owner, by HTTP status: over time, and in all.
///
/// Operation: `list_status_codes`. The owner, when it is not given, is resolved from the application.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when neither an application nor an owner is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetStatusCodeDistribution", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::metrics::GetStatusCodeDistribution;
///
/// let status_code_distribution = client.send(GetStatusCodeDistribution::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetStatusCodeDistribution {
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
    /// Whether the platform's own codes, which are below 100, are left out. Default: they are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_non_standard_status_codes: Option<bool>,
}

impl GetStatusCodeDistribution {
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
        /// Whether the platform's own codes, which are below 100, are left out. Default: they are counted.
        exclude_non_standard_status_codes: bool,
    }

    fn request(&self, owner: OwnerId) -> cc_api_metrics::ListStatusCodes {
        let mut request = cc_api_metrics::ListStatusCodes::new(owner);
        request.application_id = self.application_id.clone();
        request.from = self.from;
        request.to = self.to;
        request
    }
}

impl Command for GetStatusCodeDistribution {
    const NAME: &'static str = "GetStatusCodeDistribution";
    type Output = StatusCodeDistribution;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => {
                let ids = Ids::new().owner(self.owner_id.clone(), application);
                cx.resolved(ids, |ids| self.request(ids.owner_id())).await?
            }
            Scope::Owner(owner) => cx.call(self.request(owner.clone())).await?,
        };
        let standard_only = self.exclude_non_standard_status_codes == Some(true);
        Ok(count(answer.into_inner(), if standard_only { FIRST_STANDARD_CODE } else { i64::MIN }))
    }
}

/// Counts the codes from the first one on.
fn count(slices: Vec<StatusCodeSlice>, first: i64) -> StatusCodeDistribution {
    let mut counted = StatusCodeDistribution::default();
    for slice in slices {
        let mut at = StatusCodesAt { date: slice.date, ..StatusCodesAt::default() };
        for status in slice.statuses.into_iter().flatten().filter(|status| status.code >= first) {
            let all = &mut counted.by_status_code;
            for (total, statuses) in [(&mut at.total, &mut at.statuses), (&mut all.total, &mut all.statuses)]
            {
                *total = total.saturating_add(status.count);
                let same = statuses.entry(status.code).or_default();
                *same = same.saturating_add(status.count);
            }
        }
        counted.by_date.push(at);
    }
    counted
}

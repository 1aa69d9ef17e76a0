//! Reading one Jenkins.

use cc_core::{Answer, AnyAddonId, OrNothing, Result};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::model::JenkinsInfo;
use crate::command::Command;
use crate::context::Context;
use crate::resolve::Ids;

/// Reads one Jenkins and the update it could have. `None` when there is none, or none the caller may see.
///
/// Operations: `get_jenkins` and `get_jenkins_updates`, at once. The add-on is named by either id.
///
/// # Errors
/// Those of either, but that 404 for the updates alone means that none are known; and
/// [`CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when nobody knows the add-on.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetJenkinsInfo", async |client, input| {
/// # let addon_id: cc_client::core::AnyAddonId = input.get("addonId");
/// use cc_client::commands::jenkins::GetJenkinsInfo;
///
/// let jenkins = client.send(GetJenkinsInfo::new(addon_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetJenkinsInfo {
    /// The add-on, by either id.
    pub addon_id: AnyAddonId,
}

impl GetJenkinsInfo {
    /// With what is required.
    pub fn new(addon_id: impl Into<AnyAddonId>) -> Self {
        Self { addon_id: addon_id.into() }
    }
}

impl Command for GetJenkinsInfo {
    const NAME: &'static str = "GetJenkinsInfo";
    type Output = Option<JenkinsInfo>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let read = cx.resolved_with_part(
            Ids::new().real_addon(&self.addon_id),
            |ids| cc_api_database::GetJenkins::new(ids.real_addon_id()),
            |ids| OrNothing(cc_api_database::GetJenkinsUpdates::new(ids.real_addon_id())),
        );
        let (jenkins, updates) = match read.await {
            Ok((jenkins, updates)) => (jenkins.into_inner(), updates.and_then(Answer::into_inner)),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(JenkinsInfo::new(jenkins, updates)))
    }
}

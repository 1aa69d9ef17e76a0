//! Reading one application.

use cc_core::{ApplicationId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::branches::with_branches;
use super::model::Application;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Reads one application, with the branches of its repository on demand. `None` when there is none, or none the caller
/// may see.
///
/// Operations: `get_application`, and `list_application_branches` for code on GitHub. The owner, when it is not given, is
/// resolved from `application_id`.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetApplication", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::application::GetApplication;
///
/// let application = client.send(GetApplication::new(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetApplication {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Whether the branches of a repository on GitHub are read too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_branches: Option<bool>,
}

impl GetApplication {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: application_id.into(), owner_id: None, with_branches: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Whether the branches of a repository on GitHub are read too. Default: no.
        with_branches: bool,
    }
}

impl Command for GetApplication {
    const NAME: &'static str = "GetApplication";
    type Output = Option<Application>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx
            .resolved(ids, |ids| {
                cc_api_application::GetApplication::new(ids.owner_id(), &self.application_id)
            })
            .await;
        let application = match answer {
            Ok(answer) => Application::from(answer.into_inner()),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        if self.with_branches != Some(true) {
            return Ok(Some(application));
        }
        with_branches(cx, application).await.map(Some)
    }
}

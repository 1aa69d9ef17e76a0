//! Listing the applications of an owner.

use cc_core::{OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::branches::with_branches;
use super::model::Application;
use crate::command::Command;
use crate::context::Context;
use crate::fan_out;
use crate::model::setters;

/// Lists the applications of an owner, with the branches of their repositories on demand.
///
/// Operations: `list_applications`, and `list_application_branches` for each one whose code is on GitHub. An application
/// whose branches cannot be read is listed without them.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListApplication", async |client, input| {
/// # let owner_id: cc_client::core::OwnerId = input.get("ownerId");
/// use cc_client::commands::application::ListApplication;
///
/// let applications = client.send(ListApplication::new(owner_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListApplication {
    /// The owner.
    pub owner_id: OwnerId,
    /// Whether the branches of repositories on GitHub are read too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_branches: Option<bool>,
}

impl ListApplication {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: owner_id.into(), with_branches: None }
    }

    setters! {
        /// Whether the branches of repositories on GitHub are read too. Default: no.
        with_branches: bool,
    }
}

impl Command for ListApplication {
    const NAME: &'static str = "ListApplication";
    type Output = Vec<Application>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = cx.call(cc_api_application::ListApplications::new(&self.owner_id)).await?;
        let applications: Vec<Application> = answer.into_inner().into_iter().map(Into::into).collect();
        cx.learn(&self.owner_id, &applications);
        if self.with_branches != Some(true) {
            return Ok(applications);
        }
        let read = fan_out::for_each(applications, fan_out::AT_ONCE, |application| async {
            let bare = application.clone();
            (bare, with_branches(cx, application).await)
        });
        Ok(read.await.into_iter().map(|(bare, read)| read.unwrap_or(bare)).collect())
    }
}

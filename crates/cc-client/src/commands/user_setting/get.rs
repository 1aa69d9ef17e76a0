//! Reading a setting.

use cc_core::Result;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Reads the value of one of the caller's settings of the console. `None` when there is none.
///
/// Operation: `get_user_setting`.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetUserSetting", async |client, _| {
/// use cc_client::commands::user_setting::GetUserSetting;
///
/// let theme = client.send(GetUserSetting::new("theme")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetUserSetting {
    /// Name of the setting.
    pub name: String,
    /// Environment of the console that the setting is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
}

impl GetUserSetting {
    /// With what is required.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), env: None }
    }

    setters! {
        /// Environment of the console that the setting is for.
        env: String,
    }
}

impl Command for GetUserSetting {
    const NAME: &'static str = "GetUserSetting";
    type Output = Option<String>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut request = cc_api_account::GetUserSetting::new(self.name);
        request.env = self.env;
        match cx.call(request).await {
            Ok(setting) => Ok(Some(setting.into_inner().value)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

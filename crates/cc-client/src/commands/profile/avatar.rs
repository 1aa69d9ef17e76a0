//! The picture of the caller.

use cc_core::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{Avatar, AvatarSource};
use crate::binary::Binary;
use crate::command::Command;
use crate::context::Context;
use crate::model::ImageType;

/// Changes the picture of the caller, and gives its address.
///
/// Operation: `update_profile_avatar`.
///
/// # Example
/// ```
/// # cc_examples::try_out("UpdateProfileAvatar", async |client, _| {
/// use cc_client::commands::profile::UpdateProfileAvatar;
///
/// let picture = client.send(UpdateProfileAvatar::from_service("gravatar")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema), schemars(extend("type" = "object")))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub enum UpdateProfileAvatar {
    /// Takes it from another service.
    ExternalSource {
        /// The service.
        source: AvatarSource,
    },
    /// Takes this image.
    DataSource {
        /// What kind of image it is.
        mime_type: ImageType,
        /// The image.
        data: Binary,
    },
}

impl UpdateProfileAvatar {
    /// The picture that another service has.
    pub fn from_service(source: impl Into<AvatarSource>) -> Self {
        Self::ExternalSource { source: source.into() }
    }

    /// This image.
    pub fn from_image(mime_type: impl Into<ImageType>, data: impl Into<Binary>) -> Self {
        Self::DataSource { mime_type: mime_type.into(), data: data.into() }
    }
}

impl Command for UpdateProfileAvatar {
    const NAME: &'static str = "UpdateProfileAvatar";
    type Output = Avatar;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let request = match self {
            Self::ExternalSource { source } => {
                let body = json!({ "source": source }).to_string();
                cc_api_account::UpdateProfileAvatar::new(body, "application/json")
            }
            Self::DataSource { mime_type, data } => {
                cc_api_account::UpdateProfileAvatar::new(data, mime_type.as_str())
            }
        };
        Ok(cx.call(request).await?.into_inner())
    }
}

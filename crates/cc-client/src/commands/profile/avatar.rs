//! The picture of the caller.

use cc_runtime::{Answer, Result};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::model::{Avatar, AvatarSource};
use crate::binary::Binary;
use crate::command::Run;
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// The input as it is written: `type` says which of the others have to be there.
#[derive(Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename = "UpdateProfileAvatar", rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    /// Where the picture comes from: another service (`source`), or this image (`mimeType` and `data`).
    #[serde(rename = "type")]
    kind: Kind,
    /// The service.
    source: Option<AvatarSource>,
    /// What kind of image it is.
    mime_type: Option<ImageType>,
    /// The image.
    data: Option<Binary>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
enum Kind {
    ExternalSource,
    DataSource,
}

/// The fields of a picture that another service has.
const OF_SERVICE: &[&str] = &["type", "source"];

/// The fields of an image.
const OF_IMAGE: &[&str] = &["type", "mimeType", "data"];

// By hand: what `serde` derives for a tag takes lists for objects, and loses the name of the field that does not fit.
impl<'de> Deserialize<'de> for UpdateProfileAvatar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let Given { kind, source, mime_type, data } = Given::deserialize(deserializer)?;
        match kind {
            Kind::ExternalSource if mime_type.is_some() => {
                Err(D::Error::unknown_field("mimeType", OF_SERVICE))
            }
            Kind::ExternalSource if data.is_some() => Err(D::Error::unknown_field("data", OF_SERVICE)),
            Kind::ExternalSource => {
                let source = source.ok_or_else(|| D::Error::missing_field("source"))?;
                Ok(Self::ExternalSource { source })
            }
            Kind::DataSource if source.is_some() => Err(D::Error::unknown_field("source", OF_IMAGE)),
            Kind::DataSource => {
                let mime_type = mime_type.ok_or_else(|| D::Error::missing_field("mimeType"))?;
                let data = data.ok_or_else(|| D::Error::missing_field("data"))?;
                Ok(Self::DataSource { mime_type, data })
            }
        }
    }
}

#[cfg(feature = "catalog")]
impl schemars::JsonSchema for UpdateProfileAvatar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UpdateProfileAvatar".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Given::json_schema(generator)
    }
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

impl Run for UpdateProfileAvatar {
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
        let changed = cx.call(request).await?;
        let read = cx.reloading();
        cx.changed(changed, async {
            let found = read.call(cc_api_account::GetProfile::new()).await?;
            found.map(|user| user.avatar.map(picture)).required().map(Answer::into_inner)
        })
        .await
    }
}

fn picture(url: String) -> Avatar {
    let mut picture = Avatar::default();
    picture.url = url;
    picture
}

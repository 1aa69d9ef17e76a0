//! The picture of the caller.

use cc_runtime::__private::{OpenUnion, read_union};
use cc_runtime::{Answer, Result};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::binary::Binary;
use crate::command::Run;
use crate::commands::account::model::{Avatar, AvatarSource};
use crate::context::Context;
use crate::model::ImageType;

/// Changes the picture of the caller, and gives its address.
///
/// Operation: `update_profile_avatar`.
///
/// # Example
/// ```
/// # cc_trials::try_out("UpdateProfileAvatar", async |client, _| {
/// use cc_client::commands::account::UpdateProfileAvatar;
/// use cc_client::commands::account::model::AvatarSource;
///
/// let picture = client.send(UpdateProfileAvatar::from_service(AvatarSource::Gravatar)).await?;
/// # Ok(()) });
/// ```
#[doc(alias = "UpdateProfileAvatarCommand")]
#[doc(alias = "/v2/self/avatar")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub enum UpdateProfileAvatar {
    /// Uses the avatar of another service.
    ExternalSource {
        /// The service.
        source: AvatarSource,
    },
    /// Uses this image.
    DataSource {
        /// Media type of the image.
        mime_type: ImageType,
        /// The image.
        data: Binary,
    },
}

/// The fields of [`UpdateProfileAvatar::ExternalSource`].
#[derive(Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ExternalSource {
    /// The service.
    source: AvatarSource,
}

/// The fields of [`UpdateProfileAvatar::DataSource`].
#[derive(Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DataSource {
    /// Media type of the image.
    mime_type: ImageType,
    /// The image.
    data: Binary,
}

// By hand: the derived code of `serde` for a tag takes lists for objects, and loses the name of the field that does not fit.
impl OpenUnion for UpdateProfileAvatar {
    const NAME: &'static str = "$cc_runtime::union:type";

    fn read<'de, D: Deserializer<'de>>(tag: &str, deserializer: D) -> std::result::Result<Self, D::Error> {
        match tag {
            "externalSource" => {
                let ExternalSource { source } = ExternalSource::deserialize(deserializer)?;
                Ok(Self::ExternalSource { source })
            }
            "dataSource" => {
                let DataSource { mime_type, data } = DataSource::deserialize(deserializer)?;
                Ok(Self::DataSource { mime_type, data })
            }
            _ => Err(D::Error::custom("`type`: expected `externalSource` or `dataSource`")),
        }
    }
}

impl<'de> Deserialize<'de> for UpdateProfileAvatar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        read_union(deserializer)
    }
}

#[cfg(feature = "catalog")]
impl schemars::JsonSchema for UpdateProfileAvatar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UpdateProfileAvatar".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let variants = vec![
            ("externalSource", ExternalSource::json_schema(generator)),
            ("dataSource", DataSource::json_schema(generator)),
        ];
        cc_runtime::__private::input_union_schema("type", variants)
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
            found
                .map(|user| user.avatar.map(picture))
                .required("the address of the picture")
                .map(Answer::into_inner)
        })
        .await
    }
}

fn picture(url: String) -> Avatar {
    let mut picture = Avatar::default();
    picture.url = url;
    picture
}

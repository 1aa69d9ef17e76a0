//! The picture of an organisation.

use cc_api_organisation::types::OrganisationAvatar;
use cc_core::{Answer, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::binary::Binary;
use crate::command::Command;
use crate::context::Context;
use crate::model::ImageType;

/// Changes the picture of an organisation, and gives its address.
///
/// Operation: `update_organisation_avatar`.
///
/// # Example
/// ```
/// # cc_examples::try_out("UpdateOrganisationAvatar", async |client, input| {
/// # let organisation_id: cc_client::core::OwnerId = input.get("organisationId");
/// use cc_client::commands::organisation::UpdateOrganisationAvatar;
///
/// let picture = client.send(UpdateOrganisationAvatar::new(organisation_id, "image/png", b"PNG".to_vec())).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateOrganisationAvatar {
    /// The organisation.
    pub organisation_id: OwnerId,
    /// What kind of image it is.
    pub mime_type: ImageType,
    /// The image.
    pub data: Binary,
}

impl UpdateOrganisationAvatar {
    /// With what is required.
    pub fn new(
        organisation_id: impl Into<OwnerId>,
        mime_type: impl Into<ImageType>,
        data: impl Into<Binary>,
    ) -> Self {
        Self { organisation_id: organisation_id.into(), mime_type: mime_type.into(), data: data.into() }
    }
}

impl Command for UpdateOrganisationAvatar {
    const NAME: &'static str = "UpdateOrganisationAvatar";
    type Output = OrganisationAvatar;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let (image, kind) = (self.data.into_bytes(), self.mime_type.as_str());
        cc_core::__private::check_segment("organisationId", self.organisation_id.as_str())?;
        let id = self.organisation_id;
        let request = cc_api_organisation::UpdateOrganisationAvatar::new(&id, image, kind);
        let changed = cx.call(request).await?;
        let read = cx.reloading();
        cx.changed(changed, async {
            let found = read.call(cc_api_organisation::GetOrganisation::new(id)).await?;
            found.map(|found| found.avatar.map(picture)).required().map(Answer::into_inner)
        })
        .await
    }
}

fn picture(url: String) -> OrganisationAvatar {
    let mut picture = OrganisationAvatar::default();
    picture.url = url;
    picture
}

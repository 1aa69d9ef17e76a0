//! The picture of an organisation.

use cc_api_organisation::types::OrganisationAvatar;
use cc_runtime::{Answer, Result};

use super::UpdateOrganisationAvatar;
use crate::command::Run;
use crate::context::Context;

impl Run for UpdateOrganisationAvatar {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let (image, kind) = (self.data.into_bytes(), self.mime_type.as_str());
        cc_runtime::check_id("organisationId", self.organisation_id.as_str())?;
        let id = self.organisation_id;
        let request = cc_api_organisation::UpdateOrganisationAvatar::new(&id, image, kind);
        let changed = cx.call(request).await?;
        let read = cx.reloading();
        cx.changed(changed, async {
            let found = read.call(cc_api_organisation::GetOrganisation::new(id)).await?;
            found
                .map(|found| found.avatar.map(picture))
                .required("the address of the picture")
                .map(Answer::into_inner)
        })
        .await
    }
}

fn picture(url: String) -> OrganisationAvatar {
    let mut picture = OrganisationAvatar::default();
    picture.url = url;
    picture
}

//! Reading a setting.

use cc_runtime::__private::check_path;
use cc_runtime::Result;

use super::GetUserSetting;
use crate::command::Run;
use crate::context::Context;

impl Run for GetUserSetting {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("settingName", "name", &self.name)?;
        let mut request = cc_api_account::GetUserSetting::new(self.name);
        request.env = self.env;
        Ok(cx.call(request).await?.into_inner().value)
    }
}

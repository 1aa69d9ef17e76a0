//! Settings that creating and updating an application share.

/// Copies the settings that have the same name in a command and in a body.
macro_rules! copy_settings {
    ($from:expr => $to:expr; $($field:ident),+ $(,)?) => {
        $($to.$field = $from.$field.clone();)+
    };
}
pub(super) use copy_settings;

use cc_api_application::types::HttpsSetting;

/// The platform's word for whether HTTP is redirected.
pub(super) fn https(force: Option<bool>) -> Option<HttpsSetting> {
    force.map(|force| if force { HttpsSetting::Enabled } else { HttpsSetting::Disabled })
}

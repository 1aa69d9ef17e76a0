//! An application or an add-on, where a command takes exactly one of them.

use cc_core::{AnyAddonId, ApplicationId, Error, ErrorKind, Result};

/// What a command is about.
pub(crate) enum Target<'a> {
    Application(&'a ApplicationId),
    Addon(&'a AnyAddonId),
}

impl<'a> Target<'a> {
    /// The one that is given.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when both are, or none; `names` are what the fields are called.
    pub(crate) fn of(
        application: &'a Option<ApplicationId>,
        addon: &'a Option<AnyAddonId>,
        names: [&str; 2],
    ) -> Result<Self> {
        match (application, addon) {
            (Some(application), None) => Ok(Self::Application(application)),
            (None, Some(addon)) => Ok(Self::Addon(addon)),
            _ => Err(Error::new(ErrorKind::InvalidInput)
                .with_message(format!("give exactly one of `{}` and `{}`", names[0], names[1]))),
        }
    }
}

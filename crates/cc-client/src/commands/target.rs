//! An application or an add-on, where a command takes exactly one of them; an application or all of an owner.

#![allow(dead_code)] // Which domains are on decides what of it is used.

use cc_runtime::{AnyAddonId, ApplicationId, Error, ErrorKind, OwnerId, Result, check_id};

/// Resource that a command applies to.
pub(crate) enum Target<'a> {
    Application(&'a ApplicationId),
    Addon(&'a AnyAddonId),
}

impl<'a> Target<'a> {
    /// The one that is given.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when both are, or none, and for an id that no request can hold; `names` are those of the fields.
    pub(crate) fn of(
        application: &'a Option<ApplicationId>,
        addon: &'a Option<AnyAddonId>,
        names: [&str; 2],
    ) -> Result<Self> {
        match (application, addon) {
            (Some(application), None) => {
                check_id(names[0], application.as_str())?;
                Ok(Self::Application(application))
            }
            (None, Some(addon)) => {
                check_id(names[1], addon.as_str())?;
                Ok(Self::Addon(addon))
            }
            _ => Err(Error::new(ErrorKind::InvalidInput)
                .with_message(format!("set exactly one of `{}` and `{}`", names[0], names[1]))),
        }
    }
}

/// Scope of a command: one application, or all resources of an owner.
pub(crate) enum Scope<'a> {
    /// One application. If the owner is not given, it is resolved.
    Application(&'a ApplicationId),
    Owner(&'a OwnerId),
}

impl<'a> Scope<'a> {
    /// The application, else the owner.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when none is given.
    pub(crate) fn of(application: &'a Option<ApplicationId>, owner: &'a Option<OwnerId>) -> Result<Self> {
        match (application, owner) {
            (Some(application), _) => Ok(Self::Application(application)),
            (None, Some(owner)) => Ok(Self::Owner(owner)),
            (None, None) => {
                Err(Error::new(ErrorKind::InvalidInput).with_message("set `applicationId` or `ownerId`"))
            }
        }
    }
}

//! The e-mail addresses of the caller.

use std::future::IntoFuture;

use cc_core::{Discard, Error, Result};
use futures_util::future::try_join;
use serde::{Deserialize, Serialize};

use super::model::ProfileEmailAddresses;
use crate::command::Command;
use crate::context::Context;

/// What the platform's numbers of refusals mean. Source: the official client.
const CODES: [(&str, &str); 3] = [
    ("550", "clever.profile.email-address.invalid-format"),
    ("101", "clever.profile.email-address.already-defined"),
    ("1004", "clever.profile.email-address.already-used"),
];

/// Lists the e-mail addresses of the caller: the primary one, and the others.
///
/// Operations: `get_profile` and `list_profile_email_addresses`, at once.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListProfileEmailAddress", async |client, _| {
/// use cc_client::commands::profile::ListProfileEmailAddress;
///
/// let addresses = client.send(ListProfileEmailAddress::new()).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListProfileEmailAddress {}

impl ListProfileEmailAddress {
    /// All of them.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Command for ListProfileEmailAddress {
    const NAME: &'static str = "ListProfileEmailAddress";
    type Output = ProfileEmailAddresses;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let profile = cx.call(cc_api_account::GetProfile::new());
        let others = cx.call(cc_api_account::ListProfileEmailAddresses::new());
        let (profile, others) = try_join(profile.into_future(), others.into_future()).await?;
        Ok(ProfileEmailAddresses::new(profile.into_inner(), others.into_inner()))
    }
}

/// Adds a secondary e-mail address. An e-mail asks to confirm it; it is listed once that is done.
///
/// Operation: `add_profile_email_address`.
///
/// # Errors
/// An address that is refused says why in [`Error::code`]: `clever.profile.email-address.` and one of `invalid-format`,
/// `already-defined` and `already-used`.
///
/// # Example
/// ```
/// # cc_examples::try_out("CreateProfileEmailAddress", async |client, _| {
/// use cc_client::commands::profile::CreateProfileEmailAddress;
///
/// client.send(CreateProfileEmailAddress::new("ada@example.org")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateProfileEmailAddress {
    /// The address.
    pub address: String,
}

impl CreateProfileEmailAddress {
    /// With what is required.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into() }
    }
}

impl Command for CreateProfileEmailAddress {
    const NAME: &'static str = "CreateProfileEmailAddress";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = cc_api_account::types::EmailAddressRole::new();
        match cx.call(Discard(cc_api_account::AddProfileEmailAddress::new(self.address, body))).await {
            Ok(_) => Ok(()),
            Err(error) => Err(named(error)),
        }
    }
}

fn named(error: Error) -> Error {
    match CODES.iter().find(|(number, _)| *number == error.code()) {
        Some((_, name)) => error.with_code(*name),
        None => error,
    }
}

//! The e-mail addresses of the caller.

use cc_runtime::__private::check_path;
use cc_runtime::{Discard, Error, Result};
use futures_util::future::try_join;

use crate::command::Run;
use crate::commands::account::model::ProfileEmailAddresses;
use crate::commands::account::{CreateProfileEmailAddress, ListProfileEmailAddress};
use crate::context::Context;

/// Codes for the platform's numbers of refusals. Source: the official client.
const CODES: [(&str, &str); 3] = [
    ("550", "clever.profile.email-address.invalid-format"),
    ("101", "clever.profile.email-address.already-defined"),
    ("1004", "clever.profile.email-address.already-used"),
];

impl Run for ListProfileEmailAddress {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let profile = cx.call(cc_api_account::GetProfile::new());
        let others = cx.call(cc_api_account::ListProfileEmailAddresses::new());
        let (profile, others) = try_join(profile, others).await?;
        Ok(ProfileEmailAddresses::new(profile.into_inner(), others.into_inner()))
    }
}

impl Run for CreateProfileEmailAddress {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("emailAddress", "address", &self.address)?;
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

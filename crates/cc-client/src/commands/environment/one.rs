//! Changing one variable.

use cc_api_application::types::EnvironmentValue;
use cc_core::{ApplicationId, Error, ErrorKind, OwnerId, Result, Secret};
use serde::{Deserialize, Serialize};

use super::get::changed;
use super::model::EnvironmentVariable;
use crate::command::Command;
use crate::context::Context;
use crate::env::NameRule;
use crate::model::setters;
use crate::resolve::Ids;

/// Sets one environment variable of an application, and gives all of them back, sorted by name.
///
/// Operation: `set_environment_variable`. The owner, when it is not given, is resolved from `application_id`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::environment::CreateOrUpdateEnvironmentVariable;
///
/// let environment = client.send(CreateOrUpdateEnvironmentVariable::new(ids.application, "GREETING", "hello")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateOrUpdateEnvironmentVariable {
    /// The application.
    pub application_id: ApplicationId,
    /// Name of the variable.
    pub name: String,
    /// Its value.
    pub value: Secret,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl CreateOrUpdateEnvironmentVariable {
    /// With what is required.
    pub fn new(
        application_id: impl Into<ApplicationId>,
        name: impl Into<String>,
        value: impl Into<Secret>,
    ) -> Self {
        Self { application_id: application_id.into(), name: name.into(), value: value.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for CreateOrUpdateEnvironmentVariable {
    const NAME: &'static str = "CreateOrUpdateEnvironmentVariable";
    type Output = Vec<EnvironmentVariable>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_name(&self.name)?;
        let answer = cx.resolved(Ids::new().owner(self.owner_id.clone(), &self.application_id), |ids| {
            let value = EnvironmentValue::new(self.value.clone());
            cc_api_application::SetEnvironmentVariable::new(
                ids.owner_id(),
                &self.application_id,
                &self.name,
                value,
            )
        });
        changed(cx, answer.await?, &self.application_id, &self.owner_id).await
    }
}

/// Takes one environment variable of an application away, and gives the others back, sorted by name.
///
/// Operation: `delete_environment_variable`. The owner, when it is not given, is resolved from `application_id`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::environment::DeleteEnvironmentVariable;
///
/// let environment = client.send(DeleteEnvironmentVariable::new(ids.application, "PORT")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteEnvironmentVariable {
    /// The application.
    pub application_id: ApplicationId,
    /// Name of the variable.
    pub name: String,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl DeleteEnvironmentVariable {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>, name: impl Into<String>) -> Self {
        Self { application_id: application_id.into(), name: name.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for DeleteEnvironmentVariable {
    const NAME: &'static str = "DeleteEnvironmentVariable";
    type Output = Vec<EnvironmentVariable>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_route(&self.name)?;
        let answer = cx.resolved(Ids::new().owner(self.owner_id.clone(), &self.application_id), |ids| {
            cc_api_application::DeleteEnvironmentVariable::new(
                ids.owner_id(),
                &self.application_id,
                &self.name,
            )
        });
        changed(cx, answer.await?, &self.application_id, &self.owner_id).await
    }
}

/// Refuses a name that would lead the request to another route, before the owner is looked up.
fn check_route(name: &str) -> Result<()> {
    if !matches!(name, "" | "." | "..") {
        return Ok(());
    }
    let message = "`name`: a name that is empty, `.` or `..` would reach another route: nothing was sent";
    Err(Error::new(ErrorKind::InvalidInput).with_message(message))
}

fn check_name(name: &str) -> Result<()> {
    check_route(name)?;
    if NameRule::Simple.allows(name) {
        return Ok(());
    }
    let message = format!(
        "the platform takes no environment variable called `{name}`: letters, digits, `-`, `_` and `.` only"
    );
    Err(Error::new(ErrorKind::InvalidInput).with_message(message))
}

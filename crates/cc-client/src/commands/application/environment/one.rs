//! Changing one variable.

use cc_api_application::types::EnvironmentValue;
use cc_runtime::__private::check_path;
use cc_runtime::{Error, ErrorKind, Result};

use super::get::changed;
use crate::command::Run;
use crate::commands::application::{CreateOrUpdateEnvironmentVariable, DeleteEnvironmentVariable};
use crate::context::Context;
use crate::env::NameRule;
use crate::resolve::Ids;

impl Run for CreateOrUpdateEnvironmentVariable {
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

impl Run for DeleteEnvironmentVariable {
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
        return check_path("envName", "name", name);
    }
    let message = "`name`: must not be empty, `.` or `..`, which would change the route of the request";
    Err(Error::new(ErrorKind::InvalidInput).with_message(message))
}

fn check_name(name: &str) -> Result<()> {
    check_route(name)?;
    if NameRule::Simple.allows(name) {
        return Ok(());
    }
    let message = format!(
        "`name`: invalid name of an environment variable `{name}`: use only letters, digits, `-`, `_` and `.`"
    );
    Err(Error::new(ErrorKind::InvalidInput).with_message(message))
}

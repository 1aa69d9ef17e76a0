//! The branches of applications whose code is on GitHub.

use cc_runtime::Result;

use super::GetApplicationBranches;
use super::model::Application;
use crate::context::Context;

/// Reads the branches from GitHub when the code is there; other repositories have the one that is deployed from.
pub(super) async fn with_branches(cx: &Context, mut application: Application) -> Result<Application> {
    application.branches = if application.is_github() {
        let command = GetApplicationBranches::new(&application.id).owner_id(&application.owner_id);
        cx.send_optional(command).await?
    } else {
        Some(vec![application.branch.clone().unwrap_or_else(|| "master".to_owned())])
    };
    Ok(application)
}

/// Does the same after a change: the application is there although its branches cannot be read, which are then `None`.
pub(super) async fn with_branches_if_readable(cx: &Context, application: Application) -> Application {
    match with_branches(cx, application.clone()).await {
        Ok(application) => application,
        Err(_) => application,
    }
}

//! Making a port of the platform lead to an application.

use cc_api_redirection::types::{Redirection, RedirectionCreation};
use cc_core::{ApplicationId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// The namespace that every owner can take ports from. Source: the official client.
pub const DEFAULT_NAMESPACE: &str = "default";

/// Makes a TCP port of the platform lead to an application. The platform chooses the port.
///
/// Operation: `create_tcp_redirection`. The owner, when it is not given, is resolved from the application.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::tcp_redirection::CreateTcpRedirection;
///
/// let redirection = client.send(CreateTcpRedirection::new(ids.application)).await?;
/// println!("{}", redirection.port);
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateTcpRedirection {
    /// The application.
    pub application_id: ApplicationId,
    /// Namespace to take the port from, such as `cleverapps`. Default: `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl CreateTcpRedirection {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: application_id.into(), namespace: None, owner_id: None }
    }

    setters! {
        /// Namespace to take the port from, such as `cleverapps`. Default: `default`.
        namespace: String,
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for CreateTcpRedirection {
    const NAME: &'static str = "CreateTcpRedirection";
    type Output = Redirection;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = RedirectionCreation::new(self.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE));
        let ids = Ids::new().owner(self.owner_id, &self.application_id);
        let answer = cx
            .resolved(ids, |ids| {
                let owner = ids.owner_id();
                cc_api_redirection::CreateTcpRedirection::new(owner, &self.application_id, body.clone())
            })
            .await?;
        Ok(answer.required()?.into_inner())
    }
}

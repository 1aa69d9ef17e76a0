//! The requests of every domain, for operations without a command: `client.api().zone().list_zones(…)`.
//!
//! A module here is the crate of the same name with its requests and types; a method of [`Api`] sends them.

use cc_runtime::{Answer, CallOptions, Operation, Result, Transport};

#[allow(unused_imports, reason = "there may be no domain")]
pub use crate::generated::api::*;

use crate::client::Client;
use crate::context::Context;
use crate::resolve::{Ids, ResolvedIds};

/// The requests of every domain, sent as a client sends its own: from [`Client::api`].
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
}

impl Api {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns the transport of the requests.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        self.client.transport()
    }

    /// An operation whose ids are resolved first, like those of commands: see [`Context::resolved`].
    ///
    /// ```
    /// # async fn example(client: cc_client::Client) -> cc_client::Result<()> {
    /// use cc_client::api::application::GetApplication;
    /// use cc_client::runtime::ApplicationId;
    /// use cc_client::Ids;
    ///
    /// let id = ApplicationId::from("app_…");
    /// let application = client
    ///     .api()
    ///     .resolved(Ids::new().owner(None, &id), |ids| GetApplication::new(ids.owner_id(), &id))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`Context::resolved`].
    pub async fn resolved<O: Operation + 'static>(
        &self,
        ids: Ids<'_>,
        operation: impl Fn(&ResolvedIds) -> O + Send + Sync,
    ) -> Result<Answer<O::Output>> {
        let deadline = self.transport().deadline(&CallOptions::default());
        // Its calls do not report: one that fails may be made good by the next.
        let options = CallOptions::default().deadline(deadline).report_errors(false);
        let done = Context::new(self.client.clone(), options).resolved(ids, operation).await;
        if let Err(error) = &done {
            self.transport().report(error).await;
        }
        done
    }
}

//! What a command works with.

use cc_core::{Answer, Call, CallOptions, Operation, Result};

use crate::client::Client;
use crate::command::Command;
use crate::resolve::{Ids, ResolvedIds, Resolver};

/// What a command works with while it runs: the client, and the options of its call.
#[derive(Clone, Debug)]
pub struct Context {
    client: Client,
    options: CallOptions,
}

impl Context {
    pub(crate) fn new(client: Client, options: CallOptions) -> Self {
        Self { client, options }
    }

    /// The client that runs the command.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who owns what.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        self.client.resolver()
    }

    /// A call of one operation, with the options of the command. Errors are not reported to hooks: the command may have
    /// use for them.
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        self.client.transport().call(operation)
    }

    /// Runs another command as a part of this one: same options, same deadline.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn send<C: Command>(&self, command: C) -> Result<C::Output> {
        Box::pin(command.run(self)).await
    }

    /// One operation whose ids are resolved first. Where the platform answers 403 or 404 to ids that were known from
    /// before, they are looked up afresh, and if they changed the operation is called once more.
    ///
    /// # Errors
    /// [`ErrorKind::CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when an id is of nothing that the
    /// caller may see; those of the call.
    pub async fn resolved<O: Operation + 'static>(
        &self,
        ids: Ids<'_>,
        operation: impl Fn(&ResolvedIds) -> O + Send + Sync,
    ) -> Result<Answer<O::Output>> {
        let resolved = self.resolver().resolve(&ids).await?;
        self.call(operation(&resolved)).await
    }
}

//! What a command works with.

use std::future::Future;
use std::time::Duration;

use cc_core::runtime::Instant;
use cc_core::{Answer, Call, CallOptions, Error, Operation, Result};

use crate::client::Client;
use crate::command::Command;
use crate::fan_out;
use crate::poll::Polling;
use crate::resolve::{Ids, ResolvedIds, Resolver};

/// What a command works with while it runs: the client, and the options of its call.
#[derive(Clone, Debug)]
pub struct Context {
    client: Client,
    options: CallOptions,
    deadline: Option<Instant>,
}

impl Context {
    /// With options that have the one deadline of all calls.
    pub(crate) fn new(client: Client, options: CallOptions) -> Self {
        let deadline = client.transport().deadline(&options);
        Self { client, options, deadline }
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

    /// When the command must have ended.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The options of the command's call.
    pub fn options(&self) -> &CallOptions {
        &self.options
    }

    /// The same, for calls that must see what the platform has now: they read no kept answer. It is for what is read after
    /// a change, and for waiting.
    #[must_use]
    pub fn reloading(&self) -> Self {
        Self { options: self.options.clone().reload(), ..self.clone() }
    }

    /// A call of one operation, with the options of the command. It takes more of them before it is awaited. Its error is
    /// not told to the hooks: that of the command is.
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        self.client.transport().call(operation).options(self.options.clone())
    }

    /// Runs another command as a part of this one: same options, same deadline.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn send<C: Command>(&self, command: C) -> Result<C::Output> {
        Box::pin(command.run(self)).await
    }

    /// Returns the value of a change: the one that the platform answered, or, where its answer is empty, the one that
    /// `read` gives. `read` is only polled then, and should bypass the response cache: see [`reloading`](Self::reloading).
    ///
    /// # Errors
    /// Those of `read`, with [`Error::may_be_done`] set: the change was made.
    pub async fn changed<W, T>(
        &self,
        answer: Answer<Option<W>>,
        read: impl Future<Output = Result<T>> + Send,
    ) -> Result<T>
    where
        W: Into<T> + Send,
    {
        match answer.into_inner() {
            Some(value) => Ok(value.into()),
            None => read.await.map_err(Error::applied),
        }
    }

    /// One operation whose ids are resolved first. Where the platform answers 403 or 404 to ids that were known from
    /// before, they are looked up afresh, and if they changed the operation is called once more: what moved to another
    /// owner is found there.
    ///
    /// # Errors
    /// [`ErrorKind::CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when an id is of nothing that the
    /// caller may see; those of the call.
    pub async fn resolved<O: Operation + 'static>(
        &self,
        ids: Ids<'_>,
        operation: impl Fn(&ResolvedIds) -> O + Send + Sync,
    ) -> Result<Answer<O::Output>> {
        let found = self.resolver().find(&ids).await?;
        let error = match self.call(operation(&found.ids)).await {
            Err(error) if found.from_before && (error.is_forbidden() || error.is_not_found()) => error,
            done => return done,
        };
        match self.resolver().find_anew(&ids, &found).await {
            Some(ids) => self.call(operation(&ids)).await,
            None => Err(error),
        }
    }

    /// Waits for something, looking at once and then `every` so often, for at most this long and no longer than the
    /// command may take: see [`Polling::run`].
    ///
    /// # Errors
    /// [`ErrorKind::DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it does not come; those of `look`.
    pub async fn poll<T, F>(
        &self,
        every: Duration,
        at_most: Duration,
        look: impl FnMut() -> F + Send,
    ) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<Option<T>>> + Send,
    {
        Polling::new(every, at_most).run(look).await
    }

    /// Does the same for each item, for [a few](fan_out::AT_ONCE) at once. The results are in the order of the items, and
    /// one that fails does not keep the others from coming.
    pub async fn for_each<I, T, F>(&self, items: I, work: impl FnMut(I::Item) -> F) -> Vec<Result<T>>
    where
        I: IntoIterator,
        F: Future<Output = Result<T>> + Send,
        T: Send,
    {
        fan_out::for_each(items, fan_out::AT_ONCE, work).await
    }
}

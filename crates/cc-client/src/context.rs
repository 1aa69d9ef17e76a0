//! The context in which a command runs.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use cc_runtime::tasks::Instant;
use cc_runtime::{Answer, Call, CallOptions, Command, Error, Operation, OwnerId, Result};
use futures_util::future;

use crate::client::Client;
use crate::fan_out;
use crate::poll::Polling;
use crate::resolve::{Found, Ids, Mark, Owned, ResolvedIds, Resolver};

/// The context in which a command runs: the client, and the options of its call.
#[derive(Clone, Debug)]
pub struct Context {
    client: Client,
    options: CallOptions,
    deadline: Option<Instant>,
    /// Start of the command.
    started: Mark,
    /// The identity that it started with.
    identity: Arc<str>,
}

impl Context {
    /// A context whose calls share one deadline: that of the options.
    pub(crate) fn new(client: Client, options: CallOptions) -> Self {
        let deadline = client.transport().deadline(&options);
        let (started, identity) = (client.resolver().mark(), client.transport().identity());
        Self { client, options, deadline, started, identity }
    }

    /// The client that runs the command.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the resource-id resolver.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        self.client.resolver()
    }

    /// Returns the deadline of the command.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The options of the command's call.
    pub fn options(&self) -> &CallOptions {
        &self.options
    }

    /// Returns a context whose calls read no kept answer: for reads after a change, and for waiting.
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
    pub async fn send<C: Command<Context = Self>>(&self, command: C) -> Result<C::Output> {
        Box::pin(command.run(self)).await
    }

    /// Runs another command as a part of this one, as [`send`](Self::send) does; `None` if its thing is not there.
    ///
    /// # Errors
    /// Those of the command, except those with [`is_not_found`](Error::is_not_found).
    pub async fn send_optional<C: Command<Context = Self>>(&self, command: C) -> Result<Option<C::Output>> {
        cc_runtime::__private::found(self.send(command).await)
    }

    /// Returns the value of a change: the one in the answer or, if the answer is empty, the one that `read`
    /// returns. `read` is only polled then, and should bypass the response cache: see
    /// [`reloading`](Self::reloading).
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

    /// Returns the resource that a change created: the one in the answer or, if the answer is empty, the only
    /// one in `list` for which `is` holds. `what` names it in the error, with its article: `the add-on`.
    ///
    /// `list` is polled only where the answer is empty. It should bypass the response cache: see [`reloading`](Self::reloading).
    ///
    /// # Errors
    /// - [`ErrorKind::Undecodable`](cc_runtime::ErrorKind::Undecodable) where `is` holds for none of the list, or for several.
    /// - Those of `list`.
    ///
    /// For both, [`Error::may_be_done`] returns `true`: the change was made.
    pub async fn created<W: Send>(
        &self,
        answer: Answer<Option<W>>,
        what: &str,
        list: impl Future<Output = Result<Vec<W>>> + Send,
        is: impl Fn(&W) -> bool + Send,
    ) -> Result<W> {
        let missing = match answer.required(what) {
            Ok(answer) => return Ok(answer.into_inner()),
            Err(error) => error,
        };
        let mut found = list.await.map_err(Error::applied)?.into_iter().filter(is);
        let why = match (found.next(), found.next()) {
            (Some(found), None) => return Ok(found),
            (Some(_), Some(_)) => "the list read after it holds several that match",
            (None, _) => "the list read after it does not hold it",
        };
        let message = format!("the body is empty and lacks {what}, and {why}");
        Err(missing.with_message(message))
    }

    /// Calls an operation whose ids are resolved first.
    ///
    /// If the platform answers 403 or 404 to cached ids, they are looked up again, and if they changed, the
    /// operation is sent once more: this finds a resource that moved to another owner. A 404 with another
    /// meaning ([`OperationInfo::not_found`](cc_runtime::OperationInfo::not_found)) does not trigger a
    /// lookup. A command looks up an unknown id at most once, however many operations need it.
    ///
    /// # Errors
    /// [`ErrorKind::CannotResolveResource`](cc_runtime::ErrorKind::CannotResolveResource) if no resource with an id is visible
    /// to these credentials; those of the call.
    pub async fn resolved<O: Operation + 'static>(
        &self,
        ids: Ids<'_>,
        operation: impl Fn(&ResolvedIds) -> O + Send + Sync,
    ) -> Result<Answer<O::Output>> {
        let found = self.find(&ids).await?;
        let error = match self.call(operation(&found.ids)).await {
            Err(error) if may_have_moved::<O>(&found, &error) => error,
            done => return done,
        };
        match self.find_anew(&ids, &found).await {
            Some(ids) => self.call(operation(&ids)).await,
            None => Err(error),
        }
    }

    /// Calls two operations at the same time, whose ids are resolved first as for [`resolved`](Self::resolved), once for
    /// both. The second one reads a part that may be absent: a 404 that its operation
    /// [explains](cc_runtime::OperationInfo::not_found) is `None`. Where the resource moved to another owner, both are called
    /// there.
    ///
    /// # Errors
    /// Like [`resolved`](Self::resolved). If both fail, the error is that of the first operation.
    pub async fn resolved_with_part<O: Operation + 'static, P: Operation + 'static>(
        &self,
        ids: Ids<'_>,
        operation: impl Fn(&ResolvedIds) -> O + Send + Sync,
        part: impl Fn(&ResolvedIds) -> P + Send + Sync,
    ) -> Result<(Answer<O::Output>, Option<Answer<P::Output>>)> {
        let both = async |ids: &ResolvedIds| {
            let calls = future::join(self.call(operation(ids)), self.call(part(ids)));
            calls.await
        };
        let found = self.find(&ids).await?;
        let (mut whole, mut part) = both(&found.ids).await;
        let moved = whole.as_ref().err().is_some_and(|error| may_have_moved::<O>(&found, error));
        if moved && let Some(ids) = self.find_anew(&ids, &found).await {
            (whole, part) = both(&ids).await;
        }
        let whole = whole?;
        match part {
            Ok(part) => Ok((whole, Some(part))),
            Err(error) if P::INFO.not_found.is_some() && error.is_not_found() => Ok((whole, None)),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn find(&self, ids: &Ids<'_>) -> Result<Found> {
        self.resolver().find(ids, self.started).await
    }

    pub(crate) async fn find_anew(&self, ids: &Ids<'_>, refused: &Found) -> Option<ResolvedIds> {
        self.resolver().find_anew(ids, refused, self.started).await
    }

    /// Teaches the resolver that these belong to an owner, as an answer shows.
    #[allow(dead_code, reason = "the compiled domains decide whether it is used")]
    pub(crate) fn learn<'t, T: Owned + 't>(&self, owner: &OwnerId, things: impl IntoIterator<Item = &'t T>) {
        let lessons = things.into_iter().map(Owned::lesson);
        self.resolver().learn(&self.identity, owner, lessons);
    }

    /// Waits for something, looking at once and then `every` so often, for at most this long and no longer than the
    /// command may take: see [`Polling::run`].
    ///
    /// # Errors
    /// [`ErrorKind::DeadlineExceeded`](cc_runtime::ErrorKind::DeadlineExceeded) if the result does not appear
    /// in time; and the errors of `look`.
    pub async fn poll<T, F>(
        &self,
        every: Duration,
        at_most: Duration,
        look: impl FnMut() -> F + Send,
    ) -> Result<T>
    where
        T: Send,
        F: IntoFuture<Output = Result<Option<T>>, IntoFuture: Send>,
    {
        Polling::new(every, at_most).run(look).await
    }

    /// Does the same for each item, for [a few](fan_out::AT_ONCE) at once. The results are in the order of the items, and
    /// one that fails does not keep the others from coming.
    pub async fn for_each<I, T, F>(&self, items: I, work: impl FnMut(I::Item) -> F) -> Vec<Result<T>>
    where
        I: IntoIterator,
        F: IntoFuture<Output = Result<T>, IntoFuture: Send>,
        T: Send,
    {
        fan_out::for_each(items, fan_out::AT_ONCE, work).await
    }
}

/// Returns `true` if an error may mean that the resource belongs to another owner than was known before.
fn may_have_moved<O: Operation>(found: &Found, error: &Error) -> bool {
    found.from_before && (error.is_forbidden() || error.is_not_found() && O::INFO.not_found.is_none())
}

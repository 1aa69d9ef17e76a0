//! The client: who sends commands.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use cc_runtime::credentials::{Infer, Service};
use cc_runtime::input::IntoOption;
use cc_runtime::{
    Answer, CallOptions, Command, CommandCall, Endpoint, Error, ErrorKind, Operation, OperationInfo, Request,
    Result, Secret, Transport, TransportBuilder, tasks,
};

use crate::command::{Context, RedisCommand};
use crate::effect::Effect;
use crate::failure;
use crate::order::{Order, StandsStill};
use crate::scan::{Scan, Scanning};

/// Sends commands to databases through one proxy. Cheap to clone: clones share everything.
///
/// Commands that are sent at the same time travel at the same time, and each key sees them in the order in which they were
/// first polled: a command waits for those before it that touch a key of its own, when one of the two writes. The proxy
/// takes one command a request, so nothing is gained by waiting to put several in one.
///
/// For that order to hold, a write is sent again only if it certainly did not arrive: a slow or lost attempt of `SET a old`
/// could otherwise be applied after a later `SET a new`. A write without an answer is [`ErrorKind::Indeterminate`]. Without
/// [order](RedisHttpClientBuilder::ordered), a write that may be done twice is sent again.
#[derive(Debug, Clone)]
pub struct RedisHttpClient {
    transport: Transport,
    backend_url: Option<Secret>,
    /// `None` when their order does not matter.
    order: Option<Order>,
}

impl RedisHttpClient {
    /// A client of the database at this URL, which holds its password: `redis://:password@host:6379`, or `rediss://…`.
    ///
    /// # Errors
    /// What keeps a [transport from being built](TransportBuilder::build).
    pub fn new(backend_url: impl Into<Secret>) -> Result<Self> {
        Self::builder().backend_url(backend_url).build()
    }

    /// Starts to put one together.
    pub fn builder() -> RedisHttpClientBuilder {
        RedisHttpClientBuilder::default()
    }

    /// A call of this command, which is sent when it is awaited and takes options before.
    ///
    /// It fails with [`ErrorKind::InvalidInput`] if no database is named or the proxy does not support the
    /// command: then nothing is sent. [`ErrorKind::Refused`] is a refusal of the proxy or the database, whose
    /// code [`RedisCode`](crate::RedisCode) holds; [`ErrorKind::Indeterminate`] is a write that was sent
    /// without an answer, and that may or may not have been applied.
    #[track_caller]
    pub fn send<C: Command<Context = Context>>(&self, command: C) -> CommandCall<C::Output> {
        let client = self.clone();
        CommandCall::of(self.transport.clone(), command, |options| Context::new(client, options))
    }

    /// A stream of all that this command finds, which asks for one part after the other while it is read.
    pub fn scan<C: Scan>(&self, command: C) -> Scanning<C> {
        Scanning::new(self.clone(), command)
    }

    /// Returns the transport of the requests.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    pub(crate) async fn run<C: RedisCommand>(self, command: C, options: CallOptions) -> Result<C::Output>
    where
        C::Output: From<<C::Operation as Operation>::Output>,
    {
        // The URL of the database holds its password.
        self.transport.check_secrets_may_travel()?;
        let access = command.access()?;
        let backend_url = command.backend_url().or(self.backend_url.as_ref());
        let backend_url = backend_url.filter(|url| !url.is_empty()).cloned().ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput).with_message(
                "no database is named: set `backendUrl`, or create the client with the URL of one",
            )
        })?;
        let effect = access.effect;
        let Some(order) = self.order.clone() else {
            return self.execute(command, options, effect, backend_url).await;
        };
        // Other commands may have to wait for it: it continues even if it is not polled.
        tasks::alone(|work| async move {
            let turn = order.turn(backend_url.expose(), &access);
            let _hold = order.holders().hold(&work);
            if turn.waits() {
                let _wait = order.holders().wait(&work);
                let deadline = self.transport.deadline(&options);
                let turn = tasks::until(deadline, turn.comes()).await.ok_or_else(never_its_turn)?;
                turn.map_err(stands_still)?;
            }
            self.execute(command, options, effect, backend_url).await
        })
        .await
    }

    async fn execute<C: RedisCommand>(
        &self,
        command: C,
        options: CallOptions,
        effect: Effect,
        backend_url: Secret,
    ) -> Result<C::Output>
    where
        C::Output: From<<C::Operation as Operation>::Output>,
    {
        // In order, an attempt that got no answer may be applied after the commands behind this one.
        let repeats = effect == Effect::Read || effect.may_repeat() && self.order.is_none();
        let operation = Effective {
            operation: command.operation(backend_url.clone()),
            repeats,
            reads: effect == Effect::Read,
        };
        match self.transport.call(operation).options(options).await {
            Ok(answer) => Ok(answer.into_inner().into()),
            Err(error) => Err(failure::explain(error)),
        }
    }
}

#[cold]
fn never_its_turn() -> Error {
    Error::new(ErrorKind::TimedOut)
        .with_message("timed out waiting for earlier commands on the same key")
        .not_sent()
}

#[cold]
fn stands_still(_: StandsStill) -> Error {
    Error::new(ErrorKind::Unexpected)
        .with_message(
            "an earlier command on the same key stands still while this thread waits: wait within `spawn_blocking`",
        )
        .not_sent()
}

/// An operation whose retries, and whose changes, depend on its command, not on its route.
#[derive(Debug)]
struct Effective<O> {
    operation: O,
    repeats: bool,
    reads: bool,
}

impl<O: Operation> Operation for Effective<O> {
    const INFO: &'static OperationInfo = O::INFO;
    type Output = O::Output;

    fn request(&self) -> Result<Request> {
        let mut request = self.operation.request()?;
        let info = request.info;
        if (self.repeats, self.reads) != (info.idempotent, info.reads) {
            request.info = with_effect(info, self.repeats, self.reads);
        }
        Ok(request)
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<O::Output>> {
        O::decode(answer)
    }
}

/// Returns the operation as one that may be repeated after a lost answer or not, and that changes something or not.
fn with_effect(info: &'static OperationInfo, repeats: bool, reads: bool) -> &'static OperationInfo {
    type Known = BTreeMap<(&'static str, bool, bool), &'static OperationInfo>;
    // At most one entry for each operation of the proxy and each pair of values, so the leaked memory is bounded.
    static KNOWN: Mutex<Known> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry((info.id, repeats, reads)).or_insert_with(|| {
        let mut info = info.clone();
        (info.idempotent, info.reads) = (repeats, reads);
        Box::leak(Box::new(info))
    })
}

/// Puts a [`RedisHttpClient`] together.
///
/// ```
/// # use std::time::Duration;
/// # use cc_redis_http::RedisHttpClient;
/// # fn example() -> cc_redis_http::Result<()> {
/// let client = RedisHttpClient::builder()
///     .backend_url("rediss://:password@host:6379")
///     .configure(|transport| transport.timeout(Duration::from_secs(5)).concurrency(8))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use]
pub struct RedisHttpClientBuilder {
    transport: TransportBuilder,
    backend_url: Option<Secret>,
    ordered: bool,
}

impl Default for RedisHttpClientBuilder {
    fn default() -> Self {
        Self {
            transport: Transport::builder().endpoint(Endpoint::KV_PROXY),
            backend_url: None,
            ordered: true,
        }
    }
}

impl RedisHttpClientBuilder {
    /// Sets the base URL of the proxy that the environment names: `CC_KV_ENDPOINT`, else `CC_ENDPOINT`, else the platform
    /// ([`Infer::endpoint_of`]).
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if the environment names an endpoint by a variable that does not count.
    pub fn infer_endpoint(self, infer: &Infer) -> Result<Self> {
        Ok(self.endpoint(infer.endpoint_of(Service::Kv)?))
    }

    /// The database of commands that name none: a URL that holds its password. Default: none.
    pub fn backend_url<Kind>(mut self, backend_url: impl IntoOption<Secret, Kind>) -> Self {
        self.backend_url = backend_url.into_option();
        self
    }

    /// Sets whether concurrent commands on one key are applied in the order in which they were first polled,
    /// so that no write overtakes a later one. Without it, no command waits for another, and idempotent
    /// writes are retried: many concurrent commands on one key are faster, in any order. Default: `true`.
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    /// The base URL of the proxy, with or without a trailing slash. Default: [`Endpoint::KV_PROXY`].
    pub fn endpoint<Kind>(self, base_url: impl IntoOption<String, Kind>) -> Self {
        self.configure(|transport| transport.endpoint(base_url))
    }

    /// Sets anything else of the transport: `configure(|transport| transport.…)`.
    pub fn configure(mut self, change: impl FnOnce(TransportBuilder) -> TransportBuilder) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] if the base URL is invalid, and the other errors of [building a
    /// transport](TransportBuilder::build).
    pub fn build(self) -> Result<RedisHttpClient> {
        Ok(RedisHttpClient {
            transport: self
                .transport
                .sdk_product(concat!("cc-redis-http/", env!("CARGO_PKG_VERSION")))
                .build()?,
            backend_url: self.backend_url,
            order: self.ordered.then(Order::default),
        })
    }
}

//! A command that is one request to the proxy, and the context in which it runs.

use std::future::Future;

use cc_runtime::{CallOptions, Command, Operation, Result, Secret};

use crate::client::RedisHttpClient;
use crate::effect::Effect;

/// A command that is one request to the proxy. Its effect and its keys decide whether the request may be sent again, and
/// which commands wait for each other.
///
/// [`Context::execute`] runs it. A command of your own implements both traits:
///
/// ```
/// use cc_api_redis_http::{SendCommand, types::SendCommandBody};
/// use cc_redis_http::model::CommandReply;
/// use cc_redis_http::{Access, Command, Context, Effect, Keys, RedisCommand, Result, Secret};
///
/// /// Asks the server for its time.
/// struct GetTime;
///
/// impl Command for GetTime {
///     const NAME: &'static str = "GetTime";
///     type Output = CommandReply;
///     type Context = Context;
///
///     async fn run(self, cx: &Context) -> Result<CommandReply> {
///         cx.execute(self).await
///     }
/// }
///
/// impl RedisCommand for GetTime {
///     type Operation = SendCommand;
///
///     fn backend_url(&self) -> Option<&Secret> {
///         None
///     }
///
///     fn access(&self) -> Result<Access> {
///         Ok(Access::new(Effect::Read, Keys::Only(Vec::new())))
///     }
///
///     fn operation(self, backend_url: Secret) -> SendCommand {
///         SendCommand::new(SendCommandBody::new("TIME", backend_url))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of Redis",
    label = "expected a command of `cc_redis_http::commands`",
    note = "send a command of the platform with `cc_client::Client::send`",
    note = "a command of your own implements `Command` and `RedisCommand`"
)]
pub trait RedisCommand: Command<Context = Context> {
    /// The operation of the proxy.
    type Operation: Operation + 'static;

    /// The URL of its own database, in the place of the client's.
    fn backend_url(&self) -> Option<&Secret>;

    /// Returns the effect of the command, and the keys that it touches.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) if the proxy cannot run the command.
    fn access(&self) -> Result<Access>;

    /// Builds the request to this database.
    fn operation(self, backend_url: Secret) -> Self::Operation;
}

/// The logic of a command, which the generated implementation of [`Command`] runs.
pub(crate) trait Run: Command {
    /// Runs the command.
    ///
    /// # Errors
    /// Those of [`Context::execute`].
    fn run(self, cx: &Context) -> impl Future<Output = Result<Self::Output>> + Send;
}

impl<C: RedisCommand> Run for C
where
    C::Output: From<<C::Operation as Operation>::Output>,
{
    async fn run(self, cx: &Context) -> Result<C::Output> {
        cx.execute(self).await
    }
}

/// The context in which a command runs: the client, and the options of its call.
#[derive(Debug, Clone)]
pub struct Context {
    client: RedisHttpClient,
    options: CallOptions,
}

impl Context {
    pub(crate) fn new(client: RedisHttpClient, options: CallOptions) -> Self {
        Self { client, options }
    }

    /// The client that runs the command.
    #[must_use]
    pub fn client(&self) -> &RedisHttpClient {
        &self.client
    }

    /// Sends the request of a command, once it is its turn.
    ///
    /// # Errors
    /// Those of [`RedisHttpClient::send`].
    pub async fn execute<C: RedisCommand>(&self, command: C) -> Result<C::Output>
    where
        C::Output: From<<C::Operation as Operation>::Output>,
    {
        self.client.clone().run(command, self.options.clone()).await
    }
}

/// Effect of a command, and the keys it accesses: they decide about retries and about the order of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// Effect of a repetition.
    pub effect: Effect,
    /// Keys of the command.
    pub keys: Keys,
}

/// Keys of a database that a command accesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// These. None at all for what asks the server, such as `PING`.
    Only(Vec<String>),
    /// Any of them, or it is not known which.
    All,
}

impl Access {
    /// A command with this effect on these keys.
    #[must_use]
    pub fn new(effect: Effect, keys: Keys) -> Self {
        Self { effect, keys }
    }

    /// A command with this effect on one key.
    pub(crate) fn of(effect: Effect, key: &str) -> Result<Self> {
        Ok(Self { effect, keys: Keys::Only(vec![key.to_owned()]) })
    }
}

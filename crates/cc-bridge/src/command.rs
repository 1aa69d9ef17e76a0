//! The context in which a command of this client runs.

use std::future::Future;

use cc_runtime::tasks::Instant;
use cc_runtime::{Call, CallOptions, Command, Credentials, Error, ErrorKind, Operation, Result, Transport};

/// The logic of a command, which the generated implementation of [`Command`] runs.
pub(crate) trait Run: Command<Context = Context> {
    /// Runs the command.
    ///
    /// # Errors
    /// Those that the declaration of the command lists.
    fn run(self, cx: &Context) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The context in which a command runs: the transport, and the options of its call.
#[derive(Debug, Clone)]
pub struct Context {
    transport: Transport,
    options: CallOptions,
}

impl Context {
    pub(crate) fn new(transport: Transport, options: CallOptions) -> Self {
        Self { transport, options }
    }

    /// Returns the transport of the requests.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Returns the deadline of the command.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.transport.deadline(&self.options)
    }

    /// Returns a context with other credentials.
    pub(crate) fn with_credentials(&self, credentials: Credentials) -> Result<Self> {
        Ok(Self { transport: self.transport.with_credentials(credentials)?, options: self.options.clone() })
    }

    /// Returns a context with these options, where set.
    pub(crate) fn with_options(&self, options: CallOptions) -> Self {
        Self { transport: self.transport.clone(), options: options.or(&self.options) }
    }

    /// Runs another command as a part of this one, with the same options and the same deadline.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn send<C: Command<Context = Self>>(&self, command: C) -> Result<C::Output> {
        command.run(self).await
    }

    /// A call of one operation, with the options of the command.
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        self.transport.call(operation).options(self.options.clone())
    }

    /// Sends an operation that must be signed with OAuth 1.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when the client has no such credentials. Nothing is sent.
    pub fn signed<O: Operation>(&self, operation: O) -> Result<Call<O>> {
        match self.transport.credentials() {
            Credentials::None | Credentials::ApiToken(_) => Err(Error::new(ErrorKind::Credentials)
                .with_message(
                    "managing API tokens needs OAuth 1 credentials: none are set, or an API token is",
                )),
            _ => Ok(self.call(operation)),
        }
    }
}

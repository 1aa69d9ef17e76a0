//! The client: who sends commands.

use cc_core::{Credentials, Result, Transport, TransportBuilder};

use crate::command::{Command, CommandCall};
use crate::resolve::Resolver;

/// Sends commands with one identity to one endpoint. Cheap to clone: clones share everything.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    resolver: Resolver,
}

impl Client {
    /// A client over this transport, with everything else as it is by default.
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        ClientBuilder::default().build_with(transport)
    }

    /// Starts to put one together.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A call of this command, which is sent when it is awaited and takes options before.
    pub fn send<C: Command>(&self, command: C) -> CommandCall<C> {
        CommandCall::new(self.clone(), command)
    }

    /// What carries the requests: for the crates `cc-api-*`, and for operations of one's own.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Who owns what.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }
}

/// Puts a [`Client`] together.
#[derive(Debug, Default)]
pub struct ClientBuilder {
    transport: TransportBuilder,
}

impl ClientBuilder {
    /// Who asks. Default: nobody.
    #[must_use]
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.configure(|transport| transport.credentials(credentials))
    }

    /// The base URL, with or without a trailing slash. Default: the one that takes the credentials.
    #[must_use]
    pub fn endpoint(self, base_url: impl Into<String>) -> Self {
        self.configure(|transport| transport.endpoint(base_url))
    }

    /// Sets anything else of the transport: `configure(|transport| transport.…)`.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(TransportBuilder) -> TransportBuilder) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`](cc_core::ErrorKind::InvalidUrl) when the base URL is none.
    pub fn build(mut self) -> Result<Client> {
        let transport = std::mem::take(&mut self.transport).build()?;
        Ok(self.build_with(transport))
    }

    /// The client over a transport that is ready: what was said of credentials, endpoint and transport here is left aside.
    #[must_use]
    pub fn build_with(self, transport: Transport) -> Client {
        Client { resolver: Resolver::new(transport.clone()), transport }
    }
}

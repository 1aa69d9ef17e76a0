//! The client: who sends commands.

use std::sync::Arc;

use cc_runtime::credentials::{Infer, Service};
use cc_runtime::ensure::{CreationLock, Creations, Ensure, EnsureCall};
use cc_runtime::input::IntoOption;
use cc_runtime::{Command, CommandCall, Credentials, Endpoint, Result, Transport, TransportBuilder};

use crate::command::Context;
use crate::commands::{RotateApiToken, RotatedApiToken};

/// Manages the API tokens of one user. Cheap to clone: clones share everything.
#[derive(Debug, Clone)]
pub struct BridgeClient {
    transport: Transport,
    creations: Arc<Creations>,
}

impl BridgeClient {
    /// A client with these credentials: OAuth 1, or none where tokens are only created.
    ///
    /// # Errors
    /// What keeps a [transport from being built](TransportBuilder::build).
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder().credentials(credentials).build()
    }

    /// Creates a client with the credentials from the environment or the official CLI's configuration, for the endpoint of the bridge
    /// that the environment names: `CC_BRIDGE_ENDPOINT`, `CC_ENDPOINT` or `AUTH_BRIDGE_HOST`
    /// ([`Infer`](cc_runtime::credentials::Infer)).
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) if no user is signed in, and the errors of
    /// [`build`](BridgeClientBuilder::build).
    pub fn infer() -> Result<Self> {
        Self::builder().inferred(&Infer::new())?.build()
    }

    /// Starts to put one together.
    pub fn builder() -> BridgeClientBuilder {
        BridgeClientBuilder::default()
    }

    /// A call of this command, which is sent when it is awaited and takes options before.
    #[track_caller]
    pub fn send<C: Command<Context = Context>>(&self, command: C) -> CommandCall<C::Output> {
        let transport = self.transport.clone();
        CommandCall::of(self.transport.clone(), command, |options| Context::new(transport, options))
    }

    /// Creates a token only once: a call that looks for one with the same name first, and after a failure looks again before it
    /// tries again. See [`cc_runtime::ensure`] for what it promises.
    ///
    /// # Errors
    /// [`ErrorKind::Ambiguous`](cc_runtime::ErrorKind::Ambiguous) if several match; those of the command and of
    /// [`ListApiToken`](crate::commands::ListApiToken).
    #[track_caller]
    pub fn ensure<C: Ensure<Context = Context>>(&self, command: C) -> EnsureCall<C> {
        let transport = self.transport.clone();
        let context = move |options| Context::new(transport.clone(), options);
        EnsureCall::new(self.transport.clone(), self.creations.clone(), command, context)
    }

    /// Replaces a token: a new one is made and tried, and only then the old one is revoked. See [`RotateApiToken`].
    #[track_caller]
    pub fn rotate(&self, rotation: RotateApiToken) -> CommandCall<RotatedApiToken> {
        self.send(rotation)
    }

    /// Returns the transport of the requests.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }
}

/// Puts a [`BridgeClient`] together.
#[derive(Debug)]
#[must_use]
pub struct BridgeClientBuilder {
    transport: TransportBuilder,
    creation_lock: Option<Arc<dyn CreationLock>>,
}

impl Default for BridgeClientBuilder {
    fn default() -> Self {
        Self { transport: Transport::builder().endpoint(Endpoint::BRIDGE), creation_lock: None }
    }
}

impl BridgeClientBuilder {
    /// Sets the credentials. Default: none.
    pub fn credentials<Kind>(self, credentials: impl IntoOption<Credentials, Kind>) -> Self {
        self.configure(|transport| transport.credentials(credentials))
    }

    /// Sets the credentials that [`Infer`] finds, and the endpoint of the bridge that the environment names. If it names none, and the
    /// credentials are for another platform, as a profile with an `API_HOST` is, the endpoint is theirs.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) as [`Infer::find`] and [`Infer::endpoint_of`] say.
    pub fn inferred(self, infer: &Infer) -> Result<Self> {
        let found = infer.find()?;
        let endpoint = match infer.endpoint_of(Service::Bridge)? {
            // A profile of another platform: its credentials never go to this one.
            platform if platform == Endpoint::BRIDGE && !found.is_for_platform() => {
                found.endpoint().to_owned()
            }
            endpoint => endpoint,
        };
        Ok(self.credentials(found.credentials()).endpoint(endpoint))
    }

    /// The base URL of the bridge, with or without a trailing slash. Default: [`Endpoint::BRIDGE`].
    pub fn endpoint<Kind>(self, base_url: impl IntoOption<String, Kind>) -> Self {
        self.configure(|transport| transport.endpoint(base_url))
    }

    /// Sets the lock with which several processes never [create](BridgeClient::ensure) the same token at once. Default: none.
    pub fn creation_lock(mut self, lock: impl CreationLock) -> Self {
        self.creation_lock = Some(Arc::new(lock));
        self
    }

    /// Sets anything else of the transport: `configure(|transport| transport.…)`.
    pub fn configure(mut self, change: impl FnOnce(TransportBuilder) -> TransportBuilder) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`](cc_runtime::ErrorKind::InvalidUrl) if the base URL is invalid, and the other
    /// errors of [building a transport](TransportBuilder::build).
    pub fn build(self) -> Result<BridgeClient> {
        let creations = Arc::new(Creations::new(self.creation_lock));
        Ok(BridgeClient {
            transport: self
                .transport
                .sdk_product(concat!("cc-bridge/", env!("CARGO_PKG_VERSION")))
                .build()?,
            creations,
        })
    }
}

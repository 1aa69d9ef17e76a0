//! The client, which sends commands.

use std::sync::Arc;
use std::time::Duration;

use cc_runtime::credentials::Inferred;
use cc_runtime::ensure::{CreationLock, Creations, Ensure, EnsureCall};
use cc_runtime::input::IntoOption;
use cc_runtime::transport::SecretUrl;
use cc_runtime::transport::observe::Observer;
use cc_runtime::{Command, CommandCall, Credentials, Defaults, Result, Transport, TransportBuilder};

use crate::api::Api;
use crate::command::UrlCommand;
use crate::context::Context;
use crate::resolve::{Resolver, Store};

/// Sends commands with one identity to one endpoint. Cheap to clone: clones share everything.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
    resolver: Resolver,
    creations: Arc<Creations>,
    #[cfg(feature = "stream")]
    streams: Arc<crate::stream::ClientSettings>,
}

impl Client {
    /// A client over this transport, with everything else as it is by default.
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        ClientBuilder::default().build_with(transport)
    }

    /// Starts to put one together.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns a client with other credentials and the settings of this one: streams, id store, time for unknown ids, and
    /// everything of the transport ([`Transport::with_credentials`]). Connections are shared; ids and answers in memory are
    /// not, and in a store each identity has its own.
    ///
    /// The endpoint stays the same for all credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) if the credentials hold a character that no header may
    /// hold.
    pub fn with_credentials(&self, credentials: Credentials) -> Result<Self> {
        Ok(self.over(self.transport.with_credentials(credentials)?))
    }

    fn over(&self, transport: Transport) -> Self {
        let mut client = self.clone();
        client.resolver = self.resolver.over(transport.clone());
        client.transport = transport;
        client
    }

    /// Returns a client of another endpoint, with the credentials, the connections and the settings of this one. Ids and answers in
    /// memory are not shared.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`](cc_runtime::ErrorKind::InvalidUrl) if the base URL is invalid, and
    /// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) if the credentials would be sent over plain `http`.
    pub fn with_endpoint(&self, base_url: &str) -> Result<Self> {
        Ok(self.over(self.transport.with_endpoint(base_url)?))
    }

    /// Creates a client with the credentials from the environment or the official CLI's configuration:
    /// [`Credentials::infer`](Credentials::infer).
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) if no user is signed in, and the errors
    /// of [`build`](ClientBuilder::build).
    pub fn infer() -> Result<Self> {
        Self::builder().inferred(&Credentials::infer()?).build()
    }

    /// A call of this command, which is sent when it is awaited and takes options before.
    #[track_caller]
    pub fn send<C: Command<Context = Context>>(&self, command: C) -> CommandCall<C::Output> {
        let client = self.clone();
        CommandCall::of(self.transport.clone(), command, |options| Context::new(client, options))
    }

    /// Creates something only once: a call that looks first, creates it if there is none, and after a lost answer, a 503 or a
    /// kill in the middle looks again before it tries again. See [`cc_runtime::ensure`] for what it promises, and
    /// [`EnsureCall`] for its options.
    ///
    /// ```
    /// # use cc_client::Client;
    /// # use cc_client::commands::addon::CreateAddon;
    /// # async fn example(client: Client) -> cc_client::Result<()> {
    /// use cc_client::ensure::Ensured;
    ///
    /// match client.ensure(CreateAddon::new("orga_…", "postgresql-addon", "plan_…", "par", "orders")).await? {
    ///     Ensured::Created(addon) => println!("created {}", addon.id),
    ///     Ensured::Found(addon) | Ensured::Updated(addon) => println!("{}: {}", addon.id, addon.differences()),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - [`ErrorKind::Ambiguous`](cc_runtime::ErrorKind::Ambiguous) if several match; the message lists them.
    /// - [`ErrorKind::Indeterminate`](cc_runtime::ErrorKind::Indeterminate) if the time ends before the outcome of a creation is
    ///   known.
    /// - Those of the command.
    #[track_caller]
    pub fn ensure<C: Ensure<Context = Context>>(&self, command: C) -> EnsureCall<C> {
        let client = self.clone();
        let context = move |options| Context::new(client.clone(), options);
        EnsureCall::new(self.transport.clone(), self.creations.clone(), command, context)
    }

    /// A stream of this command, which takes settings before it is opened.
    #[cfg(feature = "stream")]
    pub fn stream<C: crate::stream::StreamCommand>(&self, command: C) -> crate::stream::StreamCall<C> {
        crate::stream::StreamCall::new(self.clone(), command)
    }

    /// Follows the logs of several applications as one stream, in the order of time. It takes options before it is opened.
    #[cfg(all(feature = "log", feature = "stream"))]
    pub fn tail<A: Into<cc_runtime::ApplicationId>>(
        &self,
        applications: impl IntoIterator<Item = A>,
    ) -> crate::commands::log::TailCall {
        crate::commands::log::TailCall::new(self.clone(), applications.into_iter().map(Into::into))
    }

    /// Returns the default settings of the client's streams. `heartbeat` is `None` unless the program set one: each stream then has that
    /// of its operation.
    #[cfg(feature = "stream")]
    #[must_use]
    pub fn stream_settings(&self) -> &cc_stream::Settings {
        self.streams.shared()
    }

    #[cfg(feature = "stream")]
    pub(crate) fn settings_of_streams(&self) -> &crate::stream::ClientSettings {
        &self.streams
    }

    /// Deploys an application and follows its log up to the verdict. The deadline counts from its first poll.
    #[cfg(all(feature = "deployment", feature = "stream"))]
    pub fn deploy_and_wait(
        &self,
        command: crate::commands::deployment::DeployAndWait,
    ) -> crate::commands::deployment::Deploying {
        crate::commands::deployment::Deploying::new(self.clone(), command)
    }

    /// Returns a URL to open in a browser. It carries the credentials: anyone who has it acts with the
    /// caller's rights. Nothing is sent, and no hook runs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) when the command cannot be made a URL,
    /// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) when no credentials could be obtained.
    pub async fn url<C: UrlCommand>(&self, command: C) -> Result<SecretUrl> {
        let named = |error: cc_runtime::Error| error.with_command(C::NAME);
        self.transport.url(&command.request().map_err(named)?).await.map_err(named)
    }

    /// Returns the requests of every domain, for operations without a command: with the same credentials,
    /// cache, retries and hooks.
    ///
    /// ```
    /// # async fn example(client: cc_client::Client) -> cc_client::Result<()> {
    /// use cc_client::api::dns::ListOwnerDnsRecords;
    ///
    /// let records = client.api().dns().list_owner_dns_records(ListOwnerDnsRecords::new("orga_…")).await?.into_inner();
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(self.clone())
    }

    /// Returns the transport of the requests, for operations without a command.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Returns the resource-id resolver.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }
}

/// Name of this crate in the `User-Agent`.
const PRODUCT: &str = concat!("cc-client/", env!("CARGO_PKG_VERSION"));

/// Puts a [`Client`] together.
///
/// ```
/// # use std::time::Duration;
/// # use cc_client::{Client, Credentials};
/// # fn example() -> cc_client::Result<()> {
/// let client = Client::builder()
///     .credentials(Credentials::api_token("…"))
///     .configure(|transport| transport.timeout(Duration::from_secs(20)).concurrency(8))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[cfg_attr(not(feature = "stream"), derive(Default))]
#[must_use]
pub struct ClientBuilder {
    transport: TransportBuilder,
    store: Option<Arc<dyn Store>>,
    creation_lock: Option<Arc<dyn CreationLock>>,
    defaults: Defaults,
    unknown_for: Option<Duration>,
    #[cfg(feature = "stream")]
    streams: crate::stream::ClientSettings,
}

#[cfg(feature = "stream")]
impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            transport: TransportBuilder::default(),
            store: None,
            creation_lock: None,
            defaults: Defaults::default(),
            unknown_for: None,
            streams: crate::stream::ClientSettings::new(),
        }
    }
}

impl ClientBuilder {
    /// Sets the credentials. Default: none.
    pub fn credentials<Kind>(self, credentials: impl IntoOption<Credentials, Kind>) -> Self {
        self.configure(|transport| transport.credentials(credentials))
    }

    /// Sets the credentials and the endpoint found by [`Infer`](cc_runtime::credentials::Infer).
    pub fn inferred(self, found: &Inferred) -> Self {
        self.credentials(found.credentials()).endpoint(found.endpoint())
    }

    /// Sets the base URL, with or without a trailing slash. Default: the one that accepts the credentials.
    pub fn endpoint<Kind>(self, base_url: impl IntoOption<String, Kind>) -> Self {
        self.configure(|transport| transport.endpoint(base_url))
    }

    /// Sets the defaults for calls, ids and streams, which apply to every setting that the program does not
    /// set, regardless of the order of calls. A program that names its defaults keeps its behaviour when the
    /// SDK is updated. Default: [`Defaults::default`].
    ///
    /// ```
    /// use cc_client::{Client, Defaults};
    ///
    /// let client = Client::builder().defaults(Defaults::v2026_12()).build()?;
    /// # Ok::<(), cc_client::Error>(())
    /// ```
    pub fn defaults(mut self, defaults: Defaults) -> Self {
        #[cfg(feature = "stream")]
        self.streams.follow(&self.defaults, &defaults);
        self.defaults = defaults.clone();
        self.configure(|transport| transport.defaults(defaults))
    }

    /// Sets the observer, which measures calls, attempts, cache look-ups, waits and streams
    /// ([`TransportBuilder::observer`]). Default: none.
    pub fn observer(self, observer: impl Observer) -> Self {
        self.configure(|transport| transport.observer(observer))
    }

    /// Sets the function that adds the context of a trace, such as the header `traceparent`, to each HTTP request, streams included
    /// ([`TransportBuilder::propagate`]). Default: none.
    pub fn propagate(
        self,
        inject: impl Fn(&tracing::Span, &mut http::HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.configure(|transport| transport.propagate(inject))
    }

    /// Adds a product, such as `my-tool/1.2`, to the `User-Agent`, before those that were added earlier and those of the SDK
    /// ([`TransportBuilder::user_agent`]). Default: the products of the SDK alone.
    pub fn user_agent<Kind>(self, product: impl IntoOption<String, Kind>) -> Self {
        self.configure(|transport| transport.user_agent(product))
    }

    /// Sets anything else of the transport: `configure(|transport| transport.…)`.
    pub fn configure(mut self, change: impl FnOnce(TransportBuilder) -> TransportBuilder) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// Sets the store for the index of ids, for later runs and other processes. Default: none, the index is
    /// in memory for this client and its clones.
    pub fn id_store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets the lock with which several processes never [create](Client::ensure) the same thing at once:
    /// `RedisStore` is one. Default: none, then a duplicate made by another process at the same moment is an error that names
    /// both.
    pub fn creation_lock(mut self, lock: impl CreationLock) -> Self {
        self.creation_lock = Some(Arc::new(lock));
        self
    }

    /// Sets the time for which an unknown id is remembered as unknown, so that further lookups cost no
    /// request. Zero: not at all. Default: one minute.
    pub fn unknown_ids_for(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.unknown_for = time.into();
        self
    }

    /// Changes how streams behave, unless a stream says otherwise: retries, heartbeat, proof of continuity. Default:
    /// [`settings_of`](crate::stream::settings_of) the defaults, and the heartbeat of each stream's operation
    /// ([`heartbeat_of`](crate::stream::heartbeat_of)). A limit and a place to go on from are of one stream: those set here are
    /// not kept.
    #[cfg(feature = "stream")]
    pub fn streams(mut self, change: impl FnOnce(&mut cc_stream::Settings)) -> Self {
        self.streams.change(change);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`](cc_runtime::ErrorKind::InvalidUrl) if the base URL is invalid, and the other
    /// errors of [building a transport](TransportBuilder::build).
    pub fn build(mut self) -> Result<Client> {
        let transport = std::mem::take(&mut self.transport).sdk_product(PRODUCT).build()?;
        Ok(self.build_with(transport))
    }

    /// Builds the client over an existing transport: the settings of credentials, endpoint and transport made
    /// here are ignored.
    #[must_use]
    pub fn build_with(self, transport: Transport) -> Client {
        Client {
            resolver: Resolver::new(
                transport.clone(),
                self.store,
                self.unknown_for.unwrap_or(self.defaults.unknown_ids_for),
            ),
            transport,
            creations: Arc::new(Creations::new(self.creation_lock)),
            #[cfg(feature = "stream")]
            streams: Arc::new(self.streams.complete(&self.defaults)),
        }
    }
}

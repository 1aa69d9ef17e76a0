//! The sandbox as its users hold it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::engine::auth::Credentials;
use crate::engine::body::{Body, ConnectionReset};
use crate::engine::clock::{Clock, Pace};
use crate::engine::faults::Faults;
use crate::engine::journal::Exchange;
use crate::engine::limits::Limits;
use crate::engine::server::{Protocol, Server};
use crate::engine::table::{Operation, Table};
use crate::engine::validate::Violation;
use crate::engine::{Engine, Settings};
use crate::identity::Members;
use crate::initial_world::initial_world;
use crate::record::Recording;
use crate::routes::Route;
use crate::samples::Samples;
use crate::service::SandboxService;
use crate::snapshot::Snapshot;
use crate::world::{Ids, Quota};

const ROUTES: &str = include_str!("generated/routes.json");

/// The route table, made from the spec.
static TABLE: LazyLock<Arc<Table>> = LazyLock::new(|| {
    Arc::new(serde_json::from_str(ROUTES).expect("the generator and `Table` agree, a test makes sure"))
});

/// The route table of the spec.
pub(crate) fn table() -> Arc<Table> {
    Arc::clone(&TABLE)
}

/// Fingerprint of the spec: the start of a hash of its route table.
pub(crate) fn fingerprint() -> String {
    let hash = Sha256::digest(ROUTES.as_bytes());
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// The platform in a process.
///
/// It holds a small world of its own (see [`Ids`]), answers every operation of the spec, and stops when it is dropped.
/// A strict one then panics if the spec was broken, so that the test that did it fails.
#[derive(Debug)]
pub struct Sandbox {
    pub(crate) engine: Arc<Engine>,
    server: Option<Server>,
    redis: Option<Server>,
    strict: bool,
}

/// Options of a sandbox. Created by [`Sandbox::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it starts a sandbox"]
pub struct Builder {
    seed: u64,
    address: SocketAddr,
    redis_port: Option<u16>,
    pace: Pace,
    start_time: Timestamp,
    credentials: Credentials,
    members: Members,
    delivers_anywhere: bool,
    strict: bool,
    tells: bool,
    lenient: bool,
    stateless: bool,
    limits: Limits,
    replay: Option<Recording>,
    quota: Quota,
    table: Option<Arc<Table>>,
}

impl Sandbox {
    /// Starts a strict sandbox on a free port of the loopback interface, with seed 0 and a clock that runs twenty
    /// times faster than real time.
    ///
    /// # Panics
    /// If no port of the loopback interface is available.
    pub async fn start() -> Self {
        Self::builder().start().await.expect("a free port on the loopback interface")
    }

    /// Creates a builder for a sandbox.
    pub fn builder() -> Builder {
        Builder {
            seed: 0,
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            redis_port: None,
            pace: Pace::Speed(20.0),
            start_time: Timestamp::constant(1_767_225_600, 0),
            credentials: Credentials::default(),
            members: Members::default(),
            delivers_anywhere: false,
            strict: true,
            tells: false,
            lenient: false,
            stateless: false,
            limits: Limits::default(),
            replay: None,
            quota: Quota::default(),
            table: None,
        }
    }

    /// Returns the base URL, such as `http://127.0.0.1:43121`, without a final slash. Without a socket,
    /// nothing listens at this URL.
    pub fn url(&self) -> String {
        match &self.server {
            Some(server) => format!("http://{}", server.address),
            None => "http://sandbox.invalid".to_owned(),
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn has_socket(&self) -> bool {
        self.server.is_some()
    }

    /// Returns the sandbox as a service of tower, which answers requests without a socket.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use cc_sandbox::Sandbox;
    /// use tower::ServiceExt;
    ///
    /// let sandbox = Sandbox::builder().in_memory();
    /// let request = http::Request::get("/v4/products/zones").body("").unwrap();
    /// let answer = sandbox.service().oneshot(request).await.unwrap();
    /// assert_eq!(answer.status(), 200);
    /// # }
    /// ```
    pub fn service(&self) -> SandboxService {
        SandboxService::new(Arc::clone(&self.engine))
    }

    /// Answers a request without a socket. A fault that cuts the connection is an error.
    ///
    /// # Errors
    /// [`ConnectionReset`] when a fault asks for it.
    pub async fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, ConnectionReset> {
        self.engine.serve(request).await
    }

    /// The credentials that are taken.
    pub fn credentials(&self) -> &Credentials {
        &self.engine.credentials
    }

    /// The API token that is taken, `sandbox-token` by default.
    pub fn api_token(&self) -> &str {
        &self.engine.credentials.api_token
    }

    /// The URL of a Redis of the sandbox, password included, as the HTTP proxy takes it in `backendUrl`. Each other host
    /// below `sandbox.example`, and each other number of a database, is another one with the same password. It holds its
    /// keys in memory, and knows the commands that people use most.
    ///
    /// Where a backend URL names any other host, the proxy connects to it.
    pub fn kv_url(&self) -> &'static str {
        crate::kv::URL
    }

    /// The URL of the same Redis on a socket of the sandbox, for any client of Redis, such as
    /// `redis://default:sandbox-kv-password@127.0.0.1:40001`. `None` without a socket.
    ///
    /// The password of a connection says which Redis it uses: the variables `REDIS_URL` and `REDIS_PASSWORD` of a Redis or Materia KV
    /// add-on lead to the one of that add-on, over the socket and over the HTTP proxy. Versions 2 and 3 of the protocol are
    /// understood, with transactions (`MULTI`), and without `WATCH`, publish and subscribe, scripts and TLS. Keys and values are
    /// UTF-8.
    pub fn redis_url(&self) -> Option<String> {
        let server = self.redis.as_ref().or(self.server.as_ref());
        server.map(|server| crate::kv::account::url_at(server.address))
    }

    /// Returns the ids of the resources in the initial world. They depend only on the seed.
    pub fn ids(&self) -> Ids {
        self.engine.world().ids.clone()
    }

    /// Returns the current sandbox time.
    pub fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    /// Moves the time ahead: deployments end, drains become enabled, tokens expire.
    pub fn advance(&self, by: Duration) {
        self.engine.clock.advance(by);
        drop(self.engine.world());
        self.engine.stage.activity.send_replace(());
    }

    /// Returns everything that the sandbox is at this moment, to go back to it, or to start another sandbox there.
    pub fn snapshot(&self) -> Snapshot {
        self.engine.snapshot()
    }

    /// Makes this sandbox what a snapshot says: its world, its time, its faults, the keys of its Redis and its counters of ids.
    /// Streams that are open end, and drains go on from their place in the snapshot. The main user keeps the credentials of this
    /// sandbox, and the clock its pace.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.engine.restore(snapshot);
    }

    /// The requests so far, `METHOD /path?query` one a line, for snapshots. If earlier ones were dropped ([`Limits::journal`]),
    /// the first line says how many.
    pub fn journal(&self) -> String {
        self.engine.journal.text()
    }

    /// Returns the number of requests that the journal dropped, because it keeps the latest ones only: [`Limits::journal`].
    pub fn dropped_exchanges(&self) -> u64 {
        self.engine.journal.dropped()
    }

    /// The requests so far, with headers and bodies. Serialised, for snapshots, they hide secrets.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.engine.exchanges()
    }

    /// Forgets the requests so far.
    pub fn clear_journal(&self) {
        self.engine.journal.clear();
    }

    /// Returns the faults, to add and remove them.
    pub fn faults(&self) -> &Faults {
        &self.engine.faults
    }

    /// Returns generated values that match the spec; ids among them are those of resources in the world.
    pub fn samples(&self) -> Samples {
        let ids = self.ids();
        let known = [
            ("OwnerId", ids.organisation),
            ("UserId", ids.user),
            ("ApplicationId", ids.application.clone()),
            ("ResourceId", ids.application),
            ("AnyAddonId", ids.addon.clone()),
            ("AddonId", ids.addon),
            ("RealAddonId", ids.real_addon),
            ("AddonProviderId", ids.provider),
            ("ConsumerKey", ids.consumer),
        ];
        Samples {
            table: self.engine.table.clone(),
            seed: 0,
            start: self.engine.clock.start(),
            known: known
                .into_iter()
                .flat_map(|(name, id)| {
                    [name.to_owned(), format!("shared.{name}")].map(|name| (name, id.clone().into()))
                })
                .collect(),
        }
    }

    /// Takes the violations of the spec so far, the first ones if there are many ([`Limits::violations`]), and with them the
    /// warnings of a [lenient](Builder::lenient) sandbox. A strict sandbox does not panic because of those that were taken.
    pub fn violations(&self) -> Vec<Violation> {
        self.engine.violations.take().kept
    }

    /// Lists the routes that it serves, by domain and operation, and says which of them keep state.
    #[must_use]
    pub fn routes(&self) -> Vec<Route> {
        let route = |operation: &Operation| Route {
            method: operation.method.clone(),
            path: operation.path.clone(),
            operation: operation.id.clone(),
            is_stateful: self.engine.keeps_state(operation),
        };
        self.engine.table.operations.iter().map(route).collect()
    }

    #[cfg(test)]
    pub(crate) fn table(&self) -> &Table {
        &self.engine.table
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.engine.repositories.close();
        if !self.strict || std::thread::panicking() {
            return;
        }
        let lines = self.engine.violations.take().without_warnings().lines();
        let lines: Vec<String> = lines.iter().map(|line| format!("\n- {line}")).collect();
        assert!(lines.is_empty(), "requests or answers broke the spec:{}", lines.concat());
    }
}

impl Builder {
    /// Seed of everything that looks random: ids, generated answers, faults with a probability. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Port on the loopback interface. Default: 0, any that is free.
    pub fn port(self, port: u16) -> Self {
        self.address((Ipv4Addr::LOCALHOST, port))
    }

    /// Address to serve on. Default: a free port on the loopback interface.
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Another port for the Redis of the sandbox, on the same address: see [`Sandbox::redis_url`]. 0 is any that is free. Default: the
    /// port of HTTP, which serves both, so that two sandboxes on one port give the same answers. It knows a client of Redis by the `*` that
    /// its commands begin with: commands that are typed by hand, such as `PING`, need another port.
    pub fn redis_port(mut self, port: u16) -> Self {
        self.redis_port = Some(port);
        self
    }

    /// Sets the passage of time. Default: twenty times faster than real time.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Sets the start of the sandbox, in sandbox time. Default: 2026-01-01, midnight UTC.
    pub fn start_time(mut self, time: Timestamp) -> Self {
        self.start_time = time;
        self
    }

    /// The credentials that are taken. Default: [`Credentials::default`].
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// Adds a user with a personal space and credentials of its own: see [`Identity`](crate::Identity).
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.members.users.push(name.into());
        self
    }

    /// Adds an organisation with these members and their roles, such as `[("alice", "ADMIN"), ("bob", "DEVELOPER")]`. Users that are
    /// not there yet are added; `sandbox` is the main user. `sandbox.ids().organisations` has its id.
    ///
    /// A role allows what it does on the platform: `ADMIN`, `MANAGER`, `DEVELOPER`, `ACCOUNTING` and `NONE` as the page
    /// [Refusals](https://github.com/CleverCloud/clevercloud-sdk-rust/blob/main/docs/refusals.md) says, any other reads and changes
    /// nothing. [`Sandbox::add_member`] adds a member later.
    pub fn organisation<N: Into<String>, R: Into<String>>(
        mut self,
        name: impl Into<String>,
        members: impl IntoIterator<Item = (N, R)>,
    ) -> Self {
        let members = members.into_iter().map(|(name, role)| (name.into(), role.into())).collect();
        self.members.organisations.push((name.into(), members));
        self
    }

    /// Sets whether drains deliver to any machine. Default: false, they deliver to this one only: `localhost` and addresses of the
    /// loopback interface. A drain to any other machine is shown as running, and delivers nothing.
    pub fn deliver_anywhere(mut self, anywhere: bool) -> Self {
        self.delivers_anywhere = anywhere;
        self
    }

    /// Sets whether dropping the sandbox panics if the spec was violated. Default: true.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets whether requests may hold more than the spec knows, as the platform takes them: properties of bodies, query parameters
    /// and bodies that the spec does not list. The sandbox leaves them out, keeps the rest, and records a violation that is a
    /// [warning](Violation::is_warning), for which a strict sandbox does not panic. Default: false, such a request is refused
    /// with 400. Of the program: true, unless it is started with `--strict`.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// Sets whether violations of the spec are also written to the standard error as they happen. Default:
    /// false.
    pub fn tell_violations(mut self, tell: bool) -> Self {
        self.tells = tell;
        self
    }

    /// Sets whether answers follow from the spec alone, regardless of earlier requests: each is a complete
    /// value of its schema, always the same. Only the index of ids stays that of the world. Default: false.
    pub fn stateless(mut self, stateless: bool) -> Self {
        self.stateless = stateless;
        self
    }

    /// Limits of bodies, of the journal, of connections and of their times. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Answers from a recording, in the place of the world: a request gets the answers that were recorded for its method, path, query
    /// and body, in their order, and then the last one again. Where the body is not recorded, one with the same fields and types is
    /// taken, as the texts of a recording are replaced. Any credentials are taken. Streams come at their recorded times, by the clock
    /// of the sandbox. A request that is not recorded is refused with 501. Default: none.
    ///
    /// Faults, the journal and the control under `/_sandbox` work as usual.
    pub fn replay(mut self, recording: Recording) -> Self {
        self.replay = Some(recording);
        self
    }

    /// Most resources of each owner. Default: [`Quota::default`], no limit. [`Sandbox::set_quota`] gives an owner another one.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quota = quota;
        self
    }

    /// Serves other routes than those of the spec.
    #[cfg(test)]
    pub(crate) fn table(mut self, table: Table) -> Self {
        self.table = Some(Arc::new(table));
        self
    }

    /// Starts the sandbox and its server, in tasks of the current `tokio` runtime.
    ///
    /// # Errors
    /// When the address, or the one of Redis, cannot be served on: it is taken, or not of this machine.
    pub async fn start(self) -> io::Result<Sandbox> {
        let (address, redis_port) = (self.address, self.redis_port);
        let mut sandbox = self.in_memory();
        let server = Server::start(Arc::clone(&sandbox.engine), address, Protocol::Http).await?;
        if let Some(port) = redis_port {
            // The same interface, also where the address was a name.
            let redis = SocketAddr::new(server.address.ip(), port);
            sandbox.redis = Some(Server::start(Arc::clone(&sandbox.engine), redis, Protocol::Redis).await?);
        }
        sandbox.server = Some(server);
        let redis = sandbox.redis.as_ref().or(sandbox.server.as_ref()).map(|server| server.address);
        sandbox.engine.world().serve_redis(redis);
        Ok(sandbox)
    }

    /// Builds a sandbox without a socket, for [`Sandbox::handle`]: it waits only for the time of `tokio`.
    #[must_use = "a sandbox ends when it is dropped"]
    pub fn in_memory(self) -> Sandbox {
        let table = self.table.unwrap_or_else(|| Arc::clone(&TABLE));
        let mut world = initial_world(self.seed, self.start_time);
        world.quota = self.quota;
        self.members.add_to(&mut world, self.credentials.clone());
        let clock = Clock::new(self.start_time, self.pace);
        let settings = Settings {
            credentials: self.credentials,
            tells: self.tells,
            lenient: self.lenient,
            stateless: self.stateless,
            delivers_anywhere: self.delivers_anywhere,
            limits: self.limits,
            replay: self.replay,
        };
        let engine = Arc::new(Engine::new(table, world, clock, settings));
        Sandbox { engine, server: None, redis: None, strict: self.strict }
    }
}

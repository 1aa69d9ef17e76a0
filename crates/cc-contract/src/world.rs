//! Everything that a case needs: a sandbox that it steers over HTTP, and the way in which its target waits.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use cc_bridge::BridgeClient;
use cc_client::resolve::Store;
use cc_client::runtime::tasks;
use cc_client::{Client, ClientBuilder, Credentials, RetryPolicy, Timestamp};
use cc_redis_http::RedisHttpClient;
use futures_util::{FutureExt, Stream, StreamExt};
use serde_json::{Value, json};

use crate::failure::Failure;

/// `Send` natively, where work may move between threads. A browser has one thread.
#[cfg(not(target_family = "wasm"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send> MaybeSend for T {}
/// `Send` natively, where work may move between threads. A browser has one thread.
#[cfg(target_family = "wasm")]
pub trait MaybeSend {}
#[cfg(target_family = "wasm")]
impl<T> MaybeSend for T {}

/// How a target waits for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waiting {
    /// Awaits it.
    Await,
    /// Blocks the thread that runs the case until it is done, as programs without async do.
    #[cfg(not(target_family = "wasm"))]
    Block,
}

/// A sandbox that was just started, and the way in which the target waits. Cheap to clone.
#[derive(Debug, Clone)]
pub struct World(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base_url: String,
    waiting: Waiting,
    stores: Vec<(&'static str, Arc<dyn Store>)>,
    /// A user's browser, or a plain HTTP client: it is no part of the SDK.
    agent: reqwest::Client,
    /// The answer of `GET /_sandbox`.
    about: Value,
}

impl World {
    /// Reads what a running sandbox says about itself. Each case needs a sandbox of its own, because faults and the journal
    /// belong to the whole sandbox.
    ///
    /// `stores` are the stores of ids that the target has, with their names.
    ///
    /// # Errors
    /// A [`Failure`] if no sandbox answers at this URL.
    pub async fn open(
        base_url: &str,
        waiting: Waiting,
        stores: Vec<(&'static str, Arc<dyn Store>)>,
    ) -> Result<Self, Failure> {
        let base_url = base_url.trim_end_matches('/').to_owned();
        let agent = reqwest::Client::new();
        let mut inner = Inner { base_url, waiting, stores, agent, about: Value::Null };
        let request = inner.agent.get(format!("{}/_sandbox", inner.base_url));
        let text = go(waiting, async move { request.send().await?.error_for_status()?.text().await }).await?;
        inner.about = serde_json::from_str(&text)?;
        Ok(Self(Arc::new(inner)))
    }

    /// Waits for a future in the way of the target. Every wait of a case goes through here.
    pub async fn go<F>(&self, work: F) -> F::Output
    where
        F: IntoFuture<IntoFuture: MaybeSend + 'static, Output: MaybeSend + 'static>,
    {
        go(self.0.waiting, work).await
    }

    /// Waits for the next item of a stream in the way of the target.
    pub async fn next<S>(&self, stream: &mut S) -> Option<S::Item>
    where
        S: Stream<Item: MaybeSend + 'static> + Unpin + MaybeSend + 'static,
    {
        match self.0.waiting {
            Waiting::Await => stream.next().await,
            #[cfg(not(target_family = "wasm"))]
            Waiting::Block => cc_client::blocking::IntoBlocking::blocking(stream).expect(BACKGROUND).next(),
        }
    }

    /// Waits for the next item, and fails if the stream ends.
    ///
    /// # Errors
    /// A [`Failure`] at the line of the caller if there is none.
    pub async fn item<S, T, E>(&self, stream: &mut S) -> Result<T, Failure>
    where
        S: Stream<Item = Result<T, E>> + Unpin + MaybeSend + 'static,
        Result<T, E>: MaybeSend + 'static,
        E: std::error::Error,
    {
        match self.next(stream).await {
            Some(item) => Ok(item?),
            None => Err(Failure::new("the stream ended")),
        }
    }

    /// Lets real time pass.
    pub async fn sleep(&self, time: Duration) {
        self.go(tasks::sleep(time)).await;
    }

    /// Runs a future until a time has passed, then drops it. `None`: it was dropped.
    pub async fn for_a_while<F>(&self, time: Duration, work: F) -> Option<F::Output>
    where
        F: IntoFuture<IntoFuture: MaybeSend + 'static, Output: MaybeSend + 'static>,
    {
        let work = work.into_future();
        self.go(async move {
            futures_util::select_biased! {
                done = Box::pin(work).fuse() => Some(done),
                () = Box::pin(tasks::sleep(time)).fuse() => None,
            }
        })
        .await
    }

    /// The base URL of the sandbox, without a final slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.base_url
    }

    /// The base URL of the same sandbox under another name of this machine, which is another origin.
    #[must_use]
    pub fn other_origin(&self) -> String {
        match self.0.base_url.contains("127.0.0.1") {
            true => self.0.base_url.replace("127.0.0.1", "localhost"),
            false => self.0.base_url.replace("localhost", "127.0.0.1"),
        }
    }

    /// The id of a resource of the sandbox's first world, such as `organisation`, `application` or `addon`.
    #[must_use]
    pub fn id(&self, name: &str) -> &str {
        self.0.about["ids"][name].as_str().unwrap_or_default()
    }

    /// One of the credentials that the sandbox takes, such as `apiToken`.
    #[must_use]
    pub fn secret(&self, name: &str) -> &str {
        self.0.about["credentials"][name].as_str().unwrap_or_default()
    }

    /// The URL of the sandbox's Redis, as its HTTP proxy takes it.
    #[must_use]
    pub fn kv_url(&self) -> &str {
        self.0.about["kvUrl"].as_str().unwrap_or_default()
    }

    /// The stores of ids of the target, with their names.
    #[must_use]
    pub fn stores(&self) -> &[(&'static str, Arc<dyn Store>)] {
        &self.0.stores
    }

    /// An API token of the sandbox.
    #[must_use]
    pub fn token(&self) -> Credentials {
        Credentials::api_token(self.secret("apiToken"))
    }

    /// OAuth 1 credentials of the sandbox.
    #[must_use]
    pub fn oauth(&self) -> Credentials {
        Credentials::oauth1(
            self.secret("consumerKey"),
            self.secret("consumerSecret"),
            self.secret("token"),
            self.secret("tokenSecret"),
        )
    }

    /// A builder of a client of the sandbox, with the API token. Its retries wait a few milliseconds.
    pub fn builder(&self) -> ClientBuilder {
        let millis = Duration::from_millis;
        let retry = RetryPolicy::default().backoff(millis(5), millis(50)).throttled_backoff(millis(5));
        Client::builder()
            .credentials(self.token())
            .endpoint(self.url())
            .configure(|transport| transport.retry(retry).timeout(Duration::from_secs(30)))
    }

    /// A client of the sandbox, with the API token.
    ///
    /// # Errors
    /// Those of building a client.
    pub fn client(&self) -> cc_client::Result<Client> {
        self.builder().build()
    }

    /// A client of the bridge of the sandbox.
    ///
    /// # Errors
    /// Those of building a client.
    pub fn bridge(&self) -> cc_client::Result<BridgeClient> {
        BridgeClient::builder().credentials(self.oauth()).endpoint(self.url()).build()
    }

    /// A client of the sandbox's Redis.
    ///
    /// # Errors
    /// Those of building a client.
    pub fn redis(&self) -> cc_client::Result<RedisHttpClient> {
        RedisHttpClient::builder().endpoint(self.url()).backend_url(self.kv_url()).build()
    }

    /// The present time of the sandbox, and so many seconds more.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn at(&self, seconds: i64) -> Result<Timestamp, Failure> {
        let about = self.about().await?;
        let now: Timestamp = about["now"].as_str().unwrap_or_default().parse()?;
        let then = Timestamp::from_millis(now.as_millis() + seconds * 1_000);
        then.ok_or_else(|| Failure::new("the time of the sandbox is too far away"))
    }

    /// The number of streams whose connections are open, as the sandbox sees it.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn open_streams(&self) -> Result<u64, Failure> {
        let open = self.about().await?["openStreams"].as_u64();
        open.ok_or_else(|| Failure::new("the sandbox does not tell how many streams are open"))
    }

    async fn about(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.steer("GET", "", None).await?)?)
    }

    /// Makes something go wrong: a fault as `POST /_sandbox/faults` takes it.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not take it.
    pub async fn fault(&self, fault: Value) -> Result<(), Failure> {
        self.steer("POST", "/faults", Some(fault)).await.map(drop)
    }

    /// Takes all faults away.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn no_faults(&self) -> Result<(), Failure> {
        self.steer("DELETE", "/faults", None).await.map(drop)
    }

    /// Moves the time of the sandbox ahead.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn advance(&self, seconds: u64) -> Result<(), Failure> {
        self.steer("POST", "/advance", Some(json!({ "seconds": seconds }))).await.map(drop)
    }

    /// Clears the journal of requests.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn forget_requests(&self) -> Result<(), Failure> {
        self.steer("DELETE", "/journal", None).await.map(drop)
    }

    /// The requests that the sandbox had for an operation of the spec, with headers, bodies and statuses.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn requests(&self, operation: &str) -> Result<Vec<Value>, Failure> {
        let all = self.exchanges().await?;
        Ok(all.into_iter().filter(|request| request["operation"] == operation).collect())
    }

    /// The statuses of the answers to an operation of the spec; `None` where the connection was cut.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn statuses(&self, operation: &str) -> Result<Vec<Option<u64>>, Failure> {
        let requests = self.requests(operation).await?;
        Ok(requests.iter().map(|request| request["status"].as_u64()).collect())
    }

    /// The number of requests that were sent to this base URL.
    ///
    /// # Errors
    /// A [`Failure`] if the sandbox does not answer.
    pub async fn requests_to(&self, base_url: &str) -> Result<usize, Failure> {
        let host = base_url.split("://").nth(1).unwrap_or_default();
        let all = self.exchanges().await?;
        Ok(all.iter().filter(|request| request["headers"]["host"] == host).count())
    }

    async fn exchanges(&self) -> Result<Vec<Value>, Failure> {
        Ok(serde_json::from_str(&self.steer("GET", "/exchanges", None).await?)?)
    }

    /// Sends a request to a control route of the sandbox.
    async fn steer(&self, method: &str, path: &str, body: Option<Value>) -> Result<String, Failure> {
        let request = self.0.agent.request(method.parse()?, format!("{}/_sandbox{path}", self.url()));
        let request = match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        };
        self.fetch(request).await.map(|(_, text)| text)
    }

    /// Opens a page as a user's browser does, with redirects, and returns the URL that it ends at, and the text there.
    ///
    /// # Errors
    /// A [`Failure`] if there is no answer, or if it is not a success.
    pub async fn visit(&self, url: &str) -> Result<(String, String), Failure> {
        self.fetch(self.0.agent.get(url)).await
    }

    /// Sends a form as a user's browser does, and returns the same as [`visit`](Self::visit).
    ///
    /// # Errors
    /// Like [`visit`](Self::visit).
    pub async fn submit(&self, url: &str, form: &'static str) -> Result<(String, String), Failure> {
        let request = self.0.agent.post(url).header("content-type", "application/x-www-form-urlencoded");
        self.fetch(request.body(form)).await
    }

    async fn fetch(&self, request: reqwest::RequestBuilder) -> Result<(String, String), Failure> {
        let told = self.go(async move {
            let answer = request.send().await?;
            let (status, url) = (answer.status(), answer.url().to_string());
            Ok::<_, reqwest::Error>((status, url, answer.text().await?))
        });
        let (status, url, text) = told.await?;
        match status.is_success() {
            true => Ok((url, text)),
            false => Err(Failure::new(format!("{url} answered {status}: {text}"))),
        }
    }
}

/// Why a wait that blocks does not fail.
#[cfg(not(target_family = "wasm"))]
const BACKGROUND: &str = "a machine that runs tests has room for one more thread";

async fn go<F>(waiting: Waiting, work: F) -> F::Output
where
    F: IntoFuture<IntoFuture: MaybeSend + 'static, Output: MaybeSend + 'static>,
{
    match waiting {
        Waiting::Await => work.await,
        #[cfg(not(target_family = "wasm"))]
        Waiting::Block => cc_client::blocking::block_on(work).expect(BACKGROUND),
    }
}

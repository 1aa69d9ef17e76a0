//! HTTP over `fetch`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use http::header::{CACHE_CONTROL, HeaderName, HeaderValue, USER_AGENT};
use http::{Request, Response, StatusCode};
use js_sys::{Array, Promise, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
    ResponseType,
};

#[wasm_bindgen]
extern "C" {
    // Not a method of `Window`: workers and Node.js have it, too.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn start(request: &web_sys::Request) -> Result<Promise, JsValue>;
}

/// Why there is no answer, or no more of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The browser does not take the request, with its reason. Nothing was sent.
    Request(String),
    /// The server answered with a redirect. A browser shows neither its status nor where it leads.
    Redirect,
    /// There is no answer, with the words of the browser, which does not say why: the network, TLS, the page's own
    /// `Content-Security-Policy`, or a server that does not allow the origin of the page (CORS).
    NoAnswer(String),
    /// There is no answer, with the reason, which Node.js gives and browsers keep from pages.
    Unreachable(String),
    /// The connection was lost while the body was read, with the words of the browser.
    Lost(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(reason) => write!(f, "the browser does not take the request: {reason}"),
            Self::Redirect => {
                f.write_str("the answer is a redirect, and a browser does not show where it leads")
            }
            Self::NoAnswer(reason) => write!(
                f,
                "no answer that the page may read (network, TLS, `connect-src` of the page's policy, or a server that does not allow the \
                 page's origin: see the console of the browser): {reason}"
            ),
            Self::Unreachable(reason) => write!(f, "no answer: {reason}"),
            Self::Lost(reason) => write!(f, "the connection was lost: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// Sends a request, whose URI is absolute. The future is done with the head of the answer. Dropping the future, or the body, aborts the
/// exchange.
///
/// No redirect is followed, the HTTP cache is left alone, and neither a `Referer` nor cookies are sent. The header
/// `User-Agent` is that of the browser, and so is `Cache-Control: no-cache`. A fragment of the URL is not sent.
///
/// # Errors
/// All of [`Error`] but [`Error::Lost`].
pub fn fetch(request: Request<Bytes>) -> Fetch {
    Fetch(SendWrapper::new(Box::pin(exchange(request))))
}

/// An answer that is on its way.
#[must_use = "nothing is sent unless it is awaited"]
pub struct Fetch(SendWrapper<Pin<Box<dyn Future<Output = Result<Response<Body>, Error>>>>>);

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch")
    }
}

impl Future for Fetch {
    type Output = Result<Response<Body>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

/// The bytes of an answer, as they come.
pub struct Body(Option<SendWrapper<Chunks>>);

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>>>>;

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(chunks) = &mut self.0 else { return Poll::Ready(None) };
        let chunk = std::task::ready!(chunks.as_mut().poll_next(cx));
        if !matches!(chunk, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(chunk)
    }
}

/// Aborts an exchange when it is dropped. After the end of the answer that does nothing.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn exchange(request: Request<Bytes>) -> Result<Response<Body>, Error> {
    let abort = Abort(AbortController::new().map_err(|reason| Error::Request(words(&reason)))?);
    let request = convert(&request, &abort).map_err(|reason| Error::Request(words(&reason)))?;
    let no_answer = |reason: JsValue| match cause(&reason) {
        Some(cause) => Error::Unreachable(cause),
        None => Error::NoAnswer(words(&reason)),
    };
    let answer = JsFuture::from(start(&request).map_err(no_answer)?).await.map_err(no_answer)?;
    let answer: web_sys::Response = answer.unchecked_into();
    if answer.type_() == ResponseType::Opaqueredirect {
        return Err(Error::Redirect);
    }
    let status =
        StatusCode::from_u16(answer.status()).map_err(|reason| Error::NoAnswer(reason.to_string()))?;
    let body = answer.body().map(|body| {
        let chunks = wasm_streams::ReadableStream::from_raw(body.unchecked_into()).into_stream();
        let chunks: Chunks = Box::pin(chunks.map(move |chunk| {
            let _until_the_end = &abort;
            match chunk {
                Ok(bytes) => Ok(Bytes::from(bytes.unchecked_into::<Uint8Array>().to_vec())),
                Err(reason) => Err(Error::Lost(words(&reason))),
            }
        }));
        SendWrapper::new(chunks)
    });
    let mut response = Response::new(Body(body));
    *response.status_mut() = status;
    for pair in answer.headers().entries().into_iter().flatten() {
        let pair: Array = pair.unchecked_into();
        let text = |index| pair.get(index).as_string().unwrap_or_default();
        let (name, value) = (HeaderName::try_from(text(0)), HeaderValue::from_bytes(&latin1_bytes(&text(1))));
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

fn convert(request: &Request<Bytes>, abort: &Abort) -> Result<web_sys::Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in request.headers() {
        // The browser sends both by itself. Of a header that the program sets, it would first ask a server of another origin whether it may.
        if name != USER_AGENT && !(name == CACHE_CONTROL && value == "no-cache") {
            headers.append(name.as_str(), &latin1_text(value.as_bytes()))?;
        }
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&abort.0.signal()));
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(&request.body()[..]));
    }
    web_sys::Request::new_with_str_and_init(&request.uri().to_string(), &init)
}

/// The text that `fetch` has for the bytes of a header: each byte is a character. Source: "isomorphic decode" of the Infra standard.
fn latin1_text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes of such a text. No other character comes from a browser.
fn latin1_bytes(text: &str) -> Vec<u8> {
    text.chars().filter_map(|character| u8::try_from(character).ok()).collect()
}

/// The cause that Node.js gives to the exception of `fetch`, such as `connect ECONNREFUSED 127.0.0.1:80`.
fn cause(reason: &JsValue) -> Option<String> {
    let cause = js_sys::Reflect::get(reason, &JsValue::from_str("cause")).ok()?;
    // Of several addresses that were tried, the cause has a code and an empty message.
    text(&cause, "message").or_else(|| text(&cause, "code"))
}

/// The words of an exception.
pub(crate) fn words(reason: &JsValue) -> String {
    let message = text(reason, "message").or_else(|| reason.as_string());
    message.unwrap_or_else(|| format!("{reason:?}"))
}

/// A property that is a text, unless it is empty.
fn text(value: &JsValue, name: &str) -> Option<String> {
    let text = js_sys::Reflect::get(value, &JsValue::from_str(name)).ok()?.as_string()?;
    // The words of OpenSSL end with a line break.
    let text = text.trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

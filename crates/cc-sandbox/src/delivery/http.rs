//! Delivery over HTTP.

use bytes::Bytes;
use http::Uri;
use http::header::{CONTENT_TYPE, HOST};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Maximum size of an answer that is read.
const ANSWER: usize = 1 << 20;

/// The server of a recipient.
#[derive(Debug, Clone)]
pub(super) struct Target {
    scheme: String,
    pub(super) host: String,
    port: Option<u16>,
    path: String,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Target {
    pub(super) fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let mut headers = Vec::new();
        if let Some((user, _)) = authority.as_str().rsplit_once('@') {
            use base64::Engine as _;
            let user = percent_encoding::percent_decode_str(user).decode_utf8_lossy();
            let basic = base64::engine::general_purpose::STANDARD.encode(user.as_bytes());
            headers.push(("authorization", format!("Basic {basic}")));
        }
        Some(Self {
            scheme: uri.scheme_str()?.to_owned(),
            host: authority.host().to_owned(),
            port: authority.port_u16(),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            headers,
        })
    }

    /// Path without its query.
    pub(super) fn path(&self) -> &str {
        self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path).trim_end_matches('/')
    }

    /// Host and port as `tokio` connects to them.
    pub(super) fn address(&self, port: u16) -> (String, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']').to_owned(), self.port.unwrap_or(port))
    }

    /// Authority for messages and for `Host`.
    pub(super) fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }
}

/// Sends one request.
pub(super) async fn post(target: &Target, suffix: &str, kind: &str, body: String) -> Result<Bytes, String> {
    let mut sender = connect(target).await?;
    send(&mut sender, target, suffix, kind, body).await
}

/// Sends one request for each body, over one connection.
pub(super) async fn post_each(target: &Target, kind: &str, bodies: Vec<String>) -> Result<(), String> {
    let mut sender = connect(target).await?;
    for body in bodies {
        if sender.is_closed() {
            sender = connect(target).await?;
        }
        send(&mut sender, target, "", kind, body).await?;
    }
    Ok(())
}

type Sender = SendRequest<Full<Bytes>>;

async fn connect(target: &Target) -> Result<Sender, String> {
    if target.scheme != "http" {
        return Err(format!("the sandbox delivers over http, not over {}", target.scheme));
    }
    let failed =
        |error: &dyn std::fmt::Display| format!("could not connect to {}: {error}", target.authority());
    let stream = TcpStream::connect(target.address(80)).await.map_err(|error| failed(&error))?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    // It ends with its sender.
    tokio::spawn(connection);
    Ok(sender)
}

async fn send(
    sender: &mut Sender,
    target: &Target,
    suffix: &str,
    kind: &str,
    body: String,
) -> Result<Bytes, String> {
    let (path, query) =
        target.path.split_once('?').map_or((target.path.as_str(), None), |(p, q)| (p, Some(q)));
    let path =
        if suffix.is_empty() { path.to_owned() } else { format!("{}{suffix}", path.trim_end_matches('/')) };
    let path = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let mut request = http::Request::post(path).header(HOST, target.authority()).header(CONTENT_TYPE, kind);
    for (name, value) in &target.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::from(body)).map_err(|error| format!("invalid request: {error}"))?;
    let lost = |error: &dyn std::fmt::Display| format!("{}: {error}", target.authority());
    sender.ready().await.map_err(|error| lost(&error))?;
    let answer = sender.send_request(request).await.map_err(|error| lost(&error))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER).collect().await.map_err(|error| lost(&error))?;
    if status.is_success() {
        Ok(body.to_bytes())
    } else {
        Err(format!("{} answered {status}", target.authority()))
    }
}

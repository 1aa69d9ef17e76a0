//! A server of files in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Files by their paths, such as `/index.html`.
#[derive(Debug, Clone, Default)]
pub struct Files {
    contents: BTreeMap<String, Bytes>,
    headers: HeaderMap,
}

impl Files {
    /// Reads the files of a folder, without those of folders in it.
    ///
    /// # Errors
    /// The folder or a file cannot be read.
    pub fn of_folder(folder: &Path) -> io::Result<Self> {
        let mut files = Self::default();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let path = format!("/{}", entry.file_name().to_string_lossy());
                files.contents.insert(path, std::fs::read(entry.path())?.into());
            }
        }
        Ok(files)
    }

    /// Adds a file, in the place of one with the same path.
    #[must_use]
    pub fn with(mut self, path: &str, content: impl Into<Bytes>) -> Self {
        self.contents.insert(path.to_owned(), content.into());
        self
    }

    /// Adds a header to each answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Replaces a text in a file.
    #[must_use]
    pub fn replace(mut self, path: &str, from: &str, to: &str) -> Self {
        if let Some(content) = self.contents.get_mut(path) {
            *content = String::from_utf8_lossy(content).replace(from, to).into();
        }
        self
    }

    fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        let path = if path == "/" { "/index.html" } else { path };
        let content = self.contents.get(path);
        let mut answer = Response::new(Full::new(content.cloned().unwrap_or_default()));
        if content.is_none() {
            *answer.status_mut() = StatusCode::NOT_FOUND;
        }
        let headers = answer.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media(path)));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        answer
    }
}

/// The media type of a file, by its name.
fn media(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        _ => "application/json",
    }
}

/// A server of files on the loopback interface. It stops when it is dropped.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    /// Closed when the server is dropped, which is what stops its tasks.
    _running: watch::Sender<()>,
}

impl Site {
    /// Serves files on a port, or on a free one for 0, in tasks of the current runtime.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(files: Files, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
            io::Error::new(error.kind(), format!("could not listen on port {port}: {error}"))
        })?;
        let address = listener.local_addr()?;
        let (running, mut stopped) = watch::channel(());
        tokio::spawn(async move {
            let files = Arc::new(files);
            loop {
                let accepted = tokio::select! {
                    _ = stopped.changed() => return,
                    accepted = listener.accept() => accepted,
                };
                // A connection that is gone before it is accepted is the affair of its browser.
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(serve(stream, Arc::clone(&files)));
                }
            }
        });
        Ok(Self { address, _running: running })
    }

    /// Returns the base URL, such as `http://127.0.0.1:43121`, without a final slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn serve(stream: TcpStream, files: Arc<Files>) {
    let service = service_fn(|request: http::Request<Incoming>| {
        let answer = files.answer(request.uri().path());
        async move { Ok::<_, Infallible>(answer) }
    });
    // A browser that leaves in the middle is no problem of the server.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}

//! Streamable HTTP on the loopback interface.

use std::io;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use crate::server::Server;

/// Serves clients over streamable HTTP, at every path, until the future is dropped.
///
/// A page in a browser cannot reach it: a request whose `Host` is not this machine, as after DNS rebinding, and a request with
/// an `Origin` are refused with 403. Any program on this machine can reach it: it has no authentication of its own.
///
/// # Errors
/// If the listener is not on the loopback interface.
pub async fn serve_http(server: Server, listener: TcpListener) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        let message = "the server has no authentication: use an address of this machine, such as 127.0.0.1";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let config = StreamableHttpServerConfig::default().enforce_origin_validation();
    let sessions = Arc::new(LocalSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            // A client that goes away ends its connection, and nothing else.
            let _ = connection.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

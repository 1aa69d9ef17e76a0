//! The bodies of answers: whole, in pieces, or broken off.

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

/// The body of an answer of the sandbox.
pub type Body = UnsyncBoxBody<Bytes, ConnectionReset>;

/// The sandbox cuts the connection, because a fault asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionReset;

impl fmt::Display for ConnectionReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection reset by the sandbox")
    }
}

impl std::error::Error for ConnectionReset {}

/// Reads a body, and stops when it is larger than `most` bytes: then the result is, too.
pub(crate) async fn read<B: http_body::Body>(body: B, most: usize) -> Result<Bytes, B::Error> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while bytes.len() <= most
        && let Some(frame) = body.frame().await
    {
        if let Ok(data) = frame?.into_data() {
            bytes.put(data);
        }
    }
    Ok(bytes.freeze())
}

/// A body that is there at once.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body that comes piece by piece.
pub(crate) fn streamed(pieces: impl Stream<Item = Result<Bytes, ConnectionReset>> + Send + 'static) -> Body {
    StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync()
}

/// The first half of a body, and then the connection is cut.
pub(crate) fn truncated(bytes: &Bytes) -> Body {
    let half = bytes.slice(..bytes.len() / 2);
    let cut = stream::once(async {
        // The first half is to be on its way before the connection ends.
        tokio::task::yield_now().await;
        Err(ConnectionReset)
    });
    streamed(stream::iter([Ok(half)]).chain(cut))
}

/// A body in eight pieces with a pause before each.
pub(crate) fn slow(bytes: &Bytes, pause: Duration) -> Body {
    let size = bytes.len().div_ceil(8).max(1);
    let pieces: Vec<Bytes> =
        (0..bytes.len()).step_by(size).map(|at| bytes.slice(at..bytes.len().min(at + size))).collect();
    streamed(stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok(piece)
    }))
}

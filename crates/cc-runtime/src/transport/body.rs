//! The body of an answer: whole, or as it comes.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use crate::error::{BoxError, Error, ErrorKind, Result};

/// The body of an answer: a stream of chunks, of which a whole body is one. It is also an [`http_body::Body`], for the
/// tower layers that work on those.
#[derive(Default)]
pub struct Body(Inner);

#[derive(Default)]
enum Inner {
    #[default]
    Empty,
    Whole(Bytes),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>),
}

impl Body {
    /// Creates an empty body.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A body that comes in chunks. An error that is not one of the SDK means that the connection was lost.
    pub fn from_stream<S, E>(chunks: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        let lost = |error: E| Error::from_foreign(error.into(), ErrorKind::Unreachable);
        Self::from_chunks(chunks.map(move |chunk| chunk.map_err(lost)))
    }

    /// The body of any HTTP service. Trailers are left out.
    pub(crate) fn from_http<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        if let Some(own) = (&mut body as &mut dyn std::any::Any).downcast_mut::<Option<Self>>() {
            return own.take().unwrap_or_default();
        }
        let mut body = Box::pin(body);
        Self::from_stream(futures_util::stream::poll_fn(move |cx| {
            loop {
                let Some(body) = body.as_mut().as_pin_mut() else { return Poll::Ready(None) };
                match ready!(body.poll_frame(cx)) {
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(chunk) => return Poll::Ready(Some(Ok::<_, BoxError>(chunk))),
                        Err(_) => continue,
                    },
                    Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                    None => return Poll::Ready(None),
                }
            }
        }))
    }

    pub(crate) fn from_chunks(chunks: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self(Inner::Stream(Box::pin(chunks)))
    }

    /// Returns the body if it was read as a whole and not taken yet.
    pub(crate) fn whole(&self) -> Option<&Bytes> {
        static EMPTY: Bytes = Bytes::new();
        match &self.0 {
            Inner::Empty => Some(&EMPTY),
            Inner::Whole(body) => Some(body),
            Inner::Stream(_) => None,
        }
    }

    /// Returns the body that an attempt has read. Outside of attempts, all bodies are read, except those of
    /// open streams.
    pub(crate) fn into_whole(self) -> Bytes {
        match self.0 {
            Inner::Whole(body) => body,
            Inner::Empty | Inner::Stream(_) => Bytes::new(),
        }
    }

    /// Reads the whole body, if it has no more than `limit` bytes. A larger one is given up as soon as that shows.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] for a larger body, and the error that interrupted the rest.
    pub async fn read_within(mut self, limit: usize) -> Result<Bytes> {
        let first = match self.next().await {
            None => return Ok(Bytes::new()),
            Some(chunk) => chunk?,
        };
        let mut length = first.len();
        let mut body: Option<BytesMut> = None;
        while length <= limit {
            let Some(chunk) = self.next().await else {
                return Ok(body.map_or(first, BytesMut::freeze));
            };
            let chunk = chunk?;
            length = length.saturating_add(chunk.len());
            if length <= limit {
                body.get_or_insert_with(|| BytesMut::from(&first[..])).extend_from_slice(&chunk);
            }
        }
        Err(too_large(limit))
    }

    /// Reads the whole body, or up to the chunk that reaches `limit` bytes: later bytes are not read.
    ///
    /// # Errors
    /// What kept the rest from coming.
    pub async fn read(mut self, limit: Option<usize>) -> Result<Bytes> {
        let first = match self.next().await {
            None => return Ok(Bytes::new()),
            Some(chunk) => chunk?,
        };
        let limit = limit.unwrap_or(usize::MAX);
        let Some(second) = (if first.len() < limit { self.next().await } else { None }) else {
            return Ok(first);
        };
        let mut body = BytesMut::from(first);
        body.extend_from_slice(&second?);
        while body.len() < limit {
            match self.next().await {
                Some(chunk) => body.extend_from_slice(&chunk?),
                None => break,
            }
        }
        Ok(body.freeze())
    }
}

/// The error of a body that is larger than allowed.
#[cold]
pub(crate) fn too_large(limit: usize) -> Error {
    Error::new(ErrorKind::TooLarge).with_message(format!("the body has more than {limit} bytes"))
}

impl From<Bytes> for Body {
    fn from(body: Bytes) -> Self {
        if body.is_empty() { Self::empty() } else { Self(Inner::Whole(body)) }
    }
}

impl From<String> for Body {
    fn from(body: String) -> Self {
        Bytes::from(body).into()
    }
}

impl From<&'static str> for Body {
    fn from(body: &'static str) -> Self {
        Bytes::from(body).into()
    }
}

impl Stream for Body {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Inner::Stream(chunks) => {
                let chunk = ready!(chunks.as_mut().poll_next(cx));
                if matches!(chunk, None | Some(Err(_))) {
                    self.0 = Inner::Empty;
                }
                Poll::Ready(chunk)
            }
            whole => match std::mem::take(whole) {
                Inner::Whole(body) => Poll::Ready(Some(Ok(body))),
                _ => Poll::Ready(None),
            },
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Error>>> {
        self.poll_next(cx).map_ok(http_body::Frame::data)
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Inner::Empty)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match &self.0 {
            Inner::Empty => http_body::SizeHint::with_exact(0),
            Inner::Whole(body) => http_body::SizeHint::with_exact(body.len() as u64),
            Inner::Stream(_) => http_body::SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    /// Shows none of its bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Empty => f.write_str("Body(empty)"),
            Inner::Whole(body) => write!(f, "Body({} bytes)", body.len()),
            Inner::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunks(texts: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(
            texts.iter().map(|text| Ok::<_, Error>(Bytes::from_static(text.as_bytes()))),
        ))
    }

    #[tokio::test]
    async fn a_body_is_read_whole_however_it_is_cut() {
        for texts in [&["abc"][..], &["a", "bc"], &["", "a", "b", "c"]] {
            assert_eq!(chunks(texts).read(None).await.unwrap(), "abc");
        }
        assert_eq!(chunks(&[]).read(None).await.unwrap(), "");
        assert_eq!(Body::from("abc").read(None).await.unwrap(), "abc");
    }

    #[tokio::test]
    async fn a_limited_read_stops_at_the_chunk_that_reaches_the_limit() {
        let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, Error>(Bytes::from_static(b"abcd"))));
        assert_eq!(endless.read(Some(10)).await.unwrap().len(), 12);
        assert_eq!(Body::from("abcd").read(Some(2)).await.unwrap().len(), 4);
    }

    #[tokio::test]
    async fn a_body_is_read_within_its_limit_or_not_at_all() {
        for texts in [&["abc"][..], &["a", "bc"], &["", "a", "b", "c", ""]] {
            assert_eq!(chunks(texts).read_within(3).await.unwrap(), "abc");
            let error = chunks(texts).read_within(2).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge);
            assert!(
                error.to_string().contains("2 bytes") && error.to_string().contains("body limit"),
                "{error}"
            );
        }
        assert_eq!(chunks(&[]).read_within(0).await.unwrap(), "");
        assert_eq!(Body::from("abc").read_within(2).await.unwrap_err().kind(), ErrorKind::TooLarge);
        let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, Error>(Bytes::from_static(b"abcd"))));
        assert_eq!(endless.read_within(1_000).await.unwrap_err().kind(), ErrorKind::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error_and_then_ends() {
        let broken = || {
            Body::from_stream(stream::iter([
                Ok(Bytes::from_static(b"a")),
                Err(Error::new(ErrorKind::Unreachable)),
            ]))
        };
        assert_eq!(broken().read(None).await.unwrap_err().kind(), ErrorKind::Unreachable);
        let mut body = broken();
        assert!(body.next().await.unwrap().is_ok() && body.next().await.unwrap().is_err());
        assert!(body.next().await.is_none());
    }
}

//! Format of a stream: the names of its events, and how their data is parsed.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::decoder::Event;
use crate::error::BoxError;

type Parse<T> = dyn Fn(&Event<'_>) -> Result<Option<T>, BoxError> + Send + Sync;
type Mark<T> = dyn Fn(&T) -> Option<i64> + Send + Sync;
type Reason = dyn Fn(&Event<'_>) -> Result<Option<String>, BoxError> + Send + Sync;

/// Format of a stream: the names of its events, and how their data is parsed.
///
/// ```
/// use cc_stream::Format;
///
/// #[derive(serde::Deserialize)]
/// struct Line { message: String }
///
/// let logs = Format::<Line>::json()
///     .accept(["LOG"])
///     .heartbeat("ping")
///     .end("done", |event| Some(event.data.to_string()));
/// ```
pub struct Format<T> {
    parse: Arc<Parse<T>>,
    accepted: Option<Vec<Arc<str>>>,
    error: Option<String>,
    heartbeat: Option<String>,
    end: Option<(String, Arc<Reason>)>,
    mark: Option<Arc<Mark<T>>>,
}

/// Role of an event, by its name.
pub(crate) enum Role {
    Item(Arc<str>),
    Heartbeat,
    End,
    /// The server reports an error.
    Error,
    /// Not accepted.
    Other,
}

impl<T> Format<T> {
    /// Creates a format whose events are read by a function. `Ok(None)` skips an event; an error is reported,
    /// and the stream continues.
    pub fn new(parse: impl Fn(&Event<'_>) -> Result<Option<T>, BoxError> + Send + Sync + 'static) -> Self {
        Self { parse: Arc::new(parse), accepted: None, error: None, heartbeat: None, end: None, mark: None }
    }

    /// Events whose data is JSON. An event whose data is empty is skipped.
    pub fn json() -> Self
    where
        T: DeserializeOwned,
    {
        Self::new(|event| {
            if is_blank(&event.data) {
                return Ok(None);
            }
            Ok(Some(serde_json::from_str(&event.data)?))
        })
    }

    /// Maps the items with a function. A [mark](Self::mark) is set after it.
    #[must_use]
    pub fn map<U>(self, change: impl Fn(T) -> U + Send + Sync + 'static) -> Format<U>
    where
        T: 'static,
    {
        let parse = self.parse;
        Format {
            parse: Arc::new(move |event| Ok(parse(event)?.map(&change))),
            accepted: self.accepted,
            error: self.error,
            heartbeat: self.heartbeat,
            end: self.end,
            mark: None,
        }
    }

    /// Only events with these names are items. One named `error` is reported as an error of the server
    /// ([`error`](Self::error)); the others are skipped, counted
    /// ([`StreamHandle::others`](crate::StreamHandle::others)) and passed to
    /// [`EventStream::on_other`](crate::EventStream::on_other). By default, every event is an item.
    #[must_use]
    pub fn accept<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.accepted = Some(names.into_iter().map(|name| name.as_ref().into()).collect());
        self
    }

    /// The event of this name reports an error of the server: it is given as
    /// [`ErrorKind::ErrorEvent`](crate::ErrorKind::ErrorEvent), and the stream goes on or ends as
    /// [`Settings::error_events`](crate::Settings::error_events) says. Default: `error`, unless events of that name are items.
    #[must_use]
    pub fn error(mut self, name: impl Into<String>) -> Self {
        self.error = Some(name.into());
        self
    }

    /// The event of this name says that the server is alive, and nothing more: it is swallowed, its id too.
    #[must_use]
    pub fn heartbeat(mut self, name: impl Into<String>) -> Self {
        self.heartbeat = Some(name.into());
        self
    }

    /// The event of this name ends the stream; `reason` reads why.
    #[must_use]
    pub fn end(
        self,
        name: impl Into<String>,
        reason: impl Fn(&Event<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.try_end(name, move |event| Ok(reason(event)))
    }

    /// The event of this name ends the stream; `reason` reads why, and may fail. The stream then gives the error as
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload), and ends without a reason.
    #[must_use]
    pub fn try_end(
        mut self,
        name: impl Into<String>,
        reason: impl Fn(&Event<'_>) -> Result<Option<String>, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.end = Some((name.into(), Arc::new(reason)));
        self
    }

    /// Sets the function that reads the mark of an item: a number, such as its date, from which the server can resume if it
    /// cannot resume from an id.
    ///
    /// This is the case if the server refused the id, if ids repeat, or if only one event was received. Each attempt knows the
    /// mark of the last item: [`Attempt::mark`](crate::Attempt::mark). The server then sends the items with this mark again,
    /// and the stream removes them.
    #[must_use]
    pub fn mark(mut self, mark: impl Fn(&T) -> Option<i64> + Send + Sync + 'static) -> Self {
        self.mark = Some(Arc::new(mark));
        self
    }

    /// Role of an event with this name. `last`: the name of the previous item, which most events share.
    #[inline]
    pub(crate) fn role(&self, name: &str, last: Option<&Arc<str>>) -> Role {
        if self.heartbeat.as_deref() == Some(name) {
            return Role::Heartbeat;
        }
        if self.end.as_ref().is_some_and(|(end, _)| end == name) {
            return Role::End;
        }
        if self.error.as_deref() == Some(name) {
            return Role::Error;
        }
        match (last, &self.accepted) {
            (Some(last), _) if **last == *name => Role::Item(Arc::clone(last)),
            (_, Some(accepted)) => match accepted.iter().find(|accepted| ***accepted == *name) {
                Some(accepted) => Role::Item(Arc::clone(accepted)),
                None if self.error.is_none() && name == "error" => Role::Error,
                None => Role::Other,
            },
            (_, None) => Role::Item(name.into()),
        }
    }

    /// Reason of the end, from the last event of the stream.
    pub(crate) fn reason(&self, event: &Event<'_>) -> Result<Option<String>, BoxError> {
        self.end.as_ref().map_or(Ok(None), |(_, reason)| reason(event))
    }

    #[inline]
    pub(crate) fn mark_of(&self, item: &T) -> Option<i64> {
        self.mark.as_ref().and_then(|mark| mark(item))
    }

    /// Reads the data of an event: `None` if it is skipped.
    ///
    /// # Errors
    /// Error type of the parsing function.
    #[inline]
    pub fn read(&self, event: &Event<'_>) -> Result<Option<T>, BoxError> {
        (self.parse)(event)
    }
}

/// Returns `true` if there is nothing to read as JSON.
fn is_blank(data: &str) -> bool {
    data.bytes().all(|byte| byte.is_ascii_whitespace())
}

impl Format<String> {
    /// Events whose data is kept as it is.
    pub fn text() -> Self {
        Self::new(|event| Ok(Some(event.data.to_string())))
    }
}

impl<T> Clone for Format<T> {
    fn clone(&self) -> Self {
        Self {
            parse: Arc::clone(&self.parse),
            accepted: self.accepted.clone(),
            error: self.error.clone(),
            heartbeat: self.heartbeat.clone(),
            end: self.end.clone(),
            mark: self.mark.clone(),
        }
    }
}

impl<T> fmt::Debug for Format<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Format")
            .field("accepted", &self.accepted)
            .field("heartbeat", &self.heartbeat)
            .field("end", &self.end.as_ref().map(|(name, _)| name))
            .finish_non_exhaustive()
    }
}

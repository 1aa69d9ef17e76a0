//! Tells the observer of the client, and the span of a stream, what the stream gives.

use cc_runtime::Error;
use cc_runtime::transport::observe::{
    ObserverHandle, StreamChange, StreamChangeKind, error_type, record_error,
};
use cc_stream::{Observed, StreamError};
use tracing::Span;

use super::origin;

/// A stream under observation. Dropping it closes the stream, if nothing else did.
pub(super) struct StreamWatch {
    name: &'static str,
    observer: Option<ObserverHandle>,
    span: Span,
    opened: bool,
    closed: bool,
}

impl StreamWatch {
    /// `None` if neither a subscriber nor an observer is interested.
    pub(super) fn new(name: &'static str, observer: Option<ObserverHandle>, span: Span) -> Option<Self> {
        (observer.is_some() || !span.is_disabled()).then(|| Self {
            name,
            observer,
            span,
            opened: false,
            closed: false,
        })
    }

    pub(super) fn tell(&mut self, observed: Observed<'_>) {
        match observed {
            Observed::Open(_) if std::mem::replace(&mut self.opened, true) => {
                self.change(StreamChangeKind::Reconnected);
            }
            Observed::Open(_) => self.change(StreamChangeKind::Opened),
            Observed::Item | Observed::Fault(_) => self.change(StreamChangeKind::Event),
            Observed::Retry(retrying) => self.change(StreamChangeKind::Retrying { delay: retrying.delay }),
            Observed::Gap(_) => self.change(StreamChangeKind::Gap),
            Observed::Failed(error) => self.failed(error),
            Observed::End(_) => self.close(None),
            _ => {}
        }
    }

    fn failed(&mut self, error: &StreamError) {
        let (kind, own, _) = origin(error);
        let error = own.cloned().unwrap_or_else(|| Error::new(kind));
        record_error(&self.span, &error);
        self.close(Some(&error_type(&error)));
    }

    /// The end of a stream follows its error.
    fn close(&mut self, error_type: Option<&str>) {
        if !std::mem::replace(&mut self.closed, true) {
            self.change(StreamChangeKind::Closed { error_type });
            self.span = Span::none();
        }
    }

    fn change(&self, kind: StreamChangeKind<'_>) {
        if let Some(observer) = &self.observer {
            observer.stream(&StreamChange::new(self.name, kind));
        }
    }
}

impl Drop for StreamWatch {
    fn drop(&mut self) {
        self.close(None);
    }
}

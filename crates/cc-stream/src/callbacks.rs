//! Functions a program wants called, beside or instead of reading the stream.

use crate::driver::Told;
use crate::error::StreamError;
use crate::event::{EndReason, Gap, Item, Opened, Retrying, StreamEvent};

/// What a stream gives its consumer, without the data, for functions that measure it
/// ([`EventStream::observe`](crate::EventStream::observe)).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Observed<'a> {
    /// A connection is open.
    Open(&'a Opened),
    /// An event of the server was read.
    Item,
    /// An event of the server could not be read. The stream goes on.
    Fault(&'a StreamError),
    /// A connection failed, and is tried again after a delay.
    Retry(&'a Retrying),
    /// Events may be missing.
    Gap(&'a Gap),
    /// An error ends the stream.
    Failed(&'a StreamError),
    /// The stream is over.
    End(&'a EndReason),
}

pub(crate) type Observer = Box<dyn FnMut(Observed<'_>) + Send>;
pub(crate) type Callback<A> = Option<Box<dyn FnMut(&A) + Send>>;

pub(crate) struct Callbacks<T> {
    pub(crate) open: Callback<Opened>,
    pub(crate) item: Callback<Item<T>>,
    pub(crate) error: Callback<StreamError>,
    pub(crate) gap: Callback<Gap>,
    pub(crate) observers: Vec<Observer>,
}

impl<T> Default for Callbacks<T> {
    fn default() -> Self {
        Self { open: None, item: None, error: None, gap: None, observers: Vec::new() }
    }
}

impl<T> Callbacks<T> {
    #[inline]
    pub(crate) fn tell(&mut self, told: &Told<T>) {
        if !self.observers.is_empty() {
            self.observe(told);
        }
        match told {
            Ok(StreamEvent::Item(item)) => call(&mut self.item, item),
            Ok(StreamEvent::Open(opened)) => call(&mut self.open, opened),
            Ok(StreamEvent::Retry(retrying)) => call(&mut self.error, &retrying.error),
            Ok(StreamEvent::Gap(gap)) => call(&mut self.gap, gap),
            Ok(StreamEvent::End(_)) => {}
            Err(error) => call(&mut self.error, error),
        }
    }

    fn observe(&mut self, told: &Told<T>) {
        let observed = match told {
            Ok(StreamEvent::Open(opened)) => Observed::Open(opened),
            Ok(StreamEvent::Item(_)) => Observed::Item,
            Ok(StreamEvent::Retry(retrying)) => Observed::Retry(retrying),
            Ok(StreamEvent::Gap(gap)) => Observed::Gap(gap),
            Ok(StreamEvent::End(reason)) => Observed::End(reason),
            Err(error) if error.is_about_one_event() => Observed::Fault(error),
            Err(error) => Observed::Failed(error),
        };
        self.observers.iter_mut().for_each(|observer| observer(observed));
    }
}

#[inline]
pub(crate) fn call<A>(callback: &mut Callback<A>, argument: &A) {
    if let Some(callback) = callback {
        callback(argument);
    }
}

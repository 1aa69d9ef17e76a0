//! Functions a program wants called, beside or instead of reading the stream.

use crate::driver::Told;
use crate::error::StreamError;
use crate::event::{Gap, Item, Opened, StreamEvent};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Callback<A> = Option<Box<dyn FnMut(&A) + Send>>;
#[cfg(target_arch = "wasm32")]
pub(crate) type Callback<A> = Option<Box<dyn FnMut(&A)>>;

pub(crate) struct Callbacks<T> {
    pub(crate) open: Callback<Opened>,
    pub(crate) item: Callback<Item<T>>,
    pub(crate) error: Callback<StreamError>,
    pub(crate) gap: Callback<Gap>,
}

impl<T> Default for Callbacks<T> {
    fn default() -> Self {
        Self { open: None, item: None, error: None, gap: None }
    }
}

impl<T> Callbacks<T> {
    #[inline]
    pub(crate) fn tell(&mut self, told: &Told<T>) {
        match told {
            Ok(StreamEvent::Item(item)) => call(&mut self.item, item),
            Ok(StreamEvent::Open(opened)) => call(&mut self.open, opened),
            Ok(StreamEvent::Retry(retrying)) => call(&mut self.error, &retrying.error),
            Ok(StreamEvent::Gap(gap)) => call(&mut self.gap, gap),
            Ok(StreamEvent::End(_)) => {}
            Err(error) => call(&mut self.error, error),
        }
    }
}

#[inline]
pub(crate) fn call<A>(callback: &mut Callback<A>, argument: &A) {
    if let Some(callback) = callback {
        callback(argument);
    }
}

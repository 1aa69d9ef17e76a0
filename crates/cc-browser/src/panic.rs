//! Panics that end calls with an error, in place of an exception that nobody catches.
//!
//! A panic in WebAssembly ends the code that runs, back to the next frame of JavaScript: it unwinds nothing, and destructors do not run. A
//! future that was polled by a task then never ends, and the exception reaches nobody: Node.js ends the process. [`contained`] puts a frame
//! of JavaScript around each poll, and calls the function of [`on_panic`] with the message.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Calls a function, and gives what it throws, a trap of this module too.
    #[wasm_bindgen(js_namespace = Reflect, js_name = apply, catch)]
    fn call(function: &mut dyn FnMut(), this: &JsValue, arguments: &Array) -> Result<JsValue, JsValue>;
}

type Handler = Box<dyn Fn(&str)>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
    static HAS_PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Sets the function that is called with the message when a [`contained`] future panics.
///
/// After a panic, no contained future of this instance of the module is polled any more: what the one that panicked has borrowed or locked
/// stays so. A program that goes on makes a new instance of the module.
pub fn on_panic(handler: impl Fn(&str) + 'static) {
    HANDLER.with(|place| *place.borrow_mut() = Some(Box::new(handler)));
    std::panic::set_hook(Box::new(|panic| {
        HAS_PANICKED.set(true);
        MESSAGE.with(|place| {
            if let Ok(mut place) = place.try_borrow_mut() {
                // Its place and its words are on two lines.
                place.get_or_insert_with(|| panic.to_string().replace('\n', " "));
            }
        });
    }));
}

/// Returns the message of the first panic, and its place in the sources. `None` if there was none, or before [`on_panic`].
#[must_use]
pub fn message() -> Option<String> {
    MESSAGE.with(|place| place.borrow().clone())
}

/// Wraps a future so that its panic calls the function of [`on_panic`]. If none is set, the future runs unchanged.
pub fn contained<F: Future>(future: F) -> Contained<F> {
    Contained(Box::pin(future))
}

/// The future that [`contained`] returns.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Contained<F>(Pin<Box<F>>);

impl<F> std::fmt::Debug for Contained<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contained")
    }
}

impl<F: Future> Future for Contained<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if HANDLER.with(|place| place.borrow().is_none()) {
            return self.0.as_mut().poll(cx);
        }
        if HAS_PANICKED.get() {
            return Poll::Pending;
        }
        let mut result = Poll::Pending;
        let called = call(&mut || result = self.0.as_mut().poll(cx), &JsValue::UNDEFINED, &Array::new());
        let Err(reason) = called else { return result };
        // Memory that ran out, or an exception of the browser, is no panic, and ends the code in the same way.
        HAS_PANICKED.set(true);
        let message = message().unwrap_or_else(|| crate::fetch::words(&reason));
        HANDLER.with(|place| {
            if let Some(handler) = &*place.borrow() {
                handler(&message);
            }
        });
        Poll::Pending
    }
}

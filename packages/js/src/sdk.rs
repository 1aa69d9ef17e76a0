//! What JavaScript calls. Everything passes as JSON, so that `js/` alone decides how it looks there.

mod clients;
mod options;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use cc_browser::panic::{self, contained};
use cc_client::catalog::{Delivered, Streamed};
use cc_client::runtime::catalog::CommandInfo;
use cc_client::{Error, ErrorKind, Result};
use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Abortable, Aborted, abortable};
use js_sys::{Function, Promise};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use self::clients::Clients;
use self::options::Options;
use crate::commands::{self, Command};
use crate::numbers::large_integers;

/// The output of a command that is on its way.
type Output = Pin<Box<dyn Future<Output = Result<Value>>>>;

/// The clients of one account.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Sdk(Clients);

#[wasm_bindgen]
impl Sdk {
    /// Creates the clients with these settings.
    ///
    /// # Errors
    /// The error as JSON if a setting is not valid.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str) -> Result<Sdk, JsValue> {
        Clients::new(settings).map(Sdk).map_err(|error| failure(&error))
    }

    /// Prepares a call. Nothing is sent before it is started.
    #[must_use]
    pub fn dispatch(&self, name: &str, input: &str, options: &str) -> Call {
        let output = self.output(name, input, options);
        let output: Output = output.unwrap_or_else(|error| Box::pin(async move { Err(error) }));
        Call(Some(output), None)
    }

    /// Opens a stream, which sends nothing before its first item is asked for.
    ///
    /// # Errors
    /// The error as JSON if the command is no stream or its input does not match it.
    pub fn stream(&self, name: &str, input: &str) -> Result<Items, JsValue> {
        let items = commands::get(name).and_then(|command| {
            let input = json(input)?;
            match command {
                Command::Client(info) => open(info, self.0.client(), &input),
                Command::Bridge(info) => open(info, self.0.bridge(), &input),
                Command::Redis(info) => open(info, self.0.redis(), &input),
            }
        });
        let items = items.map_err(|error| failure(&error))?;
        Ok(Items { stream: Rc::new(RefCell::new(Some(items))), waiting: RefCell::default() })
    }

    fn output(&self, name: &str, input: &str, options: &str) -> Result<Output> {
        let (input, options) = (json(input)?, Options::read(options)?);
        Ok(match commands::get(name)? {
            Command::Client(info) => run(info, self.0.client(), input, options),
            Command::Bridge(info) => run(info, self.0.bridge(), input, options),
            Command::Redis(info) => run(info, self.0.redis(), input, options),
        })
    }
}

/// Calls a function with the message of a panic that ends this instance: its promises then never settle.
#[wasm_bindgen]
pub fn on_panic(handler: Function) {
    // What the handler throws has nobody to go to.
    panic::on_panic(move |message| drop(handler.call1(&JsValue::UNDEFINED, &message.into())));
}

/// Returns the message of the first panic. A function that ends with an exception of WebAssembly has panicked.
#[wasm_bindgen]
#[must_use]
pub fn panic_message() -> Option<String> {
    panic::message()
}

/// Returns everything about all commands but their schemas, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn commands() -> String {
    commands::all().iter().map(Command::info).collect::<Value>().to_string()
}

/// Returns everything about one command, as JSON.
///
/// # Errors
/// The error as JSON if there is no command of this name.
#[wasm_bindgen]
pub fn describe(name: &str) -> Result<String, JsValue> {
    let command = commands::get(name).map_err(|error| failure(&error))?;
    let mut about = command.info();
    about["description"] = command.description().into();
    about["input"] = command.input_schema();
    about["output"] = command.output_schema();
    Ok(about.to_string())
}

/// A call.
#[wasm_bindgen]
pub struct Call(Option<Output>, Option<AbortHandle>);

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call")
    }
}

#[wasm_bindgen]
impl Call {
    /// Sends it. The promise gives the output as JSON, and fails with the error as JSON, or with nothing if it was aborted.
    pub fn start(&mut self) -> Promise {
        let Some(output) = self.0.take() else { return Promise::reject(&JsValue::UNDEFINED) };
        let (output, handle) = abortable(output);
        self.1 = Some(handle);
        future_to_promise(contained(async move {
            match output.await {
                Ok(Ok(output)) => Ok(value(&output).into()),
                Ok(Err(error)) => Err(failure(&error)),
                Err(Aborted) => Err(JsValue::UNDEFINED),
            }
        }))
    }

    /// Gives it up: its request is aborted.
    pub fn abort(&mut self) {
        self.0 = None;
        if let Some(handle) = self.1.take() {
            handle.abort();
        }
    }
}

/// The items of a stream.
#[wasm_bindgen]
pub struct Items {
    /// `None` while an item is waited for, and after the end.
    stream: Rc<RefCell<Option<Streamed>>>,
    waiting: RefCell<Option<AbortHandle>>,
}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Items")
    }
}

#[wasm_bindgen]
impl Items {
    /// Waits for the next item or notice, which the promise gives as JSON, and nothing after the last. One call at a time.
    pub fn next(&self) -> Promise {
        let Some(mut stream) = self.stream.borrow_mut().take() else {
            return Promise::resolve(&JsValue::UNDEFINED);
        };
        let place = Rc::clone(&self.stream);
        let (handle, registration) = AbortHandle::new_pair();
        *self.waiting.borrow_mut() = Some(handle);
        let next = async move {
            let next = stream.next().await;
            (next, stream)
        };
        let next = Abortable::new(next, registration);
        future_to_promise(contained(async move {
            match next.await {
                Ok((Some(Ok(delivered)), stream)) => {
                    *place.borrow_mut() = Some(stream);
                    Ok(delivery(delivered).into())
                }
                Ok((Some(Err(error)), _)) => Err(failure(&error)),
                Ok((None, _)) | Err(Aborted) => Ok(JsValue::UNDEFINED),
            }
        }))
    }

    /// Closes the stream and its connection. An item that is waited for does not come any more.
    pub fn close(&self) {
        self.stream.borrow_mut().take();
        if let Some(handle) = self.waiting.borrow_mut().take() {
            handle.abort();
        }
    }
}

fn run<C: Clone + Send + 'static>(
    info: &'static CommandInfo<C>,
    client: &C,
    input: Value,
    options: Options,
) -> Output {
    let mut call = info.dispatch(client, input).options(options.call);
    if options.expose_secrets {
        call = call.expose_secrets();
    }
    Box::pin(async move { Ok(info.bare(call.await?)) })
}

fn open<C>(info: &'static CommandInfo<C>, client: &C, input: &Value) -> Result<Streamed> {
    let items = info.stream(client, input)?;
    Ok(Box::pin(items.map(|delivered| match delivered {
        Ok(Delivered::Item(item)) => Ok(Delivered::Item(info.bare(item))),
        other => other,
    })))
}

/// Reads an input. JavaScript wrote it: a fault is one of this package.
fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|cause| {
        Error::new(ErrorKind::InvalidInput).with_message("the input is not JSON").with_source(cause)
    })
}

/// An output as JSON, with its integers that a number of JavaScript cannot hold beside it.
fn value(output: &Value) -> String {
    let large = large_integers(output);
    if large.is_empty() {
        format!(r#"{{"value":{output}}}"#)
    } else {
        json!({ "value": output, "large": large }).to_string()
    }
}

fn delivery(delivered: Delivered) -> String {
    match delivered {
        Delivered::Item(item) => value(&item),
        Delivered::Notice(error) => format!(r#"{{"notice":{}}}"#, told(&error)),
    }
}

/// An error as JSON.
fn failure(error: &Error) -> JsValue {
    told(error).to_string().into()
}

fn told(error: &Error) -> Value {
    // A place in the sources of this package tells its users nothing.
    let mut told = serde_json::to_value(error)
        .unwrap_or_else(|_| json!({ "kind": error.kind().name(), "text": error.to_string() }));
    if let Some(fields) = told.as_object_mut() {
        fields.remove("sentAt");
        fields.insert("notFound".to_owned(), error.is_not_found().into());
    }
    told
}

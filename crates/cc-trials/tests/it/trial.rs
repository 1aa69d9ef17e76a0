//! Checks of every operation: its request matches the spec, its answers are parsed, and bad ones are refused.
//!
//! The requests are in `snapshots/requests__<domain>.snap`, once with the required inputs and once with all
//! of them.

use std::fmt::{Debug, Write};

use bytes::Bytes;
use cc_client::runtime::{Answer, Operation, OperationInfo, Request, StreamOperation};
use cc_sandbox::{Extent, Samples, Sandbox};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::secrets;

/// Answers of every extent are parsed: optional properties may be absent or null, and unknown ones may be
/// present.
const EXTENTS: [Extent; 4] = [Extent::Required, Extent::Nulls, Extent::Whole, Extent::Beyond];

/// The trial of the operations of one domain.
pub struct Trial {
    domain: &'static str,
    samples: Samples,
    requests: String,
}

/// The inputs of one operation.
pub struct Inputs<'a> {
    samples: &'a Samples,
    operation: &'static str,
    extent: Extent,
    variant: usize,
}

impl Inputs<'_> {
    /// The value of a parameter.
    pub fn value<T: DeserializeOwned>(&self, name: &str) -> T {
        self.nth(name, 0)
    }

    /// The values of a parameter that is repeated.
    pub fn each<T: DeserializeOwned>(&self, name: &str) -> Vec<T> {
        vec![self.nth(name, 0), self.nth(name, 1)]
    }

    fn nth<T: DeserializeOwned>(&self, name: &str, nth: usize) -> T {
        let value = self.samples.parameter(self.operation, name, nth);
        read(value.unwrap_or_else(|| panic!("{} has no `{name}`", self.operation)))
    }

    /// The body.
    pub fn body<T: DeserializeOwned>(&self) -> T {
        let mut bodies = self.samples.bodies(self.operation, self.extent);
        assert!(!bodies.is_empty(), "{} takes no body", self.operation);
        read(bodies.swap_remove(self.variant))
    }

    /// A body of bytes.
    pub fn bytes(&self) -> Bytes {
        Bytes::from_static(&[0, 159, 146, 150])
    }

    /// A body of text.
    pub fn text(&self) -> String {
        "a text, with \u{e9} and\nlines".to_owned()
    }

    /// A media type.
    pub fn media(&self) -> String {
        "image/png".to_owned()
    }
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    let text = value.to_string();
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}: {text}"))
}

impl Trial {
    pub fn new(domain: &'static str) -> Self {
        let samples = Sandbox::builder().in_memory().samples();
        Self { domain, samples, requests: String::new() }
    }

    /// Tests an operation: `new` creates it with the required inputs, `all` adds the others.
    pub async fn operation<O>(&mut self, new: impl Fn(&Inputs<'_>) -> O, all: impl Fn(O, &Inputs<'_>) -> O)
    where
        O: Operation + Debug + 'static,
        O::Output: Debug,
    {
        self.requests(O::INFO, &new, &all, O::request).await;
        let id = O::INFO.id;
        for extent in EXTENTS {
            self.samples.answers(id, extent).iter().for_each(decode::<O>);
        }
        for variant in 0..self.samples.bodies(id, Extent::Whole).len().max(1) {
            let of = Inputs { samples: &self.samples, operation: id, extent: Extent::Whole, variant };
            secrets::operation(all(new(&of), &of)).await;
        }
        // A body that is not JSON never panics, and the error keeps the status.
        for body in ["", "<html>", "{\"", "[[[[", "\u{feff}nul"] {
            if let Err(error) = O::decode(answer(Bytes::from_static(body.as_bytes()))) {
                assert_eq!(error.status(), Some(StatusCode::OK), "{id}: {error}");
                assert!(!error.to_string().contains('\n'), "{id}: {error}");
            }
        }
    }

    /// Tries an operation that answers events.
    pub async fn stream<O>(&mut self, new: impl Fn(&Inputs<'_>) -> O, all: impl Fn(O, &Inputs<'_>) -> O)
    where
        O: StreamOperation + Debug,
    {
        self.requests(O::INFO, &new, &all, O::request).await;
        let of = Inputs { samples: &self.samples, operation: O::INFO.id, extent: Extent::Whole, variant: 0 };
        let stream = all(new(&of), &of);
        secrets::assert_hidden(O::INFO.id, &format!("{stream:?} {:?}", stream.request()));
        for extent in EXTENTS {
            for value in self.samples.answers(O::INFO.id, extent) {
                read::<O::Event>(value);
            }
        }
    }

    async fn requests<O>(
        &mut self,
        info: &'static OperationInfo,
        new: impl Fn(&Inputs<'_>) -> O,
        all: impl Fn(O, &Inputs<'_>) -> O,
        request: impl Fn(&O) -> cc_client::Result<Request>,
    ) {
        let inputs = |extent, variant| Inputs { samples: &self.samples, operation: info.id, extent, variant };
        let mut requests = vec![("", request(&new(&inputs(Extent::Required, 0))).unwrap())];
        for variant in 0..self.samples.bodies(info.id, Extent::Whole).len().max(1) {
            let inputs = inputs(Extent::Whole, variant);
            let title = if variant == 0 { "## with everything\n" } else { "## another variant\n" };
            requests.push((title, request(&all(new(&inputs), &inputs)).unwrap()));
        }
        let _ = writeln!(self.requests, "# {}", info.id);
        let mut before = String::new();
        for (title, request) in requests {
            let text = show(&request);
            if text != before {
                let _ = write!(self.requests, "{title}{text}");
            }
            before = text;
            // A separate world for each operation, which panics if a request or an answer violates the spec.
            let sandbox = Sandbox::builder().in_memory();
            let call = to_http(&request, sandbox.api_token());
            let answer = sandbox.handle(call).await.expect("no fault was asked for");
            let status = answer.status().as_u16();
            assert!(status < 500, "{} answers {status}", info.id);
            assert_eq!(sandbox.violations().iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
        }
        self.requests.push('\n');
    }

    /// Compares the requests with those that are kept.
    pub fn end(self) {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("requests__{}", self.domain), self.requests);
        });
    }
}

fn decode<O: Operation>(value: &Value)
where
    O::Output: Debug,
{
    let answer = answer(Bytes::from(value.to_string()));
    match O::decode(answer) {
        Ok(answer) => secrets::assert_hidden(O::INFO.id, &format!("{answer:?}")),
        Err(error) => panic!("{}: {error}\n{value:#}", O::INFO.id),
    }
}

fn answer(body: Bytes) -> Answer<Bytes> {
    Answer::new(body, StatusCode::OK, HeaderMap::new(), 1)
}

/// A request as a person reads it.
fn show(request: &Request) -> String {
    let mut text = format!("{} {}", request.info.method, request.path);
    if !request.query.is_empty() {
        let _ = write!(text, "?{}", request.query);
    }
    text.push('\n');
    for (name, value) in &request.headers {
        if name != http::header::ACCEPT || value != "application/json" {
            let _ = writeln!(text, "{name}: {}", value.to_str().unwrap_or("(bytes)"));
        }
    }
    if !request.body.is_empty() {
        let _ = writeln!(
            text,
            "{}",
            String::from_utf8_lossy(&request.body).escape_debug().to_string().replace("\\\"", "\"")
        );
    }
    text
}

fn to_http(request: &Request, token: &str) -> http::Request<Bytes> {
    let mut target = request.path.clone();
    if !request.query.is_empty() {
        let _ = write!(target, "?{}", request.query);
    }
    let mut call = http::Request::builder().method(&request.info.method).uri(target);
    for (name, value) in &request.headers {
        call = call.header(name, value);
    }
    call.header("authorization", format!("Bearer {token}")).body(request.body.clone()).unwrap()
}

//! Operations of the API: constant properties, and the conversion of inputs to a request.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::error::Result;
use crate::operation_info::OperationInfo;
use crate::request::Request;

/// An operation that answers once, with its inputs. The crates `cc-api-*` hold one type an operation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request",
    label = "expected a request of a crate `cc_api_…`, such as `cc_api_zone::ListZones::new()`",
    note = "send a command with `client.send(…)` instead"
)]
pub trait Operation: Send + Sync {
    /// Static properties of the operation.
    const INFO: &'static OperationInfo;

    /// Type of a successful answer.
    type Output: Send;

    /// The request that these inputs make.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when an id is empty, `.` or `..`, a header value holds
    /// a control character, or the body does not encode.
    fn request(&self) -> Result<Request>;

    /// Reads a successful answer.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`](crate::ErrorKind::Undecodable) when the body does not match the spec.
    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>>;
}

/// An operation whose answer is not read: every success counts, regardless of its body.
///
/// ```
/// use cc_runtime::{Discard, Operation, Result, Transport};
///
/// async fn delete(transport: &Transport, deletion: impl Operation + 'static) -> Result<()> {
///     transport.call(Discard(deletion)).await?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Discard<O>(pub O);

impl<O: Operation> Operation for Discard<O> {
    const INFO: &'static OperationInfo = O::INFO;
    type Output = ();

    fn request(&self) -> Result<Request> {
        self.0.request()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<()>> {
        answer.empty()
    }
}

/// An operation that may find nothing: a success without a body is an error with [`is_not_found`](crate::Error::is_not_found),
/// like status 404.
///
/// The commands named `Get…` use it, so that [`CommandCall::optional`](crate::CommandCall::optional) turns all forms of "not there" to
/// `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct OrNotFound<O>(pub O);

impl<O: Operation> Operation for OrNotFound<O> {
    const INFO: &'static OperationInfo = O::INFO;
    type Output = O::Output;

    fn request(&self) -> Result<Request> {
        self.0.request()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>> {
        if answer.is_empty() {
            return Err(answer.nothing());
        }
        O::decode(answer)
    }
}

/// An operation that answers a stream of Server-Sent Events, with its inputs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the request of a stream",
    label = "expected a request that is answered with `text/event-stream`",
    note = "open a stream of the platform with `client.stream(…)` of `cc_client`"
)]
pub trait StreamOperation: Send + Sync {
    /// Static properties of the operation.
    const INFO: &'static OperationInfo;

    /// Interval of the server's heartbeats, in milliseconds; 0 if the spec does not state it.
    const HEARTBEAT_MS: u64;

    /// The data of one event.
    type Event: DeserializeOwned + Send;

    /// The request that these inputs make.
    ///
    /// # Errors
    /// Like [`Operation::request`].
    fn request(&self) -> Result<Request>;
}

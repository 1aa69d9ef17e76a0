//! Guards that tell an observer of an end, whether it is reached or the call is dropped.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use super::{CANCELLED, CallEnd, CallStart, Observer, Wait, WaitReason, tell};
use crate::answer::Answer;
use crate::de::Drift;
use crate::error::{Error, Result};
use crate::operation_info::OperationInfo;
use crate::tasks::Instant;
use crate::transport::HttpResponse;

/// An answer of a call, for its observer.
pub(crate) trait Answered {
    fn status(&self) -> StatusCode;
    fn attempts(&self) -> u32;
}

impl<T> Answered for Answer<T> {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn attempts(&self) -> u32 {
        self.attempts()
    }
}

/// An answer that was decoded, without its value.
pub(crate) struct Decoded {
    status: StatusCode,
    attempts: u32,
    pub(crate) drift: Vec<Drift>,
}

impl Decoded {
    pub(crate) fn of<T>(answer: &Answer<T>) -> Self {
        Self { status: answer.status(), attempts: answer.attempts(), drift: answer.drift().to_vec() }
    }
}

impl Answered for Decoded {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl Answered for HttpResponse {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn attempts(&self) -> u32 {
        1
    }
}

/// Returns the `error.type` of the conventions for a failure: the status as text if it is 400 or more, else the code of the kind
/// ([`ErrorKind::code`](crate::ErrorKind::code)).
#[must_use]
pub fn error_type(error: &Error) -> Cow<'static, str> {
    match error.status() {
        Some(status) if is_error(status) => Cow::Owned(status.as_str().to_owned()),
        _ => Cow::Borrowed(error.kind().code()),
    }
}

/// Returns `true` for a status that makes a span of a client an error.
pub(crate) fn is_error(status: StatusCode) -> bool {
    status.as_u16() >= 400
}

/// A call that an observer was told of.
pub(crate) struct CallWatch {
    observer: Option<Arc<dyn Observer>>,
    info: &'static OperationInfo,
    started: Option<Instant>,
}

impl CallWatch {
    /// Tells of the start of a call.
    pub(crate) fn start(observer: Option<&Arc<dyn Observer>>, info: &'static OperationInfo) -> Self {
        if let Some(observer) = observer {
            tell(&**observer, |observer| observer.on_call_start(&CallStart { info }));
        }
        Self { observer: observer.cloned(), info, started: observer.map(|_| Instant::now()) }
    }

    /// Tells of the end of the call.
    pub(crate) fn end<T: Answered>(mut self, outcome: &Result<T>) {
        if self.observer.is_none() {
            return;
        }
        match outcome {
            Ok(answer) => self.tell(Some(answer.status()), None, answer.attempts()),
            Err(error) => {
                self.tell(error.status(), Some(&error_type(error)), error.attempts());
            }
        }
    }

    fn tell(&mut self, status: Option<StatusCode>, error_type: Option<&str>, attempts: u32) {
        let (Some(observer), Some(started)) = (self.observer.take(), self.started) else { return };
        let end = CallEnd { info: self.info, duration: started.elapsed(), status, error_type, attempts };
        tell(&*observer, |observer| observer.on_call_end(&end));
    }
}

impl Drop for CallWatch {
    fn drop(&mut self) {
        self.tell(None, Some(CANCELLED), 0);
    }
}

/// A wait in progress. Its end is reported to the observer.
pub(crate) struct WaitWatch {
    observer: Arc<dyn Observer>,
    info: &'static OperationInfo,
    reason: WaitReason,
    started: Instant,
}

impl WaitWatch {
    pub(crate) fn start(
        observer: Option<&Arc<dyn Observer>>,
        info: &'static OperationInfo,
        reason: WaitReason,
    ) -> Option<Self> {
        let observer = observer?.clone();
        Some(Self { observer, info, reason, started: Instant::now() })
    }
}

impl Drop for WaitWatch {
    fn drop(&mut self) {
        let wait = Wait { info: self.info, reason: self.reason, duration: self.started.elapsed() };
        tell(&*self.observer, |observer| observer.on_wait(&wait));
    }
}

impl fmt::Debug for WaitWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitWatch").field("reason", &self.reason).finish_non_exhaustive()
    }
}

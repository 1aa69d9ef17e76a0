//! Options of a call, as JavaScript writes them.

use std::time::Duration;

use cc_client::runtime::catalog::read_input;
use cc_client::{CallOptions, Error, ErrorKind, Result, RetryPolicy};
use serde::Deserialize;
use serde_json::Value;

/// Options of a call.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) call: CallOptions,
    pub(super) expose_secrets: bool,
}

/// The options that a call and a client have.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Written {
    timeout: Option<f64>,
    attempt_timeout: Option<f64>,
    max_attempts: Option<u32>,
    body_limit: Option<usize>,
    expose_secrets: bool,
}

impl Options {
    /// Reads options.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] that names the option.
    pub(super) fn read(text: &str) -> Result<Self> {
        let Written { timeout, attempt_timeout, max_attempts, body_limit, expose_secrets } =
            read_input(&json(text)?)?;
        let mut call = CallOptions::new();
        if let Some(time) = millis("timeout", timeout)? {
            call = call.timeout(time);
        }
        if let Some(time) = millis("attemptTimeout", attempt_timeout)? {
            call = call.attempt_timeout(time);
        }
        if let Some(attempts) = max_attempts {
            call = call.retry(RetryPolicy::default().max_attempts(attempts));
        }
        if let Some(bytes) = body_limit {
            call = call.body_limit(bytes);
        }
        Ok(Self { call, expose_secrets })
    }
}

pub(super) fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|cause| {
        Error::new(ErrorKind::InvalidInput).with_message("the options are not JSON").with_source(cause)
    })
}

/// A time in milliseconds.
pub(super) fn millis(name: &str, time: Option<f64>) -> Result<Option<Duration>> {
    let read = |millis: f64| {
        Duration::try_from_secs_f64(millis / 1_000.0).map_err(|_| {
            let message = format!("`{name}`: expected a number of milliseconds of at least 0, not {millis}");
            Error::new(ErrorKind::InvalidInput).with_message(message)
        })
    };
    time.map(read).transpose()
}

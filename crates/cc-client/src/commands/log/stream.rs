//! Following logs.

use cc_api_log as api;
use cc_core::{
    AnyAddonId, ApplicationId, DeploymentId, InstanceId, OwnerId, Request, Result, StreamOperation, Timestamp,
};
use cc_stream::{Attempt, Format};
use serde::{Deserialize, Serialize};

use super::model::{AccessLog, AddonLog, ApplicationLog};
use crate::model::setters;
use crate::resolve::{Ids, ResolvedIds};
use crate::stream::{EventReader, StreamCommand};

/// What is left of a limit, as the query takes it.
fn remaining(attempt: &Attempt) -> Option<i64> {
    attempt.remaining.map(|left| i64::try_from(left).unwrap_or(i64::MAX))
}

/// What a connection starts with: where the platform cannot go on from an id, with the last line's date instead of the
/// stream's, so that what was given does not come again and nothing is missing in between.
fn since(of_stream: Option<Timestamp>, attempt: &Attempt) -> Option<Timestamp> {
    let mark = attempt.mark.filter(|_| attempt.last_event_id.is_none());
    mark.and_then(Timestamp::from_micros).or(of_stream)
}

/// Events of one name, whose data is the wire type. Their marks are dates, in microseconds.
fn format<W, T: 'static>(
    reader: &EventReader,
    name: &str,
    date: impl Fn(&T) -> Option<Timestamp> + Send + Sync + 'static,
) -> Format<T>
where
    W: serde::de::DeserializeOwned + Into<T> + 'static,
{
    reader
        .json::<W>()
        .map(Into::into)
        .accept([name])
        .platform()
        .mark(move |item| Some(date(item)?.as_micros()))
}

/// A command that follows a log.
macro_rules! log_command {
    (
        $(#[$doc:meta])*
        pub struct $name:ident of $(#[$tdoc:meta])* $target:ident: $tty:ty { $($(#[$fdoc:meta])* $field:ident: [$($fty:tt)+]),* $(,)? }
    ) => {
        $(#[$doc])*
        ///
        /// The owner, when it is not given, is resolved. `limit` counts what is delivered, over all connections: a stream that has
        /// delivered so many ends by itself.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[must_use = "a stream does nothing until it is opened"]
        pub struct $name {
            $(#[$tdoc])*
            pub $target: $tty,
            /// The owner. Default: resolved.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub owner_id: Option<OwnerId>,
            /// Starts with what was written at this time. Default: now.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub since: Option<Timestamp>,
            /// Ends with what was written before this time. Default: never.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub until: Option<Timestamp>,
            /// Number of lines after which the stream ends. Default: none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub limit: Option<u64>,
            /// Names of the fields that are sent. Default: all.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub field: Option<Vec<String>>,
            $($(#[$fdoc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$($fty)+>,)*
            /// Number of lines at most in each slice of time. Default: the platform's.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub throttle_elements: Option<i32>,
            /// Length of a slice of time, in milliseconds. Default: the platform's.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub throttle_per_in_milliseconds: Option<i64>,
        }

        impl $name {
            /// With what is required.
            pub fn new($target: impl Into<$tty>) -> Self {
                Self {
                    $target: $target.into(),
                    owner_id: None,
                    since: None,
                    until: None,
                    limit: None,
                    field: None,
                    $($field: None,)*
                    throttle_elements: None,
                    throttle_per_in_milliseconds: None,
                }
            }

            setters! {
                /// The owner. Default: resolved.
                owner_id: OwnerId,
                /// Starts with what was written at this time. Default: now.
                since: Timestamp,
                /// Ends with what was written before this time. Default: never.
                until: Timestamp,
                /// Number of lines after which the stream ends. Default: none.
                limit: u64,
                /// Names of the fields that are sent. Default: all.
                field: Vec<String>,
                $($(#[$fdoc])* $field: $($fty)+,)*
                /// Number of lines at most in each slice of time. Default: the platform's.
                throttle_elements: i32,
                /// Length of a slice of time, in milliseconds. Default: the platform's.
                throttle_per_in_milliseconds: i64,
            }
        }
    };
}

/// Copies the inputs that have the same name in a command and its request.
macro_rules! copy {
    ($from:expr => $to:expr; $($field:ident),+) => {
        $($to.$field = $from.$field.clone();)+
    };
}

log_command! {
    /// Follows the log of an application.
    ///
    /// Operation: `stream_application_logs`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log::StreamApplicationRuntimeLog;
    /// use cc_client::stream::{Delivery, to_error};
    /// use futures_util::StreamExt;
    ///
    /// let mut lines = client.stream(StreamApplicationRuntimeLog::new(ids.application).limit(2)).open().items();
    /// while let Some(line) = lines.next().await {
    ///     match line.map_err(to_error)? {
    ///         Delivery::Item(line) => println!("{}", line.message),
    ///         Delivery::Gap(gap) => eprintln!("{gap}"),
    ///         Delivery::Fault(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    pub struct StreamApplicationRuntimeLog of
    /// The application.
    application_id: ApplicationId {
        /// Keeps the lines of this deployment.
        deployment_id: [DeploymentId],
        /// Keeps the lines that hold this text, in any case.
        filter: [String],
        /// Keeps the lines of these instances.
        instance_id: [Vec<InstanceId>],
        /// Keeps the lines of these services. Default: `bas` and `bas-deploy`; `all` keeps all.
        service: [Vec<String>],
    }
}

log_command! {
    /// Follows the log of an add-on, which is named by either id.
    ///
    /// Operation: `stream_addon_logs`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log::StreamAddonRuntimeLog;
    /// use cc_client::stream::{Delivery, to_error};
    /// use futures_util::StreamExt;
    ///
    /// let mut lines = client.stream(StreamAddonRuntimeLog::new(ids.addon).limit(2)).open().items();
    /// while let Some(line) = lines.next().await {
    ///     match line.map_err(to_error)? {
    ///         Delivery::Item(line) => println!("{}", line.message),
    ///         Delivery::Gap(gap) => eprintln!("{gap}"),
    ///         Delivery::Fault(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    pub struct StreamAddonRuntimeLog of
    /// The add-on, by either id.
    addon_id: AnyAddonId {
        /// Keeps the lines of this deployment.
        deployment_id: [DeploymentId],
        /// Keeps the lines that hold this text, in any case.
        filter: [String],
        /// Keeps the lines of these instances.
        instance_id: [Vec<InstanceId>],
    }
}

log_command! {
    /// Follows the accesses to an application: those over HTTP, and those over TCP and SSH too.
    ///
    /// Operation: `stream_application_access_logs`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log::StreamApplicationAccessLog;
    /// use cc_client::stream::{Delivery, to_error};
    /// use futures_util::StreamExt;
    ///
    /// let mut accesses = client.stream(StreamApplicationAccessLog::new(ids.application).limit(2)).open().items();
    /// while let Some(access) = accesses.next().await {
    ///     match access.map_err(to_error)? {
    ///         Delivery::Item(access) => println!("{access:?}"),
    ///         Delivery::Gap(gap) => eprintln!("{gap}"),
    ///         Delivery::Fault(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    pub struct StreamApplicationAccessLog of
    /// The application.
    application_id: ApplicationId {}
}

impl StreamCommand for StreamApplicationRuntimeLog {
    const NAME: &'static str = "StreamApplicationRuntimeLog";
    type Item = ApplicationLog;

    fn ids(&self) -> Ids<'_> {
        Ids::new().owner(self.owner_id.clone(), &self.application_id)
    }

    fn request(&self, ids: &ResolvedIds, attempt: &Attempt) -> Result<Request> {
        let mut request = api::StreamApplicationLogs::new(ids.owner_id(), &self.application_id);
        copy!(self => request; until, field, deployment_id, filter, instance_id, service, throttle_elements,
            throttle_per_in_milliseconds);
        request.since = since(self.since, attempt);
        request.limit = remaining(attempt);
        request.request()
    }

    fn format(reader: &EventReader) -> Format<ApplicationLog> {
        format::<api::types::ApplicationLog, _>(reader, "APPLICATION_LOG", |line: &ApplicationLog| line.date)
    }

    fn limit(&self) -> Option<u64> {
        self.limit
    }

    fn has_fixed_start(&self) -> bool {
        self.since.is_some()
    }
}

impl StreamCommand for StreamAddonRuntimeLog {
    const NAME: &'static str = "StreamAddonRuntimeLog";
    type Item = AddonLog;

    fn ids(&self) -> Ids<'_> {
        Ids::new().owner(self.owner_id.clone(), &self.addon_id).real_addon(&self.addon_id)
    }

    fn request(&self, ids: &ResolvedIds, attempt: &Attempt) -> Result<Request> {
        let mut request = api::StreamAddonLogs::new(ids.owner_id(), ids.real_addon_id());
        copy!(self => request; until, field, deployment_id, filter, instance_id, throttle_elements,
            throttle_per_in_milliseconds);
        request.since = since(self.since, attempt);
        request.limit = remaining(attempt);
        request.request()
    }

    fn format(reader: &EventReader) -> Format<AddonLog> {
        format::<api::types::AddonLog, _>(reader, "RESOURCE_LOG", |line: &AddonLog| line.date)
    }

    fn limit(&self) -> Option<u64> {
        self.limit
    }

    fn has_fixed_start(&self) -> bool {
        self.since.is_some()
    }
}

impl StreamCommand for StreamApplicationAccessLog {
    const NAME: &'static str = "StreamApplicationAccessLog";
    type Item = AccessLog;

    fn ids(&self) -> Ids<'_> {
        Ids::new().owner(self.owner_id.clone(), &self.application_id)
    }

    fn request(&self, ids: &ResolvedIds, attempt: &Attempt) -> Result<Request> {
        let mut request = api::StreamApplicationAccessLogs::new(ids.owner_id(), &self.application_id);
        copy!(self => request; until, field, throttle_elements, throttle_per_in_milliseconds);
        request.since = since(self.since, attempt);
        request.limit = remaining(attempt);
        request.request()
    }

    fn format(reader: &EventReader) -> Format<AccessLog> {
        format::<api::types::ApplicationAccessLog, _>(reader, "ACCESS_LOG", |access: &AccessLog| access.date)
    }

    fn limit(&self) -> Option<u64> {
        self.limit
    }

    fn has_fixed_start(&self) -> bool {
        self.since.is_some()
    }
}

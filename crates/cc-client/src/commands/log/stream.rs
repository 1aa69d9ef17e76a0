//! Following logs.

use cc_api_log as api;
use cc_runtime::{Request, Result, StreamOperation, Timestamp};
use cc_stream::{Attempt, Format};

use super::model::{AccessLog, AddonLog, ApplicationLog};
use super::{StreamAddonRuntimeLog, StreamApplicationAccessLog, StreamApplicationRuntimeLog};
use crate::resolve::{Ids, ResolvedIds};
use crate::stream::{EventReader, Follow};

/// Rest of a limit, in the format of the query.
fn remaining(attempt: &Attempt) -> Option<i64> {
    attempt.remaining.map(|left| i64::try_from(left).unwrap_or(i64::MAX))
}

/// Start of a connection: if the platform cannot resume from an id, the date of the last line instead of the
/// start of the stream, so that no line is repeated or lost.
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
    reader.json::<W>().map(Into::into).accept([name]).mark(move |item| Some(date(item)?.as_micros()))
}

/// Copies the inputs that have the same name in a command and its request.
macro_rules! copy {
    ($from:expr => $to:expr; $($field:ident),+) => {
        $($to.$field = $from.$field.clone();)+
    };
}

impl Follow for StreamApplicationRuntimeLog {
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

impl Follow for StreamAddonRuntimeLog {
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

impl Follow for StreamApplicationAccessLog {
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

//! Reads the data of events as answers are read: leniently, and telling where it differs from the spec.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use cc_runtime::tasks::Home;
use cc_runtime::{Answer, Drift, OperationInfo, Result, Transport, drift};
use cc_stream::{BoxError, Event, Format};
use futures_util::FutureExt;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

/// Adds the event names that all streams of the platform share to a format: `HEARTBEAT`, and `END_OF_STREAM`, whose JSON says in
/// `endedBy` why the stream ends. Data that is neither JSON nor empty ends the stream too, after an error about it.
///
/// The formats of [`EventReader`] have these names already.
#[must_use]
pub fn platform_format<T>(format: Format<T>) -> Format<T> {
    format.heartbeat("HEARTBEAT").try_end("END_OF_STREAM", ended_by)
}

fn ended_by(event: &Event<'_>) -> Result<Option<String>, BoxError> {
    if event.data.trim_ascii().is_empty() {
        return Ok(None);
    }
    let data: serde_json::Value = serde_json::from_slice(event.data.as_bytes())?;
    Ok(data.get("endedBy").and_then(|reason| reason.as_str()).map(str::to_owned))
}

/// Reads the JSON of events leniently, as [answers](cc_runtime::Answer::json) are read: scalars of another type are converted where
/// their meaning is beyond doubt, and a value that cannot be read costs its field or its element. An event is an error
/// ([`ErrorKind::Payload`](cc_stream::ErrorKind::Payload)) that carries its text only when nothing can stand for the value.
///
/// Each difference from the spec is logged and passed to [`Hooks::on_drift`](cc_runtime::transport::Hooks::on_drift) once, however
/// many events have it.
#[derive(Clone, Default)]
pub struct EventReader(Option<Arc<Tell>>);

struct Tell {
    transport: Transport,
    /// The operation of the stream, once it was asked for.
    info: OnceLock<&'static OperationInfo>,
}

impl EventReader {
    /// Creates a reader that reports differences from the spec to the hooks of this transport. The default
    /// reports none.
    pub(super) fn new(transport: Transport) -> Self {
        Self(Some(Arc::new(Tell { transport, info: OnceLock::new() })))
    }

    /// Sets the operation of the events.
    pub(super) fn is_of(&self, info: &'static OperationInfo) {
        if let Some(tell) = &self.0 {
            tell.info.get_or_init(|| info);
        }
    }

    /// Events whose data is a JSON value. An event whose data is empty is skipped.
    #[must_use]
    pub fn json<T: DeserializeOwned + 'static>(&self) -> Format<T> {
        self.format(Answer::json)
    }

    /// Events whose data is a JSON list. A bad element costs itself alone.
    #[must_use]
    pub fn list<T: DeserializeOwned + 'static>(&self) -> Format<Vec<T>> {
        self.format(Answer::list)
    }

    fn format<T: DeserializeOwned + 'static>(
        &self,
        leniently: fn(Answer<Bytes>) -> Result<Answer<T>>,
    ) -> Format<T> {
        let reader = self.clone();
        platform_format(Format::new(move |event| {
            if event.data.trim_ascii().is_empty() {
                return Ok(None);
            }
            // Nearly always enough. A page has one reader of each type, that of answers.
            if !drift::IS_ON
                && !cfg!(target_family = "wasm")
                && let Ok(value) = serde_json::from_str(&event.data)
            {
                return Ok(Some(value));
            }
            let read = leniently(reader.answer(&event.data));
            reader.tell(read.as_ref().map(Answer::drift).unwrap_or_default());
            Ok(Some(read?.into_inner()))
        }))
    }

    /// The data of an event as an answer.
    fn answer(&self, data: &str) -> Answer<Bytes> {
        let data = Bytes::copy_from_slice(data.as_bytes());
        match self.0.as_deref().and_then(|tell| Some((&tell.transport, *tell.info.get()?))) {
            Some((transport, info)) => transport.event(info, data),
            None => Answer::new(data, StatusCode::OK, HeaderMap::new(), 1),
        }
    }

    /// Reports the differences of an event, and what its decode noted.
    fn tell(&self, drift: &[Drift]) {
        let Some(tell) = &self.0 else { return };
        if drift.is_empty() && !tell.transport.has_new_drift() {
            return;
        }
        let Some(&info) = tell.info.get() else { return };
        let (transport, drift) = (tell.transport.clone(), drift.to_vec());
        let mut telling = Box::pin(async move { transport.report_drift(info, &drift).await });
        // A waiting hook continues on its own: the event does not wait for it.
        if (&mut telling).now_or_never().is_none()
            && let Ok(home) = Home::current()
        {
            home.detach(telling);
        }
    }
}

impl fmt::Debug for EventReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventReader")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Line {
        id: String,
        #[serde(default)]
        size: u32,
    }

    fn read(data: &str) -> Result<Option<Line>, cc_stream::BoxError> {
        use cc_stream::{Decoder, Frame, Limits};
        let bytes = data.lines().map(|line| format!("data: {line}\n")).collect::<String>() + "\n";
        let (mut decoder, mut rest) = (Decoder::new(Limits::default()), bytes.as_bytes());
        let Some(Frame::Event(event)) = decoder.next(&mut rest) else { panic!("{data}") };
        EventReader::default().json().read(&event)
    }

    #[test]
    fn an_event_is_read_as_an_answer_is() {
        let line = |id: &str, size| Some(Line { id: id.to_owned(), size });
        for (data, read_as) in [
            (r#"{"id":"a","size":1}"#, line("a", 1)),
            (r#"{"id":"a","size":"1"}"#, line("a", 1)),
            (r#"{"id":5,"size":1.0}"#, line("5", 1)),
            (r#"{"id":"a","size":{}}"#, line("a", 0)),
            (r#"{"id":"a","size":null}"#, line("a", 0)),
            ("\u{feff}{\"id\":\"a\"}", line("a", 0)),
            (r#"{"id":"a\ud83d"}"#, line("a\u{fffd}", 0)),
            ("  ", None),
        ] {
            assert_eq!(read(data).unwrap(), read_as, "{data}");
        }
        for (data, place) in [(r#"{"size":1}"#, "`id`"), ("no JSON", "expected ident"), (r#"[{}]"#, "spec")] {
            let error = read(data).unwrap_err().to_string();
            assert!(error.contains(place), "{data}: {error}");
        }
    }
}

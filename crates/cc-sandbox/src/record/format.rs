//! The file of a recording: JSON Lines, a header and then one exchange a line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use cc_one_line::one_line;
use http::{HeaderName, HeaderValue, Method, Uri};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the format. Files of another version are refused: it changes when an older reader would misread a file. New
/// fields do not change it, readers ignore those that they do not know.
const FORMAT: u64 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Version of the format.
    pub(super) recording: u64,
    /// Fingerprint of the API specification with which it was recorded.
    pub(super) spec: String,
    /// The header `Date` of the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    /// Kind of the server that answered.
    pub(super) upstream: Upstream,
}

/// Kind of the server that answered. Its host is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Upstream {
    /// A host of `clever-cloud.com`.
    Platform,
    /// A host of this machine.
    Local,
    #[serde(other)]
    Other,
}

impl Header {
    pub(super) fn new(spec: String, date: Option<String>, upstream: Upstream) -> Self {
        Self { recording: FORMAT, spec, date, upstream }
    }
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Exchange {
    /// Time of the request in milliseconds since the first one of the recording.
    pub(super) at: u64,
    /// Id of the operation in the spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) operation: Option<String>,
    pub(super) request: Asked,
    /// Missing if the connection failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<Answered>,
}

impl Exchange {
    /// Refuses an exchange that no HTTP message can say.
    fn check(&self) -> Result<(), String> {
        let Asked { method, path, .. } = &self.request;
        if method.parse::<Method>().is_err() {
            return Err(format!("request.method: `{method}` is not a method"));
        }
        if !path.starts_with('/') || path.parse::<Uri>().is_err() {
            return Err(format!("request.path: `{path}` is not a path"));
        }
        let answers = self.answer.iter().flat_map(|answer| &answer.headers).map(|header| ("answer", header));
        let asks = self.request.headers.iter().map(|header| ("request", header));
        for (side, (name, value)) in asks.chain(answers) {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(format!("{side}.headers: `{name}` is not a header with a value of HTTP"));
            }
        }
        match self.answer.as_ref().map(|answer| answer.status) {
            Some(status) if !(100..=599).contains(&status) => {
                Err(format!("answer.status: {status} is not the status of an answer"))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) method: String,
    /// Path and query, percent-encoded where a URL needs it.
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Content>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Answered {
    /// Time until the head of the answer, in milliseconds.
    pub(super) after: u64,
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Content>,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    Json(Value),
    /// A form, in its order.
    Form(Vec<(String, String)>),
    Text(String),
    Events(Events),
    /// Number of bytes of a body that is neither text nor JSON: its bytes are not recorded.
    Binary(u64),
    /// Number of bytes of a body that was larger than the limit, or did not come to its end.
    Omitted(u64),
}

/// A stream of Server-Sent Events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Events {
    pub(super) list: Vec<Event>,
    /// `true` if the server ended the stream, `false` if the client left or the recording reached its limit.
    pub(super) ended: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Event {
    /// Time since the head of the answer, in milliseconds.
    pub(super) after: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retry: Option<u64>,
    /// Data that is JSON.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Value>,
    /// Data that is not JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

/// Tells the JSON `null` from a missing field.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

/// Recorded exchanges with the platform, without secrets, ids and personal data: from a file of a
/// [`Recorder`](crate::Recorder).
///
/// [`Builder::replay`](crate::Builder::replay) answers from it, and [`compare`](Self::compare) runs it against a sandbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    pub(super) header: Header,
    /// In the order of their requests.
    pub(super) exchanges: Vec<Exchange>,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// [`RecordingError`] if the file cannot be read or is not a recording. The error names the line.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map_err(|error| RecordingError { line: None, reason: format!("{}: {error}", path.display()) })?;
        Self::from_json_lines(bytes)
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    /// [`RecordingError`] if it is no recording: it names the line.
    pub fn from_json_lines(content: impl AsRef<[u8]>) -> Result<Self, RecordingError> {
        let content = content.as_ref();
        let mut lines = content.split_inclusive(|byte| *byte == b'\n').enumerate();
        let header = match lines.next() {
            Some((_, line)) => read_header(line)?,
            None => return Err(RecordingError { line: None, reason: "the file is empty".to_owned() }),
        };
        let mut exchanges: Vec<Exchange> = Vec::new();
        for (index, line) in lines {
            if !line.trim_ascii().is_empty() {
                let exchange: Exchange = read_line(index + 1, line)?;
                exchange.check().map_err(|reason| RecordingError { line: Some(index + 1), reason })?;
                exchanges.push(exchange);
            }
        }
        // A stream is written when it ends, after later requests.
        exchanges.sort_by_key(|exchange| exchange.at);
        Ok(Self { header, exchanges })
    }

    /// Returns the content of its file.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let exchanges = self.exchanges.iter().map(line);
        std::iter::once(line(&self.header)).chain(exchanges).collect()
    }

    /// Returns the number of exchanges.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Returns `true` if nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }
}

/// Reads the time of a header.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%a, %d %b %Y %H:%M:%S", text.strip_suffix(" GMT")?).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

/// A line of a file.
pub(super) fn line(value: &impl Serialize) -> String {
    // All keys are texts and no value fails, so that writing it cannot fail.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

fn read_header(line: &[u8]) -> Result<Header, RecordingError> {
    let value: Value = read_line(1, line)?;
    let wrong = |reason: String| RecordingError { line: Some(1), reason };
    let Some(format) = value.get("recording").and_then(Value::as_u64) else {
        let reason = "expected the header of a recording, such as {\"recording\":1,…}";
        return Err(wrong(reason.to_owned()));
    };
    if format != FORMAT {
        let reason = format!("format {format} is not supported, this version reads format {FORMAT}");
        return Err(wrong(reason));
    }
    serde_path_to_error::deserialize(value).map_err(|error| wrong(error.to_string()))
}

fn read_line<'a, T: Deserialize<'a>>(number: usize, bytes: &'a [u8]) -> Result<T, RecordingError> {
    let wrong = |reason: String| RecordingError { line: Some(number), reason };
    let text = std::str::from_utf8(bytes).map_err(|error| wrong(format!("not UTF-8: {error}")))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut reader);
    let read = read.and_then(|value| match reader.end() {
        Ok(()) => Ok(value),
        Err(error) => Err(serde_path_to_error::Error::new(serde_path_to_error::Track::new().path(), error)),
    });
    read.map_err(|error| {
        let is_cut = error.inner().is_eof() && !text.ends_with('\n');
        let place = Some(error.path().to_string()).filter(|path| path != ".");
        let place = place.map(|path| format!("{path}: ")).unwrap_or_default();
        match is_cut {
            true => {
                wrong("the line ends early: the file was cut; delete the line to use the rest".to_owned())
            }
            false => wrong(format!("{place}{}", without_line(&error.inner().to_string()))),
        }
    })
}

/// The message of serde_json counts lines from the line of the file.
fn without_line(message: &str) -> String {
    message.replace(" at line 1 column ", " at column ")
}

/// A recording that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingError {
    line: Option<usize>,
    reason: String,
}

impl RecordingError {
    /// Returns the number of the line at fault, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.line {
            Some(line) => format!("could not read the recording: line {line}: {}", self.reason),
            None => format!("could not read the recording: {}", self.reason),
        };
        write!(f, "{}", one_line(&text, 1_000))
    }
}

impl std::error::Error for RecordingError {}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"recording":1,"spec":"ab","upstream":"platform"}"#;
    const LINE: &str = r#"{"at":0,"request":{"method":"GET","path":"/v2/self"},"answer":{"after":3,"status":200,"body":{"json":{"a":null}}}}"#;

    fn error(content: impl AsRef<[u8]>) -> String {
        Recording::from_json_lines(content).unwrap_err().to_string()
    }

    #[test]
    fn a_recording_is_written_as_it_was_read() {
        let content = format!("{HEADER}\n{LINE}\n");
        assert_eq!(Recording::from_json_lines(&content).unwrap().to_json_lines(), content);
    }

    #[test]
    fn fields_of_later_versions_are_ignored() {
        let line = LINE.replace("\"at\":0", "\"at\":0,\"colour\":\"red\"");
        assert_eq!(Recording::from_json_lines(format!("{HEADER}\n{line}\n\n")).unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_with_the_line() {
        assert_eq!(error(""), "could not read the recording: the file is empty");
        assert!(error("[]\n").contains("line 1: expected the header of a recording"), "{}", error("[]\n"));
        assert!(error(HEADER.replace(":1", ":2")).contains("line 1: format 2 is not supported"));
        assert_eq!(
            error(format!("{HEADER}\n{LINE}\n{}", &LINE[..40])),
            "could not read the recording: line 3: the line ends early: the file was cut; delete the line to use the rest"
        );
        assert!(error(format!("{HEADER}\n{{\"at\":}}\n")).contains("line 2: at: expected value at column 7"));
        let wrong = LINE.replace("200", "\"OK\"");
        let message = error(format!("{HEADER}\n{LINE}\n{wrong}\n"));
        assert!(
            message.contains("line 3: answer.status: invalid type: string \"OK\", expected u16"),
            "{message}"
        );
        for (from, to, reason) in [
            ("200", "99", "answer.status: 99 is not the status of an answer"),
            ("GET", "G T", "request.method: `G T` is not a method"),
            ("/v2/self", "self", "request.path: `self` is not a path"),
            ("/v2/self", "/a b", "request.path: `/a b` is not a path"),
            (
                "\"body\"",
                "\"headers\":{\"a b\":\"\"},\"body\"",
                "answer.headers: `a b` is not a header with a value of HTTP",
            ),
        ] {
            let message = error(format!("{HEADER}\n{}\n", LINE.replace(from, to)));
            assert_eq!(message, format!("could not read the recording: line 2: {reason}"));
        }
        let mut bytes = format!("{HEADER}\n").into_bytes();
        bytes.extend([0xff, b'\n']);
        assert!(error(bytes).contains("line 2: not UTF-8"));
        assert!(error(format!("{HEADER}\n{LINE} 7\n")).contains("line 2: trailing characters"));
    }
}

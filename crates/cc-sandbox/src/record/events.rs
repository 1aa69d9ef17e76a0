//! Server-Sent Events of a body that was recorded with its times.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::format::Event;

/// Reads the events of a body from its chunks, each with the time at which it came. An event that is not complete is left out.
pub(super) fn read(chunks: &[(Duration, Bytes)]) -> Vec<Event> {
    let mut events = Vec::new();
    let (mut line, mut open) = (Vec::new(), Open::default());
    let mut after_cr = false;
    for (time, chunk) in chunks {
        for byte in chunk {
            match byte {
                b'\n' if after_cr => after_cr = false,
                b'\n' | b'\r' => {
                    after_cr = *byte == b'\r';
                    let text = String::from_utf8_lossy(&line).into_owned();
                    line.clear();
                    if text.is_empty() {
                        events.extend(std::mem::take(&mut open).into_event(*time));
                    } else {
                        open.read(&text);
                    }
                }
                byte => {
                    after_cr = false;
                    line.push(*byte);
                }
            }
        }
    }
    events
}

/// An event whose end has not come yet.
#[derive(Debug, Default)]
struct Open {
    name: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
    data: Vec<String>,
}

impl Open {
    fn read(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.name = Some(value.to_owned()),
            "id" => self.id = Some(value.to_owned()),
            "retry" => self.retry = value.parse().ok(),
            "data" => self.data.push(value.to_owned()),
            // A comment, or nothing that a reader knows.
            _ => {}
        }
    }

    fn into_event(self, time: Duration) -> Option<Event> {
        let Self { name, id, retry, data } = self;
        if name.is_none() && id.is_none() && retry.is_none() && data.is_empty() {
            return None;
        }
        let text = data.join("\n");
        let (data, text) = match serde_json::from_str::<Value>(&text) {
            Ok(json) => (Some(json), None),
            Err(_) => (None, Some(text).filter(|text| !text.is_empty())),
        };
        let after = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Some(Event { after, event: name, id, retry, data, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_wherever_the_chunks_are_cut() {
        let text = "id: 7\nevent: LOG\ndata: {\"a\":\ndata: 1}\n\n: comment\r\nevent: HEARTBEAT\rdata:text\r\n\r\ndata: open";
        let whole = read(&[(Duration::ZERO, Bytes::from(text))]);
        assert_eq!(whole.len(), 2);
        assert_eq!(
            (whole[0].id.as_deref(), &whole[0].data),
            (Some("7"), &Some(serde_json::json!({ "a": 1 })))
        );
        assert_eq!((whole[1].event.as_deref(), whole[1].text.as_deref()), (Some("HEARTBEAT"), Some("text")));
        for cut in 0..text.len() {
            let chunks =
                [&text[..cut], &text[cut..]].map(|part| (Duration::ZERO, Bytes::from(part.to_owned())));
            assert_eq!(read(&chunks), whole, "cut at {cut}");
        }
    }

    #[test]
    fn an_event_has_the_time_of_its_end() {
        let chunks = ["data: 1\n\nda", "ta: 2\n\n"]
            .iter()
            .enumerate()
            .map(|(at, text)| (Duration::from_millis(5 * at as u64), Bytes::from(*text)))
            .collect::<Vec<_>>();
        assert_eq!(read(&chunks).iter().map(|event| event.after).collect::<Vec<_>>(), [0, 5]);
    }
}

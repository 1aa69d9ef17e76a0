//! Answers of the platform as bytes, for stores.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cc_runtime::transport::CachedAnswer;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

/// Metadata before the body: one line of JSON.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    /// Names and values, these in base 64: a header may hold any bytes.
    headers: Vec<(String, String)>,
}

pub(crate) fn encode(answer: &CachedAnswer) -> Vec<u8> {
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), STANDARD.encode(value))).collect();
    let head = Head { status: answer.status.as_u16(), headers };
    // Texts and numbers always encode.
    let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
    bytes.push(b'\n');
    bytes.extend_from_slice(&answer.body);
    bytes
}

/// `None` for data that this version did not write.
pub(crate) fn decode(kept: &[u8]) -> Option<CachedAnswer> {
    let end = kept.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&kept[..end]).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in head.headers {
        let value = STANDARD.decode(value).ok()?;
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    let status = StatusCode::from_u16(head.status).ok()?;
    Some(CachedAnswer { status, headers, body: Bytes::copy_from_slice(&kept[end + 1..]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_back_as_it_was() {
        let mut headers = HeaderMap::new();
        headers.append("x-a", HeaderValue::from_bytes(b"\xe9\xff").unwrap());
        headers.append("x-a", "two".parse().unwrap());
        let body = Bytes::from_static(b"\n{\"a\":1}\n\xff");
        let answer = CachedAnswer { status: StatusCode::CREATED, headers, body };
        let again = decode(&encode(&answer)).unwrap();
        assert_eq!(
            (again.status, &again.headers, &again.body),
            (answer.status, &answer.headers, &answer.body)
        );
    }

    #[test]
    fn what_another_version_wrote_is_not_read() {
        for kept in ["", "{}", "{}\n", "{\"status\":9,\"headers\":[]}\n", "[\n"] {
            assert!(decode(kept.as_bytes()).is_none(), "{kept}");
        }
    }
}

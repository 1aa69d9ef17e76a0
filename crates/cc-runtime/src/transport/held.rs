//! Copies data that are kept for longer than a call.
//!
//! Bodies and header values from a connection are slices of its read buffer: a cached answer of ten bytes
//! would hold hundreds of kilobytes. Kept data are therefore copied into allocations of their own size.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

/// A copy that shares no buffer with the body.
pub(crate) fn body(body: &Bytes) -> Bytes {
    Bytes::copy_from_slice(body)
}

/// A copy that shares no buffer with the headers. Names are copied when a head is parsed.
pub(crate) fn headers(headers: &HeaderMap) -> HeaderMap {
    let mut copy = HeaderMap::with_capacity(headers.keys_len());
    for (name, value) in headers {
        // The bytes come from a header value, so they are valid in one.
        let Ok(mut exact) = HeaderValue::from_bytes(value.as_bytes()) else { continue };
        exact.set_sensitive(value.is_sensitive());
        copy.append(name.clone(), exact);
    }
    copy
}

/// Size of a header map in bytes: its tables, including free capacity, and the values.
pub(crate) fn size_of_headers(headers: &HeaderMap) -> usize {
    /// A slot of the table of entries: hash, name, value, and links to further values of one name.
    const ENTRY: usize = 104;
    /// A slot of the table of hashes, of which a quarter stays empty.
    const INDEX: usize = 4;
    /// A further value of a name, and the room that a growing list keeps for one more.
    const FURTHER: usize = 2 * 72;
    let table = headers.capacity() * (ENTRY + 2 * INDEX);
    let further = (headers.len() - headers.keys_len()) * FURTHER;
    let names: usize = headers.keys().map(|name| name.as_str().len()).sum();
    let values: usize = headers.values().map(|value| value.len() + ALLOCATION).sum();
    table + further + names + values
}

/// Overhead of an allocation: the header of the allocator, and the reference count of shared [`Bytes`].
pub(crate) const ALLOCATION: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_headers_keeps_order_repeats_and_sensitivity() {
        let mut source = HeaderMap::new();
        source.append("set-cookie", HeaderValue::from_static("a"));
        source.append("set-cookie", HeaderValue::from_static("b"));
        let mut secret = HeaderValue::from_bytes(b"caf\xe9").unwrap();
        secret.set_sensitive(true);
        source.append("x-secret", secret);
        let copy = headers(&source);
        assert_eq!(copy, source);
        assert!(copy["x-secret"].is_sensitive() && !copy["set-cookie"].is_sensitive());
        assert_eq!(copy.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn the_size_of_headers_covers_their_tables_and_values() {
        assert_eq!(size_of_headers(&HeaderMap::new()), 0);
        let mut source = HeaderMap::new();
        source.insert("x-long", HeaderValue::from_bytes(&[b'a'; 10_000]).unwrap());
        assert!((10_000..12_000).contains(&size_of_headers(&source)), "{}", size_of_headers(&source));
        let roomy: HeaderMap = HeaderMap::with_capacity(1_000);
        assert!(size_of_headers(&roomy) >= 100_000);
        assert!(size_of_headers(&headers(&source)) <= size_of_headers(&source));
    }
}

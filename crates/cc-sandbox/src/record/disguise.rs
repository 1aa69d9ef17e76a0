//! Replaces texts that may be personal or secret, each text always with the same one.

mod text;

pub(super) use text::uuid_in;

use std::collections::HashMap;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Maximum number of texts of which it remembers how they were replaced.
const REMEMBERED: usize = 1 << 20;
/// Shortest and longest replacement of a secret.
const SECRET: (usize, usize) = (8, 4_096);

/// Replaces texts with a key that is never written: nobody who has the replacements can compute the originals.
///
/// A replacement depends only on the key and the original. Its shape stays: an id keeps its prefix, an e-mail address is one, and
/// other texts keep their length and their punctuation.
pub(super) struct Disguise {
    key: [u8; 32],
    /// How a text was replaced when it occurred first, by a digest of the text: `true` as a secret.
    seen: HashMap<[u8; 16], bool>,
}

impl Disguise {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key, seen: HashMap::new() }
    }

    /// Replaces a secret: `***` and letters, with a length that only shows the next power of two.
    pub(super) fn secret(&mut self, text: &str) -> String {
        self.replaced(text, true)
    }

    /// Replaces any other text.
    pub(super) fn plain(&mut self, text: &str) -> String {
        self.replaced(text, false)
    }

    /// Returns `true` if this text was replaced somewhere.
    pub(super) fn knows(&self, text: &str) -> bool {
        self.seen.contains_key(&self.digest(text))
    }

    fn replaced(&mut self, text: &str, is_secret: bool) -> String {
        if text.is_empty() {
            return String::new();
        }
        let digest = self.digest(text);
        let is_secret = match self.seen.get(&digest) {
            Some(first) => *first,
            None => {
                if self.seen.len() < REMEMBERED {
                    self.seen.insert(digest, is_secret);
                }
                is_secret
            }
        };
        if is_secret { self.starred(text) } else { self.text(text) }
    }

    fn starred(&self, text: &str) -> String {
        let length = text.len().next_power_of_two().clamp(SECRET.0, SECRET.1);
        let mut letters = self.stream("secret", text);
        let rest = (3..length).map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[letters.below(32)]));
        std::iter::once("***".to_owned()).chain(rest.map(String::from)).collect()
    }

    fn digest(&self, text: &str) -> [u8; 16] {
        let bytes = self.mac(&["seen", text]);
        std::array::from_fn(|index| bytes[index])
    }

    /// Endless bytes for a text and a purpose.
    fn stream<'a>(&'a self, purpose: &'static str, text: &'a str) -> Letters<'a> {
        Letters { disguise: self, purpose, text, block: 0, bytes: Vec::new() }
    }

    fn mac(&self, parts: &[&str]) -> Vec<u8> {
        // A key of any length is fine for HMAC, so that this is never empty.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return vec![0; 32] };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().to_vec()
    }
}

/// Bytes that follow from the key, a purpose and a text.
struct Letters<'a> {
    disguise: &'a Disguise,
    purpose: &'static str,
    text: &'a str,
    block: u64,
    bytes: Vec<u8>,
}

impl Letters<'_> {
    fn byte(&mut self) -> u8 {
        if self.bytes.is_empty() {
            self.bytes = self.disguise.mac(&[self.purpose, self.text, &self.block.to_string()]);
            self.block += 1;
        }
        self.bytes.pop().unwrap_or_default()
    }

    /// A number below a bound of at most 256.
    fn below(&mut self, bound: usize) -> usize {
        // Two bytes, so that the numbers are almost equally likely.
        (usize::from(self.byte()) << 8 | usize::from(self.byte())) % bound
    }

    fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.below(16)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_same_replacement_whatever_it_is_taken_for_later() {
        let mut disguise = Disguise::new([7; 32]);
        let first = disguise.secret("hunter2hunter2");
        assert_eq!(first.len(), 16);
        assert!(first.starts_with("***"));
        assert_eq!(disguise.plain("hunter2hunter2"), first);
        let name = disguise.plain("Ada Lovelace");
        assert_eq!(disguise.secret("Ada Lovelace"), name);
        assert!(disguise.knows("Ada Lovelace") && !disguise.knows("Ada"));
    }

    #[test]
    fn another_key_gives_another_replacement() {
        let replaced = |key| Disguise::new([key; 32]).plain("app_0b0f4b0c-6a4b-4c1a-9a4a-0d7a3b1c2d3e");
        assert_ne!(replaced(1), replaced(2));
        assert_eq!(replaced(1), replaced(1));
    }
}

//! Text whose bytes arrive in pieces. UTF-8 is checked piece by piece, while the bytes are in cache.

use simdutf8::compat::from_utf8;
use std::borrow::Cow;

use super::line::release;
use super::meter;

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// Text with each invalid sequence replaced, as the standard decodes UTF-8. Lines may be decoded one by one: no
/// sequence goes beyond a line end.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    meter::examine(bytes.len());
    match from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            meter::examine(bytes.len());
            String::from_utf8_lossy(bytes)
        }
    }
}

/// The text of [`text`], independent of the cuts.
#[derive(Debug, Default)]
pub(super) struct Text {
    decoded: String,
    /// The start of a sequence whose rest has not come.
    begun: [u8; 4],
    begun_length: usize,
}

impl Text {
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.decoded.as_bytes()
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while let (1.., Some((&byte, rest))) = (self.begun_length, bytes.split_first()) {
            self.begun[self.begun_length] = byte;
            meter::examine(self.begun_length + 1);
            match from_utf8(&self.begun[..=self.begun_length]) {
                Ok(character) => {
                    self.decoded.push_str(character);
                    self.begun_length = 0;
                }
                Err(error) if error.error_len().is_none() => self.begun_length += 1,
                // The sequence breaks off before this byte.
                Err(_) => {
                    self.finish();
                    continue;
                }
            }
            bytes = rest;
        }
        meter::examine(bytes.len());
        match from_utf8(bytes) {
            Ok(text) => self.decoded.push_str(text),
            Err(error) if error.error_len().is_none() => {
                let (whole, begun) = bytes.split_at(error.valid_up_to());
                self.decoded.push_str(&text(whole));
                self.begin(begun);
            }
            Err(_) => self.push_invalid(bytes),
        }
    }

    #[cold]
    fn push_invalid(&mut self, bytes: &[u8]) {
        meter::examine(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.decoded.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && from_utf8(invalid).is_err_and(|error| error.error_len().is_none()) {
                self.begin(invalid);
            } else if !invalid.is_empty() {
                self.decoded.push(REPLACEMENT);
            }
        }
    }

    fn begin(&mut self, begun: &[u8]) {
        self.begun[..begun.len()].copy_from_slice(begun);
        self.begun_length = begun.len();
    }

    /// Completes the text: an incomplete sequence is invalid.
    pub(super) fn finish(&mut self) -> &mut String {
        if std::mem::take(&mut self.begun_length) > 0 {
            self.decoded.push(REPLACEMENT);
        }
        &mut self.decoded
    }

    /// The buffer, while no text is in it.
    #[inline]
    pub(super) fn buffer(&mut self) -> &mut String {
        &mut self.decoded
    }

    /// Empties it for the next text.
    pub(super) fn release(&mut self) {
        self.begun_length = 0;
        release(&mut self.decoded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]]) -> String {
        let mut text = Text::default();
        for piece in pieces {
            text.push(piece);
        }
        text.finish().clone()
    }

    proptest! {
        #[test]
        fn any_cut_of_any_bytes_gives_the_same_text(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0xC0..=0xF8u8, 0x80..=0xBFu8], 0..40),
            cuts in prop::collection::vec(0..40usize, 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([bytes.len()]) {
                pieces.push(&bytes[from..cut]);
                from = cut;
            }
            prop_assert_eq!(cut(&pieces), String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_character_may_come_byte_by_byte() {
        let text = "zażółć 日本 🦀";
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(cut(&bytes), text);
    }
}

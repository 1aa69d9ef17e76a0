//! Limits of external text in errors.

pub(crate) use cc_one_line::{folded, one_line};

/// Maximum length of a displayed message, in characters.
pub(crate) const MESSAGE: usize = 2_000;

/// Maximum length of a displayed code or id, in characters: those of the platform are shorter than 60.
pub(crate) const CODE: usize = 200;

/// Returns the text as one line with a limited number of characters, for an error. If secrets are still to be
/// removed, nothing is cut, because a part of a secret would remain.
pub(crate) fn kept(text: String, most: usize) -> String {
    match one_line(&text, most).to_text() {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(line) => line,
    }
}

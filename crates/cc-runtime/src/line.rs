//! Limits of external text in errors.

pub(crate) use cc_one_line::{folded, one_line};

/// Maximum length of a displayed message, in characters.
pub(crate) const MESSAGE: usize = 2_000;

/// Maximum length of a displayed code or id, in characters: those of the platform are shorter than 60.
pub(crate) const CODE: usize = 200;

/// The text as one line of at most so many characters: what an error keeps of a text from outside. Where secrets are still to be
/// taken out of it, nothing is cut: a part of a secret would stay.
pub(crate) fn kept(text: String, most: usize) -> String {
    match one_line(&text, most).to_text() {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(line) => line,
    }
}

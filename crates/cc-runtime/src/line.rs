//! How much of a text from outside an error keeps and shows.

pub(crate) use cc_one_line::{folded, one_line};

/// How many characters of a message are worth showing.
pub(crate) const MESSAGE: usize = 2_000;

/// How many characters of a code or an id are worth showing: the platform's own have less than 60.
pub(crate) const CODE: usize = 200;

/// The text as one line of at most so many characters: what an error keeps of a text from outside. Where secrets are still to be
/// taken out of it, nothing is cut: a part of a secret would stay.
pub(crate) fn kept(text: String, most: usize) -> String {
    match one_line(&text, most).to_text() {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(line) => line,
    }
}

//! The local storage of an origin: text by key, which stays when the page is closed, and which all tabs of the origin share.

use std::fmt;

use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};

/// The local storage of the page's origin.
#[derive(Debug, Clone)]
pub struct Local(SendWrapper<web_sys::Storage>);

/// Why the storage did not do something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is none: a worker, or an environment without local storage.
    Absent,
    /// The browser does not let the page use it, with the reason.
    Blocked(String),
    /// There is no room for the value.
    Full,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there is no local storage here: workers have none"),
            Self::Blocked(reason) => write!(f, "the browser blocks local storage: {reason}"),
            Self::Full => f.write_str("local storage is full"),
        }
    }
}

impl std::error::Error for Error {}

impl Local {
    /// Opens it.
    ///
    /// # Errors
    /// [`Error::Absent`] and [`Error::Blocked`].
    pub fn open() -> Result<Self, Error> {
        let found = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("localStorage"));
        let found = found.map_err(|reason| failure(&reason))?;
        if found.is_null() || found.is_undefined() {
            return Err(Error::Absent);
        }
        // An object of another realm is no instance of this one's class, and has the same methods.
        Ok(Self(SendWrapper::new(found.unchecked_into())))
    }

    /// Returns the text of a key.
    ///
    /// # Errors
    /// [`Error::Blocked`].
    pub fn get(&self, key: &str) -> Result<Option<String>, Error> {
        self.0.get_item(key).map_err(|reason| failure(&reason))
    }

    /// Sets the text of a key, in one step that no other tab sees half done.
    ///
    /// # Errors
    /// [`Error::Full`], with the old text still there, and [`Error::Blocked`].
    pub fn set(&self, key: &str, text: &str) -> Result<(), Error> {
        self.0.set_item(key, text).map_err(|reason| failure(&reason))
    }

    /// Removes a key, which need not be there.
    ///
    /// # Errors
    /// [`Error::Blocked`].
    pub fn remove(&self, key: &str) -> Result<(), Error> {
        self.0.remove_item(key).map_err(|reason| failure(&reason))
    }

    /// Returns the keys that begin with this text, in no order.
    ///
    /// # Errors
    /// [`Error::Blocked`].
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let length = self.0.length().map_err(|reason| failure(&reason))?;
        let mut keys = Vec::new();
        for index in 0..length {
            if let Some(key) = self.0.key(index).map_err(|reason| failure(&reason))?
                && key.starts_with(prefix)
            {
                keys.push(key);
            }
        }
        Ok(keys)
    }
}

fn failure(reason: &JsValue) -> Error {
    let of =
        |name| js_sys::Reflect::get(reason, &JsValue::from_str(name)).ok().and_then(|text| text.as_string());
    match of("name").as_deref() {
        // Firefox has a name of its own for it.
        Some("QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED") => Error::Full,
        _ => Error::Blocked(of("message").unwrap_or_else(|| format!("{reason:?}"))),
    }
}

//! Removes secrets from the causes of an error.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::Redactor;

impl Redactor {
    /// Returns a cause without the secrets; `None` if it contains none. Only the message of such a cause is
    /// kept.
    pub(crate) fn hide_cause<'a>(
        &self,
        cause: &'a (dyn StdError + 'static),
    ) -> Option<Arc<dyn StdError + Send + Sync>> {
        let chain =
            || std::iter::successors(Some(cause), |cause: &&'a (dyn StdError + 'static)| (*cause).source());
        let leaks = chain().any(|cause| {
            [cause.to_string(), format!("{cause:?}")].iter().any(|shown| self.hide(shown) != shown.as_str())
        });
        if !leaks {
            return None;
        }
        if let Some(own) = cause.downcast_ref::<crate::Error>() {
            return Some(Arc::new(own.clone().redacted(self)));
        }
        let words: Vec<String> = chain().map(|cause| self.hide(&cause.to_string()).into_owned()).collect();
        let said = words.into_iter().rev().fold(None, |source, text| Some(Box::new(Said { text, source })));
        said.map(|said| Arc::new(*said) as _)
    }
}

/// Text of a cause from which a secret was removed.
struct Said {
    text: String,
    source: Option<Box<Said>>,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Said {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

//! Contents that clients uploaded.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Size of all contents together, in bytes: no client chooses how much memory the sandbox uses.
const MOST: usize = 64 << 20;

/// Uploaded contents by their paths, such as `cellar/cellar_…/bucket/key`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Files(BTreeMap<String, File>);

/// An uploaded content.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) media: String,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub(crate) bytes: Bytes,
}

impl Files {
    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }

    /// Keeps a content. Returns `false` if there is no room for it.
    #[must_use]
    pub(crate) fn put(&mut self, path: String, file: File) -> bool {
        let others = self.0.iter().filter(|(own, _)| **own != path);
        let used: usize = others.map(|(path, file)| path.len() + file.bytes.len()).sum();
        let fits = used.saturating_add(path.len()).saturating_add(file.bytes.len()) <= MOST;
        if fits {
            self.0.insert(path, file);
        }
        fits
    }

    /// Removes a content, and those below it.
    pub(crate) fn remove(&mut self, path: &str) {
        let below = format!("{path}/");
        self.0.retain(|own, _| own != path && !own.starts_with(&below));
    }

    /// Number and size of the contents below a path.
    pub(crate) fn below(&self, path: &str) -> (usize, usize) {
        let below = format!("{path}/");
        let found = self.0.iter().filter(|(own, _)| own.starts_with(&below));
        found.fold((0, 0), |(count, size), (_, file)| (count + 1, size + file.bytes.len()))
    }
}

fn write<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
}

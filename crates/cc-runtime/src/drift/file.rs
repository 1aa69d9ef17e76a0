//! A file of reports, a line each.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::DriftReport;
use crate::lock::lock;

/// A file of JSON lines, to which a transport appends its reports: see
/// [`TransportBuilder::drift_file`](crate::TransportBuilder::drift_file). `cargo xtask drift` reads such files.
///
/// A line is written when a place is first met, again each time when its count has doubled, and when the last clone of the transport
/// is dropped. Its `count` is the number of answers since the line before, so that the counts of all lines add up, also of several
/// processes that append to one file. Each line is one write.
#[derive(Debug, Clone)]
pub struct DriftFile(Arc<Mutex<File>>);

impl DriftFile {
    /// Opens a file to append to, and creates it if it is missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    /// Appends a line.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, report: &DriftReport) -> io::Result<()> {
        let mut line = serde_json::to_vec(report)?;
        line.push(b'\n');
        lock(&self.0).write_all(&line)
    }
}

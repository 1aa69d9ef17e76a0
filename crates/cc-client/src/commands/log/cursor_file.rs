//! The places of logs in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind as Io};
use std::path::{Path, PathBuf};

use cc_runtime::{Error, ErrorKind, Result, file};
use serde::{Deserialize, Serialize};

use super::TailCursors;
use crate::atomic_file;

/// Version of the format.
const VERSION: u32 = 1;

/// The largest file that is read, in bytes: room for some ten thousand applications.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Suffix of the name of the file that is locked.
const LOCK: &str = ".lock";

/// Keeps the places of a [`Tail`](super::Tail) in a file, so that a program continues after a restart where it was.
///
/// [`save`](Self::save) replaces the file as a whole: a process that is killed at any moment leaves the old or the new places, never a
/// part. The file is readable for its owner alone. One process uses it at a time: a second [`open`](Self::open) fails until the first
/// value is dropped or its process ends. The lock is held on a file beside it, whose name ends with `.lock` and which stays.
///
/// Save after lines were handled: lines that were handled after the last save are delivered again after a kill.
///
/// ```no_run
/// # async fn example(client: cc_client::Client) -> cc_client::Result<()> {
/// use cc_client::commands::log::CursorFile;
/// use futures_util::TryStreamExt;
///
/// let mut file = CursorFile::open("shop.cursors")?;
/// let mut tail = client.tail(["app_…"]).resume(file.cursors()).open();
/// while let Some(tailed) = tail.try_next().await? {
///     if let Some(line) = tailed.delivery.item() {
///         println!("{line}");
///     }
///     file.save(&tail.cursors())?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct CursorFile {
    path: PathBuf,
    cursors: TailCursors,
    /// Held as long as the file is used.
    _lock: File,
}

#[derive(Serialize, Deserialize)]
struct Contents<C> {
    version: u32,
    applications: C,
}

impl CursorFile {
    /// Opens and locks a file, and reads the places in it. One that does not exist has no places, and is created by the first
    /// [`save`](Self::save). The folders above it are created.
    ///
    /// Blocks the thread, for as long as the disk takes.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if another process uses the file, and if it cannot be read: nothing is thrown away.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        match Self::read(&path) {
            Ok((lock, cursors)) => Ok(Self { path, cursors, _lock: lock }),
            Err(error) => Err(unusable(&path, error)),
        }
    }

    fn read(path: &Path) -> io::Result<(File, TailCursors)> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let mut lock = path.as_os_str().to_owned();
        lock.push(LOCK);
        let lock = locked(Path::new(&lock))?;
        let bytes = match file::read_blocking(path, MAX_BYTES) {
            Ok(contents) => contents.bytes,
            Err(error) if error.kind() == Io::NotFound => return Ok((lock, TailCursors::default())),
            Err(error) => return Err(error),
        };
        let contents: Contents<serde_json::Value> = serde_json::from_slice(&bytes).map_err(foreign)?;
        if contents.version != VERSION {
            let message = format!("its version is {}, and this program knows {VERSION}", contents.version);
            return Err(io::Error::new(Io::InvalidData, message));
        }
        Ok((lock, serde_json::from_value(contents.applications).map_err(foreign)?))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the places that were saved last.
    #[must_use]
    pub fn cursors(&self) -> &TailCursors {
        &self.cursors
    }

    /// Replaces the places in the file, unless they are the same. They are on the disk when it returns.
    ///
    /// Blocks the thread, usually for some milliseconds. A program with many lines saves after a batch of them, or once a second.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if the file cannot be written: it keeps the places of before.
    pub fn save(&mut self, cursors: &TailCursors) -> Result<()> {
        if *cursors == self.cursors {
            return Ok(());
        }
        let contents = Contents { version: VERSION, applications: cursors };
        let json = serde_json::to_vec(&contents).map_err(io::Error::from);
        let written = json.and_then(|json| atomic_file::replace(&self.path, |file| file.write_all(&json)));
        written.map_err(|error| unusable(&self.path, error))?;
        self.cursors.clone_from(cursors);
        Ok(())
    }
}

fn foreign(error: serde_json::Error) -> io::Error {
    let message =
        format!("it holds no places of logs ({error}): name another file, or delete it to start anew");
    io::Error::new(Io::InvalidData, message)
}

fn unusable(path: &Path, cause: io::Error) -> Error {
    Error::new(ErrorKind::Store)
        .with_message(format!("could not use the cursor file `{}`: {cause}", path.display()))
        .with_source(cause)
}

/// Opens a file that no other process can open like this until it is closed, which the system does when the process ends.
fn locked(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
    let file = match options.open(path) {
        // 32: ERROR_SHARING_VIOLATION.
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(32) => return Err(in_use()),
        file => file?,
    };
    #[cfg(unix)]
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Err(in_use()),
        Err(error) => return Err(error.into()),
    }
    Ok(file)
}

fn in_use() -> io::Error {
    io::Error::new(Io::WouldBlock, "another process uses it: stop that one, or name another file")
}

#[cfg(test)]
mod tests {
    use cc_stream::Cursor;

    use super::*;

    fn cursors(id: &str) -> TailCursors {
        let mut cursor = Cursor::default();
        cursor.last_event_id = Some(id.to_owned());
        [("app_1", cursor)].into()
    }

    #[test]
    fn places_are_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("cursors");
        let mut file = CursorFile::open(&path).unwrap();
        assert!(file.cursors().is_empty());
        for id in ["1", "2", "2"] {
            file.save(&cursors(id)).unwrap();
        }
        drop(file);
        assert_eq!(*CursorFile::open(&path).unwrap().cursors(), cursors("2"));
    }

    #[test]
    fn a_second_user_is_refused_until_the_first_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cursors");
        let first = CursorFile::open(&path).unwrap();
        let error = CursorFile::open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("another process uses it"), "{error}");
        drop(first);
        assert!(CursorFile::open(&path).is_ok());
    }

    #[test]
    fn a_file_of_something_else_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        for text in
            ["", "notes", "{}", r#"{"version":2,"applications":{}}"#, r#"{"version":1,"applications":[]}"#]
        {
            let path = folder.path().join("cursors");
            atomic_file::replace(&path, |file| file.write_all(text.as_bytes())).unwrap();
            assert_eq!(CursorFile::open(&path).unwrap_err().kind(), ErrorKind::Store, "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}

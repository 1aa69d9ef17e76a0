//! Reads small files that the SDK trusts, such as the CLI's configuration: only regular files that no other user can have
//! written, only up to a size, and only for so long.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Maximum number of reads that may hang in the system at once. Beyond it, reads fail at once.
const MAX_STUCK: usize = 16;

/// The contents of a file, and its permissions.
#[derive(Debug)]
pub struct Contents {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The permission bits, on systems that have them.
    pub mode: Option<u32>,
}

/// Reason why a file is not trusted. It is the inner error of an [`io::Error`] of kind `PermissionDenied`, or
/// `FileTooLarge` for [`TooLarge`](Self::TooLarge).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Untrusted {
    /// The path is a directory, a pipe, a socket or a device.
    NotRegular,
    /// The file belongs to the user with this id, who is neither the user of this process nor root.
    OtherOwner(u32),
    /// Users other than its owner may write it: its permission bits.
    Writable(u32),
    /// The file has more bytes than this.
    TooLarge(u64),
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRegular => f.write_str("it is not a regular file"),
            Self::OtherOwner(user) => write!(
                f,
                "it is not trusted: it belongs to another user (uid {user}): `chown` it to the user of this process"
            ),
            Self::Writable(mode) => write!(
                f,
                "it is not trusted: other users may write it (mode {mode:o}): check its contents and `chmod 600` it"
            ),
            Self::TooLarge(most) => write!(f, "it is too large: at most {most} bytes are read"),
        }
    }
}

impl std::error::Error for Untrusted {}

impl Untrusted {
    /// The reason in an error of [`read`] or [`read_blocking`], if the file was there and not trusted.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<Untrusted> for io::Error {
    fn from(reason: Untrusted) -> Self {
        let kind = match reason {
            Untrusted::TooLarge(_) => io::ErrorKind::FileTooLarge,
            _ => io::ErrorKind::PermissionDenied,
        };
        Self::new(kind, reason)
    }
}

/// Reads a file of up to `most` bytes on a separate thread, for at most `patience`. A hanging read, as on a
/// disconnected network mount, blocks neither the caller nor the end of the process.
///
/// # Errors
/// Those of the system, an [`Untrusted`] file, and `TimedOut`.
pub fn read(path: &Path, most: u64, patience: Duration) -> io::Result<Contents> {
    static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
    let late = || io::Error::new(io::ErrorKind::TimedOut, format!("timed out after {patience:?}"));
    if UNDER_WAY.fetch_add(1, Ordering::Relaxed) >= MAX_STUCK {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(late());
    }
    let (done, wait) = mpsc::sync_channel(1);
    let path = path.to_owned();
    let thread = std::thread::Builder::new().name("cc-file".to_owned()).spawn(move || {
        let read = read_blocking(&path, most);
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        // The caller may have stopped waiting.
        let _ = done.send(read);
    });
    if let Err(error) = thread {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(error);
    }
    wait.recv_timeout(patience).unwrap_or_else(|_| Err(late()))
}

/// Does the same as [`read`] on the thread of the caller: a hanging file system keeps it waiting.
///
/// # Errors
/// Those of the system, and an [`Untrusted`] file.
pub fn read_blocking(path: &Path, most: u64) -> io::Result<Contents> {
    let mut options = OpenOptions::new();
    options.read(true);
    // Without it, opening a pipe waits for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    // Of the open file, not of the path, which may name another one by now.
    let mode = check(&file, most)?;
    let mut bytes = Vec::new();
    // A file that grows, or does not know its size, such as those in /proc, is read up to the same bound.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Untrusted::TooLarge(most).into());
    }
    Ok(Contents { bytes, mode })
}

/// The permission bits of a file that is trusted.
fn check(file: &File, most: u64) -> io::Result<Option<u32>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Untrusted::NotRegular.into());
    }
    if metadata.len() > most {
        return Err(Untrusted::TooLarge(most).into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (owner, mode) = (metadata.uid(), metadata.mode() & 0o777);
        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            return Err(Untrusted::OtherOwner(owner).into());
        }
        if mode & 0o022 != 0 {
            return Err(Untrusted::Writable(mode).into());
        }
        Ok(Some(mode))
    }
    #[cfg(not(unix))]
    Ok(None)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn reason(path: &Path) -> Untrusted {
        let error = read(path, 10, SECOND).unwrap_err();
        Untrusted::of(&error).unwrap_or_else(|| panic!("{error}"))
    }

    fn file(folder: &tempfile::TempDir, bytes: &[u8], mode: u32) -> PathBuf {
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn only_regular_files_that_no_other_user_may_write_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o644, 0o755] {
            let contents = read(&file(&folder, b"0123456789", mode), 10, SECOND).unwrap();
            assert_eq!((contents.bytes.as_slice(), contents.mode), (&b"0123456789"[..], Some(mode)));
        }
        for mode in [0o602, 0o620, 0o666] {
            assert_eq!(reason(&file(&folder, b"", mode)), Untrusted::Writable(mode));
        }
        assert_eq!(reason(&file(&folder, b"0123456789a", 0o600)), Untrusted::TooLarge(10));
        assert_eq!(reason(folder.path()), Untrusted::NotRegular);
        let missing = read(&folder.path().join("missing"), 10, SECOND).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_of_another_user_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, b"", 0o600);
        // Only root may give a file away.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            assert_eq!(reason(&path), Untrusted::OtherOwner(12_345));
        }
    }

    #[test]
    fn pipes_and_devices_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, Path::new("/dev/zero"), Path::new("/dev/null")] {
            assert_eq!(reason(path), Untrusted::NotRegular, "{}", path.display());
        }
    }

    #[test]
    fn a_file_that_does_not_know_its_size_is_read_up_to_the_bound() {
        let path = Path::new("/proc/self/maps");
        if path.exists() {
            assert_eq!(reason(path), Untrusted::TooLarge(10));
        }
    }
}

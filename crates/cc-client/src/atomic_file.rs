//! Files that are replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cc_runtime::Timestamp;

/// Suffix of the name of a file that is being written.
const NEW: &str = ".new-";

/// Age at which an unfinished file is treated as abandoned by its writer. Writing takes milliseconds.
const ABANDONED: Duration = Duration::from_secs(60);

/// Replaces a file, or creates it and the folders above it, readable for its owner alone. Readers find the old or the new content,
/// also when this process is killed meanwhile. The new content is on the disk when it returns.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let (mut file, temporary) = temporary(path)?;
    let written = (|| {
        let mut file = io::BufWriter::new(&mut file);
        write(&mut file)?;
        file.flush()
    })();
    let replaced = written.and_then(|()| file.sync_all()).and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    replaced?;
    clear_away(path);
    sync_folder(folder.unwrap_or(Path::new(".")));
    Ok(())
}

/// Removes the files of writers that were killed, if possible: the next writer tries again.
fn clear_away(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = format!("{}{NEW}", name.to_string_lossy());
    let old = |entry: &fs::DirEntry| {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > ABANDONED))
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) && old(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A new file beside the real one.
fn temporary(path: &Path) -> io::Result<(File, PathBuf)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut path = path.as_os_str().to_owned();
    path.push(format!(
        "{NEW}{}-{}-{}",
        std::process::id(),
        Timestamp::now().as_micros(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    ));
    let path = PathBuf::from(path);
    Ok((options.open(&path)?, path))
}

/// Syncs the directory, where the system supports it, so that the new name survives a power failure:
/// otherwise the complete old file returns.
fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

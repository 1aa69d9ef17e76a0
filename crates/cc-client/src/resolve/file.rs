//! Indexes in a file.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind as Io};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cc_runtime::file::{self, Untrusted};
use cc_runtime::{Error, ErrorKind, Result, Timestamp, tasks};
use tokio::sync::oneshot;

use super::index::Index;
use super::store::{Store, StoreFuture};
use crate::atomic_file;

/// The first line of the file. A version that does not know it takes the file for empty.
const HEADER: &str = "cc-client ids 1";

/// Prefix of the first line in every version.
const MAGIC: &str = "cc-client ids ";

/// The largest file that is read or written, in bytes: room for some four million ids.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Time limit of one operation on the file, including the wait for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Duration of an operation beyond which others do not wait for it, because it hangs.
const WORTH_WAITING: Duration = Duration::from_secs(2);

/// Keeps indexes in one file, a line for each identity and endpoint, readable for its owner alone.
///
/// Any number of processes may use the file at once: it is replaced as a whole and never locked. If two
/// processes write at the same moment, the last one wins, and the other fetches the index again later. A
/// process that is killed while it writes leaves only a temporary file, which the next write removes after a
/// minute. An unreadable file is renamed to its name followed by `.corrupt-` and the time in milliseconds,
/// and replaced.
///
/// Only a regular file of up to 256 MiB is read, which belongs to the user of this process or to root and which no other user
/// may write. Anything else is an error, and is not touched; but a file of the right owner with loose permissions, or one
/// that is too large, is replaced by the next write. Each operation takes ten seconds at most, also where the file system
/// hangs, and one that hangs does not keep the process from ending.
#[derive(Debug, Clone)]
pub struct FileStore(Arc<Inner>);

struct Inner {
    path: PathBuf,
    jobs: Mutex<Jobs>,
}

/// An operation on the file.
type Job = Box<dyn FnOnce(&Inner) + Send>;

/// The operations of this process, which one thread does in turn: none depends on a caller that stands still.
#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    /// There is a thread that does them.
    are_done: bool,
    /// Start of the operation that the thread does.
    busy_since: Option<Instant>,
}

impl FileStore {
    /// Keeps indexes in this file. It is created, with the folders above it, when there is something to keep.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Inner { path: path.into(), jobs: Mutex::default() }))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Works on the file in a separate thread: a blocking thread of a runtime would keep the process from
    /// ending while a file system hangs.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> io::Result<T> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let inner = self.0.clone();
        Box::pin(async move {
            let late = || io::Error::new(Io::TimedOut, format!("timed out after {PATIENCE:?}"));
            let work = async {
                let (done, wait) = oneshot::channel();
                let job = move |inner: &Inner| {
                    // The caller may have stopped waiting.
                    if !done.is_closed() {
                        let _ = done.send(work(inner));
                    }
                };
                inner.start(Box::new(job))?;
                wait.await.map_err(io::Error::other)?
            };
            let done = tasks::until(tasks::after(PATIENCE), work);
            let done = tasks::guarded(async { Ok(done.await.unwrap_or_else(|| Err(late()))) }).await?;
            done.map_err(|cause| {
                Error::new(ErrorKind::Store)
                    .with_message(format!("could not use the file of ids `{}`", inner.path.display()))
                    .with_source(cause)
            })
        })
    }
}

impl Store for FileStore {
    fn read<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        let key = encoded(key);
        self.run(move |inner| {
            let bytes = inner.bytes()?;
            let Ok(text) = text(&bytes) else { return inner.put_aside(&bytes).map(|()| None) };
            let Some(json) = lines(text).find_map(|line| value(line, &key)) else { return Ok(None) };
            match Index::from_json(json.as_bytes()) {
                Ok(index) => Ok(Some(Arc::new(index))),
                Err(_) => inner.put_aside(&bytes).map(|()| None),
            }
        })
    }

    fn write<'a>(&'a self, key: &'a str, index: Arc<Index>) -> StoreFuture<'a, ()> {
        let key = encoded(key);
        self.run(move |inner| inner.change(&key, Some(&index.to_json())))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        let key = encoded(key);
        self.run(move |inner| inner.change(&key, None))
    }
}

impl Inner {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an operation behind the others.
    fn start(self: &Arc<Self>, job: Job) -> io::Result<()> {
        let mut jobs = self.jobs();
        if jobs.busy_since.is_some_and(|since| since.elapsed() > WORTH_WAITING) {
            return Err(io::Error::new(Io::TimedOut, "an earlier operation on the file has not finished"));
        }
        if !jobs.are_done {
            let inner = self.clone();
            std::thread::Builder::new().name("cc-ids".to_owned()).spawn(move || inner.work())?;
            jobs.are_done = true;
        }
        jobs.waiting.push_back(job);
        Ok(())
    }

    /// Does all operations that wait.
    fn work(&self) {
        loop {
            let mut jobs = self.jobs();
            let Some(job) = jobs.waiting.pop_front() else {
                (jobs.are_done, jobs.busy_since) = (false, None);
                return;
            };
            jobs.busy_since = Some(Instant::now());
            drop(jobs);
            // A panic ends one operation, whose caller gets an error.
            let _ = catch_unwind(AssertUnwindSafe(|| job(self)));
        }
    }

    /// Reads the file; one that does not exist is empty.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        match file::read_blocking(&self.path, MAX_BYTES) {
            Ok(contents) => Ok(contents.bytes),
            Err(error) if error.kind() == Io::NotFound => Ok(HEADER.into()),
            Err(error) => Err(error),
        }
    }

    /// Renames an unreadable file, unless it was replaced meanwhile.
    fn put_aside(&self, read: &[u8]) -> io::Result<()> {
        if self.bytes()? == read { self.take_away() } else { Ok(()) }
    }

    fn take_away(&self) -> io::Result<()> {
        let mut aside = self.path.clone().into_os_string();
        aside.push(format!(".corrupt-{}", Timestamp::now().as_millis()));
        let aside = PathBuf::from(aside);
        fs::rename(&self.path, &aside)?;
        tracing::warn!(path = %self.path.display(), aside = %aside.display(), "could not read the file of ids: it was renamed");
        Ok(())
    }

    /// Replaces the line of this key.
    fn change(&self, key: &str, json: Option<&str>) -> io::Result<()> {
        let before = match self.bytes() {
            // What others may have written is not taken over; the file that takes its place is trusted again.
            Err(error)
                if matches!(Untrusted::of(&error), Some(Untrusted::Writable(_) | Untrusted::TooLarge(_))) =>
            {
                HEADER.into()
            }
            before => before?,
        };
        let before = match text(&before) {
            Ok(text) => text,
            Err(_) => {
                self.take_away()?;
                HEADER
            }
        };
        let others = || lines(before).filter(|line| value(line, key).is_none());
        // If memory is short, the remaining ids are resolved by the platform again.
        let mine = json.map_or(0, |json| key.len() + json.len() + 2) + HEADER.len() + 1;
        let room = mine + others().map(|line| line.len() + 1).sum::<usize>() <= MAX_BYTES as usize;
        let others = others().filter(|_| room);
        if mine as u64 > MAX_BYTES {
            return Err(Untrusted::TooLarge(MAX_BYTES).into());
        }
        atomic_file::replace(&self.path, |file| {
            writeln!(file, "{HEADER}")?;
            for line in others {
                writeln!(file, "{line}")?;
            }
            if let Some(json) = json {
                writeln!(file, "{key}\t{json}")?;
            }
            Ok(())
        })
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A key as JSON: it holds neither a line end nor a tab.
fn encoded(key: &str) -> String {
    serde_json::Value::from(key).to_string()
}

/// The text of a file of this version; the header alone for one of another version.
fn text(bytes: &[u8]) -> Result<&str, NoIds> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.lines().next() == Some(HEADER) => Ok(text),
        Ok(text) if text.starts_with(MAGIC) => Ok(HEADER),
        _ => Err(NoIds),
    }
}

/// The file holds something else.
struct NoIds;

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().skip(1)
}

/// Value of a key in a line.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix('\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str = r#"{"version":"1","fetchedAt":"2024-03-12T13:38:33Z","organisations":[{"id":"orga_1","applications":[{"id":"app_1"}]}]}"#;

    fn index() -> Arc<Index> {
        Arc::new(Index::from_json(SUMMARY.as_bytes()).unwrap())
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn each_key_has_its_own_index_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cc").join("ids");
        let store = FileStore::new(&path);
        assert!(store.read("a").await.unwrap().is_none());
        store.write("a", index()).await.unwrap();
        store.write("b\n\"\t", Arc::new(Index::empty(Timestamp::now()))).await.unwrap();
        let other = FileStore::new(&path);
        assert_eq!(other.read("a").await.unwrap().unwrap().len(), 1);
        assert_eq!(other.read("b\n\"\t").await.unwrap().unwrap().len(), 0);
        other.remove("a").await.unwrap();
        assert!(store.read("a").await.unwrap().is_none());
        assert!(store.read("b\n\"\t").await.unwrap().is_some());
        assert_eq!(files(path.parent().unwrap()), ["ids"]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_file_is_readable_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("ids"));
        store.write("a", index()).await.unwrap();
        assert_eq!(fs::metadata(store.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_corrupt_file_is_put_aside_and_begun_anew() {
        let whole = format!("{HEADER}\n\"a\"\t{SUMMARY}\n");
        for broken in [b"{}".as_slice(), b"\xff", b"", &whole.as_bytes()[..whole.len() - 9]] {
            let folder = tempfile::tempdir().unwrap();
            let store = FileStore::new(folder.path().join("ids"));
            fs::write(store.path(), broken).unwrap();
            assert!(store.read("a").await.unwrap().is_none());
            let names = files(folder.path());
            assert!(names.len() == 1 && names[0].starts_with("ids.corrupt-"), "{names:?}");
            assert_eq!(fs::read(folder.path().join(&names[0])).unwrap(), broken);
            store.write("a", index()).await.unwrap();
            assert!(store.read("a").await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn a_file_of_another_version_reads_as_empty_and_stays_until_something_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("ids"));
        fs::write(store.path(), "cc-client ids 2\nwhatever\n").unwrap();
        assert!(store.read("a").await.unwrap().is_none());
        assert_eq!(files(folder.path()), ["ids"]);
        store.write("a", index()).await.unwrap();
        assert!(store.read("a").await.unwrap().is_some());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_that_write_at_once_never_leave_a_broken_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids");
        let writers = (0..16).map(|number| {
            let path = path.clone();
            tokio::spawn(async move {
                // A store of its own each, as other processes have.
                let store = FileStore::new(path);
                for _ in 0..8 {
                    store.write(&format!("key {}", number % 4), index()).await.unwrap();
                    let read = store.read(&format!("key {}", number % 4)).await.unwrap();
                    assert!(read.is_none_or(|index| index.len() == 1));
                }
            })
        });
        futures_util::future::try_join_all(writers).await.unwrap();
        assert_eq!(files(folder.path()), ["ids"]);
        assert!(fs::read_to_string(&path).unwrap().starts_with(HEADER));
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_written_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path());
        assert_eq!(store.read("a").await.unwrap_err().kind(), ErrorKind::Store);
        let error = store.write("a", index()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
    }
}

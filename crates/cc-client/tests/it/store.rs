//! An index that is kept for later is used, and never gets in the way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cc_client::resolve::{FileStore, Index, MemoryStore, Store, StoreFuture};
use cc_client::{Client, Error, ErrorKind, Timestamp};
use cc_runtime::ApplicationId;

use crate::support::{Platform, SECOND, SUMMARY};

fn app_1() -> ApplicationId {
    "app_1".into()
}

fn index(json: &str) -> Arc<Index> {
    let head = format!(r#"{{"version":"1","fetchedAt":"{}","#, Timestamp::now());
    Arc::new(Index::from_json(json.replacen('{', &head, 1).as_bytes()).unwrap())
}

#[tokio::test]
async fn the_next_client_with_the_same_identity_asks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids");
    let platform = Platform::usual();
    for _ in 0..3 {
        let client = platform.client_with(Client::builder().id_store(FileStore::new(&path)));
        assert_eq!(client.resolver().owner_of(&app_1()).await.unwrap(), "orga_1");
    }
    assert_eq!(platform.summaries(), 1);
}

#[tokio::test]
async fn two_identities_share_a_store_and_see_nothing_of_each_other() {
    let platform = Platform::new(|count, _| (200, SUMMARY.replace("orga_1", &format!("orga_of_{count}"))));
    let store = MemoryStore::new();
    let builder = || Client::builder().id_store(store.clone());
    let (mine, yours) = (platform.transport_of("me"), platform.transport_of("you"));
    for _ in 0..2 {
        let (mine, yours) = (builder().build_with(mine.clone()), builder().build_with(yours.clone()));
        assert_eq!(mine.resolver().owner_of(&app_1()).await.unwrap(), "orga_of_0");
        assert_eq!(yours.resolver().owner_of(&app_1()).await.unwrap(), "orga_of_1");
    }
    assert_eq!(platform.summaries(), 2);
}

/// A store that answers as each test says.
#[derive(Debug, Default)]
struct Odd {
    read: Mutex<Option<Arc<Index>>>,
    slow: bool,
    hung: bool,
    failing: bool,
    calls: AtomicUsize,
}

impl Odd {
    fn done<T: Send + 'static>(&self, value: T) -> StoreFuture<'_, T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            if self.slow {
                tokio::time::sleep(SECOND).await;
            }
            if self.hung {
                std::future::pending::<()>().await;
            }
            if self.failing { Err(Error::new(ErrorKind::Store).with_source("disk full")) } else { Ok(value) }
        })
    }
}

impl Store for Odd {
    fn read<'a>(&'a self, _: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        self.done(self.read.lock().unwrap().clone())
    }

    fn write<'a>(&'a self, _: &'a str, _: Arc<Index>) -> StoreFuture<'a, ()> {
        self.done(())
    }

    fn remove<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
        self.done(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_or_hangs_never_fails_a_command() {
    for (failing, hung) in [(true, false), (false, true)] {
        let platform = Platform::usual();
        let store = Arc::new(Odd { failing, hung, ..Odd::default() });
        let client = platform.client_with(Client::builder().id_store(store.clone()));
        assert_eq!(client.resolver().owner_of(&app_1()).await.unwrap(), "orga_1");
        assert_eq!(store.calls.load(Ordering::Relaxed), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_read_of_the_store_never_replaces_a_fresher_index() {
    let platform = Platform::new(|_, _| (200, SUMMARY.replace("orga_1", "orga_fresh")));
    let store = Odd { slow: true, ..Odd::default() };
    *store.read.lock().unwrap() = Some(index(SUMMARY));
    let client = platform.client_with(Client::builder().id_store(store));
    let slow = async {
        let id = app_1();
        client.resolver().owner_of(&id).await.unwrap()
    };
    let fast = async {
        tokio::time::sleep(SECOND / 2).await;
        client.resolver().refresh().await.unwrap();
    };
    let (owner, ()) = tokio::join!(slow, fast);
    assert_eq!(owner, "orga_fresh");
    assert_eq!(client.resolver().owner_of(&app_1()).await.unwrap(), "orga_fresh");
}

#[tokio::test]
async fn what_another_process_kept_meanwhile_is_found_without_a_request() {
    let platform = Platform::new(|count, _| (200, (if count == 0 { "{}" } else { SUMMARY }).to_owned()));
    let store = MemoryStore::new();
    let client = || platform.client_with(Client::builder().id_store(store.clone()));
    let (one, other) = (client(), client());
    one.resolver().refresh().await.unwrap();
    other.resolver().refresh().await.unwrap();
    assert_eq!(one.resolver().owner_of(&app_1()).await.unwrap(), "orga_1");
    assert_eq!(platform.summaries(), 2);
}

/// A client whose ids are kept in this file, and whether it asked the platform.
#[cfg(unix)]
async fn asks_with(path: &std::path::Path) -> bool {
    let platform = Platform::usual();
    let client = platform.client_with(Client::builder().id_store(FileStore::new(path)));
    assert_eq!(client.resolver().owner_of(&app_1()).await.unwrap(), "orga_1");
    platform.summaries() > 0
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_have_written_is_not_trusted() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids");
    let permit = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    assert!(asks_with(&path).await && !asks_with(&path).await);
    for mode in [0o666, 0o620] {
        permit(mode);
        assert!(asks_with(&path).await, "{mode:o}");
        let now = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(now, 0o600, "it is replaced");
        assert!(!asks_with(&path).await);
    }
    // Only root may give a file away.
    if chown(&path, Some(12_345), None).is_ok() {
        let before = std::fs::read(&path).unwrap();
        assert!(asks_with(&path).await && asks_with(&path).await);
        assert_eq!(std::fs::read(&path).unwrap(), before, "it is not touched");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_ids_that_is_a_pipe_or_a_device_costs_no_time_and_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), std::path::Path::new("/dev/zero"), folder.path()] {
        let error = FileStore::new(path).read("key").await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(error.kind() == ErrorKind::Store && cause.contains("not a regular file"), "{cause}");
        assert!(asks_with(path).await);
    }
}

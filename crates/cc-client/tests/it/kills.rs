//! Processes that are killed while they write the file of ids leave it whole.

#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cc_client::Timestamp;
use cc_client::resolve::{FileStore, Index, Store};

/// Names the file to the processes that are made to be killed.
const FILE: &str = "CC_CLIENT_TEST_FILE_TO_WRITE";

const PROCESSES: usize = 8;
const KILLS: usize = 1_000;
const IDS: usize = 500;

/// Content of every index in this test: a number of ids, regardless of the writer.
fn index(writer: u32) -> Arc<Index> {
    let ids: Vec<String> = (0..IDS).map(|number| format!(r#"{{"id":"app_{writer}_{number}"}}"#)).collect();
    let json = format!(
        r#"{{"version":"1","fetchedAt":"{}","organisations":[{{"id":"orga_1","applications":[{}]}}]}}"#,
        Timestamp::now(),
        ids.join(",")
    );
    Arc::new(Index::from_json(json.as_bytes()).unwrap())
}

fn key(number: usize) -> String {
    format!("account {}", number % 3)
}

/// The file as any process finds it at any moment: every index in it is whole.
async fn read_all(store: &FileStore) {
    for number in 0..3 {
        if let Some(index) = store.read(&key(number)).await.unwrap() {
            assert_eq!(index.len(), IDS);
        }
    }
}

#[tokio::test]
#[ignore = "a process that another test starts and kills"]
async fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let store = FileStore::new(path);
    let index = index(std::process::id());
    for number in 0.. {
        store.write(&key(number), index.clone()).await.unwrap();
        if number == 0 {
            // The write is in progress: the process may be killed now.
            std::io::stdout().write_all(b"\x07").unwrap();
            std::io::stdout().flush().unwrap();
        }
        read_all(&store).await;
    }
}

fn start(path: &Path) -> Child {
    start_test("kills::writes_until_it_is_killed", path)
}

fn start_test(test: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the process writes. `false` when it ended instead.
fn is_writing(child: &mut Child) -> bool {
    let mut byte = [0];
    let output = child.stdout.as_mut().unwrap();
    while output.read(&mut byte).unwrap() == 1 {
        if byte == *b"\x07" {
            return true;
        }
    }
    false
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_thousand_kills_leave_no_broken_file_and_no_lost_mode_and_nothing_that_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids");
    let store = FileStore::new(&path);
    let mut children: Vec<Child> = (0..PROCESSES).map(|_| start(&path)).collect();
    for kill in 0..KILLS {
        let child = &mut children[kill % PROCESSES];
        assert!(is_writing(child), "a process failed: it read what is broken, or could not write");
        // Anywhere within its next writes and reads.
        let moment = Instant::now() + Duration::from_micros(fastrand::u64(0..2_000));
        while Instant::now() < moment {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        *child = start(&path);
        if kill % 10 == 0 {
            read_all(&store).await;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let left: Vec<String> = names(folder.path()).into_iter().filter(|name| name != "ids").collect();
    assert!(left.iter().all(|name| name.starts_with("ids.new-")), "nothing was taken for broken: {left:?}");
    assert!(left.len() > KILLS / 100, "some were killed within a write: {}", left.len());
    for name in &left {
        let file = fs::File::options().write(true).open(folder.path().join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(600)).unwrap();
    }
    store.write("last", index(0)).await.unwrap();
    read_all(&store).await;
    assert_eq!(names(folder.path()), ["ids"], "what the dead left is cleared away");
}

/// Cursors with this number.
#[cfg(all(feature = "log", feature = "stream"))]
fn cursors(number: u64) -> cc_client::commands::log::TailCursors {
    let mut cursor = cc_client::stream::Cursor::default();
    cursor.delivered = number;
    cursor.last_event_id = Some("x".repeat(number as usize % 5_000));
    [("app_1", cursor)].into()
}

#[cfg(all(feature = "log", feature = "stream"))]
#[test]
#[ignore = "a process that another test starts and kills"]
fn saves_cursors_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let mut file = cc_client::commands::log::CursorFile::open(path).unwrap();
    let first = file.cursors().get(&"app_1".into()).map_or(0, |cursor| cursor.delivered);
    let mut output = std::io::stdout();
    for number in first + 1.. {
        file.save(&cursors(number)).unwrap();
        // The other test counts one byte for each save that returned.
        output.write_all(b"\x07").unwrap();
        output.flush().unwrap();
    }
}

#[cfg(all(feature = "log", feature = "stream"))]
#[test]
fn a_kill_at_any_moment_leaves_the_last_saved_cursors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cursors");
    let mut last = 0;
    for _ in 0..100 {
        let mut child = start_test("kills::saves_cursors_until_it_is_killed", &path);
        assert!(is_writing(&mut child), "the process ended: it could not open or write the file");
        let moment = Instant::now() + Duration::from_micros(fastrand::u64(0..3_000));
        while Instant::now() < moment {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        let mut rest = Vec::new();
        child.stdout.as_mut().unwrap().read_to_end(&mut rest).unwrap();
        let saved = 1 + rest.iter().filter(|byte| **byte == b'\x07').count() as u64;
        // The lock is free again, and the file is whole.
        let file = cc_client::commands::log::CursorFile::open(&path).unwrap();
        let found = file.cursors().get(&"app_1".into()).unwrap().delivered;
        assert_eq!(*file.cursors(), cursors(found));
        assert!((last + saved..=last + saved + 1).contains(&found), "{found} after {last} and {saved} saves");
        last = found;
    }
}

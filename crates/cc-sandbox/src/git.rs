//! Git repositories of applications: bare ones in a temporary folder, which `git` serves over HTTP.

mod backend;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

pub(crate) use self::backend::{Answer, Call};
use crate::domains::file::SERVER;
use crate::world::World;

/// The hook that git runs after a push: it prints that the deployment begins. `set -f` keeps the shell from expanding `*` in the name of a
/// branch.
const AFTER_A_PUSH: &str = r#"#!/bin/sh
set -f
while read -r old new ref; do
  for branch in $CC_BRANCHES; do
    case "$ref $new" in
      "refs/heads/$branch "*[!0]*)
        echo "[SUCCESS] The application has successfully been queued for redeploy."
        exit 0 ;;
    esac
  done
done
"#;

/// Variables of git that would lead it to another repository, when the sandbox is started from a hook of git.
const INHERITED: [&str; 11] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
];

/// URL of an application's repository.
pub(crate) fn url(application: &str) -> String {
    format!("{SERVER}/{application}.git")
}

/// Splits the path of a request to a repository: the application, and the path in its repository.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    let (application, rest) = path.strip_prefix('/')?.split_once(".git/")?;
    (application.starts_with("app_") && !application.contains('/')).then_some((application, rest))
}

/// The repositories of a sandbox. They are made when they are first asked for, and deleted with the sandbox.
#[derive(Debug, Default)]
pub(crate) struct Repositories {
    folder: Mutex<Folder>,
    /// Held during a push, so that its changes can be told from those of others.
    pub(crate) push: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
enum Folder {
    #[default]
    None,
    Open(TempDir),
    /// The sandbox has ended.
    Closed,
}

/// Reason why git could not do something.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The program is missing, or a part of it.
    Missing,
    /// The repositories have this size in bytes, and there is no room for the push.
    Full(u64),
    Failed(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl Repositories {
    /// Deletes all repositories. Others may be made.
    pub(crate) fn clear(&self) {
        let mut folder = self.folder();
        if matches!(*folder, Folder::Open(_)) {
            *folder = Folder::None;
        }
    }

    /// Deletes all repositories, and makes no other ones.
    pub(crate) fn close(&self) {
        *self.folder() = Folder::Closed;
    }

    /// Deletes the repositories of applications that are gone.
    pub(crate) fn forget_gone(&self, world: &World) {
        let Folder::Open(folder) = &*self.folder() else { return };
        let entries = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let application = name.to_str().and_then(|name| name.strip_suffix(".git"));
            if application.is_some_and(|application| !world.applications.contains_key(application)) {
                // What is left is deleted with the folder.
                std::fs::remove_dir_all(entry.path()).ok();
            }
        }
    }

    /// Folder of the repositories, with an empty repository for this application if it has none.
    pub(crate) fn prepare(&self, application: &str) -> Result<PathBuf, Problem> {
        let mut folder = self.folder();
        if matches!(*folder, Folder::None) {
            *folder = Folder::Open(tempfile::Builder::new().prefix("cc-sandbox-").tempdir()?);
        }
        let Folder::Open(folder) = &*folder else {
            return Err(Problem::Failed("the sandbox has ended".to_owned()));
        };
        let root = folder.path();
        let repository = root.join(format!("{application}.git"));
        if !repository.join("HEAD").exists() {
            init(root, &repository)?;
        }
        Ok(root.to_owned())
    }

    /// Size of all repositories, in bytes.
    pub(crate) fn size(&self) -> u64 {
        match &*self.folder() {
            Folder::Open(folder) => size(folder.path()),
            Folder::None | Folder::Closed => 0,
        }
    }

    fn folder(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Size of the files in a folder. Files that go away meanwhile have none.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let one = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(one).sum()
}

fn init(root: &Path, repository: &Path) -> Result<(), Problem> {
    let mut git = git(root);
    git.args(["init", "--quiet", "--bare", "--template=", "--initial-branch=master"]).arg(repository);
    let output = git.output()?;
    if !output.status.success() {
        return Err(Problem::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let hooks = repository.join("hooks");
    std::fs::create_dir_all(&hooks)?;
    let hook = hooks.join("post-receive");
    std::fs::write(&hook, AFTER_A_PUSH)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// A command of git that reads no configuration of the user or of the machine.
fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    INHERITED.iter().for_each(|name| _ = git.env_remove(name));
    git.env("HOME", root).env("XDG_CONFIG_HOME", root).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    git.args(["-c", "gc.auto=0", "-c", "receive.autogc=false", "-c", "http.receivepack=true"]);
    // Packs stay as they were sent: unpacked, a small one may be large.
    git.args(["-c", "receive.unpackLimit=1"]);
    git.current_dir(root);
    git
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_repository_is_split_and_no_other_one() {
        assert_eq!(split("/app_1.git/info/refs"), Some(("app_1", "info/refs")));
        for path in ["/app_1.git", "/v2/app_1.git/info/refs", "/x.git/info/refs", "/app_../../x.git/HEAD"] {
            assert_eq!(split(path), None, "{path}");
        }
    }
}

//! Repositories of applications: a push with git deploys.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cc_sandbox::{Limits, Pace, Sandbox, Snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::client::{Client, read};
use crate::program::Running;

/// A working copy with one commit.
struct Copy {
    folder: TempDir,
}

/// Output of a command of git.
#[derive(Debug)]
struct Told {
    is_success: bool,
    text: String,
}

impl Copy {
    /// `None`, with a word on the standard error, where git is not installed.
    async fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().await.is_err() {
            eprintln!("skipped: git is not installed");
            return None;
        }
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        copy.git(&["init", "--quiet", "--initial-branch=trunk"]).await;
        copy.commit("index.js").await;
        Some(copy)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn git(&self, words: &[&str]) -> Told {
        let mut git = Command::new("git");
        git.current_dir(self.path()).env("HOME", self.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        git.env("GIT_TERMINAL_PROMPT", "0").env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
        git.args(["-c", "user.name=Me", "-c", "user.email=me@example.org"]).args(words);
        let output = git.output().await.unwrap();
        let text = [output.stdout, output.stderr].concat();
        Told { is_success: output.status.success(), text: String::from_utf8(text).unwrap() }
    }

    /// Commits a new file, and returns the commit.
    async fn commit(&self, file: &str) -> String {
        std::fs::write(self.path().join(file), file).unwrap();
        for words in [&["add", "."][..], &["commit", "--quiet", "--message", file]] {
            let told = self.git(words).await;
            assert!(told.is_success, "{told:?}");
        }
        self.head().await
    }

    async fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).await.text.trim().to_owned()
    }
}

async fn start() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

fn application(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    format!("/v2/organisations/{}/applications/{}", ids.organisation, ids.application)
}

/// The URL of the repository with the credentials of the main user.
async fn remote(sandbox: &Sandbox) -> String {
    let shown = Client::new(sandbox).get(&application(sandbox)).await.json();
    with_credentials(
        shown["deployment"]["httpUrl"].as_str().unwrap(),
        "sandbox-oauth-token:sandbox-oauth-secret",
    )
}

fn with_credentials(url: &str, credentials: &str) -> String {
    url.replacen("http://", &format!("http://{credentials}@"), 1)
}

async fn latest_deployment(sandbox: &Sandbox) -> Value {
    Client::new(sandbox).get(&format!("{}/deployments", application(sandbox))).await.json()[0].take()
}

#[tokio::test]
async fn a_push_deploys_its_commit_and_the_log_shows_it() {
    let Some(copy) = Copy::new().await else { return };
    let sandbox = start().await;
    let remote = remote(&sandbox).await;
    assert!(remote.contains(&sandbox.url()["http://".len()..]), "{remote}");
    for (number, branch) in ["master", "main"].into_iter().enumerate() {
        let commit = copy.commit(&format!("{branch}.js")).await;
        let told = copy.git(&["push", &remote, &format!("HEAD:{branch}")]).await;
        assert!(told.is_success, "{told:?}");
        let queued = "remote: [SUCCESS] The application has successfully been queued for redeploy.";
        assert!(told.text.contains(queued), "{told:?}");

        let deployment = latest_deployment(&sandbox).await;
        assert_eq!((&deployment["commit"], &deployment["cause"]), (&json!(commit), &json!("Git push")));
        assert_eq!((&deployment["state"], &deployment["id"]), (&json!("WIP"), &json!(number + 2)));
        assert_eq!(deployment["author"]["id"], sandbox.ids().user);
        sandbox.advance(Duration::from_secs(120));
        assert_eq!(latest_deployment(&sandbox).await["state"], "OK");
        let client = Client::new(&sandbox);
        assert_eq!(client.get(&application(&sandbox)).await.json()["commitId"], commit);

        let ids = sandbox.ids();
        let logs =
            format!("/v4/logs/organisations/{}/applications/{}/logs", ids.organisation, ids.application);
        let id = deployment["uuid"].as_str().unwrap();
        let until = sandbox.now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let since = "2026-01-01T00:00:00Z";
        let query = format!("deploymentId={id}&since={since}&until={until}");
        let log = client.get(&format!("{logs}?{query}")).await.text;
        assert!(
            log.contains(&format!("The commit {} was pushed with git by {}", &commit[..10], ids.user)),
            "{log}"
        );
        assert!(log.contains(&format!("Fetching the repository at {}", &commit[..10])), "{log}");
    }

    let clone = copy.path().join("clone");
    let told = copy.git(&["clone", "--quiet", &remote, clone.to_str().unwrap()]).await;
    assert!(told.is_success && clone.join("master.js").exists(), "{told:?}");
    // The same again is no change.
    let told = copy.git(&["push", &remote, "HEAD:main"]).await;
    assert!(told.text.contains("Everything up-to-date"), "{told:?}");
    assert_eq!(latest_deployment(&sandbox).await["id"], 3);
}

#[tokio::test]
async fn a_restart_deploys_the_commit_that_was_pushed_or_the_one_that_it_names() {
    let Some(copy) = Copy::new().await else { return };
    let sandbox = start().await;
    let first = copy.head().await;
    copy.git(&["push", &remote(&sandbox).await, "HEAD:master"]).await;
    let second = copy.commit("second.js").await;
    copy.git(&["push", &remote(&sandbox).await, "HEAD:master"]).await;
    let client = Client::new(&sandbox);
    for (query, commit) in [(String::new(), &second), (format!("?commit={first}"), &first)] {
        let asked =
            client.send("POST", &format!("{}/instances{query}", application(&sandbox)), Value::Null).await;
        assert_eq!(asked.status, 200);
        let deployment = latest_deployment(&sandbox).await;
        assert_eq!(
            (&deployment["commit"], &deployment["cause"]),
            (&json!(commit), &json!("API Request: deploy"))
        );
    }
}

#[tokio::test]
async fn a_push_that_is_no_fast_forward_needs_force_and_other_branches_deploy_nothing() {
    let Some(copy) = Copy::new().await else { return };
    let sandbox = start().await;
    let remote = remote(&sandbox).await;
    assert!(copy.git(&["push", &remote, "HEAD:master"]).await.is_success);
    copy.git(&["commit", "--quiet", "--amend", "--message", "another"]).await;
    let amended = copy.head().await;
    let told = copy.git(&["push", &remote, "HEAD:master"]).await;
    assert!(!told.is_success && told.text.contains("[rejected]"), "{told:?}");
    assert_ne!(latest_deployment(&sandbox).await["commit"], amended);
    assert!(copy.git(&["push", "--force", &remote, "HEAD:master"]).await.is_success);
    assert_eq!(latest_deployment(&sandbox).await["commit"], amended);

    let before = latest_deployment(&sandbox).await["id"].clone();
    copy.commit("feature.js").await;
    let told = copy.git(&["push", &remote, "HEAD:feature"]).await;
    assert!(told.is_success && !told.text.contains("[SUCCESS]"), "{told:?}");
    assert_eq!(latest_deployment(&sandbox).await["id"], before);
    // The branch that the application is set to deploys.
    let route = format!("{}/branch", application(&sandbox));
    Client::new(&sandbox).send("PUT", &route, json!({ "branch": "release" })).await;
    let told = copy.git(&["push", &remote, "HEAD:release"]).await;
    assert!(told.text.contains("[SUCCESS]"), "{told:?}");
    assert_eq!(latest_deployment(&sandbox).await["commit"], copy.head().await);
}

#[tokio::test]
async fn a_repository_is_for_members_with_their_oauth_token() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).user("eve").start().await.unwrap();
    let ids = sandbox.ids();
    let client = Client::new(&sandbox);
    let ask = async |application: &str, credentials: Option<(&str, &str)>| {
        let path = format!("/{application}.git/info/refs?service=git-receive-pack");
        let request = client.bare(Method::GET, &path);
        let request = match credentials {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let challenge =
            answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge)
    };
    let own = ("sandbox-oauth-token", "sandbox-oauth-secret");
    let challenge = Some("Basic realm=\"Clever Cloud\"".to_owned());
    assert_eq!(ask(&ids.application, None).await, (401, challenge.clone()));
    assert_eq!(ask(&ids.application, Some((own.0, "wrong"))).await, (401, challenge.clone()));
    assert_eq!(ask(&ids.application, Some(("sandbox-token", ""))).await, (401, challenge));
    let eve = ("sandbox-oauth-token-eve", "sandbox-oauth-secret-eve");
    assert_eq!(ask(&ids.application, Some(eve)).await.0, 403);
    assert_eq!(ask("app_unknown", Some(own)).await.0, 404);
    assert_eq!(ask("app_..%2f..%2fetc", Some(own)).await.0, 404);
    for path in ["HEAD", "config", "info/refs", "objects/info/packs"] {
        let request = client.bare(Method::GET, &format!("/{}.git/{path}", ids.application));
        assert_eq!(read(request.basic_auth(own.0, Some(own.1))).await.unwrap().status, 403, "{path}");
    }
    assert!(sandbox.violations().is_empty());
}

#[tokio::test]
async fn repositories_end_with_the_sandbox_and_are_no_part_of_a_snapshot() {
    let Some(copy) = Copy::new().await else { return };
    let seed = u64::from(std::process::id()) + 1_000_000;
    let sandbox = Sandbox::builder().seed(seed).pace(Pace::Manual).start().await.unwrap();
    let remote = remote(&sandbox).await;
    assert!(copy.git(&["push", &remote, "HEAD:master"]).await.is_success);
    let heads = async |url: &str| copy.git(&["ls-remote", "--refs", url]).await.text;
    assert!(heads(&remote).await.contains("refs/heads/master"));

    let snapshot = Snapshot::from_json(sandbox.snapshot().to_json()).unwrap();
    assert!(!snapshot.to_json().contains("127.0.0.1"), "the address of a sandbox is none of another one");
    sandbox.restore(&snapshot);
    assert_eq!(heads(&remote).await, "");
    assert_eq!(latest_deployment(&sandbox).await["commit"], copy.head().await);
    assert!(copy.git(&["push", &remote, "HEAD:master"]).await.is_success);

    let folder = folder_of(&sandbox);
    let client = Client::new(&sandbox);
    assert_eq!(client.send("DELETE", &application(&sandbox), Value::Null).await.status, 200);
    assert!(folder.exists() && std::fs::read_dir(&folder).unwrap().next().is_none());
    assert!(heads(&remote).await.contains("not found"));
    drop(sandbox);
    assert!(!folder.exists());
}

#[tokio::test]
async fn the_disk_that_repositories_take_is_bounded() {
    let Some(copy) = Copy::new().await else { return };
    let mut limits = Limits::default();
    limits.repository_bytes = 200_000;
    let sandbox = Sandbox::builder().pace(Pace::Manual).limits(limits).start().await.unwrap();
    let remote = remote(&sandbox).await;
    assert!(copy.git(&["push", &remote, "HEAD:master"]).await.is_success);
    let first = latest_deployment(&sandbox).await;
    // It does not compress.
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        // Xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    });
    let noise: Vec<u8> = noise.take(300_000).collect();
    std::fs::write(copy.path().join("noise"), noise).unwrap();
    copy.commit("large.js").await;
    let told = copy.git(&["push", &remote, "HEAD:master"]).await;
    assert!(!told.is_success && told.text.contains("413"), "{told:?}");
    assert_eq!(latest_deployment(&sandbox).await["id"], first["id"]);
    // A smaller one still fits, and what is there can be read.
    std::fs::write(copy.path().join("noise"), "less").unwrap();
    copy.git(&["reset", "--quiet", "--soft", "HEAD~1"]).await;
    copy.commit("small.js").await;
    let told = copy.git(&["push", &remote, "HEAD:master"]).await;
    assert!(told.is_success, "{told:?}");

    let mut limits = Limits::default();
    limits.repository_bytes = 0;
    let full = Sandbox::builder().pace(Pace::Manual).limits(limits).start().await.unwrap();
    let remote = self::remote(&full).await;
    let told = copy.git(&["push", &remote, "HEAD:master"]).await;
    assert!(!told.is_success && told.text.contains("raise `Limits::repository_bytes`"), "{told:?}");
    assert!(copy.git(&["ls-remote", &remote]).await.is_success);
}

/// The folder that holds the repository of the application, whose id is that of no other test.
fn folder_of(sandbox: &Sandbox) -> PathBuf {
    let name = format!("{}.git", sandbox.ids().application);
    let temporary = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    temporary.map(|entry| entry.path()).find(|path| path.join(&name).exists()).unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn without_git_a_repository_says_what_to_install() {
    let program = Running::start_with(&[], |command| _ = command.env("PATH", "/nowhere"));
    let route = program.application().await;
    let application = route.rsplit('/').next().unwrap();
    let answer = reqwest::Client::new()
        .get(format!("{}/{application}.git/info/refs?service=git-receive-pack", program.url))
        .basic_auth("sandbox-oauth-token", Some("sandbox-oauth-secret"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 501);
    assert!(answer.text().await.unwrap().ends_with("install git\n"));
}

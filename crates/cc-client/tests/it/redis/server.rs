//! A Redis of a test, on a port and with a password of its own.

use std::io;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cc_client::redis::RedisStore;

pub struct Server {
    port: u16,
    password: String,
    folder: tempfile::TempDir,
    process: Option<Child>,
}

impl Server {
    /// `None`, with a word about it, where there is no `redis-server`.
    pub async fn start() -> Option<Self> {
        let mut server = Self {
            port: TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
            password: format!("{:032x}", fastrand::u128(..)),
            folder: tempfile::tempdir().unwrap(),
            process: None,
        };
        match server.run().await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                eprintln!("SKIPPED: there is no `redis-server` here");
                None
            }
            started => {
                started.unwrap();
                Some(server)
            }
        }
    }

    pub fn url(&self) -> String {
        format!("redis://:{}@127.0.0.1:{}", self.password, self.port)
    }

    pub fn store(&self) -> RedisStore {
        RedisStore::new(&self.url()).unwrap()
    }

    /// Starts it, and waits until it answers. What it held before is forgotten.
    pub async fn run(&mut self) -> io::Result<()> {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"])
            .arg(self.port.to_string())
            .arg("--requirepass")
            .arg(&self.password)
            .arg("--dir")
            .arg(self.folder.path())
            .stdout(Stdio::null())
            .spawn()?;
        self.process = Some(process);
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.ask::<String>(&redis::cmd("PING")).await.is_err() {
            assert!(Instant::now() < deadline, "redis-server does not answer");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    pub async fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> redis::RedisResult<T> {
        let client = redis::Client::open(self.url())?;
        command.query_async(&mut client.get_multiplexed_async_connection().await?).await
    }

    pub async fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(redis::cmd("KEYS").arg("*")).await.unwrap();
        keys.sort();
        keys
    }

    /// Kills it, as a machine that fails does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Stops all answers until the server is resumed.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn unpause(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

//! A `redis-server` for the time of a test, where one is installed.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

const PASSWORD: &str = "pa:ss@word/1";
/// The same password, encoded in a URL.
const ENCODED: &str = "pa%3Ass%40word%2F1";

/// A server on a free port that wants a password, keeps nothing, and ends with the test.
pub struct RealRedis {
    server: Child,
    port: u16,
}

impl RealRedis {
    /// Starts one; `None`, and a word about it, where `redis-server` is not installed.
    pub fn start() -> Option<Self> {
        // Another program may take the port before the server does.
        for _ in 0..5 {
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let Ok(mut server) = Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--requirepass", PASSWORD])
                .args(["--save", "", "--appendonly", "no"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
            else {
                // Not by a macro: those are not shown for tests that pass.
                let told =
                    b"SKIPPED: `redis-server` is not installed, so nothing was tried against a real Redis\n";
                std::io::stderr().write_all(told).unwrap();
                return None;
            };
            let said = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
            let is_ready = said.into_iter().any(|line| line.contains("Ready to accept connections"));
            let redis = Self { server, port };
            if is_ready {
                return Some(redis);
            }
        }
        panic!("`redis-server` is installed and does not start");
    }

    pub fn url(&self) -> String {
        format!("redis://:{ENCODED}@127.0.0.1:{}", self.port)
    }

    pub fn url_with(&self, user_info: &str) -> String {
        format!("redis://{user_info}127.0.0.1:{}", self.port)
    }
}

impl Drop for RealRedis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

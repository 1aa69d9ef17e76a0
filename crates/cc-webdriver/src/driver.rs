//! The program chromedriver, and its protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Time that the browser has to end.
const GRACE: Duration = Duration::from_secs(5);

/// A chromedriver, with the session of one browser.
#[derive(Debug)]
pub(crate) struct Driver {
    program: Child,
    address: SocketAddr,
    /// Path of the session. `/session` until it is there.
    session: String,
    http: reqwest::Client,
}

impl Driver {
    /// Starts the program on a free port.
    ///
    /// # Errors
    /// It is not installed, or it ends.
    pub(crate) fn start() -> Result<Self, String> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = command.spawn().map_err(|_| "chromedriver is not installed")?;
        let output = program.stdout.take().ok_or("chromedriver has no output")?;
        let started = "ChromeDriver was started successfully on port ";
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_prefix(started)?.trim_end_matches('.').parse().ok());
        let Some(port) = port else {
            program.kill().ok();
            program.wait().ok();
            return Err("chromedriver did not start".to_owned());
        };
        let http = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Ok(Self { program, address, session: "/session".to_owned(), http })
    }

    /// Sends the commands that follow to a session.
    pub(crate) fn enter(&mut self, id: &str) {
        self.session = format!("/session/{id}");
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(self.url(path)).header("content-type", "application/json");
        value(path, request.body(body.to_string())).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        value(path, self.http.get(self.url(path))).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.address, self.session)
    }

    /// Ends the browser. Chromedriver alone would leave it running.
    fn end_session(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect_timeout(&self.address, GRACE)?;
        stream.set_read_timeout(Some(GRACE))?;
        write!(
            stream,
            "DELETE {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.session, self.address
        )?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end_session().ok();
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// Value of an answer of chromedriver.
async fn value(path: &str, request: reqwest::RequestBuilder) -> Value {
    let answer =
        request.send().await.unwrap_or_else(|error| panic!("{path}: no answer of chromedriver: {error}"));
    let text =
        answer.text().await.unwrap_or_else(|error| panic!("{path}: cut answer of chromedriver: {error}"));
    let answer: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{path}: chromedriver answered {text}: {error}"));
    assert!(answer["value"]["error"].is_null(), "{path}: {text}");
    answer["value"].clone()
}

//! One request to a repository, which the program `git http-backend` answers over CGI.

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use super::{Problem, git};

/// A request to a repository.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) application: String,
    pub(crate) method: String,
    /// Path in the repository.
    pub(crate) rest: String,
    pub(crate) query: String,
    pub(crate) content_type: String,
    pub(crate) content_encoding: String,
    /// Version of the protocol, as the client asks for it.
    pub(crate) protocol: String,
    pub(crate) body: Bytes,
    /// Size of the body once it is decoded, at most. 0 for any.
    pub(crate) room: u64,
    pub(crate) user: String,
    /// Branches whose pushes deploy.
    pub(crate) branches: Vec<String>,
}

/// Answer of the program.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Call {
    /// Runs the program, which takes its time.
    pub(crate) fn run(&self, root: &Path) -> Result<Answer, Problem> {
        // A file and no pipe: the program may answer before it has read everything.
        let mut body = tempfile::tempfile()?;
        body.write_all(&self.body)?;
        body.rewind()?;
        let variables = [
            ("GIT_HTTP_EXPORT_ALL", "1"),
            ("REQUEST_METHOD", &self.method),
            ("QUERY_STRING", &self.query),
            ("CONTENT_TYPE", &self.content_type),
            ("HTTP_CONTENT_ENCODING", &self.content_encoding),
            ("GIT_PROTOCOL", &self.protocol),
            ("REMOTE_USER", &self.user),
            ("REMOTE_ADDR", "127.0.0.1"),
        ];
        let mut command = git(root);
        command
            .args(["-c", &format!("receive.maxInputSize={}", self.room)])
            .arg("http-backend")
            .env("GIT_PROJECT_ROOT", root)
            .env("PATH_INFO", format!("/{}.git/{}", self.application, self.rest))
            .env("CONTENT_LENGTH", self.body.len().to_string())
            .env("CC_BRANCHES", self.branches.join(" "))
            .envs(variables.into_iter().filter(|(_, value)| !value.is_empty()))
            .stdin(Stdio::from(body));
        let output = command.output()?;
        read(&output.stdout).ok_or_else(|| {
            let told = String::from_utf8_lossy(&output.stderr);
            // Some distributions have this part in a package of its own.
            if told.contains("is not a git command") {
                Problem::Missing
            } else {
                Problem::Failed(told.trim().to_owned())
            }
        })
    }

    /// The commits of all branches, by the names of the branches.
    pub(crate) fn branches(&self, root: &Path) -> Result<BTreeMap<String, String>, Problem> {
        let mut command = git(root);
        command.arg("--git-dir").arg(root.join(format!("{}.git", self.application)));
        command.args(["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"]);
        let output = String::from_utf8_lossy(&command.output()?.stdout).into_owned();
        let pairs = output.lines().filter_map(|line| line.rsplit_once(' '));
        Ok(pairs.map(|(branch, commit)| (branch.to_owned(), commit.to_owned())).collect())
    }
}

/// Reads what a CGI program writes: headers, an empty line, and the body.
fn read(output: &[u8]) -> Option<Answer> {
    let (head, body) = [&b"\r\n\r\n"[..], b"\n\n"].iter().find_map(|end| {
        let at = output.windows(end.len()).position(|window| window == *end)?;
        Some((&output[..at], &output[at + end.len()..]))
    })?;
    let mut answer =
        Answer { status: StatusCode::OK, headers: Vec::new(), body: Bytes::copy_from_slice(body) };
    for line in std::str::from_utf8(head).ok()?.lines() {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("status") {
            let code = value.split_whitespace().next()?;
            answer.status = code.parse().ok()?;
        } else {
            answer.headers.push((name.parse().ok()?, value.trim().parse().ok()?));
        }
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_of_a_cgi_program_is_a_status_headers_and_a_body() {
        let answer = read(b"Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nno\n\nsuch").unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (404, &b"no\n\nsuch"[..]));
        assert_eq!(answer.headers[0].0, "content-type");
        assert_eq!(read(b"Expires: never\n\n").unwrap().status, 200);
        for broken in ["", "Status: 200\r\n", "Status: high\r\n\r\n", "no header\n\n"] {
            assert!(read(broken.as_bytes()).is_none(), "{broken}");
        }
    }
}

//! Requests to the repositories of applications.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderName, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};

use super::{Engine, Sent, sent, subjects};
use crate::domains::deployment;
use crate::git::{self, Answer, Call, Problem};
use crate::world::{Application, Origin};

/// A request that is refused, with the reason that `git` shows.
struct Refused(StatusCode, String);

impl Refused {
    fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self(status, reason.into())
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Missing => Self::new(
                StatusCode::NOT_IMPLEMENTED,
                "the sandbox serves repositories with `git http-backend`, which is not installed on its machine: install git",
            ),
            Problem::Full(size) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!(
                    "the repositories of the sandbox have {size} bytes, and no room for this push: delete an application, or raise `Limits::repository_bytes`"
                ),
            ),
            Problem::Failed(reason) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, reason),
        }
    }
}

impl Engine {
    /// Answers a request to a repository. A push to a branch that deploys starts a deployment.
    pub(super) async fn git(&self, parts: &Parts, bytes: &Bytes) -> Option<Response<Sent>> {
        let (application, rest) = git::split(parts.uri.path())?;
        let answered = match self.call(parts, bytes, application, rest) {
            Ok(call) => self.run(call).await,
            Err(refused) => Err(refused),
        };
        Some(answered.map_or_else(refusal, |answer| {
            let mut response = sent(answer.status, None, Sent::Bytes(answer.body));
            response.headers_mut().extend(answer.headers);
            response
        }))
    }

    /// Checks a request before git sees it.
    fn call(&self, parts: &Parts, bytes: &Bytes, id: &str, rest: &str) -> Result<Call, Refused> {
        let world = self.world();
        let application = world.applications.get(id);
        let application = application
            .ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, format!("application {id} not found")))?;
        let header = |name: HeaderName| {
            let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let user = basic(&header(AUTHORIZATION)).and_then(|(token, secret)| {
            let (user, own) = world.user_of_oauth_token(&token)?;
            (own == secret).then(|| user.to_owned())
        });
        let user = user.ok_or_else(|| {
            let reason = "use an OAuth token as the user and its secret as the password";
            Refused::new(StatusCode::UNAUTHORIZED, reason)
        })?;
        if !world.owners.get(&application.owner).is_some_and(|owner| owner.has_member(&user)) {
            return Err(Refused::new(StatusCode::FORBIDDEN, format!("no access to application {id}")));
        }
        let query = parts.uri.query().unwrap_or_default();
        let pushes = rest == "git-receive-pack" || query == "service=git-receive-pack";
        subjects::check_repository(&world, application, &user, pushes)
            .map_err(|refusal| Refused(refusal.status, refusal.message))?;
        let is_known = match (&parts.method, rest) {
            (&Method::GET, "info/refs") => {
                ["service=git-upload-pack", "service=git-receive-pack"].contains(&query)
            }
            (&Method::POST, "git-upload-pack" | "git-receive-pack") => query.is_empty(),
            _ => false,
        };
        if !is_known {
            let reason = "only the smart protocol of git over HTTP is served";
            return Err(Refused::new(StatusCode::FORBIDDEN, reason));
        }
        Ok(Call {
            application: id.to_owned(),
            method: parts.method.to_string(),
            rest: rest.to_owned(),
            query: query.to_owned(),
            content_type: header(http::header::CONTENT_TYPE),
            content_encoding: header(http::header::CONTENT_ENCODING),
            protocol: header(HeaderName::from_static("git-protocol")),
            body: bytes.clone(),
            room: 0,
            user,
            branches: branches(application),
        })
    }

    async fn run(&self, mut call: Call) -> Result<Answer, Refused> {
        let is_push = call.rest == "git-receive-pack";
        let _alone = if is_push { Some(self.repositories.push.lock().await) } else { None };
        if is_push || call.query == "service=git-receive-pack" {
            let size = self.repositories.size();
            call.room = self.limits.repository_bytes.saturating_sub(size);
            // The index of a pack is smaller than the pack.
            if (call.body.len() as u64).max(1) > call.room {
                return Err(Problem::Full(size).into());
            }
        }
        let call = Arc::new(call);
        let repositories = Arc::clone(&self.repositories);
        let work = {
            let call = Arc::clone(&call);
            move || -> Result<_, Problem> {
                let root = repositories.prepare(&call.application)?;
                if !is_push {
                    return Ok((call.run(&root)?, None));
                }
                let before = call.branches(&root)?;
                let answer = call.run(&root)?;
                let after = call.branches(&root)?;
                let is_new = |branch: &&String| after.get(*branch) != before.get(*branch);
                let pushed = call.branches.iter().filter(is_new).find_map(|branch| after.get(branch));
                Ok((answer, pushed.cloned()))
            }
        };
        // Without a runtime, there are no other requests to keep waiting.
        let done = match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(work).await,
            Err(_) => Ok(work()),
        };
        let ended = |_| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the sandbox has ended");
        let (answer, pushed) = done.map_err(ended)??;
        if let Some(commit) = pushed {
            self.deploy(&call, &commit)?;
        }
        Ok(answer)
    }

    fn deploy(&self, call: &Call, commit: &str) -> Result<(), Refused> {
        let mut world = self.world();
        if let Ok(application) = world.application_mut(&call.application) {
            application.pushed = Some(commit.to_owned());
        }
        let started = deployment::start(&mut world, &call.application, Some(commit), &call.user, Origin::Git);
        started.map(drop).map_err(|refusal| Refused::new(refusal.status, refusal.message))
    }
}

/// Branches whose pushes deploy, the one that the application is set to first.
fn branches(application: &Application) -> Vec<String> {
    let mut branches = vec!["master".to_owned(), "main".to_owned()];
    let own = application.text("branch");
    // Git takes no name with white space.
    if !own.is_empty() && !own.contains(char::is_whitespace) {
        branches.retain(|branch| branch != own);
        branches.insert(0, own.to_owned());
    }
    branches
}

/// User and password of a header `Authorization: Basic`.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (user.to_owned(), password.to_owned()))
}

fn refusal(Refused(status, reason): Refused) -> Response<Sent> {
    let mut answer =
        sent(status, Some("text/plain; charset=utf-8"), Sent::Bytes(format!("{reason}\n").into()));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if status == StatusCode::UNAUTHORIZED {
        answer
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Clever Cloud\""));
    }
    answer
}

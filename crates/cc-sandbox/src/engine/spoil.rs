//! Answers that a fault makes, or spoils.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::deployment_fault::DeploymentFault;
use super::faults::Effect;
use super::reply::Refusal;
use super::router::Match;
use super::{Engine, Sent, body, refusal, sent, status_of};
use crate::domains::deployment_row::replace;
use crate::stream::fault::{self, StreamFault};

impl Engine {
    /// The answer that a fault makes, or spoils.
    pub(super) async fn spoiled(
        &self,
        effect: Effect,
        parts: &Parts,
        bytes: &Bytes,
        found: Option<Match>,
    ) -> Response<Sent> {
        let path = parts.uri.path();
        let refused = |status, code, message: &str| refusal(&Refusal::made_up(status, code, message), path);
        match effect {
            Effect::TooManyRequests(after) => {
                let mut answer = refused(
                    StatusCode::TOO_MANY_REQUESTS,
                    "clever.core.too-many-requests",
                    "Too many requests",
                );
                answer.headers_mut().insert(RETRY_AFTER, after.as_secs().into());
                answer
            }
            Effect::Unavailable | Effect::Busy(_) => refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "clever.core.service-unavailable",
                "The service is not available for now",
            ),
            Effect::Html(status) => {
                let page = format!("<!doctype html>\n<title>{status}</title>\n<h1>{status}</h1>\n");
                sent(status_of(status), Some("text/html"), Sent::Bytes(page.into()))
            }
            Effect::Answer(status, body) => {
                sent(status_of(status), Some("application/json"), Sent::Bytes(body.to_string().into()))
            }
            Effect::Redirect(status, to) => {
                let mut answer = sent(status_of(status), None, Sent::Bytes(Bytes::new()));
                if let Ok(to) = HeaderValue::try_from(to) {
                    answer.headers_mut().insert(LOCATION, to);
                }
                answer
            }
            Effect::Stream(fault) => self.spoiled_stream(fault, parts, bytes, found).await,
            Effect::Deployments(fault) => {
                let answer = self.dispatch(parts, bytes, found).await;
                self.odd_deployments(fault, path, answer)
            }
            effect => {
                let (head, content) = self.dispatch(parts, bytes, found).await.into_parts();
                let content = match (effect, content) {
                    (Effect::Truncated, Sent::Bytes(bytes)) => Sent::Stream(body::truncated(&bytes)),
                    (Effect::SlowBody(pause), Sent::Bytes(bytes)) => Sent::Stream(body::slow(&bytes, pause)),
                    (Effect::Malformed, Sent::Bytes(_)) => {
                        Sent::Bytes(Bytes::from_static(b"{\"malformed\": \xff"))
                    }
                    (_, content) => content,
                };
                Response::from_parts(head, content)
            }
        }
    }

    /// The answer about deployments as an odd table gives it.
    fn odd_deployments(&self, fault: DeploymentFault, path: &str, answer: Response<Sent>) -> Response<Sent> {
        if !answer.status().is_success() {
            return answer;
        }
        let (head, content) = answer.into_parts();
        let Sent::Bytes(bytes) = &content else { return Response::from_parts(head, content) };
        let now = self.clock.now();
        let shown = match (fault, serde_json::from_slice::<Value>(bytes)) {
            (DeploymentFault::Replaced, _) => {
                replace(&mut self.world(), path);
                None
            }
            (fault, Ok(Value::Array(rows))) => {
                let is_latest = |row: &Value| row["origin"]["action"] == "DEPLOY";
                let latest = rows.iter().position(is_latest);
                let rows = rows.into_iter().enumerate();
                let kept = rows.filter(|(at, row)| fault.shows(row, Some(*at) == latest, now));
                Some(Some(kept.map(|(_, row)| row).collect::<Value>()))
            }
            (fault, Ok(row)) => Some(fault.shows(&row, true, now).then_some(row)),
            (_, Err(_)) => None,
        };
        match shown {
            None => Response::from_parts(head, content),
            Some(Some(shown)) => Response::from_parts(head, Sent::Bytes(shown.to_string().into())),
            Some(None) => {
                let id = path.rsplit('/').next().unwrap_or_default();
                refusal(&Refusal::not_found("Deployment", id), path)
            }
        }
    }

    /// The connection of a stream that goes wrong: from its head on, or later.
    async fn spoiled_stream(
        &self,
        fault: StreamFault,
        parts: &Parts,
        bytes: &Bytes,
        found: Option<Match>,
    ) -> Response<Sent> {
        let path = parts.uri.path();
        let refused = |status: u16| {
            let refused = Refusal::made_up(status_of(status), "clever.core.stream-refused", "Not this time");
            refusal(&refused, path)
        };
        match fault {
            StreamFault::Refused { status, retry_after } => {
                let mut answer = refused(status);
                answer.headers_mut().extend(retry_after.map(|after| (RETRY_AFTER, after.into())));
                answer
            }
            StreamFault::RefusedId { status } => refused(status),
            StreamFault::NoContent => sent(StatusCode::NO_CONTENT, None, Sent::Bytes(Bytes::new())),
            StreamFault::ClockSkew { ahead, wait } => {
                let mut answer = refused(503);
                let dates = fault::skewed(self.clock.now(), ahead, wait);
                for (name, date) in [DATE, RETRY_AFTER].into_iter().zip(dates) {
                    answer.headers_mut().extend(HeaderValue::try_from(date).ok().map(|date| (name, date)));
                }
                answer
            }
            StreamFault::HtmlPage => {
                let page = "<!doctype html>\n<title>Please wait</title>\n<h1>Please wait</h1>\n";
                sent(StatusCode::OK, Some("text/html; charset=utf-8"), Sent::Bytes(page.into()))
            }
            _ => {
                let mut answer = self.dispatch(parts, bytes, found).await;
                if let Sent::Events(live) = answer.body_mut() {
                    live.spoil(fault);
                }
                if fault == StreamFault::WrongContentType {
                    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                }
                answer
            }
        }
    }
}

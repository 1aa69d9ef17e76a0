//! A small platform with the add-ons of one owner, which loses answers, refuses requests and shows things late.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use cc_client::runtime::transport::{Body, HttpRequest, HttpResponse};
use cc_client::{Error, ErrorKind, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// Numbers that follow from a seed.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one. Source: splitmix64.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    pub fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

#[derive(Debug, Clone)]
pub struct Platform(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    chance: Chance,
    late: Duration,
    faulty: bool,
    lose_next: bool,
    lost: usize,
    /// Each add-on, and the time from which lists show it.
    addons: Vec<(Value, Instant)>,
}

/// What happens to a creation.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Done,
    LostBefore,
    LostAfter,
    Unavailable,
    UnavailableAfter,
    TooMany,
}

impl Platform {
    pub fn new(seed: u64, late: Duration) -> Self {
        let chance = Chance::new(seed ^ 0xadd0);
        let state = State { chance, late, faulty: true, lose_next: false, lost: 0, addons: Vec::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// From now on nothing goes wrong.
    pub fn mend(&self) {
        self.0.lock().unwrap().faulty = false;
    }

    /// The next creation is done and its answer lost, and nothing else goes wrong.
    pub fn lose_the_next_answer(&self) {
        let mut state = self.0.lock().unwrap();
        (state.faulty, state.lose_next) = (false, true);
    }

    /// The ids of all add-ons, also of those that no list shows yet.
    pub fn addons(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state.addons.iter().map(|(addon, _)| addon["id"].as_str().unwrap().to_owned()).collect()
    }

    /// How many answers were lost after the add-on was made.
    pub fn lost(&self) -> usize {
        self.0.lock().unwrap().lost
    }

    async fn answer(self, request: HttpRequest) -> Result<HttpResponse> {
        let creates = request.method() == http::Method::POST;
        let (before, after) = {
            let mut state = self.0.lock().unwrap();
            (state.chance.below(400), state.chance.below(400))
        };
        sleep(Duration::from_millis(before)).await;
        let answer = if creates {
            let body = request.into_body();
            self.0.lock().unwrap().create(&body)
        } else {
            Ok((200, self.0.lock().unwrap().list()))
        };
        sleep(Duration::from_millis(after)).await;
        let (status, body) = answer?;
        let mut answer = HttpResponse::new(Body::from(body.to_string()));
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
        answer.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
        Ok(answer)
    }
}

impl State {
    fn list(&self) -> Value {
        let now = Instant::now();
        self.addons.iter().filter(|(_, from)| *from <= now).map(|(addon, _)| addon.clone()).collect()
    }

    fn fate(&mut self) -> Fate {
        if std::mem::take(&mut self.lose_next) {
            return Fate::LostAfter;
        }
        if !self.faulty {
            return Fate::Done;
        }
        match self.chance.below(10) {
            0 => Fate::LostBefore,
            1 | 2 => Fate::LostAfter,
            3 => Fate::Unavailable,
            4 => Fate::UnavailableAfter,
            5 => Fate::TooMany,
            _ => Fate::Done,
        }
    }

    fn create(&mut self, body: &[u8]) -> Result<(u16, Value)> {
        let fate = self.fate();
        let mut made = Value::Null;
        if matches!(fate, Fate::Done | Fate::LostAfter | Fate::UnavailableAfter) {
            let body: Value = serde_json::from_slice(body).unwrap();
            let number = self.addons.len() + 1;
            made = json!({
                "id": format!("addon_{number}"), "realId": format!("postgresql_{number}"), "name": body["name"],
                "region": body["region"], "configKeys": [],
            });
            let late = Duration::from_millis(self.chance.below(self.late.as_millis() as u64 + 1));
            self.addons.push((made.clone(), Instant::now() + late));
        }
        match fate {
            Fate::Done => Ok((200, made)),
            Fate::LostAfter | Fate::LostBefore => {
                self.lost += usize::from(fate == Fate::LostAfter);
                Err(Error::new(ErrorKind::Unreachable))
            }
            Fate::Unavailable | Fate::UnavailableAfter => {
                Ok((503, json!({ "id": 503, "message": "busy", "type": "error" })))
            }
            Fate::TooMany => Ok((429, json!({ "id": 429, "message": "too many requests", "type": "error" }))),
        }
    }
}

impl tower::Service<HttpRequest> for Platform {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

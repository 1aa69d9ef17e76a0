//! Cost of the layers, in processor time of the calling thread: compared with plain reqwest doing the same
//! work over loopback HTTP, and for an answer from the cache. Both sides alternate within one run, and the
//! median of the rounds counts.
//!
//! `cargo bench -p cc-runtime --bench overhead`; with `--test` it runs a few rounds and judges nothing. With
//! `once [plain|ours|hit] CALLS` it makes so many calls of one side, for a program that counts instructions.
#![allow(clippy::print_stdout)]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::{
    Answer, CachePolicy, Credentials, Operation, OperationInfo, Request, RequestBuilder, Result, Transport,
    ZoneId,
};
use http::{Method, header};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Largest allowed ratio of the cost of a call to that of plain reqwest.
const MAX_RATIO: f64 = 1.10;

/// The most that an answer of the cache may take, in microseconds.
const MAX_HIT: f64 = 5.0;

/// A zone as a program without the SDK reads it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct PlainZone {
    id: String,
    name: String,
    country: String,
    country_code: String,
    city: String,
    display_name: String,
    lat: f64,
    lon: f64,
    #[serde(rename = "outboundIPs")]
    outbound_ips: Vec<String>,
    tags: Vec<String>,
}

/// A zone as it is generated.
#[derive(Debug, Default)]
#[allow(dead_code)]
struct Zone {
    id: ZoneId,
    name: String,
    country: String,
    country_code: String,
    city: String,
    display_name: String,
    lat: f64,
    lon: f64,
    outbound_ips: Vec<String>,
    tags: Vec<String>,
}

cc_runtime::__fields_of! {
    Zone {
        0: id = "id", required;
        1: name = "name", expected;
        2: country = "country", expected;
        3: country_code = "countryCode", expected;
        4: city = "city", expected;
        5: display_name = "displayName", expected;
        6: lat = "lat", expected;
        7: lon = "lon", expected;
        8: outbound_ips = "outboundIPs", expected_list;
        9: tags = "tags", expected_list;
    }
}

struct ListZones;

impl Operation for ListZones {
    const INFO: &'static OperationInfo =
        &OperationInfo::new("list_zones", "zone", Method::GET, "/v4/products/zones", "application/json");
    type Output = Vec<Zone>;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(Self::INFO).build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Vec<Zone>>> {
        answer.list()
    }
}

struct GetZone;

impl Operation for GetZone {
    const INFO: &'static OperationInfo = &OperationInfo::new(
        "get_zone",
        "zone",
        Method::GET,
        "/v4/products/zones/{zoneName}",
        "application/json",
    );
    type Output = Zone;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(Self::INFO).path("zoneName", &"par").build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Zone>> {
        answer.json()
    }
}

fn zone(number: usize) -> String {
    format!(
        r#"{{"id":"b5a1b1b4-0000-4000-8000-00000000000{number:x}","name":"zone{number}","country":"France","countryCode":"FR","city":"Paris","displayName":"Zone number {number}","lat":48.87{number},"lon":2.33{number},"outboundIPs":["46.252.181.{number}","46.252.182.{number}"],"tags":["for:applications","for:par-only","infra:clever-cloud"]}}"#
    )
}

/// Answers each request with one zone, or with twelve when it asks for all. It runs on the thread of the client, so that no
/// time goes into waking the one or the other up, which depends on the machine more than on the client.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let answer = |body: String| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
                    sozu-id: 01KB0000000000000000000000\r\nstrict-transport-security: max-age=31536000\r\n";
        Bytes::from(format!("{head}content-length: {}\r\n\r\n{body}", body.len()))
    };
    let zones: Vec<String> = (0..12).map(zone).collect();
    let (all, one) = (answer(format!("[{}]", zones.join(","))), answer(zone(0)));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            socket.set_nodelay(true).expect("an option of the socket");
            let (all, one) = (all.clone(), one.clone());
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let mut length = 0;
                while let Ok(more @ 1..) = socket.read(&mut request[length..]).await {
                    length += more;
                    if request[..length].ends_with(b"\r\n\r\n") {
                        let lists = request[..length].starts_with(b"GET /v4/products/zones ");
                        socket.write_all(if lists { &all } else { &one }).await.expect("a reader");
                        length = 0;
                    }
                }
            });
        }
    });
    address
}

/// The processor time of this thread. The runtime has no other.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

async fn measure(times: u32, mut work: impl AsyncFnMut()) -> f64 {
    let before = processor_time();
    for _ in 0..times {
        work().await;
    }
    (processor_time() - before).as_secs_f64() * 1e6 / f64::from(times)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let (rounds, times) = if quick { (3, 10) } else { (60, 500) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let address = serve().await;
        let base = format!("http://{address}");
        let credentials = Credentials::oauth1("consumer", "secret", "token", "secret");
        let authorization = credentials.authorization(&Default::default()).await.expect("credentials").expect("a header");

        let client = reqwest::Client::builder().user_agent("plain/1").build().expect("a client");
        let url = format!("{base}/v4/products/zones");
        let mut plain = async || {
            let request = client
                .get(&url)
                .header(header::ACCEPT, "application/json")
                .header(header::AUTHORIZATION, authorization.clone());
            let response = request.send().await.expect("an answer").error_for_status().expect("a success");
            let zones: Vec<PlainZone> =
                serde_json::from_slice(&response.bytes().await.expect("a body")).expect("zones");
            assert_eq!(zones.len(), 12);
        };

        let transport =
            Transport::builder().endpoint(base.clone()).credentials(credentials).build().expect("a transport");
        let mut ours = async || {
            let zones = transport.call(ListZones).await.expect("an answer");
            assert_eq!(zones.len(), 12);
        };

        let mut hit = async || {
            let kept = CachePolicy::ttl(Duration::from_secs(3_600));
            let zone = transport.call(GetZone).cache(kept).await.expect("an answer");
            assert_eq!(zone.name, "zone0");
        };

        let arguments: Vec<String> = std::env::args().collect();
        if let [_, mode, side, calls, ..] = &arguments[..]
            && mode == "once"
        {
            for _ in 0..calls.parse().expect("a number of calls") {
                match side.as_str() {
                    "plain" => plain().await,
                    "ours" => ours().await,
                    _ => hit().await,
                }
            }
            return;
        }

        let (mut plains, mut ourses, mut ratios, mut hits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds + 3 {
            let (plain, ours, hit) =
                (measure(times, &mut plain).await, measure(times, &mut ours).await, measure(times, &mut hit).await);
            if round >= 3 {
                plains.push(plain);
                ourses.push(ours);
                ratios.push(ours / plain);
                hits.push(hit);
            }
        }
        let (plain, ours, ratio, hit) = (median(plains), median(ourses), median(ratios), median(hits));
        println!("12 zones over loopback HTTP: plain reqwest {plain:.1} µs, transport {ours:.1} µs, ratio {ratio:.3} (at most {MAX_RATIO})");
        println!("one zone from the cache: {hit:.2} µs (at most {MAX_HIT})");
        assert!(quick || (ratio <= MAX_RATIO && hit <= MAX_HIT), "the layers cost too much");
    });
}

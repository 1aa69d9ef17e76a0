//! Cost of resolving ids, in CPU time and memory, over a socket: the platform is another process.
//!
//! Run: `cargo bench -p cc-client --bench resolve`. Linux only.
#![allow(clippy::print_stdout, missing_docs)]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cc_client::{Client, Credentials};
use cc_runtime::{AnyAddonId, ApplicationId};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("serve") => serve(arguments[2].parse().unwrap()),
        Some("resolve") => {
            resolve(arguments[2].parse().unwrap(), arguments[3].parse().unwrap(), &arguments[4])
        }
        _ => {
            for count in [1_000, 100_000, 333_333] {
                measure(count);
            }
        }
    }
}

/// Starts a platform and a client as processes of their own, so that neither shows in the figures of the other.
fn measure(count: usize) {
    let count = count.to_string();
    let start = |arguments: &[&str]| -> Child {
        Command::new(env::current_exe().unwrap()).args(arguments).stdout(Stdio::piped()).spawn().unwrap()
    };
    let mut platform = start(&["serve", &count]);
    let mut place = String::new();
    BufReader::new(platform.stdout.take().unwrap()).read_line(&mut place).unwrap();
    let (address, size) = place.trim().split_once(' ').unwrap();
    let mut client = start(&["resolve", &count, size, address]);
    let mut told = String::new();
    client.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(client.wait().unwrap().success(), "the client failed");
    platform.kill().unwrap();
    platform.wait().unwrap();
    print!("{told}");
}

/// Answers every request with a summary of so many applications and as many add-ons.
fn serve(count: usize) {
    let summary = summary(count);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{} {}", listener.local_addr().unwrap(), summary.len());
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            if line == "\r\n" {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    summary.len()
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(summary.as_bytes()).unwrap();
            }
            line.clear();
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn resolve(count: usize, size: usize, address: &str) {
    let credentials = Credentials::oauth1("key", "secret", "token", "secret");
    let build =
        || Client::builder().credentials(credentials.clone()).endpoint(format!("http://{address}")).build();
    // One-time setup (TLS, the executor) is not part of the measurement.
    let warm = build().unwrap();
    let _ = warm.transport();
    let client = build().unwrap();
    let id = ApplicationId::from(application(count / 2));
    forget_peak();
    let (cpu_before, memory_before) = (cpu(), memory("VmRSS"));
    client.resolver().owner_of(&id).await.unwrap();
    let (cpu_first, peak) = (cpu() - cpu_before, memory("VmHWM") - memory_before);
    let kept = memory("VmRSS") - memory_before;

    let hits = 2_000_000_u32;
    let before = cpu();
    for _ in 0..hits {
        black_box(client.resolver().owner_of(black_box(&id)).await.unwrap());
    }
    let owner = (cpu() - before) / hits;
    let addon = AnyAddonId::from(addon(count / 2));
    let before = cpu();
    for _ in 0..hits {
        let ids = cc_client::Ids::new().owner(None, &addon).real_addon(&addon);
        black_box(client.resolver().resolve(black_box(&ids)).await.unwrap());
    }
    let both = (cpu() - before) / hits;
    println!(
        "{count} applications and {count} add-ons ({} ids, {:.1} MB of JSON): first resolution {cpu_first:.1?} of CPU, peak {:.1} MiB, \
         kept {:.1} MiB; a hit {owner:?}, owner and real id of an add-on {both:?}",
        client.resolver().index().unwrap().len(),
        size as f64 / 1e6,
        peak / 1024.0,
        kept / 1024.0,
    );
}

fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// Kibibytes of memory, as the kernel counts them.
fn memory(what: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn uuid(number: usize) -> String {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{number:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        mixed >> 48,
        mixed & 0xfff,
        mixed >> 12 & 0xfff,
        mixed >> 8 & 0xffff_ffff_ffff
    )
}

fn application(number: usize) -> String {
    format!("app_{}", uuid(number))
}

fn addon(number: usize) -> String {
    format!("addon_{}", uuid(number))
}

/// A summary with every field that the platform sends, of a hundred organisations.
fn summary(count: usize) -> String {
    let mut json = String::from(
        r#"{"user":{"id":"user_1","name":"Me","applications":[],"addons":[]},"organisations":["#,
    );
    for organisation in 0..100 {
        let numbers = || (0..count).filter(|number| number % 100 == organisation);
        let comma = |first: &mut bool| if std::mem::take(first) { "" } else { "," };
        let _ = write!(
            json,
            r#"{}{{"id":"orga_{}","name":"Organisation {organisation}","role":"ADMIN","providers":[],"consumers":[],"applications":["#,
            if organisation == 0 { "" } else { "," },
            uuid(organisation)
        );
        let mut first = true;
        for number in numbers() {
            let _ = write!(
                json,
                r#"{}{{"id":"{}","name":"application-{number}","instanceType":"node","instanceVariant":"{}","variantSlug":"node","archived":false,"homogeneous":false,"variantLogoUrl":"https://assets.example/logos/nodejs.svg","state":"SHOULD_BE_UP","commit":"{number:040x}","systemTags":[],"customerTags":[]}}"#,
                comma(&mut first),
                application(number),
                uuid(7),
            );
        }
        json.push_str(r#"],"addons":["#);
        first = true;
        for number in numbers() {
            let _ = write!(
                json,
                r#"{}{{"id":"{}","name":"addon-{number}","realId":"postgresql_{}","providerId":"postgresql-addon","logoUrl":"https://assets.example/logos/pgsql.svg","systemTags":[],"customerTags":[]}}"#,
                comma(&mut first),
                addon(number),
                uuid(number + 1),
            );
        }
        json.push_str("]}");
    }
    json.push_str("]}");
    json
}

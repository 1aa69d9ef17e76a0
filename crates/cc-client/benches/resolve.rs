//! What resolving ids costs, in CPU time and memory. Run: `cargo bench -p cc-client --bench resolve`.
use cc_client::resolve::Index;
use std::fmt::Write as _;
fn cpu() -> std::time::Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    std::time::Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
}
fn summary(n: usize) -> String {
    let mut s = String::from(
        r#"{"user":{"id":"user_00000000-0000-4000-8000-000000000000","applications":[],"addons":[]},"organisations":["#,
    );
    for o in 0..100 {
        if o > 0 {
            s.push(',');
        }
        write!(s, r#"{{"id":"orga_{o:08x}-0000-4000-8000-000000000000","name":"Organisation {o}","avatar":"https://assets.example/{o}.png","role":"ADMIN","providers":[],"consumers":[],"applications":["#).unwrap();
        for i in 0..n / 100 {
            let i = o * (n / 100) + i;
            if !s.ends_with('[') {
                s.push(',');
            }
            write!(s, r#"{{"id":"app_{i:08x}-1111-4111-8111-{:012x}","name":"application-{i}","instanceType":"node","instanceVariant":"{:012x}","variantSlug":"node","archived":false,"homogeneous":false,"variantLogoUrl":"https://assets.example/logos/nodejs.svg","state":"SHOULD_BE_UP","commit":"{i:040x}","systemTags":[],"customerTags":[]}}"#, i*7919, i%20).unwrap();
        }
        s.push_str(r#"],"addons":["#);
        for i in 0..n / 100 {
            let i = o * (n / 100) + i;
            if !s.ends_with('[') {
                s.push(',');
            }
            write!(s, r#"{{"id":"addon_{i:08x}-2222-4222-8222-{:012x}","name":"addon-{i}","realId":"postgresql_{i:08x}-3333-4333-8333-{:012x}","providerId":"postgresql-addon","logoUrl":"https://assets.example/logos/pgsql.svg","systemTags":[],"customerTags":[]}}"#, i*7919, i*104729).unwrap();
        }
        s.push_str("]}");
    }
    s.push_str("]}");
    s
}
fn main() {
    let json = summary(100_000);
    let lean = format!("{{\"version\":1,\"fetchedAt\":\"2024-01-01T00:00:00Z\",{}", &json[1..]);
    println!("{} bytes", json.len());
    for _ in 0..3 {
        let t = cpu();
        let index = Index::from_json(lean.as_bytes()).unwrap();
        println!("decode {:?} {} ids", cpu() - t, index.len());
        let t = cpu();
        let j = index.to_json();
        println!("to_json {:?} {} bytes", cpu() - t, j.len());
        let t = cpu();
        let index = Index::from_json(j.as_bytes()).unwrap();
        println!("from_json {:?} {} ids", cpu() - t, index.len());
        let id = cc_core::ApplicationId::from("app_00001000-1111-4111-8111-000001eef000");
        let t = cpu();
        let mut f = 0;
        for _ in 0..1_000_000 {
            f += index.owner_of(std::hint::black_box((&id).into())).cloned().is_some() as u32;
        }
        println!("lookup {:?}/M {f}", cpu() - t);
        let t = cpu();
        serde_json::from_str::<serde::de::IgnoredAny>(&json).unwrap();
        println!("ignored any {:?}", cpu() - t);
    }
}

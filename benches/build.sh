#!/usr/bin/env bash
# What the SDK costs to build and to ship, each beside plain reqwest doing the same in this run.
#
# `bash benches/build.sh [FOLDER]` builds in FOLDER (default: a new temporary one, taken away at the end) and touches
# nothing else. Times are processor seconds of the compiler (user + system), so that a busy machine changes them little.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
export CARGO_TERM_QUIET=true CARGO_NET_OFFLINE=${CARGO_NET_OFFLINE:-false}

# Runs a command and prints its processor seconds.
cpu() {
  local TIMEFORMAT='%U %S' out
  out=$({ time "$@" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }; } 2>&1)
  awk '{ printf "%.1f", $1 + $2 }' <<<"${out##*$'\n'}"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# A program of one file: name, dependencies, code.
program() {
  mkdir -p "$work/$1/src"
  printf '[package]\nname = "%s"\nedition = "2024"\n[workspace]\n[dependencies]\n%s\n[profile.release]\nstrip = true\nlto = true\ncodegen-units = 1\nopt-level = "z"\npanic = "abort"\n' "$1" "$2" >"$work/$1/Cargo.toml"
  printf '%s\n' "$3" >"$work/$1/src/main.rs"
  cp "$root/Cargo.lock" "$work/$1/Cargo.lock"
}
tokio='tokio = { version = "1", default-features = false, features = ["rt", "macros", "net", "time"] }'
serde='serde = { version = "1", features = ["derive"] }'
reqwest='reqwest = { version = "0.13", default-features = false, features = ["rustls", "json", "query"] }'
program plain "$reqwest
$serde
$tokio" '
#[derive(serde::Deserialize)]
struct Zone { name: String, city: String }
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("CC_API_TOKEN")?;
    let client = reqwest::Client::new();
    let request = client.get("https://api-bridge.clever-cloud.com/v4/products/zones").bearer_auth(token);
    for zone in request.send().await?.error_for_status()?.json::<Vec<Zone>>().await? {
        println!("{} {}", zone.name, zone.city);
    }
    Ok(())
}'
program ours "cc-client = { path = \"$root/crates/cc-client\", default-features = false, features = [\"zone\", \"rustls\"] }
$tokio" '
use cc_client::{Client, Credentials, commands::zone::ListZone};
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("CC_API_TOKEN")?;
    let client = Client::builder().credentials(Credentials::api_token(token)).build()?;
    for zone in client.send(ListZone::new()).await? {
        println!("{} {}", zone.name, zone.city);
    }
    Ok(())
}'
program small "cc-api-zone = { path = \"$root/crates/generated/cc-api-zone\" }" 'fn main() {}'
program bare "$reqwest" 'fn main() {}'

build() { (cd "$work/$1" && shift && cargo build "$@"); }

echo "| what | ours | plain reqwest | ratio |"
echo "|---|---|---|---|"
theirs=$(cpu build bare); ours=$(cpu build small)
echo "| a cold debug build of one small generated crate | $ours s | $theirs s | $(ratio "$ours" "$theirs") |"
echo
echo "| what | ours |"
echo "|---|---|"
echo "| domains compiled for a user of one domain | $(cd "$work/ours" && cargo tree -e normal --prefix none 2>/dev/null | grep -c '^cc-api-' || true) |"

# The generated crates alone: what they depend on is built before.
export CARGO_TARGET_DIR="$work/target"
generated=(); for crate in crates/generated/*/; do generated+=(-p "$(basename "$crate")"); done
cargo build -p cc-runtime -p cc-api-zone 2>"$work/log"
started=$(date +%s.%N); seconds=$(cpu cargo build "${generated[@]}"); ended=$(date +%s.%N)
echo "| all ${#generated[@]} generated crates, debug, dependencies built before (of which $(awk -v a="$started" -v b="$ended" 'BEGIN { printf "%.0f", b - a }') s on the clock) | $seconds s |" | sed "s/all ${#generated[@]}/all $((${#generated[@]} / 2))/"
largest=$(wc -c crates/generated/*/src/*.rs | grep -v total | awk '{ split($2, p, "/"); bytes[p[3]] += $1 } END { for (c in bytes) print bytes[c], c }' | sort -rn | head -1 | cut -d' ' -f2)
cargo check -p cc-api-zone 2>"$work/log"; cargo check -p "$largest" 2>"$work/log"; touch "crates/generated/$largest/src/lib.rs"
echo "| \`cargo check\` of the largest, $largest | $(cpu cargo check -p "$largest") s |"
cargo xtask generate >"$work/log" 2>&1
TIMEFORMAT='%R'; warm=$({ time cargo xtask generate >"$work/log" 2>&1; } 2>&1)
echo "| \`cargo xtask generate\`, warm, on the clock | $warm s |"

unset CARGO_TARGET_DIR
echo
echo "| what | ours | plain reqwest | ratio |"
echo "|---|---|---|---|"
build plain --release 2>"$work/log" || { cat "$work/log"; exit 1; }
build ours --release 2>"$work/log" || { cat "$work/log"; exit 1; }
size() { stat -c %s "$work/$1/target/release/$1"; }
echo "| a stripped release program that makes one call | $(size ours) bytes | $(size plain) bytes | $(ratio "$(size ours)" "$(size plain)") |"

//! The command line of the program.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use cc_sandbox::Pace;
use jiff::Timestamp;

use crate::proxy::Upstream;

pub(crate) const HELP: &str = "\
The Clever Cloud platform in a process.

  cc-sandbox [OPTIONS]

  --port PORT       port to serve on; 0 takes any that is free. Default: 8080
  --redis-port PORT another port for Redis (RESP), for Redis and Materia KV add-ons; 0 takes any that is free.
                    Default: the port of HTTP serves both
  --address IP      address to serve on. Default: 127.0.0.1
  --seed SEED       whole number that every id and every invented value comes from. Default: 0
  --start TIME      its time at the start: `now`, a date such as 2026-01-31, or a time such as
                    2026-01-31T12:00:00Z. Default: now
  --speed FACTOR    how much faster than real time its time passes; 0 stops it, and only
                    POST /_sandbox/advance moves it. Default: 20
  --strict          refuse properties and query parameters that the spec does not list, and end with
                    status 1 if the spec was violated. Default: they are left out, with a warning
  --deliver-anywhere
                    drains deliver to any machine. Default: to this one only
  --record URL [--to FILE]
                    pass requests on to the platform at URL, and write them to a new FILE without
                    secrets, ids and personal data. Default: recording.jsonl
  --replay FILE     answer from such a file
  --compare FILE [--json]
                    run the requests of such a file against the sandbox, print what differs from
                    the recorded answers, and end: with 0 if nothing does, with 1 otherwise
  --routes          list the routes, each with whether it keeps state or answers samples, and end
  --refusals        list the requests that it refuses, with status, id and message, and end
  --help            this text
";

/// Request of the command line.
#[derive(Debug, PartialEq)]
pub(crate) enum Wish {
    Help,
    Routes,
    Refusals,
    Serve(Options),
    Record { upstream: Upstream, to: PathBuf, address: SocketAddr },
    Compare { file: PathBuf, as_json: bool, seed: u64 },
}

/// Options of the server.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) address: SocketAddr,
    /// `None` for that of HTTP.
    pub(crate) redis_port: Option<u16>,
    pub(crate) seed: u64,
    /// `None` for the time of the machine.
    pub(crate) start: Option<Timestamp>,
    pub(crate) pace: Pace,
    pub(crate) deliver_anywhere: bool,
    pub(crate) strict: bool,
    /// Recording to answer from.
    pub(crate) replay: Option<PathBuf>,
}

/// Reads the arguments of the program.
pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Wish, String> {
    let (mut port, mut redis_port, mut ip) = (8080, None, IpAddr::from(Ipv4Addr::LOCALHOST));
    let (mut seed, mut speed) = (0, 20.0);
    let (mut start, mut deliver_anywhere, mut strict, mut as_json) = (None, false, false, false);
    let (mut record, mut to, mut replay, mut compare) = (None, None, None, None);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || inline.clone().or_else(|| arguments.next()).unwrap_or_default();
        match name.as_str() {
            "--help" | "-h" => return Ok(Wish::Help),
            "--routes" => return Ok(Wish::Routes),
            "--strict" => strict = true,
            "--refusals" => return Ok(Wish::Refusals),
            "--deliver-anywhere" => deliver_anywhere = true,
            "--json" => as_json = true,
            "--record" => record = Some(value().parse::<Upstream>()?),
            "--to" => to = Some(file(&name, value())?),
            "--replay" => replay = Some(file(&name, value())?),
            "--compare" => compare = Some(file(&name, value())?),
            "--port" => port = parsed(&name, &value(), "a port, from 0 to 65535")?,
            "--redis-port" => redis_port = Some(parsed(&name, &value(), "a port, from 0 to 65535")?),
            "--address" => ip = parsed(&name, &value(), "an IP address")?,
            "--seed" => seed = parsed(&name, &value(), "a whole number")?,
            "--start" => start = read_start(&value())?,
            "--speed" => speed = parsed(&name, &value(), "a number of at least 0")?,
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    if !(speed >= 0.0 && f64::is_finite(speed)) {
        return Err("`--speed` needs a number of at least 0".to_owned());
    }
    let pace = if speed == 0.0 { Pace::Manual } else { Pace::Speed(speed) };
    let address = SocketAddr::new(ip, port);
    if [record.is_some(), replay.is_some(), compare.is_some()].iter().filter(|asked| **asked).count() > 1 {
        return Err("`--record`, `--replay` and `--compare` exclude each other".to_owned());
    }
    if as_json && compare.is_none() {
        return Err("`--json` goes with `--compare`".to_owned());
    }
    match (record, to, compare) {
        (Some(upstream), to, _) => {
            let to = to.unwrap_or_else(|| PathBuf::from("recording.jsonl"));
            Ok(Wish::Record { upstream, to, address })
        }
        (None, Some(_), _) => Err("`--to` goes with `--record`".to_owned()),
        (None, None, Some(file)) => Ok(Wish::Compare { file, as_json, seed }),
        (None, None, None) => {
            let options =
                Options { address, redis_port, seed, start, pace, deliver_anywhere, strict, replay };
            Ok(Wish::Serve(options))
        }
    }
}

/// Reads a time, or the start of a day in UTC. `None` for `now`.
fn read_start(text: &str) -> Result<Option<Timestamp>, String> {
    if text == "now" {
        return Ok(None);
    }
    match format!("{text}T00:00:00Z").parse() {
        Ok(day) => Ok(Some(day)),
        Err(_) => parsed("--start", text, "`now`, a date or a time such as 2026-01-31T12:00:00Z").map(Some),
    }
}

fn file(option: &str, value: String) -> Result<PathBuf, String> {
    if value.is_empty() { Err(format!("`{option}` needs a file")) } else { Ok(value.into()) }
}

fn parsed<T: std::str::FromStr>(option: &str, text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| match text {
        "" => format!("`{option}` needs {what}"),
        text => format!("invalid value `{text}` for `{option}`: expected {what}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(line: &str) -> Result<Wish, String> {
        read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_come_with_a_space_or_an_equals_sign() {
        let wish = Wish::Serve(Options {
            address: ([127, 0, 0, 1], 9000).into(),
            redis_port: Some(9001),
            seed: 7,
            start: Some("2031-05-05T00:00:00Z".parse().unwrap()),
            pace: Pace::Speed(1.5),
            deliver_anywhere: true,
            strict: true,
            replay: None,
        });
        assert_eq!(
            read_words(
                "--port 9000 --redis-port 9001 --seed=7 --start 2031-05-05 --speed 1.5 --deliver-anywhere --strict"
            ),
            Ok(wish)
        );
    }

    #[test]
    fn a_speed_of_zero_is_a_clock_that_is_moved_by_hand() {
        let Ok(Wish::Serve(options)) = read_words("--speed 0") else { panic!("it is a wish to serve") };
        assert_eq!(options.pace, Pace::Manual);
    }

    #[test]
    fn the_time_starts_now_unless_another_one_is_given() {
        let start = |line: &str| match read_words(line) {
            Ok(Wish::Serve(options)) => options.start.map(|start| start.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(start(""), None);
        assert_eq!(start("--start now"), None);
        assert_eq!(start("--start=2031-05-05T10:00:00+02:00").as_deref(), Some("2031-05-05T08:00:00Z"));
        let wrong = "invalid value `soon` for `--start`: expected `now`, a date or a time such as 2026-01-31T12:00:00Z";
        assert_eq!(read_words("--start soon"), Err(wrong.into()));
    }

    #[test]
    fn a_recording_is_made_answered_from_or_compared() {
        let upstream: Upstream = "http://localhost:8081".parse().unwrap();
        let address = ([127, 0, 0, 1], 8080).into();
        let record =
            |to: &str| Ok(Wish::Record { upstream: Upstream::clone(&upstream), to: to.into(), address });
        assert_eq!(read_words("--record http://localhost:8081 --to a.jsonl"), record("a.jsonl"));
        assert_eq!(read_words("--record=http://localhost:8081"), record("recording.jsonl"));
        assert_eq!(
            read_words("--compare=a.jsonl --json --seed 3"),
            Ok(Wish::Compare { file: "a.jsonl".into(), as_json: true, seed: 3 })
        );
        let Ok(Wish::Serve(options)) = read_words("--replay a.jsonl") else {
            panic!("it is a wish to serve")
        };
        assert_eq!(options.replay, Some("a.jsonl".into()));
        for (line, message) in [
            ("--record http://localhost --to", "`--to` needs a file"),
            ("--to a.jsonl", "`--to` goes with `--record`"),
            ("--replay", "`--replay` needs a file"),
            ("--json", "`--json` goes with `--compare`"),
            ("--replay a --compare b", "`--record`, `--replay` and `--compare` exclude each other"),
        ] {
            assert_eq!(read_words(line), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_wrong_option_is_named() {
        assert_eq!(
            read_words("--port high"),
            Err("invalid value `high` for `--port`: expected a port, from 0 to 65535".into())
        );
        assert_eq!(read_words("--port"), Err("`--port` needs a port, from 0 to 65535".into()));
        assert_eq!(read_words("--sped 2"), Err("unknown option `--sped`".into()));
        assert_eq!(read_words("--speed -1"), Err("`--speed` needs a number of at least 0".into()));
        assert_eq!(read_words("--seed 1 --help"), Ok(Wish::Help));
        assert_eq!(read_words("--refusals"), Ok(Wish::Refusals));
    }
}

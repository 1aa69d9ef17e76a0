//! The vectors of `tests/vectors/`: `NAME.sse` is the input, `NAME.json` what comes out and why.

use std::fs;
use std::path::{Path, PathBuf};

use cc_stream::Limits;
use serde::Deserialize;

use crate::support::frames::{Owned, decode};

#[derive(Deserialize)]
struct Expected {
    why: String,
    limits: Option<Bounds>,
    frames: Vec<Owned>,
}

#[derive(Deserialize)]
struct Bounds {
    line: usize,
    event: usize,
}

fn vectors() -> Vec<(PathBuf, Vec<u8>, Expected)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let inputs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "sse"));
    inputs
        .map(|path| {
            let input = fs::read(&path).unwrap();
            let expected = fs::read(path.with_extension("json")).unwrap();
            let expected = serde_json::from_slice(&expected).unwrap();
            (path, input, expected)
        })
        .collect()
}

fn limits(expected: &Expected) -> Limits {
    let bounds = expected.limits.as_ref();
    bounds.map_or(Limits::default(), |bounds| Limits { line: bounds.line, event: bounds.event })
}

#[test]
fn each_vector_gives_what_it_says() {
    let vectors = vectors();
    assert!(vectors.len() >= 50, "only {} vectors were found", vectors.len());
    for (path, input, expected) in vectors {
        let frames = decode(limits(&expected), [&input[..]]);
        assert_eq!(frames, expected.frames, "{}: {}", path.display(), expected.why);
    }
}

#[test]
fn each_vector_gives_the_same_at_every_cut() {
    for (path, input, expected) in vectors() {
        for place in 0..=input.len() {
            let (head, tail) = input.split_at(place);
            let frames = decode(limits(&expected), [head, tail]);
            assert_eq!(frames, expected.frames, "{} cut at {place}: {}", path.display(), expected.why);
        }
    }
}

#[test]
fn each_short_vector_gives_the_same_at_every_two_cuts() {
    for (path, input, expected) in vectors().into_iter().filter(|(_, input, _)| input.len() <= 100) {
        for first in 0..=input.len() {
            for second in first..=input.len() {
                let pieces = [&input[..first], &input[first..second], &input[second..]];
                let frames = decode(limits(&expected), pieces);
                assert_eq!(frames, expected.frames, "{} cut at {first} and {second}", path.display());
            }
        }
    }
}

#[test]
fn each_vector_gives_the_same_byte_by_byte() {
    for (path, input, expected) in vectors() {
        let frames = decode(limits(&expected), input.chunks(1));
        assert_eq!(frames, expected.frames, "{}: {}", path.display(), expected.why);
    }
}

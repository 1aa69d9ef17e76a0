//! Things that the code of this workspace never does, each with its reason and its known exceptions.

use std::path::Path;

use super::source;

/// Names that are absent from the code of some folders. Tests and generated files may use them.
struct Absence {
    names: &'static [&'static str],
    /// Files and folders below `crates/`, as prefixes of their paths.
    places: &'static [&'static str],
    reason: &'static str,
    /// Prefixes of paths where the names are allowed, with the reason.
    except: &'static [(&'static str, &'static str)],
}

/// The crates that users depend on.
const LIBRARIES: &[&str] = &[
    "cc-bridge/src/",
    "cc-client/src/",
    "cc-mcp/src/",
    "cc-one-line/src/",
    "cc-redis-http/src/",
    "cc-retry-after/src/",
    "cc-runtime/src/",
    "cc-sandbox/src/",
    "cc-stream/src/",
];

/// The crates that also run in a browser.
const BROWSER: &[&str] =
    &["cc-bridge/src/", "cc-client/src/", "cc-redis-http/src/", "cc-runtime/src/", "cc-stream/src/"];

const PROGRAM: (&str, &str) = ("cc-sandbox/src/main.rs", "it is a program");
const SERVER: (&str, &str) = ("cc-mcp/src/main.rs", "it is a program");

const ABSENCES: &[Absence] = &[
    Absence {
        names: &["reqwest", "hyper", "hyper_util", "tower"],
        places: &["cc-runtime/src/"],
        reason: "ids, enums, time, secrets, errors and requests do not depend on an HTTP client",
        except: &[("cc-runtime/src/transport", "it is the HTTP client")],
    },
    Absence {
        names: &[
            "tokio",
            "reqwest",
            "std::fs",
            "std::net",
            "std::io",
            "std::thread",
            "std::time::Instant",
            "std::time::SystemTime",
        ],
        places: &[
            "cc-stream/src/buffer.rs",
            "cc-stream/src/continuity",
            "cc-stream/src/decoder",
            "cc-stream/src/machine",
        ],
        reason: "the decoder and the state machine do no I/O and read no clock: tests give them bytes and time",
        except: &[],
    },
    Absence {
        names: &["print!", "println!", "eprint!", "eprintln!", "dbg!"],
        places: LIBRARIES,
        reason: "the output of a process belongs to its program: return an error or use `tracing`",
        except: &[
            ("cc-sandbox/src/engine.rs", "it prints violations of the spec for a program that asks for them"),
            PROGRAM,
            SERVER,
        ],
    },
    Absence {
        names: &["std::env"],
        places: LIBRARIES,
        reason: "the environment is read in one place, so that a program knows what it depends on",
        except: &[
            ("cc-runtime/src/credentials/infer.rs", "it infers credentials from the environment, as asked"),
            PROGRAM,
        ],
    },
    Absence {
        names: &[".unwrap()", ".expect()", "panic!"],
        places: LIBRARIES,
        reason: "a library returns an error",
        except: &[
            ("cc-runtime/src/credentials/signature.rs", "HMAC takes keys of any length"),
            (
                "cc-runtime/src/decimal/arithmetic.rs",
                "its operators panic on overflow, as documented and as those of std do",
            ),
            (
                "cc-runtime/src/money.rs",
                "its operators panic on two currencies and on overflow, as documented and as those of std do",
            ),
            (
                "cc-runtime/src/time/arithmetic.rs",
                "its operators panic on overflow, as documented and as those of std do",
            ),
            ("cc-sandbox/src/client.rs", "a test that cannot make a client fails there"),
            ("cc-sandbox/src/engine/faults.rs", "a test that asks for an impossible fault fails there"),
            ("cc-sandbox/src/identity.rs", "a test that names an unknown user fails there"),
            ("cc-sandbox/src/sandbox.rs", "a test that cannot start a sandbox fails there"),
            ("cc-sandbox/src/seeding.rs", "a test that seeds something impossible fails there"),
        ],
    },
    Absence {
        names: &["std::time::Instant", "std::time::SystemTime::now", "tokio::time", "std::process::id"],
        places: BROWSER,
        reason: "it panics in a browser: use `cc_runtime::tasks` and `Timestamp::now`, or the clock of the stream",
        except: &[
            ("cc-client/src/atomic_file.rs", "there are no files in a browser"),
            ("cc-client/src/resolve/file.rs", "there are no files in a browser"),
            ("cc-runtime/src/blocking", "there is no wait that blocks in a browser"),
            ("cc-runtime/src/drift/registry.rs", "it has another half for browsers"),
            ("cc-runtime/src/tasks/native.rs", "it is that clock"),
            ("cc-stream/src/clock.rs", "it is that clock"),
        ],
    },
    Absence {
        names: &["fastrand"],
        places: BROWSER,
        reason: "it has the same seed on every page of a browser: use `random`",
        except: &[
            (
                "cc-runtime/src/random.rs",
                "a system without random numbers is better served by it than by nothing",
            ),
            ("cc-runtime/src/transport/retry.rs", "it gets its seed from `random`"),
        ],
    },
    Absence {
        names: &["std::process::exit", "std::process::abort"],
        places: LIBRARIES,
        reason: "a library never ends the process",
        except: &[PROGRAM],
    },
    Absence {
        names: &["std::thread::sleep"],
        places: LIBRARIES,
        reason: "a wait goes through the clock of tokio, which tests can advance, and never blocks its thread",
        except: &[],
    },
];

/// Names each file that does what the table says is never done, and each exception that nothing needs.
pub fn absences(root: &Path, found: &mut Vec<String>) {
    check(root, ABSENCES, found);
}

fn check(root: &Path, absences: &[Absence], found: &mut Vec<String>) {
    let crates = root.join("crates");
    let mut used = vec![false; absences.iter().map(|absence| absence.except.len()).sum()];
    for file in source::files(&crates) {
        let path = file.strip_prefix(&crates).unwrap_or(&file).display().to_string();
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let names = match source::names(&text) {
            Ok(names) => names,
            Err(error) => {
                found.push(format!("crates/{path}: cannot be read as Rust: {error}"));
                continue;
            }
        };
        let mut exceptions = 0..;
        for absence in absences {
            let numbers: Vec<usize> = exceptions.by_ref().take(absence.except.len()).collect();
            if !absence.places.iter().any(|place| path.starts_with(place)) {
                continue;
            }
            let exception = absence.except.iter().position(|(place, _)| path.starts_with(place));
            for name in &names {
                let Some(absent) = absence.names.iter().find(|absent| name.is_in(absent)) else { continue };
                match exception {
                    Some(exception) => used[numbers[exception]] = true,
                    None => found
                        .push(format!("crates/{path}:{}: uses `{absent}`: {}", name.line, absence.reason)),
                }
            }
        }
    }
    let exceptions = absences.iter().flat_map(|absence| absence.except);
    for ((place, reason), _) in
        exceptions.zip(used).filter(|(exception, used)| !used && exception.0 != PROGRAM.0)
    {
        found.push(format!(
            "crates/{place}: the exception \"{reason}\" is not needed (xtask/src/tidy/absences.rs)"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_must_be_absent_is_reported_with_its_line_and_reason() {
        let copy = tempfile::tempdir().unwrap();
        let source = copy.path().join("crates/cc-one/src");
        std::fs::create_dir_all(&source).unwrap();
        std::fs::write(
            source.join("lib.rs"),
            "//! A crate.\nfn f() {\n    println!(\"{:?}\", g().unwrap());\n}\n",
        )
        .unwrap();
        std::fs::write(source.join("main.rs"), "//! A program.\nfn main() {\n    println!();\n}\n").unwrap();
        std::fs::write(source.join("tests.rs"), "//! Tests.\nfn f() {\n    println!();\n}\n").unwrap();
        let table = |except| {
            [
                Absence { names: &["println!"], places: &["cc-one/src/"], reason: "one", except },
                Absence { names: &[".unwrap()"], places: &["cc-one/src/"], reason: "two", except: &[] },
            ]
        };
        let mut found = Vec::new();
        check(copy.path(), &table(&[("cc-one/src/main.rs", "a program")]), &mut found);
        assert_eq!(
            found,
            [
                "crates/cc-one/src/lib.rs:3: uses `println!`: one",
                "crates/cc-one/src/lib.rs:3: uses `.unwrap()`: two"
            ]
        );
        found.clear();
        check(copy.path(), &table(&[("cc-one/src/", "all"), ("cc-one/src/gone.rs", "gone")]), &mut found);
        assert_eq!(
            found,
            [
                "crates/cc-one/src/lib.rs:3: uses `.unwrap()`: two",
                "crates/cc-one/src/gone.rs: the exception \"gone\" is not needed (xtask/src/tidy/absences.rs)"
            ]
        );
    }
}

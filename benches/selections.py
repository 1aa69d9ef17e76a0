#!/usr/bin/env python3
"""Shows what is built again when another package is selected with `-p`.

Cargo unifies features over the packages that are selected. Where two selections give a library different features, it is
built twice, and so is everything above it. This compares the tests of each package with those of the whole workspace, from
cargo's own plan: nothing is built. `xtask` is compared as a program, as `cargo xtask` builds it.

`python3 benches/selections.py` prints a line per package, names each library that differs, and fails if there is one.
"""
import json
import os
import subprocess
import sys

LIBRARIES = ("lib", "rlib", "proc-macro")


def packages():
    """The packages of the workspace; one generated package stands for all, as their manifests are alike.

    `cc-test-features` has no tests.
    """
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    names = sorted(p["name"] for p in json.loads(output)["packages"])
    return [n for n in names if n != "cc-test-features" and (not n.startswith("cc-api-") or n == "cc-api-zone")]


def machine():
    """The target triple of this machine."""
    output = subprocess.run(["rustc", "-vV"], capture_output=True, check=True, text=True).stdout
    return next(line.split()[1] for line in output.splitlines() if line.startswith("host:"))


def plan(command):
    """The features of each library that a command of cargo needs, by its platform and id.

    The platform is `None` for libraries of macros and build scripts: cargo gives them features of their own.
    """
    # The plan is an unstable output of cargo, which a stable one gives with this variable.
    environment = dict(os.environ, RUSTC_BOOTSTRAP="1")
    # Naming the target tells the libraries of programs from those of macros and build scripts.
    options = ["--target", machine(), "--unit-graph", "-Z", "unstable-options"]
    output = subprocess.run(["cargo", *command, *options], capture_output=True, check=True, env=environment, text=True).stdout
    units = json.loads(output)["units"]
    libraries = [u for u in units if u["mode"] == "build" and u["target"]["kind"][0] in LIBRARIES]
    return {(u["platform"], u["pkg_id"]): sorted(u["features"]) for u in libraries}


def main():
    tests = ["test", "--no-run"]
    whole = plan([*tests, "--workspace"])
    failed = False
    for name in packages():
        selected = plan([*(["build"] if name == "xtask" else tests), "-p", name])
        # `cc-test-features` has no code: it may be built in several ways.
        differing = [u for u, f in selected.items() if f != whole.get(u) and "cc-test-features#" not in u[1]]
        failed = failed or bool(differing)
        print(f"-p {name}: {len(selected)} libraries, {len(differing)} built again")
        for unit in sorted(differing, key=str):
            given, asked = set(whole.get(unit, [])), set(selected[unit])
            purpose = "" if unit[0] else " of a macro or build script"
            print(f"    {unit[1].split('/')[-1]}{purpose}: lacks {sorted(given - asked)}, has besides {sorted(asked - given)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Shows what is built again when another package is selected with `-p`.

Cargo unifies features over the packages that are selected. Where two selections give a library different features, it is
built twice, and so is everything above it. This compares the tests of each package with those of the whole workspace, from
cargo's own plan: nothing is built.

`python3 benches/selections.py` prints a line per package and fails if a library outside of the workspace, or cc-core, differs.
"""
import json
import os
import subprocess
import sys

PACKAGES = ["cc-core", "cc-stream", "cc-client", "cc-bridge", "cc-redis-http", "cc-sandbox", "cc-examples", "cc-api-zone"]


def plan(selection):
    """The features of each library that the tests of a selection need, by its id and the machine it is built for."""
    # The plan is an unstable output of cargo, which a stable one gives with this variable.
    environment = dict(os.environ, RUSTC_BOOTSTRAP="1")
    command = ["cargo", "test", "--no-run", *selection, "--unit-graph", "-Z", "unstable-options"]
    output = subprocess.run(command, capture_output=True, check=True, env=environment, text=True).stdout
    units = json.loads(output)["units"]
    # Only what is built for this workspace's programs: what macros and build scripts need has its own, smaller, set.
    libraries = [u for u in units if u["mode"] == "build" and "lib" in u["target"]["kind"][0] and not host(u)]
    return {u["pkg_id"]: sorted(u["features"]) for u in libraries}


def host(unit):
    return unit["profile"]["debuginfo"] in (0, None)


def matters(package):
    return package.startswith("registry+") or "/cc-core#" in package


def main():
    whole = plan(["--workspace"])
    failed = False
    for name in PACKAGES:
        selected = plan(["-p", name])
        differing = sorted(p for p, features in selected.items() if features != whole.get(p))
        outside = [p for p in differing if matters(p)]
        failed = failed or bool(outside)
        shown = ", ".join(p.split("#")[-1] if p.startswith("registry+") else "cc-core" for p in outside)
        ours = len(differing) - len(outside)
        print(f"-p {name}: {len(selected)} libraries, {len(outside)} built again {f'({shown})' if shown else ''}; {ours} above the core")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

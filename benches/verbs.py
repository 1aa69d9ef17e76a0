#!/usr/bin/env python3
"""Measures the verbs of `cargo xtask`, and prints the rows of the table in README.md: CPU time, wall time and peak memory.

`verbs.py [--binary FILE] [--large] [--documents FILE…]`: the binary is by default that of the release build, and the documents are those that `import`
and `sources` read. With `--large`, documents of three sizes are written to a temporary folder, in both formats and versions.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZES = [18, 37, 73]


def measure(command):
    """Seconds of CPU, seconds, and megabytes of the largest resident size."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1e3, process.returncode


def row(name, command, may_fail=False):
    cpu, wall, memory, code = measure(command)
    if code and not may_fail:
        sys.exit(f"{' '.join(command)}: ended with {code}")
    print(f"| {name} | {cpu:.1f} s | {wall:.1f} s | {memory:.0f} MB |", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binary", default=os.path.join(ROOT, "target/release/xtask"))
    options.add_argument("--documents", nargs="*", default=[])
    options.add_argument("--large", action="store_true")
    options = options.parse_args()
    if not os.path.isfile(options.binary):
        sys.exit(f"{options.binary} is missing: cargo build --release -p xtask")
    xtask = options.binary
    print("| verb | CPU | wall | memory |\n|---|---|---|---|")
    row("`check`", [xtask, "check"])
    row("`generate --check`", [xtask, "generate", "--check"])
    row("`diff HEAD`", [xtask, "diff", "HEAD"])
    row("`fuzz --count 1000`", [xtask, "fuzz", "--count", "1000"])
    row("`release --dry-run`", [xtask, "release", "--dry-run"])
    row("`sources`", [xtask, "sources"])
    for document in options.documents:
        row(f"`import {os.path.basename(document)}` ({os.path.getsize(document) / 1e6:.1f} MB)", [xtask, "import", document])
    if options.large:
        large(xtask)


def large(xtask):
    with tempfile.TemporaryDirectory() as folder:
        for version in ["3.0", "3.1"]:
            for ending in ["json", "yaml"]:
                for size in SIZES:
                    file = os.path.join(folder, f"large.{ending}")
                    subprocess.run([sys.executable, os.path.join(ROOT, "benches/large_document.py"), file, str(size), version], check=True)
                    row(f"`import` of {size} MB of {ending.upper()}, OpenAPI {version}", [xtask, "import", file])
                    os.remove(file)


main()

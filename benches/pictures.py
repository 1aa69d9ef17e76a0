#!/usr/bin/env python3
"""Draws the pictures of the book that come from measured files.

`python3 benches/pictures.py` writes, and `--check` compares without writing:
- docs/figures/plot-*.svg: the ratios of docs/figures.csv, which the READMEs state too;
- docs/figures/quickstart.svg: an animated terminal, from the recorded run in docs/figures/quickstart.tsv.

`--record` runs the quickstart first, and records its lines with their times.
"""

import csv
import math
import subprocess
import sys
import time
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
FIGURES = DOCS / "figures"

STYLE = """<style>
.back { fill: #ffffff; } .text { fill: #1f2328; } .quiet { fill: #59636e; } .line { stroke: #59636e; } .bar { fill: #2f6fde; }
@media (prefers-color-scheme: dark) {
.back { fill: #161b22; } .text { fill: #e6edf3; } .quiet { fill: #9da7b1; } .line { stroke: #9da7b1; } .bar { fill: #6ea8ff; }
}
text { font: 14px system-ui, sans-serif; }
</style>"""

# Name of the plot: title, axis, logarithmic.
PLOTS = {
    "call": ("Cost of the SDK, relative to plain reqwest", "times the cost of plain reqwest; 1 is equal", False),
    "stream-one": ("CPU time of cc-stream, one event per chunk", "times the cost of the named code; below 1, cc-stream is faster", False),
    "stream-forty": ("CPU time of cc-stream, 40 events per chunk", "times the cost of the named code; below 1, cc-stream is faster", False),
    "pieces": ("A line of 8 MiB in 1,024 pieces", "times the cost of the same line in one piece (logarithmic)", True),
}


def svg(width, height, title, description, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(description)}</desc>\n{body}\n</svg>\n'
    )


def figure(row):
    return row["low"] if row["low"] == row["high"] else f"{row['low']} to {row['high']}"


def plot(name, rows):
    title, axis, logarithmic = PLOTS[name]
    left, width, step, top = 340, 820, 34, 56
    span = width - left - 110
    scale = (lambda value: math.log10(value)) if logarithmic else (lambda value: value)
    base = scale(1) if logarithmic else 0.0
    most = max(max(float(row["high"]) for row in rows), 1.0)
    x = lambda value: left + (scale(value) - base) / (scale(most) - base) * span
    height = top + step * len(rows) + 56
    parts = [STYLE, f'<rect class="back" width="{width}" height="{height}" rx="8"/>']
    parts.append(f'<text class="text" x="16" y="30" font-weight="600">{escape(title)}</text>')
    for at, row in enumerate(rows):
        y, low, high = top + at * step, float(row["low"]), float(row["high"])
        parts.append(f'<text class="text" x="{left - 12}" y="{y + 16}" text-anchor="end">{escape(row["label"])}</text>')
        wide = x(low) - left
        parts.append(f'<rect class="bar" x="{left}" y="{y + 2}" width="{max(wide, 2):.1f}" height="20"/>')
        if high > low:
            parts.append(f'<rect class="bar" opacity="0.5" x="{x(low):.1f}" y="{y + 2}" width="{x(high) - x(low):.1f}" height="20"/>')
        parts.append(f'<text class="text" x="{x(high) + 8:.1f}" y="{y + 17}">{figure(row)}</text>')
    bottom = top + step * len(rows)
    parts.append(f'<line class="line" x1="{x(1):.1f}" y1="{top - 8}" x2="{x(1):.1f}" y2="{bottom}" stroke-dasharray="4 3"/>')
    dates = "; ".join(sorted({f"{row['date']}, {row['machine']}" for row in rows}))
    parts.append(f'<text class="quiet" x="16" y="{bottom + 20}">{escape(axis)}</text>')
    parts.append(f'<text class="quiet" x="16" y="{bottom + 42}">Measured on {escape(dates)}.</text>')
    description = "; ".join(f"{row['label']}: {figure(row)}" for row in rows)
    return svg(width, height, title, description, "\n".join(parts))


def terminal(lines):
    """The lines appear at the times of the recorded run, which starts anew 4 s after its end."""
    prompt = "$ cargo run --example quickstart"
    shown = [(0.0, prompt)] + [(0.6 + at, text) for at, text in lines]
    whole = shown[-1][0] + 4
    step, width = 19, 760
    height = 46 + step * len(shown) + 8
    style = ["<style>", "text { font: 12.5px ui-monospace, monospace; white-space: pre; fill: #e6edf3; }", ".prompt { fill: #7ee787; }"]
    style.append("@media (prefers-reduced-motion: no-preference) {")
    for at, (start, _) in enumerate(shown):
        share = 100 * start / whole
        if at:
            style.append(f"@keyframes l{at} {{ 0%, {share:.2f}% {{ opacity: 0; }} {share + 0.01:.2f}%, 100% {{ opacity: 1; }} }}")
            style.append(f".l{at} {{ animation: l{at} {whole:.2f}s linear infinite; }}")
    style += ["}", "</style>"]
    parts = ["\n".join(style), f'<rect width="{width}" height="{height}" rx="8" fill="#161b22" stroke="#59636e"/>']
    parts += [f'<circle cx="{18 + 18 * at}" cy="18" r="5" fill="#59636e"/>' for at in range(3)]
    for at, (_, text) in enumerate(shown):
        kind = "prompt" if at == 0 else f"l{at}"
        parts.append(f'<text class="{kind}" x="16" y="{50 + at * step}" xml:space="preserve">{escape(text)}</text>')
    title = "A terminal that runs the quickstart"
    description = "The output of the example quickstart, line by line: " + "; ".join(" ".join(text.split()) for _, text in lines)
    return svg(width, height, title, description, "\n".join(parts))


def record():
    run = subprocess.Popen(["cargo", "run", "--quiet", "--example", "quickstart"], stdout=subprocess.PIPE, text=True)
    lines, start = [], None
    for line in run.stdout:
        start = start or time.monotonic()
        lines.append(f"{time.monotonic() - start:.2f}\t{line.rstrip()}\n")
    if run.wait() != 0:
        sys.exit("the quickstart failed")
    head = "# One run of `cargo run --example quickstart`: seconds since its first line, and the line.\n"
    (FIGURES / "quickstart.tsv").write_text(head + "".join(lines))


def pictures():
    rows = list(csv.DictReader((DOCS / "figures.csv").open()))
    for name in PLOTS:
        yield f"plot-{name}.svg", plot(name, [row for row in rows if row["plot"] == name])
    text = (FIGURES / "quickstart.tsv").read_text()
    lines = [line.split("\t", 1) for line in text.splitlines() if not line.startswith("#")]
    yield "quickstart.svg", terminal([(float(at), line) for at, line in lines])


def main():
    if "--record" in sys.argv:
        record()
    stale = []
    for name, text in pictures():
        path = FIGURES / name
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(name)
    if stale:
        sys.exit(f"not what the measured files give: {', '.join(stale)}; run python3 benches/pictures.py")


main()

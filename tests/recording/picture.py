"""Draw parts of a recording as a picture of a terminal, for the README.

    python tests/recording/picture.py src/stepdown/help/recording-node.md .github/recording.svg

Every line of the picture is a line of the recording; what is left out is marked.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

PARTS = (
    ("$ stepdown", "  - Ports"),
    ("? Who can reach it?", "? Command that tests"),
    ("Base   ", "nroot"),
    ("? Which bases", "? Which bases"),
    ("✓ Building on gcr.io/distroless", "    2514 files"),
    ("✓ Watching for calls", "                nodejs24"),
    ("? What next?", "? What next?"),
    ("$ git merge", " Dockerfile |"),
)
"""The first and the last line of each part, by how they begin; each after the part before it."""

LEFT_OUT = "⋯"
WIDE, HIGH, EDGE = 8.4, 19, 20
_COLUMNS = 80
_BACK, _INK, _QUIET = "#141817", "#e3e8e5", "#8d9a96"
_GOOD, _BAD, _ASK = "#7bd0c5", "#f2a29b", "#9ec1f7"
_LOOKS = (
    (re.compile(r"^✓|^  →"), _GOOD, ""),
    (re.compile(r"^✗"), _BAD, ""),
    (re.compile(r"^\?"), _ASK, ""),
    (re.compile(r"^\$|^\S.*works: |^(Base|Ladder|What is known)\b"), _INK, "bold"),
    (re.compile(r"^    |^⋯"), _QUIET, ""),
)


def shown(recording: str) -> Iterator[str]:
    """Yield the lines of the picture."""
    lines = recording.partition("```text\n")[2].rpartition("```")[0].splitlines()
    at = 0
    for first, last in PARTS:
        start = _find(lines, first, at)
        if at and start > at:
            yield LEFT_OUT
        at = _find(lines, last, start) + 1
        yield from (line for line in lines[start:at] if line)


def _find(lines: list[str], begin: str, after: int) -> int:
    found = (n for n in range(after, len(lines)) if lines[n].startswith(begin))
    number = next(found, None)
    if number is None:
        raise SystemExit(f"The recording has no line after {after} that begins with {begin!r}.")
    return number


def draw(recording: str) -> str:
    """Return the picture as SVG; the same recording gives the same bytes."""
    lines = [part for line in shown(recording) for part in _folded(line)]
    width, height = round(_COLUMNS * WIDE) + 2 * EDGE, len(lines) * HIGH + 2 * EDGE
    said = "A terminal in which stepdown moves a Node application from node:24 to distroless."
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{said}">'
        f'<rect width="100%" height="100%" rx="8" fill="{_BACK}"/>'
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" '
        'font-size="14">'
    )
    drawn = (_line(line, EDGE + (n + 1) * HIGH - 5) for n, line in enumerate(lines))
    return "\n".join((head, *drawn, "</g></svg>", ""))


def _folded(line: str) -> list[str]:
    return [line[at : at + _COLUMNS] for at in range(0, len(line), _COLUMNS)]


def _line(line: str, y: int) -> str:
    looks = (look for look in _LOOKS if look[0].search(line))
    _, colour, weight = next(looks, (None, _INK, ""))
    bold = ' font-weight="bold"' if weight else ""
    text = line.lstrip(" ")
    x = round(EDGE + (len(line) - len(text)) * WIDE, 1)
    length = round(len(text) * WIDE, 1)
    return (
        f'<text x="{x}" y="{y}" fill="{colour}"{bold} xml:space="preserve" '
        f'textLength="{length}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def main() -> None:
    """Read the recording and write the picture."""
    recording, picture = map(Path, sys.argv[1:])
    picture.write_text(draw(recording.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()

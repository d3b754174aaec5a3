"""The cache mounts of apt become one of apk."""

from collections.abc import Iterator
from itertools import pairwise

from stepdown.dockerfile import Flag, Instruction, Span
from stepdown.dockerfile.stage import mount
from stepdown.model.plan import Edit
from stepdown.rewrite.situation import Pen, line_end, line_start

_APT = ("/var/cache/apt", "/var/lib/apt", "/var/lib/apt/lists", "/var/cache/apt/archives")
_APK = "/var/cache/apk"


def options(instruction: Instruction) -> str:
    """Return how apk is to treat its cache: it makes use of one that is mounted, and of no other.

    Without --cache-dir apk would keep no packages, for Alpine's images have no /etc/apk/cache.
    """
    flags = (instruction.onbuild or instruction).flags
    mounted = any(_target(flag)[1].rstrip("/") in _APT for flag in flags)
    return f"--update-cache --cache-dir={_APK}" if mounted else "--no-cache"


def translate(text: str, instruction: Instruction, pen: Pen) -> Iterator[Edit]:
    """Yield the edits of the flags of a RUN; the other options of a mount stay."""
    flags = (instruction.onbuild or instruction).flags
    before = {two.span.start: one.span.end for one, two in pairwise(flags)}
    seen = False
    for flag in flags:
        option, path = _target(flag)
        if path.rstrip("/") not in _APT:
            continue
        if seen:
            gone = _with_gap(text, before[flag.span.start], flag.span)
            yield pen.edit(gone, "", "One cache of apk is enough.")
        else:
            raw = flag.value_span.of(text)
            new = raw.replace(f"{option}={path}", f"{option}={_APK}", 1)
            yield pen.edit(flag.value_span, new, "The cache of apk has another place.")
        seen = True


def _target(flag: Flag) -> tuple[str, str]:
    options = mount(flag.value or "") if flag.name == "mount" else {}
    names = [name for name in ("target", "dst", "destination") if name in options]
    return (names[0], options[names[0]]) if names else ("", "")


def _with_gap(text: str, before: int, flag: Span) -> Span:
    """Return the flag with what separates it from the flag before, or its line below a comment."""
    if "#" not in text[before : flag.start]:
        return Span(before, flag.end)
    return Span(line_start(text, flag.start), line_end(text, flag.end))

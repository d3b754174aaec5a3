"""What the code asks of the C library that musl does otherwise than glibc. Pure.

These give no error: a text is empty, a sum is not grouped, an expression matches nothing.
"""

import re
from collections.abc import Iterator

from stepdown.model.facts import Clue, Trait
from stepdown.model.image import Libc
from stepdown.verify.probe_image import Image

_ON_MUSL = {
    Trait.CONSTANT: "Python has no {subject} on musl",
    Trait.STRFTIME: "strftime gives nothing for {subject} on musl",
    Trait.STRPTIME: "strptime does not read {subject} on musl",
    Trait.PRINTF: "printf prints nothing for {subject} on musl",
    Trait.REGEX: "musl refuses the expression {subject}: Invalid contents of {{}}",
    Trait.TRANSLIT: "musl's iconv does not know {subject}",
    Trait.GLOB_BRACE: "musl has no {subject}",
    Trait.WORDING: "musl never says `{subject}`",
}
_ICONV = re.compile(r"\biconv\b.*?([\w-]*//(?:TRANSLIT|IGNORE))")
_MODULES = re.compile(r"/gconv/gconv-modules(?:\.d/[\w.-]+)?$")
_WORDS_OF_MUSL = frozenset(("Name does not resolve", "Name has no usable address", "Try again"))
# Languages that format and convert by themselves.
_OWN = frozenset(("go", "java", "node", "rust"))


def turned(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Yield a sentence for each call that comes out otherwise, where the move is to musl."""
    if before.fs.libcs != {Libc.GLIBC} or after.fs.libcs != {Libc.MUSL}:
        return
    aware = {c.file for c in clues if c.trait is Trait.WORDING and c.subject in _WORDS_OF_MUSL}
    for clue in clues:
        if clue.trait is Trait.WORDING and clue.file in aware:
            continue
        if clue.trait is Trait.CHARSET:
            yield from _charset(before, after, clue)
        if clue.trait is Trait.OPTIONS:
            yield from _options(after, clue)
        if clue.trait is Trait.CALL and (found := _ICONV.search(clue.subject)):
            yield f"{clue.place}, {clue.detail}: musl's iconv does not know {found[1]}"
        if clue.trait in _ON_MUSL and clue.language not in _OWN:
            said = _ON_MUSL[clue.trait].format(subject=clue.subject)
            yield f"{clue.place}, {clue.detail}: {said}"


def _charset(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    """Judge a character set that glibc has a module for: musl carries its own in its loader."""
    name = clue.subject.partition("/")[0].upper()
    lists = (path for path in before.fs.entries if _MODULES.search(path))
    known = any(f" {name}//".encode() in _spaced(before.read(path)) for path in lists)
    loader = next((path for libc, path in after.fs.loaders if libc is Libc.MUSL), "")
    plain = re.sub(r"[^a-z0-9]", "", name.lower()).encode()
    if known and loader and plain + b"\0" not in (after.read(loader) or plain + b"\0"):
        yield f"{clue.place}, {clue.detail}: musl's iconv does not know {name}"


def _spaced(content: bytes | None) -> bytes:
    return b" ".join((content or b"").split())


def _options(after: Image, clue: Clue) -> Iterator[str]:
    """Judge the image's own command line: musl's getopt reads no option behind an operand."""
    words = iter((*after.config.entrypoint, *after.config.cmd)[1:])
    operand = ""
    for word in words:
        if word == "--":
            return
        if not word.startswith("-") or word == "-":
            operand = operand or word
        elif operand:
            yield f"{clue.place}, {clue.detail}: musl's getopt stops at {operand}, before {word}"
            return
        elif f"{word[-1]}:" in clue.subject:
            next(words, "")

"""What a file says to glibc, and musl does not hear."""

import re
from collections.abc import Callable, Iterator

from stepdown.dockerfile import Dockerfile, Instruction, pairs
from stepdown.model.image import ImageRef, Libc
from stepdown.model.plan import Refusal
from stepdown.rewrite.situation import Fixes, Pen, Situation

_MULTIARCH = re.compile(r"/(?:x86_64|aarch64|i386|arm)-linux-gnu\w*(?=[/:\s\"']|\Z)")
_PLAIN_LOCALE = re.compile(r"(?:C|POSIX|en_US)(?:\.[\w-]+)?\Z")
_LIBRARY_FOLDER = re.compile(r"/usr/local/lib(?:64)?(?:/(?:[^/]*\.so(?:\.\d+)*)?)?\Z")
_LIBRARIES = re.compile(r"/usr/local/lib(?:64)?(?:/|\Z)|.*\.so(?:\.\d+)*\Z")
_HINT_PATH = "Install libraries under /usr/local/lib, or name their folder in LD_LIBRARY_PATH."
_HINT_MULTIARCH = "Name the folder that Alpine uses, /usr/lib, or find it with pkg-config."
_HINT_LOCALE = "Sort and format in the application, or stay on a base with glibc."
_HINT_CACHE = "Copy the libraries next to those of the base, or name the folder in LD_LIBRARY_PATH."

_HINT_COPIED = "Take it from the image for Alpine, or from a package."

Rule = Callable[[Instruction], tuple[str, str]]


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Note what has no effect on musl, and libraries that only ldconfig would find."""
    pen = Pen(text=doc.text, fixer="glibc")
    candidate = situation.candidate
    if candidate.libc is Libc.MUSL:
        notes = _notes(situation, pen, (_linker, _multiarch, _locale))
        return Fixes(refusals=(*notes, *_copied(situation, pen)))
    if candidate.libc is Libc.GLIBC and not candidate.shell:
        return Fixes(refusals=tuple(_notes(situation, pen, (_cache,))))
    return Fixes()


def _notes(situation: Situation, pen: Pen, rules: tuple[Rule, ...]) -> Iterator[Refusal]:
    said: set[str] = set()
    for stage, instruction in situation.instructions("RUN", "ENV", "COPY", "ADD"):
        for rule in rules if stage.index in situation.built else ():
            reason, hint = rule(instruction.onbuild or instruction)
            if reason and reason not in said:
                said.add(reason)
                yield pen.refuse(instruction, reason, hint, blocking=False)


def _copied(situation: Situation, pen: Pen) -> Iterator[Refusal]:
    """Note programs that are copied from an image of the old base's own repository."""
    old = ImageRef.parse(situation.old)
    for use in (use for stage in situation.chain for use in stage.uses):
        image = ImageRef.parse(use.image)
        same = use.stage is None and image.repository == old.repository
        if same and "alpine" not in image.tag:
            reason = f"The programs of {use.image} need glibc, which Alpine does not have."
            yield pen.refuse(use.instruction, reason, _HINT_COPIED, blocking=False)


def _linker(instruction: Instruction) -> tuple[str, str]:
    named = "/etc/ld.so.conf" in instruction.logical or "ldconfig -p" in instruction.logical
    return (
        ("musl has no /etc/ld.so.conf and no cache of libraries.", _HINT_PATH)
        if named
        else ("", "")
    )


def _multiarch(instruction: Instruction) -> tuple[str, str]:
    text = instruction.logical
    found = _MULTIARCH.search(text) if "-linux-gnu" in text else None
    if not found:
        return "", ""
    return f"Alpine has no folder {found.group()[1:]} for its libraries.", _HINT_MULTIARCH


def _locale(instruction: Instruction) -> tuple[str, str]:
    for pair in (pairs(instruction) or ()) if instruction.keyword == "ENV" else ():
        value = (pair.value or "").strip("\"'")
        named = pair.key == "LANG" or pair.key.startswith("LC_")
        if named and value and "$" not in value and not _PLAIN_LOCALE.match(value):
            return f"musl has no rules of {value} for sorting, numbers and dates.", _HINT_LOCALE
    return "", ""


def _cache(instruction: Instruction) -> tuple[str, str]:
    words = instruction.operands if instruction.keyword in ("COPY", "ADD") else ()
    if not words or not _LIBRARY_FOLDER.match(words[-1].text):
        return "", ""
    if not any(_LIBRARIES.match(word.text) for word in words[:-1]):
        return "", ""
    return (
        "Only ldconfig makes libraries in /usr/local/lib known, and it is not there.",
        _HINT_CACHE,
    )

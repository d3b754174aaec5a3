"""What the code asks of the C library that musl does otherwise than glibc. Pure.

These give no error: a text is empty, a sum is not grouped, an expression matches nothing.
"""

import re
from collections.abc import Iterator

from stepdown.model.image import Libc
from stepdown.model.plan import Clue, Trait
from stepdown.verify.probe_image import Image

_ON_MUSL = {
    Trait.STRFTIME: "strftime gives nothing for {subject} on musl",
    Trait.STRPTIME: "strptime does not read {subject} on musl",
    Trait.PRINTF: "printf prints nothing for {subject} on musl",
    Trait.REGEX: "musl refuses the expression {subject}: Invalid contents of {{}}",
    Trait.TRANSLIT: "musl's iconv does not know {subject}",
    Trait.GLOB_BRACE: "musl has no {subject}",
}
_ICONV = re.compile(r"\biconv\b.*?([\w-]*//(?:TRANSLIT|IGNORE))")
# Languages that format and convert by themselves.
_OWN = frozenset(("go", "java", "node", "rust"))


def turned(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Yield a sentence for each call that comes out otherwise, where the move is to musl."""
    if before.fs.libcs != {Libc.GLIBC} or after.fs.libcs != {Libc.MUSL}:
        return
    for clue in clues:
        if clue.trait is Trait.CALL and (found := _ICONV.search(clue.subject)):
            yield f"{clue.place}, {clue.detail}: musl's iconv does not know {found[1]}"
        if clue.trait in _ON_MUSL and clue.language not in _OWN:
            said = _ON_MUSL[clue.trait].format(subject=clue.subject)
            yield f"{clue.place}, {clue.detail}: {said}"

"""The Dockerfiles under `dockerfiles/`, written for the purpose, and mutations of them."""

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, convert

from stepdown.dockerfile.lines import LONGEST_LINE

_FOLDER = Path(__file__).parent / "dockerfiles"
_GOLDEN = Path(__file__).parent.parent / "golden"
_SEED = 20_261_122
_PIECES = (
    *" \n\r\t\v\f\xa0é\ufeff\\`'\"$#[]}=,",
    *("\\\n", "\r\n", "\\\n\n", "\\\n# c\n", "\\\\", "<<EOF", "<<-EOF\n", "EOF\n", "<< EOF\n"),
    *("RUN ", "FROM x\n", "COPY <<A <<B /x\n", "A\n", "B\n", "ONBUILD ", "ENV a=b ", '["a"]'),
    *("${X}", "${X:-", "--", "--flag=1 ", "--from=a ", "# escape=`\n", "HEALTHCHECK CMD "),
)


class Refused(Struct, forbid_unknown_fields=True, frozen=True):
    """A file that the builder refuses; see `dockerfiles/refused.toml`."""

    text: str
    says: str
    line: int = 0
    parser: bool = False
    later: bool = False


def read() -> dict[str, bytes]:
    """The files that the builder reads, by name."""
    tables = tomllib.loads((_FOLDER / "read.toml").read_text("utf-8"))
    found = {
        f"{group}-{name.replace(' ', '-')}": text.encode(
            "latin-1" if name.startswith("latin1") else "utf-8"
        )
        for group, cases in tables.items()
        for name, text in cases.items()
    }
    rest = b"a" * (LONGEST_LINE - len("RUN "))
    found["plain-long_line"] += b"\nRUN " + rest + b"\nUSER b\n"
    found["heredoc-long_body_line"] += b"\nRUN <<EOF\n" + b"a" * LONGEST_LINE + b"\nEOF\n"
    return found


def refused() -> dict[str, Refused]:
    """The files that the builder refuses, by name."""
    tables = tomllib.loads((_FOLDER / "refused.toml").read_text("utf-8"))
    found = {name: convert(table, Refused) for name, table in tables.items()}
    too_long = "FROM x\nRUN " + "a" * LONGEST_LINE
    found["line-long"] = Refused(too_long, "65,535 bytes", 2, parser=True)
    too_wide = "FROM x\nRUN <<EOF\n" + "é" * (LONGEST_LINE // 2 + 1) + "\nEOF\n"
    found["line-long-in-heredoc"] = Refused(too_wide, "65,535 bytes", 3, parser=True)
    return found


def golden() -> dict[str, bytes]:
    """The Dockerfiles of the golden tests."""
    return {
        str(path.relative_to(_GOLDEN)): path.read_bytes() for path in _GOLDEN.glob("*/*.Dockerfile")
    }


def texts() -> list[str]:
    """All of them that are read, UTF-8 and short, in a fixed order."""
    files = sorted({**read(), **golden()}.items())
    return [
        data.decode("utf-8") for _, data in files if len(data) < LONGEST_LINE and _is_text(data)
    ]


def _is_text(data: bytes) -> bool:
    return data.decode("utf-8", "replace").encode("utf-8") == data


def mutations(part: int, count: int) -> Iterator[str]:
    """Yield `count` files of the corpus with some changes; they are the same at every call."""
    dice = random.Random(_SEED + part)
    originals = texts()
    for _ in range(count):
        yield _mutate(dice.choice(originals), dice)


def _mutate(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 3)):
        at = dice.randint(0, len(text))
        match dice.randint(0, 5):
            case 0 | 1 | 2:
                text = text[:at] + dice.choice(_PIECES) + text[at:]
            case 3:
                text = text[:at] + text[at + dice.randint(1, 8) :]
            case 4:
                other = dice.randint(0, len(text))
                text = text[:at] + text[other : other + 30] + text[at:]
            case _:
                text = text[:at] + text[at:].replace("\n", dice.choice(("\\\n", "\r\n", "\n\n")), 1)
    return text

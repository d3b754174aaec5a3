"""What the code asks of shared libraries, looked up in the libraries of both images."""

import msgspec
import pytest

from fakes import image
from rootfs_samples import library
from stepdown.model.facts import Clue, Trait
from stepdown.model.image import ImageConfig, Libc
from stepdown.rootfs.elf import Elf, parse
from stepdown.verify import probe_libraries, probe_musl
from stepdown.verify.probe_image import Image

GLIBC, MUSL = "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"
LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6"
SQLITE = "/usr/lib/libsqlite3.so.0"
CONFIG = ImageConfig(id="i")


def side(loader: str, files: dict[str, bytes], config: ImageConfig = CONFIG) -> Image:
    """Return an image with a loader; `files` are the libraries and lists that it has."""
    read = parse(files[loader]) if loader in files else None
    elf = read or Elf(architecture="amd64", type=3, soname="ld.so", defines=("GLIBC_2.4",))
    fs = msgspec.structs.replace(image(loader, *files), elf={loader: elf})
    return Image(fs=fs, config=config, env={}, read=files.get)


def glibc(files: dict[str, bytes]) -> Image:
    return side(GLIBC, files)


def musl(files: dict[str, bytes] | None = None, config: ImageConfig = CONFIG) -> Image:
    return side(MUSL, files or {}, config)


def clue(trait: Trait, subject: str, *, file: str = "app.py") -> Clue:
    language = "python" if file.endswith(".py") else "c"
    return Clue(trait=trait, subject=subject, file=file, line=3, detail="`x`", language=language)


def lost(before: Image, after: Image, one: Clue) -> list[str]:
    return list(probe_libraries.lost(before, after, (one,)))


def test_the_images_have_the_c_library_that_they_should() -> None:
    assert glibc({}).fs.libcs == {Libc.GLIBC}
    assert musl().fs.libcs == {Libc.MUSL}


def test_a_library_that_is_gone() -> None:
    before, asked = glibc({"/usr/lib/libmagic.so.1": b""}), clue(Trait.LIBRARY, "libmagic.so.1")
    (said,) = lost(before, glibc({}), asked)
    assert said == (
        "app.py:3, `x`, needs the library libmagic.so.1, which the loader does not find."
    )
    assert lost(glibc({}), glibc({}), asked) == []
    assert lost(before, before, asked) == []


@pytest.mark.parametrize("name", ["libc.so.6", "libpthread.so.0", "/opt/own.so"])
def test_names_that_musl_takes_for_its_own_and_paths(name: str) -> None:
    before = glibc({f"/usr/lib/{name}": b"", name: b""})
    assert lost(before, musl(), clue(Trait.LIBRARY, name)) == []


def test_a_function_that_the_c_library_does_not_have() -> None:
    before = glibc({LIBC: library("libc.so.6", defined=("malloc_trim", "getpid"))})
    after = musl({MUSL: library("libc.so", defined=("getpid",))})
    (said,) = lost(before, after, clue(Trait.FUNCTION, "libc.so.6:malloc_trim"))
    assert said == (
        f"app.py:3, `x`, calls malloc_trim of libc.so.6, and {MUSL} of the candidate has no such"
        " function."
    )
    assert lost(before, after, clue(Trait.FUNCTION, "libc.so.6:getpid")) == []
    assert lost(before, after, clue(Trait.FUNCTION, "libc.so.6:unknown")) == []


@pytest.mark.parametrize("content", [b"", b"no library"])
def test_a_library_that_cannot_be_read_shows_nothing(content: bytes) -> None:
    before = glibc({LIBC: library("libc.so.6", defined=("malloc_trim",))})
    after = glibc({LIBC: content})
    assert lost(before, after, clue(Trait.FUNCTION, "libc.so.6:malloc_trim")) == []


def test_an_option_of_sqlite() -> None:
    before, after = glibc({SQLITE: b"\0A\0SOUNDEX\0"}), musl({SQLITE: b"\0A\0"})
    (said,) = lost(before, after, clue(Trait.QUERY, "SOUNDEX"))
    assert said == "app.py:3, `x`: the candidate's SQLite was built without SOUNDEX"
    assert lost(before, before, clue(Trait.QUERY, "SOUNDEX")) == []
    assert lost(before, musl(), clue(Trait.QUERY, "SOUNDEX")) == []  # another check tells that
    assert lost(before, after, clue(Trait.QUERY, "SOUNDEX", file="a.c")) == []


LISTS = {
    "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules": b"module\tIBM037//\tINTERNAL\tIBM037\t1\n",
    "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.d/extra.conf": b"alias LATIN1// ISO-8859-1//\n",
}


def turned(before: Image, after: Image, *clues: Clue) -> list[str]:
    return list(probe_musl.turned(before, after, clues))


@pytest.mark.parametrize(
    ("name", "known"), [("IBM037", False), ("latin1", True), ("X-UNHEARD-OF", True)]
)
def test_a_character_set_that_only_glibc_has(name: str, *, known: bool) -> None:
    after = musl({MUSL: library("libc.so", extra=b"utf8\0char\0\0\xd2iso88591\0latin1\0")})
    said = turned(glibc(LISTS), after, clue(Trait.CHARSET, name, file="a.c"))
    expected = f"a.c:3, `x`: musl's iconv does not know {name}"
    assert said == ([] if known else [expected])


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        (("file", "-v"), "file, before -v"),
        (("-o", "file", "-v"), ""),
        (("-v", "file"), ""),
        (("-", "--", "-v"), ""),
        (("-", "-v"), "-, before -v"),
        ((), ""),
    ],
)
def test_options_behind_an_operand(words: tuple[str, ...], stops: str) -> None:
    after = musl(config=ImageConfig(id="i", entrypoint=("/tool",), cmd=words))
    said = turned(glibc({}), after, clue(Trait.OPTIONS, "o:v", file="a.c"))
    assert said == ([f"a.c:3, `x`: musl's getopt stops at {stops}"] if stops else [])


def test_the_wording_of_an_error() -> None:
    asked = clue(Trait.WORDING, "Name or service not known")
    (said,) = turned(glibc({}), musl(), asked)
    assert said == "app.py:3, `x`: musl never says `Name or service not known`"
    aware = clue(Trait.WORDING, "Name does not resolve")
    assert turned(glibc({}), musl(), asked, aware) == []

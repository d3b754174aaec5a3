"""Language runtimes and busybox by their own content, whoever brought them.

Official images copy `node`, `python3` and others to /usr/local: no package database knows them.
"""

import re

from stepdown.model.image import Value
from stepdown.rootfs.elf import Bytes
from stepdown.rootfs.tar import TarStream

_RELEASE_SIZE = 4096
_TEXTS = {
    "java": (
        re.compile(r".*/release"),
        re.compile(rb'^JAVA_VERSION="([\w.+-]{1,40})"', re.MULTILINE),
    ),
    "go": (re.compile(r".*/go/VERSION"), re.compile(rb"\Ago(\d[\w.]{0,40})")),
}
ENDS = ("/release", "/VERSION")
_PROGRAMS = {
    "node": (
        re.compile(r"node(?:js)?|libnode\.so.*"),
        re.compile(rb"node\.js/v(\d{1,4}\.\d{1,4}\.\d{1,4})"),
    ),
    "python": (
        re.compile(r"(?:lib)?python\d(?:\.\d+)?[a-z]*(?:\.so[.\d]*)?"),
        re.compile(rb"\0([23]\.\d{1,2}\.\d{1,3}(?:(?:a|b|rc)\d{1,2})?\+?)\0"),
    ),
    "ruby": (
        re.compile(r"(?:lib)?ruby[\d.-]*(?:\.so[.\d]*)?"),
        re.compile(rb"\bruby (\d\.\d{1,2}\.\d{1,3})[a-z]"),
    ),
    "perl": (
        re.compile(r"(?:lib)?perl[\d.]*(?:\.so[.\d]*)?"),
        re.compile(rb"\0v(5\.\d{1,2}\.\d{1,2})\0"),
    ),
    "php": (
        re.compile(r"(?:lib)?php[\d.]*(?:-cgi|-fpm)?(?:\.so[.\d]*)?"),
        re.compile(rb"X-Powered-By: PHP/(\d\.\d{1,2}\.\d{1,3})"),
    ),
}
_BUSYBOX = re.compile(rb"BusyBox v(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)")


class Runtime(Value, frozen=True, kw_only=True):
    """A runtime, and the program, library or release file that tells its version."""

    name: str
    version: str
    path: str


class Sought(Value, frozen=True, kw_only=True):
    """What to look for in a program of this name."""

    name: str
    pattern: re.Pattern[bytes]


def sought(path: str) -> Sought | None:
    """Return what tells the version in the program at `path`, None where it is no runtime's."""
    base = path.rpartition("/")[2]
    for name, (names, pattern) in _PROGRAMS.items():
        if names.fullmatch(base):
            return Sought(name=name, pattern=pattern)
    return None


def of_release_file(path: str, stream: TarStream) -> Runtime | None:
    """Return the runtime to which the release file that `stream` is at belongs."""
    for name, (paths, pattern) in _TEXTS.items():
        if paths.fullmatch(path) and (match := pattern.search(stream.peek(_RELEASE_SIZE))):
            return Runtime(name=name, version=match[1].decode(), path=path)
    return None


def of_busybox(path: str, content: Bytes) -> Runtime | None:
    """Return busybox with its version."""
    match = _BUSYBOX.search(content)
    return Runtime(name="busybox", version=match[1].decode(), path=path) if match else None

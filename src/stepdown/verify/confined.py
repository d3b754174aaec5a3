"""An engine for untrusted repositories: every build and every container has the profile's limits.

A container without a network has an address for nobody. It is asked over its own loopback, by the
toolbox's programs inside of it.
"""

import base64
import binascii
import string
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import msgspec

from stepdown.errors import StepdownError
from stepdown.model.image import ImageConfig
from stepdown.model.profile import Confinement, Profile
from stepdown.model.surface import Layer
from stepdown.model.trial import BuildFailed, Built, EngineInfo
from stepdown.ports import (
    BuildRequest,
    Container,
    ContainerSpec,
    ContainerState,
    Engine,
    Exit,
    File,
    HttpAnswer,
    OnLine,
    Pick,
    Stopped,
)
from stepdown.verify.toolbox import BUSYBOX, Toolbox

_PLAIN = frozenset(string.ascii_letters + string.digits + "-._/?#[]@!$&'()*+,;=:%~")
_MOST = 700_000
"""Bytes of an answer: a program's output is cut at a megabyte, and base64 makes it longer."""
_SPARE = 5.0
# The answer goes to standard error, because standard output is the connection. Nothing closes that
# before the server does: some take a half-closed one for a client that has gone.
_TALK = (
    'limit=$1; shift; printf "%s\\r\\n" "$@" ""; '
    f'{BUSYBOX} timeout "$limit" {BUSYBOX} head -c {_MOST} | {BUSYBOX} base64 >&2'
)
_ASK = 'port=$1; shift; exec "$0" nc 127.0.0.1 "$port" -e "$0" sh -c "$@"'


@dataclass(frozen=True, kw_only=True)
class Confined(Engine):
    """An engine that adds the limits to whatever is asked of the one below."""

    engine: Engine
    toolbox: Toolbox
    profile: Profile
    tests: Confinement

    def widened(self, tests: Confinement) -> "Confined":
        """Return the same with other limits for containers."""
        return Confined(engine=self.engine, toolbox=self.toolbox, profile=self.profile, tests=tests)

    def describe(self) -> EngineInfo:
        """Say who answers."""
        return self.engine.describe()

    def build(self, request: BuildRequest, on_line: OnLine) -> Built | BuildFailed:
        """Build an image within the limits."""
        limited = msgspec.structs.replace(request, limits=self.profile.builds)
        return self.engine.build(limited, on_line)

    def inspect(self, image: str) -> ImageConfig:
        """Return the image's configuration."""
        return self.engine.inspect(image)

    def held(self, image: str) -> str:
        """Return the id of the image that a build takes for this name from the engine."""
        return self.engine.held(image)

    def export(self, image: str) -> AbstractContextManager[Iterator[bytes]]:
        """Yield the file system of a container that is never started."""
        return self.engine.export(image)

    def read(self, image: str, path: str) -> bytes | None:
        """Return one file of an image."""
        return self.engine.read(image, path)

    def picking(self, image: str) -> AbstractContextManager[Pick]:
        """Yield a function that returns regular files of an image."""
        return self.engine.picking(image)

    def layers(self, image: str) -> tuple[Layer, ...]:
        """Return the layers of an image."""
        return self.engine.layers(image)

    def run(self, spec: ContainerSpec, timeout: float) -> Exit:
        """Run a container within the limits."""
        return self.engine.run(msgspec.structs.replace(spec, confinement=self.tests), timeout)

    @contextmanager
    def start(self, spec: ContainerSpec) -> Iterator[Container]:
        """Start a container within the limits, with the toolbox beside the application."""
        more = () if self.toolbox.missing else self.toolbox.files
        files = (*spec.files, *(one for one in more if one not in spec.files))
        limited = msgspec.structs.replace(spec, confinement=self.tests, files=files)
        with self.engine.start(limited) as container:
            yield Inside(container=container, toolbox=self.toolbox)


def confine(engine: Engine, toolbox: Toolbox, profile: Profile) -> Engine:
    """Return an engine that keeps the limits of `profile`; the same one where it has none."""
    if profile.tests is None:
        return engine
    return Confined(engine=engine, toolbox=toolbox, profile=profile, tests=profile.tests)


@dataclass(frozen=True, kw_only=True)
class Inside(Container):
    """A container that is asked from inside."""

    container: Container
    toolbox: Toolbox

    @property
    def refused(self) -> str:
        """The daemon's message where the container could not start, else empty."""
        return self.container.refused

    def state(self) -> ContainerState:
        """Look at it now."""
        return self.container.state()

    def output(self) -> str:
        """Return its output so far."""
        return self.container.output()

    def http(self, port: int, path: str, timeout: float) -> HttpAnswer | None:
        """GET over the container's loopback; None when nobody answers HTTP there.

        The body is cut at 700,000 bytes. Raises StepdownError without a toolbox: that must not look
        like a server that is silent.
        """
        if self.toolbox.missing:
            raise StepdownError(
                f"Port {port} of a container without a network cannot be asked.",
                details=self.toolbox.missing,
                hint="Make busybox:musl available to the engine.",
            )
        if self.refused or not self.state().running:
            return None
        request = (
            f"GET {_quoted(path)} HTTP/1.1",
            f"Host: localhost:{port}",
            "User-Agent: stepdown",
            "Accept: */*",
            "Accept-Encoding: identity",
            "Connection: close",
        )
        limit = str(max(1, round(timeout)))
        argv = (BUSYBOX, "sh", "-c", _ASK, BUSYBOX, str(port), _TALK, "sh", limit, *request)
        return answer_of(self.container.execute(argv, timeout + _SPARE))

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None when it is not there."""
        return self.container.read(path)

    def changed(self) -> tuple[str, ...]:
        """Return what was made, written or removed since the start."""
        return self.container.changed()

    def execute(self, argv: tuple[str, ...], timeout: float, *, user: str = "") -> Exit:
        """Run a program beside the application."""
        return self.container.execute(argv, timeout, user=user)

    def put(self, files: tuple[File, ...]) -> bool:
        """Put files into it; what the toolbox brings is there already."""
        more = tuple(one for one in files if one not in self.toolbox.files)
        return self.container.put(more) if more else not self.refused

    def ended(self, timeout: float) -> bool:
        """Wait for its end."""
        return self.container.ended(timeout)

    def stop(self, grace: float) -> Stopped:
        """Send the stop signal and wait; kill after `grace` seconds."""
        return self.container.stop(grace)


def answer_of(end: Exit) -> HttpAnswer | None:
    """Read what a server answered; None where that is no HTTP."""
    try:
        raw = base64.b64decode("".join(end.output.split()), validate=True)
    except binascii.Error:
        return None  # words of the toolbox: nobody listens there
    return None if end.truncated else _parsed(raw)


def _quoted(path: str) -> str:
    signs = (chr(byte) for byte in path.encode(errors="surrogateescape"))
    return "".join(sign if sign in _PLAIN else f"%{ord(sign):02X}" for sign in signs)


def _parsed(raw: bytes) -> HttpAnswer | None:
    head, found, body = raw.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = line.partition(" ")
    status = rest[:3]
    if not found or not version.startswith("HTTP/") or not status.isdecimal():
        return None
    pairs = (one.partition(":") for one in lines)
    headers = tuple((name, value.strip()) for name, colon, value in pairs if colon)
    return HttpAnswer(status=int(status), headers=headers, body=_body(headers, body))


def _body(headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
    chunked = any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower()
        for name, value in headers
    )
    return b"".join(_chunks(body)) if chunked else body


def _chunks(body: bytes) -> Iterator[bytes]:
    """Yield the chunks, as far as they came."""
    while body:
        size, found, body = body.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return
        if not found or not length:
            return
        yield body[:length]
        body = body[length + 2 :]

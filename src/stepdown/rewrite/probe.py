"""Health checks with curl, wget or nc: what they ask, and how a language runtime asks the same."""

import re
from collections.abc import Callable, Mapping

from stepdown.model.image import Value

TOOLS = frozenset(("curl", "wget", "nc", "ncat", "netcat"))
_URL = re.compile(r"(https?)://([\w.-]+|\[[\da-fA-F:]+\])(:\d+)?(/[^\s'\"\\`$]*)?\Z")

# Option to what it takes: nothing, a value that does not matter here, or one that does.
_CURL_MARKS = frozenset("fsSLiIvqk46")
_CURL_LONG = frozenset(
    (
        *("--fail", "--silent", "--show-error", "--location", "--include", "--head", "--verbose"),
        *("--insecure", "--compressed", "--ipv4", "--no-progress-meter", "--fail-early"),
    )
)
_CURL_VALUES = frozenset(
    (
        *("-o", "--output", "-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay"),
        *("--retry-max-time", "-w", "--write-out"),
    )
)
_WGET_MARKS = frozenset("qSnvd4")
_WGET_LONG = frozenset(
    (
        *("--quiet", "--spider", "--no-verbose", "--server-response", "--no-check-certificate"),
        *("--no-cache",),
    )
)
_WGET_VALUES = frozenset(
    ("-O", "--output-document", "-o", "-T", "--timeout", "-t", "--tries", "-Y", "--proxy")
)
# The first version of each that has what the code below uses.
_ARROWS, _FETCH, _URLLIB_REQUEST = 4, 18, 3
_TIMEOUTS = frozenset(("-m", "--max-time", "-T", "--timeout"))


class Probe(Value, frozen=True, kw_only=True):
    """One question to a server. `path` is empty for one that only opens a connection.

    `any_status` is true where an answer of whatever status counts as healthy, `follow` where
    redirections are followed; `seconds` is the time limit, empty without one.
    """

    scheme: str
    host: str
    port: str
    path: str
    any_status: bool = False
    follow: bool = False
    seconds: str = ""

    @property
    def url(self) -> str:
        """The address as a URL."""
        return f"{self.scheme}://{self.host}{':' if self.port else ''}{self.port}{self.path}"


def read(words: tuple[str, ...]) -> Probe | None:
    """Read a command of fixed words; None where it asks for more than a runtime's few words say."""
    tool = words[0].rpartition("/")[2]
    if tool == "curl":
        return _curl(words[1:])
    if tool == "wget":
        return _wget(words[1:])
    return _nc(words[1:]) if tool in TOOLS else None


def _curl(words: tuple[str, ...]) -> Probe | None:
    found = _options(words, _CURL_MARKS, _CURL_LONG, _CURL_VALUES)
    if found is None or len(found.operands) != 1:
        return None
    fails = found.marks & {"-f", "--fail"}
    return _http(
        found,
        any_status=not fails,
        follow=bool(found.marks & {"-L", "--location"}),
        insecure=bool(found.marks & {"-k", "--insecure"}),
    )


def _wget(words: tuple[str, ...]) -> Probe | None:
    found = _options(words, _WGET_MARKS, _WGET_LONG, _WGET_VALUES)
    if found is None or len(found.operands) != 1:
        return None
    insecure = "--no-check-certificate" in found.marks
    return _http(found, any_status=False, follow=True, insecure=insecure)


def _nc(words: tuple[str, ...]) -> Probe | None:
    found = _options(words, frozenset("zvnd4"), frozenset(), frozenset(("-w",)))
    if found is None or len(found.operands) != 2 or "-z" not in found.marks:  # noqa: PLR2004
        return None
    host, port = found.operands
    if not re.fullmatch(r"[\w.-]+", host) or not port.isdecimal():
        return None
    seconds = found.values.get("-w", "")
    return Probe(scheme="tcp", host=_address(host), port=port, path="", seconds=seconds)


class _Options(Value, frozen=True, kw_only=True):
    operands: tuple[str, ...]
    marks: frozenset[str]
    values: Mapping[str, str]


def _options(
    words: tuple[str, ...],
    letters: frozenset[str],
    long: frozenset[str],
    with_value: frozenset[str],
) -> _Options | None:
    rest = list(words)
    operands: list[str] = []
    marks: set[str] = set()
    values: dict[str, str] = {}
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            operands.append(word)
        elif word in with_value:
            values[word] = rest.pop(0) if rest else ""
        elif equals and name in with_value:
            values[name] = value
        elif word in long:
            marks.add(word)
        elif not _cluster(word, rest, letters, with_value, marks, values):
            return None
    return _Options(operands=tuple(operands), marks=frozenset(marks), values=values)


def _cluster(  # noqa: PLR0913, PLR0917  (the state of one pass over the words)
    word: str,
    rest: list[str],
    letters: frozenset[str],
    with_value: frozenset[str],
    marks: set[str],
    values: dict[str, str],
) -> bool:
    """Read letters behind one dash, of which the last may take a value; false if one is unknown."""
    if word.startswith("--"):
        return False
    for at, letter in enumerate(word[1:], 2):
        option = f"-{letter}"
        if option in with_value:
            values[option] = word[at:] or (rest.pop(0) if rest else "")
            return True
        if letter not in letters:
            return False
        marks.add(option)
    return True


def _http(found: _Options, *, any_status: bool, follow: bool, insecure: bool) -> Probe | None:
    url = found.operands[0]
    match = _URL.match(url if "://" in url else f"http://{url}")
    if match is None or (insecure and match.group(1) == "https"):
        return None
    seconds = next((found.values[one] for one in found.values if one in _TIMEOUTS), "")
    return Probe(
        scheme=match.group(1),
        host=_address(match.group(2)),
        port=(match.group(3) or "")[1:],
        path=match.group(4) or "/",
        any_status=any_status,
        follow=follow,
        seconds=seconds if seconds.isdecimal() else "",
    )


def _address(host: str) -> str:
    # musl and Node may take localhost for ::1, where a server seldom listens.
    return "127.0.0.1" if host == "localhost" else host


def _node(probe: Probe, version: int | None) -> tuple[str, ...]:
    if version is not None and version < _ARROWS:
        return ()
    if probe.scheme == "tcp":
        code = (
            f"require('net').connect({probe.port},'{probe.host}')"
            ".on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"
        )
        return ("-e", code)
    if version is not None and version < _FETCH:
        return _old_node(probe)
    options = [] if probe.follow else ["redirect:'manual'"]
    if probe.seconds:
        options.append(f"signal:AbortSignal.timeout({int(probe.seconds) * 1000})")
    arguments = f"'{probe.url}'" + (f",{{{','.join(options)}}}" if options else "")
    healthy = "0" if probe.any_status else "r.status<400?0:1"
    return ("-e", f"fetch({arguments}).then(r=>process.exit({healthy}),()=>process.exit(1))")


def _old_node(probe: Probe) -> tuple[str, ...]:
    """Ask without fetch, which follows no redirection."""
    if probe.follow:
        return ()
    healthy = "0" if probe.any_status else "r.statusCode<400?0:1"
    limit = ""
    if probe.seconds:
        limit = f".setTimeout({int(probe.seconds) * 1000},()=>process.exit(1))"
    code = (
        f"require('{probe.scheme}').get('{probe.url}',r=>process.exit({healthy}))"
        f".on('error',()=>process.exit(1)){limit}"
    )
    return ("-e", code)


def _python(probe: Probe, version: int | None) -> tuple[str, ...]:
    if version is not None and version < _URLLIB_REQUEST:
        return ()
    limit = f", timeout={probe.seconds}" if probe.seconds else ""
    if probe.scheme == "tcp":
        place = f"('{probe.host}', {probe.port})"
        return ("-c", f"import socket; socket.create_connection({place}{limit})")
    if not probe.any_status:
        return ("-c", f"import urllib.request; urllib.request.urlopen('{probe.url}'{limit})")
    code = (
        "import urllib.error, urllib.request\n"
        f"try: urllib.request.urlopen('{probe.url}'{limit})\n"
        "except urllib.error.HTTPError: pass"
    )
    return ("-c", code)


def _ruby(probe: Probe, _: int | None) -> tuple[str, ...]:
    if probe.scheme == "tcp":
        return ("-rsocket", "-e", f"TCPSocket.new('{probe.host}', {probe.port})")
    answer = f"Net::HTTP.get_response(URI('{probe.url}'))"
    return ("-rnet/http", "-e", answer if probe.any_status else f"exit {answer}.code.to_i < 400")


_BY_RUNTIME: Mapping[str, Callable[[Probe, int | None], tuple[str, ...]]] = {
    "node": _node,
    "python": _python,
    "ruby": _ruby,
}


def arguments(runtime: str, probe: Probe, version: int | None = None) -> tuple[str, ...]:
    """Return the arguments by which a runtime asks `probe`, nothing where it is not known how.

    `runtime` is the name of its program, as in `node` or `python3.11`; `version` the first number
    of its version, None where that is not known and a present one is meant.
    """
    writer = _BY_RUNTIME.get(runtime.rstrip("0123456789."))
    return writer(probe, version) if writer else ()

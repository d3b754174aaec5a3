"""What went wrong between a forge and us, in words."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec

from stepdown.adapters.forges.login import Login
from stepdown.errors import ForgeError

_LATER = 60.0
_SHOWN = 600
_OK = 200
_SERVER = 500
_HOPS = range(300, 400)
_REQUESTS = ("/pull", "/merge_requests", "/issues")
_TAGS = re.compile(r"<[^>]*>")
_RIGHTS = (
    ("x-accepted-github-permissions", "the call needs"),
    ("x-accepted-oauth-scopes", "scopes that would do"),
    ("x-oauth-scopes", "scopes of this token"),
)
_CERTIFICATES = (
    "Name the file with the certificates of your authority in SSL_CERT_FILE or "
    "REQUESTS_CA_BUNDLE; certificates are always checked."
)


_TOKEN = (
    "{words.name} at {words.host} does not accept the token.",
    "It may have expired, belong elsewhere or lack a right. It needs {right}.",
)
_ABSENT = (
    "{words.name} does not have it, or does not show it to this token.",
    "Check the name, and that the token has {right}.",
)
_CONFLICT = (
    "{words.name} cannot do this: it contradicts what is there.",
    "Look at the merge requests of this branch: there may be one already.",
)
_UNKNOWN = (
    "{words.name} does not understand the request ({status}).",
    "What it answered says more; a version that is too old may be the cause.",
)
_SAID: dict[int, tuple[str, str]] = {
    HTTPStatus.NON_AUTHORITATIVE_INFORMATION: _TOKEN,  # a page to sign in, on Azure DevOps
    HTTPStatus.UNAUTHORIZED: _TOKEN,
    HTTPStatus.FORBIDDEN: (
        "{words.name} does not allow this with this token.",
        "It needs {right}.",
    ),
    HTTPStatus.NOT_FOUND: _ABSENT,
    HTTPStatus.GONE: _ABSENT,
    HTTPStatus.CONFLICT: _CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY: _CONFLICT,
}
_OF_THE_TOKEN = frozenset(
    (
        HTTPStatus.NON_AUTHORITATIVE_INFORMATION,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    )
)
"""Answers for which another token might help."""


class Fault(ForgeError):  # noqa: N818  (ForgeError is its name outside)
    """A ForgeError with what the next attempt has to know.

    `told` means that the forge itself named the time to wait. `unsure` means that nobody knows
    whether the forge did what it was asked for.
    """

    told = False
    unsure = False
    status = 0


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How a forge calls itself, and the rights that it wants for looking, writing and forking."""

    name: str
    host: str
    look: str
    write: str
    fork: str
    login: Login

    def right(self, method: str, path: str) -> str:
        """Return the right that a request needs."""
        if method == "GET":
            return f"{self.look}; merge requests need {self.write}"
        return self.write if any(word in path for word in _REQUESTS) else self.fork


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a forge said to a request. The names of `headers` are in lower case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    text: str


def refusal(answer: Answer, words: Words, now: float) -> Fault | None:
    """Return what is wrong with an answer by its status and headers, None for nothing."""
    if (fault := _limit(answer, words, now)) is not None:
        return fault
    status = answer.status
    if _OK <= status < _HOPS.start and status != HTTPStatus.NON_AUTHORITATIVE_INFORMATION:
        return None
    brief, hint = _said(answer, words)
    fault = _fault(answer, words, brief, hint)
    if status >= _SERVER:
        fault.wait = _seconds(answer, now) or _LATER
        fault.told = _seconds(answer, now) is not None
        fault.unsure = answer.method != "GET"
    return fault


def silence(words: Words, method: str, fault: Exception, *, sent: bool) -> Fault:
    """Return the error for a forge that does not answer, or not to the end.

    `sent` means that the request may have arrived.
    """
    text = words.login.conceal(str(fault) or type(fault).__name__)
    if _certificate(fault):
        brief = f"The certificate of {words.host} is not trusted."
        return Fault(brief, details=text, hint=_CERTIFICATES)
    made = Fault(
        f"{words.name} at {words.host} does not answer.",
        details=text,
        hint="Check the network and the proxy (HTTPS_PROXY, NO_PROXY), then run the same again.",
        wait=_LATER,
    )
    made.unsure = sent and method != "GET"
    return made


def nonsense(words: Words, method: str, path: str, why: object) -> Fault:
    """Return the error for an answer that is not what the forge documents."""
    fault = Fault(
        f"{words.name} at {words.host} answered with something else than its API documents.",
        details=words.login.conceal(f"{method} {path}: {why}"),
        hint="Check that the address is that of the forge and that no proxy answers in its place.",
    )
    fault.unsure = method != "GET"
    return fault


def elsewhere(words: Words, url: str) -> Fault:
    """Return the error for an address on another host, which is not followed."""
    return Fault(
        f"{words.name} at {words.host} sends us to another place, which is not followed.",
        details=words.login.conceal(url.partition("?")[0]),
        hint="The token goes to one host only. Use the forge's own address, as in its web pages.",
    )


def _said(answer: Answer, words: Words) -> tuple[str, str]:
    """Return the brief and the hint for an answer's status."""
    status = answer.status
    if status >= _SERVER:
        brief = f"{words.name} at {words.host} failed by itself ({status})."
        return brief, "Run the same again later; nothing is done twice."
    if status in _HOPS:
        hint = f"Use the new address{_place(answer)}; nothing is followed with a token."
        return f"{words.name} says that this is now somewhere else.", hint
    brief, hint = _SAID.get(status, _UNKNOWN)
    right = words.right(answer.method, answer.path)
    whose = words.login.source if status in _OF_THE_TOKEN else ""
    more = f" The token came from {whose}." if whose else ""
    return brief.format(words=words, status=status), f"{hint.format(right=right)}{more}"


def _limit(answer: Answer, words: Words, now: float) -> Fault | None:
    """Return the error for too many requests, whichever way it is told."""
    status, text = answer.status, answer.text.lower()
    over = answer.headers.get("x-ratelimit-remaining") == "0"
    secondary = "secondary rate limit" in text or "abuse detection" in text
    slow = status == HTTPStatus.TOO_MANY_REQUESTS
    after = "retry-after" in answer.headers
    if not slow and not (status == HTTPStatus.FORBIDDEN and (over or secondary or after)):
        return None
    told = _seconds(answer, now)
    which = "its secondary limit, for many requests at once" if secondary else "its limit"
    wait = _LATER if told is None else told
    fault = _fault(
        answer,
        words,
        f"{words.name} wants fewer requests: {which}.",
        f"Ask again after {wait:.0f} seconds, and use a lower rate.",
    )
    fault.wait, fault.told = wait, told is not None
    return fault


def _fault(answer: Answer, words: Words, brief: str, hint: str) -> Fault:
    lines = (f"{answer.method} {answer.path}: {answer.status}", _excerpt(answer), *_rights(answer))
    fault = Fault(
        brief, details=words.login.conceal("\n".join(line for line in lines if line)), hint=hint
    )
    fault.status = answer.status
    return fault


def _seconds(answer: Answer, now: float) -> float | None:
    """Return for how long the forge wants to be left alone, None where it does not say."""
    headers = answer.headers
    if (value := headers.get("retry-after")) is not None:
        return _span(value, now)
    used_up = "0" in (headers.get("x-ratelimit-remaining"), headers.get("ratelimit-remaining"))
    reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
    if not used_up or not reset.isdigit():
        return None
    return max(0.0, float(reset) - now) if float(reset) > now / 2 else float(reset)


def _span(value: str, now: float) -> float | None:
    """Read Retry-After: seconds or a date."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None


def _excerpt(answer: Answer) -> str:
    """Return what the forge says: the messages of its JSON, else the start of the text."""
    try:
        return "; ".join(dict.fromkeys(_messages(json.loads(answer.text))))[:_SHOWN]
    except ValueError:
        return " ".join(_TAGS.sub(" ", answer.text).split())[:_SHOWN]


def _messages(value: object) -> Iterator[str]:
    """Yield the texts of a refusal, wherever they stand; addresses of manuals are left out."""
    if isinstance(value, str) and value and not value.startswith(("http://", "https://")):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _messages(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in ("documentation_url", "url", "status", "$id", "typeName", "typeKey"):
                yield from _messages(one)


def _rights(answer: Answer) -> Iterator[str]:
    if answer.status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return
    for header, meaning in _RIGHTS:
        if value := answer.headers.get(header):
            yield f"{meaning}: {value}"


def _place(answer: Answer) -> str:
    where = answer.headers.get("location", "").partition("?")[0]
    return f" ({where})" if where else ""


def _certificate(fault: BaseException | None) -> bool:
    while fault is not None:
        if isinstance(fault, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(fault):
            return True
        fault = fault.__cause__ or fault.__context__
    return False

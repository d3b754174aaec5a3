"""Requests to a forge over httpx: typed answers, one host, each fault in words."""

import os
import ssl
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from stepdown.adapters.forges.faults import (
    Answer,
    Fault,
    Words,
    elsewhere,
    nonsense,
    refusal,
    silence,
)
from stepdown.adapters.forges.manners import Manners, bundle

T = TypeVar("T")
Fields = Mapping[str, str | int | list[str]]
_AGENT = "stepdown"
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
PAGES = 2000
_ABSENT = frozenset((404, 410))


class Wire:
    """The API of one forge at `base`. `headers` carry the token, to nobody else."""

    def __init__(
        self, base: str, headers: Mapping[str, str], words: Words, manners: Manners
    ) -> None:
        self.words = words
        self.manners = manners
        self._base = base.rstrip("/")
        self._client = httpx.Client(
            headers={"User-Agent": _AGENT, "Accept": "application/json", **headers},
            timeout=manners.timeout,
            verify=_context(),
            follow_redirects=False,
        )
        weakref.finalize(self, self._client.close)
        self.last: Mapping[str, str] = {}
        """The headers of the last answer."""

    def get(self, path: str, kind: type[T], **params: str | int | list[str]) -> T:
        """GET, again where that helps."""
        return self.manners.patiently(lambda: self._ask("GET", path, kind, params=params))

    def seek(self, path: str, kind: type[T], **params: str | int | list[str]) -> T | None:
        """GET what may be absent."""
        try:
            return self.get(path, kind, **params)
        except Fault as fault:
            if fault.status in _ABSENT:
                return None
            raise

    def make(self, path: str, body: object, kind: type[T], look: Callable[[], T | None]) -> T:
        """POST what must not be made twice; `look` finds it."""
        return self.manners.once(lambda: self._ask("POST", path, kind, body=body), look)

    def put(self, method: str, path: str, body: object, kind: type[T]) -> T:
        """Write what may be written twice: POST, PUT or PATCH."""
        return self.manners.patiently(lambda: self._ask(method, path, kind, body=body))

    def post_form(self, path: str, form: Mapping[str, str], kind: type[T]) -> T:
        """POST a form, once."""
        return self._ask("POST", path, kind, form=form)

    def put_form(self, path: str, form: Mapping[str, str], kind: type[T]) -> T:
        """POST a form that may be sent twice."""
        return self.manners.patiently(lambda: self.post_form(path, form, kind))

    def numbered(
        self, path: str, kind: type[list[T]], **params: str | int | list[str]
    ) -> Iterator[T]:
        """Yield what stands on all numbered pages of a list.

        A server may give shorter pages than asked for, so that only an empty one or the total ends.
        """
        seen = 0
        for page in range(1, PAGES):
            items = self.get(path, kind, page=page, **params)
            total = self.last.get("x-total-count", "")
            yield from items
            seen += len(items)
            if not items or (total.isdigit() and seen >= int(total)):
                return
        raise self.endless(path)

    def endless(self, path: str) -> Fault:
        """Return the error for a list whose pages have no end."""
        return nonsense(self.words, "GET", path, "the list has no end")

    def _ask(  # noqa: PLR0913  (each is a part of the request)
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        params: Fields | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> T:
        url = self._url(path)
        try:
            response = self._client.request(
                method,
                url,
                params=dict(params) if params else None,
                content=None if body is None else msgspec.json.encode(body),
                data=None if form is None else dict(form),
                headers={} if body is None else {"Content-Type": "application/json"},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            sent = not isinstance(fault, _UNSENT)
            raise silence(self.words, method, fault, sent=sent) from None
        return self._read(method, url, response, kind)

    def _read(self, method: str, url: str, response: httpx.Response, kind: type[T]) -> T:
        path = urlsplit(url).path
        self.last = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(
            method=method,
            path=path,
            status=response.status_code,
            headers=self.last,
            text=response.text,
        )
        if (fault := refusal(answer, self.words, self.manners.clock())) is not None:
            raise fault
        try:
            return msgspec.json.decode(response.content or b"null", type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise nonsense(self.words, method, path, fault) from None

    def _url(self, path: str) -> str:
        """Return the whole address; one that the forge gave must be on its own host."""
        if path.startswith("/"):
            return self._base + path
        if urlsplit(path)[:2] != urlsplit(self._base)[:2]:
            raise elsewhere(self.words, path)
        return path


def _context() -> ssl.SSLContext:
    if not (named := bundle(os.environ)):
        return httpx.create_ssl_context()
    folder = Path(named).is_dir()
    return ssl.create_default_context(
        cafile=None if folder else named, capath=named if folder else None
    )

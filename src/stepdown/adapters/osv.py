"""Advisories online: the API of the Open Source Vulnerability database."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import msgspec
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from stepdown.model.advisory import Advisory, Feed, Query
from stepdown.ports import Advisories

URL = "https://api.osv.dev"
_BATCH = 500  # a batch may hold a thousand; the answer to half of that stays small
_WORKERS = 8
_PAGES = 100
_BUSY = 429
_BROKEN = 500
_CANARY = "openssl"
_OLDEST = "0"


class _OutOfTimeError(Exception):
    """The limit of all requests together is over."""


class _Mention(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    vulns: tuple[_Mention, ...] = ()
    next_page_token: str = ""


class _Answers(msgspec.Struct):
    results: tuple[_Answer, ...]


class OnlineAdvisories(Advisories):
    """Asks the API.

    `timeout` seconds are the limit of one request, `limit` that of all together. `attempts` counts
    the first one; `pause` is the longest wait between two, in seconds.
    """

    def __init__(
        self,
        url: str = URL,
        *,
        timeout: float = 30,
        limit: float = 600,
        attempts: int = 4,
        pause: float = 8,
    ) -> None:
        self._url = url
        self._timeout = min(timeout, limit)
        self._limit = limit
        self._deadline = 0.0
        self._attempts = attempts
        self._pause = pause

    def fetch(self, queries: tuple[Query, ...]) -> Feed:
        """Return the records that the database has for each queried version."""
        source = "osv.dev" if self._url == URL else self._url
        asked = datetime.now(UTC).date().isoformat()
        self._deadline = time.monotonic() + self._limit
        try:
            with httpx.Client(base_url=self._url, timeout=self._timeout) as client:
                ids, absent = self._ids(client, queries), self._absent(client, queries)
                records = self._records(client, sorted({name for some in ids for name in some}))
        except (httpx.HTTPError, httpx.InvalidURL, _OutOfTimeError) as fault:
            return Feed(source=source, failure=f"{source} cannot be asked: {_words(fault)}")
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as fault:
            return Feed(source=source, failure=f"{source} answered with nonsense: {fault}")
        return Feed(
            source=source,
            data=f"as of {asked}",
            data_date=asked,
            advisories=tuple(tuple(records[name] for name in some) for some in ids),
            by_version=True,
            absent=absent,
        )

    def _absent(self, client: httpx.Client, queries: tuple[Query, ...]) -> frozenset[str]:
        """Ask for what every distribution has: silence about that is no knowledge at all."""
        releases = sorted({one.ecosystem for one in queries if _is_system(one.ecosystem)})
        canaries = tuple(Query(ecosystem=e, name=_CANARY, version=_OLDEST) for e in releases)
        answers = self._ids(client, canaries)
        return frozenset(name for name, some in zip(releases, answers, strict=True) if not some)

    def _ids(self, client: httpx.Client, queries: tuple[Query, ...]) -> list[list[str]]:
        found: list[list[str]] = [[] for _ in queries]
        waiting = [(place, "") for place in range(len(queries))]
        for _ in range(_PAGES):
            parts = [waiting[at : at + _BATCH] for at in range(0, len(waiting), _BATCH)]
            waiting = [more for part in parts for more in self._page(client, queries, part, found)]
            if not waiting:
                return found
        raise ValueError("the answer has no end")

    def _page(
        self,
        client: httpx.Client,
        queries: tuple[Query, ...],
        places: list[tuple[int, str]],
        found: list[list[str]],
    ) -> Iterator[tuple[int, str]]:
        """Fill in one page of answers; yield the places that have more."""
        body = {"queries": [_query(queries[place], token) for place, token in places]}
        answer = self._try(lambda: client.post("/v1/querybatch", json=body))
        results = msgspec.json.decode(answer.content, type=_Answers).results
        for (place, _), result in zip(places, results, strict=True):
            found[place].extend(mention.id for mention in result.vulns)
            if result.next_page_token:
                yield place, result.next_page_token

    def _records(self, client: httpx.Client, names: list[str]) -> dict[str, Advisory]:
        def record(name: str) -> Advisory:
            answer = self._try(lambda: client.get(f"/v1/vulns/{quote(name, safe='')}"))
            return msgspec.json.decode(answer.content, type=Advisory)

        pool = ThreadPoolExecutor(_WORKERS)
        try:
            return dict(zip(names, pool.map(record, names), strict=True))
        finally:
            pool.shutdown(cancel_futures=True)  # one failure is enough

    def _try(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        trying = Retrying(
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(max=self._pause),
            retry=retry_if_exception(_passing),
            reraise=True,
        )
        return trying(lambda: self._in_time(ask).raise_for_status())

    def _in_time(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        if time.monotonic() > self._deadline:
            raise _OutOfTimeError(f"there was no whole answer within {self._limit:.0f} seconds.")
        return ask()


def _is_system(ecosystem: str) -> bool:
    return ":" in ecosystem or ecosystem in {"Wolfi", "Chainguard"}


def _query(query: Query, token: str) -> dict[str, object]:
    package = {"name": query.name, "ecosystem": query.ecosystem}
    asked: dict[str, object] = {"package": package, "version": query.version}
    return {**asked, "page_token": token} if token else asked


def _passing(fault: BaseException) -> bool:
    """Tell whether another attempt may help."""
    if isinstance(fault, httpx.HTTPStatusError):
        return fault.response.status_code == _BUSY or fault.response.status_code >= _BROKEN
    return isinstance(fault, httpx.TransportError)


def _words(fault: Exception) -> str:
    if isinstance(fault, httpx.HTTPStatusError):
        return f"it answered {fault.response.status_code}."
    return str(fault) or type(fault).__name__

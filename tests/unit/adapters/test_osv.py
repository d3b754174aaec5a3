"""Advisories: from a real HTTP server that behaves like the API, and from dumps on disk."""

import json
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from stepdown.adapters.osv import OnlineAdvisories
from stepdown.adapters.osvdump import DumpedAdvisories
from stepdown.errors import UsageError
from stepdown.model.advisory import Feed, Query

BOOKWORM = "Debian:12"
OPENSSL = Query(ecosystem=BOOKWORM, name="openssl", version="3.0.15-1")
CURL = Query(ecosystem=BOOKWORM, name="curl", version="7.88.1-10")
IDNA = Query(ecosystem="PyPI", name="idna", version="2.10")


def record(name: str, ecosystem: str, package: str, **more: Any) -> dict[str, Any]:
    affected = [{"package": {"name": package, "ecosystem": ecosystem}}]
    return {"id": name, "modified": "2026-11-20T01:02:03Z", "affected": affected, **more}


RECORDS = {
    one["id"]: one
    for one in (
        record("DEBIAN-CVE-1", BOOKWORM, "openssl"),
        record("DEBIAN-CVE-2", BOOKWORM, "openssl"),
        record("GHSA-1", "PyPI", "idna"),
    )
}


class Server(ThreadingHTTPServer):
    """The API with a record for each page; `trouble` are answers that come before it behaves."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Api)
        self.trouble: list[int] = []
        self.asked: list[str] = []
        self.known: dict[str, dict[str, Any]] = RECORDS
        self.nonsense = False
        self.slow = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Api(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(self.path)
        self.answer({"results": [self.result(query) for query in body["queries"]]})

    def do_GET(self) -> None:
        self.answer(self.server.known[self.path.rpartition("/")[2]])

    def result(self, query: dict[str, Any]) -> dict[str, Any]:
        package = (query["package"]["name"], query["package"]["ecosystem"])
        ids = [name for name, one in sorted(self.server.known.items()) if about(one) == package]
        page = int(query.get("page_token", "0"))
        more = {"next_page_token": str(page + 1)} if page + 1 < len(ids) else {}
        return {"vulns": [{"id": name} for name in ids[page : page + 1]], **more} if ids else {}

    def answer(self, value: Any) -> None:
        time.sleep(self.server.slow)
        status = self.server.trouble.pop(0) if self.server.trouble else 200
        content = b"<html>" if self.server.nonsense else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


def about(one: dict[str, Any]) -> tuple[str, str]:
    package = one["affected"][0]["package"]
    return package["name"], package["ecosystem"]


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def fetch(server: Server, *queries: Query, attempts: int = 3) -> Feed:
    source = OnlineAdvisories(server.url, timeout=5, attempts=attempts, pause=0.01)
    return source.fetch(queries)


def ids(feed: Feed) -> list[list[str]]:
    return [[one.id for one in some] for some in feed.advisories]


def test_answers_keep_the_order_of_queries_and_pages_are_followed() -> None:
    with serving() as server:
        feed = fetch(server, IDNA, CURL, OPENSSL)
    assert ids(feed) == [["GHSA-1"], [], ["DEBIAN-CVE-1", "DEBIAN-CVE-2"]]
    assert (feed.failure, feed.by_version, feed.absent) == ("", True, frozenset())
    assert feed.data.startswith("as of 2")


def test_many_queries_go_in_several_batches() -> None:
    many = tuple(Query(ecosystem="npm", name=f"p{n}", version="1") for n in range(1100))
    with serving() as server:
        feed = fetch(server, *many, IDNA)
        assert len(server.asked) == 3
    assert len(feed.advisories) == 1101
    assert ids(feed)[-1] == ["GHSA-1"]


def test_a_release_that_the_database_does_not_know_is_absent_not_clean() -> None:
    new = Query(ecosystem="Alpine:v9.99", name="musl", version="1.2.5-r0")
    with serving() as server:
        feed = fetch(server, new, OPENSSL)
    assert feed.absent == {"Alpine:v9.99"}


@pytest.mark.parametrize("trouble", [[503], [429, 500]])
def test_a_passing_trouble_is_tried_again(trouble: list[int]) -> None:
    with serving() as server:
        server.trouble = trouble
        feed = fetch(server, IDNA)
    assert (feed.failure, ids(feed)) == ("", [["GHSA-1"]])


@pytest.mark.parametrize(("status", "times"), [(503, 3), (400, 1)])
def test_a_lasting_trouble_is_a_failure(status: int, times: int) -> None:
    with serving() as server:
        server.trouble = [status] * 5
        feed = fetch(server, IDNA)
        assert len(server.trouble) == 5 - times
    assert feed.failure == f"{server.url} cannot be asked: it answered {status}."
    assert feed.advisories == ()


def test_a_record_that_is_gone_is_a_failure_not_a_gap() -> None:
    with serving() as server:
        server.trouble = [200, 404]
        assert "404" in fetch(server, IDNA).failure


def test_nonsense_is_a_failure() -> None:
    with serving() as server:
        server.nonsense = True
        assert "answered with nonsense" in fetch(server, IDNA).failure


def test_the_limit_of_all_requests_ends_the_asking() -> None:
    with serving() as server:
        server.known = {f"GHSA-{n}": record(f"GHSA-{n}", "PyPI", f"p{n}") for n in range(400)}
        server.slow = 0.05
        many = tuple(Query(ecosystem="PyPI", name=f"p{n}", version="1") for n in range(400))
        began = time.monotonic()
        feed = OnlineAdvisories(server.url, limit=0.4).fetch(many)
        seconds = time.monotonic() - began
    assert "cannot be asked" in feed.failure
    assert feed.advisories == ()
    assert seconds < 400 * 0.05


def test_nobody_there_is_a_failure() -> None:
    source = OnlineAdvisories("http://127.0.0.1:9", timeout=1, attempts=2, pause=0.01)
    assert "cannot be asked" in source.fetch((IDNA,)).failure


# Dumps.
def archive(file: Path, *records: dict[str, Any] | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for number, one in enumerate(records):
            content = one if isinstance(one, bytes) else json.dumps(one)
            made.writestr(f"{number}.json", content)


@pytest.mark.parametrize("layout", ["{}/all.zip", "osv-scanner/{}/all.zip", "x/y/{}/all.zip"])
def test_the_layouts_of_dumps(tmp_path: Path, layout: str) -> None:
    archive(tmp_path / layout.format("Debian"), *list(RECORDS.values())[:2])
    archive(tmp_path / layout.format("PyPI"), RECORDS["GHSA-1"])
    archive(tmp_path / layout.format("npm"), record("GHSA-9", "npm", "other"))
    feed = DumpedAdvisories(tmp_path).fetch((OPENSSL, IDNA, CURL))
    assert ids(feed) == [["DEBIAN-CVE-1", "DEBIAN-CVE-2"], ["GHSA-1"], []]
    assert (feed.absent, feed.unreadable, feed.by_version) == (frozenset(), 0, False)
    assert feed.data_date == "2026-11-20"


def test_one_archive_and_single_records(tmp_path: Path) -> None:
    archive(tmp_path / "my.zip", *RECORDS.values())
    assert ids(DumpedAdvisories(tmp_path / "my.zip").fetch((IDNA,))) == [["GHSA-1"]]
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(RECORDS["GHSA-1"]))
    assert ids(DumpedAdvisories(folder).fetch((IDNA,))) == [["GHSA-1"]]


def test_an_ecosystem_without_records_is_absent(tmp_path: Path) -> None:
    archive(tmp_path / "Debian" / "all.zip", record("DSA-1", "Debian:11", "openssl"))
    feed = DumpedAdvisories(tmp_path).fetch((OPENSSL,))
    assert feed.absent == {BOOKWORM}


def test_records_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    archive(tmp_path / "PyPI" / "all.zip", b"{", b'{"id": 3}', RECORDS["GHSA-1"])
    feed = DumpedAdvisories(tmp_path).fetch((IDNA,))
    assert (ids(feed), feed.unreadable) == ([["GHSA-1"]], 2)


def test_an_enormous_record_is_not_read_whole(tmp_path: Path) -> None:
    archive(tmp_path / "PyPI" / "all.zip", b" " * (64 << 20), RECORDS["GHSA-1"])
    feed = DumpedAdvisories(tmp_path).fetch((IDNA,))
    assert (ids(feed), feed.unreadable) == ([["GHSA-1"]], 1)


def test_a_damaged_archive_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "PyPI" / "all.zip"
    archive(file, *RECORDS.values())
    file.write_bytes(file.read_bytes()[:200])
    assert "cannot be read" in DumpedAdvisories(tmp_path).fetch((IDNA,)).failure
    archive(file, *([RECORDS["GHSA-1"]] * 50))
    content = bytearray(file.read_bytes())
    content[60:90] = b"\xff" * 30
    file.write_bytes(bytes(content))
    assert "cannot be read" in DumpedAdvisories(tmp_path).fetch((IDNA,)).failure


def test_the_same_dump_has_the_same_name_and_another_one_another(tmp_path: Path) -> None:
    archive(tmp_path / "PyPI" / "all.zip", *RECORDS.values())
    source = DumpedAdvisories(tmp_path)
    first = source.fetch((IDNA,)).data
    assert source.fetch((OPENSSL,)).data == first
    archive(tmp_path / "npm" / "all.zip", record("GHSA-9", "npm", "other"))
    assert DumpedAdvisories(tmp_path).fetch((IDNA,)).data != first


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_place_without_a_dump(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no advisories"):
        DumpedAdvisories(tmp_path / name)

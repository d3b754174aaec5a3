"""An image's file system over the SDK's connection, from an engine that answers in many ways."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from docker import APIClient

from stepdown.adapters.archives import pack
from stepdown.adapters.export import exported
from stepdown.errors import EngineError
from stepdown.ports import File

ARCHIVE = pack((File(path="/x", content=b"y" * 200_000),))
HALF = ARCHIVE[:100_000]


def plain(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.0 %s\r\n\r\n" % status.encode() + body


def sized(body: bytes, size: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + body


def chunked(body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    pieces = (body[at : at + 32768] for at in range(0, len(body), 32768))
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + coded + end


@contextmanager
def listening(
    listener: socket.socket, *pieces: bytes, silent: bool = False
) -> Iterator[list[bytes]]:
    """Answer one request, whatever it asks for; tell what it was.

    The pieces come one by one. A `silent` engine does not close the connection afterwards.
    """
    asked: list[bytes] = []
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(65536))
                for piece in pieces:
                    connection.sendall(piece)
                    over.wait(0.05 if len(pieces) > 1 else 0)
                over.wait(10 if silent else 0)

    listener.listen()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield asked
    finally:
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextmanager
def engine(
    answer: bytes, folder: Path, *further: bytes, silent: bool = False, timeout: int = 5
) -> Iterator[tuple[APIClient, list[bytes]]]:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "s"))
    api = APIClient(base_url=f"unix://{folder / 's'}", version="1.45", timeout=timeout)
    with listening(listener, answer, *further, silent=silent) as asked:
        yield api, asked
    api.close()


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("e")  # a socket's path may have no more than 107 bytes


@pytest.mark.parametrize(
    "answer", [plain(ARCHIVE), chunked(ARCHIVE), sized(ARCHIVE, len(ARCHIVE))], ids=len
)
def test_an_archive_however_it_is_sent(answer: bytes, folder: Path) -> None:
    with engine(answer, folder) as (api, asked):
        with exported(api, "c") as chunks:
            assert b"".join(chunks) == ARCHIVE
        assert asked[0].startswith(b"GET /v1.45/containers/c/export HTTP/1.0\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        plain(b""),
        plain(HALF),
        chunked(HALF),
        chunked(HALF, end=b""),
        chunked(HALF, end=b"8000\r\nabc"),
        chunked(HALF, end=b"no number\r\n"),
        sized(HALF, len(HALF)),
        sized(HALF, len(ARCHIVE)),
    ],
    ids=len,
)
def test_half_an_archive_is_an_error(answer: bytes, folder: Path) -> None:
    with (
        engine(answer, folder) as (api, _),
        exported(api, "c") as chunks,
        pytest.raises(EngineError, match="exporting an image"),
    ):
        list(chunks)


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.0 200"], ids=len)
def test_no_answer(answer: bytes, folder: Path) -> None:
    with (
        engine(answer, folder) as (api, _),
        pytest.raises(EngineError, match="exporting"),
        exported(api, "c") as chunks,
    ):
        list(chunks)


def test_a_refusal_is_told_in_the_engines_words(folder: Path) -> None:
    refused = plain(b'{"message":"no such container"}', "404 Not Found")
    with (
        engine(refused, folder) as (api, _),
        pytest.raises(EngineError) as caught,
        exported(api, "c"),
    ):
        pytest.fail("there is nothing to read")
    assert "no such container" in caught.value.details


@pytest.mark.parametrize("cut", [9, 19, 20, 519, 100_000])
def test_an_answer_that_comes_piece_by_piece(cut: int, folder: Path) -> None:
    whole = plain(ARCHIVE)
    with (
        engine(whole[:cut], folder, whole[cut:]) as (api, _),
        exported(api, "c") as chunks,
    ):
        assert b"".join(chunks) == ARCHIVE


@pytest.mark.parametrize("answer", [b"", plain(b""), plain(HALF)], ids=len)
def test_an_engine_that_falls_silent(answer: bytes, folder: Path) -> None:
    with (
        engine(answer, folder, silent=True, timeout=1) as (api, _),
        pytest.raises(EngineError, match="exporting an image") as caught,
        exported(api, "c") as chunks,
    ):
        list(chunks)
    assert "timed out" in caught.value.details or "came for 1 s" in caught.value.details


def test_an_engine_behind_tcp() -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    api = APIClient(base_url=f"tcp://127.0.0.1:{port}", version="1.45", timeout=5)
    with listening(listener, chunked(ARCHIVE)), exported(api, "c") as chunks:
        assert b"".join(chunks) == ARCHIVE
    api.close()

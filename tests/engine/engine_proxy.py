"""A real engine behind a socket of our own, so that it can go away in the middle of something."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Proxy:
    """Hands on bytes between its socket and the engine's; `cut` ends all connections at once."""

    def __init__(self, path: Path, engine: str) -> None:
        self.address = f"unix://{path}"
        self._engine = engine.removeprefix("unix://")
        self._ends: list[socket.socket] = []
        self._limit: int | None = None
        self._all = True
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Go away."""
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def cut_after(self, size: int) -> None:
        """Go away once an answer is as long as this."""
        self._limit = size

    def break_after(self, size: int) -> None:
        """Break off every answer that is longer than this, and stay."""
        self._limit, self._all = size, False

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._engine)
                self._ends += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=ends, daemon=True).start()

    def _hand_on(self, source: socket.socket, sink: socket.socket) -> None:
        size = 0
        with suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
                size += len(piece)
                if self._limit is not None and size > self._limit:
                    if self._all:
                        self.cut()
                    break
            sink.shutdown(socket.SHUT_WR)
            if self._limit is not None and size > self._limit:
                source.shutdown(socket.SHUT_RDWR)


@contextmanager
def open_proxy(folder: Path, engine: str) -> Iterator[Proxy]:
    proxy = Proxy(folder / "p.sock", engine)
    try:
        yield proxy
    finally:
        proxy.cut()

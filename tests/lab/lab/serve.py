"""The apk repository over http, on the engine's own network: only its containers reach it.

Run as a program: `serve.py ADDRESS PORT FOLDER...`; of folders that hold a file, the first counts.
"""

from __future__ import annotations

import http.server
import socket
import sys
from pathlib import Path

PORTS = range(8023, 8063)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files out of several folders."""

    folders: tuple[str, ...] = ()

    def translate_path(self, path: str) -> str:
        """Where the file is; a path that nobody has ends in the last folder."""
        found = ""
        for folder in self.folders:
            self.directory = folder
            found = super().translate_path(path)
            if Path(found).exists():
                break
        return found

    def log_message(self, *_: object) -> None:
        """Say nothing: requests are of no interest."""


class Server(http.server.ThreadingHTTPServer):
    """Starts again at once on a port that was just in use."""

    allow_reuse_address = True
    daemon_threads = True


def free_port(address: str) -> int:
    """A port that nobody uses: the address stays in the images, so it is chosen once."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port on {address} among {PORTS}")


if __name__ == "__main__":
    Handler.folders = tuple(sys.argv[3:])
    Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()

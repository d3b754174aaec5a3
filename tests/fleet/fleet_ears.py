"""What passes by while a batch runs: bytes on the wire, and what an engine tells of our things."""

import json
import selectors
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError
from fleet_left import label


@contextmanager
def wire(port: int) -> Iterator[tuple[int, bytearray]]:
    """Pass on all connections to `port` of this machine; yield our own port, and what passed."""
    heard = bytearray()

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as there:
                _pass_on(self.request, there, heard)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Passing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], heard
        finally:
            server.shutdown()
            thread.join()


def _pass_on(here: socket.socket, there: socket.socket, heard: bytearray) -> None:
    with selectors.DefaultSelector() as ready:
        ready.register(here, selectors.EVENT_READ, there)
        ready.register(there, selectors.EVENT_READ, here)
        while True:
            for key, _ in ready.select():
                try:
                    data = key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                    key.data.sendall(data)
                except OSError:
                    return
                if not data:
                    return
                heard.extend(data)


@contextmanager
def engine(folder: Path) -> Iterator[dict[str, str]]:
    """Yield what the engine tells, by its id, of every image and container of a batch in `folder`.

    Images with their history; what lives for less than a quarter of a second may be missed.
    """
    told: dict[str, str] = {}
    end = threading.Event()

    def look() -> None:
        client = docker.from_env()
        while not end.wait(0.25):
            _look(client, label(folder), told)
        client.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield told
    finally:
        end.set()
        thread.join()


def _look(client: docker.DockerClient, ours: dict[str, str], told: dict[str, str]) -> None:
    engine: Any = client.api  # half of it has no types
    images = [one["Id"] for one in engine.images(filters=ours)]
    for image in images:
        if image not in told:
            try:
                known = [engine.inspect_image(image), engine.history(image)]
            except APIError:
                continue  # it went meanwhile
            told[image] = json.dumps(known)
    for one in engine.containers(all=True, filters=ours):
        if one["Id"] not in told:
            try:
                told[one["Id"]] = json.dumps(engine.inspect_container(one["Id"]))
            except APIError:
                continue

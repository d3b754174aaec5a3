"""A small registry that really serves, for the engine to be asked about."""

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
USER, PASSWORD = "reader", "secret"
LAYERS = (1_000_000, 2_345_678)


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layer() -> tuple[bytes, bytes]:
    """Return a layer of one small file, as a tar and packed."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        entry = tarfile.TarInfo("there")
        entry.size = len(b"yes")
        tar.addfile(entry, io.BytesIO(b"yes"))
    return whole.getvalue(), gzip.compress(whole.getvalue(), mtime=0)


def _platform(
    architecture: str, layers: list[dict[str, object]], unpacked: list[str]
) -> tuple[bytes, bytes]:
    """Return the configuration and the manifest of an image for one platform."""
    files = {"type": "layers", "diff_ids": unpacked}
    place = {"architecture": architecture, "os": "linux"}
    config = json.dumps({**place, "config": {}, "rootfs": files}).encode()
    about = {
        "mediaType": "application/vnd.oci.image.config.v1+json",
        "digest": digest(config),
        "size": len(config),
    }
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": about, "layers": layers}
    return config, json.dumps(manifest).encode()


class Shelf:
    """What the registry holds: one index `NAME:1` for some platforms, under any name.

    A private one serves only who has the password. The layers are only named, unless it is `real`:
    then there is one of a small file, so that the image can be pulled.
    """

    def __init__(self, *architectures: str, private: bool = False, real: bool = False) -> None:
        self.private = private
        self.kinds: dict[str, tuple[str, bytes]] = {}
        kind = "application/vnd.oci.image.layer.v1.tar+gzip"
        layers: list[dict[str, object]] = [
            {"mediaType": kind, "digest": f"sha256:{n:064x}", "size": size}
            for n, size in enumerate(LAYERS)
        ]
        unpacked: list[str] = []
        if real:
            tar, packed = _layer()
            self.kinds[digest(packed)] = ("application/octet-stream", packed)
            layers = [{"mediaType": kind, "digest": digest(packed), "size": len(packed)}]
            unpacked = [digest(tar)]
        entries = []
        for architecture in architectures:
            config, manifest = _platform(architecture, layers, unpacked)
            self.kinds[digest(manifest)] = (MANIFEST, manifest)
            self.kinds[digest(config)] = ("application/octet-stream", config)
            place = {"os": "linux", "architecture": architecture}
            entry = {"mediaType": MANIFEST, "digest": digest(manifest), "size": len(manifest)}
            entries.append({**entry, "platform": place})
        whole = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
        self.index = json.dumps(whole).encode()
        self.kinds[digest(self.index)] = self.kinds["1"] = (INDEX, self.index)
        self.asked: list[str] = []
        self.busy = 0
        """How many of the next questions are turned away with 503."""


class Handler(BaseHTTPRequestHandler):
    """Serves the shelf of its server."""

    server: "Server"
    # BuildKit tries TLS first, and goes on without where the answer begins like one of HTTP.
    default_request_version = "HTTP/1.1"

    def do_GET(self) -> None:
        shelf, word = self.server.shelf, self.path.rpartition("/")[2]
        shelf.asked.append(self.path)
        if shelf.private and not self._allowed():
            self._send(401, "application/json", b"", ("WWW-Authenticate", 'Basic realm="r"'))
        elif self.path == "/v2/":
            self._send(200, "application/json", b"{}")
        elif shelf.busy:
            shelf.busy -= 1
            self._send(503, "application/json", b'{"errors":[{"code":"UNAVAILABLE"}]}')
        elif word in shelf.kinds:
            self._send(200, *shelf.kinds[word])
        else:
            text = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
            self._send(404, "application/json", text)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _allowed(self) -> bool:
        wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _send(self, status: int, kind: str, content: bytes, *more: tuple[str, str]) -> None:
        self.send_response(status)
        size, name = ("Content-Length", str(len(content))), digest(content)
        for header in (("Content-Type", kind), size, ("Docker-Content-Digest", name), *more):
            self.send_header(*header)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A registry on a port of its own."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.shelf = shelf


def settings(folder: Path, host: str, password: str, way: str) -> dict[str, str]:
    """Write settings of the docker command with a login for `host`; return its variables.

    `way` is where the login is: `auths` in the settings, `credHelpers` and `credsStore` in a
    program on PATH, for that host or for all.
    """
    folder.mkdir()
    login = base64.b64encode(f"{USER}:{password}".encode()).decode()
    config: dict[str, object] = {"auths": {host: {"auth": login}}}
    if way != "auths":
        answer = json.dumps({"ServerURL": host, "Username": USER, "Secret": password})
        helper = folder / "docker-credential-shelf"
        helper.write_text(f"#!/bin/sh\ncat > /dev/null\necho '{answer}'\n", "utf-8")
        helper.chmod(0o755)
        config = {"credHelpers": {host: "shelf"}} if way == "credHelpers" else {way: "shelf"}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    # The docker command looks there for its buildx as well.
    present = Path(os.environ.get("DOCKER_CONFIG", "~/.docker")).expanduser()
    (folder / "cli-plugins").symlink_to(present / "cli-plugins")
    return {"DOCKER_CONFIG": str(folder), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@contextmanager
def serving(shelf: Shelf) -> Iterator[str]:
    """Serve until the context ends; yields host:port."""
    server = Server(shelf)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

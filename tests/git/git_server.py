"""A real git server: lighttpd with git's own http-backend, users and passwords.

lighttpd is one of Debian's packages; it is unpacked beside the lab's other downloads, never
installed.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakeforges.core import TOKEN as FORGE_TOKEN
from lab.place import Lab
from lab.step import Step

from lab import apt

USER, TOKEN = "ada", "s3cret/to+ken"
_FORGE_USERS = ("robot", "oauth2", "x-access-token", "gitlab-ci-token", "x-token-auth", "stepdown")
"""Who a token belongs to, as forges call it; the token is that of the fake forges."""
_CONFIG = """\
server.modules = ("mod_auth", "mod_authn_file", "mod_cgi", "mod_alias", "mod_setenv")
server.document-root = "{root}"
server.port = {port}
server.bind = "127.0.0.1"
server.upload-dirs = ("{root}")
auth.backend = "plain"
auth.backend.plain.userfile = "{root}/users"
$HTTP["url"] =~ "^/" {{
    auth.require = ("" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))
    alias.url = ("/" => "{backend}/")
    cgi.assign = ("" => "")
    setenv.set-environment = (
        "GIT_PROJECT_ROOT" => "{root}/repositories", "GIT_HTTP_EXPORT_ALL" => "1"
    )
}}
"""


@dataclass(frozen=True)
class GitServer:
    """A server with bare repositories in a folder."""

    folder: Path
    url: str

    def make(self, name: str) -> Path:
        """Make an empty repository that takes pushes and push options."""
        bare = self.folder / "repositories" / f"{name}.git"
        bare.parent.mkdir(parents=True, exist_ok=True)
        _run("git", "init", "-q", "--bare", "--initial-branch=main", str(bare))
        for key, value in (
            ("http.receivepack", "true"),
            ("receive.advertisePushOptions", "true"),
            ("gc.auto", "0"),
        ):
            _run("git", "-C", str(bare), "config", key, value)
        return bare

    def address(self, name: str) -> str:
        return f"{self.url}/{name}.git"

    def hook(self, bare: Path, name: str, text: str) -> None:
        """Install a hook; the text is Python."""
        file = bare / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!{sys.executable}\n{text}")
        file.chmod(0o755)


@contextmanager
def serving(folder: Path) -> Iterator[GitServer]:
    """Serve `folder` until the end of the context."""
    program, modules = _lighttpd()
    (folder / "repositories").mkdir(parents=True)
    others = "".join(f"{name}:{FORGE_TOKEN}\n" for name in _FORGE_USERS)
    (folder / "users").write_text(f"{USER}:{TOKEN}\n{others}")
    backend = folder / "backend"
    backend.write_text(f'#!/bin/sh\nexec "{_exec_path()}/git-http-backend"\n')
    backend.chmod(0o755)
    port = _free_port()
    settings = folder / "lighttpd.conf"
    settings.write_text(_CONFIG.format(root=folder, port=port, backend=backend))
    log = (folder / "server.log").open("wb")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    process = subprocess.Popen(
        [program, "-D", "-m", modules, "-f", settings], stdout=log, stderr=log, env=clean
    )
    try:
        _wait(port, process, folder / "server.log")
        yield GitServer(folder=folder, url=f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _lighttpd() -> tuple[str, str]:
    """Return the program and the folder of its modules, from the machine or unpacked."""
    installed = Path("/usr/lib/lighttpd")
    if (found := shutil.which("lighttpd")) and installed.is_dir():
        return found, str(installed)
    lab = Lab.default()
    lab.prepare()
    home = lab.downloads / "lighttpd"
    program = home / "usr/sbin/lighttpd"
    if not program.exists():
        _unpack(lab, home)
    return str(program), str(home / "usr/lib/lighttpd")


def _unpack(lab: Lab, home: Path) -> None:
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if line
    )
    suite = release["VERSION_CODENAME"].strip('"')
    step = Step(lab=lab, name=f"lighttpd-{os.getpid()}")
    step.scratch.mkdir(parents=True, exist_ok=True)
    package = apt.download(step, suite, ["lighttpd"], step.scratch)["lighttpd"]
    fresh = step.scratch / "unpacked"
    _run("dpkg", "-x", str(package), str(fresh))
    if not home.exists():
        fresh.rename(home)


def _exec_path() -> str:
    return _run("git", "--exec-path")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"lighttpd ended:\n{log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"lighttpd does not listen:\n{log.read_text()}")


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

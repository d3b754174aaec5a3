"""The container engine: one that answers, else Docker Engine from Debian's packages.

A private engine has its own programs, data folder and socket in the lab's folder. Nothing of it is
installed on the machine, and `stop` ends the process that `start` recorded, by its number.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab import apt, process
from lab.step import LabError

if TYPE_CHECKING:
    from lab.place import Lab
    from lab.step import Step

SUITE = "trixie"
"""Bookworm's engine is of 2022, without buildx. Trixie's runs there, with bookworm's runc."""
CLIENT = ["docker-cli", "docker-buildx"]
DAEMON = ["docker.io", "containerd", "tini"]
TOOLS = ["runc", "iptables"]
"""Of the machine's own release: they have to fit its kernel and its C library."""
DEFAULT_SOCKET = Path("/var/run/docker.sock")
ANSWER_SECONDS = 30
START_SECONDS = 60
LONGEST_SOCKET = 100
"""A little less than what a Unix socket's address has room for."""


@dataclass(frozen=True)
class Client:
    """A docker command, and the variables that it needs to reach the engine."""

    docker: str
    environment: dict[str, str]
    private: bool


def answers(path: Path) -> bool:
    """Whether an engine answers at a Unix socket."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(5)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", "/_ping")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def find(lab: Lab) -> Client | None:
    """The engine to use, if one answers: the one that DOCKER_HOST names, our own, the usual one."""
    named = os.environ.get("DOCKER_HOST")
    if named and named != f"unix://{lab.socket}" and (client := _foreign(lab)):
        return client
    return private(lab) if answers(lab.socket) else _foreign(lab)


def _foreign(lab: Lab) -> Client | None:
    """An engine that is not ours; what is missing of client and buildx comes from our folder."""
    ours = {"DOCKER_CONFIG": str(lab.engine / "config")}
    if docker := shutil.which("docker"):
        if not (host := _endpoint(docker)):
            return None
        known = _quiet(docker, "buildx", "version") is not None
        return Client(docker, {} if known else {"DOCKER_HOST": host, **ours}, private=False)
    if answers(DEFAULT_SOCKET):
        environment = {"DOCKER_HOST": f"unix://{DEFAULT_SOCKET}", "PATH": _path(lab), **ours}
        return Client(str(lab.engine / "bin/docker"), environment, private=False)
    return None


def private(lab: Lab) -> Client:
    """How to reach the private engine, running or not."""
    environment = {
        "DOCKER_HOST": f"unix://{lab.socket}",
        "DOCKER_CONFIG": str(lab.engine / "config"),
        "PATH": _path(lab),
    }
    return Client(str(lab.engine / "bin/docker"), environment, private=True)


def _path(lab: Lab) -> str:
    ours, path = str(lab.engine / "bin"), os.environ.get("PATH", os.defpath)
    return path if ours in path.split(":") else f"{ours}:{path}"


def _endpoint(docker: str) -> str | None:
    """The address of the engine that this docker command talks to by default, if it answers."""
    if _quiet(docker, "version", "--format", "{{.Server.Version}}") is None:
        return None
    return os.environ.get("DOCKER_HOST") or _quiet(
        docker, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"
    )


def _quiet(*command: str) -> str | None:
    """What a program prints; None when it fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=ANSWER_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def has_buildx(client: Client) -> bool:
    """Whether `docker buildx` works."""
    command = [client.docker, "buildx", "version"]
    environment = {**os.environ, **client.environment}
    try:
        return not subprocess.run(
            command, env=environment, capture_output=True, check=False
        ).returncode
    except FileNotFoundError:
        return False


def ensure(step: Step, client: Client | None) -> str | None:
    """Start the private engine if none answers; bring buildx where it is missing."""
    if client is None:
        unpack(step, [*CLIENT, *DAEMON])
        return start(step)
    return None if has_buildx(client) else unpack(step, CLIENT)


def unpacked(lab: Lab) -> bool:
    """Whether the private engine was made here before; it may have images."""
    return _stamp(lab, [*CLIENT, *DAEMON]).exists()


def _stamp(lab: Lab, packages: list[str]) -> Path:
    return lab.engine / f"unpacked-{'-'.join(packages)}"


def unpack(step: Step, packages: list[str]) -> str | None:
    """Unpack the engine's packages into the lab's folder, and link what a shell should find."""
    home = step.lab.engine
    stamp = _stamp(step.lab, packages)
    if stamp.exists():
        return None
    (home / "root").mkdir(parents=True, exist_ok=True)
    for deb in apt.download(step, SUITE, packages, step.scratch / "debs").values():
        step.run("dpkg-deb", "-x", deb, home / "root")
        deb.unlink()
    plugins = home / "config/cli-plugins"
    for folder in (home / "bin", plugins):
        folder.mkdir(parents=True, exist_ok=True)
    _link(home / "bin/docker", "../root/usr/bin/docker")
    _link(plugins / "docker-buildx", "../../root/usr/libexec/docker/cli-plugins/docker-buildx")
    for stray in ("usr/sbin/runc", "usr/bin/runc"):
        (home / "root" / stray).unlink(missing_ok=True)
    stamp.touch()
    return "unpacked " + " ".join(packages)


def _link(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def start(step: Step) -> str | None:
    """Start the private engine and wait until it answers."""
    lab, home = step.lab, step.lab.engine
    if answers(lab.socket):
        return None
    _refuse_second_engine(lab)
    _forget_killed(lab)
    if len(str(home / "exec/containerd/containerd.sock")) > LONGEST_SOCKET:
        raise LabError(
            f"{lab.root} is too long a path for sockets; set STEPDOWN_LAB to a shorter one"
        )
    command = [
        *(str(home / "root/usr/sbin/dockerd"), "--host", f"unix://{lab.socket}"),
        *("--data-root", str(home / "data"), "--exec-root", str(home / "exec")),
        *("--pidfile", str(home / "docker.pid"), "--config-file", str(home / "daemon.json")),
    ]
    (home / "daemon.json").write_text("{}\n")
    path = f"{home}/root/usr/sbin:{home}/root/usr/bin:{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    log = lab.logs / "dockerd.log"
    process.start(home / "dockerd.process", command, log, {"PATH": path})
    deadline = time.monotonic() + START_SECONDS
    while not answers(lab.socket):
        if time.monotonic() > deadline or not process.alive(home / "dockerd.process"):
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise LabError(f"Docker Engine did not start:\n{tail}\n(all of it: {log})")
        time.sleep(0.1)
    return f"started, listens at {lab.socket}"


def _refuse_second_engine(lab: Lab) -> None:
    """Two engines in one network namespace share the bridge docker0 and break each other."""
    ours = process.number(lab.engine / "dockerd.process")
    here = Path("/proc/self/ns/net").readlink()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            name = (entry / "comm").read_text().strip()
            same = (entry / "ns/net").readlink() == here
        except OSError:
            continue
        if name == "dockerd" and same and int(entry.name) != ours:
            raise LabError(
                f"process {entry.name} is an engine already, though it does not answer here; "
                "a second one would break its network. Set DOCKER_HOST to its address, or end it."
            )


def _forget_killed(lab: Lab) -> None:
    """Records of an engine that was killed; its containerd may live on, and is then used again."""
    (lab.engine / "docker.pid").unlink(missing_ok=True)
    record = lab.engine / "exec/containerd/containerd.pid"
    try:
        command = Path("/proc", record.read_text().strip(), "cmdline").read_bytes()
    except OSError:
        command = b""
    if str(lab.engine).encode() not in command:
        record.unlink(missing_ok=True)


def stop(lab: Lab) -> str:
    """End the private engine, and only that."""
    if not process.stop(lab.engine / "dockerd.process"):
        return "no engine of the lab runs"
    return "the lab's engine has ended"


def unmount(lab: Lab) -> None:
    """Unmount what an engine that has ended left mounted in its folder."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4] for line in lines if line.split()[4].startswith(f"{lab.engine}/")]
    for point in reversed(points):
        subprocess.run(["umount", point], check=False)

"""A cluster on this machine: certificates, a scheduler and workers as processes of their own."""

import ipaddress
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fleet_batch import environment

PATIENCE = 180


def certificate(folder: Path) -> tuple[str, ...]:
    """Make a certificate for this machine that is its own authority; return the flags."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cluster")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(secret)
    files = {"ca": "cert.pem", "cert": "cert.pem", "key": "key.pem"}
    return tuple(
        word for flag, file in files.items() for word in (f"--tls-{flag}", str(folder / file))
    )


@dataclass(frozen=True)
class Program:
    """A program that runs, and the file that it prints into."""

    process: subprocess.Popen[bytes]
    output: Path

    def says(self, pattern: str) -> str:
        """Wait for what it prints; return it."""
        for _ in range(PATIENCE * 10):
            if found := re.search(pattern, self.output.read_text()):
                return found[0]
            time.sleep(0.1)
        pytest.fail(f"{pattern} does not appear:\n{self.output.read_text()}")

    def kill(self) -> None:
        """End it as the system does where memory is short."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(
    folder: Path, name: str, *words: object, env: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Keep `stepdown batch WORDS` running, with all that is its own below `folder`."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "stepdown", "batch", *map(str, words)]
    variables = {**environment(folder), **(env or {})}
    with (folder / f"{name}.log").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=variables)
    try:
        yield Program(process, folder / f"{name}.log")
    finally:
        process.terminate()
        process.wait(60)


@dataclass(frozen=True)
class Cluster:
    """A scheduler and workers over TLS; `words` are what `evaluate` needs for it."""

    folder: Path
    scheduler: Program
    address: str
    tls: tuple[str, ...]
    workers: Mapping[str, Program]

    @property
    def words(self) -> tuple[str, ...]:
        return ("--scheduler", self.address, *self.tls)

    def again(self) -> AbstractContextManager[Program]:
        """Start another scheduler where the first one was."""
        port = self.address.rpartition(":")[2]
        return running(self.folder, "again", "scheduler", "--port", port, *self.tls)


@contextmanager
def cluster(
    folder: Path, *names: str, engines: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """Start a scheduler and workers of one slot; each keeps what is its own in `folder / NAME`.

    `engines` are the addresses of those who have another engine than this process.
    """
    folder.mkdir()
    tls = certificate(folder)
    with ExitStack() as stack:
        start = stack.enter_context
        scheduler = start(running(folder, "scheduler", "scheduler", "--port", "0", *tls))
        address = scheduler.says(r"tls://127\.0\.0\.1:\d+")
        words = ("worker", address, "--slots", "1", *tls)
        env = {name: {"DOCKER_HOST": at} for name, at in (engines or {}).items()}
        workers = {n: start(running(folder / n, "worker", *words, env=env.get(n))) for n in names}
        for worker in workers.values():
            worker.says("Registered to")
        yield Cluster(folder, scheduler, address, tls, workers)

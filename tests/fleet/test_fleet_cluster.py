"""The same fleet by threads and on two workers of a cluster, over TLS on this machine."""

import ipaddress
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fleet_batch import compared, environment, evaluate, report
from fleet_repositories import FLEET
from fleet_world import make

TIMES = re.compile(r"\b\d+(\.\d+)? (ms|s|seconds)\b")
PATIENCE = 60
PASSING = {"seconds", "worker", "log", "outcome", "evidence"}
"""What differs from run to run; evidence quotes logs, which carry times."""


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


@contextmanager
def running(folder: Path, name: str, *words: object) -> Iterator[Path]:
    """Keep `stepdown batch WORDS` running; yield the file that it prints into."""
    output = folder / f"{name}.log"
    command = [sys.executable, "-m", "stepdown", "batch", *map(str, words)]
    with output.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, env=environment(folder)
        )
    try:
        yield output
    finally:
        process.terminate()
        process.wait(30)


def appears(pattern: str, output: Path) -> str:
    for _ in range(PATIENCE * 10):
        if found := re.search(pattern, output.read_text()):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"{pattern} does not appear:\n{output.read_text()}")


def told(folder: Path) -> object:
    """Return the report on the fleet without times, and without who did the work."""
    command = [sys.executable, "-m", "stepdown", "batch", "report", "--format", "json"]
    said = subprocess.run(
        [*command, str(folder / "ledger.db")], check=True, capture_output=True, text=True
    )
    return _timeless(json.loads(said.stdout))


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in PASSING}
    if isinstance(value, list):
        return [_timeless(one) for one in value]
    return TIMES.sub("TIME", value) if isinstance(value, str) else value


@pytest.mark.engine
def test_a_cluster_finds_what_threads_find(tmp_path: Path) -> None:
    some = tuple(one for one in FLEET if one.cheap)[:4]
    selection = make(tmp_path / "repositories", some)
    here, there = tmp_path / "threads", tmp_path / "cluster"
    here.mkdir()
    there.mkdir()
    assert evaluate(here, str(selection), "--jobs", "2").wait(300) in {0, 12}
    tls = certificate(tmp_path)
    with ExitStack() as stack:
        start = stack.enter_context
        begun = start(running(there, "scheduler", "scheduler", "--port", "0", *tls))
        address = appears(r"tls://127\.0\.0\.1:\d+", begun)
        for name in ("one", "two"):
            begun = start(running(there, name, "worker", address, "--slots", "1", *tls))
            appears("Registered to", begun)
        words = (str(selection), "--scheduler", address, *map(str, tls))
        code = evaluate(there, *words).wait(300)
        assert code in {0, 12}, (there / "output").read_text()
    assert tuple(compared(some, report(there))) == ()
    assert told(there) == told(here)

"""Certificates are always checked, and the user's own authorities are trusted."""

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fakeforges.core import serving
from fakeforges.stage import KINDS, Clock, Stage

from stepdown.errors import ForgeError


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody but its file vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "forge")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "forge.pem"
    path.write_bytes(certificate.public_bytes(pem) + secret)
    return path


@pytest.fixture(params=["github", "gitlab", "gitea"])
def stage(request: pytest.FixtureRequest, authority: Path) -> Iterator[Stage]:
    """One forge for each of the three libraries, over HTTPS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    kind = request.param
    fake = getattr(import_module(f"fakeforges.{kind}"), KINDS[kind])()
    with serving(fake, context):
        yield Stage(kind, fake, Clock())


def test_an_unknown_certificate_is_refused(stage: Stage) -> None:
    with pytest.raises(ForgeError) as caught:
        stage.forge().repository()
    assert "certificate" in caught.value.brief
    assert "SSL_CERT_FILE" in caught.value.hint
    assert caught.value.wait is None
    assert stage.fake.log == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_users_authorities_are_trusted(
    stage: Stage, authority: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(authority))
    assert stage.forge().repository().name == stage.fake.name

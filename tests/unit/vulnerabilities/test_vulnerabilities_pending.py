"""Updates pending, from indexes as Debian and Alpine write them."""

import gzip
import io
import lzma
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from vulnerability_samples import alpine, apk, deb, debian

from stepdown.adapters.indexes import fetch_index
from stepdown.measure.vulnerabilities.pending import pending
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Component, Inventory, Update
from stepdown.ports import PackageIndex
from stepdown.report.vulnerabilities import pending_text


def on(architecture: str, *components: Component) -> tuple[Component, ...]:
    return tuple(msgspec.structs.replace(one, architecture=architecture) for one in components)


DEBIAN = debian(*on("amd64", deb("libssl3", "3.0.15-1~deb12u1"), deb("tar", "1.34+dfsg-1.2")))
ALPINE = alpine(*on("x86_64", apk("musl", "1.2.5-r9"), apk("zlib", "1.3.1-r2")))


def _zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # the names of tests hold these bytes


def packages(*listed: tuple[str, str, str]) -> bytes:
    return "\n".join(
        f"Package: {name}\nArchitecture: {architecture}\nVersion: {version}\nDescription: a\n"
        for name, version, architecture in listed
    ).encode()


def apkindex(*listed: tuple[str, str], description: str = "v3.23.4-1-gabc") -> bytes:
    """Return an archive as apk writes it: a signature that has no end, then the index."""
    content = "\n".join(f"C:Q1x=\nP:{n}\nV:{v}\nA:x86_64\no:{n}\n" for n, v in listed).encode()
    parts = {"DESCRIPTION": description.encode(), "APKINDEX": content + b"\n"}
    return _zipped(archive({".SIGN.RSA.key": b"x"})[:1024]) + _zipped(archive(parts))


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def index(tmp_path: Path, name: str, content: bytes) -> PackageIndex:
    (tmp_path / name).write_bytes(content)
    return fetch_index(str(tmp_path / name))


NEWER = packages(("libssl3", "3.0.17-1~deb12u3", "amd64"), ("libssl3", "3.0.9-1", "amd64"))


@pytest.mark.parametrize("pack", [bytes, _zipped, lzma.compress])
def test_debian(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    found = pending(DEBIAN, (index(tmp_path, "Packages", pack(NEWER)),))
    assert found.updates == (
        Update(package="libssl3", installed="3.0.15-1~deb12u1", offered="3.0.17-1~deb12u3"),
    )
    assert (found.known, found.listed, found.inventory) == (Known.MEASURED, 1, 2)
    assert "libssl3 3.0.15-1~deb12u1 → 3.0.17-1~deb12u3" in pending_text(found, verbose=True)


def test_what_is_newer_in_the_image_is_no_update(tmp_path: Path) -> None:
    older = packages(("libssl3", "3.0.9-1", "amd64"), ("tar", "1.34+dfsg-1.2", "amd64"))
    found = pending(DEBIAN, (index(tmp_path, "Packages", older),))
    assert (found.known, found.updates, found.listed) == (Known.MEASURED, (), 2)


def test_packages_for_every_architecture_count(tmp_path: Path) -> None:
    image = debian(*on("all", deb("tzdata", "2025a-0")))
    found = pending(image, (index(tmp_path, "Packages", packages(("tzdata", "2025b-0", "all"))),))
    assert [one.offered for one in found.updates] == ["2025b-0"]


def test_alpine(tmp_path: Path) -> None:
    made = apkindex(("musl", "1.2.5-r10"), ("zlib", "1.3.1-r2"))
    found = pending(ALPINE, (index(tmp_path, "APKINDEX.tar.gz", made),))
    assert [(one.package, one.offered) for one in found.updates] == [("musl", "1.2.5-r10")]
    assert (found.known, found.reasons) == (Known.MEASURED, ())


def test_an_index_that_lacks_packages_is_a_lower_bound(tmp_path: Path) -> None:
    found = pending(ALPINE, (index(tmp_path, "x", apkindex(("musl", "1.2.5-r9"))),))
    assert (found.known, found.reasons) == (
        Known.PARTIAL,
        ("The indexes list 1 of 2 packages.",),
    )


@pytest.mark.parametrize(
    ("image", "content", "why"),
    [
        (ALPINE, NEWER, "is of another kind of distribution"),
        (DEBIAN, apkindex(("libssl3", "9-r0")), "is of another kind of distribution"),
        (DEBIAN, packages(("libssl3", "9", "arm64")), "of another architecture"),
        (DEBIAN, b"<html>not found</html>", "is no index of packages"),
        (DEBIAN, _zipped(NEWER)[:40], "cannot be read"),
        (ALPINE, _zipped(archive({"other": b""})), "there is no APKINDEX in it"),
        (debian(), NEWER, "no packages of a distribution"),
    ],
)
def test_an_index_that_says_nothing_is_unknown(
    tmp_path: Path, image: Inventory, content: bytes, why: str
) -> None:
    found = pending(image, (index(tmp_path, "index", content),))
    assert (found.known, found.updates) == (Known.UNKNOWN, ())
    assert why in " ".join(found.reasons)
    assert "unknown, by" in pending_text(found)


def test_another_branch_is_said(tmp_path: Path) -> None:
    made = apkindex(("musl", "1.2.6-r0"), ("zlib", "1.3.2-r0"), description="v3.24.0-1")
    found = pending(ALPINE, (index(tmp_path, "x", made),))
    assert (found.known, found.updates) == (Known.UNKNOWN, ())
    assert "of branch 3.24, the image of 3.23" in found.reasons[0]


def test_a_missing_file_and_a_version_that_is_none(tmp_path: Path) -> None:
    assert "cannot be read" in fetch_index(str(tmp_path / "missing")).failure
    odd = packages(("libssl3", "not a version", "amd64"))
    found = pending(DEBIAN, (index(tmp_path, "Packages", odd),))
    assert (found.known, found.reasons) == (Known.PARTIAL, ("1 versions could not be compared.",))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


def test_an_index_over_http(tmp_path: Path) -> None:
    (tmp_path / "Packages.gz").write_bytes(_zipped(NEWER))
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            found = pending(DEBIAN, (fetch_index(f"{url}/Packages.gz"),))
            missing = fetch_index(f"{url}/missing")
        finally:
            server.shutdown()
            thread.join()
    assert len(found.updates) == 1
    assert "404" in missing.failure

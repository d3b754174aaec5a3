"""The image's own facts against those of its recipe."""

import pytest
from msgspec.structs import replace
from proposals import proposed

from rootfs_samples import GLIBC, MUSL, Content, Link, root
from stepdown.model.image import ImageConfig, Libc, PackageManager
from stepdown.model.plan import Candidate
from stepdown.propose.reality import corrected, disagreements, glibc, read, unfit

NODE = b"\x7fELFxxnode.js/v24.19.0"
PASSWD = "root:x:0:0::/root:/bin/sh\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n"
OWN: dict[str, Content] = {"/etc/passwd": PASSWD, "/etc/os-release": "ID=debian\n"}
DISTROLESS = {**GLIBC, **OWN, "/nodejs/bin/node": b"#!node"}
CONFIG = ImageConfig(
    id="sha256:1", entrypoint=("/nodejs/bin/node",), user="65532", workdir="/home/nonroot"
)
SLIM: dict[str, Content] = {
    **GLIBC,
    **OWN,
    "/bin/sh": b"#!",
    "/usr/bin/apt-get": b"#!",
    "/usr/local/bin/node": b"#!",
}
SLIM_CONFIG = ImageConfig(id="sha256:2", entrypoint=("docker-entrypoint.sh",), workdir="/")


def candidate(tier: str) -> Candidate:
    return next(one for one in proposed("FROM node:24\n")[0] if one.tier == tier)


def test_an_image_as_its_recipe_says_is_left_alone() -> None:
    for tier, files, config in (
        ("distroless", DISTROLESS, CONFIG),
        ("slim", SLIM, SLIM_CONFIG),
    ):
        wanted = candidate(tier)
        real = read(root(files), config, wanted)
        assert disagreements(wanted, real) == ()
        assert corrected(wanted, real) is wanted


@pytest.mark.parametrize(
    ("files", "config", "words"),
    [
        (DISTROLESS, replace(CONFIG, user=""), "its user is root, not 65532"),
        (DISTROLESS, replace(CONFIG, user="1000:1000"), "its user is 1000, not 65532"),
        (DISTROLESS, replace(CONFIG, workdir=""), "its working directory is /, not /home/nonroot"),
        (DISTROLESS, replace(CONFIG, entrypoint=()), "its entrypoint is none, not /nodejs/bin/nod"),
        ({**DISTROLESS, "/bin/sh": b"#!"}, CONFIG, "its shell is there, not none"),
        ({**DISTROLESS, "/usr/bin/apt-get": b""}, CONFIG, "its package manager is apt, not none"),
        ({**DISTROLESS, "/usr/bin/tdnf": b""}, CONFIG, "its package manager is other, not none"),
        ({**DISTROLESS, "/sbin/apk": b""}, CONFIG, "its package manager is other, not none"),
        ({**MUSL, **OWN, "/nodejs/bin/node": b""}, CONFIG, "its C library is musl, not glibc"),
        ({**DISTROLESS, "/usr/bin/node": b"#!node"}, CONFIG, "/nodejs/bin/node is on PATH"),
        ({**GLIBC, **OWN, "/opt/node": b""}, CONFIG, "its runtime is none, not /nodejs/bin/node"),
    ],
)
def test_each_disagreement_is_told_and_wins(
    files: dict[str, Content], config: ImageConfig, words: str
) -> None:
    wanted = candidate("distroless")
    real = read(root(files), config, wanted)
    told = [one for one in disagreements(wanted, real) if words in one]
    assert len(told) == 1, disagreements(wanted, real)
    fixed = corrected(wanted, real)
    assert fixed.reasons[: len(wanted.reasons)] == wanted.reasons
    assert told[0] in fixed.reasons
    assert disagreements(fixed, real) == ()


def test_a_named_user_is_the_number_that_the_image_gives_it() -> None:
    wanted = candidate("distroless")
    assert read(root(DISTROLESS), replace(CONFIG, user="nonroot"), wanted).user == "65532"
    assert read(root(DISTROLESS), replace(CONFIG, user="root"), wanted).user == "root"
    assert read(root(DISTROLESS), replace(CONFIG, user="stranger"), wanted).user == "stranger"


def test_a_base_without_its_runtime_is_unfit() -> None:
    wanted = candidate("distroless")
    before = read(root(SLIM), SLIM_CONFIG, wanted)
    empty = read(root({**GLIBC, **OWN}), CONFIG, wanted)
    assert "has no node" in unfit(wanted, empty, before)
    assert unfit(wanted, read(root(DISTROLESS), CONFIG, wanted), before) == ""
    assert unfit(wanted, empty, empty) == ""
    # A split leaves the toolchain behind, on purpose.
    assert unfit(replace(wanted, interpreter=""), empty, before) == ""


@pytest.mark.parametrize(
    ("before", "after", "fit"),
    [("24.1.0", "24.19.0", True), ("22.3.0", "24.19.0", False), ("", "24.19.0", True)],
)
def test_another_major_version_is_unfit(before: str, after: str, *, fit: bool) -> None:
    wanted = candidate("distroless")
    real = read(root(DISTROLESS), CONFIG, wanted)
    said = unfit(wanted, replace(real, version=after), replace(real, version=before))
    assert (said == "") is fit
    assert fit or f"node {after}" in said


def test_the_minor_version_counts_for_python() -> None:
    wanted = next(c for c in proposed("FROM python:3.13\n")[0] if c.tier == "distroless")
    real = read(root(DISTROLESS), CONFIG, wanted)
    newer = replace(real, version="3.13.5")
    assert unfit(wanted, newer, replace(real, version="3.13.1")) == ""
    assert unfit(wanted, newer, replace(real, version="3.12.1")) != ""


def test_the_c_library_says_its_own_version() -> None:
    assert glibc(root(GLIBC)) == "2.36"
    assert glibc(root(MUSL)) == ""
    assert read(root(DISTROLESS), CONFIG, candidate("distroless")).glibc == "2.36"


def test_an_alpine_is_known_by_its_own_name() -> None:
    wanted = candidate("alpine")
    files: dict[str, Content] = {
        **MUSL,
        "/etc/os-release": "ID=alpine\n",
        "/bin/busybox": b"",
        "/bin/sh": Link("/bin/busybox"),
        "/sbin/apk": b"",
        "/usr/local/bin/node": b"",
    }
    real = read(root(files), SLIM_CONFIG, wanted)
    assert (real.package_manager, real.libc) == (PackageManager.APK, Libc.MUSL)
    assert disagreements(wanted, real) == ()

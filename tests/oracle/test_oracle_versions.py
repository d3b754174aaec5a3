"""The order of versions against dpkg and apk themselves, pair by pair."""

import itertools
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle_engine import lab_engine

from stepdown.adapters.engine import DockerEngine
from stepdown.measure.vulnerabilities.orders import alpine, debian
from stepdown.ports import ContainerSpec, File

SIGNS = {-1: "<", 0: "=", 1: ">", None: "invalid"}

DEBIAN = """
0 0.1 1 1.0 1.00 01.0 1.0.0 1.0-0 1.0-00 1.0-1 1.0-1.1 1.0-1+b1 1.0-1+b13 1.0-2 1.0-10 1.0-1~bpo12
1.0~rc1-1 1.0~rc1 1.0~~ 1.0~ 1.0~~a 1.0+dfsg-1 1.0+dfsg1-1 1.0+really0.9-1 1.0a 1.0b 1.0aa 1.0A
1.0+a 1.0-a 1:0 1:1.0-1 0:1.0-1 2:1.0-1 10:0 2.36-9+deb12u3 2.36-9+deb12u10 2.36-9+deb12u14 2.39-4
3.0.17-1~deb12u2 3.0.17-1~deb12u3 3.0.17-1 1:2.38.1-5+deb12u3 2.38.1-5+deb12u3 20230311+deb12u1
20230311 1.0-1-1 1.0-1-2 1.0.1~1 1.0.1-~1 7.88.1-10+deb12u12 7.88.1-10 1.0:1 1:1.0:1 9 10 1.z 1.+
1.~ 1.0.a
""".split()  # noqa: SIM905  (a table reads better as text)
ALPINE = """
0 1 1.0 1.0.0 1.00 1.01 1.10 1.010 01.0 1a 1.0a 1.0z 1.0_alpha 1.0_alpha2 1.0_beta1 1.0_pre 1.0_pre2
1.0_rc 1.0_rc10 1.0_cvs 1.0_svn20200101 1.0_git 1.0_git20200101 1.0_hg 1.0_p 1.0_p1 1.0_p1_p2
1.0_rc1_p1 1.0-r0 1.0-r10 1.0a-r1 1.0_p1-r2 1.2.2_pre2-r0 1.2.2-r0 5.1_p1-r0 5.1p1-r0 1.0~abc
1.0~abc12-r0 1.0_foo 1.36.1-r29 1.36.1-r30 3.5.3-r0 3.5.4-r0 v1.0 1.0A 1.0+1 1. 20200101
""".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    with lab_engine(tmp_path_factory.mktemp("oracle")) as connected:
        yield connected


def pairs(handwritten: list[str], made: list[str]) -> list[tuple[str, str]]:
    return [*itertools.combinations_with_replacement(handwritten, 2), *itertools.pairwise(made)]


def random_versions(alphabet: str, number: int) -> list[str]:
    """Return versions of few characters, so that neighbours often agree at first."""
    dice = random.Random(7)
    return [f"1{''.join(dice.choices(alphabet, k=dice.randint(1, 5)))}" for _ in range(number)]


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is the oracle")
def test_debian_orders_as_dpkg_does(tmp_path: Path) -> None:
    table = pairs(DEBIAN, random_versions("01a.~+-", 400))
    assert len(table) >= 500
    asked = [(a, b) for a, b in table if debian.compare(a, b) is not None]
    (tmp_path / "pairs").write_text("".join(f"{a} {b}\n" for a, b in asked))
    script = (
        "while read -r a b; do if dpkg --compare-versions $a lt $b; then echo '<'; "
        "elif dpkg --compare-versions $a gt $b; then echo '>'; else echo '='; fi; done <pairs"
    )
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    ours = [f"{a} {SIGNS[debian.compare(a, b)]} {b}" for a, b in asked]
    said = [f"{a} {sign} {b}" for (a, b), sign in zip(asked, done.stdout.split(), strict=True)]
    assert ours == said
    assert "warning" not in done.stderr  # dpkg warns of what is no version
    assert len(asked) >= 500
    assert {sign for line in said for sign in "<=>" if f" {sign} " in line} == set("<=>")


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is the oracle")
@pytest.mark.parametrize("text", ["", "a", "1.0:1", "1.0 1", "1_0", "1/0", "1.0-", "x:1"])
def test_what_is_no_version_for_dpkg_is_none_for_us(text: str) -> None:
    done = subprocess.run(
        ["dpkg", "--compare-versions", text or " ", "lt", "1"], capture_output=True, check=False
    )
    assert b"version" in done.stderr
    assert debian.compare(text, "1") is None


@pytest.mark.engine
def test_alpine_orders_as_apk_does(engine: DockerEngine) -> None:
    table = pairs(ALPINE, random_versions("019.ab~r", 150))
    assert len(table) >= 500
    script = (
        "while read -r a b; do s=$(apk version -t $a $b 2>/dev/null); "
        'echo "$a ${s:-invalid} $b"; done </pairs'
    )
    text = "".join(f"{a} {b}\n" for a, b in table).encode()
    spec = ContainerSpec(
        image="alpine:3.23",
        role="oracle",
        entrypoint=("/bin/sh", "-c", script),
        command=(),
        files=(File(path="/pairs", content=text),),
        network=False,
    )
    done = engine.run(spec, timeout=240)
    ours = [f"{a} {SIGNS[alpine.compare(a, b)]} {b}" for a, b in table]
    assert ours == done.output.splitlines()
    valid = [line for line in ours if "invalid" not in line]
    assert len(valid) >= 500

"""The order of versions against dpkg and apk themselves, pair by pair."""

import functools
import itertools
import random
from collections.abc import Callable, Iterator

import pytest
from oracle_engine import lab_engine

from stepdown.adapters.engine import DockerEngine
from stepdown.measure.vulnerabilities.orders import alpine, debian
from stepdown.ports import ContainerSpec, File

Compare = Callable[[str, str], int | None]
SIGNS = {-1: "<", 0: "=", 1: ">", None: "invalid"}
RELATIONS = {-1: "lt", 0: "eq", 1: "gt"}
"""dpkg's words. One of the three is true of two versions, so that one question is enough."""

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


def pairs(compare: Compare, versions: list[str]) -> list[tuple[str, str]]:
    """Return neighbours in our order, from which all others follow, and some drawn pairs."""
    known = [one for one in dict.fromkeys(versions) if compare(one, one) is not None]

    def sign(a: str, b: str) -> int:
        return compare(a, b) or 0

    ordered = sorted(known, key=functools.cmp_to_key(sign))
    dice = random.Random(7)
    drawn = [(dice.choice(versions), dice.choice(versions)) for _ in range(250)]
    invalid = [(one, versions[0]) for one in versions if one not in known]
    return [*itertools.pairwise(ordered), *drawn, *invalid]


def random_versions(alphabet: str, number: int) -> list[str]:
    """Return versions of few characters, so that neighbours often agree at first."""
    dice = random.Random(7)
    return [f"1{''.join(dice.choices(alphabet, k=dice.randint(1, 5)))}" for _ in range(number)]


def random_releases(number: int) -> list[str]:
    """Return numbers with Alpine's suffixes and revisions."""
    dice = random.Random(7)
    ends = ("", "", "a", "b", "_rc1", "_p1", "_alpha", "_git2", "-r0", "-r1", "_rc1-r10", "~1b")
    return [f"{dice.randint(1, 4)}.{dice.randint(0, 12)}{dice.choice(ends)}" for _ in range(number)]


def lines(engine: DockerEngine, image: str, script: str, text: str) -> list[str]:
    """Run a shell script in an image over the lines of /pairs; return what it prints."""
    spec = ContainerSpec(
        image=image,
        role="oracle",
        entrypoint=("/bin/sh", "-c", f"while IFS=' ' read -r a b how; do {script}; done </pairs"),
        command=(),
        files=(File(path="/pairs", content=text.encode()),),
        network=False,
    )
    return engine.run(spec, timeout=240).output.splitlines()


@pytest.mark.engine
def test_debian_orders_as_dpkg_does(engine: DockerEngine) -> None:
    table = pairs(debian.compare, [*DEBIAN, *random_versions("01a.~+-", 450)])
    asked = [(a, b, order) for a, b in table if (order := debian.compare(a, b)) is not None]
    script = "dpkg --compare-versions $a $how $b || echo $a $how $b"
    text = "".join(f"{a} {b} {RELATIONS[order]}\n" for a, b, order in asked)
    wrong = "0 1 gt\n0 1 eq\n"  # else nothing would show that each line is asked
    said = lines(engine, "debian:trixie-slim", script, text + wrong)
    assert said == ["0 gt 1", "0 eq 1"]
    assert len(asked) >= 500
    assert {order for _, _, order in asked} == {-1, 0, 1}


@pytest.mark.engine
def test_what_is_no_version_for_dpkg_is_none_for_us(engine: DockerEngine) -> None:
    wrong = ("a", "1.0:1", "1_0", "1/0", "1.0-", "x:1")
    script = "dpkg --compare-versions $a lt 1 2>&1 | grep -c version"
    said = lines(engine, "debian:trixie-slim", script, "".join(f"{one} -\n" for one in wrong))
    assert said == ["1"] * len(wrong)
    assert [debian.compare(one, "1") for one in (*wrong, "", "1.0 1")] == [None] * (len(wrong) + 2)


@pytest.mark.engine
def test_alpine_orders_as_apk_does(engine: DockerEngine) -> None:
    table = pairs(
        alpine.compare, [*ALPINE, *random_versions("019.ab~r", 60), *random_releases(380)]
    )
    assert len(table) >= 500
    script = 's=$(apk version -t $a $b 2>/dev/null); echo "$a ${s:-invalid} $b"'
    text = "".join(f"{a} {b}\n" for a, b in table)
    said = lines(engine, "alpine:3.23", script, text)
    ours = [f"{a} {SIGNS[alpine.compare(a, b)]} {b}" for a, b in table]
    assert ours == said
    valid = [line for line in ours if "invalid" not in line]
    assert len(valid) >= 500

"""The uses of the image in other files, compared with both images."""

import pytest
from msgspec.structs import replace

from fakes import image
from stepdown.flow.catalog import load
from stepdown.model.facts import Need, Use
from stepdown.model.image import ImageConfig, Tier
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState
from stepdown.rootfs.elf import Elf
from stepdown.rootfs.passwd import User
from stepdown.verify import outside
from stepdown.verify.compare import differences
from stepdown.verify.diagnose import diagnose
from stepdown.verify.outside import Looked

PATH = (("PATH", "/usr/local/bin:/usr/bin:/bin"),)
SHELL, NODE = ("docker-entrypoint.sh",), ("/nodejs/bin/node",)


def _looked(
    *files: str,
    users: tuple[str, ...] = (),
    entrypoint: tuple[str, ...] = (),
    user: str = "",
    workdir: str = "",
) -> Looked:
    config = ImageConfig(id="i", env=PATH, entrypoint=entrypoint, user=user, workdir=workdir)
    return Looked(fs=replace(image(*files), users=tuple(map(_user, users))), config=config)


def _user(text: str) -> User:
    name, _, number = text.partition(":")
    return User(name=name, uid=int(number), gid=int(number), home="/", shell="")


def _use(need: Need, value: str, *, sure: bool = True) -> Use:
    return Use(
        need=need,
        value=value,
        file="compose.yaml",
        line=7,
        where="health check of service web",
        quote="test: x",
        sure=sure,
    )


def _check(need: Need, value: str, before: Looked, after: Looked, *, sure: bool = True) -> CheckRun:
    return outside.check((_use(need, value, sure=sure),), before, after)


@pytest.mark.parametrize(
    ("program", "before", "after", "state"),
    [
        ("curl", ("/usr/bin/curl",), (), CheckState.FAILED),
        ("curl", ("/usr/bin/curl",), ("/bin/curl",), CheckState.PASSED),
        ("curl", ("/usr/bin/curl",), ("/opt/curl",), CheckState.FAILED),
        ("curl", (), (), CheckState.PASSED),
        ("/bin/sh", ("/bin/sh",), ("/usr/bin/sh",), CheckState.FAILED),
        ("./run", ("/app/run",), ("/app/run",), CheckState.PASSED),
        ("./run", ("/app/run",), ("/run",), CheckState.FAILED),
    ],
)
def test_a_program(
    program: str, before: tuple[str, ...], after: tuple[str, ...], state: CheckState
) -> None:
    sides = _looked(*before, workdir="/app"), _looked(*after, workdir="/app")
    assert _check(Need.PROGRAM, program, *sides).state is state


def test_the_difference_has_the_place_and_the_line() -> None:
    run = _check(Need.PROGRAM, "curl", _looked("/usr/bin/curl"), _looked())
    assert run.check == "outside"
    assert run.summary == (
        "compose.yaml:7: health check of service web, `test: x`, calls curl, which the candidate "
        "does not have"
    )
    assert [(m.channel, m.text) for m in run.messages] == [(Channel.STATIC, run.summary)]
    (difference,) = differences((), (run,))
    assert difference.sure


@pytest.mark.parametrize(
    ("old", "new", "after", "reason"),
    [
        ((), (), ("/bin/npm",), ""),
        ((), (), (), "calls npm"),
        (SHELL, SHELL, ("/bin/npm",), ""),
        (SHELL, NODE, ("/bin/npm",), "gives npm to the candidate's entrypoint /nodejs/bin/node"),
        (SHELL, (), (), "calls npm"),
        (SHELL, (), ("/bin/npm",), ""),
        ((), ("/usr/bin/tini", "--"), ("/bin/npm",), ""),
        ((), ("/usr/bin/tini", "--"), (), "calls npm"),
    ],
)
def test_a_command(
    old: tuple[str, ...], new: tuple[str, ...], after: tuple[str, ...], reason: str
) -> None:
    sides = _looked("/bin/npm", entrypoint=old), _looked(*after, entrypoint=new)
    run = _check(Need.COMMAND, "npm", *sides)
    assert run.state is (CheckState.FAILED if reason else CheckState.PASSED)
    assert reason in run.summary


def test_a_word_that_is_no_program_is_an_argument_on_both_sides() -> None:
    sides = _looked(entrypoint=("/bin/node",)), _looked(entrypoint=NODE)
    assert _check(Need.COMMAND, "server.js", *sides).state is CheckState.PASSED


@pytest.mark.parametrize(
    ("name", "before", "after", "state", "told"),
    [
        ("node", ("node:1000",), (), CheckState.FAILED, "runs as user node, whom"),
        ("node", ("node:1000",), ("node:1000",), CheckState.PASSED, "all that"),
        ("node", (), (), CheckState.PASSED, "all that"),
        ("1000", ("node:1000",), (), CheckState.PASSED, "1 use may be affected"),
        ("1000", ("node:1000",), ("app:1000",), CheckState.PASSED, "all that"),
    ],
)
def test_a_user(
    name: str, before: tuple[str, ...], after: tuple[str, ...], state: CheckState, told: str
) -> None:
    run = _check(Need.USER, name, _looked(users=before), _looked(users=after))
    assert run.state is state
    assert told in run.summary


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "65532", "binds port 80"),
        ("root", "app:app", "binds port 80"),
        ("", "", "all that"),
        ("", "0:0", "all that"),
        ("1000", "65532", "all that"),
    ],
)
def test_a_low_port_is_told_and_is_no_failure(before: str, after: str, told: str) -> None:
    run = _check(Need.PORT, "80", _looked(user=before), _looked(user=after))
    assert run.state is CheckState.PASSED
    assert told in run.summary


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ("1000", "65532", CheckState.PASSED),
        ("1000", "nonroot", CheckState.FAILED),
        ("1000:1000", "", CheckState.FAILED),
        ("app", "nonroot", CheckState.PASSED),
        ("", "", CheckState.PASSED),
    ],
)
def test_a_user_by_number(before: str, after: str, state: CheckState) -> None:
    sides = _looked(user=before), _looked(user=after)
    assert _check(Need.NUMERIC_USER, "true", *sides).state is state


def test_what_may_be_another_image_is_told_and_is_no_failure() -> None:
    run = _check(Need.PROGRAM, "curl", _looked("/bin/curl"), _looked(), sure=False)
    assert run.state is CheckState.PASSED
    assert run.summary.startswith("1 use may be affected, if this image is meant: compose.yaml:7")
    assert run.messages[0].text.endswith("does not have, if this image is meant")
    assert differences((), (run,)) == ()


def test_the_recipes_know_the_cause() -> None:
    run = _check(Need.PROGRAM, "curl", _looked("/usr/bin/curl"), _looked())
    (finding,) = diagnose([(run.check, one) for one in run.messages], load().breakages)
    assert (finding.breakage, finding.evidence) == ("G07", run.summary)


def test_without_uses_there_is_nothing_to_check() -> None:
    run = outside.check((), _looked("/bin/sh"), _looked())
    assert run.state is CheckState.ABSENT
    assert differences((), (run,)) == ()


def test_all_that_is_missing_is_listed() -> None:
    uses = tuple(_use(Need.PROGRAM, name) for name in ("sh", "curl", "ls"))
    uses = (*uses, _use(Need.PROGRAM, "ps", sure=False))
    before = _looked("/bin/sh", "/bin/curl", "/bin/ls", "/bin/ps")
    run = outside.check(uses, before, _looked("/bin/ls"))
    assert run.summary.endswith("(and 1 more)")
    assert [m.text.split(" calls ")[1].split(",")[0] for m in run.messages] == ["sh", "curl", "ps"]


def _reading(program: str, reader: str, *files: str) -> Looked:
    """Return an image with a script."""
    made = _looked(program, *files)
    return Looked(fs=replace(made.fs, shebangs={program: reader}), config=made.config)


@pytest.mark.parametrize(
    ("files", "state"),
    [((), CheckState.FAILED), (("/bin/bash",), CheckState.PASSED)],
)
def test_what_reads_a_script_must_be_there_too(files: tuple[str, ...], state: CheckState) -> None:
    before = _reading("/app/run.sh", "/bin/bash", "/bin/bash")
    run = _check(Need.PROGRAM, "/app/run.sh", before, _reading("/app/run.sh", "/bin/bash", *files))
    assert run.state is state
    if run.messages:
        found = diagnose([("outside", run.messages[0])], load().breakages, tier=Tier.ALPINE)
        assert [one.breakage for one in found] == ["D02"]


def _of(libc: str) -> Looked:
    made, name = _looked(libc), libc.rpartition("/")[2]
    elf = Elf(architecture="amd64", type=3, soname=name, defines=("GLIBC_2.4",))
    return Looked(fs=replace(made.fs, elf={libc: elf}), config=made.config)


def test_a_search_domain_is_told_and_proves_nothing() -> None:
    glibc, musl = _of("/lib64/ld-linux-x86-64.so.2"), _of("/lib/ld-musl-x86_64.so.1")
    run = _check(Need.SEARCH, "inner.test", glibc, musl)
    assert run.state is CheckState.PASSED
    assert "in which musl does not look up a name that has a dot" in run.summary
    assert "affected" not in _check(Need.SEARCH, "inner.test", glibc, glibc).summary


def test_variables_are_judged_elsewhere() -> None:
    run = _check(Need.VARIABLE, "TZ=Asia/Tokyo", _looked(), _looked())
    assert run.state is CheckState.PASSED

"""Causes that no message names: from both images, the code and what went wrong."""

from collections.abc import Iterable

import msgspec
import pytest

from fakes import FakeEngine, image
from stepdown.flow.catalog import load
from stepdown.model.facts import Command
from stepdown.model.image import ImageConfig, Libc
from stepdown.model.plan import Hazard, Policy
from stepdown.model.recipe import Channel
from stepdown.model.trial import Finding, Message
from stepdown.ports import Exit
from stepdown.rootfs.elf import SHARED, Elf
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.compare import Difference
from stepdown.verify.diagnose import UNKNOWN, diagnose
from stepdown.verify.scene import Scene
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import Toolbox

LOADERS = {Libc.GLIBC: "/lib64/ld-linux-x86-64.so.2", Libc.MUSL: "/lib/ld-musl-x86_64.so.1"}
DATE = """import time

def opening():
    return time.strftime("%I %P")
"""
LICENCE = """import pathlib

def licence():
    return pathlib.Path("/usr/share/common-licenses/GPL-3").read_text()
"""
LICENCES = "/usr/share/common-licenses/GPL-3"
TESTS = """import unittest, date, licence

class Cases(unittest.TestCase):
    def test_date(self):
        self.assertEqual(date.opening(), "09 am")

    def test_licence(self):
        self.assertIn("GNU", licence.licence())
"""
FILES = {"/app/date.py": DATE, "/app/licence.py": LICENCE, "/app/tests.py": TESTS}
EXIT = "`python -m unittest` ended with exit"


def files(libc: Libc, *paths: str, applets: Iterable[str] = ()) -> RootFS:
    """An image with the application, this C library and further files."""
    loader = Elf(architecture="amd64", type=SHARED, soname="ld.so", defines=("x",))
    path, boxes = LOADERS[libc], {f"/bin/{name}": (name,) for name in applets}
    fs = image(*FILES, *paths, *boxes, path)
    return msgspec.structs.replace(fs, elf={path: loader}, applets=boxes)


def scene(  # noqa: PLR0913  (the nouns of a scene)
    before: RootFS,
    after: RootFS,
    *,
    code: dict[str, str] | None = None,
    reason: str = f"{EXIT} 1",
    check: str = "command",
    hazards: tuple[Hazard, ...] = (),
) -> Scene:
    read = {**FILES, **(code or {})} if code is None else code
    printed = "".join(f"\n== stepdown reads {path}\n{text}" for path, text in read.items())
    engine = FakeEngine(end=Exit(exit_code=0, output=printed))
    config = ImageConfig(id="i", workdir="/app", cmd=("python", "server.py"))
    return Scene(
        rig=Rig(engine=engine, toolbox=Toolbox(busybox=b"x"), policy=Policy()),
        side=Side(role="baseline", image="i", config=config),
        before=before,
        after=after,
        differences=(Difference(check=check, reason=reason),),
        command=Command(text="python -m unittest", argv=("python", "-m", "unittest")),
        hazards=hazards,
    )


def causes(of: Scene, text: str = "", channel: Channel = Channel.LOG) -> tuple[Finding, ...]:
    told = [(of.differences[0].check, Message(channel=channel, text=text))]
    return diagnose(told, load().breakages, scene=of)


def failed(name: str, line: int, said: str = "AssertionError: '09 ' != '09 am'") -> str:
    """What unittest prints of one failed test."""
    return (
        f"{'=' * 70}\nFAIL: {name} (tests.Cases.{name})\n{'-' * 70}\n"
        f'Traceback (most recent call last):\n  File "/app/tests.py", line {line}, in {name}\n'
        f"    self.assertEqual(x)\n{said}\n\n"
    )


MUSL = files(Libc.MUSL)
GLIBC = files(Libc.GLIBC, LICENCES)


def test_the_code_of_the_failed_test_tells_what_musl_does_otherwise() -> None:
    (found,) = causes(scene(GLIBC, MUSL), failed("test_date", 5))
    assert found.breakage == "B03"
    assert found.checks == ("command",)
    assert "comes through opening to `return time.strftime" in found.evidence
    assert "(/app/date.py:4)" in found.evidence
    assert "the baseline has glibc, the candidate musl" in found.evidence
    assert not found.deterministic


def test_thirty_failed_tests_of_one_cause_are_one_finding() -> None:
    text = "".join(failed(f"test_date_{n:02}", 5) for n in range(30))
    assert [f.breakage for f in causes(scene(GLIBC, MUSL), text)] == ["B03"]


def test_thirty_failed_tests_of_two_causes_are_two_findings() -> None:
    text = "".join(
        failed(f"test_date_{n:02}", 5) + failed(f"test_licence_{n:02}", 8) for n in range(15)
    )
    found = causes(scene(GLIBC, MUSL), text)
    assert sorted(f.breakage for f in found) == ["B03", "F12"]
    assert all("Less likely" not in f.cause for f in found)


def test_a_cause_that_only_the_code_tells_stands_beside_one_that_a_message_names() -> None:
    message = failed("test_tool", 2, "FileNotFoundError: [Errno 2] No such file: 'x'")
    message += "sh: 1: curl: not found\n"
    found = causes(scene(GLIBC, MUSL), message + failed("test_date", 5))
    assert [f.breakage for f in found] == ["D09-curl", "B03"]


def test_the_same_code_means_nothing_with_the_same_library() -> None:
    (found,) = causes(scene(GLIBC, GLIBC), failed("test_date", 5))
    assert found.breakage == UNKNOWN
    assert "!= '09 am'" in found.evidence
    assert [remedy.safe for remedy in found.remedies] == [False]


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [(f"{EXIT} 139", "B01"), (f"{EXIT} 134", "B01"), (f"{EXIT} 1", UNKNOWN)],
)
def test_a_crash_without_a_word_is_known_by_its_exit_code(reason: str, wanted: str) -> None:
    (found,) = causes(scene(GLIBC, MUSL, code={"/app/x.py": "x = 1"}, reason=reason))
    assert found.breakage == wanted
    assert (reason in found.evidence) == (wanted != UNKNOWN)


def test_a_file_that_the_error_names_and_only_the_baseline_has() -> None:
    text = f"cat: can't open '{LICENCES}': not there"
    (found,) = causes(scene(GLIBC, MUSL, code={}), text)
    assert found.breakage == "F12"
    assert f"the baseline has {LICENCES}, the candidate does not" in found.evidence
    (unknown,) = causes(scene(GLIBC, files(Libc.MUSL, LICENCES), code={}), text)
    assert unknown.breakage == UNKNOWN


@pytest.mark.parametrize(
    ("lost", "wanted"),
    [
        ("/usr/share/man/man1/ls.1.gz", "S01"),
        ("/var/log/app/", "F11"),
        ("/usr/lib/x86_64-linux-gnu/gconv/X", "A21"),
    ],
)
def test_the_folder_of_a_lost_file_tells_its_kind(lost: str, wanted: str) -> None:
    code = {"/app/run.sh": f"#!/bin/sh\ngzip -dc {lost} | head\n"}
    path = lost.rstrip("/")
    (found,) = causes(scene(files(Libc.GLIBC, path), MUSL, code=code))
    assert found.breakage == wanted


@pytest.mark.parametrize(
    ("command", "line", "wanted"),
    [
        ("date", 'echo a > "$(date +%s%N)"', "D07"),
        ("sed", "sed 's/.*/\\U&/' names", "D08"),
        ("sh", 'echo "a\\nb" > settings', "D05"),
        ("find", "find . -printf '%f'", "D06-findutils"),
        ("awk", "awk '{ print gensub(/a/, $1) }'", "D10"),
        ("ps", "ps -p 1 -o comm=", "D06-procps"),
    ],
)
def test_a_tool_of_gnu_that_is_busybox_now(command: str, line: str, wanted: str) -> None:
    code = {"/app/run.sh": f"#!/bin/sh\n{line}\n"}
    before = files(Libc.GLIBC, f"/bin/{command}")
    of = scene(before, files(Libc.MUSL, applets=[command]), code=code, check="start")
    (found,) = causes(of)
    assert found.breakage == wanted
    assert "BusyBox's now" in found.evidence
    (same,) = causes(scene(before, files(Libc.MUSL, f"/bin/{command}"), code=code, check="start"))
    assert same.breakage == UNKNOWN


def test_what_looks_like_a_tool_of_gnu_in_another_language_is_none() -> None:
    before = files(Libc.GLIBC, "/bin/awk")
    of = scene(before, files(Libc.MUSL, applets=["awk"]))
    assert [f.breakage for f in causes(of, failed("test_date", 5))] == ["B03"]


def test_a_content_type_is_only_laid_on_the_list_of_types_where_that_is_gone() -> None:
    reason = "GET /a.epub content type: application/epub+zip became text/plain"
    types = files(Libc.GLIBC, "/etc/mime.types")
    of = scene(types, files(Libc.GLIBC), code={}, reason=reason, check="http")
    assert [f.breakage for f in causes(of, channel=Channel.HTTP)] == ["F10"]
    same = scene(types, types, code={}, reason=reason, check="http")
    assert [f.breakage for f in causes(same, channel=Channel.HTTP)] == [UNKNOWN]


def test_the_nearest_is_named_and_the_others_are_mentioned() -> None:
    code = {"/app/server.py": "def listed():\n    locale.setlocale(locale.LC_ALL, '')\n", **FILES}
    (found,) = causes(scene(GLIBC, MUSL, code=code), failed("test_date", 5))
    assert found.breakage == "B03"
    assert "Less likely: " in found.cause
    assert "(B05)" in found.cause


def test_what_was_predicted_weighs_more() -> None:
    code = {"/app/a.py": "time.strftime('%P')\nlocale.setlocale(locale.LC_ALL, '')\n"}
    hazard = Hazard(id="B05", evidence="x")
    first = {
        found.breakage
        for hazards in ((), (hazard,))
        for found in causes(scene(GLIBC, MUSL, code=code, hazards=hazards))[:1]
    }
    assert "B05" in first
    (found,) = causes(scene(GLIBC, MUSL, code=code, hazards=(hazard,)))
    assert "it was predicted" in found.evidence


def test_weak_signs_are_only_mentioned() -> None:
    code = {"/app/x.py": "x = 1"}
    before = files(Libc.GLIBC, "/app/tool")
    of = scene(before, MUSL, code=code)
    (found,) = causes(of, "getaddrinfo: odd answer")
    assert found.breakage == UNKNOWN


def test_the_first_error_of_a_build_is_the_first_cause() -> None:
    log = (
        "#7 0.2 /bin/sh: apt-get: not found\n#8 0.3 /bin/sh: curl: not found\n"
        "ERROR: process did not complete successfully: exit code: 127\n"
    )
    message = Message(channel=Channel.BUILD, text=log)
    found = diagnose([("build", message)], load().breakages)
    assert [f.breakage for f in found] == ["E01", "D09-curl"]


def test_a_wheel_that_fails_for_want_of_a_compiler_is_no_cause_of_its_own() -> None:
    log = (
        "error: command 'gcc' failed: No such file or directory\nERROR: Failed building wheel for x"
    )
    found = diagnose([("build", Message(channel=Channel.BUILD, text=log))], load().breakages)
    assert [f.breakage for f in found] == ["E07"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('printf("%ld of %#x", n, m);', UNKNOWN),
        ('strftime(text, 9, "%l:%M", now);', "B03"),
        ('FORMAT = "%^a"', "B03"),
        ("left = total %keys", UNKNOWN),
    ],
)
def test_a_format_of_printf_is_none_of_strftime(line: str, wanted: str) -> None:
    code = {"/app/x.php": f"{line}\n"}
    assert [f.breakage for f in causes(scene(GLIBC, MUSL, code=code))] == [wanted]


def test_a_test_that_hangs_on_musl_may_have_many_causes() -> None:
    of = scene(GLIBC, MUSL, code={"/app/x.py": "x = 1"}, reason="`t` hung and was killed after 9 s")
    (found,) = causes(of)
    assert found.breakage == UNKNOWN
    assert "(B02)" in found.cause


def test_one_foreign_file_is_one_cause_however_many_checks_tell_of_it() -> None:
    path = "/packages/bcrypt/_bcrypt.abi3.so"
    load_error = "Error loading shared library ld-linux-x86-64.so.2: No such file or directory"
    told = [
        ("command", Message(channel=Channel.LOG, text=f"{load_error} (needed by {path})")),
        (
            "elf",
            Message(
                channel=Channel.STATIC,
                text=f"{path} needs the library ld-linux-x86-64.so.2, which the loader does not"
                f" find.\n{path} uses functions that nothing in the image supplies: open64.",
            ),
        ),
    ]
    (found,) = diagnose(told, load().breakages)
    assert (found.breakage, found.checks) == ("H06", ("command", "elf"))
    assert load_error in found.evidence

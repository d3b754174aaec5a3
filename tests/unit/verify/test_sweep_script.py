"""The script that imports distributions, run by a real interpreter on made-up ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stepdown.verify import sweep_python

SCRIPT = Path(sweep_python.__file__)


class Site:
    """A folder of distributions, each of one or more modules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.folder.mkdir()
        self.packages: list[dict[str, object]] = []

    def add(self, name: str, *parts: str, **modules: str) -> None:
        info = self.folder / f"{name}-1.0.dist-info"
        info.mkdir()
        for module, text in modules.items():
            (self.folder / f"{module}.py").write_text(text)
        record = "".join(f"{module}.py,sha256=x,1\n" for module in modules)
        (info / "RECORD").write_text(f"{record}../../bin/{name},,\n{info.name}/RECORD,,\n")
        self.packages.append({"owner": name, "folder": str(info), "parts": parts})

    def sweep(
        self, seconds: float = 20, each: float = 10, most: int = 50
    ) -> list[dict[str, object]]:
        order = {"seconds": seconds, "each": each, "most": most, "packages": self.packages}
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps(order))
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(plan)],
            env={"PYTHONPATH": str(self.folder)},
            capture_output=True,
            check=True,
            text=True,
        )
        assert done.stderr == ""
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_module_that_loads(site: Site) -> None:
    site.add("good", good="print('noise')")
    said, end = site.sweep()
    assert (said["owner"], said["part"], said["ok"]) == ("good", "good", True)
    assert end == {"left": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ImportError('libx.so.1: cannot open')", "ImportError: libx.so.1: cannot open"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os._exit(3)", "ended the process with exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", "killed by SIGSEGV (Segmentation fault)"),
    ],
)
def test_whatever_a_module_does_the_next_one_is_tried(site: Site, text: str, said: str) -> None:
    site.add("bad", bad=text, cold="")
    bad, cold, end = site.sweep()
    assert (bad["part"], bad["ok"], bad["text"]) == ("bad", False, said)
    assert (cold["part"], cold["ok"], end) == ("cold", True, {"left": 0})


def test_the_error_behind_an_error_is_told(site: Site) -> None:
    site.add("bad", bad="try:\n  1/0\nexcept Exception as e:\n  raise ImportError('no') from e")
    assert site.sweep()[0]["text"] == "ImportError: no\nZeroDivisionError: division by zero"


def test_a_module_that_hangs_is_ended(site: Site) -> None:
    site.add("slow", slow="import time; time.sleep(60)", xfast="")
    slow, fast, _ = site.sweep(each=0.3)
    assert slow["text"] == "did not end within 0.3 seconds"
    assert fast["ok"]


def test_what_is_not_reached_is_counted(site: Site) -> None:
    site.add("slow", slow="import time; time.sleep(60)", xfast="")
    assert site.sweep(seconds=0.3) == [{"left": 2}]


def test_there_is_a_most(site: Site) -> None:
    site.add("many", a="", b="", c="")
    assert [line.get("part") for line in site.sweep(most=2)] == ["a", "b", None]
    assert site.sweep(most=2)[-1] == {"left": 1}


def test_only_an_absent_module_is_absent(site: Site) -> None:
    site.add("some", "some", "some.half", some="import nowhere_to_be_found")
    outer, inner, _ = site.sweep()
    assert (outer["absent"], inner["absent"]) == (False, False)
    site.add("other", "other.half", other="")
    assert [line["absent"] for line in site.sweep() if line.get("owner") == "other"] == [True]


def test_the_value_of_a_flag(site: Site) -> None:
    site.add("flag", "flag:fast", "flag:kind", flag="fast = True\ndef kind(): return 'c'")
    assert [line["text"] for line in site.sweep()[:2]] == ["True", "c"]


def test_the_application_itself_is_never_imported(site: Site) -> None:
    site.add("app", app="raise SystemExit")
    url = {"url": "file:///app", "dir_info": {}}
    (site.folder / "app-1.0.dist-info" / "direct_url.json").write_text(json.dumps(url))
    assert site.sweep() == [{"left": 0}]


def test_a_library_is_looked_for_by_its_name(site: Site) -> None:
    site.add("app", "library nothing_of_that_name")
    said, end = site.sweep()
    text = "find_library() did not manage to locate a library called 'nothing_of_that_name'"
    assert (said["ok"], said["text"]) == (False, text)
    assert end == {"left": 0}


def test_what_a_record_lists() -> None:
    record = [
        "../../../bin/tool",
        "google/protobuf/__init__.py",
        "google/protobuf/internal/__init__.py",
        "google/_upb/_message.abi3.so",
        "six.py",
        "_speedups.cpython-313-x86_64-linux-gnu.so",
        "numpy.libs/libscipy.so",
    ]
    expected = {"google.protobuf", "google._upb._message", "six", "_speedups"}
    assert sweep_python.modules(record) == expected

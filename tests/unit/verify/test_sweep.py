"""The sweep: what is loaded by whom, and which difference is a loss."""

import json
from dataclasses import dataclass, field

import msgspec

from fakes import FakeEngine, image
from stepdown.model.facts import Clue, Trait
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState
from stepdown.ports import ContainerSpec, Exit
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.languages import LanguagePackage
from stepdown.verify import sweep
from stepdown.verify.side import Rig, Side
from stepdown.verify.sweep_jobs import APPLICATION, jobs
from stepdown.verify.sweep_parts import Part, Swept, gone, worse
from stepdown.verify.toolbox import Toolbox

SITE = "/usr/local/lib/python3.13/site-packages"
PYTHON = "/usr/local/bin/python3.13"
CONFIG = ImageConfig(id="i", workdir="/app", env=(("PATH", "/usr/local/bin:/usr/bin"),))
SIDE = Side(role="r", image="i", config=CONFIG)


@dataclass
class Scripted(FakeEngine):
    """An engine whose containers end one after another as planned."""

    ends: list[Exit] = field(default_factory=list)

    def run(self, spec: ContainerSpec, timeout: float) -> Exit:
        self.specs.append(spec)
        return self.ends.pop(0)


def package(name: str, version: str = "1.0", site: str = SITE) -> LanguagePackage:
    path = f"{site}/{name}-{version}.dist-info/METADATA"
    return LanguagePackage(kind="pypi", name=name, version=version, path=path)


def files(*packages: LanguagePackage, programs: tuple[str, ...] = (PYTHON,)) -> RootFS:
    return msgspec.structs.replace(image(*programs), languages=packages)


def said(*lines: dict[str, object], left: int | None = 0) -> Exit:
    last: list[dict[str, object]] = [] if left is None else [{"left": left}]
    return Exit(exit_code=0, output="".join(f"{json.dumps(line)}\n" for line in [*lines, *last]))


def line(part: str, *, ok: bool = True, **more: object) -> dict[str, object]:
    return {"owner": "markupsafe", "part": part, "ok": ok, **more}


def compare(
    *ends: Exit,
    before: RootFS | None = None,
    after: RootFS | None = None,
    clues: tuple[Clue, ...] = (),
) -> CheckRun:
    """Sweep a baseline, then a candidate; the first end is the baseline's."""
    engine = Scripted(ends=list(ends))
    rig = Rig(engine=engine, toolbox=Toolbox(missing="none"), policy=Policy())
    mine = files(package("markupsafe"))
    _, known = sweep.baseline(rig, SIDE, before or mine, clues)
    run = sweep.check(rig, SIDE, after or mine, known)
    assert engine.ends == []
    return run


GOOD = said(line("markupsafe"), line("markupsafe._speedups"))
LOST = line(
    "markupsafe._speedups",
    ok=False,
    absent=True,
    text="ModuleNotFoundError: No module named 'markupsafe._speedups'",
)
BAD = said(line("markupsafe"), LOST)


class TestJobs:
    def test_a_distribution_is_loaded_by_the_python_of_its_folder(self) -> None:
        venv = package("flask", site="/opt/venv/lib/python3.13/site-packages")
        fs = files(venv, package("six"), programs=("/opt/venv/bin/python", PYTHON))
        found = {job.program: [p.name for p in job.packages] for job in jobs(fs, SIDE)}
        assert found == {"/opt/venv/bin/python": ["flask"], PYTHON: ["six"]}

    def test_elsewhere_by_the_first_on_path(self) -> None:
        fs = files(package("flask", site="/packages"), programs=("/usr/bin/python3",))
        assert [job.program for job in jobs(fs, SIDE)] == ["/usr/bin/python3"]

    def test_python_may_be_off_path(self) -> None:
        side = msgspec.structs.replace(SIDE, programs=(("python", "/opt/python"),))
        fs = files(package("flask", site="/packages"), programs=("/opt/python",))
        assert [job.program for job in jobs(fs, side)] == ["/opt/python"]

    def test_tools_and_what_they_carry_inside_are_left_out(self) -> None:
        inside = package("jaraco-text", site=f"{SITE}/setuptools/_vendor")
        assert jobs(files(package("pip"), package("setuptools"), inside), SIDE) == ()

    def test_packages_of_the_system_are_left_out(self) -> None:
        owned = package("mercurial", site="/usr/lib/python3/dist-packages")
        fs = msgspec.structs.replace(files(owned), owners={owned.path: "mercurial"})
        assert jobs(fs, SIDE) == ()

    def test_node_wants_a_package_json(self) -> None:
        assert jobs(image("/usr/bin/node"), SIDE) == ()
        (job,) = jobs(image("/usr/bin/node", "/app/package.json"), SIDE)
        assert (job.language, job.program, job.folder) == ("node", "/usr/bin/node", "/app")

    def test_the_package_json_of_what_is_started_comes_first(self) -> None:
        config = msgspec.structs.replace(CONFIG, cmd=("node", "server/src/main.js"))
        side = msgspec.structs.replace(SIDE, config=config)
        fs = image("/usr/bin/node", "/app/package.json", "/app/server/package.json")
        assert [job.folder for job in jobs(fs, side)] == ["/app/server"]


class TestCheck:
    def test_the_same_on_both_sides(self) -> None:
        run = compare(GOOD, GOOD)
        assert run.state is CheckState.PASSED
        assert run.summary == "loaded: 2 modules of 1 Python package"
        assert run.facts == (("python markupsafe 1.0", "2 of 2 load"),)

    def test_the_candidate_is_asked_for_what_loads_on_the_baseline(self) -> None:
        engine = Scripted(ends=[BAD, said(line("markupsafe"))])
        rig = Rig(engine=engine, toolbox=Toolbox(missing="none"), policy=Policy(test_timeout=5))
        fs = files(package("markupsafe"))
        _, known = sweep.baseline(rig, SIDE, fs)
        assert sweep.check(rig, SIDE, fs, known).state is CheckState.PASSED
        orders = [json.loads(spec.files[1].content) for spec in engine.specs]
        assert [order["packages"][0]["parts"] for order in orders] == [[], ["markupsafe"]]
        assert orders[0]["seconds"] == 5
        assert not any(spec.network for spec in engine.specs)

    def test_a_loss_counts_when_it_comes_out_so_twice(self) -> None:
        run = compare(GOOD, BAD, GOOD, BAD)
        assert run.state is CheckState.FAILED
        assert "markupsafe 1.0 goes on without its compiled part" in run.summary
        channels = [message.channel for message in run.messages]
        assert channels == [Channel.LOG, Channel.STATIC]
        assert run.messages[0].text == LOST["text"]

    def test_a_loss_that_goes_away_is_none(self) -> None:
        assert compare(GOOD, BAD, GOOD, GOOD).state is CheckState.PASSED

    def test_a_loss_that_the_baseline_has_too_is_none(self) -> None:
        assert compare(GOOD, BAD, BAD, BAD).state is CheckState.PASSED

    def test_a_changed_flag_is_a_loss(self) -> None:
        fast, slow = (said(line("yaml:fast", text=text)) for text in ("True", "False"))
        run = compare(fast, slow, fast, slow)
        assert run.state is CheckState.FAILED
        assert "yaml:fast is False, and was True" in run.messages[0].text

    def test_a_package_that_is_not_installed_is_only_told(self) -> None:
        run = compare(GOOD, after=files())
        assert run.state is CheckState.PASSED
        assert "no longer installed: markupsafe" in run.summary

    def test_another_version_may_have_other_parts(self) -> None:
        run = compare(GOOD, BAD, after=files(package("markupsafe", "2.0")))
        assert run.state is CheckState.PASSED

    def test_an_installed_package_without_interpreter_is_a_loss(self) -> None:
        after = files(package("markupsafe"), programs=())
        run = compare(GOOD, GOOD, after=after)
        assert run.state is CheckState.FAILED
        assert "nothing in the image could load it" in run.summary

    def test_an_interpreter_that_does_not_start_is_a_loss(self) -> None:
        refused = Exit(exit_code=127, output="", refused="exec: no such file")
        run = compare(GOOD, refused, GOOD, refused)
        assert run.state is CheckState.FAILED
        assert run.messages[0].channel is Channel.DAEMON

    def test_what_was_not_reached_is_no_loss_and_told(self) -> None:
        run = compare(GOOD, said(line("markupsafe"), left=1))
        assert run.state is CheckState.PASSED
        assert "1 more were not reached in time" in run.summary

    def test_a_sweep_that_reached_nothing_is_no_evidence(self) -> None:
        killed = msgspec.structs.replace(said(left=None), timed_out=True)
        run = compare(GOOD, killed)
        assert run.state is CheckState.BROKEN
        assert run.summary == "nothing was loaded on the candidate; 1 more were not reached in time"

    def test_a_container_that_had_to_be_killed_reached_not_all(self) -> None:
        killed = msgspec.structs.replace(said(line("markupsafe"), left=None), timed_out=True)
        assert compare(GOOD, killed).state is CheckState.PASSED

    def test_nothing_to_load(self) -> None:
        assert compare(before=files(), after=files()).state is CheckState.ABSENT
        assert compare(said(line("x", ok=False))).state is CheckState.ABSENT


def addon(path: str, *, ok: bool = True, owner: str = "bcrypt") -> Part:
    return Part(language="node", owner=owner, part=f"addon {path}", ok=ok, version="1.0")


class TestAddons:
    def test_one_build_of_several_is_enough(self) -> None:
        old = Swept(parts=(addon("/a/x.glibc.node"), addon("/a/x.musl.node", ok=False)))
        new = Swept(parts=(addon("/a/x.glibc.node", ok=False), addon("/a/x.musl.node")))
        assert worse(old.loaded, new, {("node", "bcrypt"): frozenset({"1.0"})}) == {}

    def test_no_build_that_loads_is_a_loss(self) -> None:
        old = Swept(parts=(addon("/a/x.glibc.node"),))
        new = Swept(parts=(addon("/a/x.glibc.node", ok=False),))
        assert worse(old.loaded, new, {})

    def test_one_that_was_not_made_is_a_loss_where_its_package_is_there(self) -> None:
        old = Swept(parts=(addon("/a/x.node"),))
        assert worse(old.loaded, Swept(), {("node", "bcrypt"): frozenset({"1.0"})})
        assert worse(old.loaded, Swept(), {}) == {}
        assert gone(old.loaded, Swept()) == ["bcrypt"]


def asks(trait: Trait, subject: str) -> Clue:
    return Clue(trait=trait, subject=subject, file="app.py", line=1, detail="", language="python")


def own(part: str, *, ok: bool = True, **more: object) -> dict[str, object]:
    return {"owner": APPLICATION, "part": part, "ok": ok, **more}


class TestApplication:
    CLUES = (
        asks(Trait.MODULE, "dbm.gnu"),
        asks(Trait.MODULE, "json"),
        asks(Trait.MODULE, "flask"),
        asks(Trait.FIND_LIBRARY, "c"),
    )

    def test_optional_modules_and_libraries_are_asked_for(self) -> None:
        (job,) = jobs(files(), SIDE, self.CLUES)
        assert (job.program, job.packages[0].name) == ("", APPLICATION)
        assert job.packages[0].parts == ("dbm.gnu", "library c")
        python = files(programs=("/usr/local/bin/python3",))
        (job,) = jobs(python, SIDE, self.CLUES)
        assert job.program == "/usr/local/bin/python3"
        assert jobs(python, SIDE, (asks(Trait.MODULE, "json"),)) == ()

    def test_a_package_of_debians_own_is_asked_for(self) -> None:
        there = files(programs=("/usr/bin/python3", "/usr/lib/python3/dist-packages/apt_pkg.py"))
        (job,) = jobs(there, SIDE, (asks(Trait.MODULE, "apt_pkg.x"), asks(Trait.MODULE, "json")))
        assert job.packages[0].parts == ("apt_pkg",)

    def test_the_python_that_is_started_loads_them(self) -> None:
        config = msgspec.structs.replace(CONFIG, cmd=("/venv/bin/python", "a.py"))
        venv = files(programs=("/venv/bin/python", "/usr/local/bin/python3"))
        (job,) = jobs(venv, msgspec.structs.replace(SIDE, config=config), self.CLUES)
        assert job.program == "/venv/bin/python"

    def test_what_is_lost_is_a_loss_whatever_is_installed(self) -> None:
        python = files(programs=("/usr/local/bin/python3",))
        missing = own("dbm.gnu", ok=False, text="No module named '_gdbm'", absent=True)
        found = own("library c", ok=False, text="find_library() did not manage")
        before, after = said(own("dbm.gnu"), own("library c")), said(missing, found)
        run = compare(before, after, before, after, before=python, after=python, clues=self.CLUES)
        assert run.state is CheckState.FAILED
        assert run.summary.startswith("dbm.gnu of the application does not load any more: No mod")
        assert [m.channel for m in run.messages] == [Channel.LOG, Channel.LOG]

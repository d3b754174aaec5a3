"""The probe: what an environment gives, and which difference breaks an application."""

from dataclasses import replace

import msgspec
import pytest

from fakes import FakeContainer, FakeEngine, image
from stepdown.model.facts import Clue, Need, Trait, Use
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Verdict
from stepdown.ports import ContainerState, Exit, HttpAnswer
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.passwd import User
from stepdown.rootfs.tar import EntryType
from stepdown.verify import (
    judge,
    probe,
    probe_files,
    probe_inside,
    probe_lost,
    probe_start,
    probe_use,
)
from stepdown.verify.compare import differences
from stepdown.verify.probe import Beside
from stepdown.verify.probe_image import Image
from stepdown.verify.probe_rules import Wishes, broken
from stepdown.verify.probe_start import Condition
from stepdown.verify.probe_use import Used
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import Toolbox

BERLIN = "/usr/share/zoneinfo/Europe/Berlin"
GERMAN = "/usr/lib/locale/de_DE.utf8"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
CODE = Clue(
    trait=Trait.ZONE, subject="Europe/Berlin", file="clock.py", line=3, detail="", language="python"
)


def side(*paths: str, cmd: str = "server", user: str = "", **env: str) -> Image:
    config = ImageConfig(id="i", cmd=(cmd,), user=user, env=tuple(env.items()))
    entries = {
        path: msgspec.structs.replace(entry, size=1)
        for path, entry in image(*paths).entries.items()
    }
    fs = msgspec.structs.replace(image(), entries=entries)
    return Image(fs=fs, config=config, env=env, read=lambda _: b"")


class TestRules:
    def test_a_zone_that_the_image_names(self) -> None:
        (said,) = broken(side(BERLIN, TZ="Europe/Berlin"), side(TZ="Europe/Berlin"), Wishes())
        assert said.startswith(f"TZ is Europe/Berlin, and the candidate has no {BERLIN}")

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (side(BERLIN), side()),
            (side(BERLIN, TZ="UTC"), side(TZ="UTC")),
            (side(TZ="Europe/Berlin"), side(TZ="Europe/Berlin")),
            (side(BERLIN, TZ="Europe/Berlin"), side(BERLIN, TZ="Europe/Berlin")),
            (side(BERLIN, TZ="Europe/Berlin"), side(TZ="Europe/Berlin", cmd="/usr/bin/node")),
        ],
        ids=["nobody asks", "UTC", "never had it", "has it", "node carries its own"],
    )
    def test_no_alarm(self, before: Image, after: Image) -> None:
        assert broken(before, after, Wishes()) == ()

    @pytest.mark.parametrize(
        ("cmd", "sure", "alarm"),
        [("server", True, True), ("server", False, False), ("/usr/bin/node", True, False)],
    )
    def test_a_zone_that_another_file_sets(self, cmd: str, *, sure: bool, alarm: bool) -> None:
        use = Use(
            need=Need.VARIABLE, value="TZ=Europe/Berlin", file="compose.yaml", line=5,
            where="environment of service web", quote="x", sure=sure,
        )  # fmt: skip
        said = broken(side(BERLIN, cmd=cmd), side(cmd=cmd), Wishes(uses=(use,)))
        assert bool(said) is alarm
        if said:
            assert said[0].startswith(
                "compose.yaml:5 sets TZ for environment of service web: its TZ is Europe/Berlin,"
                f" and the candidate has no {BERLIN}, so that its local time is UTC"
            )

    @pytest.mark.parametrize(
        ("line", "alarm"),
        [("sort names", True), ("cat x | sort", True), ("sort -n x", False), ("cat x", False)],
    )
    def test_a_command_sorts_by_the_rules_of_the_language(self, line: str, *, alarm: bool) -> None:
        english = "/usr/lib/locale/en_US.utf8"
        before, after = side(english, LANG="en_US.UTF-8"), side("/a.sh", LANG="en_US.UTF-8")
        call = msgspec.structs.replace(
            CODE, trait=Trait.CALL, subject=line, file="a.sh", language="python"
        )
        assert bool(broken(before, after, Wishes(clues=(call,)))) is alarm

    def test_a_zone_that_etc_localtime_names(self) -> None:
        before, after = side(BERLIN), side()
        entries = {
            **before.fs.entries,
            "/etc/localtime": Entry(type=EntryType.SYMLINK, link=BERLIN),
        }
        linked = replace(before, fs=msgspec.structs.replace(before.fs, entries=entries))
        assert broken(linked, after, Wishes())

    def test_a_zone_that_the_code_names(self) -> None:
        wishes = Wishes(language="python", clues=(CODE,))
        (said,) = broken(side(BERLIN), side("/app/clock.py"), wishes)
        assert "clock.py:3" in said
        assert broken(side(BERLIN), side(), wishes) == ()
        tests = msgspec.structs.replace(CODE, file="tests/clock.py")
        there = side("/app/tests/clock.py")
        assert broken(side(BERLIN), there, Wishes(language="python", clues=(tests,))) == ()

    def test_a_repository_of_javascript_whose_image_starts_python(self) -> None:
        after = side(TZ="Europe/Berlin", cmd="python3")
        before = side(BERLIN, TZ="Europe/Berlin")
        assert broken(before, after, Wishes(language="node"))
        assert broken(before, side(TZ="Europe/Berlin", cmd="/start"), Wishes(language="node")) == ()

    def test_a_locale_with_rules_of_its_own(self) -> None:
        before, after = side(GERMAN, LANG="de_DE.UTF-8"), side(LANG="de_DE.UTF-8")
        (said,) = broken(before, after, Wishes())
        assert "LANG asks for the locale de_DE.UTF-8, and the candidate does not have it" in said
        assert broken(side(LANG="de_DE.UTF-8"), after, Wishes()) == ()

    def test_english_and_c_are_no_alarm(self) -> None:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            paths = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/en_US.utf8")
            assert broken(side(*paths, LANG=name), side(LANG=name), Wishes()) == ()

    def test_an_archive_of_locales_is_looked_into(self) -> None:
        archive = side("/usr/lib/locale/locale-archive", LANG="de_DE.UTF-8")
        after = side(LANG="de_DE.UTF-8")
        assert broken(archive, after, Wishes()) == ()
        assert broken(replace(archive, read=lambda _: b"..de_DE.utf8.."), after, Wishes())

    def test_certificates_that_the_dockerfile_installs(self) -> None:
        wishes = Wishes(dockerfile="FROM x\nRUN apt-get install ca-certificates\n")
        (said,) = broken(side(BUNDLE), side(), wishes)
        assert "the candidate has no TLS roots" in said
        assert broken(side(BUNDLE), side(BUNDLE), wishes) == ()
        assert broken(side(BUNDLE), side(), Wishes(dockerfile="# ca-certificates\n")) == ()
        assert broken(side(BUNDLE), side(cmd="node"), wishes) == ()

    def test_certificates_that_a_variable_names(self) -> None:
        before = side(BUNDLE, NODE_EXTRA_CA_CERTS=BUNDLE)
        after = side(cmd="node", NODE_EXTRA_CA_CERTS=BUNDLE)
        (said,) = broken(before, after, Wishes(language="node"))
        assert "the candidate has no TLS roots" in said


class TestFiles:
    def test_the_user(self) -> None:
        fs = msgspec.structs.replace(image(), users=(User(name="app", uid=7, gid=7),))
        for name, shown in (("app", "7 (app)"), ("7:9", "7 (app)"), ("8", "8, not in /etc/passwd")):
            assert probe_files.user(fs, ImageConfig(id="i", user=name)) == shown
        assert probe_files.uid(fs, ImageConfig(id="i", user="nobody")) is None
        assert probe_files.uid(fs, ImageConfig(id="i")) == 0

    def test_an_empty_bundle_is_none(self) -> None:
        assert probe_files.roots(image(BUNDLE)) == ""
        assert probe_files.roots(side(BUNDLE).fs) == BUNDLE


def rig(engine: FakeEngine, *, toolbox: bool = True) -> Rig:
    tools = Toolbox(busybox=b"elf") if toolbox else Toolbox(missing="no busybox")
    return Rig(engine=engine, toolbox=tools, policy=Policy())


SIDE = Side(role="r", image="i", config=ImageConfig(id="i"))
WEB = Endpoints(port=80, paths=("/",))
GOOD = HttpAnswer(status=200, headers=(), body=b"")


class TestInside:
    def test_what_the_toolbox_says(self) -> None:
        engine = FakeEngine(end=Exit(exit_code=0, output="/tmp\twritable\nHOME\t/root\nend\t\n"))
        assert probe_inside.facts(rig(engine), SIDE) == (("/tmp", "writable"), ("HOME", "/root"))

    @pytest.mark.parametrize("toolbox", [True, False])
    def test_what_is_not_known_is_said(self, toolbox: bool) -> None:  # noqa: FBT001
        end = Exit(exit_code=1, output="/tmp\twritable\n")
        ((name, value),) = probe_inside.facts(rig(FakeEngine(end=end), toolbox=toolbox), SIDE)
        assert name == "inside"
        assert value.startswith("unknown: ")


def started(container: FakeContainer, *, answers: bool = True) -> bool:
    engine = FakeEngine(container=container)
    (one,) = probe_start.start(rig(engine), SIDE, WEB, (Condition.READ_ONLY,), answers=answers)
    return one.works


class TestStarts:
    def test_low_ports_only_where_there_are_any(self) -> None:
        high = Endpoints(port=8080, paths=("/",))
        assert Condition.LOW_PORT not in probe_start.conditions(high, ("8080/tcp",))
        assert Condition.LOW_PORT in probe_start.conditions(high, ("443/tcp",))
        assert Condition.LOW_PORT in probe_start.conditions(WEB, ())

    def test_each_condition_is_one_setting(self) -> None:
        engine = FakeEngine(container=FakeContainer(answers=lambda _: GOOD))
        probe_start.start(rig(engine), SIDE, WEB, tuple(Condition), answers=True)
        read_only, user, port = engine.specs
        assert (read_only.read_only, read_only.user, read_only.files) == (True, "", ())
        assert (user.read_only, user.user) == (False, "1000650000:0")
        assert port.sysctls == (("net.ipv4.ip_unprivileged_port_start", "1024"),)

    def test_an_answer_is_what_counts(self) -> None:
        assert started(FakeContainer(answers=lambda _: GOOD))
        ended = FakeContainer(states=[ContainerState(running=False, exit_code=0)])
        assert not started(ended)
        assert not started(FakeContainer(refusal="no"))

    def test_a_job_has_to_end_well(self) -> None:
        for code in (0, 1):
            ended = FakeContainer(states=[ContainerState(running=False, exit_code=code)])
            assert started(ended, answers=False) is (code == 0)


def compared(before: FakeContainer, after: FakeContainer, fs: RootFS | None = None) -> CheckRun:
    """Probe a baseline and a candidate, both on a low port."""
    asked = probe.Asked(endpoints=WEB, answers=True, wishes=Wishes())
    here = fs or image()
    old, new = (rig(FakeEngine(container=one), toolbox=False) for one in (before, after))
    _, known = probe.baseline(old, SIDE, here, asked, Beside)
    mine = probe.look(new, SIDE, image(), Beside())
    return probe.check(new, SIDE, asked, known, mine, probe.missing(asked, known, mine))


class TestCheck:
    def test_a_low_port_that_is_refused_breaks_it(self) -> None:
        refused = ContainerState(running=False, exit_code=1)
        run = compared(
            FakeContainer(answers=lambda _: GOOD),
            FakeContainer(states=[refused], text="listen EACCES: permission denied"),
        )
        assert run.state is CheckState.FAILED
        assert "it binds port 80, for which some engines want root" in run.summary
        log, told = run.messages
        assert (log.channel, log.text[:13]) == (Channel.LOG, "listen EACCES")
        assert (told.channel, told.text) == (Channel.STATIC, run.summary)

    def test_what_the_baseline_cannot_is_not_asked_for(self) -> None:
        dead = FakeContainer(states=[ContainerState(running=False, exit_code=1)])
        assert compared(dead, dead).state is CheckState.PASSED

    def test_differences_are_told_and_break_nothing(self) -> None:
        web = FakeContainer(answers=lambda _: GOOD)
        run = compared(web, web, image(BERLIN))
        assert run.state is CheckState.PASSED
        assert "time zones: found before, none now" in run.summary
        assert dict(run.facts)["time zones"] == "none"
        assert dict(run.facts)["read-only root"] == "works"


CHANGED = (
    "/.stepdown/busybox", "/app/__pycache__/x.pyc", "/etc/hosts", "/tmp/cache/page",
)  # fmt: skip
LOOKED = (
    "/app/server\n"
    "7f00-7f01 r-xp 00000000 00:1 5   /usr/lib/liblz4.so.1.10.0\n"
    "7f01-7f02 r--p 00000000 00:1 5   /usr/lib/liblz4.so.1.10.0\n7f03-7f04 rw-p 0 00:0 0 [heap]\n"
)


class TestUse:
    def test_what_is_found_in_a_container(self) -> None:
        container = FakeContainer(answers=lambda _: GOOD, changes=CHANGED, said=LOOKED)
        used = probe_use.look(rig(FakeEngine()), container)
        assert used.written == ("/tmp/cache/page",)
        assert used.libraries == ("/usr/lib/liblz4.so.1.10.0",)
        assert used.program == "/app/server"

    def test_what_a_job_wrote_is_seen_after_its_end(self) -> None:
        ended = ContainerState(running=False, exit_code=0)
        container = FakeContainer(states=[ended], changes=CHANGED, said=LOOKED)
        used = probe_use.look(rig(FakeEngine()), container)
        assert used == Used(written=("/tmp/cache/page",))

    def test_the_toolbox_comes_when_the_application_has_answered(self) -> None:
        container = FakeContainer(said=LOOKED)
        assert probe_use.look(rig(FakeEngine()), container).libraries
        assert list(container.files) == ["/.stepdown/busybox"]

    def test_without_a_toolbox_nothing_is_looked_at(self) -> None:
        container = FakeContainer(said=LOOKED)
        assert probe_use.look(rig(FakeEngine(), toolbox=False), container) == Used()
        assert container.files == {}


class TestBeside:
    TOLD = "/tmp\twritable\nend\t\n"

    def test_what_an_application_finds_around_it(self) -> None:
        seen = probe.beside(rig(FakeEngine()), FakeContainer(said=self.TOLD), used=False)
        assert seen == Beside(facts=(("/tmp", "writable"),))

    def test_an_application_that_has_ended_is_not_asked(self) -> None:
        ended = FakeContainer(states=[ContainerState(running=False, exit_code=0)], said=self.TOLD)
        assert probe.beside(rig(FakeEngine()), ended, used=False) == Beside()
        assert probe.beside(rig(FakeEngine()), FakeContainer(refusal="no"), used=True) == Beside()

    def test_what_was_seen_needs_no_container_of_its_own(self) -> None:
        asked = probe.Asked(endpoints=WEB, answers=True, wishes=Wishes())
        engine = FakeEngine(container=FakeContainer(answers=lambda _: GOOD))
        seen = Beside(facts=(("/tmp", "writable"),))
        run, _ = probe.baseline(rig(engine), SIDE, image(), asked, lambda: seen)
        assert dict(run.facts)["/tmp"] == "writable"
        assert {spec.role for spec in engine.specs} == {
            "r-read-only",
            "r-random-user",
            "r-low-port",
        }

    def test_what_was_not_seen_is_asked_in_a_container_of_its_own(self) -> None:
        asked = probe.Asked(endpoints=WEB, answers=True, wishes=Wishes())
        engine = FakeEngine(container=FakeContainer(answers=lambda _: GOOD))
        probe.baseline(rig(engine), SIDE, image(), asked, Beside)
        assert engine.specs[-1].role == "r-probe"

    def test_a_folder_that_is_gone(self) -> None:
        used = Used(written=("/tmp/cache/page",))
        (said,) = probe_lost.lost(side("/tmp/x"), side(), used)
        assert "open /tmp/cache/page: no such file" in said

    @pytest.mark.parametrize(
        ("user", "mode", "owner", "fails"),
        [
            ("", 0o755, 0, False),
            ("65532", 0o755, 0, True),
            ("65532", 0o1777, 0, False),
            ("65532", 0o755, 65532, False),
            ("65532:9", 0o775, 0, True),
            ("65532", 0o775, 0, False),
        ],
    )
    def test_a_folder_that_the_user_may_not_write(
        self,
        user: str,
        mode: int,
        owner: int,
        fails: bool,  # noqa: FBT001
    ) -> None:
        before, after = side("/app/x"), side("/app/x", user=user)
        folder = Entry(type=EntryType.DIRECTORY, mode=mode, uid=owner)
        entries = {**after.fs.entries, "/app": folder}
        candidate = replace(after, fs=msgspec.structs.replace(after.fs, entries=entries))
        said = probe_lost.lost(before, candidate, Used(written=("/app/cache.json",)))
        assert bool(said) is fails

    @pytest.mark.parametrize(
        ("mode", "folder", "fails"),
        [(0o644, 0o755, True), (0o666, 0o755, False), (0o644, 0o777, False)],
    )
    def test_a_file_of_the_image_that_is_written_anew(
        self,
        mode: int,
        folder: int,
        fails: bool,  # noqa: FBT001
    ) -> None:
        before, after = side("/app/x"), side("/app/x", user="65532")
        entries = {
            **after.fs.entries,
            "/app": Entry(type=EntryType.DIRECTORY, mode=folder),
            "/app/x": Entry(type=EntryType.FILE, mode=mode),
        }
        candidate = replace(after, fs=msgspec.structs.replace(after.fs, entries=entries))
        said = probe_lost.lost(before, candidate, Used(written=("/app/x",)))
        assert bool(said) is fails

    def test_what_is_written_at_home_says_nothing(self) -> None:
        before, after = side("/app/x", "/tmp/x"), side(user="65532")
        used = Used(written=("/root/.cache/y", "/home/app/z"))
        assert probe_lost.lost(before, after, used) == ()

    @pytest.mark.parametrize(("owner", "told"), [({"/usr/sbin/nginx": "nginx"}, 0), ({}, 1)])
    def test_a_server_of_the_base_has_a_place_of_its_own(
        self, owner: dict[str, str], told: int
    ) -> None:
        before, after = side("/usr/sbin/nginx", "/var/lib/nginx/x"), side("/etc/x")
        before = replace(before, fs=msgspec.structs.replace(before.fs, owners=owner))
        used = Used(written=("/var/lib/nginx/body",), program="/usr/sbin/nginx")
        assert len(probe_lost.lost(before, after, used)) == told


@pytest.mark.parametrize("check", ["probe", "sweep"])
def test_facts_of_checks_that_compare_themselves_are_not_compared_again(check: str) -> None:
    before, after = (
        CheckRun(check=check, state=CheckState.PASSED, summary="", facts=(("x", value),))
        for value in ("1", "2")
    )
    assert differences((before,), (after,)) == ()
    failed = msgspec.structs.replace(after, state=CheckState.FAILED, summary="gone")
    found = differences((before,), (failed,))
    assert [difference.reason for difference in found] == ["gone"]
    assert judge.candidate((before,), (failed,), found, (), ())[0] is Verdict.REGRESSION

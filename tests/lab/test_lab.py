"""The lab's own machinery, without an engine: order, freshness, recovery, and the file formats."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import struct
import subprocess
import sys
import tarfile
import threading
import zlib
from pathlib import Path

import pytest
from lab.graph import Graph, Task, closure
from lab.place import Lab
from lab.recipe import Recipe, Workshop
from lab.step import LabError, Step

from lab import apkdb, apkfile, apkpack, java, plan, process, qcow2


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = Lab(tmp_path / "lab")
    made.prepare()
    return made


def quiet(_: str) -> None:
    """Say nothing."""


class TestGraph:
    def test_a_task_runs_after_what_it_needs(self) -> None:
        order: list[str] = []

        def task(name: str, *needs: str) -> Task:
            return Task(name, lambda: order.append(name), needs)

        Graph([task("c", "a", "b"), task("b", "a"), task("a")], quiet).run(3)
        assert order == ["a", "b", "c"]

    def test_independent_tasks_run_at_the_same_time(self) -> None:
        meeting = threading.Barrier(2, timeout=10)
        tasks = [Task(name, lambda: str(meeting.wait())) for name in "ab"]
        Graph(tasks, quiet).run(2)

    def test_nothing_starts_after_a_failure(self) -> None:
        ran: list[str] = []

        def fail() -> str:
            raise LabError("no such package")

        tasks = [Task("a", fail), Task("b", lambda: ran.append("b"), ("a",))]
        with pytest.raises(LabError, match="a: no such package"):
            Graph(tasks, quiet).run(2)
        assert not ran

    def test_a_circle_is_an_error(self) -> None:
        tasks = [Task("a", lambda: None, ("b",)), Task("b", lambda: None, ("a",))]
        with pytest.raises(LabError, match="wait for each other"):
            Graph(tasks, quiet).run(1)

    def test_closure_keeps_the_order_of_the_list(self) -> None:
        tasks = [Task("a", lambda: None), Task("x", lambda: None), Task("b", lambda: None, ("a",))]
        assert [task.name for task in closure(tasks, {"b"})] == ["a", "b"]


class TestBrowser:
    @pytest.mark.parametrize("what", [[], ["all"], ["engine", "browser"]])
    def test_it_comes_with_all_that_the_tests_need(self, what: list[str]) -> None:
        assert plan.wants_browser(what)

    @pytest.mark.parametrize("what", [["demo"], ["engine"], ["node"]])
    def test_the_demonstration_does_not_bring_it(self, what: list[str]) -> None:
        assert not plan.wants_browser(what)

    def test_one_that_is_there_is_used(self, lab: Lab, tmp_path: Path) -> None:
        program = tmp_path / "bin/chromium"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        code = "from lab import browser; print(browser.find()); print(browser.ensure(None))"
        done = subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={"PATH": str(program.parent), "PYTHONPATH": str(Path(__file__).parent)},
        )
        assert done.stdout == f"{program}\nNone\n"


class TestRecipe:
    def recipe(self, facts: str = "", *, fails: bool = False) -> Recipe:
        def make(step: Step, _: list[str]) -> str:
            (step.scratch / "file").write_text(facts)
            if fails:
                raise LabError("killed in the middle")
            return "made"

        return Recipe("thing", make, ("lab/place.py",), facts=lambda: facts)

    def make(self, lab: Lab, recipe: Recipe) -> str | None:
        return Workshop(lab, [recipe], {}, ours=True).make(recipe)

    def test_it_is_made_once(self, lab: Lab) -> None:
        assert self.make(lab, self.recipe()) == "made"
        assert self.make(lab, self.recipe()) is None

    def test_a_change_makes_it_again(self, lab: Lab) -> None:
        self.make(lab, self.recipe("old"))
        assert self.make(lab, self.recipe("new")) == "made"
        assert (lab.results / "thing/file").read_text() == "new"

    def test_a_change_of_what_it_needs_makes_it_again(self, lab: Lab) -> None:
        def pair(facts: str) -> list[Recipe]:
            return [self.recipe(facts), Recipe("other", lambda *_: "", (), ("thing",))]

        keys = [
            Workshop(lab, known, {}, ours=True).key(known[1]) for known in map(pair, ("old", "new"))
        ]
        assert keys[0] != keys[1]

    def test_what_was_left_unfinished_is_made_again(self, lab: Lab) -> None:
        with pytest.raises(LabError):
            self.make(lab, self.recipe(fails=True))
        assert not (lab.results / "thing").exists()
        assert self.make(lab, self.recipe()) == "made"

    def test_a_deleted_result_is_made_again(self, lab: Lab) -> None:
        self.make(lab, self.recipe())
        (lab.results / "thing/file").unlink()
        (lab.results / "thing").rmdir()
        assert self.make(lab, self.recipe()) == "made"


class TestProcess:
    def test_a_process_outlives_its_parent_and_is_ended_by_its_record(self, tmp_path: Path) -> None:
        record = tmp_path / "sleep.process"
        code = (
            "import sys; from pathlib import Path; from lab import process; "
            "process.start(Path(sys.argv[1]), ['sleep', '60'], Path(sys.argv[2]))"
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        command = [sys.executable, "-c", code, str(record), str(tmp_path / "log")]
        subprocess.run(command, check=True, env=environment)
        assert process.alive(record)
        assert process.stop(record)
        assert not process.alive(record)
        assert not process.stop(record)

    def test_a_number_that_another_process_has_now_is_left_alone(self, tmp_path: Path) -> None:
        record = tmp_path / "other.process"
        record.write_text(f'{{"pid": {os.getpid()}, "began": "1", "boot": "other"}}')
        assert not process.stop(record)


class TestQcow2:
    def test_plain_compressed_and_empty_clusters(self, tmp_path: Path) -> None:
        cluster = 1 << 16
        squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        packed = squeezed.compress(b"B" * cluster) + squeezed.flush()
        header = qcow2.HEADER.pack(b"QFI\xfb", 3, 0, 0, 16, 3 * cluster, 0, 1, cluster)
        tables = [2 * cluster, 3 * cluster, (1 << 62) | (4 * cluster)]
        disk = bytearray(5 * cluster)
        disk[: len(header)] = header
        disk[cluster : cluster + 8] = tables[0].to_bytes(8, "big")
        for number, entry in enumerate(tables[1:]):
            place = 2 * cluster + 8 * number
            disk[place : place + 8] = entry.to_bytes(8, "big")
        disk[3 * cluster : 4 * cluster] = b"A" * cluster
        disk[4 * cluster : 4 * cluster + len(packed)] = packed
        (tmp_path / "disk").write_bytes(disk)
        qcow2.to_raw(tmp_path / "disk", tmp_path / "raw")
        assert (tmp_path / "raw").read_bytes() == b"A" * cluster + b"B" * cluster + bytes(cluster)

    def test_another_format_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "disk").write_bytes(bytes(100))
        with pytest.raises(LabError, match="not a plain qcow2"):
            qcow2.to_raw(tmp_path / "disk", tmp_path / "raw")


class TestApk:
    def test_a_package_is_two_archives_that_know_each_other(self, tmp_path: Path) -> None:
        entries = [
            apkfile.Entry("etc", tarfile.DIRTYPE, b"", 0o755),
            apkfile.Entry("etc/a", tarfile.REGTYPE, b"text", 0o644),
            apkfile.Entry("etc/b", tarfile.SYMTYPE, b"a", 0o777),
        ]
        package = apkfile.Package({"P": "thing", "V": "1-r0", "D": "so:libc.so.1"}, entries)
        paragraph = apkfile.write(package, tmp_path)
        content = (tmp_path / "thing-1-r0.apk").read_bytes()
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as archive:
            names = archive.getnames()
            checksums = [member.pax_headers for member in archive if member.name.startswith("etc/")]
        assert names == [".PKGINFO", "etc", "etc/a", "etc/b"]
        assert all("APK-TOOLS.checksum.SHA1" in headers for headers in checksums)
        assert paragraph.startswith("C:Q1")
        assert "D:so:libc.so.1\n" in paragraph

    def test_an_installed_package_comes_back_with_changed_files_restored(
        self, tmp_path: Path
    ) -> None:
        database = tmp_path / apkdb.DATABASE
        database.mkdir(parents=True)
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/same").write_text("same")
        (tmp_path / "etc/changed").write_text("changed")
        (tmp_path / "etc/lost").write_text("lost")
        checksums = {name: apkfile.q1(name.encode()) for name in ("same", "original", "gone")}
        (database / "installed").write_text(
            "C:Q1x=\nP:thing\nV:1-r0\nF:etc\n"
            f"R:same\na:0:0:600\nZ:{checksums['same']}\n"
            f"R:changed\nZ:{checksums['original']}\nR:lost\nZ:{checksums['gone']}\n\n"
        )
        (database / "triggers").write_text("Q1x= /usr/lib\n")
        with tarfile.open(database / "scripts.tar.gz", "w:gz"):
            pass
        found = list(apkdb.packages(tmp_path, lambda *_: iter([b"guess", b"original"])))
        [(package, changed)] = found
        entries = {entry.path: (entry.content, entry.mode) for entry in package.entries}
        assert entries["etc/same"] == (b"same", 0o600)
        assert entries["etc/changed"] == (b"original", 0o644)
        assert changed == ["etc/lost"]
        assert package.triggers == ["/usr/lib"]

    def test_names_of_bundled_libraries(self) -> None:
        assert apkpack.BUNDLED.sub(r"\1\2", "libpq-30a40521.so.5.17") == "libpq.so.5.17"
        assert apkpack.short_name("libpq.so.5.17") == "libpq.so.5"
        assert apkpack.short_name("libgcc_s.so.1") == "libgcc_s.so.1"


class TestJava:
    def test_a_key_store_has_every_authority_and_the_digest_of_its_format(
        self, tmp_path: Path
    ) -> None:
        pem = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
        for name, content in (("One", b"first"), ("Two", b"second")):
            text = base64.b64encode(content).decode()
            (tmp_path / f"{name}.crt").write_text(pem.format(text))
        (tmp_path / "None.crt").write_text("not a certificate")
        store = java.store(tmp_path)
        body, digest = store[:-20], store[-20:]
        assert struct.unpack(">III", body[:12]) == (0xFEEDFEED, 2, 2)
        for alias, certificate in ((b"one", b"first"), (b"two", b"second")):
            assert struct.pack(">H", len(alias)) + alias in body
            assert struct.pack(">I", len(certificate)) + certificate in body
        salted = "changeit".encode("utf-16-be") + b"Mighty Aphrodite" + body
        assert digest == hashlib.sha1(salted, usedforsecurity=False).digest()

    def test_a_java_home_is_whole_by_itself(self, tmp_path: Path) -> None:
        root, home = tmp_path / "root", tmp_path / "root" / java.HOME
        (root / "etc/java").mkdir(parents=True)
        (root / "etc/java/net.properties").write_text("settings")
        for folder in ("conf", "bin", "jmods"):
            (home / folder).mkdir(parents=True)
        (home / "bin/java").write_text("program")
        (home / "conf/net.properties").symlink_to("/etc/java/net.properties")
        (home / "conf/gone").symlink_to("/etc/java/gone")
        (home / "bin/again").symlink_to("java")
        java.home(root, tmp_path / "jre", jmods=False)
        assert (tmp_path / "jre/conf/net.properties").read_text() == "settings"
        assert not (tmp_path / "jre/conf/net.properties").is_symlink()
        assert not (tmp_path / "jre/conf/gone").is_symlink()
        assert (tmp_path / "jre/bin/again").is_symlink()
        assert not (tmp_path / "jre/jmods").exists()


class TestPlan:
    def test_the_demonstration_makes_no_image_of_the_other_examples(self, lab: Lab) -> None:
        known = plan.recipes(lab)
        names = {recipe.name for recipe in known}
        needs = {one.name: tuple(need for need in one.needs if need in names) for one in known}
        tasks = [Task(name, lambda: None, needs[name]) for name in needs]
        wanted = {task.name for task in closure(tasks, plan.names(known, ["demo"]))}
        extra = {"java", "bun-glibc", "bun-musl", "nginx-package", "temurin-jdk", "nginx"}
        assert extra <= names
        assert not wanted & extra

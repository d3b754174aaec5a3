"""What an image holds on top of its base."""

from collections.abc import Mapping

from rootfs_samples import GLIBC, GLIBC_LOADER, Content, Link, Node, library, program, root
from stepdown.model.facts import Carried, CarriedKind
from stepdown.rootfs.above import above

FOLDER = Node(content=None, mode=0o755)
BASE: dict[str, Content] = {
    **GLIBC,
    "/usr/local/lib/python3.13": FOLDER,
    "/usr/local/lib/python3.13/os.py": "",
    "/usr/local/bin": FOLDER,
    "/usr/local/bin/python3": program(GLIBC_LOADER),
    "/var/lib/dpkg/status": "Package: base\nStatus: install ok installed\nVersion: 1\n",
    "/etc/motd": "hello",
}
SMALL: dict[str, Content] = {**GLIBC, "/usr/bin/python3.13": program(GLIBC_LOADER)}
LIBRARIES = "/usr/lib/x86_64-linux-gnu"


def found(files: Mapping[str, Content], small: Mapping[str, Content] | None = None) -> list[str]:
    return [one.path for one in carried(files, small or SMALL)]


def carried(files: Mapping[str, Content], small: Mapping[str, Content]) -> tuple[Carried, ...]:
    return above(root(BASE), root({**BASE, **files}), {"small": root(small)})


def test_the_same_image_has_nothing_of_its_own() -> None:
    assert found({}) == []


def test_a_new_folder_stands_for_what_is_in_it() -> None:
    files: dict[str, Content] = {
        "/app": FOLDER,
        "/app/a": FOLDER,
        "/app/a/b.py": "12",
        "/app/c": "345",
    }
    (one,) = carried(files, SMALL)
    assert (one.path, one.size, one.kind) == ("/app", 5, CarriedKind.MADE)


def test_a_file_in_a_folder_of_the_base_stands_for_itself() -> None:
    files: dict[str, Content] = {"/usr/local/bin/tool": program(GLIBC_LOADER), "/etc/app.conf": "x"}
    assert found(files) == ["/etc/app.conf", "/usr/local/bin/tool"]


def test_a_changed_file_counts_and_a_changed_folder_does_not() -> None:
    files: dict[str, Content] = {
        "/etc/motd": "changed",
        "/usr/local/bin": Node(content=None, mode=0o700),
    }
    assert found(files) == ["/etc/motd"]


def test_the_owner_is_named_where_all_is_of_one_user() -> None:
    mine, theirs = Node(content=b"x", uid=7), Node(content=b"x", uid=8)
    own = Node(content=None, mode=0o755, uid=7)
    one = carried({"/data": own, "/data/a": mine}, SMALL)
    two = carried({"/data": own, "/data/a": mine, "/data/b": theirs}, SMALL)
    assert [c.chown for c in (*one, *two)] == ["7:0", ""]


def test_what_package_managers_leave_is_noise() -> None:
    noise = (
        *("/var/cache/apt/x.bin", "/var/lib/apt/lists/x", "/tmp/x", "/root/.cache/pip/x"),
        *("/etc/passwd-", "/usr/share/doc/x/README", "/root/.npm/x", "/var/log/dpkg.log"),
        *("/usr/local/share/.cache/yarn/v6/a", "/root/.local/share/pnpm/store/v10/a"),
        *("/home/node/.local/share/pnpm/store/v10/a",),
    )
    files: dict[str, Content] = dict.fromkeys(noise, "x")
    assert found(files) == []


def test_compiled_modules_of_the_base_are_but_a_cache() -> None:
    files: dict[str, Content] = {
        "/usr/local/lib/python3.13/__pycache__": FOLDER,
        "/usr/local/lib/python3.13/__pycache__/os.pyc": "x",
        "/app": FOLDER,
        "/app/__pycache__": FOLDER,
        "/app/__pycache__/m.pyc": "x",
    }
    assert found(files) == ["/app"]


def test_files_of_packages_are_not_the_applications() -> None:
    files: dict[str, Content] = {
        "/usr/bin/tool": program(GLIBC_LOADER),
        "/var/lib/dpkg/info/tool.list": "/usr/bin/tool\n",
        "/var/lib/dpkg/status": "Package: tool\nStatus: install ok installed\nVersion: 1\n",
    }
    assert found(files) == []


def test_a_file_of_the_base_that_was_overwritten_counts_but_an_upgrade_does_not() -> None:
    status = "Package: ssl\nStatus: install ok installed\nVersion: {}\n"
    there: dict[str, Content] = {
        **BASE,
        "/etc/ssl.conf": "old",
        "/var/lib/dpkg/info/ssl.list": "/etc/ssl.conf\n",
        "/var/lib/dpkg/status": status.format(1),
    }
    mine: dict[str, Content] = {**there, "/etc/ssl.conf": "changed"}
    newer: dict[str, Content] = {**mine, "/var/lib/dpkg/status": status.format(2)}
    small = {"small": root(SMALL)}
    assert [one.path for one in above(root(there), root(mine), small)] == ["/etc/ssl.conf"]
    assert above(root(there), root(newer), small) == ()


def test_other_names_of_what_packages_brought_are_not_the_applications() -> None:
    files: dict[str, Content] = {
        "/usr/bin/gcc": program(GLIBC_LOADER),
        "/usr/local/bin/cc": Link("/etc/alternatives/cc"),
        "/etc/alternatives/cc": Link("/usr/bin/gcc"),
        "/usr/local/bin/compiler": Link("/usr/bin/gcc"),
        "/usr/local/bin/motd": Link("/etc/motd"),
        "/var/lib/dpkg/info/gcc.list": "/usr/bin/gcc\n",
        "/var/lib/dpkg/status": "Package: gcc\nStatus: install ok installed\nVersion: 1\n",
    }
    assert found(files) == ["/usr/local/bin/motd"]


def test_commands_for_an_interpreter_that_is_not_there_stay_behind() -> None:
    files: dict[str, Content] = {
        "/usr/local/bin/old": b"#!/usr/local/bin/python3\n",
        "/usr/local/bin/new": b"#!/usr/bin/python3.13\n",
        "/app": FOLDER,
        "/app/run": b"#!/usr/local/bin/python3\n",
    }
    assert found(files) == ["/app", "/usr/local/bin/new"]


def test_libraries_of_packages_come_along_with_what_they_need() -> None:
    files: dict[str, Content] = {
        "/app": FOLDER,
        "/app/ext": program(GLIBC_LOADER, "libpq.so.5"),
        f"{LIBRARIES}/libpq.so.5": Link("libpq.so.5.17"),
        f"{LIBRARIES}/libpq.so.5.17": library("libpq.so.5", needed=("libldap.so.2",)),
        f"{LIBRARIES}/libldap.so.2": library("libldap.so.2"),
        f"{LIBRARIES}/libother.so.1": library("libother.so.1"),
        "/var/lib/dpkg/info/libpq5.list": "".join(
            f"{LIBRARIES}/{name}\n"
            for name in ("libpq.so.5", "libpq.so.5.17", "libldap.so.2", "libother.so.1")
        ),
        "/var/lib/dpkg/status": "Package: libpq5\nStatus: install ok installed\nVersion: 1\n",
    }
    needed = carried(files, SMALL)[1:]
    assert [one.path for one in needed] == [f"{LIBRARIES}/libldap.so.2", f"{LIBRARIES}/libpq.so.5"]
    assert {(one.kind, one.package, one.images) for one in needed} == {
        (CarriedKind.LIBRARY, "libpq5", ("small",))
    }
    larger = {**SMALL, f"{LIBRARIES}/libpq.so.5": library("libpq.so.5")}
    assert found(files, larger) == ["/app"]

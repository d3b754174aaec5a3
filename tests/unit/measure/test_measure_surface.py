"""The surface card, one measure at a time, over images made to measure."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from rootfs_samples import (
    GLIBC,
    MUSL,
    Content,
    ElfSample,
    Hard,
    Link,
    Node,
    library,
    program,
    root,
    static,
)
from stepdown.measure import surface
from stepdown.measure.capabilities import words
from stepdown.model.image import ImageConfig
from stepdown.model.recipe import Catalog, CommandClass
from stepdown.model.support import Support
from stepdown.model.surface import Known, Measure, Surface

CLASSES = (
    CommandClass(key="shells", title="Shells", names=("sh", "bash"), patterns=(r"bash-\d",)),
    CommandClass(key="package_managers", title="Package managers", names=("dpkg", "apk")),
)
TODAY = "2026-11-22"
SUPPORT = (
    Support(id="debian", version="12", regular="2026-07-11", extended="2028-06-30", page="p"),
    Support(id="debian", version="1", regular="2030-01-01", page="p"),
    Support(id="alpine", version="3.2", regular="2017-05-01", page="p"),
    Support(id="alpine", version="3.23", regular="2027-11-01", page="p"),
)
CATALOG = Catalog(families=(), packages=(), breakages=(), classes=CLASSES, support=SUPPORT)
BOX = static(
    extra=b"BusyBox v1.36.1 \0\0" + b"\0".join((b"[", b"cat", b"dpkg", b"ls", b"sh", b"\0"))
)
DPKG = "var/lib/dpkg/status"
DASH = "Package: dash\nStatus: install ok installed\nVersion: 1\n"


def card(files: Mapping[str, Content], **config: object) -> Surface:
    settings = ImageConfig(id="sha256:1", size=5, **config)  # type: ignore[arg-type]
    return surface(root(files), settings, CATALOG, "image:tag", TODAY)


def measure(files: Mapping[str, Content], key: str, **config: object) -> Measure:
    (found,) = (m for m in card(files, **config).measures if m.key == key)
    assert (found.value is None) == (found.known is Known.UNKNOWN)
    assert bool(found.reason) or found.known is Known.MEASURED
    return found


def items(files: Mapping[str, Content], key: str, **config: object) -> tuple[str, ...]:
    found = measure(files, key, **config)
    assert found.known is Known.MEASURED
    assert found.value == len(found.items)
    return found.items


def test_order_of_the_report() -> None:
    assert [m.key for m in card({}).measures] == [
        "commands",
        "os_packages",
        "language_packages",
        "runtimes",
        "unowned_binaries",
        "shells",
        "package_managers",
        "setuid_setgid",
        "file_capabilities",
        "world_writable",
        "runs_as_root",
        "size_visible",
        "size_layers",
    ]


def test_identity() -> None:
    files: dict[str, Content] = {**GLIBC, "etc/os-release": "ID=debian\nVERSION_ID=12\n"}
    found = card(files, user="65532", architecture="amd64")
    assert (found.image, found.image_id, found.os) == ("image:tag", "sha256:1", "debian 12")
    assert (found.libc, found.user, found.architecture) == ("glibc 2.36", "65532", "amd64")
    assert card({}).libc == "none"
    assert card({}).user == "root"


def test_the_libc_version_is_that_of_its_package() -> None:
    installed = "P:musl\nV:1.2.5-r21\nF:lib\nR:ld-musl-x86_64.so.1\n"
    assert card({**MUSL, "lib/apk/db/installed": installed}).libc == "musl 1.2.5"
    assert card({**GLIBC, **MUSL}).libc == "glibc 2.36, musl"
    odd = installed.replace("1.2.5-r21", "unreleased")
    assert card({**MUSL, "lib/apk/db/installed": odd}).libc == "musl"


def test_commands_on_path() -> None:
    files: dict[str, Content] = {
        "usr/bin/a": b"x",
        "usr/bin/b": "no execute bit",
        "usr/bin/c": Link("a"),
        "usr/bin/d": Link("nowhere"),
        "usr/bin/e": Link("b"),
        "usr/bin/folder/f": b"x",
        "bin": Link("usr/bin"),
        "opt/g": b"x",
        "usr/bin/h": Hard("usr/bin/a"),
    }
    assert items(files, "commands") == ("a", "c", "h")
    assert items(files, "commands", env=(("PATH", "/opt:/nowhere"),)) == ("g",)


def test_the_program_that_is_started_counts_wherever_it_lies() -> None:
    files: dict[str, Content] = {"app/server": b"x", "bin/tool": b"x"}
    assert items(files, "commands", entrypoint=("/app/server", "--x")) == ("server", "tool")
    assert items(files, "commands", cmd=("./server",), workdir="/app") == ("server", "tool")
    assert items(files, "commands", cmd=("tool",)) == ("tool",)
    assert items(files, "commands", cmd=("/app/none",)) == ("tool",)
    assert items(files, "commands", cmd=("none",)) == ("tool",)


def test_applets_count_without_any_link() -> None:
    assert items({"opt/box": BOX}, "commands") == ("[", "cat", "dpkg", "ls", "sh")
    assert items({"opt/box": BOX, "bin/ls": b"x"}, "commands") == ("[", "cat", "dpkg", "ls", "sh")


def test_a_busybox_that_cannot_be_read_gives_a_lower_bound() -> None:
    boxes = {"bin/box": static(extra=b"BusyBox v1.36.1 "), "bin/toybox": static()}
    for path, content in boxes.items():
        files: dict[str, Content] = {path: content}
        found = measure(files, "commands")
        assert found.known is Known.PARTIAL
        assert path in found.reason
        assert measure(files, "shells").known is Known.UNKNOWN  # at least 0 says nothing
        shells = measure({**files, "usr/bin/bash": b"x"}, "shells")
        assert (shells.value, shells.known) == (1, Known.PARTIAL)


def test_shells_on_path_compiled_in_and_hidden() -> None:
    assert items({"bin/sh": b"x", "bin/bash-5": b"x", "bin/shh": b"x"}, "shells") == (
        "bash-5",
        "sh",
    )
    assert items({"opt/box": BOX}, "shells") == ("sh",)
    assert items({"opt/tools/bash": static()}, "shells") == ("/opt/tools/bash",)
    assert items({"opt/tools/bash": b"#!/bin/sh\n"}, "shells") == ()
    assert items({"opt/bash": Node(static(), 0o644)}, "shells") == ()
    assert items({"opt/bash": library("bash")}, "shells") == ()
    assert items({"opt/bash": static(), "bin/bash": Link("/opt/bash")}, "shells") == ("bash",)


def test_an_applet_called_dpkg_manages_no_packages() -> None:
    assert items({"opt/box": BOX, "bin/dpkg": Link("/opt/box")}, "package_managers") == ()
    assert items({"bin/dpkg": static()}, "package_managers") == ("dpkg",)


def test_os_packages_of_a_database() -> None:
    assert items({DPKG: DASH}, "os_packages") == ("dash 1",)


def test_os_packages_of_an_empty_file_system() -> None:
    assert items({}, "os_packages") == ()
    assert items({"data/file": "x"}, "os_packages") == ()


def test_os_packages_beside_static_programs_are_unknown() -> None:
    found = measure({"app": static()}, "os_packages")
    assert (found.value, found.known) == (None, Known.UNKNOWN)
    assert "(1)" in found.reason


@pytest.mark.parametrize(
    "files",
    [
        GLIBC,
        {"app": program("/lib/ld-musl-x86_64.so.1")},
        {"etc/os-release": "ID=debian\n"},
        {**GLIBC, DPKG: ""},
        {"lib/liba.so": library("liba.so")},
    ],
)
def test_os_packages_without_a_database_are_unknown(files: Mapping[str, Content]) -> None:
    assert measure(files, "os_packages").known is Known.UNKNOWN


def test_a_database_that_is_not_read() -> None:
    rpm: dict[str, Content] = {
        "var/lib/rpm/Packages": "x",
        "bin/app": static(),
        "usr/local/lib/node_modules/x/package.json": '{"name":"x","version":"1"}',
    }
    for key in ("os_packages", "language_packages", "unowned_binaries"):
        assert measure(rpm, key).known is Known.UNKNOWN
    both = measure({**rpm, DPKG: DASH}, "os_packages")
    assert (both.value, both.known) == (1, Known.PARTIAL)
    assert any("not read" in warning for warning in card(rpm).warnings)


def test_language_packages_are_distinct_and_not_the_systems() -> None:
    metadata = "Name: Foo.Bar\nVersion: 1\n"
    files: dict[str, Content] = {
        DPKG: DASH,
        "var/lib/dpkg/info/dash.list": "/usr/lib/x.dist-info/METADATA\n",
        "usr/lib/x.dist-info/METADATA": "Name: owned\nVersion: 1\n",
        "a/foo.dist-info/METADATA": metadata,
        "b/foo.dist-info/METADATA": metadata,
        "c/foo.dist-info/METADATA": "Name: foo-bar\nVersion: 2\n",
        "d/node_modules/x/package.json": '{"name":"x","version":"1"}',
    }
    assert items(files, "language_packages") == ("npm x 1", "pypi foo-bar 1", "pypi foo-bar 2")


def test_an_archive_that_cannot_be_read_gives_a_lower_bound() -> None:
    found = measure({"app/lib/a-1.jar": "PK"}, "language_packages")
    assert (found.items, found.known) == (("maven a 1",), Known.PARTIAL)
    assert "/app/lib/a-1.jar" in found.reason


def test_runtimes_that_no_package_brought() -> None:
    node = static(extra=b"... node.js/v24.19.0 ...")
    files: dict[str, Content] = {
        DPKG: DASH,
        "var/lib/dpkg/info/dash.list": "/usr/bin/python3.11\n/bin/second\n",
        "usr/bin/python3.11": static(extra=b"x\x003.11.2\0"),
        "usr/local/bin/python3.13": static(extra=b"x\x003.13.5\0"),
        "usr/local/lib/libpython3.13.so.1.0": static(extra=b"x\x003.13.5\0"),
        "usr/local/bin/node": node,
        "bin/nodejs": static(extra=b"node.js/v1.2.3 "),
        "bin/second": Hard("bin/nodejs"),
        "opt/jdk/release": 'IMPLEMENTOR="x"\nJAVA_VERSION="21.0.5"\n',
        "usr/local/go/VERSION": "go1.24.11\ntime 2026\n",
        "opt/box": BOX,
    }
    expected = ("busybox 1.36.1", "go 1.24.11", "java 21.0.5", "node 24.19.0", "python 3.13.5")
    assert items(files, "runtimes") == expected


def test_until_when_the_distribution_is_supported() -> None:
    def seen(release: str) -> tuple[str, list[str]]:
        found = card({"etc/os-release": release})
        return found.support, [w for w in found.warnings if "upport" in w]

    old, warned = seen("ID=debian\nVERSION_ID=12\n")
    assert old == "security support until 2026-07-11, with long-term support until 2028-06-30"
    assert "ended on 2026-07-11" in warned[0]
    assert seen("ID=alpine\nVERSION_ID=3.23.6\n") == ("security support until 2027-11-01", [])
    ended, (sentence,) = seen("ID=alpine\nVERSION_ID=3.2.1\n")
    assert "2017-05-01" in ended
    assert "stay as they are" in sentence
    assert seen("ID=wolfi\nVERSION_ID=20230201\n") == ("", [])


def test_without_file_lists_nobody_knows_what_is_unowned() -> None:
    files: dict[str, Content] = {DPKG: DASH, "bin/dash": static()}
    found = measure(files, "unowned_binaries")
    assert found.known is Known.UNKNOWN
    assert "which files" in found.reason
    assert measure(files, "os_packages").value == 1


def test_unowned_binaries() -> None:
    files: dict[str, Content] = {
        DPKG: DASH,
        "var/lib/dpkg/info/dash.list": "/bin/dash\n/bin/second\n",
        "bin/dash": static(),
        "bin/first": static(),
        "bin/second": Hard("bin/first"),
        "usr/local/bin/node": static(),
        "lib/mod.o": ElfSample(type=1).build(),
    }
    assert items(files, "unowned_binaries") == ("/usr/local/bin/node",)


def test_setuid_and_capabilities_once_for_each_inode() -> None:
    capability = bytes.fromhex("0100000200240000000000000000000000000000")
    files: dict[str, Content] = {
        "bin/su": Node(b"x", 0o4755),
        "bin/su2": Hard("bin/su"),
        "bin/wall": Node(b"x", 0o2755),
        "bin/text": Node(b"x", 0o4644),
        "bin/ping": Node(b"x", 0o755, 0, capability),
        "shared": Node(None, 0o2755),
    }
    assert items(files, "setuid_setgid") == ("/bin/su", "/bin/wall")
    assert items(files, "file_capabilities") == ("/bin/ping net_bind_service,net_raw",)


def test_capability_words() -> None:
    assert words(bytes.fromhex("0100000200040000000000000000000000000000")) == "net_bind_service"
    assert words(bytes.fromhex("010000010020000000000000")) == "net_raw"
    wide = bytes.fromhex("0000000200000000000000000000c0ff00000000")
    assert words(wide).startswith("capability-")
    assert words(b"\x01") == "unreadable"


def test_world_writable() -> None:
    files: dict[str, Content] = {
        "tmp": Node(None, 0o1777),
        "open": Node(None, 0o777),
        "file": Node(b"x", 0o666),
        "link": Link("file"),
        "closed": Node(b"x", 0o664),
    }
    assert items(files, "world_writable") == ("/file", "/open")


@pytest.mark.parametrize(
    ("user", "value"),
    [
        ("", 1),
        ("0", 1),
        ("00", 1),
        ("root", 1),
        ("root:staff", 1),
        ("toor", 1),
        ("65532", 0),
        ("app:app", 0),
        ("nobody", None),
    ],
)
def test_runs_as_root(user: str, value: int | None) -> None:
    files: dict[str, Content] = {"etc/passwd": "toor:x:0:0::/:\napp:x:10:10::/:\n"}
    assert measure(files, "runs_as_root", user=user).value == value
    assert bool(card(files, user=user).warnings) == (value is None)
    assert measure({}, "runs_as_root", user="root").value == 1


def test_sizes() -> None:
    files: dict[str, Content] = {"a": "12345", "b": Hard("a"), "c": Link("a"), "d": "1"}
    assert measure(files, "size_visible").value == 6
    assert measure(files, "size_layers").value == 5
    assert measure(files, "size_layers", cmd=()).value == 5


def test_a_size_that_the_engine_does_not_tell() -> None:
    (found,) = (
        m
        for m in surface(root({}), ImageConfig(id="x"), CATALOG, "x").measures
        if m.key == "size_layers"
    )
    assert found.known is Known.UNKNOWN


def test_names_are_safe_to_print() -> None:
    assert items({"bin/a\x1b[2J": b"x"}, "commands") == ("a\\x1b[2J",)


def test_warnings_tell_what_was_not_read_and_mixed_libraries() -> None:
    warnings = card({**GLIBC, **MUSL, "etc/ld.so.cache": "x"}).warnings
    assert len(warnings) == 2


def test_a_package_for_two_architectures_is_two() -> None:
    paragraph = "Package: {}\nStatus: install ok installed\nVersion: 2.36\nArchitecture: {}\n\n"
    there = (("libc6", "amd64"), ("libc6", "i386"), ("dash", "amd64"))
    status = "".join(paragraph.format(*one) for one in there)
    assert items({"var/lib/dpkg/status": status}, "os_packages") == (
        "dash 2.36",
        "libc6:amd64 2.36",
        "libc6:i386 2.36",
    )


EGG = "usr/lib/python3/site-packages/{}-1.0-py3.11.egg"
PKG_INFO = "Metadata-Version: 1.0\nName: {}\nVersion: 1.0\n"


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as egg:
        egg.writestr("foo.py", "x")
        egg.writestr("EGG-INFO/PKG-INFO", PKG_INFO.format(name))
    return packed.getvalue()


def test_python_packages_in_odd_places() -> None:
    metadata = "site-packages/{0}-1.0.dist-info/METADATA"
    places = {
        "tool": f"opt/pipx/venvs/tool/lib/python3.11/{metadata}",
        "uvx": f"root/.local/share/uv/tools/uvx/lib/python3.12/{metadata}",
        "dev": "app/src/{0}.egg-info/PKG-INFO",
        "old": "usr/lib/python3/dist-packages/{0}-1.0.egg-info",
        "unpacked": f"{EGG}/EGG-INFO/PKG-INFO",
    }
    files: dict[str, Content] = {
        path.format(name): PKG_INFO.format(name) for name, path in places.items()
    }
    files[EGG.format("packed")] = zipped("packed")
    files["usr/lib/python3/site-packages/no.egg"] = "text"
    names = sorted((*places, "packed"))
    assert items(files, "language_packages") == tuple(f"pypi {name} 1.0" for name in names)


def test_an_egg_that_is_damaged_is_a_lower_bound() -> None:
    files: dict[str, Content] = {
        EGG.format("packed"): zipped("packed")[:-9],
        "app/src/dev.egg-info/PKG-INFO": PKG_INFO.format("dev"),
    }
    found = measure(files, "language_packages")
    assert (found.value, found.known) == (1, Known.PARTIAL)
    assert "packed-1.0-py3.11.egg was not read" in found.reason

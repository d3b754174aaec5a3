"""Images that are odd: what matters lies elsewhere, has other names or comes in other forms."""

import gzip
import io
import struct
import tarfile
import zipfile

import pytest

from rootfs_samples import Content, Hard, Link, Node, archive, chunks, root, static
from stepdown.measure import surface
from stepdown.model.image import ImageConfig
from stepdown.model.recipe import Catalog, CommandClass
from stepdown.model.surface import Known, Measure
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.gaps import Part
from stepdown.rootfs.image import read, read_part
from stepdown.rootfs.tar import TarError

SHELLS = CommandClass(key="shells", title="Shells", names=("sh",))
CATALOG = Catalog(families=(), packages=(), breakages=(), classes=(SHELLS,))
DEBIAN = {"etc/os-release": "ID=debian\nVERSION_ID=13\n"}
STATUS = "Package: dash\nStatus: install ok installed\nVersion: 1\n\n"
APK = "P:musl\nV:1\nF:lib\nR:x\n\nP:zlib\nV:2\n\n"
DIGEST = "c" * 126


def measured(fs: RootFS, key: str, **config: object) -> Measure:
    image = ImageConfig(id="sha256:1", size=5, **config)  # type: ignore[arg-type]
    (found,) = (m for m in surface(fs, image, CATALOG, "strange").measures if m.key == key)
    return found


def zipped(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as writer:
        for name, content in files.items():
            writer.writestr(name, content)
    return out.getvalue()


def pom(artifact: str) -> dict[str, bytes | str]:
    text = f"groupId=g\nartifactId={artifact}\nversion=1\n"
    return {f"META-INF/maven/g/{artifact}/pom.properties": text}


def languages(files: dict[str, Content]) -> Measure:
    return measured(root(files), "language_packages")


# PATH

TOOLS: dict[str, Content] = {"app/bin/tool": static(), "app/here": static(), "usr/bin/ls": static()}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("bin:/usr/bin", ("ls", "tool")),
        (":/usr/bin", ("here", "ls")),
        ("/usr/bin:", ("here", "ls")),
        ("", ("here",)),
        (".:/usr/bin", ("here", "ls")),
        ("/nowhere/../usr/bin:$HOME/bin:~/bin", ()),
        ("/app/../usr/bin/", ("ls",)),
    ],
)
def test_path_counts_from_the_working_folder(path: str, names: tuple[str, ...]) -> None:
    found = measured(root(TOOLS), "commands", env=(("PATH", path),), workdir="/app/")
    assert found.items == names


def test_an_image_without_path_has_the_engines() -> None:
    assert measured(root(TOOLS), "commands").items == ("ls",)


def test_an_empty_path_without_a_working_folder_is_the_root() -> None:
    assert measured(root({"run": static()}), "commands", env=(("PATH", ""),)).items == ("run",)


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("/proc/self/root/opt", {}),
        ("/usr/bin", {"usr/bin/x": Link("/proc/self/exe")}),
        ("/bin", {"bin": Link("a"), "a": Link("b"), "b": Link("proc/1/root/opt"), "proc/x": "x"}),
    ],
)
def test_what_proc_shows_is_not_seen_and_that_is_told(path: str, files: dict[str, Content]) -> None:
    fs = root({"opt/sh": static(), **files})
    for key in ("commands", "shells"):
        found = measured(fs, key, env=(("PATH", path),))
        assert found.known is not Known.MEASURED
        assert "leads into /proc" in found.reason


# Databases and settings under other names, or written by other programs


@pytest.mark.parametrize("link", [Link("/opt/passwd"), Hard("/opt/passwd")])
def test_users_in_another_place(link: Content) -> None:
    files: dict[str, Content] = {"opt/passwd": "app:x:5:5:::\n", "etc/passwd": link}
    fs = root(files)
    assert "which was not read" in measured(fs, "runs_as_root", user="app").reason
    warnings = surface(fs, ImageConfig(id="x", user="app"), CATALOG, "x").warnings
    assert not any("cannot start" in one for one in warnings)


@pytest.mark.parametrize(
    "files",
    [
        {"var/lib/dpkg": Link("/opt/dpkg"), "opt/dpkg/status": STATUS},
        {"a": STATUS, "var/lib/dpkg/status": Hard("a")},
        {"lib": Link("opt"), "opt/apk/db/installed": APK},
    ],
)
def test_a_package_database_in_another_place(files: dict[str, Content]) -> None:
    fs = root({**DEBIAN, **files, "bin/x": static()})
    for key in ("os_packages", "unowned_binaries"):
        found = measured(fs, key)
        assert found.known is Known.UNKNOWN
        assert "which was not read" in found.reason


def test_lines_that_end_as_on_windows() -> None:
    apk = root({"lib/apk/db/installed": APK.replace("\n", "\r\n"), "lib/x": static()})
    assert measured(apk, "os_packages").items == ("musl 1", "zlib 2")
    assert measured(apk, "unowned_binaries").items == ()
    dpkg: dict[str, Content] = {
        "var/lib/dpkg/status": (STATUS + STATUS.replace("dash", "sed")).replace("\n", "\r\n"),
        "var/lib/dpkg/info/dash.list": "/bin/sh\r\n",
        "bin/sh": static(),
    }
    assert measured(root(dpkg), "os_packages").items == ("dash 1", "sed 1")
    assert measured(root(dpkg), "unowned_binaries").items == ()
    passwd = root({"etc/passwd": "app:x:0:0::/:/bin/sh\r\n"})
    assert measured(passwd, "runs_as_root", user="app").value == 1


def test_a_database_too_large_to_read_is_why_nothing_is_known() -> None:
    fs = root({**DEBIAN, "var/lib/dpkg/status": STATUS + "x" * (33 << 20)})
    assert "larger than 32 MB" in measured(fs, "os_packages").reason


def test_one_name_of_megabytes_does_not_fill_a_report() -> None:
    fs = root({"var/lib/dpkg/status": STATUS.replace("dash", "x" * (2 << 20))})
    (item,) = measured(fs, "os_packages").items
    assert len(item) < 5_000


@pytest.mark.parametrize("number", ["9" * 5000, "\u0663", "\u00b2", "-1", "+0", " 0", "0x0", ""])
def test_numbers_of_users_that_are_none(number: str) -> None:
    fs = root({"etc/passwd": f"app:x:{number}:0:::\n", "etc/group": f"app:x:{number}:\n"})
    assert (fs.users, fs.groups) == ((), ())
    user = "app" if number in (" 0", "") else number
    assert measured(fs, "runs_as_root", user=user).value is None


# Modes


def test_set_id_bits_of_scripts_links_folders_and_devices() -> None:
    items = (
        ("bin/su", tarfile.REGTYPE, 0o4755, ""),
        ("opt/other-su", tarfile.LNKTYPE, 0o4755, "bin/su"),
        ("opt/script", tarfile.REGTYPE, 0o6755, ""),
        ("opt/data", tarfile.REGTYPE, 0o6644, ""),
        ("opt/folder", tarfile.DIRTYPE, 0o6777, ""),
        ("dev/sda", tarfile.BLKTYPE, 0o4777, ""),
        ("usr/bin/pipe", tarfile.FIFOTYPE, 0o4777, ""),
    )
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, mode, link in items:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.linkname = kind, mode, link
            tar.addfile(info)
    fs = read(chunks(out.getvalue()))
    assert measured(fs, "setuid_setgid").items == ("/bin/su", "/opt/script")
    assert measured(fs, "world_writable").items == ("/opt/folder",)
    assert measured(fs, "commands").items == ("su",)


@pytest.mark.parametrize("value", [b"\0", b"\xff\xfe" * 5, b"\n17 path=/etc/x\n" * 2])
def test_capabilities_of_strange_bytes(value: bytes) -> None:
    fs = root({"bin/x": Node(b"x", 0o755, capability=value)})
    assert measured(fs, "file_capabilities").value == 1
    assert set(fs.entries) == {"/", "/bin", "/bin/x"}


def test_names_that_differ_in_case_are_different() -> None:
    fs = root({f"usr/bin/{name}": static() for name in ("sh", "Sh", "SH")})
    assert measured(fs, "commands").value == 3
    assert measured(fs, "shells").items == ("sh",)


# Sizes that are claimed


def sized(name: str, size: str) -> bytes:
    info = tarfile.TarInfo(name)
    info.pax_headers = {"size": size}
    return info.tobuf(tarfile.PAX_FORMAT)


def test_a_size_is_counted_only_of_what_came() -> None:
    data = archive({"a": "12345"}).rstrip(b"\0") + bytes(507) + sized("b", "9" * 18) + b"x" * 4096
    found = measured(read_part(chunks(data)), "size_visible")
    assert (found.value, found.known) == (5, Known.PARTIAL)


@pytest.mark.parametrize("size", ["9" * 19, "9" * 20, "9" * 5000, "-1", "1e9", "0x10"])
def test_a_size_that_no_file_can_have(size: str) -> None:
    with pytest.raises(TarError):
        read(chunks(sized("a", size) + bytes(1024)))


# Packages of languages


def test_an_archive_behind_a_script_that_starts_it() -> None:
    jar = zipped({"BOOT-INF/lib/inner-1.jar": zipped(pom("inner")), **pom("app")})
    script = b"#!/bin/sh\nexec java -jar $0\n"
    assert languages({"app.jar": script + jar}).items == ("maven g:app 1", "maven g:inner 1")
    out = io.BytesIO(script)
    with zipfile.ZipFile(out, "a") as writer:  # so that the offsets count the script
        for name, content in pom("app").items():
            writer.writestr(name, content)
    assert languages({"app.jar": out.getvalue()}).items == ("maven g:app 1",)


@pytest.mark.parametrize("large_form", [True, False])
def test_an_archive_of_more_members_than_its_end_can_count(large_form: bool) -> None:  # noqa: FBT001
    data = zipped({"c": b"", **pom("last")})
    at, last, end = data.index(b"PK\1\2"), data.rindex(b"PK\1\2"), data.index(b"PK\5\6")
    members = data[at:last] * 66_000 + data[last:end]
    larger = b"PK\6\6" + bytes(52) + b"PK\6\7" + bytes(16) if large_form else b""
    told = 0xFFFF if large_form else 66_001 & 0xFFFF
    mark = struct.pack("<4s4xHHIIH", b"PK\5\6", told, told, len(members), at, 0)
    found = languages({"app.jar": data[:at] + members + larger + mark})
    assert (found.items, found.known) == (("maven g:last 1",), Known.MEASURED)


@pytest.mark.parametrize(
    "data", [gzip.compress(zipped(pom("a"))), b"version https://git-lfs.github.com/spec/v1\n"]
)
def test_a_jar_that_is_no_archive_is_told(data: bytes) -> None:
    found = languages({"app.jar": data})
    assert (found.value, found.known) == (None, Known.UNKNOWN)


PACKAGE = '{"name": "left", "version": "1.0.0"}'


@pytest.mark.parametrize(
    "store",
    [
        f"root/.local/share/pnpm/store/v10/files/ab/{DIGEST}",
        f"app/.pnpm-store/v3/files/00/{DIGEST}",
        "root/.bun/install/cache/left@1.0.0@@@1/package.json",
    ],
)
def test_packages_that_are_links_into_a_store(store: str) -> None:
    place = "usr/src/node_modules/.pnpm/left@1.0.0/node_modules/left/package.json"
    link = {"usr/src/node_modules/left": Link(".pnpm/left@1.0.0/node_modules/left")}
    for text, items in ((PACKAGE, ("npm left 1.0.0",)), ('{"type": "module"}', ())):
        found = languages({store: text, place: Hard(store), **link})
        assert (found.items, found.known) == (items, Known.MEASURED)
    assert languages({store: PACKAGE}).items == ()


def test_a_package_that_is_a_link_to_an_unknown_place() -> None:
    found = languages({"blob": PACKAGE, "x/node_modules/left/package.json": Hard("blob")})
    assert "hard link" in found.reason


def test_packages_in_yarns_cache() -> None:
    packed = zipped({"node_modules/@s/left/package.json": PACKAGE.replace("left", "@s/left")})
    files: dict[str, Content] = {
        "app/.yarn/cache/@s-left-npm-1.0.0-6382451519-eb835a2e51.zip": packed,
        "app/.yarn/cache/broken-npm-1.0.0-6382451519-eb835a2e51.zip": packed[:-30],
        "app/other.zip": packed,
    }
    found = languages(files)
    assert found.items == ("npm @s/left 1.0.0",)
    assert "broken" in found.reason
    assert "other" not in found.reason


def test_metadata_of_python_as_other_programs_write_it() -> None:
    text = "\ufeffMetadata-Version: 2.1\r\nname: a\r\nVERSION: 1\r\n\r\nName: b\n"
    files: dict[str, Content] = {
        "s/a-1.dist-info/METADATA": text,
        "s/c-1.dist-info/METADATA": "Summary: Name: x\nName: c\nVersion: 1\n",
        "src/d/d.egg-info/PKG-INFO": "Name: d\nVersion: 1\n",
        "s/d.egg-link": "/src/d\n.\n",
    }
    assert languages(files).items == ("pypi a 1", "pypi c 1", "pypi d 1")


def test_a_program_that_upx_packed_hides_what_is_in_it() -> None:
    fs = root({"bin/x": static(extra=b"UPX!")})
    assert "packed by UPX" in measured(fs, "language_packages").reason
    assert measured(fs, "commands").known is Known.PARTIAL
    assert fs.unread(Part.BINARIES) == ()


# Trees that no file system can hold


def test_something_below_a_file_or_a_link_is_not_on_path() -> None:
    below_a_file = root({"usr/bin": static(), "usr/bin/sh": static()})
    below_a_link = root({"usr/bin": Link("/etc"), "usr/bin/sh": static()})
    for fs in (below_a_file, below_a_link):
        assert measured(fs, "commands").items == ()
        assert measured(fs, "shells").items == ("/usr/bin/sh",)

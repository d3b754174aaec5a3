"""Whole file systems out of tar streams."""

import tarfile

import pytest

from rootfs_samples import (
    GLIBC,
    MUSL,
    Content,
    ElfSample,
    Hard,
    Link,
    Node,
    archive,
    chunks,
    library,
    program,
    root,
    static,
)
from stepdown.model.image import Libc
from stepdown.rootfs.image import read
from stepdown.rootfs.limits import Limits
from stepdown.rootfs.tar import EntryType, TarError


def test_entries_and_the_folders_above_them() -> None:
    fs = root({"opt/app/run": Node(b"12345", 0o4750, 7)})
    assert fs.entries["/opt/app"].type is EntryType.DIRECTORY
    assert fs.entries["/"].type is EntryType.DIRECTORY
    entry = fs.entries["/opt/app/run"]
    assert (entry.mode, entry.uid, entry.size) == (0o4750, 7, 5)


def test_what_the_engine_added_is_left_out() -> None:
    fs = root(
        {
            ".dockerenv": Node(b"", 0o755),
            "dev/console": Node(b"", 0o755),
            "etc/hosts": Node(b"", 0o755),
            "etc/hostname": "the image's own\n",
            "etc/mtab": Link("/proc/mounts"),
        }
    )
    assert [path for path, e in fs.entries.items() if e.type is not EntryType.DIRECTORY] == [
        "/etc/hostname"
    ]


def test_hard_links_share_an_inode() -> None:
    fs = root({"bin/a": static(), "bin/b": Hard("bin/a"), "bin/c": Hard("bin/b")})
    assert fs.entries["/bin/b"].first == "/bin/a"
    assert fs.entries["/bin/c"].first == "/bin/a"
    assert fs.inode("/bin/c") == "/bin/a"
    assert list(fs.elf) == ["/bin/a"]


def test_a_hard_link_to_nothing_is_noted() -> None:
    fs = root({"a": Hard("nowhere")})
    assert fs.notes == ("/a is a hard link to a file that is not in the image.",)
    assert set(fs.entries) == {"/"}


def test_a_hard_link_may_come_before_its_file() -> None:
    fs = root({"bin/a": Hard("opt/b"), "opt/b": static()})
    assert (fs.inode("/bin/a"), fs.gaps) == ("/opt/b", ())
    again = root({"bin/a": Hard("opt/b"), "./bin/a": "text", "opt/b": static()})
    assert again.entries["/bin/a"].first == ""


def test_a_later_member_replaces_an_earlier_one() -> None:
    first = archive({"a": static(), "etc/passwd": "root:x:0:0::/:\n", "h": Hard("a")})
    second = archive({"a": "text", "etc/passwd": Link("nothing"), "h": "file"})
    fs = read(chunks(first[: first.rindex(b"h\0") // 512 * 512 + 512] + second))
    assert (fs.elf, fs.users) == ({}, ())
    assert fs.entries["/h"].first == ""
    assert fs.entries["/a"].size == 4


def test_scripts_need_an_execute_bit() -> None:
    fs = root({"run": b"#! /bin/sh -e\necho", "text": "#!/bin/sh\n", "crlf": b"#!/bin/sh\r\n"})
    assert fs.shebangs == {"/run": " /bin/sh -e", "/crlf": "/bin/sh\r"}


def test_elf_files_by_content_and_not_by_name() -> None:
    fs = root({"liba.txt": library("liba.so"), "libb.so": "text", "x.o": ElfSample(type=1).build()})
    assert list(fs.elf) == ["/liba.txt"]


def test_a_damaged_elf_file_is_noted() -> None:
    fs = root({"bin/x": b"\x7fELF\x02\x01" + bytes(10) + b"\x02\0" + b"\xff" * 60})
    assert fs.notes == ("/bin/x is an ELF file with damaged tables.",)


def test_busybox_under_any_name() -> None:
    names = b"[\0ash\0cat\0ls\0sh\0"
    fs = root({"b/[": static(extra=b"BusyBox v1.36.1 \0\0" + names + b"\0")})
    assert fs.applets == {"/b/[": ("[", "ash", "cat", "ls", "sh")}


DEBIAN: dict[str, Content] = {
    "bin": Link("usr/bin"),
    "usr/bin/dash": b"x",
    "usr/bin/sh.real": b"x",
    "usr/bin/sh": Link("dash"),
    "usr/lib/os-release": "ID=debian\nVERSION_ID=12\n",
    "etc/os-release": Link("../usr/lib/os-release"),
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\napp:x:10:20::/:\n",
    "etc/group": "staff:x:50:app\n",
    "var/lib/dpkg/status": "Package: dash\nStatus: install ok installed\nVersion: 1\n\n"
    "Package: old\nStatus: install ok installed\nVersion: 2\n",
    "var/lib/dpkg/info/dash.list": "/.\n/bin\n/bin/dash\n/bin/sh\n",
    "var/lib/dpkg/info/old:amd64.list": "/bin/sh\n/bin/gone\n/nowhere/at-all\n",
    "var/lib/dpkg/info/dash.postinst": b"#!/bin/sh\n",
    "var/lib/dpkg/diversions": "/bin/sh\n/bin/sh.real\ndash\n",
}


def test_a_debian_file_system() -> None:
    fs = root(DEBIAN)
    assert [(p.name, p.version) for p in fs.packages] == [("dash", "1"), ("old", "2")]
    assert fs.owners == {
        "/bin": "dash",
        "/usr/bin/dash": "dash",
        "/usr/bin/sh": "dash",
        "/usr/bin/sh.real": "old",
    }
    assert fs.os_release["ID"] == "debian"
    assert fs.databases == ("/var/lib/dpkg/status",)
    assert [group.members for group in fs.groups] == [("app",)]


def test_users_by_name_and_number() -> None:
    fs = root(DEBIAN)
    by_name, by_number = fs.user("app"), fs.user("10")
    assert by_name is not None
    assert by_name == by_number
    assert fs.user("nobody") is None


def test_a_distroless_file_system() -> None:
    fs = root(
        {
            "usr/sbin/tzconfig": b"x",
            "var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2025b\n",
            "var/lib/dpkg/status.d/tzdata.md5sums": "0" * 32 + "  usr/sbin/tzconfig\n",
            "var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12\n",
        }
    )
    assert [p.name for p in fs.packages] == ["base-files", "tzdata"]
    assert fs.owners == {"/usr/sbin/tzconfig": "tzdata"}
    assert len(fs.databases) == 2


def test_an_alpine_file_system() -> None:
    installed = "P:musl\nV:1.2.5-r0\nF:lib\nR:ld-musl-x86_64.so.1\n\n"
    path_file = {"etc/ld-musl-x86_64.path": "/lib:/opt\n"}
    fs = root({**MUSL, "lib/apk/db/installed": installed, **path_file})
    assert fs.owners == {"/lib/ld-musl-x86_64.so.1": "musl"}
    assert fs.libcs == {Libc.MUSL}
    assert fs.musl_paths == {"x86_64": ("/lib", "/opt")}


def test_both_c_libraries_and_none() -> None:
    assert root({**GLIBC, **MUSL}).libcs == {Libc.GLIBC, Libc.MUSL}
    assert root({"bin/app": static()}).libcs == frozenset()
    helper = library("", needed=("libc.musl-x86_64.so.1",), flags_1=0)
    assert root({"lib/ld-linux-x86-64.so.2": helper}).libcs == {Libc.MUSL}
    assert root({"lib/ld-notes": "text", "lib/ld-x": static()}).libcs == frozenset()


def test_databases_that_are_not_read() -> None:
    fs = root({"var/lib/rpm/rpmdb.sqlite": "SQLite", "nix/store/x": "y"})
    assert fs.unread_databases == ("/var/lib/rpm/rpmdb.sqlite", "/nix/store")
    assert fs.databases == ()


def test_a_cache_in_an_unknown_form_is_noted() -> None:
    fs = root({"etc/ld.so.cache": "old"})
    assert fs.loader_cache == ()
    assert fs.notes == ("/etc/ld.so.cache is in a form that is not read.",)


def test_language_packages_in_path_order() -> None:
    fs = root(
        {
            "b/node_modules/x/package.json": '{"name":"x","version":"1"}',
            "a/y.dist-info/METADATA": "Name: y\nVersion: 2\n",
            "a/z.dist-info/METADATA": "nothing",
        }
    )
    assert [package.name for package in fs.languages] == ["y", "x"]


def test_files_too_large_to_read_are_noted() -> None:
    info = tarfile.TarInfo("etc/passwd")
    info.size = 2 << 20
    body = info.tobuf(tarfile.USTAR_FORMAT)
    program_info = tarfile.TarInfo("bin/huge")
    program_info.size = 3 << 20
    start = ElfSample(type=2).build()[:64].ljust(1 << 20, b"\0")

    def stream() -> list[bytes]:
        zeros = [bytes(1 << 20)]
        return [
            body,
            *zeros * 2,
            program_info.tobuf(tarfile.USTAR_FORMAT),
            start,
            *zeros * 2,
            bytes(1024),
        ]

    fs = read(stream(), Limits(elf=2 << 20))
    assert fs.users == ()
    assert fs.notes == (
        "/bin/huge is larger than 2 MB and was not looked into.",
        "/etc/passwd is larger than 1 MB and was not read.",
    )


def test_a_cut_stream_gives_no_file_system() -> None:
    data = archive(DEBIAN)
    with pytest.raises(TarError):
        read(chunks(data[: len(data) // 2]))


def test_a_program_with_a_loader_is_a_program() -> None:
    assert root({"bin/a": program("/lib/ld-musl-x86_64.so.1")}).elf["/bin/a"].is_program

"""dpkg, apk, passwd, os-release, loader caches, busybox and language metadata, from bytes."""

import struct

import pytest

from stepdown.rootfs import apk, busybox, dpkg, languages, ldcache, osrelease, passwd
from stepdown.rootfs.names import shown

STATUS = b"""\
Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl (3.0.15-1)
Version: 3.0.15-1+b1
Description: one
 Version: not a field
 .
 more

Package: gone
Status: deinstall ok config-files
Version: 1

Package: never
Status: unknown ok not-installed

Package: half
Status: install reinstreq half-installed
Version: 2:1.0
Source: whole

"""


def test_dpkg_counts_what_has_files() -> None:
    first, second = dpkg.packages(STATUS)
    assert (first.name, first.version, first.architecture) == ("libssl3", "3.0.15-1+b1", "amd64")
    assert (first.source, first.source_version) == ("openssl", "3.0.15-1")
    assert (second.name, second.source, second.source_version) == ("half", "whole", "2:1.0")


def test_dpkg_control_file_without_a_status() -> None:
    (package,) = dpkg.packages(b"Package: tzdata\nVersion: 2025b\n")
    assert (package.name, package.source) == ("tzdata", "tzdata")


def test_dpkg_file_lists() -> None:
    listed = b"/.\n/usr\n/usr/lib/libz.so.1\n"
    assert list(dpkg.claims("zlib1g:amd64.list", listed))[-1] == ("/usr/lib/libz.so.1", "zlib1g")
    sums = b"0123456789abcdef0123456789abcdef  usr/share/zoneinfo/UTC\n"
    assert list(dpkg.claims("tzdata.md5sums", sums)) == [("/usr/share/zoneinfo/UTC", "tzdata")]


def test_dpkg_diversions() -> None:
    content = b"/bin/sh\n/bin/sh.distrib\ndash\n/usr/x\n/usr/x.real\n:\n"
    assert dpkg.diverted(content) == {
        "/bin/sh": ("/bin/sh.distrib", "dash"),
        "/usr/x": ("/usr/x.real", ":"),
    }


INSTALLED = b"""\
C:Q1abc=
P:musl
V:1.2.5-r21
A:x86_64
o:musl
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
F:
R:top

P:.build-deps
V:20260101.000000

P:so-name
V:1
"""


def test_apk() -> None:
    first, second = apk.packages(INSTALLED)
    assert (first.name, first.version, first.architecture) == ("musl", "1.2.5-r21", "x86_64")
    assert (second.name, second.source) == ("so-name", "so-name")
    assert list(apk.claims(INSTALLED)) == [("/lib/ld-musl-x86_64.so.1", "musl"), ("/top", "musl")]


def test_passwd_and_group() -> None:
    lines = b"root:x:0:0:root:/root:/bin/sh\n#x\nbad:x:y:0:::\n:x:1:1:::\napp:*:65532:65532::/:\n"
    assert [(u.name, u.uid, u.home) for u in passwd.users(lines)] == [
        ("root", 0, "/root"),
        ("app", 65532, "/"),
    ]
    found = passwd.groups(b"root:x:0:\nbad:x:zero:\nstaff:x:50:a,b\nshort:x\n")
    assert [(g.name, g.gid, g.members) for g in found] == [
        ("root", 0, ()),
        ("staff", 50, ("a", "b")),
    ]


def test_os_release() -> None:
    content = b'ID=alpine\nNAME="Alpine Linux"\n# x\nVERSION_ID=\'3.23\'\nBAD="open\nno line\n1=2\n'
    assert osrelease.parse(content) == {
        "ID": "alpine",
        "NAME": "Alpine Linux",
        "VERSION_ID": "3.23",
    }


def cache_file(entries: list[tuple[int, bytes, bytes]], prefix: bytes = b"") -> bytes:
    strings = b""
    rows = b""
    at = 48 + 24 * len(entries)
    for flags, soname, path in entries:
        places = at + len(strings), at + len(strings) + len(soname) + 1
        rows += struct.pack("<iIIIQ", flags, *places, 0, 0)
        strings += soname + b"\0" + path + b"\0"
    head = struct.pack("<20sII20x", b"glibc-ld.so.cache1.1", len(entries), len(strings))
    return prefix + head + rows + strings


@pytest.mark.parametrize("prefix", [b"", b"ld.so-1.7.0\0" + bytes(20)])
def test_ld_so_cache(prefix: bytes) -> None:
    found = ldcache.cache(cache_file([(0x303, b"liba.so", b"/opt/liba.so")], prefix))
    assert found is not None
    assert [(e.soname, e.path, e.flags) for e in found] == [("liba.so", "/opt/liba.so", 0x303)]


def test_a_damaged_cache_is_unknown_and_not_empty() -> None:
    good = cache_file([(0x303, b"liba.so", b"/opt/liba.so")])
    assert ldcache.cache(good[:60]) is None
    assert ldcache.cache(good[:-1]) is None
    assert ldcache.cache(b"something else") is None
    huge = good[:20] + b"\xff" * 4 + good[24:]
    assert ldcache.cache(huge) is None


def test_musl_path() -> None:
    assert ldcache.musl_path(b"/lib:/opt/lib\n/usr/lib\n") == ("/lib", "/opt/lib", "/usr/lib")


NAMES = [b"[", b"ash", b"cat", b"echo", b"ls", b"sh", b"wget"]


def box(table: bytes) -> bytes:
    return b"\x7fELF junk BusyBox v1.37.0 (2026) \0other\0words\0here\0" + table + b"\x01\x02tail"


def test_busybox_applets() -> None:
    content = box(b"\0".join(NAMES) + b"\0\0")
    assert busybox.is_busybox(content)
    assert busybox.applets(content) == tuple(name.decode() for name in NAMES)


def test_words_before_the_table_do_not_belong_to_it() -> None:
    content = box(b"zebra\0yes\0" + b"\0".join(NAMES) + b"\0\0")
    assert busybox.applets(content)[0] == "["


def test_busybox_without_a_readable_table() -> None:
    assert busybox.applets(box(b"")) == ()
    assert not busybox.is_busybox(b"uses BusyBox vi")


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        (
            "/l/Foo_Bar-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0\n\nVersion: 2\n",
            ("pypi", "foo-bar", "1.0"),
        ),
        ("/l/old.egg-info", "Name: old\nVersion: 3\n", ("pypi", "old", "3")),
        ("/l/old.egg-info/PKG-INFO", "Name: old\r\nVersion: 3\r\n", ("pypi", "old", "3")),
        ("/a/node_modules/x/package.json", '{"name":"x","version":"1"}', ("npm", "x", "1")),
        (
            "/a/node_modules/@s/x/package.json",
            '{"name":"@s/x","version":"1"}',
            ("npm", "@s/x", "1"),
        ),
        (
            "/g/specifications/rake-13.gemspec",
            's.name = "rake".freeze\n  s.version = "13.0.6"\n',
            ("gem", "rake", "13.0.6"),
        ),
    ],
)
def test_language_packages(path: str, content: str, expected: tuple[str, str, str]) -> None:
    assert languages.wanted(path)
    found = languages.read(path, content.encode())
    assert found is not None
    assert (found.kind, found.name, found.version) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/app/package.json",
        "/a/node_modules/x/lib/package.json",
        "/a/node_modules/@s/package.json",
        "/a/node_modules/.bin/x/y/package.json",
        "/x/METADATA",
        "/x/dist-info/METADATA",
    ],
)
def test_files_that_describe_no_installed_package(path: str) -> None:
    assert not languages.wanted(path)


@pytest.mark.parametrize("content", ['{"name":"x"}', "{", '{"name":1,"version":"1"}', "\xff"])
def test_unreadable_metadata_is_no_package(content: str) -> None:
    assert languages.read("/node_modules/x/package.json", content.encode("latin-1")) is None


def test_names_that_a_page_cannot_carry() -> None:
    assert shown("/usr/bin/caf\u00e9") == "/usr/bin/caf\u00e9"
    assert shown("a\x1b[31m\n\udcff") == "a\\x1b[31m\\n\\xff"

"""What the candidate's files add to a message of a loader, a shell or the C library."""

import msgspec
import pytest

from fakes import image
from stepdown.flow.catalog import load
from stepdown.model.image import Libc
from stepdown.model.recipe import Channel
from stepdown.rootfs.elf import EXECUTABLE, SHARED, Elf
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.packages import Package
from stepdown.verify.refine import refine
from stepdown.verify.signatures import Shown, Signatures

KNOWN = {breakage.id: breakage for breakage in load().breakages}
LOADERS = {Libc.GLIBC: "/lib64/ld-linux-x86-64.so.2", Libc.MUSL: "/lib/ld-musl-x86_64.so.1"}
NEEDS = "/app/x: error while loading shared libraries: libgreet.so: cannot open shared object file"
MUSL_NEEDS = "Error loading shared library libgreet.so: No such file or directory (needed by /x)"
STARTED = "/app/server is started by the program loader /lib64/ld-linux-x86-64.so.2, which is not"


def with_libc(fs: RootFS, *libcs: Libc) -> RootFS:
    """Return the files with these loaders in their places."""
    found = {
        LOADERS[libc]: Elf(architecture="amd64", type=SHARED, soname="ld.so", defines=("x",))
        for libc in libcs
    }
    more = image(*found).entries
    return msgspec.structs.replace(fs, entries={**fs.entries, **more}, elf={**fs.elf, **found})


def with_program(fs: RootFS, path: str, *, go: bool) -> RootFS:
    """Return the files with a dynamic program that is among them."""
    elf = Elf(architecture="amd64", type=EXECUTABLE, interpreter=LOADERS[Libc.GLIBC], go=go)
    return msgspec.structs.replace(fs, elf={**fs.elf, path: elf})


def shown(line: str, channel: Channel = Channel.LOG) -> Shown:
    (found,) = Signatures(load().breakages).shown([line])
    return next(one for one in found if channel in one.channels)


def refined(line: str, fs: RootFS, *volumes: str, channel: Channel = Channel.LOG) -> str:
    return refine(shown(line, channel), fs, volumes, KNOWN).breakage.id


def test_a_library_that_the_loader_does_not_look_for_is_not_a_missing_one() -> None:
    aside = with_libc(image("/usr/local/lib/libgreet.so"), Libc.GLIBC)
    assert refined(NEEDS, aside) == "A15"
    assert refined(NEEDS, with_libc(image(), Libc.GLIBC)) == "A03"
    musl = with_libc(image("/opt/lib/libgreet.so"), Libc.MUSL)
    assert refined(MUSL_NEEDS, musl) == "A16"
    assert refined(MUSL_NEEDS, with_libc(image(), Libc.MUSL)).startswith("A04")


@pytest.mark.parametrize("go", [True, False])
@pytest.mark.parametrize(
    ("line", "channel"),
    [
        ("exec /app/server: no such file or directory", Channel.LOG),
        (f"{STARTED} in the image.", Channel.STATIC),
    ],
)
def test_a_program_of_go_is_named_as_one(line: str, channel: Channel, *, go: bool) -> None:
    fs = with_program(image("/app/server"), "/app/server", go=go)
    assert refined(line, fs, channel=channel) == ("J01" if go else "A01")


def test_a_launcher_beside_its_assembly_is_of_dotnet() -> None:
    fs = with_program(image("/app/shop", "/app/shop.dll"), "/app/shop", go=False)
    assert refined("exec /app/shop: no such file or directory", fs) == "M02"


def test_a_shim_for_glibc_is_at_fault_for_what_it_lacks() -> None:
    line = "Error relocating /app/x.node: __res_init: symbol not found"
    assert refined(line, image("/lib/libgcompat.so.0")) == "A18"
    assert refined(line, image()).startswith("A07")


def test_two_loaders_mislead_a_java_library() -> None:
    line = "java.lang.UnsatisfiedLinkError: /tmp/snappy-1.1.so: x"
    assert refined(line, with_libc(image(), Libc.GLIBC, Libc.MUSL)) == "A19"
    assert refined(line, with_libc(image(), Libc.MUSL)) == "L02"


@pytest.mark.parametrize(
    ("version", "wanted"), [("1.2.3-r5", "C04"), ("1.2.5-r9", "C01"), ("git", "C01")]
)
def test_an_old_musl_does_not_ask_again(version: str, wanted: str) -> None:
    musl = Package(manager="apk", name="musl", version=version)
    fs = msgspec.structs.replace(image(), packages=(musl,))
    assert refined("wget: bad address 'big.test': Name does not resolve", fs) == wanted


def test_a_refused_path_in_a_volume_is_about_the_volume() -> None:
    line = "PermissionError: [Errno 13] Permission denied: '/data/shop.db'"
    assert refined(line, image(), "/data") == "F08"
    assert refined(line, image(), "/database") == "F04"

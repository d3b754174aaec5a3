"""Files of packages that a split leaves behind, and those that come along once they are opened."""

from collections.abc import Mapping

from rootfs_samples import GLIBC, Content, Link, Node, library, root
from stepdown.model.facts import Carried, CarriedKind
from stepdown.rootfs import behind as module
from stepdown.rootfs.behind import behind, needed

FOLDER = Node(content=None, mode=0o755)
STATUS = "Package: {}\nStatus: install ok installed\nVersion: {}\n\n"
PLUGIN = "/usr/lib/x86_64-linux-gnu/magick/png.so"
DATA = (
    *("/usr/share/zones/Paris", "/usr/share/zones/Asia/Tokyo", "/etc/mime.types"),
    *("/usr/bin/zonetool", "/usr/share/doc/zones/copyright", "/usr/include/zones.h"),
)


def image(*packages: tuple[str, str, tuple[str, ...]], **more: Content) -> dict[str, Content]:
    """Return the files of an image with packages: name, version and what each brought."""
    status = "".join(STATUS.format(name, version) for name, version, _ in packages)
    files: dict[str, Content] = {**GLIBC, "/var/lib/dpkg/status": status, **more}
    for name, _, paths in packages:
        files[f"/var/lib/dpkg/info/{name}.list"] = "".join(f"{path}\n" for path in paths)
        for path in paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in files:
                files[folder] = FOLDER
                folder = folder.rpartition("/")[0]
            files[path] = library("png.so") if ".so" in path else "content"
    return files


OWN = ("/etc/base.conf", "/usr/share/base/data", "/usr/lib/x86_64-linux-gnu/libbase.so")
BASE = image(("base", "1", OWN))
ZONES = ("zones", "2", DATA)
BUILT = image(("base", "1", OWN), ZONES, ("magick", "7", (PLUGIN,)))
SMALL = {"small": root({**GLIBC})}


def left(
    built: Mapping[str, Content] = BUILT,
    carried: tuple[Carried, ...] = (),
    named: frozenset[str] = frozenset(),
) -> set[str]:
    return set(behind(root(BASE), root(built), carried, SMALL, named).files)


def came(*opened: str) -> dict[str, Carried]:
    built = root(BUILT)
    stayed = behind(root(BASE), built, (), SMALL, frozenset())
    return {one.path: one for one in needed(opened, stayed, built, SMALL)}


def test_data_and_libraries_of_added_packages_are_watched() -> None:
    assert left() == {DATA[0], DATA[1], DATA[2], PLUGIN}


def test_a_package_of_the_base_counts_where_the_dockerfile_names_it() -> None:
    assert "/etc/base.conf" not in left()
    assert "/etc/base.conf" in left(named=frozenset(["base"]))


def test_what_is_carried_anyway_or_is_there_is_not_watched() -> None:
    assert DATA[0] not in left(carried=(Carried(path="/usr/share/zones", size=1),))
    there = {"small": root({**GLIBC, "/etc/mime.types": "x"})}
    assert "/etc/mime.types" not in behind(root(BASE), root(BUILT), (), there, frozenset()).files


def test_a_library_that_comes_by_its_other_name_is_not_copied_twice() -> None:
    real, name = "/usr/lib/x86_64-linux-gnu/libx.so.1.2", "/usr/lib/x86_64-linux-gnu/libx.so.1"
    built = {**image(("x", "1", (real,))), name: Link("libx.so.1.2")}
    assert left(built) == {real}
    assert left(built, (Carried(path=name, size=1, kind=CarriedKind.LIBRARY),)) == set()


def test_all_data_of_a_package_comes_once_one_file_was_opened() -> None:
    found = came(DATA[0])
    assert set(found) == {"/usr/share/zones", "/etc/mime.types"}
    zones = found["/usr/share/zones"]
    assert (zones.kind, zones.package, zones.opened) == (CarriedKind.OPENED, "zones", DATA[0])
    assert zones.images == ("small",)
    assert zones.size == 2 * len("content")


def test_a_compiled_file_comes_alone_and_its_folder_where_nothing_else_is_in_it() -> None:
    assert set(came(PLUGIN)) == {"/usr/lib/x86_64-linux-gnu/magick"}


def test_nothing_comes_where_nothing_was_opened() -> None:
    assert came() == {}
    assert came("/etc/base.conf", "/somewhere") == {}


def test_too_many_files_are_said_to_be_unwatched() -> None:
    many = tuple(f"/usr/share/many/{number}" for number in range(module.MOST_FILES + 5))
    found = behind(root(BASE), root(image(("many", "1", many))), (), SMALL, frozenset())
    assert (len(found.files), found.unwatched) == (module.MOST_FILES, 5)

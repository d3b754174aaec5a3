"""The quick look, and what of an image comes with its base."""

import pytest

from fakes import FakeEngine
from stepdown.measure import origin, quick_surface
from stepdown.model.image import ImageConfig
from stepdown.model.recipe import Catalog
from stepdown.model.support import Support
from stepdown.model.surface import Known, Measure, Surface

SUPPORT = (Support(id="debian", version="12", regular="2026-07-11", page="p"),)
CATALOG = Catalog(families=(), packages=(), breakages=(), classes=(), support=SUPPORT)
DEBIAN = {
    "/usr/lib/os-release": b"ID=debian\nVERSION_ID=12\n",
    "/var/lib/dpkg/status": b"Package: dash\nStatus: install ok installed\nVersion: 1\n",
}
DISTROLESS = {
    "/etc/os-release": b"ID=debian\nVERSION_ID=12\n",
    "/var/lib/dpkg/status.d/tzdata": b"Package: tzdata\nVersion: 2\n",
    "/var/lib/dpkg/status.d/tzdata.md5sums": b"0" * 32 + b"  usr/share/zoneinfo/UTC\n",
}
ALPINE = {"/etc/os-release": b"ID=alpine\n", "/lib/apk/db/installed": b"P:musl\nV:1\n"}
UNNAMED = {"/lib/apk/db/installed": b"P:musl\nV:1\n"}


def look(files: dict[str, bytes], user: str = "", day: str = "") -> tuple[Surface, list[str]]:
    engine = FakeEngine(files=files)
    config = ImageConfig(id="sha256:1", size=7, user=user)
    return quick_surface(engine, config, CATALOG, "name", day), engine.picked


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        (DEBIAN, ("dash 1",)),
        (DISTROLESS, ("tzdata 2",)),
        (ALPINE, ("musl 1",)),
        (UNNAMED, ("musl 1",)),
    ],
)
def test_packages_of_each_kind(files: dict[str, bytes], packages: tuple[str, ...]) -> None:
    card, _ = look(files)
    assert [m.key for m in card.measures] == ["os_packages", "runs_as_root", "size_layers"]
    assert card.measures[0].items == packages
    assert card.measures[2].value == 7
    assert "quick look" in card.warnings[0]


def test_few_questions() -> None:
    assert look(DEBIAN)[1] == ["/usr/lib/os-release", "/var/lib/dpkg/status"]
    assert len(look(ALPINE)[1]) == 3


def test_nothing_found_is_unknown_and_not_none() -> None:
    card, asked = look({})
    assert (card.measures[0].value, card.measures[0].known) == (None, Known.UNKNOWN)
    assert len(asked) > 8


def test_the_user_is_looked_up_only_where_it_has_a_name() -> None:
    users = {**DEBIAN, "/etc/passwd": b"app:x:0:0::/:\n"}
    assert look(users, user="app")[0].measures[1].value == 1
    assert look(users, user="10")[0].measures[1].value == 0
    assert "/etc/passwd" not in look(users, user="10")[1]


def test_support_and_its_end() -> None:
    card, _ = look(DEBIAN, day="2026-11-22")
    assert card.support == "security support until 2026-07-11"
    assert "ended" in card.warnings[1]
    assert look(ALPINE)[0].support == ""


def card(name: str, *measures: Measure) -> Surface:
    return Surface(
        image=name, image_id="i", os="", libc="", architecture="", user="", measures=measures
    )


def measure(key: str, value: int | None, *items: str, known: Known = Known.MEASURED) -> Measure:
    reason = "" if known is Known.MEASURED else "because"
    return Measure(key=key, title=key, value=value, items=items, known=known, reason=reason)


def test_what_comes_with_the_base() -> None:
    base = card(
        "base",
        measure("shells", 2, "ash", "sh"),
        measure("size", 10),
        measure("small", 9),
        measure("gap", 1, "x", known=Known.PARTIAL),
    )
    whole = card(
        "whole",
        measure("shells", 2, "bash", "sh"),
        measure("size", 15),
        measure("small", 4),
        measure("gap", 1, "x"),
        measure("new", 1, "y"),
    )
    split = origin(whole, base)
    assert split.base == "base"
    rows = {row.key: (row.base, row.added, row.added_items) for row in split.rows}
    assert rows == {
        "shells": (1, 1, ("bash",)),
        "size": (10, 5, ()),
        "small": (None, None, ()),
        "gap": (None, None, ()),
        "new": (None, None, ()),
    }

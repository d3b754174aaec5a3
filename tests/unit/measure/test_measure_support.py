"""The shipped table of support dates, and the shipped classes of commands."""

from datetime import date

from stepdown.flow import catalog
from stepdown.model.support import find_support

KNOWN = catalog.load().support


def test_the_table_of_support_is_sound() -> None:
    assert len(KNOWN) > 50
    for one in KNOWN:
        regular = date.fromisoformat(one.regular)
        assert not one.extended or date.fromisoformat(one.extended) >= regular
        assert one.page.startswith("https://")
    assert {"debian", "ubuntu", "alpine", "rhel", "rocky", "amzn"} <= {one.id for one in KNOWN}


def test_a_version_is_found_by_its_own_beginning_only() -> None:
    found = {
        version: one.version if (one := find_support(("alpine", version), KNOWN)) else ""
        for version in ("3.23.6", "3.23", "3.2.1", "3", "3.230", "edge")
    }
    assert found == {
        "3.23.6": "3.23",
        "3.23": "3.23",
        "3.2.1": "",
        "3": "",
        "3.230": "",
        "edge": "",
    }
    assert find_support(("debian", ""), KNOWN) is None


def test_there_are_enough_names_and_none_is_in_two_classes() -> None:
    classes = catalog.load().classes
    names = [name for kind in classes for name in kind.names]
    assert len(names) == len(set(names)) > 600
    assert len({kind.key for kind in classes}) == len(classes) == 8

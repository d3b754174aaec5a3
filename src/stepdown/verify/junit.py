"""The single tests of a JUnit XML report, which most runners can write."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring

from stepdown.model.trial import Case, CaseState, Tally
from stepdown.verify.cases import counted

_STATES = {
    "failure": CaseState.FAILED,
    "error": CaseState.FAILED,
    "skipped": CaseState.SKIPPED,
    "disabled": CaseState.SKIPPED,
}


def read(content: bytes) -> Tally | None:
    """Return the tests of a report, None where it is none."""
    try:
        root = fromstring(content)  # noqa: S314  (expat itself stops entities that grow)
    except (ParseError, LookupError):  # LookupError: an encoding that nobody knows
        return None
    if root.tag not in ("testsuites", "testsuite"):
        return None
    return counted(tuple(_cases(root)))


def _cases(root: Element) -> Iterator[Case]:
    for one in root.iter("testcase"):
        words = (one.get("classname", ""), one.get("name", ""))
        state = next((_STATES[part.tag] for part in one if part.tag in _STATES), CaseState.PASSED)
        yield Case(name=" ".join(filter(None, words)), state=state)

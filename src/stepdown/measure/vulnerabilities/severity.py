"""How bad a vulnerability is: from CVSS vectors, scores and the words of databases."""

from collections.abc import Iterable

from stepdown.model.advisory import Advisory, Score
from stepdown.model.vulnerability import Severity

_WORDS = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "error": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "low": Severity.LOW,
    "negligible": Severity.LOW,
    "note": Severity.LOW,
    "none": Severity.NONE,
}
_LEVELS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))


def of_word(word: str) -> Severity:
    """Return what a database calls it."""
    return _WORDS.get(word.strip().lower(), Severity.UNKNOWN)


def of_score(text: str) -> Severity:
    """Return the severity of a CVSS base score, unknown where the text is none."""
    try:
        score = float(text)
    except ValueError:
        return Severity.UNKNOWN
    if not 0 <= score <= 10:  # noqa: PLR2004  (the scale of CVSS)
        return Severity.UNKNOWN
    found = next((severity for least, severity in _LEVELS if score >= least), Severity.LOW)
    return found if score else Severity.NONE


def of_advisory(advisory: Advisory) -> Severity:
    """Return the most severe of an advisory's scores, else what its database calls it."""
    scores = [*advisory.severity, *(s for one in advisory.affected for s in one.severity)]
    if scores and (found := worst(map(_of_vector, scores))) is not Severity.UNKNOWN:
        return found
    word = advisory.database_specific.severity if advisory.database_specific else None
    return of_word(word) if isinstance(word, str) else Severity.UNKNOWN


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the most severe one; unknown only where all are."""
    return min(severities, key=lambda severity: severity.rank, default=Severity.UNKNOWN)


def _of_vector(score: Score) -> Severity:
    from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # noqa: PLC0415  (only a scan needs it)

    read = {"CVSS_V2": CVSS2, "CVSS_V3": CVSS3, "CVSS_V4": CVSS4}.get(score.type)
    if read is None:
        return of_word(score.score)
    try:
        vector = read(score.score)
    except CVSSError:
        return Severity.UNKNOWN
    number = vector.base_score if score.type == "CVSS_V4" else vector.scores()[0]
    return of_score(str(number))
